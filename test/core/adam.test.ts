import test from "ava";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertZero, dot, Source } from "./numbers.js";

const COUNT = 24;
const STEPS = 50;
const RATE = 0.01;
const MAX_NORM = 2;

/** Slots that never get a gradient, as padding. */
const idle = (i: number) => i % 6 === 5;

/** Gradients of very different sizes, some longer than MAX_NORM, some shorter. */
function gradients(): number[][] {
  const source = new Source(3);
  return Array.from({ length: STEPS }, (_, step) => {
    const size = [0.01, 0.3, 1, 20][step % 4]!;
    return Array.from({ length: COUNT }, (_, i) => (idle(i) ? 0 : Math.fround(source.uniform(-size, size))));
  });
}

const start = () => new Source(4).singles(COUNT).map((x, i) => (idle(i) ? 0 : x));

/** Algorithm 1 of Kingma and Ba after clipping the gradient's norm, number by number. */
function reference(): { values: number[]; norms: number[] } {
  const values = start();
  const first = new Array<number>(COUNT).fill(0);
  const second = new Array<number>(COUNT).fill(0);
  const norms: number[] = [];
  for (const [step, gradient] of gradients().entries()) {
    const norm = Math.sqrt(dot(gradient, gradient));
    norms.push(norm);
    for (let i = 0; i < COUNT; i++) {
      const g = norm > MAX_NORM ? (gradient[i]! * MAX_NORM) / norm : gradient[i]!;
      first[i] = 0.9 * first[i]! + 0.1 * g;
      second[i] = 0.999 * second[i]! + 0.001 * g * g;
      const unbiasedFirst = first[i]! / (1 - 0.9 ** (step + 1));
      const unbiasedSecond = second[i]! / (1 - 0.999 ** (step + 1));
      values[i]! -= (RATE * unbiasedFirst) / (Math.sqrt(unbiasedSecond) + 1e-8);
    }
  }
  return { values, norms };
}

const BLOCKS = ["Values", "Gradient", "Moment1", "Moment2"];

function optimiser(bits: Bits, core = new Core(bits)) {
  const parameters = core.run("parametersCreate", COUNT);
  core.plain("parametersConfigure", parameters, RATE, MAX_NORM);
  const blocks = BLOCKS.map((block) => core.plain(`parameters${block}`, parameters));
  core.set(blocks[0]!, start());
  const read = () => blocks.map((block) => core.get(block, COUNT));
  const step = (gradient: readonly number[]) => {
    core.set(blocks[1]!, gradient);
    core.run("adamStep", parameters);
    return core.plain("parametersNorm", parameters);
  };
  return { core, parameters, blocks, read, step };
}

for (const [bits, tolerance] of [
  [64, 1e-13],
  [32, 2e-6],
] as const) {
  test(`Adam f${bits}: ${STEPS} steps as the algorithm is written, clipping included`, (t) => {
    const expected = reference();
    const { core, parameters, read, step } = optimiser(bits);
    const norms = gradients().map(step);
    assertClose(t, read()[0]!, expected.values, tolerance, "values");
    assertClose(t, norms, expected.norms, 1e-14, "norms before clipping");
    t.true(norms.some((norm) => norm > MAX_NORM) && norms.some((norm) => norm < MAX_NORM));
    t.is(core.plain("parametersSteps", parameters), STEPS);
  });
}

for (const bits of BOTH) {
  test(`Adam f${bits}: what has no gradient does not move`, (t) => {
    const { read, step } = optimiser(bits);
    gradients().map(step);
    for (const block of read()) {
      const still = block.filter((_, i) => idle(i));
      assertZero(t, still, "idle slots");
    }
    const [values] = read();
    t.true(values!.every((x, i) => idle(i) || x !== start()[i]));
  });

  test(`Adam f${bits}: resumes with the same bits`, (t) => {
    const uninterrupted = optimiser(bits);
    gradients().map(uninterrupted.step);
    const before = optimiser(bits);
    gradients().slice(0, 20).map(before.step);
    const after = optimiser(bits);
    for (const [k, block] of before.read().entries()) after.core.set(after.blocks[k]!, block);
    after.core.plain("parametersResume", after.parameters, 20);
    gradients().slice(20).map(after.step);
    t.deepEqual(after.read(), uninterrupted.read());
    t.is(after.core.plain("parametersSteps", after.parameters), STEPS);
  });

  test(`Adam f${bits}: a gradient as long as the limit is used as it is, clearing empties it`, (t) => {
    const { core, parameters, blocks, read, step } = optimiser(bits);
    const gradient = new Array<number>(COUNT).fill(0);
    gradient[1] = MAX_NORM;
    t.is(step(gradient), MAX_NORM);
    t.is(read()[2]![1], bits === 32 ? Math.fround(Math.fround(0.1) * MAX_NORM) : (1 - 0.9) * MAX_NORM);
    core.run("clearGradient", parameters);
    assertZero(t, core.get(blocks[1]!, COUNT), "gradient");
  });
}
