import test from "ava";
import { Environments } from "../../src/env/environments.js";
import { hand } from "../../src/env/hand.js";
import { init } from "../../src/node.js";
import { assertClose, largest, Source } from "../core/numbers.js";
import { assertRewardGradient } from "./gradients.js";

const environment = async (copies = 1, seed = 1) => new Environments(await init(), hand, copies, seed);

/** The state after a step without a random force. */
function quiet(s: readonly number[], a: readonly number[]): number[] {
  const next = s.slice();
  for (const axis of [0, 1]) {
    const u = 1.5 * Math.max(-1, Math.min(1, a[axis]!));
    const h = s[axis]! + 0.01 * u;
    const v = s[4 + axis]! + 0.01 * (h - s[2 + axis]! - (axis === 1 ? 1 : 0));
    next[axis] = h;
    next[4 + axis] = v;
    next[2 + axis] = s[2 + axis]! + 0.01 * v;
  }
  next[7]! += 0.01;
  return next;
}

const somewhere = (source: Source, time = source.uniform(0, 9.9)): number[] => [
  ...source.array(6, -3, 3),
  source.bits() % 2 ? 1 : -1,
  time,
];

test("hand: starts at rest, left and right equally often", async (t) => {
  const environments = await environment(1000);
  for (let i = 0; i < 1000; i++) environments.reset(i);
  let right = 0;
  for (let i = 0; i < 1000; i++) {
    const s = [...environments.states.slice(8 * i, 8 * i + 8)];
    t.deepEqual(s.slice(0, 6), [0, 1, 0, 0, 0, 0]);
    t.is(Math.abs(s[6]!), 1);
    t.is(s[7], 0);
    if (s[6] === 1) right++;
  }
  t.true(Math.abs(right - 500) < 80, `${right} of 1000 to the right`);
});

test("hand: a step moves the hand as told and the ball by spring, gravity and a force of 1 N of its own", async (t) => {
  const copies = 4000;
  const environments = await environment(copies);
  const s = [0.3, 0.8, -0.5, 0.2, 0.1, -0.4, 1, 3];
  const a = [0.4, -3];
  for (let i = 0; i < copies; i++) {
    environments.states.set(s, 8 * i);
    environments.actions.set(a, 2 * i);
  }
  environments.step();
  const expected = quiet(s, a);
  const forces: number[] = [];
  for (let i = 0; i < copies; i++) {
    const next = [...environments.states.slice(8 * i, 8 * i + 8)];
    assertClose(
      t,
      [next[0]!, next[1]!, next[6]!, next[7]!],
      [0, 1, 6, 7].map((k) => expected[k]!),
      1e-15,
      "hand",
    );
    for (const axis of [0, 1]) {
      const change = next[4 + axis]! - expected[4 + axis]!;
      forces.push(change / 0.01);
      // the ball moves with its new velocity
      t.true(Math.abs(next[2 + axis]! - expected[2 + axis]! - 0.01 * change) < 1e-15);
    }
  }
  t.is(new Set(forces).size, 2 * copies);
  const mean = forces.reduce((sum, x) => sum + x, 0) / forces.length;
  const variance = forces.reduce((sum, x) => sum + x * x, 0) / forces.length;
  t.true(Math.abs(mean) < 5 / Math.sqrt(forces.length) && Math.abs(variance - 1) < 5 * Math.sqrt(2 / forces.length));
});

test("hand: the Jacobian is the derivative of the step without its random force", async (t) => {
  const environments = await environment();
  const source = new Source(1);
  for (const a of [
    [0.3, -0.8],
    [1.4, 0.2],
  ]) {
    const s = somewhere(source);
    const { row } = environments;
    row.s.set(s);
    row.a.set(a);
    environments.rowJacobian();
    const column = (from: (h: number) => number[]): number[] => {
      const [above, below] = [from(0.1), from(-0.1)];
      return above.map((x, i) => (x - below[i]!) / 0.2);
    };
    const nudged = (x: readonly number[], k: number, h: number) => x.map((value, i) => value + (i === k ? h : 0));
    for (let k = 0; k < 8; k++) {
      const slopes = column((h) => quiet(nudged(s, k, h), a));
      assertClose(
        t,
        Array.from({ length: 8 }, (_, i) => row.fS[8 * i + k]!),
        slopes,
        1e-13,
        `f_s, column ${k}`,
      );
    }
    for (let k = 0; k < 2; k++) {
      const exact = Array.from({ length: 8 }, (_, i) => row.fA[2 * i + k]!);
      // 1.4 is clipped
      if (Math.abs(a[k]!) > 1) t.is(largest(exact), 0);
      else
        assertClose(
          t,
          exact,
          column((h) => quiet(s, nudged(a, k, h))),
          1e-13,
          `f_a, column ${k}`,
        );
    }
  }
});

test("hand: only the last step of an episode pays and ends the process, actions cost a little in every one", async (t) => {
  const environments = await environment();
  environments.reset(0);
  environments.actions.set([0.5, 2]);
  for (let step = 1; step <= 1000; step++) {
    environments.step();
    const [ball, place, speed, action] = environments.terms;
    t.true(Math.abs(action! + 1e-5 * 2.25 * (0.25 + 4)) < 1e-18);
    t.is(environments.terminated[0], step === 1000 ? 1 : 0);
    t.is(environments.truncated[0], 0);
    if (step < 1000) t.deepEqual([ball! + 0, place! + 0, speed! + 0], [0, 0, 0]);
  }
  const [hx, hz, bx, bz, vx, vz, target, time] = environments.states;
  t.true(Math.abs(time! - 10) < 1e-9);
  const terms = [
    -((bx! - 2 * target!) ** 2 + (bz! - 2) ** 2),
    -((hx! - 2 * target!) ** 2 + (hz! - 3) ** 2),
    -0.1 * (vx! ** 2 + vz! ** 2),
  ];
  assertClose(t, [...environments.terms].slice(0, 3), terms, 1e-15, "terms");
  t.true(Math.abs(environments.scores[0]! + terms[0]! + terms[1]! + terms[2]!) < 1e-12);
});

test("hand: the reward's gradient is its derivative, before the end and at it", async (t) => {
  const environments = await environment();
  const source = new Source(2);
  for (const [time, used] of [
    [5, [9]],
    [9.99, [9, 10, 16]],
  ] as const) {
    const s = somewhere(source, time);
    const gradient = assertRewardGradient(t, environments, s, source.array(2, -2, 2), somewhere(source, time + 0.01));
    for (const k of used) t.true(Math.abs(gradient[k]!) > 1e-6, `derivative ${k} vanishes`);
    t.is(largest(gradient.slice(0, 8)), 0);
    if (time === 5) t.is(largest(gradient.slice(10)), 0);
  }
});
