// The planner on trial tasks: `npx tsx bench/control/trials.ts --tasks cartpole,cheetah --starts 1,2 --seeds 1`, with settings of one's own as
// `--plan '{"passes":2}' --receding '{"horizon":60}'`. Prints a line a start; progress goes to stderr.

import { parseArgs } from "node:util";
import { Chance } from "../../src/chance.js";
import { type PlanOptions, planEpisode } from "./plan.js";
import { PlantProblem, type Reward } from "./plant-problem.js";
import type { TerminalValue } from "./problem.js";
import type { RecedingOptions } from "./receding.js";
import {
  approachReward,
  arm,
  cartpoleReward,
  cheetahReward,
  coordinates,
  fixed,
  pacedReward,
  uprightReward,
} from "./rewards.js";
import { coastValue, restValue } from "./terminal.js";

interface Trial {
  readonly model: string;
  readonly substeps: number;
  readonly reward: Reward;
  /** Makes a random start of the reference state. */
  readonly start: (s: Float64Array, chance: Chance) => void;
  /** The planner's settings, and what it takes the end of a plan to be worth. */
  readonly plan: PlanOptions;
  readonly terminal?: (problem: PlantProblem) => TerminalValue;
  /** What the episode came to, from its states (T + 1, S). */
  readonly outcome: (s: Float64Array, at: (step: number) => Float64Array) => string;
}

const swimmer = (links: number): Trial => ({
  model: `swimmer${links}`,
  substeps: 10,
  reward: approachReward([{ from: coordinates(0), to: fixed(0, 0), near: 0.05, scale: 1, progress: 20 }], 0.01),
  start(s, chance) {
    const distance = chance.uniform(1, 3);
    const direction = chance.uniform(-Math.PI, Math.PI);
    s[0] = distance * Math.cos(direction);
    s[1] = distance * Math.sin(direction);
    s[2] = chance.uniform(-Math.PI, Math.PI);
    for (let joint = 3; joint < links + 2; ++joint) s[joint] = chance.uniform(-0.5, 0.5);
  },
  plan: { steps: 150, receding: { horizon: 40 } },
  outcome: (end) => `first link ${Math.hypot(end[0]!, end[1]!).toFixed(3)} m from the goal`,
});

const walker = (reward: Reward): Trial => ({
  model: "walker",
  substeps: 6,
  reward,
  start: shake,
  plan: { steps: 200, receding: { horizon: 40, samples: 60 }, polish: 20 },
  terminal: (problem) => coastValue(problem, 5, 0.03),
  outcome: speed(0.03),
});

const tip = arm([0.12, 0.12, 0.1]);
const grasp = arm([0.12, 0.12, 0.07]);
const BALL = 5;

