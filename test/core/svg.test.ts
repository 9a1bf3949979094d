import test from "ava";
import { ACTIONS, createModel, createPolicy, createValue, FRAMES, gradientOf, valuesOf } from "./agents.js";
import { STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, centralDifferences, dot, Source } from "./numbers.js";

const GAMMA = 0.95;
const REWARD_SCALE = 0.5;
/** Random transitions are unlikely ones; their noise shall count in full. */
const ETA_LIMIT = 1e3;

/** A batch of P pieces of at most K transitions, which follow each other. Rows are in the order of time. */
function setup(bits: Bits, K: number, P: number, exact: boolean, walks = K > 1) {
  const core = new Core(bits);
  const source = new Source(10 * K + P);
  const B = K * P;
  const policy = createPolicy(core, source, B, { etaLimit: ETA_LIMIT });
  // of one network by turns
  const model = createModel(core, source, B, { frames: FRAMES, single: P % 2 === 1 });
  // small changes of the state, or returns would be wild functions of the parameters
  core.set(
    model.values,
    valuesOf(core, model).map((x) => x / 4),
  );
  const value = createValue(core, source, B);
  const batch = core.run("batchCreate", B, STATES, ACTIONS);
  const learner = core.plain(
    "learnerCreate",
    policy.address,
    model.address,
    value.address,
    exact ? 1 : 0,
    GAMMA,
    REWARD_SCALE,
    3,
  );
  const [fS, fA] = [core.alloc(B * STATES * STATES), core.alloc(B * STATES * ACTIONS)];
  if (walks || exact) core.plain("batchGiveJacobians", batch, fS, fA);
  if (walks) core.run("batchAllocatePolicyJacobian", batch);
  core.run("modelAllocateJacobian", model.address);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  const s = source.singles(B * STATES, -0.5, 0.5);
  const next = [...s.slice(P * STATES), ...source.singles(P * STATES, -0.5, 0.5)];
  core.set(address("S"), s);
  core.set(address("SNext"), next);
  core.set(address("A"), source.singles(B * ACTIONS, -0.5, 0.5));
  for (const [name, width] of [
    ["RS", STATES],
    ["RA", ACTIONS],
    ["RSNext", STATES],
  ] as const) {
    core.set(address(name), source.singles(B * width));
  }
  /** The step after which each piece is over: some before the last one. */
  const ends = Array.from({ length: P }, (_, p) => Math.max(0, K - 1 - 2 * p));
  new Int32Array(core.memory.buffer, address("Ends"), P).set(ends);
  const terminated = Array.from({ length: B }, (_, b) => (b === ends[P - 1]! * P + P - 1 ? 1 : 0));
  core.set(address("Terminated"), terminated);
  const weight = source.singles(B, 0.3, 2);
  for (const { parameters } of [policy, model, value]) core.plain("parametersConfigure", parameters, 0, 1e9);
  const gradient = (bootstraps: boolean) => {
    core.run("importanceRatios", learner, batch, B);
    core.set(address("VSNext"), new Array<number>(B * STATES).fill(Number.NaN));
    core.set(address("Weight"), weight);
    core.run("svgGradient", learner, batch, K, P, bootstraps ? 1 : 0);
    return gradientOf(core, policy);
  };
  return { core, source, policy, model, value, batch, learner, address, terminated, ends, weight, fS, fA, gradient };
}

