import test from "ava";
import { Core } from "./instantiate.js";
import { assertClose, assertGradient, assertZero, centralDifferences, largest, Source } from "./numbers.js";

const CARTPOLE = 0;
const STEPS = 250;
const RAIL = 1.8;

type State = [x: number, theta: number, v: number, omega: number];

/** Copies of the task through the released interface. */
function environment(copies: number, seed = 1n, index = 2) {
  const core = new Core(64, "core");
  const address = core.plain("environmentCreate", CARTPOLE, copies, seed, index);
  const at = (name: string) => core.plain(`environment${name}`, address);
  const flags = (name: string) => Array.from(new Int32Array(core.memory.buffer, at(name), copies));
  return {
    core,
    address,
    flags,
    states: () => core.get(at("S"), 4 * copies),
    place: (states: readonly number[]) => core.set(at("S"), states),
    reset: () => {
      for (let i = 0; i < copies; i++) core.plain("environmentReset", address, i);
    },
    /** One control step; the rewards. */
    step: (actions: readonly number[]) => {
      core.set(at("A"), actions);
      core.plain("environmentStep", address);
      return core.get(at("Reward"), copies);
    },
  };
}

// the task's constants: a cart of 1 kg, a thin rod of 0.1 kg and 1 m, 10 N at full action, control step 0.04 s
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

/** The same equations for velocities, M q'' = p' - M' q', in four classic Runge-Kutta steps. */
function rungeKutta(start: State, force: number): State {
  const slope = ([x, theta, v, omega]: State): State => {
    const [a, b, c] = massMatrix(theta) as [number, number, number];
    const [, , px, ptheta] = hamiltonian([x, theta, a * v + b * omega, b * v + c * omega], force);
    const turning = -POLE * HALF * Math.sin(theta) * omega;
    const [f, g] = [px - turning * omega, ptheta - turning * v];
    const determinant = a * c - b * b;
    return [v, omega, (c * f - b * g) / determinant, (a * g - b * f) / determinant];
  };
  const along = (y: State, k: State, h: number) => y.map((value, i) => value + h * k[i]!) as State;
  const h = CONTROL_STEP / 4;
  let y = start;
  for (let n = 0; n < 4; n++) {
    const k1 = slope(y);
    const k2 = slope(along(y, k1, h / 2));
    const k3 = slope(along(y, k2, h / 2));
    const k4 = slope(along(y, k3, h));
    y = y.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!)) as State;
  }
  return y;
}

/** Random states about hanging, turned by at most `turn`, random actions, and what one control step makes of them. */
function stepOf(copies: number, turn: number, speed: number) {
  const source = new Source(1);
  const starts = Array.from(
    { length: copies },
    (): State => [
      source.uniform(-1, 1),
      Math.PI + source.uniform(-turn, turn),
      source.uniform(-speed, speed),
      source.uniform(-speed, speed),
    ],
  );
  const actions = source.array(copies, -1, 1).map((u) => u * Math.min(1, speed));
  const { place, step, states } = environment(copies);
  place(starts.flat());
  step(actions);
  const expect = (solve: typeof reference) => starts.flatMap((start, i) => solve(start, FORCE * actions[i]!));
  return { before: starts.flat(), after: states(), expect };
}

test("cart-pole: a control step follows the equations of motion", (t) => {
  // what is left is the error of Runge-Kutta steps of 0.01 s, more where the motion is fast
  for (const [turn, speed, tolerance] of [
    [0.03, 0.03, 1e-9],
    [6, 3, 5e-8],
  ] as const) {
    const { before, after, expect } = stepOf(40, turn, speed);
    const difference = largest(after.map((x, i) => x - expect(reference)[i]!));
    t.true(difference < tolerance, `speed ${speed}: ${difference}`);
    t.true(largest(after.map((x, i) => x - before[i]!)) > 100_000 * tolerance, "the step moved little");
  }
});

test("cart-pole: a control step is four classic Runge-Kutta steps", (t) => {
  const { after, expect } = stepOf(40, 6, 6);
  const difference = largest(after.map((x, i) => x - expect(rungeKutta)[i]!));
  t.true(difference < 1e-13, `difference ${difference}`);
});

