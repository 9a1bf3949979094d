import test from "ava";
import { ACTIONS, createModel, createPolicy, createValue, FRAMES, gradientOf, PREDICTED } from "./agents.js";
import { STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, centralDifferences, dot, Source } from "./numbers.js";

const GAMMA = 0.97;
const REWARD_SCALE = 0.5;
const IMAGINATION = 6;
/** Of the copied dimensions, 1 holds the time; 3 stays. */
const CLOCK = 1;
const STILL = 3;
const CONTROL_STEP = 0.02;
const COEFFICIENTS = new Source(50).array(2 * STATES);

/** r(s, a, s') = sin(c s) + d s' + |a|^2 / 3, and its derivatives. */
const reward = (s: number[], a: number[], next: number[]) =>
  Math.sin(dot(COEFFICIENTS.slice(0, STATES), s)) + dot(COEFFICIENTS.slice(STATES), next) + dot(a, a) / 3;
const rS = (s: number[]) => {
  const own = COEFFICIENTS.slice(0, STATES);
  return own.map((c) => c * Math.cos(dot(own, s)));
};
const rA = (a: number[]) => a.map((u) => (2 / 3) * u);

function setup(bits: Bits, K: number, P: number, learnedNoise: boolean) {
  const core = new Core(bits);
  const source = new Source(K + P);
  const B = K * P;
  // no eta is too large to count
  const policy = createPolicy(core, source, B, { etaLimit: 1e3 });
  const model = createModel(core, source, B, { frames: FRAMES, learnedNoise });
  // small changes of the state, or returns would be wild functions of the parameters
  for (const { values, slots } of [model, policy]) {
    core.set(
      values,
      core.get(values, slots.length).map((x) => x / 8),
    );
  }
  const value = createValue(core, source, B);
  const batch = core.run("batchCreate", B, STATES, ACTIONS);
  core.plain("batchGiveJacobians", batch, core.alloc(B * STATES * STATES), core.alloc(B * STATES * ACTIONS));
  core.run("batchAllocatePolicyJacobian", batch);
  core.run("modelAllocateJacobian", model.address);
  const learner = core.plain("learnerCreate", policy.address, model.address, value.address, 0, GAMMA, REWARD_SCALE, 3);
  const random = core.plain("randomCreate", 1n, IMAGINATION, 0);
  const imagination = core.run("imaginationCreate", policy.address, model.address, random, CLOCK, CONTROL_STEP);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  new Int32Array(core.memory.buffer, address("Ends"), P).fill(K - 1);
  const widths = { S: STATES, A: ACTIONS, SNext: STATES, VSNext: STATES };
  const get = (name: keyof typeof widths) => core.get(address(name), B * widths[name]);
  /** Rows of numbers, in the order of time. */
  const rows = (name: keyof typeof widths) =>
    Array.from({ length: B }, (_, b) => get(name).slice(b * widths[name], (b + 1) * widths[name]));
  const deviation = Array.from({ length: STATES }, (_, i) =>
    PREDICTED.includes(i) ? Math.fround(source.uniform(0.05, 0.2)) : 0,
  );
  core.set(core.plain("imaginationDeviation", imagination), deviation);
  const starts = source.singles(P * STATES, -0.5, 0.5);
  /** The same starts and noise every time. */
  const imagine = () => {
    core.plain("randomSeed", random, 1n, IMAGINATION, 0);
    core.set(address("S"), starts);
    core.run("imagine", imagination, batch, K, P);
  };
  /** The policy's gradient along what was simulated last. */
  const gradient = () => {
    const [s, a] = [rows("S"), rows("A")];
    core.set(address("RS"), s.flatMap(rS));
    core.set(address("RA"), a.flatMap(rA));
    core.set(
      address("RSNext"),
      s.flatMap(() => COEFFICIENTS.slice(STATES)),
    );
    core.run("importanceRatios", learner, batch, B);
    const ratios = core.get(address("Weight"), B);
    core.run("svgGradient", learner, batch, K, P, 1);
    return { gradient: gradientOf(core, policy), ratios };
  };
  return {
    core,
    source,
    policy,
    model,
    value,
    batch,
    address,
    random,
    imagination,
    deviation,
    starts,
    rows,
    imagine,
    gradient,
  };
}

