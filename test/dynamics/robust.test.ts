/** What must hold of the simulator whatever it is given: no trap, no hang, no lost state, the same bits from every build. */

import test from "ava";
import { firstBad } from "../../src/diagnose.js";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant, Trouble } from "../../src/plant.js";
import { Source } from "../core/numbers.js";
import { place } from "../oracle/compare.js";
import { featureModel, featureModels, taskModel, taskModels } from "../oracle/models.js";
import { loadOracle } from "../oracle/mujoco.js";
import {
  attack,
  distance,
  drawStates,
  largest,
  OUTCOMES,
  type Outcome,
  placeWild,
  VARIANTS,
  variant,
  wildState,
} from "./states.js";

const WILD_STATES = 600;

test("wild states neither trap nor hang: a step is finite, or says that it is not and stays", async (t) => {
  const core = await init();
  const plants = [...taskModels(), ...featureModels].map(({ name, xml }, i) => {
    const { integrator, cone } = VARIANTS[i % VARIANTS.length]!;
    return new Plant(core, variant(readModel(xml, name), integrator, cone), 1, 4);
  });
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const source = new Source(77);
  for (let i = 0; i < WILD_STATES; i++) {
    const plant = plants[i % plants.length]!;
    const state = wildState(plant.model, source);
    const { outcome, reason } = attack(plant, state);
    counts[outcome]++;
    t.not(outcome, "violation", `${plant.model.name}: ${reason}\n${JSON.stringify(state)}`);
  }
  t.log(JSON.stringify(counts));
  t.true(counts.stepped > WILD_STATES / 4);
  t.true(counts["stepped, with trouble"] > 0);
  t.true(counts["not finite"] > WILD_STATES / 10);
});

test("a wild state leaves nothing behind: after a reset everything is as it was", async (t) => {
  const source = new Source(5);
  for (const name of ["cheetah", "gripper", "swimmer3"]) {
    const model = readModel(taskModel(name).xml, name);
    const plant = new Plant(await init(), model);
    const run = () => {
      plant.reset(0);
      plant.u.fill(0.3);
      plant.step(20);
      return [...plant.states, ...plant.jacobian(0, 2)];
    };
    const before = run();
    t.true(before.every(Number.isFinite));
    for (let i = 0; i < 60; i++) {
      placeWild(plant, wildState(model, source));
      plant.step();
      plant.jacobian();
    }
    t.deepEqual(run(), before);
  }
});

test("a control that is not a number is named, and the state stays", async (t) => {
  const plant = new Plant(await init(), readModel(taskModel("cheetah").xml, "cheetah"));
  plant.step(5);
  plant.u[2] = Number.NaN;
  const before = plant.states.slice();
  plant.step();
  t.is(plant.trouble[0]! & Trouble.notFinite, Trouble.notFinite);
  t.deepEqual(plant.states.slice(), before);
  t.is(firstBad(plant), "control of bfoot is NaN");
  plant.u[2] = 0;
  plant.step();
  t.is(plant.trouble[0]! & Trouble.notFinite, 0);
});

test("the first bad quantity is named in the order of computation", async (t) => {
  const plant = new Plant(await init(), readModel(taskModel("walker").xml, "walker"));
  const { q, v } = plant;
  const bad = (change: () => void) => {
    plant.reset(0);
    change();
    return firstBad(plant);
  };
  t.is(
    bad(() => {
      q[3] = Number.POSITIVE_INFINITY;
      v[0] = Number.NaN;
    }),
    `coordinate of ${plant.model.dofs[3]!.name} is Infinity`,
  );
  t.regex(
    bad(() => v.fill(1e200)),
    /^bias force of \w+ is /,
  );
});

test("copies that are stepped together do what each does alone, bit for bit", async (t) => {
  const mujoco = await loadOracle();
  const count = 9;
  for (const source of [taskModel("walker"), taskModel("gripper"), taskModel("swimmer5"), featureModel("together")]) {
    for (const { integrator, cone } of VARIANTS) {
      const states = drawStates(mujoco, source, count);
      const model = variant(readModel(source.xml, source.name), integrator, cone);
      const fresh = await init();
      const together = new Plant(fresh, model, count);
      const alone = new Plant(fresh, model);
      const [n, m] = [model.dofs.length, model.actuators.length];
      for (const [i, { q, v, u }] of states.entries()) {
        together.reset(i);
        together.q.set(q, i * n);
        together.v.set(v, i * n);
        together.u.set(u, i * m);
      }
      // one of them breaks; the others must not notice
      together.v[4 * n] = Number.NaN;
      for (let step = 0; step < 4; step++) together.step(5);
      for (const [i, state] of states.entries()) {
        if (i === 4) continue;
        place(alone, state);
        alone.step(20);
        t.deepEqual(together.q.slice(i * n, (i + 1) * n), alone.q.slice());
        t.deepEqual(together.v.slice(i * n, (i + 1) * n), alone.v.slice());
        t.is(together.time[i], alone.time[0]);
        t.is(together.trouble[i]! & Trouble.notFinite, 0);
        t.not(largest(together.v.slice(i * n, (i + 1) * n)), 0);
      }
      t.is(together.trouble[4]! & Trouble.notFinite, Trouble.notFinite);
    }
  }
});