test("cart-pole: an action beyond full force counts as full force, and costs what was chosen", (t) => {
  const { place, step, states } = environment(4);
  const start = [0.1, 1, -0.5, 2];
  place([...start, ...start, ...start, ...start]);
  const rewards = step([1, 5, -1, -7]);
  const after = states();
  t.deepEqual(after.slice(0, 4), after.slice(4, 8));
  t.deepEqual(after.slice(8, 12), after.slice(12, 16));
  t.notDeepEqual(after.slice(0, 4), after.slice(8, 12));
  const cost = (u: number) => Math.cos(1) - 0.1 * 0.1 ** 2 - 0.001 * 2 ** 2 - 0.01 * u ** 2;
  const expected = [1, 5, -1, -7].map(cost);
  assertClose(t, rewards, expected, 1e-15, "rewards");
});

test("cart-pole: hangs at rest without an action", (t) => {
  const { place, step, states } = environment(1);
  place([0.3, Math.PI, 0, 0]);
  for (let n = 0; n < STEPS; n++) step([0]);
  const [x, theta, v, omega] = states() as State;
  t.true(Math.abs(x - 0.3) < 1e-12 && Math.abs(theta - Math.PI) < 1e-12);
  t.true(Math.abs(v) < 1e-12 && Math.abs(omega) < 1e-12);
});

test("cart-pole: falls from upright, swings about hanging, and damping takes its energy", (t) => {
  const { place, step, states } = environment(1);
  place([0, 0.01, 0, 0]);
  const energy = ([, theta, v, omega]: State) => {
    const [a, b, c] = massMatrix(theta) as [number, number, number];
    return 0.5 * (a * v * v + 2 * b * v * omega + c * omega * omega) + POLE * GRAVITY * HALF * Math.cos(theta);
  };
  let previous = energy(states() as State);
  const first = previous;
  let lowest = 1;
  for (let n = 0; n < STEPS; n++) {
    step([0]);
    const state = states() as State;
    lowest = Math.min(lowest, Math.cos(state[1]));
    t.true(energy(state) < previous + 1e-7);
    previous = energy(state);
  }
  t.true(lowest < -0.99, "it never hung");
  t.true(previous < first && previous > first - 0.01);
});

test("cart-pole: mirrored start and actions give the mirrored trajectory", (t) => {
  const source = new Source(2);
  const { place, step, states } = environment(2);
  const start = [0.2, 2.5, -0.4, 1];
  place([...start, ...start.map((x) => -x)]);
  for (let n = 0; n < STEPS; n++) {
    const u = source.uniform(-1.5, 1.5);
    const [left, right] = step([u, -u]);
    t.is(left, right);
    const all = states();
    t.true(all.slice(0, 4).every((x, i) => Math.abs(x + all[4 + i]!) <= 1e-12));
  }
});

test("cart-pole: the rail's ends stop the cart, and let it go again", (t) => {
  for (const side of [1, -1]) {
    const { place, step, states } = environment(1);
    place([0, Math.PI, 0, 0]);
    let touched = 0;
    for (let n = 0; n < STEPS; n++) {
      step([side]);
      const [x, , v] = states() as State;
      t.true(Math.abs(x) <= RAIL);
      if (x === side * RAIL) {
        touched++;
        t.true(side * v <= 0);
      }
    }
    t.true(touched > 50);
    for (let n = 0; n < 10; n++) step([-side]);
    t.true(side * (states() as State)[0] < RAIL - 0.1);
  }
});

test("cart-pole: starts hanging with a little noise, each copy and each reset its own", (t) => {
  const copies = 500;
  const { reset, states } = environment(copies);
  reset();
  const first = states();
  for (const [dimension, centre] of [0, Math.PI, 0, 0].entries()) {
    const noise = first.filter((_, at) => at % 4 === dimension).map((x) => (x - centre) / 0.01);
    const mean = noise.reduce((sum, x) => sum + x, 0) / copies;
    const variance = noise.reduce((sum, x) => sum + x * x, 0) / copies;
    t.true(Math.abs(mean) < 5 / Math.sqrt(copies) && Math.abs(variance - 1) < 5 * Math.sqrt(2 / copies));
  }
  t.is(new Set(first).size, 4 * copies);
  reset();
  t.true(states().every((x, at) => x !== first[at]));
});

