import test from "ava";
import { MjcfError } from "../../src/mjcf/error.js";
import { readModel } from "../../src/mjcf/read.js";
import { init } from "../../src/node.js";
import { Plant, Trouble } from "../../src/plant.js";
import { errorOf, place } from "../oracle/compare.js";
import { loadOracle, Oracle } from "../oracle/mujoco.js";
import { document, floor, free, sliding } from "../oracle/xml.js";

// where MuJoCo's own answer means little, ours says so

test("segments that cross are reported, as long as they do", async (t) => {
  const bar = '<geom type="capsule" fromto="-0.2 0 0 0.2 0 0" size="0.02"/>';
  const xml = document("crossing", { world: `<body>${free("a")}${bar}</body><body>${free("b")}${bar}</body>` });
  const plant = new Plant(await init(), readModel(xml));
  const troubleAt = (angle: number, height: number) => {
    place(plant, { q: [0, 0, 0, 0.05, height, angle], v: [0, 0, 0, 0, 0, 0], u: [] });
    plant.step();
    return plant.trouble[0]!;
  };
  t.is(troubleAt(1.2, 0.05), Trouble.crossingSegments);
  t.is(troubleAt(0, 0.03), 0);
  t.is(troubleAt(1.2, 0.5), 0);
});

test("a capsule upright on a wall, where MuJoCo's friction vanishes, is reported and keeps its own", async (t) => {
  const wall = (
    turn: number,
  ) => `<geom type="plane" size="1 1 1" pos="-0.3 0 0" euler="0 ${turn} 0"/><body>${sliding("a")}
<geom type="capsule" fromto="-0.2 0 0 0.1 0 0" size="0.1"/></body>`;
  const state = { q: [-0.01, 0], v: [-1, 2], u: [] };
  const xmlOf = (turn: number) => document("wall", { world: wall(turn) });
  const stepped = async (turn: number) => {
    const plant = new Plant(await init(), readModel(xmlOf(turn)));
    place(plant, state);
    plant.step();
    return { v: [...plant.v], trouble: plant.trouble[0]! };
  };
  const oracles = await Promise.all(
    [90, 90 + 1e-9].map(async (turn) => {
      const oracle = new Oracle(await loadOracle(), xmlOf(turn));
      oracle.set(state.q, state.v, state.u);
      oracle.step();
      const { v } = oracle;
      oracle.dispose();
      return v;
    }),
  );
  const exact = await stepped(90);
  const tilted = await stepped(90 + 1e-9);
  t.is(exact.trouble, Trouble.perpendicularCapsule);
  t.is(tilted.trouble, 0);
  t.true(errorOf(tilted.v, oracles[1]!) < 1e-9);
  t.true(errorOf(exact.v, tilted.v) < 1e-9);
  // if this fails, MuJoCo has been repaired and the report can go
  t.true(errorOf(oracles[0]!, oracles[1]!) > 0.01);
});

test("a capsule upright on a floor is nothing special", async (t) => {
  const joints = '<joint type="slide" axis="0 0 1"/><joint type="slide" axis="1 0 0"/>';
  const capsule = '<geom type="capsule" fromto="0 0 -0.2 0 0 0.2" size="0.1"/>';
  const xml = document("level", { world: `${floor}<body pos="0 0 0.3">${joints}${capsule}</body>` });
  const state = { q: [-0.01, 0], v: [-1, 2], u: [] };
  const plant = new Plant(await init(), readModel(xml));
  const oracle = new Oracle(await loadOracle(), xml);
  place(plant, state);
  plant.step();
  oracle.set(state.q, state.v, state.u);
  oracle.step();
  t.is(oracle.contactCount, 1);
  t.is(plant.trouble[0], 0);
  t.true(errorOf([...plant.q, ...plant.v], [...oracle.q, ...oracle.v]) < 1e-12);
  oracle.dispose();
});

test("rolling friction, which would turn bodies in the plane, is refused", (t) => {
  const world = `<geom type="plane" size="1 1 1" condim="6"/><body>${free("a")}<geom type="sphere" size="0.1"/></body>`;
  const error = t.throws(() => readModel(document("rolling", { world }), "rolling.xml"), { instanceOf: MjcfError });
  t.regex(error.message, /rolling\.xml:\d+.*condim/);
});

test("numbers that are not finite leave a copy where it was, and are reported", async (t) => {
  const xml = document("ball", {
    world: `${floor}<body>${free("a")}<geom type="sphere" size="0.1"/></body>`,
  });
  const plant = new Plant(await init(), readModel(xml), 2);
  plant.q.set([0, 1, 0, Number.NaN, 1, 0]);
  plant.step();
  t.deepEqual([...plant.trouble], [0, Trouble.notFinite]);
  t.deepEqual([...plant.q.subarray(3)], [Number.NaN, 1, 0]);
  t.true(plant.v[1]! < 0);
});
