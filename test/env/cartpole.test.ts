import test from "ava";
import { cartpole, cartpoleBalance } from "../../src/env/cartpole.js";
import { Environments } from "../../src/env/environments.js";
import { init } from "../../src/node.js";
import { assertClose, largest, Source } from "../core/numbers.js";
import { assertRewardGradient } from "./gradients.js";

const RAIL = 1.8;

type State = [x: number, theta: number, v: number, omega: number];

const environment = async (task = cartpole, copies = 1, options = {}) =>
  new Environments(await init(), task, copies, 1, undefined, options);

/** What one control step makes of states under actions, without disturbance. */
async function stepped(starts: readonly State[], actions: readonly number[]): Promise<Environments> {
  const environments = await environment(cartpole, starts.length);
  environments.states.set(starts.flat());
  environments.actions.set(actions);
  environments.step();
  return environments;
}

// the body's numbers: a cart of 1 kg, a thin rod of 0.1 kg and 1 m, 10 N at full action, control step 0.04 s
const [CART, POLE, HALF, GRAVITY, FORCE] = [1, 0.1, 0.5, 9.81, 10];
const [CART_DAMPING, POLE_DAMPING] = [5e-4, 2e-6];
const CONTROL_STEP = 0.04;

/** The mass matrix [[a, b], [b, c]] at an angle. */
const massMatrix = (theta: number) => [
  CART + POLE,
  POLE * HALF * Math.cos(theta),
  (POLE * (2 * HALF) ** 2) / 12 + POLE * HALF ** 2,
];

/** Hamilton's equations: positions, and the momenta p = M q' instead of velocities. */
function hamiltonian([, theta, px, ptheta]: State, force: number): State {
  const [a, b, c] = massMatrix(theta) as [number, number, number];
  const determinant = a * c - b * b;
  const v = (c * px - b * ptheta) / determinant;
  const omega = (a * ptheta - b * px) / determinant;
  const kinetic = -POLE * HALF * Math.sin(theta) * v * omega;
  const gravity = POLE * GRAVITY * HALF * Math.sin(theta);
  return [v, omega, force - CART_DAMPING * v, kinetic + gravity - POLE_DAMPING * omega];
}

/** The state after one control step, away from the rail's ends, by the midpoint rule in small steps, extrapolated. */
function reference(start: State, force: number): State {
  const integrate = (count: number): State => {
    const [a, b, c] = massMatrix(start[1]) as [number, number, number];
    let y: State = [start[0], start[1], a * start[2] + b * start[3], b * start[2] + c * start[3]];
    const h = CONTROL_STEP / count;
    for (let n = 0; n < count; n++) {
      const slope = hamiltonian(y, force);
      const middle = y.map((value, i) => value + (h / 2) * slope[i]!) as State;
      const steeper = hamiltonian(middle, force);
      y = y.map((value, i) => value + h * steeper[i]!) as State;
    }
    const [v, omega] = hamiltonian(y, force);
    return [y[0], y[1], v, omega];
  };
  const [coarse, fine] = [integrate(2000), integrate(4000)];
  return fine.map((value, i) => value + (value - coarse[i]!) / 3) as State;
}

test("cart-pole: a control step away from the ends follows the equations of motion", async (t) => {
  // what is left is the error of Runge-Kutta steps of 0.01 s, more where the motion is fast
  for (const [turn, speed, tolerance] of [
    [0.03, 0.03, 1e-9],
    [6, 3, 5e-8],
  ] as const) {
    const source = new Source(1);
    const starts = Array.from(
      { length: 40 },
      (): State => [
        source.uniform(-1, 1),
        Math.PI + source.uniform(-turn, turn),
        source.uniform(-speed, speed),
        source.uniform(-speed, speed),
      ],
    );
    const actions = source.array(40, -1, 1).map((u) => u * Math.min(1, speed));
    const { states } = await stepped(starts, actions);
    const expected = starts.flatMap((start, i) => reference(start, FORCE * actions[i]!));
    const difference = largest([...states].map((x, i) => x - expected[i]!));
    t.true(difference < tolerance, `speed ${speed}: ${difference}`);
    t.true(largest([...states].map((x, i) => x - starts.flat()[i]!)) > 100_000 * tolerance, "the step moved little");
  }
});

test("cart-pole: an action beyond full force counts as full force", async (t) => {
  const start: State = [0.1, 1, -0.5, 2];
  const { states } = await stepped([start, start, start, start], [1, 5, -1, -7]);
  t.deepEqual(states.slice(0, 4), states.slice(4, 8));
  t.deepEqual(states.slice(8, 12), states.slice(12, 16));
  t.notDeepEqual(states.slice(0, 4), states.slice(8, 12));
});

test("cart-pole: falls from upright, swings about hanging, and damping takes its energy", async (t) => {
  const environments = await environment();
  const { states } = environments;
  states.set([0, 0.01, 0, 0]);
  const energy = ([, theta, v, omega]: State) => {
    const [a, b, c] = massMatrix(theta) as [number, number, number];
    return 0.5 * (a * v * v + 2 * b * v * omega + c * omega * omega) + POLE * GRAVITY * HALF * Math.cos(theta);
  };
  const first = energy([...states] as State);
  let previous = first;
  let lowest = 1;
  for (let n = 0; n < cartpole.episodeSteps; n++) {
    environments.step();
    lowest = Math.min(lowest, environments.scores[0]!);
    const now = energy([...states] as State);
    t.true(now < previous + 1e-7);
    previous = now;
  }
  t.true(lowest < -0.99, "it never hung");
  t.true(previous < first && previous > first - 0.01);
});

