// SVG(inf) with the exact model: its gradient is the derivative of the return under common noise, on trajectories whose noise was drawn
// and on real ones, of another policy and with disturbances, whose noise is inferred.

import test, { type ExecutionContext } from "ava";
import { assertClose, assertGradient, derivative, dot, normal, Source } from "../core/numbers.js";
import { additive, inferNoise, type Noise, type Observed, type Problem, pieceValue } from "../oracle/equations.js";
import { held, Tape, times } from "../oracle/tape.js";
import { cartpoleEquations, handEquations, type TaskEquations } from "../oracle/tasks.js";
import { featuresOf, Simulator } from "./simulator.js";
import { type Spec, Subject } from "./subject.js";

/** Directions in the space of all parameters along which differences are taken. */
const DIRECTIONS = 4;

/** Small, because drag, which goes with v |v|, has a kink in its slope. */
const STEP = 1e-5;

/** Whether the core learns a parameter. */
const counts = ({ spec, role }: Subject, at: number) =>
  role[at] !== "padding" && (role[at] !== "deviation weight" || spec.deviation === "state-dependent");

interface Case {
  readonly task: string;
  readonly steps: number;
  /** Standard deviations of the drawn noise of a transition, and of the real one's disturbance. */
  readonly spread: number;
  readonly disturbance: number;
  readonly gamma: number;
  readonly bootstraps: boolean;
  readonly policy: Pick<Spec, "squash" | "deviation" | "sigma">;
  /** Size of its weights. */
  readonly size: number;
  /** Where the trajectory starts. */
  start(simulator: Simulator): number[];
  readonly equations?: TaskEquations;
}

const cases: readonly Case[] = [
  {
    task: "hand",
    steps: 50,
    spread: 0.01,
    disturbance: 1,
    gamma: 1,
    bootstraps: false,
    policy: { squash: "none", deviation: "learned", sigma: [0.05, 1] },
    size: 1,
    // the trajectory ends with the episode
    start: (simulator) => simulator.start(3).with(7, 9.5),
    equations: handEquations,
  },
  {
    task: "cartpole",
    steps: 30,
    spread: 0.01,
    disturbance: 0.1,
    gamma: 0.95,
    bootstraps: true,
    policy: { squash: "tanh", deviation: "state-dependent", sigma: [0.05, 0.5] },
    size: 0.4,
    start: (simulator) => simulator.start(3).with(3, 4),
    equations: cartpoleEquations,
  },
  {
    task: "swimmer3",
    steps: 20,
    spread: 0.01,
    disturbance: 0.05,
    gamma: 0.97,
    bootstraps: true,
    policy: { squash: "tanh", deviation: "state-dependent", sigma: [0.02, 0.1] },
    size: 0.05,
    // stretched, far from the ends of its joints
    start: (simulator) => simulator.start(3).with(3, 0.3).with(4, -0.3),
  },
];

async function setup({ task, steps, gamma, policy }: Case) {
  const simulator = await Simulator.of(task, 0);
  const { state, action, features, predicted } = simulator.task;
  const spec: Spec = {
    states: state.length,
    actions: action.length,
    features: featuresOf(features),
    policyHidden: [5],
    ...policy,
    etaLimit: 1e3,
    critic: "states",
    valueHidden: [4],
    // not used
    modelHidden: [],
    noise: "additive",
    predicted,
    scales: predicted.map(() => 1),
    frames: [],
    gamma,
    rewardScale: 0.5,
  };
  const subject = new Subject(spec, { steps, pieces: 1, exact: true });
  return { simulator, subject, source: new Source(4) };
}

/** Asserts that no action is near a bound, where it begins to be clipped, and no position near an end, which would push back. */
function assertSmooth(
  t: ExecutionContext,
  { task: { state, predicted } }: Simulator,
  piece: readonly Observed[],
): void {
  t.true(piece.every(({ a }) => a.every((x) => Math.abs(Math.abs(x) - 1) > 2e-3)));
  t.true(
    piece.every(({ sNext }) =>
      predicted.every((i) => sNext[i]! > state[i]!.low + 0.1 && sNext[i]! < state[i]!.high - 0.1),
    ),
  );
  t.log(`${piece.filter(({ a }) => a.some((x) => Math.abs(x) > 1)).length} of ${piece.length} actions are clipped`);
}

for (const example of cases) {
  const { task, steps, spread, disturbance, gamma, bootstraps, start, equations } = example;
  for (const kind of ["drawn", "inferred"] as const) {
    test(`SVG(inf), ${task}, ${kind} noise: the gradient is the derivative of the return`, async (t) => {
      const { simulator, subject, source } = await setup(example);
      const size = { policy: example.size, model: 1, value: 1 };
      const { states, actions, predicted, rewardScale } = subject.spec;
      subject.randomise(source, size);
      const behaviour = subject.policy();
      if (kind === "inferred") subject.randomise(source, size);
      const f = additive(simulator.f);
      const noises: Noise[] = Array.from({ length: steps }, () => ({
        eta: Array.from({ length: actions }, () => normal(source)),
        xi: Array.from({ length: states }, (_, i) => (predicted.includes(i) ? spread * normal(source) : 0)),
      }));
      // the trajectory: of the model and the policy, or of the disturbed simulator and another policy
      const real = await Simulator.of(task, disturbance);
      const piece: Observed[] = [];
      let s = start(simulator);
      for (const { eta, xi } of noises) {
        const a = behaviour.act(s, eta).map(held);
        const sNext = kind === "drawn" ? f.step(s, a, xi).map(held) : real.next(s, a);
        piece.push({ s, a, sNext, ratio: 1, terminated: !bootstraps && piece.length === steps - 1 });
        s = sNext;
      }
      const inferred = inferNoise(subject.policy(), f, piece);
      assertSmooth(t, simulator, piece);
      if (kind === "drawn") {
        const both = [noises, inferred].map((all) => all.flatMap(({ eta, xi }) => [...eta, ...xi]));
        assertClose(t, both[1]!, both[0]!, 1e-12, "the noise is found again");
      }

      subject.observe([piece], ({ s, a, sNext }) => simulator.derivatives(s, a, sNext));
      const computed = subject.gradient(bootstraps);

      const problem = (world: TaskEquations): Problem => ({
        f: additive(world.f),
        reward: (s, a, sNext) => times(rewardScale, world.reward(s, a, sNext)),
        gamma,
        ...(bootstraps && { critic: subject.critic }),
      });
      const theta = subject.theta;
      const value = (moved: readonly number[]) =>
        held(pieceValue(subject.policy(moved), problem(simulator), piece, inferred));
      for (let n = 0; n < DIRECTIONS; n++) {
        const direction = theta.map((_, i) => (counts(subject, i) ? source.uniform() : 0));
        const along = (x: number) => value(theta.map((at, i) => at + x * direction[i]!));
        assertGradient(t, [dot(computed, direction)], [derivative(along, 0, STEP)], `direction ${n}`, 1e-7);
      }
      for (const world of [simulator, ...(equations ? [equations] : [])]) {
        const tape = new Tape();
        const variables = tape.variables(theta);
        const result = pieceValue(subject.policy(variables), problem(world), piece, inferred);
        const reference = tape.gradient(result, variables);
        assertClose(t, computed, reference, 1e-10, world === simulator ? "the tape, the simulator" : "the tape alone");
      }
    });
  }
}
