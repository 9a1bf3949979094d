import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { packModel } from "../../src/mjcf/block.js";
import { describeModel } from "../../src/mjcf/describe.js";
import { readModel } from "../../src/mjcf/read.js";
import { loadModel, saveModel } from "../../src/mjcf/stored.js";
import { features } from "./features.js";

const directory = new URL("models/", import.meta.url);
const text = (file: string): string => readFileSync(new URL(file, directory), "utf8");

test("a stored model is the same when it is loaded, wherever its bytes lie", (t) => {
  const all = [...readdirSync(directory).map(text), ...Object.values(features)];
  for (const xml of all) {
    const model = readModel(xml);
    const bytes = saveModel(model);
    t.deepEqual(loadModel(bytes), model);
    const elsewhere = new Uint8Array(bytes.length + 9);
    elsewhere.set(bytes, 5);
    t.deepEqual(saveModel(loadModel(elsewhere.subarray(5, 5 + bytes.length))), bytes);
  }
});

test("the block for the core lies in the stored bytes at a multiple of 8", (t) => {
  const model = readModel(text("hopper.xml"));
  const block = packModel(model);
  t.deepEqual(saveModel(model).subarray(24, 24 + block.length), block);
});

test("one document gives one sequence of bytes", (t) => {
  t.deepEqual(saveModel(readModel(text("walker.xml"))), saveModel(readModel(text("walker.xml"))));
});

test("every one of 1,000 flipped bits and of 1,000 cuts is noticed", (t) => {
  const bytes = saveModel(readModel(text("half-cheetah.xml")));
  let state = 20_251;
  const below = (n: number): number => {
    state = (state * 48_271) % 0x7fffffff;
    return state % n;
  };
  const noticed = (damaged: Uint8Array): boolean => {
    try {
      loadModel(damaged);
      return false;
    } catch (error) {
      return error instanceof Error && /^the stored model cannot be read: [^\n]+$/.test(error.message);
    }
  };
  for (let i = 0; i < 1000; ++i) {
    const flipped = bytes.slice();
    flipped[below(bytes.length)]! ^= 1 << below(8);
    if (!noticed(flipped)) return t.fail(`flip ${i}`);
    if (!noticed(bytes.slice(0, below(bytes.length)))) return t.fail(`cut ${i}`);
  }
  t.true(noticed(Uint8Array.of(...bytes, 0)));
  return t.pass();
});

test("bytes that are no stored model are refused in one sentence", (t) => {
  const bytes = saveModel(readModel(text("cart-pole.xml")));
  const changed = (at: number, value: number): Uint8Array => {
    const other = bytes.slice();
    other[at] = value;
    return other;
  };
  const message = (other: Uint8Array): string => t.throws(() => loadModel(other)).message;
  t.is(message(new Uint8Array(3)), "the stored model cannot be read: 3 bytes are too few");
  t.is(message(new Uint8Array(100)), "the stored model cannot be read: it does not begin as a stored model does");
  t.is(message(changed(4, 9)), "the stored model cannot be read: its version is 9, expected 1");
  t.regex(message(bytes.slice(0, -1)), /it has \d+ bytes, expected \d+; it is cut short or damaged$/);
  t.is(message(changed(100, 77)), "the stored model cannot be read: its checksum is wrong; it is damaged");
});

test("bytes with a right checksum but wrong contents are refused too", (t) => {
  const model = readModel(text("cart-pole.xml"));
  const message = (wrong: object): string =>
    t.throws(() => loadModel(saveModel({ ...model, ...wrong } as typeof model))).message;
  const { bodies, dofs, option } = model;
  t.regex(message({ option: { ...option, timestep: Number.NaN } }), /: option\.timestep is NaN$/);
  t.regex(message({ option: { ...option, timestep: -1 } }), /: option\.timestep is -1$/);
  t.regex(message({ option: { ...option, iterations: 0 } }), /: option\.iterations is 0$/);
  t.regex(message({ option: { ...option, iterations: 1e9 } }), /: option\.iterations is 1000000000$/);
  t.regex(message({ dofs: dofs.map((dof) => ({ ...dof, body: 7 })) }), /: dofs\[0\]\.body is 7$/);
  t.regex(message({ bodies: bodies.map((body) => ({ ...body, parent: 2 })) }), /: bodies\[0\]\.parent is 2$/);
  t.regex(message({ bodies: bodies.map((body) => ({ ...body, mass: -1 })) }), /: bodies\[0\] has mass -1/);
  t.regex(
    message({ dofs: dofs.map((dof) => ({ ...dof, range: [1, 0], limited: true })) }),
    /: dofs\[0\]\.range is 1 0$/,
  );
  t.regex(message({ actuators: [{ ...model.actuators[0], dof: 2 }] }), /: actuators\[0\]\.dof is 2$/);
  t.regex(message({ sites: [{ name: "s", body: -1, position: [0, 0] }] }), /: sites\[0\]\.body is -1$/);
  t.regex(message({ geoms: [{ ...model.geoms[0], body: 12 }] }), /: geoms\[0\]\.body is 12$/);
  t.regex(
    message({ geoms: [{ ...model.geoms[0], kind: "mesh" }] }),
    /: kind -1 is none of plane, sphere, capsule, box$/,
  );
  for (const name of [5, "two\nlines", "\u001b[2J"]) {
    t.regex(message({ name }), /: its names are not lists of strings without control characters$/);
  }
});

test("a model in words", (t) => {
  t.is(
    describeModel(readModel(text("cart-pole.xml"))),
    `cart-pole: x-z plane, 1.1 kg
2 bodies, 2 joints, 4 geoms, 0 pairs that may touch, 1 actuator, 0 sites
time step 0.01 s, RK4, pyramidal cones, gravity (0, -9.81) m/s^2

Bodies:
  cart: at (0, 1) in world, 1 kg, 0.016667 kg m^2
  pole: at (0, 0) in cart, 0.1 kg, 0.0094246 kg m^2

Joints:
  slider: slide of cart, -1.8 to 1.8 m, damping 0.0005
  hinge: hinge of pole, no limits, damping 0.000002

Geoms:
  floor: plane of world
  rail: capsule of world, radius 0.02, half length 2
  cart: box of cart, half sides 0.2 and 0.1
  pole: capsule of pole, radius 0.045, half length 0.5

Actuators:
  slide: joint slider, gear 10, control -1 to 1`,
  );
  t.regex(describeModel(readModel(text("swimmer.xml"))), /fluid of density 4000 and viscosity 0\.1/);
  t.regex(
    describeModel(readModel(features["one set for all actuators"]!)),
    /gain 30, -30 times position, -2 times velocity/,
  );
});
