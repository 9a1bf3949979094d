/** Episodes of trained policies, with what measures need to know of every moment. */

import { type Act, placeBody } from "../../src/cli/episode.js";
import { type EnvironmentOptions, Environments } from "../../src/env/environments.js";
import type { CoreTask } from "../../src/env/task.js";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";

type Point = readonly [x: number, y: number];

/** A moment of an episode: a control step's end, or the start. */
export interface Moment {
  /** s. */
  readonly time: number;
  readonly state: Float64Array;
  /** What success is judged by in the step that led here; NaN at the start. */
  readonly score: number;
  readonly failed: boolean;
  /** Places of the body's sites, m. */
  readonly sites: Readonly<Record<string, Point>>;
  /** Normal force between two geoms, N, by their names with a space between, planes and spheres first: "floor foot", "ball palm". */
  readonly loads: ReadonlyMap<string, number>;
}

export interface Watched {
  readonly task: CoreTask;
  /** The start, then one for every control step. */
  readonly moments: readonly Moment[];
}

/** A task whose episodes are watched under a policy. */
export class Watcher {
  readonly #act: Act;
  readonly #environments: Environments;
  readonly #plant: Plant;

  private constructor(act: Act, environments: Environments, plant: Plant) {
    this.#act = act;
    this.#environments = environments;
    this.#plant = plant;
  }

  static async open(task: CoreTask, model: PlanarModel, act: Act, options: EnvironmentOptions = {}): Promise<Watcher> {
    const environments = new Environments(await init(), task, 1, 1, undefined, options);
    return new Watcher(act, environments, new Plant(await init(), model));
  }

  /** An episode from the start that `seed` gives, of so many control steps (the task's own number unless given). A failure does not end it. */
  async watch(seed: number, steps = this.#environments.task.episodeSteps): Promise<Watched> {
    const environments = this.#environments;
    const { task } = environments;
    environments.seed(seed);
    environments.reset(0);
    const moments: Moment[] = [this.#look(0, Number.NaN, false)];
    for (let step = 0; step < steps; ++step) {
      environments.actions.set(await this.#act(environments.states.slice(), step));
      environments.step();
      const time = (step + 1) * task.controlStep;
      moments.push(this.#look(time, environments.scores[0]!, environments.failed[0] === 1));
    }
    return { task, moments };
  }

  /** What there is to be seen of the present state. Contacts are those under the action that led to it. */
  #look(time: number, score: number, failed: boolean): Moment {
    const plant = this.#plant;
    const { task, states, actions } = this.#environments;
    const state = states.slice();
    const { geoms, pairs, sites } = plant.model;
    placeBody(plant, task, state, actions);
    plant.forward(0);
    const loads = new Map<string, number>();
    for (const { pair, normalForce } of plant.contacts()) {
      if (normalForce <= 0) continue;
      const { geom1, geom2 } = pairs[pair]!;
      const names = `${geoms[geom1]!.name} ${geoms[geom2]!.name}`;
      loads.set(names, (loads.get(names) ?? 0) + normalForce);
    }
    const places = Object.fromEntries(sites.map(({ name }, k) => [name, plant.sitePosition(k)]));
    return { time, state, score, failed, sites: places, loads };
  }
}