test("cart-pole: mirrored start and actions give the mirrored trajectory, at the ends, too", async (t) => {
  const source = new Source(2);
  const environments = await environment(cartpole, 2);
  const { states, actions, rewards } = environments;
  const start = [0.2, 2.5, -0.4, 1];
  states.set([...start, ...start.map((x) => -x)]);
  let furthest = 0;
  for (let n = 0; n < 60; n++) {
    const u = source.uniform(0, 1.5);
    actions.set([u, -u]);
    environments.step();
    t.is(rewards[0], rewards[1]);
    t.true(states.slice(0, 4).every((x, i) => Math.abs(x + states[4 + i]!) <= 1e-11));
    furthest = Math.max(furthest, states[0]!);
  }
  t.true(furthest > RAIL);
});

test("cart-pole: an end stops the cart, which turns the pole, and lets it go again", async (t) => {
  for (const side of [1, -1]) {
    const environments = await environment();
    const { states, actions } = environments;
    states.set([side * (RAIL - 0.2), Math.PI, side * 2, 0]);
    actions[0] = 0;
    let furthest = 0;
    let fastest = 0;
    for (let n = 0; n < 25; n++) {
      environments.step();
      furthest = Math.max(furthest, side * states[0]!);
      fastest = Math.max(fastest, Math.abs(states[3]!));
    }
    t.true(furthest > RAIL && furthest < RAIL + 0.15, `furthest ${furthest}`);
    // a rod whose hinge is stopped from v turns with m l v / (I + m l^2) = 3 / 2 v / (2 l)
    t.true(fastest > 2.5 && fastest < 3.5, `rate ${fastest}`);
    actions[0] = -side;
    for (let n = 0; n < 15; n++) environments.step();
    t.true(side * states[0]! < RAIL - 0.1);
  }
});

test("cart-pole: starts hanging with a little noise, each copy and each reset its own", async (t) => {
  const copies = 500;
  const environments = await environment(cartpole, copies);
  const reset = () => {
    for (let i = 0; i < copies; i++) environments.reset(i);
    return environments.states.slice();
  };
  const first = reset();
  for (const [dimension, centre] of [0, Math.PI, 0, 0].entries()) {
    const noise = first.filter((_, at) => at % 4 === dimension).map((x) => (x - centre) / 0.01);
    const mean = noise.reduce((sum, x) => sum + x, 0) / copies;
    const variance = noise.reduce((sum, x) => sum + x * x, 0) / copies;
    t.true(Math.abs(mean) < 5 / Math.sqrt(copies) && Math.abs(variance - 1) < 5 * Math.sqrt(2 / copies));
  }
  t.is(new Set(first).size, 4 * copies);
  t.true(reset().every((x, at) => x !== first[at]));
});

test("cart-pole balance: starts nearly upright and near the middle", async (t) => {
  const environments = await environment(cartpoleBalance, 500);
  for (let i = 0; i < 500; i++) environments.reset(i);
  for (const [dimension, bound] of [
    [0, 0.1],
    [1, 0.034],
  ] as const) {
    const values = [...environments.states].filter((_, at) => at % 4 === dimension);
    t.true(largest(values) <= bound && largest(values) > 0.95 * bound);
    t.true(Math.min(...values) < -0.95 * bound && Math.max(...values) > 0.95 * bound);
  }
});

test("cart-pole balance: the body is the swing-up's, a fall is more than 0.2 rad, and ends an episode where it should", async (t) => {
  const balance = await environment(cartpoleBalance, 3, { disturbance: 0, earlyTermination: true });
  const swing = await environment(cartpole, 3);
  const starts = [0.3, 0.19, 0.1, 0, -0.2, 0.21, 0, 0, 0, -0.21, 0, 0];
  for (const environments of [balance, swing]) {
    environments.states.set(starts);
    environments.actions.set([0.5, 0.2, 0]);
    environments.step();
  }
  t.deepEqual(balance.states, swing.states);
  t.deepEqual([...balance.failed], [0, 1, 1]);
  t.deepEqual([...balance.terminated], [0, 1, 1]);
  t.deepEqual([...swing.failed], [0, 0, 0]);
  assertClose(
    t,
    [...balance.scores],
    [0, 4, 8].map((at) => Math.abs(balance.states[at]!)),
    0,
    "distance",
  );
});

test("cart-pole: the reward is for being upright at rest in the middle, without force", async (t) => {
  const [environments, balance] = [await environment(), await environment(cartpoleBalance)];
  const rewardOf = (s: State, u: number, of = environments) => {
    of.row.s.set(s);
    of.row.a[0] = u;
    return of.rowReward();
  };
  t.true(Math.abs(rewardOf([0.5, 0, 0, 0], 0, balance) - 1.75) < 1e-14);
  for (const [s, u, expected] of [
    [[0, 0, 3, 0], 0, 2],
    [[1, 0, 0, 0], 0, 1.9],
    [[0, 0, 0, 5], 0, 1.1],
    [[0, Math.PI / 2, 0, 0], 0, 1],
    [[0, Math.PI, 0, 1], 0, 0],
    // beyond full force costs what was chosen
    [[0, 0, 0, 0], 2, 1.2],
  ] as const) {
    t.true(Math.abs(rewardOf([...s], u) - expected) < 1e-14, `${s}, ${u}`);
  }
  const source = new Source(3);
  for (let n = 0; n < 5; n++) {
    const gradient = assertRewardGradient(
      t,
      environments,
      source.array(4, -3, 3),
      [source.uniform(-2, 2)],
      [9, 9, 9, 9],
    );
    for (const k of [0, 1, 3, 4]) t.true(Math.abs(gradient[k]!) > 1e-6);
    for (const k of [2, 5, 6, 7, 8]) t.is(gradient[k], 0);
  }
});
