import test from "ava";
import { assertClose, Source } from "../core/numbers.js";
import { copies, rowsOf } from "./copies.js";
import { clearances, placesAt, range, rewardAt } from "./legged.js";

const COUNT = 400;
const X = 0;
const PITCH = 2;
const X_VELOCITY = 9;

for (const name of ["cheetah", "cheetah-springs"]) {
  test(`${name}: starts stand on a toe with noise of 0.1 on everything but the root's place`, async (t) => {
    const rows = rowsOf(await copies(name, COUNT));
    for (let i = 0; i < 18; ++i) {
      const [low, high] = range(rows, i);
      if (i === X) t.deepEqual([low, high], [0, 0]);
      else if (i !== 1) t.true(low >= -0.1 && low < -0.09 && high <= 0.1 && high > 0.09, `${i}: ${low} to ${high}`);
    }
    // the toes' sites are 0.4 mm beside the ends of their capsules
    for (const clearance of await clearances(name, rows)) t.true(Math.abs(clearance) < 1e-3, `clearance ${clearance}`);
  });
}

test("cheetah: the reward is speed over the control step, uprightness and effort", async (t) => {
  const environments = await copies("cheetah");
  const at = (s: Record<number, number>, a: number[], sNext: Record<number, number>) =>
    rewardAt(environments, s, a, sNext);
  const close = (actual: number, expected: number) => t.true(Math.abs(actual - expected) < 1e-12, `${actual}`);
  close(at({}, [0, 0, 0, 0, 0, 0], {}), 0.5);
  close(at({ [X]: 7 }, [0, 0, 0, 0, 0, 0], { [X]: 7.1, [X_VELOCITY]: 50 }), 2 + 0.5);
  close(at({}, [1, -2, 0, 0, 0, 0.5], { [PITCH]: Math.PI }), -0.5 - 0.05 * 5.25);
});

test("cheetah: speed on its back does not count", async (t) => {
  const speed = async (pitch: number) => {
    const environments = await copies("cheetah");
    environments.states.fill(0);
    environments.states[1] = 3;
    environments.states[PITCH] = pitch;
    environments.states[X_VELOCITY] = 2;
    environments.actions.fill(0);
    environments.step();
    return environments.scores[0]!;
  };
  const upright = await speed(0);
  t.true(upright > 1.8 && upright < 2.2, `${upright}`);
  t.true((await speed(0.9)) > 1.5);
  t.is(await speed(1.2), 0);
  t.is(await speed(Math.PI), 0);
});

test("cheetah: springs carry the body that falls without them", async (t) => {
  const height = async (name: string) => {
    const environments = await copies(name);
    environments.actions.fill(0);
    for (let step = 0; step < 100; ++step) environments.step();
    return environments.states[1]!;
  };
  const [soft, springs] = [await height("cheetah"), await height("cheetah-springs")];
  t.true(springs > 0.5, `${springs}`);
  t.true(springs > soft + 0.1, `${springs}, ${soft}`);
});

test("cheetah: features tell where its feet are", async (t) => {
  const s = new Source(1).array(18, -0.5, 0.5);
  s[1] = 1.3;
  const { sums, sites } = await placesAt("cheetah", s);
  const expected = [(s[1] - 0.6) / 0.2, ...sites.flatMap(({ x, height }) => [x / 0.3, (height - 0.046) / 0.1])];
  assertClose(t, sums, expected, 1e-12, "places");
});