test("cart-pole: a seed repeats itself, a stream or a seed of its own does not", (t) => {
  const start = (seed: bigint, stream: number) => {
    const made = environment(3, seed, stream);
    made.reset();
    return made.states();
  };
  t.deepEqual(start(1n, 2), start(1n, 2));
  t.notDeepEqual(start(1n, 2), start(2n, 2));
  t.notDeepEqual(start(1n, 2), start(1n, 4));
  const { core, address, reset, states } = environment(3, 9n, 9);
  reset();
  core.plain("environmentSeed", address, 1n, 2);
  reset();
  t.deepEqual(states(), start(1n, 2));
});

test("cart-pole: an episode is truncated after 250 steps, never terminated; a reset starts the count again", (t) => {
  const { core, address, reset, step, flags } = environment(2);
  t.is(core.plain("taskSteps", CARTPOLE), STEPS);
  t.is(core.plain("taskStates", CARTPOLE), 4);
  t.is(core.plain("taskActions", CARTPOLE), 1);
  reset();
  for (let n = 1; n <= STEPS; n++) {
    step([0, 0]);
    t.deepEqual(flags("Elapsed"), [n, n]);
    t.deepEqual(flags("Truncated"), n < STEPS ? [0, 0] : [1, 1]);
    t.deepEqual(flags("Terminated"), [0, 0]);
  }
  core.plain("environmentReset", address, 1);
  t.deepEqual(flags("Truncated"), [1, 0]);
  t.deepEqual(flags("Elapsed"), [STEPS, 0]);
  for (const copy of [2, -1]) {
    t.throws(() => core.plain("environmentReset", address, copy), { instanceOf: WebAssembly.RuntimeError });
  }
  for (const name of ["taskSteps", "taskStates", "taskActions"]) {
    t.throws(() => core.plain(name, 99), { instanceOf: WebAssembly.RuntimeError });
  }
});

test("cart-pole: a copy goes its own way whatever the others do", (t) => {
  const [alone, together] = [environment(1), environment(3)];
  alone.reset();
  together.reset();
  t.deepEqual(together.states().slice(0, 4), alone.states());
  for (let n = 0; n < 20; n++) {
    alone.step([0.3]);
    together.step([0.3, -1, n / 20]);
  }
  t.deepEqual(together.states().slice(0, 4), alone.states());
});

test("cart-pole: the reward's gradient is its derivative", (t) => {
  const core = new Core(64);
  const source = new Source(3);
  const B = 6;
  const [s, a] = [core.put(source.array(4 * B, -3, 3)), core.put(source.array(B, -2, 2))];
  const garbage = (count: number) => core.put(new Array<number>(count).fill(5));
  const [rS, rA, rSNext] = [garbage(4 * B), garbage(B), garbage(4 * B)];
  core.run("rewardGradient", CARTPOLE, rS, rA, rSNext, s, a, s, B);
  const total = () => {
    let sum = 0;
    for (let b = 0; b < B; b++) sum += core.run("cartpoleReward", s + 32 * b, a + 8 * b);
    return sum;
  };
  assertGradient(t, core.get(rS, 4 * B), centralDifferences(core, s, 4 * B, total), "r_s");
  assertGradient(t, core.get(rA, B), centralDifferences(core, a, B, total), "r_a");
  assertZero(t, core.get(rSNext, 4 * B), "r_s'");
});

test("cart-pole: the released reward gradient, in f32, follows f64", (t) => {
  const source = new Source(4);
  const [states, actions] = [source.singles(40, -3, 3), source.singles(10)];
  const [single, double] = [new Core(32, "core"), new Core(64)].map((core) => {
    const [rS, rA, rSNext] = [core.alloc(40), core.alloc(10), core.alloc(40)];
    core.run("rewardGradient", CARTPOLE, rS, rA, rSNext, core.put(states), core.put(actions), core.put(states), 10);
    return [...core.get(rS, 40), ...core.get(rA, 10)];
  });
  assertClose(t, single!, double!, 2e-7, "gradient");
});