test("a snapshot continues bit for bit, in the same plant and in another, whatever was asked in between", async (t) => {
  const source = new Source(11);
  for (const { name, xml } of [...taskModels(), featureModel("together"), featureModel("servos")]) {
    const fresh = await init();
    const model = readModel(xml, name);
    const [plant, other] = [new Plant(fresh, model, 3), new Plant(fresh, model, 3)];
    const controls = Array.from({ length: 60 }, () => source.array(plant.u.length, -1.2, 1.2));
    const run = (from: number, to: number, on: Plant, between?: () => void) => {
      for (const u of controls.slice(from, to)) {
        on.u.set(u);
        on.step(2);
        between?.();
      }
      return on.states.slice();
    };
    run(0, 30, plant);
    const snapshot = plant.states.slice();
    const end = run(30, 60, plant);
    t.true(end.every(Number.isFinite));
    t.true(distance(end, snapshot) > 1e-3, `${name} stands still`);
    plant.states.set(snapshot);
    t.deepEqual(run(30, 60, plant), end, name);
    other.states.set(snapshot);
    const asking = () => {
      other.forward(1);
      other.jacobian(2, 3);
      other.vjp(0, 2);
      other.contacts();
      other.energy(1);
    };
    t.deepEqual(run(30, 60, other, asking), end, name);
  }
});

test("the builds with and without SIMD give the same bits", async (t) => {
  const mujoco = await loadOracle();
  for (const [index, source] of [...taskModels(), ...featureModels].entries()) {
    const { integrator, cone } = VARIANTS[index % VARIANTS.length]!;
    const model = variant(readModel(source.xml, source.name), integrator, cone);
    const states = drawStates(mujoco, source, model.dofs.length > 16 ? 1 : 5, index);
    const random = new Source(index);
    const wild = Array.from({ length: 5 }, () => wildState(model, random));
    const results = [];
    for (const build of ["core", "core.scalar"]) {
      const plant = new Plant(await init(new URL(`../../build/${build}.wasm`, import.meta.url)), model);
      const { dq, dv, du } = plant.tangent;
      const numbers: number[] = [];
      for (const state of states) {
        place(plant, state);
        plant.step(3);
        numbers.push(...plant.states, ...plant.jacobian(0, 2));
        for (const block of [dq, dv, du]) block.fill(0.7);
        plant.vjp(0, 2);
        numbers.push(...dq, ...dv, ...du);
        plant.jvp(0, 2);
        numbers.push(...dq, ...dv, ...du, ...plant.massMatrix, ...plant.constraintForce);
      }
      for (const state of wild) {
        placeWild(plant, state);
        plant.step();
        numbers.push(...plant.states, plant.trouble[0]!);
      }
      results.push(numbers);
    }
    const [simd, scalar] = results as [number[], number[]];
    const differing = simd.findIndex((x, i) => !Object.is(x, scalar[i]));
    t.is(differing, -1, `${source.name}: number ${differing} is ${simd[differing]} and ${scalar[differing]}`);
    t.true(simd.length === scalar.length && simd.some((x) => x !== 0));
  }
});

test("what the solver remembers changes how long it takes, not what it finds", async (t) => {
  const mujoco = await loadOracle();
  const random = new Source(21);
  let [worst, compared] = [0, 0];
  for (const source of featureModels) {
    const model = readModel(source.xml, source.name);
    if (model.dofs.length > 12) continue;
    const plant = new Plant(await init(), model);
    for (const state of drawStates(mujoco, source, 6)) {
      place(plant, state);
      plant.step();
      const expected = plant.v.slice();
      for (const size of [1, 1e3, 1e6, 1e9, 1e15, 1e20]) {
        const memory = random.array(state.q.length, -size, size);
        placeWild(plant, { ...state, memory, recipe: "memory" });
        plant.step();
        t.is(plant.trouble[0]! & (Trouble.unsolved | Trouble.notFinite), 0, `${source.name}, ${size}`);
        worst = Math.max(worst, distance(plant.v, expected) / Math.max(1, largest(expected)));
        compared++;
      }
    }
  }
  t.log(`${compared} steps, ${worst}`);
  t.true(worst > 0 && worst < 1e-9, `velocities differ by ${worst}`);
});

test("nothing that is asked of a plant takes memory", async (t) => {
  const core = await init();
  const model = readModel(taskModel("cheetah").xml, "cheetah");
  const plant = new Plant(core, model, 4);
  plant.step();
  const { memory } = core.exports;
  const [used, size, buffer] = [core.bytes, memory.buffer.byteLength, memory.buffer];
  const source = new Source(3);
  for (let i = 0; i < 300; i++) {
    plant.u.set(source.array(plant.u.length));
    plant.step(3);
    plant.forward(i % 4);
    plant.contacts();
    plant.jacobian(i % 4, 4);
    plant.jvp(i % 4, 4);
    plant.vjp(i % 4, 4);
    plant.reset(i % 4);
  }
  t.is(core.bytes, used);
  t.is(memory.buffer.byteLength, size);
  t.is(memory.buffer, buffer);
});