for (const [K, P, learnedNoise] of [
  [30, 1, false],
  [10, 3, true],
] as const) {
  const name = `${P} simulated ${P === 1 ? "trajectory" : "trajectories"} of ${K} steps, ${learnedNoise ? "learned" : "additive"} noise`;

  test(`${name}: policy and model make every step of the noise that is drawn, which is inferred again`, (t) => {
    const made = setup(64, K, P, learnedNoise);
    const { core, policy, model, address, random, deviation, starts, rows, imagine, gradient } = made;
    imagine();
    core.plain("randomSeed", random, 1n, IMAGINATION, 0);
    const [s, a, next, etaOf, xiOf] = [STATES, ACTIONS, STATES, ACTIONS, STATES].map((width) => core.alloc(P * width));
    const etas: number[] = [];
    const xis: number[] = [];
    core.set(s!, starts);
    const expected: number[] = [];
    for (let time = 0; time < K; time++) {
      core.run("randomNormals", random, etaOf!, P * ACTIONS);
      etas.push(...core.get(etaOf!, P * ACTIONS));
      const xi = Array.from({ length: P }, () => {
        const row = new Array<number>(STATES).fill(0);
        for (const i of PREDICTED) row[i] = deviation[i]! * core.plain("randomNormal", random);
        row[CLOCK] = CONTROL_STEP;
        return row;
      }).flat();
      xis.push(...xi);
      core.set(xiOf!, xi);
      core.run("policyForward", policy.address, s!, P);
      core.run("gaussianSample", core.plain("policyGaussian", policy.address), a!, etaOf!, P);
      core.run("modelForward", model.address, s!, a!, P);
      core.run("modelStep", model.address, next!, s!, xiOf!, P);
      expected.push(...core.get(s!, P * STATES), ...core.get(a!, P * ACTIONS), ...core.get(next!, P * STATES));
      core.set(s!, core.get(next!, P * STATES));
    }
    const parts = (["S", "A", "SNext"] as const).map((part) => rows(part));
    const times = Array.from({ length: K }, (_, time) => time);
    t.deepEqual(
      times.flatMap((time) => parts.flatMap((part) => part.slice(time * P, (time + 1) * P).flat())),
      expected,
    );
    const { ratios } = gradient();
    assertClose(t, core.get(core.plain("policyEta", policy.address), K * P * ACTIONS), etas, 1e-12, "eta");
    assertClose(t, core.get(core.plain("modelXi", model.address), K * P * STATES), xis, 1e-12, "xi");
    assertClose(
      t,
      ratios,
      ratios.map(() => 1),
      1e-12,
      "p(a | s) of the policy that acts",
    );
    t.true(new Set(core.get(address("BehaviourLogProb"), K * P)).size === K * P);
  });

  test(`${name}: the gradient is the derivative of the simulated return under common noise`, (t) => {
    const { core, policy, value, rows, imagine, gradient } = setup(64, K, P, learnedNoise);
    imagine();
    const computed = gradient().gradient;
    const [state, v] = [core.alloc(P * STATES), core.alloc(P)];
    const loss = () => {
      imagine();
      const [s, a, next] = [rows("S"), rows("A"), rows("SNext")];
      core.set(state, next.slice(-P).flat());
      core.run("valueForward", value.address, value.values, v, state, 0, P);
      let sum = GAMMA ** K * core.get(v, P).reduce((total, x) => total + x, 0);
      for (let b = 0; b < K * P; b++) sum += GAMMA ** Math.floor(b / P) * REWARD_SCALE * reward(s[b]!, a[b]!, next[b]!);
      return -sum / P;
    };
    const numeric = centralDifferences(core, policy.values, policy.slots.length, loss);
    assertGradient(t, computed, numeric, "theta", 1e-8);
  });

  test(`${name}: what is copied stays, the clock goes on`, (t) => {
    const { starts, rows, imagine } = setup(64, K, P, learnedNoise);
    imagine();
    for (const [b, next] of rows("SNext").entries()) {
      const start = starts.slice((b % P) * STATES, ((b % P) + 1) * STATES);
      t.is(next[STILL], start[STILL]);
      t.true(Math.abs(next[CLOCK]! - start[CLOCK]! - CONTROL_STEP * (Math.floor(b / P) + 1)) < 1e-14);
      for (const i of PREDICTED) t.not(next[i], start[i]);
    }
  });

  test(`${name}: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { rows, imagine, gradient } = setup(bits, K, P, learnedNoise);
      imagine();
      return { states: rows("SNext").flat(), ...gradient() };
    });
    assertClose(t, single!.states, double!.states, 1e-5, "s'");
    assertClose(t, single!.gradient, double!.gradient, 1e-4, "theta");
    t.notDeepEqual(single!.states, double!.states);
  });
}

test("additive noise is as large as what real transitions leave unexplained, learned noise is standard normal", (t) => {
  for (const learnedNoise of [false, true]) {
    const { core, source, model, batch, address, imagination } = setup(64, 40, 1, learnedNoise);
    const transitions = {
      S: source.array(40 * STATES),
      A: source.array(40 * ACTIONS),
      SNext: source.array(40 * STATES),
    };
    for (const [name, values] of Object.entries(transitions)) core.set(address(name), values);
    core.run("modelForward", model.address, address("S"), address("A"), 40);
    core.run("modelInfer", model.address, address("S"), address("SNext"), 40);
    const xi = core.get(core.plain("modelXi", model.address), 40 * STATES);
    core.set(core.plain("imaginationDeviation", imagination), new Array<number>(STATES).fill(9));
    core.run("imaginationMeasure", imagination, batch, 40);
    const expected = Array.from({ length: STATES }, (_, i) => {
      if (!PREDICTED.includes(i)) return 0;
      const own = xi.filter((_, at) => at % STATES === i);
      return learnedNoise ? 1 : Math.sqrt(dot(own, own) / 40);
    });
    const measured = core.get(core.plain("imaginationDeviation", imagination), STATES);
    assertClose(t, measured, expected, 1e-14, "deviation");
  }
});
