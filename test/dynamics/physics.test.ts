import test from "ava";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant } from "../../src/plant.js";
import { Source } from "../core/numbers.js";
import { place, withOption } from "../oracle/compare.js";
import { featureModel, featureModels, taskModels } from "../oracle/models.js";
import type { State } from "../oracle/states.js";
import { document, floor, free } from "../oracle/xml.js";

// what holds whatever MuJoCo says

async function plantsOf(...models: readonly PlanarModel[]): Promise<Plant[]> {
  const core = await init();
  return models.map((model) => new Plant(core, model));
}

/** A heavy beam with two swinging limbs, free in the plane, nothing dissipates. */
function freeBodies(option: string): string {
  const limb = (name: string, x: number) => `<body pos="${x} 0 0"><joint name="${name}" type="hinge" axis="0 -1 0"/>
<geom type="capsule" fromto="0 0 0 0.1 0 -0.4" size="0.04" contype="0" conaffinity="0"/></body>`;
  const beam = '<geom type="capsule" fromto="-0.3 0 0 0.3 0 0" size="0.06" contype="0" conaffinity="0"/>';
  return document("free", { option, world: `<body>${free("r")}${beam}${limb("a", -0.3)}${limb("b", 0.3)}</body>` });
}

const energyOf = (plant: Plant) => {
  plant.forward();
  const { potential, kinetic } = plant.energy();
  return potential + kinetic;
};

/** Base-2 logarithms of the quotients of successive errors. */
const orders = (errors: readonly number[]) =>
  errors.slice(1).map((error, i) => Math.log2(Math.abs(errors[i]! / error)));

/** Momentum of bodies whose first coordinates are x, z and the angle about the root: x, z, and about the origin. */
function momentum(plant: Plant, roots: readonly number[]): [number, number, number] {
  plant.forward();
  const n = plant.model.dofs.length;
  const { massMatrix, v, q } = plant;
  const conjugate = (i: number) => v.reduce((sum, rate, j) => sum + massMatrix[i * n + j]! * rate, 0);
  const total: [number, number, number] = [0, 0, 0];
  for (const root of roots) {
    const [px, pz] = [conjugate(root), conjugate(root + 1)];
    total[0] += px;
    total[1] += pz;
    total[2] += plant.model.dofs[root + 2]!.sign * conjugate(root + 2) + q[root]! * pz - q[root + 1]! * px;
  }
  return total;
}

test("RK4: the state after a second converges with order 4, and so does the energy", async (t) => {
  const model = readModel(freeBodies('integrator="RK4"'));
  const start: State = { q: [0, 0, 0.3, 1, -0.5], v: [0.5, 1, 2, -3, 4], u: [] };
  const counts = [25, 50, 100, 200];
  const plants = await plantsOf(...[...counts, 3200].map((count) => withOption(model, { timestep: 1 / count })));
  const ends = plants.map((plant) => {
    place(plant, start);
    const before = energyOf(plant);
    plant.step(Math.round(1 / plant.model.option.timestep));
    return { drift: energyOf(plant) - before, state: [...plant.q, ...plant.v] };
  });
  const finest = ends.at(-1)!.state;
  const coarse = ends.slice(0, -1);
  const distances = coarse.map(({ state }) => Math.hypot(...state.map((x, i) => x - finest[i]!)));
  for (const order of orders(distances)) t.true(order > 3.7 && order < 5, `states: order ${order}`);
  for (const order of orders(coarse.map(({ drift }) => drift))) t.true(order > 3.7, `energy: order ${order}`);
  t.true(Math.abs(ends.at(-1)!.drift) < 1e-11);
});

test("without external forces momentum stays, while limbs swing and motors act between them", async (t) => {
  const xml = freeBodies('integrator="RK4" timestep="0.0005" gravity="0 0 0"');
  const driven = xml.replace(
    "</mujoco>",
    '<actuator><motor joint="a" gear="0.3"/><motor joint="b" gear="-0.2"/></actuator></mujoco>',
  );
  const [plant] = await plantsOf(readModel(driven));
  place(plant!, { q: [0.2, -0.1, 0.3, 1, -0.5], v: [0.5, 1, 2, -3, 4], u: [1, 0.7] });
  const before = momentum(plant!, [0]);
  plant!.step(2000);
  const after = momentum(plant!, [0]);
  t.true(Math.hypot(...before) > 1);
  for (const [i, p] of after.entries()) t.true(Math.abs(p - before[i]!) < 1e-9, `${before[i]} became ${p}`);
  t.true(Math.abs(plant!.v[3]!) > 1);
});

test("balls that collide and rub exchange momentum, none is lost", async (t) => {
  const ball = (name: string, x: number) =>
    `<body pos="${x} 0 0">${free(name)}<geom type="sphere" size="0.1" friction="0.8"/></body>`;
  const xml = document("billiards", { option: 'gravity="0 0 0"', world: ball("a", -0.2) + ball("b", 0.2) });
  // the coordinates are measured from where the balls are drawn
  const model = readModel(xml.replaceAll(/pos="-?0\.2 0 0"/g, 'pos="0 0 0"'));
  const [plant] = await plantsOf(model);
  place(plant!, { q: [-0.2, 0.03, 0, 0.2, -0.05, 0], v: [2, 0, 15, -1, 0.1, -4], u: [] });
  const before = momentum(plant!, [0, 3]);
  let touched = 0;
  for (let i = 0; i < 300; i++) {
    plant!.step();
    const after = momentum(plant!, [0, 3]);
    touched += plant!.contacts().length;
    for (const [axis, p] of after.entries()) t.true(Math.abs(p - before[axis]!) < 1e-12);
  }
  t.true(touched > 3);
  t.true(Math.abs(plant!.v[2]! - 15) > 0.1);
});

