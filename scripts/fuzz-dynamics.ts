// Wild states and controls against the simulator: `npx tsx scripts/fuzz-dynamics.ts [--count 10000] [--seed 1]`. No step, readout or
// derivative may trap or take longer than a second; a step ends in finite numbers, or says that it cannot and leaves the state as it was.
// Prints how often each outcome came; exits with 1 after a violation, of which it prints the state. With `--derivatives N` it compares
// the derivatives with differences in N ordinary states of every model instead.

import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { readModel } from "../src/mjcf/read.js";
import { init } from "../src/node.js";
import { Plant } from "../src/plant.js";
import { Source } from "../test/core/numbers.js";
import {
  attack,
  drawStates,
  examine,
  OUTCOMES,
  type Outcome,
  VARIANTS,
  variant,
  type WildState,
  wildState,
} from "../test/dynamics/states.js";
import { featureModels, taskModels } from "../test/oracle/models.js";
import { loadOracle } from "../test/oracle/mujoco.js";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    derivatives: { type: "string" },
  },
});
const seed = Number(options.seed);
const sources = [...taskModels(), ...featureModels];

/** Ends the process when one attack lasts for ten seconds: code that never returns cannot be interrupted otherwise. */
function watch(): { turn: Int32Array; stop: () => void } {
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const program = `
    const { workerData: turn } = require("node:worker_threads");
    let [last, still] = [-1, 0];
    setInterval(() => {
      const now = Atomics.load(turn, 0);
      still = now === last ? still + 1 : 0;
      last = now;
      if (still < 10) return;
      require("node:fs").writeSync(2, "state " + now + " hangs\\n");
      process.kill(process.pid, "SIGKILL");
    }, 1000);`;
  const worker = new Worker(program, { eval: true, workerData: turn });
  return { turn, stop: () => void worker.terminate() };
}

function describe(name: string, { recipe, q, v, u, memory }: WildState): string {
  const list = (values: readonly number[]) => `[${values.join(", ")}]`;
  return `${name}, ${recipe}: q ${list(q)}, v ${list(v)}, u ${list(u)}, warm start ${list(memory)}`;
}

async function fuzz(count: number): Promise<boolean> {
  const core = await init();
  const plants = sources.flatMap(({ name, xml }) => {
    const model = readModel(xml, name);
    return VARIANTS.map(({ integrator, cone }) => ({
      name: `${name}, ${integrator}, ${cone}`,
      plant: new Plant(core, variant(model, integrator, cone), 1, 4),
    }));
  });
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const reasons = new Map<string, number>();
  const source = new Source(seed);
  const { turn, stop } = watch();
  for (let i = 0; i < count; i++) {
    Atomics.store(turn, 0, i);
    const { name, plant } = plants[source.below(plants.length)]!;
    const state = wildState(plant.model, source);
    const { outcome, reason } = attack(plant, state);
    counts[outcome]++;
    if (outcome === "violation") console.log(`${i}: ${reason}\n  ${describe(name, state)}`);
    else if (reason !== undefined) {
      const kind = reason.replace(/ of \w+ is .*/, "");
      reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
    }
  }
  stop();
  for (const outcome of OUTCOMES) console.log(`${outcome.padEnd(24)} ${counts[outcome]}`);
  for (const [kind, times] of [...reasons].sort((a, b) => b[1] - a[1]))
    console.log(`  first in ${kind.padEnd(24)} ${times}`);
  return counts.violation === 0;
}

async function compareDerivatives(count: number): Promise<boolean> {
  const mujoco = await loadOracle();
  let good = true;
  for (const source of sources) {
    const model = readModel(source.xml, source.name);
    const states = drawStates(mujoco, source, model.dofs.length > 16 ? Math.ceil(count / 20) : count, seed);
    const core = await init();
    const plants = VARIANTS.map(({ integrator, cone }) => new Plant(core, variant(model, integrator, cone), 1, 4));
    for (const [i, plant] of plants.entries()) {
      const { jacobian, products, controlStep, switching } = examine(plant, states, new Source(seed));
      const errors = [jacobian, products, controlStep];
      const passes = jacobian <= 1e-6 && products <= 1e-10 && controlStep <= 1e-10;
      good &&= passes;
      const { integrator, cone } = VARIANTS[i]!;
      const numbers = errors.map((error) => error.toExponential(1)).join(" ");
      const near = `${switching} of ${states.length} near a switch`;
      console.log(
        `${source.name.padEnd(20)} ${integrator.padEnd(12)} ${cone.padEnd(9)} ${numbers}  ${near}${passes ? "" : "  BAD"}`,
      );
    }
  }
  return good;
}

const { derivatives } = options;
const good = await (derivatives === undefined ? fuzz(Number(options.count)) : compareDerivatives(Number(derivatives)));
process.exitCode = good ? 0 : 1;