for (const [K, P] of [
  [1, 4],
  [2, 3],
  [5, 2],
  [7, 1],
] as const) {
  for (const bootstraps of [true, false]) {
    const name = `SVG(${K}) over ${P} pieces, ${bootstraps ? "the critic" : "nothing"} after them`;

    test(`${name}: the gradient is the derivative of the weighted returns under the inferred noises`, (t) => {
      const { core, policy, model, value, address, terminated, ends, weight, gradient } = setup(64, K, P, false);
      const computed = gradient(bootstraps);
      const B = K * P;
      const noise = core.get(core.plain("policyEta", policy.address), B * ACTIONS);
      const xi = core.get(core.plain("modelXi", model.address), B * STATES);
      const get = (block: string, width: number) => core.get(address(block), B * width);
      const [rS, rA, rSNext] = [get("RS", STATES), get("RA", ACTIONS), get("RSNext", STATES)];
      const [state, a, next, v] = [
        core.alloc(P * STATES),
        core.alloc(P * ACTIONS),
        core.alloc(P * STATES),
        core.alloc(P),
      ];
      const [eta, modelNoise] = [core.alloc(P * ACTIONS), core.alloc(P * STATES)];
      const rows = (all: readonly number[], time: number, width: number) =>
        all.slice(time * P * width, (time + 1) * P * width);
      const part = (all: readonly number[], p: number, width: number) => all.slice(p * width, (p + 1) * width);
      const observed = get("SNext", STATES);
      /** What a step counts at its piece's start: the discount, and the ratios of all actions up to its own. */
      const share = (time: number, p: number) => {
        let product = GAMMA ** time;
        for (let t = 0; t <= time; t++) product *= weight[t * P + p]!;
        return product;
      };
      const returns = (check = false) => {
        core.set(state, rows(get("S", STATES), 0, STATES));
        const sums = new Array<number>(P).fill(0);
        const reached = new Float64Array(P * STATES);
        for (let time = 0; time < K; time++) {
          core.set(eta, rows(noise, time, ACTIONS));
          core.set(modelNoise, rows(xi, time, STATES));
          core.run("policyForward", policy.address, state, P);
          core.run("gaussianSample", core.plain("policyGaussian", policy.address), a, eta, P);
          core.run("modelForward", model.address, state, a, P);
          core.run("modelStep", model.address, next, state, modelNoise, P);
          const [before, act, after] = [
            core.get(state, P * STATES),
            core.get(a, P * ACTIONS),
            core.get(next, P * STATES),
          ];
          if (check) assertClose(t, after, rows(observed, time, STATES), 1e-12, "s'");
          for (let p = 0; p < P; p++) {
            const r =
              dot(part(rows(rS, time, STATES), p, STATES), part(before, p, STATES)) +
              dot(part(rows(rA, time, ACTIONS), p, ACTIONS), part(act, p, ACTIONS)) +
              dot(part(rows(rSNext, time, STATES), p, STATES), part(after, p, STATES));
            if (time <= ends[p]!) sums[p]! += share(time, p) * REWARD_SCALE * r;
            if (time === ends[p]) reached.set(part(after, p, STATES), p * STATES);
          }
          core.set(state, after);
        }
        if (!bootstraps) return sums;
        core.set(state, reached);
        core.run("valueForward", value.address, value.values, v, state, 0, P);
        const end = core.get(v, P);
        return sums.map((sum, p) => {
          const last = ends[p]!;
          return sum + (1 - terminated[last * P + p]!) * GAMMA * share(last, p) * end[p]!;
        });
      };
      // the inferred noises lead to what was observed
      returns(true);
      const loss = () => -returns().reduce((sum, x) => sum + x, 0) / P;
      assertGradient(t, computed, centralDifferences(core, policy.values, policy.slots.length, loss), "theta");
    });
  }

  test(`SVG(${K}) over ${P} pieces: the model's Jacobians, given as if they were exact, give the same gradient`, (t) => {
    const learned = setup(64, K, P, false);
    const given = setup(64, K, P, true);
    const expected = learned.gradient(true);
    const { core, policy, model, address, fS, fA } = given;
    const B = K * P;
    core.run("policyForward", policy.address, address("S"), B);
    core.run("modelForward", model.address, address("S"), address("A"), B);
    core.run("modelInfer", model.address, address("S"), address("SNext"), B);
    core.run("modelJacobian", model.address, fS, fA, address("S"), B);
    assertClose(t, given.gradient(true), expected, 1e-12, "theta");
    // and it is they that count
    core.set(fA, new Array<number>(B * STATES * ACTIONS).fill(0));
    t.notDeepEqual(given.gradient(true), expected);
  });

  test(`SVG(${K}) over ${P} pieces: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => setup(bits, K, P, false).gradient(true));
    assertClose(t, single!, double!, 1e-4, "theta");
    t.notDeepEqual(single, double);
  });
}

test("SVG(1): with room for longer pieces the gradient is the same", (t) => {
  const [alone, walked] = [false, true].map((walks) => setup(64, 1, 4, false, walks).gradient(true));
  assertClose(t, walked!, alone!, 1e-12, "theta");
});