const trials: Record<string, Trial> = {
  cartpole: {
    model: "cartpole",
    substeps: 4,
    reward: cartpoleReward(),
    start(s, chance) {
      s[0] = chance.uniform(-0.1, 0.1);
      s[1] = Math.PI + chance.uniform(-0.1, 0.1);
    },
    plan: { steps: 250, receding: { horizon: 30 } },
    terminal: (problem) => restValue(problem, 50),
    outcome: (_, at) => {
      let sum = 0;
      for (let step = 125; step < 250; ++step) sum += Math.cos(at(step)[1]!) / 125;
      return `mean cos(angle) ${sum.toFixed(4)} over the second half`;
    },
  },
  swimmer3: swimmer(3),
  swimmer5: swimmer(5),
  swimmer7: swimmer(7),
  reacher: {
    model: "reacher",
    substeps: 10,
    reward: approachReward([{ from: tip, to: fixed(0.2, 0.2), near: 0.5, scale: 0.1, progress: 40 }], 0.01),
    start(s, chance) {
      s[0] = chance.uniform(-Math.PI, Math.PI);
      s[1] = chance.uniform(-2.5, 2.5);
      s[2] = chance.uniform(-2, 2);
    },
    plan: { steps: 100, receding: { horizon: 30, samples: 5 } },
    outcome(end) {
      const place = new Float64Array(2);
      tip.at(end, place);
      return `tip ${Math.hypot(place[0]! - 0.2, place[1]! - 0.2).toFixed(4)} m from the target`;
    },
  },
  gripper: {
    model: "gripper",
    substeps: 4,
    reward: approachReward(
      [
        { from: grasp, to: coordinates(BALL), near: 1, scale: 0.1, progress: 40 },
        { from: coordinates(BALL), to: fixed(-0.15, 0.1), near: 2, scale: 0.1, progress: 80 },
      ],
      0.01,
    ),
    start(s, chance) {
      // the hand stays on the half of the box opposite to the ball's
      const side = chance.uniform(-Math.PI, Math.PI);
      s[0] = side + chance.uniform(-0.3, 0.3);
      s[1] = chance.uniform(-1, 1);
      s[BALL] = -0.2 * Math.cos(side);
      s[BALL + 1] = -0.2 * Math.sin(side);
    },
    plan: { steps: 250, receding: { horizon: 40, samples: 100 }, polish: 20 },
    outcome: (end) => `ball ${Math.hypot(end[BALL]! + 0.15, end[BALL + 1]! - 0.1).toFixed(4)} m from the site`,
  },
  monoped: {
    model: "monoped",
    substeps: 4,
    reward: uprightReward(0.02, 0, 0.9, 0.001),
    start(s, chance) {
      // dropped from .05 to .2 m, the foot level
      const knee = chance.uniform(0.2, 0.7);
      s[2] = chance.uniform(-0.05, 0.05);
      s[3] = chance.uniform(-0.05, 0.05);
      s[4] = -knee / 2;
      s[5] = knee;
      s[6] = -knee / 2;
      s[1] = 0.24 + 0.65 * Math.cos(knee / 2) + chance.uniform(0.05, 0.2);
    },
    plan: { steps: 200, receding: { horizon: 40, samples: 10 } },
    terminal: (problem) => restValue(problem, 20),
    outcome: (_, at) => {
      let sum = 0;
      for (let step = 100; step < 200; ++step) sum += at(step)[1]! > 0.7 && Math.cos(at(step)[2]!) > 0.8 ? 1 : 0;
      return `standing ${sum} % of the second half`;
    },
  },
  cheetah: {
    model: "cheetah",
    substeps: 10,
    reward: cheetahReward(0.05),
    start: shake,
    plan: {
      steps: 200,
      gait: { steps: 100, periods: [5, 25], population: 128, generations: 40 },
      receding: { horizon: 20, samples: 20 },
      passes: 2,
      polish: 20,
    },
    outcome: speed(0.05),
  },
  // this reward is worth diving for; the next one is not
  walker: walker(uprightReward(0.03, 1, 1.2)),
  "walker-paced": walker(pacedReward(0.03, 1.5, 1.2)),
};

/** Small changes of the joints' angles. */
function shake(s: Float64Array, chance: Chance): void {
  for (let joint = 3; joint < s.length / 2; ++joint) s[joint]! += chance.uniform(-0.1, 0.1);
}

function speed(step: number): Trial["outcome"] {
  return (end, at) => {
    let upright = 0;
    let lowest = Infinity;
    for (let t = 1; t <= 200; ++t) {
      upright += Math.cos(at(t)[2]!) > 0.5 ? 0.5 : 0;
      lowest = Math.min(lowest, at(t)[1]!);
    }
    return `${(end[0]! / (200 * step)).toFixed(2)} m/s, upright ${upright} % of the time, never below ${lowest.toFixed(2)} m`;
  };
}

const { values: options } = parseArgs({
  options: {
    tasks: { type: "string", default: Object.keys(trials).join(",") },
    starts: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    receding: { type: "string", default: "{}" },
    plan: { type: "string", default: "{}" },
  },
});

for (const name of options.tasks.split(",")) {
  const trial = trials[name];
  if (trial === undefined) throw new Error(`no task ${name}: there are ${Object.keys(trials).join(", ")}`);
  const problem = await PlantProblem.load(trial.model, trial.substeps, trial.reward);
  const S = problem.states;
  const settings: PlanOptions = { ...trial.plan, ...(JSON.parse(options.plan) as Partial<PlanOptions>) };
  const terminal = trial.terminal && { terminal: trial.terminal(problem) };
  const changes = JSON.parse(options.receding) as Partial<RecedingOptions>;
  const receding = settings.receding && { receding: { ...settings.receding, ...changes, ...terminal } };
  for (const start of options.starts.split(",")) {
    const s0 = problem.reference();
    trial.start(s0, new Chance(Number(start)));
    const plan = planEpisode(problem, s0, {
      ...settings,
      ...receding,
      seeds: options.seeds.split(",").map(Number),
      log: (message) => console.error(`${name}, start ${start}: ${message}`),
    });
    const at = (step: number): Float64Array => plan.states.subarray(step * S, (step + 1) * S);
    console.log(
      `${name}, start ${start}: return ${plan.total.toFixed(2)} (seed ${plan.seed}, ${plan.stage}), ${trial.outcome(at(plan.steps), at)}, ${plan.seconds.toFixed(1)} s`,
    );
  }
}