test("no contact pulls, and no friction exceeds its cone", async (t) => {
  const source = new Source(3);
  let counted = 0;
  for (const { name, xml } of [...taskModels(), ...featureModels].filter(({ xml }) =>
    /<geom[^>]*"plane"|sphere-|capsule-/.test(xml),
  )) {
    const model = readModel(xml);
    if (model.pairs.length === 0) continue;
    const cones = (["elliptic", "pyramidal"] as const).map((cone) => withOption(model, { cone }));
    for (const plant of await plantsOf(...cones)) {
      for (let i = 0; i < 100; i++) {
        plant.reset(0);
        plant.q.forEach((x, j) => {
          plant.q[j] = x + source.uniform(-0.4, 0.4);
        });
        plant.v.set(source.array(plant.v.length, -3, 3));
        plant.u.set(source.array(plant.u.length));
        plant.forward();
        for (const { pair, normalForce, tangentForce } of plant.contacts()) {
          const friction = Math.max(...model.pairs[pair]!.friction);
          const slack = 1e-9 * Math.max(1, normalForce);
          t.true(normalForce >= -slack, `${name}: pulls with ${normalForce}`);
          t.true(
            Math.abs(tangentForce) <= friction * normalForce + slack,
            `${name}: ${tangentForce} of ${normalForce}`,
          );
          if (normalForce > slack) counted++;
        }
      }
    }
  }
  t.true(counted > 5000, String(counted));
});

test("what lies on the floor does not move for 100,000 steps", async (t) => {
  const [plant] = await plantsOf(readModel(featureModel("plane").xml));
  plant!.reset(0);
  plant!.step(5000);
  const q = [...plant!.q];
  plant!.step(100_000);
  t.true(plant!.contacts().length >= 5);
  for (const [i, x] of plant!.q.entries()) t.true(Math.abs(x - q[i]!) < 1e-9, `coordinate ${i} moved by ${x - q[i]!}`);
  for (const rate of plant!.v) t.true(Math.abs(rate) < 1e-9);
});

test("a ball does not pass through a finger or a wall at the speeds of the gripper", async (t) => {
  const gripper = taskModels().find(({ name }) => name === "gripper")!;
  const { option, pairs } = readModel(gripper.xml);
  const wall =
    '<geom type="plane" size="1 1 1" pos="0 0 -0.3"/><geom type="capsule" fromto="-0.5 0 0 0.5 0 0" size="0.007"/>';
  const ball = `<body>${free("b")}<geom type="sphere" size="0.022"/></body>`;
  const impedance = `solimp="${pairs[0]!.impedance.join(" ")}"`;
  const xml = document("throw", {
    defaults: `<geom ${impedance}/>`,
    option: `gravity="0 0 0" timestep="${option.timestep}"`,
    world: wall + ball,
  });
  const [plant] = await plantsOf(readModel(xml));
  const source = new Source(5);
  for (let i = 0; i < 200; i++) {
    const side = i % 2 === 0 ? 1 : -1;
    const height = side * source.uniform(0.05, 0.15);
    const v = [source.uniform(-1, 1), -side * source.uniform(0.2, 2), source.uniform(-20, 20)];
    place(plant!, { q: [0, height, 0], v, u: [] });
    for (let step = 0; step < 80; step++) {
      plant!.step();
      t.true(plant!.q[1]! * side > 0, `${v} went through the finger`);
      t.true(plant!.q[1]! > -0.3, `${v} went through the wall`);
      t.is(plant!.trouble[0], 0);
    }
  }
});

test("tasks under random controls: what touches stays shallow", async (t) => {
  const source = new Source(11);
  for (const { name, xml } of taskModels()) {
    const model = readModel(xml);
    if (model.pairs.length === 0) continue;
    const [plant] = await plantsOf(model);
    plant!.reset(0);
    let deepest = 0;
    for (let i = 0; i < 800; i++) {
      plant!.u.set(source.array(plant!.u.length));
      for (let step = 0; step < 10; step++) {
        plant!.step();
        t.is(plant!.trouble[0], 0, name);
        for (const { pair, distance } of plant!.contacts()) {
          const [first, second] = [model.geoms[model.pairs[pair]!.geom1]!, model.geoms[model.pairs[pair]!.geom2]!];
          deepest = Math.max(deepest, -distance);
          if (first.kind !== "plane") t.true(-distance < first.radius + second.radius, name);
        }
      }
    }
    t.true(deepest > 0.001 && deepest < 0.1, `${name}: ${deepest} m deep`);
  }
});

test("nothing falls through: a floor reaches down without end", async (t) => {
  const xml = document("drop", {
    option: 'timestep="0.005"',
    world: `${floor}<body>${free("b")}<geom type="sphere" size="0.05"/></body>`,
  });
  const [plant] = await plantsOf(readModel(xml));
  for (const speed of [1, 10, 30]) {
    place(plant!, { q: [0, 0.3, 0], v: [0, -speed, 0], u: [] });
    plant!.step(2000);
    t.true(Math.abs(plant!.q[1]! - 0.05) < 0.002, `${speed} m/s: rests at ${plant!.q[1]}`);
  }
});
