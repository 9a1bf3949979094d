import test from "ava";
import {
  ACTIONS,
  actsOnDeviation,
  createModel,
  createPolicy,
  createValue,
  type Deviation,
  FRAMES,
  gradientOf,
  type Trainable,
  valuesOf,
} from "./agents.js";
import { STATES } from "./encoders.js";
import { type Bits, BOTH, Core } from "./instantiate.js";
import { assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const B = 5;
const GAMMA = 0.9;
const REWARD_SCALE = 0.5;
/** A smooth reward r(s, a, s') = sin(cS s) + (cA a) (cNext s') + |a|^2 / 3, with its derivatives. */
const SOURCE = new Source(100);
const [C_STATE, C_ACTION, C_NEXT] = [SOURCE.array(STATES), SOURCE.array(ACTIONS), SOURCE.array(STATES)];

const reward = (s: number[], a: number[], next: number[]) =>
  Math.sin(dot(C_STATE, s)) + dot(C_ACTION, a) * dot(C_NEXT, next) + dot(a, a) / 3;
const rewardGradients = (s: number[], a: number[], next: number[]) => ({
  rS: C_STATE.map((c) => c * Math.cos(dot(C_STATE, s))),
  rA: C_ACTION.map((c, k) => c * dot(C_NEXT, next) + (2 / 3) * a[k]!),
  rSNext: C_NEXT.map((c) => c * dot(C_ACTION, a)),
});

/** A transition of our own, s' = s + sin(M (s, a)) / 2 + xi, and its Jacobians, row-major. */
const MIXING = SOURCE.array(STATES * (STATES + ACTIONS));
const argument = (i: number, s: readonly number[], a: readonly number[]) =>
  dot(MIXING.slice(i * (STATES + ACTIONS), (i + 1) * (STATES + ACTIONS)), [...s, ...a]);
const transition = (s: number[], a: number[], xi: number[]) =>
  s.map((x, i) => x + Math.sin(argument(i, s, a)) / 2 + xi[i]!);
const jacobian = (s: number[], a: number[], columns: readonly number[], identity: boolean) =>
  s.flatMap((_, i) =>
    columns.map((j) => {
      const slope = (MIXING[i * (STATES + ACTIONS) + j]! * Math.cos(argument(i, s, a))) / 2;
      return slope + (identity && i === j ? 1 : 0);
    }),
  );
const STATE_COLUMNS = Array.from({ length: STATES }, (_, j) => j);
const ACTION_COLUMNS = Array.from({ length: ACTIONS }, (_, k) => STATES + k);

const row = (values: readonly number[], b: number, width: number) => values.slice(b * width, (b + 1) * width);

function setup(bits: Bits, dynamics: "learned" | "given", rows = B, deviation: Deviation = "state-dependent") {
  const core = new Core(bits);
  const source = new Source(rows);
  const policy = createPolicy(core, source, rows, { deviation });
  const model = createModel(core, source, rows, { frames: FRAMES });
  const value = createValue(core, source, rows);
  const batch = core.run("batchCreate", rows, STATES, ACTIONS);
  const address = (name: string) => core.plain(`batch${name}`, batch);
  const [fS, fA] = [core.alloc(rows * STATES * STATES), core.alloc(rows * STATES * ACTIONS)];
  if (dynamics === "given") core.plain("batchGiveJacobians", batch, fS, fA);
  const gaussian = core.plain("policyGaussian", policy.address);
  const [eta, xi] = [core.alloc(rows * ACTIONS), core.alloc(rows * STATES)];
  const [a, sNext, v] = [core.alloc(rows * ACTIONS), core.alloc(rows * STATES), core.alloc(rows)];
  /** Actions and next states of the states at an address, under the noise in eta and xi. */
  const roll = (s: number) => {
    core.run("policyForward", policy.address, s, rows);
    core.run("gaussianSample", gaussian, a, eta, rows);
    if (dynamics === "learned") {
      core.run("modelForward", model.address, s, a, rows);
      core.run("modelStep", model.address, sNext, s, xi, rows);
    } else {
      const numbers = [core.get(s, rows * STATES), core.get(a, rows * ACTIONS), core.get(xi, rows * STATES)] as const;
      for (let b = 0; b < rows; b++) {
        const next = transition(row(numbers[0], b, STATES), row(numbers[1], b, ACTIONS), row(numbers[2], b, STATES));
        core.set(sNext + b * STATES * (bits / 8), next);
      }
    }
    return [core.get(s, rows * STATES), core.get(a, rows * ACTIONS), core.get(sNext, rows * STATES)] as const;
  };
  /** Writes observed transitions with the reward's derivatives, and infers both noises from them. */
  const observe = (s: readonly number[], action: readonly number[], next: readonly number[]) => {
    core.set(address("S"), s);
    core.set(address("A"), action);
    core.set(address("SNext"), next);
    const each = Array.from({ length: rows }, (_, b) => {
      const own = [row(s, b, STATES), row(action, b, ACTIONS)] as const;
      return {
        ...rewardGradients(...own, row(next, b, STATES)),
        fS: jacobian(...own, STATE_COLUMNS, true),
        fA: jacobian(...own, ACTION_COLUMNS, false),
      };
    });
    const all = (name: "rS" | "rA" | "rSNext" | "fS" | "fA") => each.flatMap((gradients) => gradients[name]);
    core.set(address("RS"), all("rS"));
    core.set(address("RA"), all("rA"));
    core.set(address("RSNext"), all("rSNext"));
    core.set(fS, all("fS"));
    core.set(fA, all("fA"));
    core.run("policyForward", policy.address, address("S"), rows);
    core.run("policyInfer", policy.address, address("A"), rows);
    core.run("modelForward", model.address, address("S"), address("A"), rows);
    core.run("modelInfer", model.address, address("S"), address("SNext"), rows);
  };
  const transitionAdjoint = () => core.run("transitionAdjoint", batch, model.address, GAMMA, REWARD_SCALE, rows);
  return { core, source, policy, model, value, batch, address, eta, xi, sNext, v, roll, observe, transitionAdjoint };
}

/** Numeric derivative with respect to the parameters, zero where the policy must not get one. */
function parameterDifferences(core: Core, policy: Trainable, deviation: Deviation, evaluate: () => number): number[] {
  return centralDifferences(core, policy.values, policy.slots.length, evaluate).map((g, at) => {
    const role = actsOnDeviation(policy, at);
    return role === undefined || deviation === "state-dependent" || (role === "bias" && deviation === "learned")
      ? g
      : 0;
  });
}

for (const dynamics of ["learned", "given"] as const) {
  for (const deviation of ["state-dependent", "learned", "fixed"] as const) {
    test(`recursion, ${dynamics} dynamics, ${deviation} deviation: one step is the derivative of r + gamma V(s')`, (t) => {
      const made = setup(64, dynamics, B, deviation);
      const { core, source, policy, value, batch, address, eta, xi, sNext, v, roll, observe, transitionAdjoint } = made;
      const s = core.put(source.array(B * STATES));
      core.set(eta, source.array(B * ACTIONS));
      core.set(xi, source.array(B * STATES));
      const terminated = [0, 1, 0, 0, 1];
      const weight = source.array(B, 0.1, 2);
      core.set(address("Terminated"), terminated);
      core.set(address("Weight"), weight);

      observe(...roll(s));
      core.run("valueForward", value.address, value.values, v, address("SNext"), 0, B);
      core.set(v, new Array<number>(B).fill(1));
      const vSNext = address("VSNext");
      core.run("valueVjp", value.address, value.values, 0, vSNext, 0, v, address("SNext"), B);
      transitionAdjoint();
      const vS = core.alloc(B * STATES);
      core.run("stateValueGradient", batch, policy.address, vS, B);
      core.run("policyGradient", batch, policy.address, 1 / B, B);

      const values = () => {
        const [states, actions, next] = roll(s);
        core.run("valueForward", value.address, value.values, v, sNext, 0, B);
        const later = core.get(v, B);
        return later.map((x, b) => {
          const r = reward(row(states, b, STATES), row(actions, b, ACTIONS), row(next, b, STATES));
          return REWARD_SCALE * r + GAMMA * (1 - terminated[b]!) * x;
        });
      };
      const total = () => values().reduce((sum, x) => sum + x, 0);
      assertGradient(t, core.get(vS, B * STATES), centralDifferences(core, s, B * STATES, total), "v_s");
      const weighted = () => -dot(values(), weight) / B;
      const numeric = parameterDifferences(core, policy, deviation, weighted);
      assertGradient(t, gradientOf(core, policy), numeric, "v_theta");
      const barred = gradientOf(core, policy).filter((_, at) => {
        const role = actsOnDeviation(policy, at);
        return (role === "weight" && deviation !== "state-dependent") || (role === "bias" && deviation === "fixed");
      });
      if (deviation !== "state-dependent") assertZero(t, barred, "barred parameters");
    });
  }

  test(`recursion, ${dynamics} dynamics: walked backward over a trajectory it is the derivative of the return`, (t) => {
    const T = 6;
    const made = setup(64, dynamics, 1);
    const { core, source, policy, model, batch, address, eta, xi, roll, observe, transitionAdjoint } = made;
    // small changes of the state, or the return would be a wild function of its start
    core.set(
      model.values,
      valuesOf(core, model).map((x) => x / 4),
    );
    const start = core.put(source.array(STATES, -0.5, 0.5));
    const noises = Array.from({ length: T }, () => [source.array(ACTIONS), source.array(STATES, -0.3, 0.3)] as const);
    const state = core.alloc(STATES);
    const simulate = () => {
      core.set(state, core.get(start, STATES));
      return noises.map(([policyNoise, modelNoise]) => {
        core.set(eta, policyNoise);
        core.set(xi, modelNoise);
        const step = roll(state);
        core.set(state, step[2]);
        return step;
      });
    };
    const discounted = () =>
      simulate().reduce((sum, step, time) => sum + GAMMA ** time * REWARD_SCALE * reward(...step), 0);

    const trajectory = simulate();
    const vS = core.alloc(STATES);
    for (let time = T - 1; time >= 0; time--) {
      observe(...trajectory[time]!);
      core.set(address("VSNext"), core.get(vS, STATES));
      core.set(address("Weight"), [GAMMA ** time]);
      transitionAdjoint();
      core.run("stateValueGradient", batch, policy.address, vS, 1);
      core.run("policyGradient", batch, policy.address, 1, 1);
    }
    assertGradient(t, core.get(vS, STATES), centralDifferences(core, start, STATES, discounted), "v_s");
    const numeric = centralDifferences(core, policy.values, policy.slots.length, () => -discounted());
    assertGradient(t, gradientOf(core, policy), numeric, "v_theta");
  });

  test(`recursion, ${dynamics} dynamics: over pieces of trajectories at once it is what it is step by step`, (t) => {
    const [T, P] = [4, 3];
    const made = setup(64, dynamics, T * P);
    const { core, source, policy, model, batch, address, observe } = made;
    const [s, a] = [source.array(T * P * STATES), source.array(T * P * ACTIONS, -0.5, 0.5)];
    const terminated = Array.from({ length: T * P }, (_, b) => (b === 4 ? 1 : 0));
    const later = source.array(P * STATES);
    core.set(address("Terminated"), terminated);
    core.run("batchAllocatePolicyJacobian", batch);
    // the second piece is over one step earlier
    const ends = [T - 1, T - 2, T - 1];
    new Int32Array(core.memory.buffer, address("Ends"), P).set(ends);
    const weight = source.array(T * P, 0.5, 1.5);
    core.set(address("Weight"), weight);
    observe(s, a, source.array(T * P * STATES, -0.5, 0.5));
    core.run("policyJacobian", batch, policy.address, T * P);
    if (dynamics === "learned") {
      const [fS, fA] = [core.alloc(T * P * STATES * STATES), core.alloc(T * P * STATES * ACTIONS)];
      core.run("modelAllocateJacobian", model.address);
      core.run("modelJacobian", model.address, fS, fA, address("S"), T * P);
      core.plain("batchGiveJacobians", batch, fS, fA);
    }
    const vSNext = new Array<number>(T * P * STATES).fill(Number.NaN);
    const atEnds = ends.map((end, p) => (end * P + p) * STATES);
    atEnds.forEach((at, p) => void vSNext.splice(at, STATES, ...row(later, p, STATES)));
    // and what stands behind its end counts for nothing
    vSNext.splice(((T - 1) * P + 1) * STATES, STATES, ...new Array<number>(STATES).fill(3));
    core.set(address("VSNext"), vSNext);
    core.run("trajectoryAdjoint", batch, GAMMA, REWARD_SCALE, T, P);
    const [dS, dA] = [core.get(address("DS"), T * P * STATES), core.get(address("DA"), T * P * ACTIONS)];
    core.run("accumulateWeights", batch, GAMMA, T, P);
    const products = weight.slice(0, P);
    for (let b = P; b < T * P; b++) {
      products.push(Math.floor(b / P) > ends[b % P]! ? 0 : GAMMA * products[b - P]! * weight[b]!);
    }
    assertClose(t, core.get(address("Weight"), T * P), products, 1e-14, "weights");

    // the same numbers one step at a time, by pullbacks of all rows of which one time's count
    if (dynamics === "learned") core.plain("batchGiveJacobians", batch, 0, 0);
    const vS = core.alloc(T * P * STATES);
    for (let time = T - 1; time >= 0; time--) {
      const [first, end] = [time * P, (time + 1) * P];
      const now = new Array<number>(T * P * STATES).fill(0);
      const after = core.get(vS, T * P * STATES);
      for (let p = 0; p < P; p++) {
        const at = (first + p) * STATES;
        const passed = row(after, end + p, STATES).map((x) => weight[end + p]! * x);
        now.splice(at, STATES, ...(time < ends[p]! ? passed : vSNext.slice(at, at + STATES)));
      }
      core.set(address("VSNext"), now);
      core.run("transitionAdjoint", batch, model.address, GAMMA, REWARD_SCALE, T * P);
      const rows = (name: string, width: number) =>
        core.get(address(name), T * P * width).slice(first * width, end * width);
      assertClose(t, dS.slice(first * STATES, end * STATES), rows("DS", STATES), 1e-13, `d_s at ${time}`);
      assertClose(t, dA.slice(first * ACTIONS, end * ACTIONS), rows("DA", ACTIONS), 1e-13, `d_a at ${time}`);
      core.run("stateValueGradient", batch, policy.address, vS, T * P);
    }
    t.true(dA.every((x) => Number.isFinite(x) && x !== 0));
  });

  test(`recursion, ${dynamics} dynamics: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const made = setup(bits, dynamics);
      const { core, source, policy, batch, address, observe, transitionAdjoint } = made;
      observe(
        source.singles(B * STATES),
        source.singles(B * ACTIONS, -0.5, 0.5),
        source.singles(B * STATES, -0.5, 0.5),
      );
      core.set(address("VSNext"), source.singles(B * STATES));
      core.set(address("Weight"), source.singles(B, 0.1, 2));
      transitionAdjoint();
      const vS = core.alloc(B * STATES);
      core.run("stateValueGradient", batch, policy.address, vS, B);
      core.run("policyGradient", batch, policy.address, 1 / B, B);
      return { vS: core.get(vS, B * STATES), vTheta: gradientOf(core, policy) };
    });
    assertClose(t, single!.vS, double!.vS, 5e-5, "v_s");
    assertClose(t, single!.vTheta, double!.vTheta, 5e-5, "v_theta");
    t.notDeepEqual(single!.vS, double!.vS);
  });
}

test("recursion: along an unstable trajectory the adjoints keep their directions where f32 has no room for their lengths", (t) => {
  const [T, P] = [90, 2];
  const [single, double] = BOTH.map((bits) => {
    const { core, source, policy, batch, address, observe } = setup(bits, "given", T * P);
    const [s, a] = [source.singles(T * P * STATES), source.singles(T * P * ACTIONS, -0.5, 0.5)];
    // the second piece is over half-way, and so shrinks with what it has not met yet
    new Int32Array(core.memory.buffer, address("Ends"), P).set([T - 1, T / 2]);
    core.set(address("Weight"), new Array<number>(T * P).fill(1));
    core.run("batchAllocatePolicyJacobian", batch);
    observe(s, a, source.singles(T * P * STATES, -0.5, 0.5));
    core.run("policyJacobian", batch, policy.address, T * P);
    const fS = core.put(
      source.singles(T * P * STATES * STATES, -1, 1).map((x, i) => x + ((i % STATES ** 2) % (STATES + 1) ? 0 : 5)),
    );
    const fA = core.put(source.singles(T * P * STATES * ACTIONS));
    core.plain("batchGiveJacobians", batch, fS, fA);
    core.set(address("VSNext"), source.singles(T * P * STATES));
    core.run("trajectoryAdjoint", batch, GAMMA, REWARD_SCALE, T, P);
    return core.get(address("DA"), T * P * ACTIONS);
  }) as [number[], number[]];
  const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));
  t.true(largest(double) > 1e40 && largest(single) < 1e30, "f32 could not hold it");
  const unit = (values: readonly number[]) => values.map((x) => x / largest(values));
  assertClose(t, unit(single), unit(double), 1e-3, "directions");
  const powers = Math.log2(largest(double) / largest(single)) / 60;
  t.true(Math.abs(powers - Math.round(powers)) < 1e-4 && powers > 1, "lengths differ by powers of 2^60");
});

test("recursion: given Jacobians are used instead of the model, and taken away again", (t) => {
  const { core, source, batch, address, observe, transitionAdjoint } = setup(64, "learned");
  observe(source.array(B * STATES), source.array(B * ACTIONS), source.array(B * STATES));
  core.set(address("VSNext"), source.array(B * STATES));
  const dA = () => {
    transitionAdjoint();
    return core.get(address("DA"), B * ACTIONS);
  };
  const learned = dA();
  const zeros = core.alloc(B * STATES * STATES);
  core.plain("batchGiveJacobians", batch, zeros, zeros);
  // a transition that depends on nothing leaves the reward's own derivatives
  t.deepEqual(
    dA(),
    core.get(address("RA"), B * ACTIONS).map((g) => REWARD_SCALE * g),
  );
  core.plain("batchGiveJacobians", batch, 0, 0);
  t.deepEqual(dA(), learned);
});
