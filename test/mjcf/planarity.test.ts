import test from "ava";
import { readModel } from "../../src/mjcf/read.js";

const read = (world: string, rest = "") =>
  readModel(`<mujoco>${rest}<worldbody>${world}</worldbody></mujoco>`, "m.xml");
const hinge = '<joint name="h" axis="0 1 0"/>';
const ball = '<geom name="ball" size="0.1"/>';
const swing = `<body name="swing">${hinge}${ball}</body>`;
const silent = 'contype="0" conaffinity="0"';
const floor = '<geom name="floor" type="plane" size="1 1 1"/>';
const fluid = '<option density="1"/>';

const refused: Readonly<Record<string, readonly [world: string, message: RegExp, rest?: string]>> = {
  "a hinge about x": [
    `<body><joint name="h" axis="1 0 0"/>${ball}</body>`,
    /<joint name="h"> is a hinge about \(1, 0, 0\) \(in the world\); expected an axis along y \(a model in the x-z plane\) or along z/,
  ],
  "an oblique hinge": [
    `<body><joint name="h" axis="0 1 1"/>${ball}</body>`,
    /<joint name="h"> is a hinge about \(0, 0\.7071, 0\.7071\) \(in the world\)/,
  ],
  "hinges about two axes": [
    `${swing}<body pos="3 0 0"><joint name="other" axis="0 0 1"/>${ball.replace("ball", "b")}</body>`,
    /<joint name="other"> is a hinge whose axis is \(0, 1, 0\) along the two axes and the normal of the x-z plane; expected the normal/,
  ],
  "a slide that leaves the plane": [
    `<body>${hinge}<joint name="s" type="slide" axis="1 1 0"/>${ball}</body>`,
    /<joint name="s"> is a slide whose axis is \(0\.7071, 0, -0\.7071\) along the two axes and the normal of the x-z plane; expected a direction in the plane/,
  ],
  "a slide along y in the x-z plane": [
    `<body>${hinge}<joint name="s" type="slide" axis="0 1 0"/>${ball}</body>`,
    /<joint name="s"> is a slide whose axis is \(0, 0, -1\)/,
  ],
  "slides along all three axes": [
    `<body><joint name="x" type="slide" axis="1 0 0"/><joint name="y" type="slide" axis="0 1 0"/><joint name="z" type="slide" axis="0 0 1"/>${ball}</body>`,
    /<joint name="y"> is a slide whose axis is \(0, 0, -1\) along the two axes and the normal of the x-z plane/,
  ],
  "a body rotated out of the plane": [
    `<body>${hinge}${ball}<body name="tilted" euler="20 0 0"><geom name="b" size="0.1"/></body></body>`,
    /<body name="tilted"> is rotated out of the x-z plane: the plane's normal is \(0, -0\.9397, 0\.342\) in its frame; expected a coordinate axis/,
  ],
  "a capsule that leaves the plane and may touch": [
    `${floor}<body>${hinge}<geom name="bar" type="capsule" fromto="0 0 0 0 1 1" size="0.1"/></body>`,
    /<geom name="bar"> lets geoms "floor" and "bar" touch, but of "bar" its axis \(0, -0\.7071, 0\.7071\) along the two axes and the normal leaves the x-z plane; keep them apart with contype and conaffinity, or change the geoms/,
  ],
  "a capsule along the normal that may touch": [
    `${floor}<body>${hinge}<geom name="bar" type="capsule" fromto="0 0 0 0 1 0" size="0.1"/></body>`,
    /of "bar" its axis \(0, 0, 1\) along the two axes and the normal leaves the x-z plane/,
  ],
  "a capsule that leaves the plane in a fluid": [
    `<body name="b">${hinge}<geom type="capsule" fromto="0 0 0 0 1 1" size="0.1" ${silent}/></body>`,
    /<body name="b"> has no axis of inertia along the normal of the x-z plane, so the fluid would push it out of the plane; align its geoms/,
    fluid,
  ],
  "geoms in a fluid whose inertia couples the plane with the normal": [
    `<body name="b">${hinge}<geom size="0.1" pos="0 0.1 0.2" ${silent}/><geom size="0.1" ${silent}/></body>`,
    /<body name="b"> has no axis of inertia along the normal of the x-z plane/,
    fluid,
  ],
  "a plane that the model moves along": [
    `${floor}<body><joint axis="0 0 1"/>${ball}</body>`,
    /<geom name="floor"> lets geoms "floor" and "ball" touch, but of "floor" its normal \(0, 0, 1\) along the two axes and the normal leaves the x-y plane/,
  ],
  "a tilted plane": [
    `<geom name="floor" type="plane" size="1 1 1" euler="10 0 0"/>${swing}`,
    /of "floor" its normal \(0, 0\.9848, 0\.1736\) along the two axes and the normal leaves the x-z plane/,
  ],
  "a tilted box": [
    `${floor}<body>${hinge}<geom name="box" type="box" size="0.1 0.2 0.3" euler="10 0 20"/></body>`,
    /of "box" none of its sides is along the normal of the x-z plane/,
  ],
  "geoms beside one another": [
    `${swing}<body pos="1 0.2 0"><joint axis="0 1 0"/><geom name="beside" size="0.1"/></body>`,
    /lets geoms "ball" and "beside" touch, but they lie 0 and -0\.2 along the plane's normal; give them the same, or keep them apart/,
  ],
  "a sphere and a box": [
    `${swing}<body pos="1 0 0"><joint axis="0 1 0"/><geom name="box" type="box" size="0.1 0.1 0.1"/></body>`,
    /<geom name="box"> lets geoms "ball" and "box" touch, a sphere-box contact; supported: plane-sphere, plane-capsule, plane-box, sphere-sphere, sphere-capsule, capsule-capsule; keep them apart/,
  ],
  "a capsule and a box": [
    `<body><joint axis="0 1 0"/><geom name="bar" type="capsule" size="0.1 0.1"/></body><body pos="1 0 0"><joint axis="0 1 0"/><geom name="box" type="box" size="0.1 0.1 0.1"/></body>`,
    /lets geoms "bar" and "box" touch, a capsule-box contact/,
  ],
  "two boxes": [
    `<body><joint axis="0 1 0"/><geom name="a" type="box" size="0.1 0.1 0.1"/></body><body pos="1 0 0"><joint axis="0 1 0"/><geom name="b" type="box" size="0.1 0.1 0.1"/></body>`,
    /lets geoms "a" and "b" touch, a box-box contact/,
  ],
  "rolling friction": [
    `${floor}<body><joint axis="0 1 0"/><geom name="a" size="0.1" condim="6"/></body>`,
    /<geom name="a"> lets geoms "floor" and "a" touch with condim 6, which rolls in the plane; expected condim 1, 3 or 4/,
  ],
};

for (const [name, [world, message, rest]] of Object.entries(refused))
  test(`not planar: ${name}`, (t) => {
    const error = t.throws(() => read(world, rest), { name: "MjcfError" });
    t.regex(error.message, message);
  });

test("a pair of its own is blamed for what it lets touch", (t) => {
  const error = t.throws(() =>
    readModel(
      `<mujoco><worldbody>${swing}<body pos="1 0 0"><joint axis="0 1 0"/><geom name="box" type="box" size="0.1 0.1 0.1" ${silent}/></body></worldbody>
<contact><pair name="p" geom1="box" geom2="ball"/></contact></mujoco>`,
    ),
  );
  t.regex(error.message, /^model\.xml:2: <pair name="p"> lets geoms "ball" and "box" touch, a sphere-box contact/);
});

test("what leaves the plane is read as mass as long as it touches nothing", (t) => {
  const model = read(
    `<geom type="plane" size="1 1 1" euler="30 0 0" ${silent}/>
<body>${hinge}<geom name="along" type="capsule" fromto="0 -1 0 0 1 0" size="0.1" ${silent}/>
<geom name="tilted" type="capsule" fromto="0 0 0 3 4 0" size="0.1" ${silent}/>
<geom name="crooked" type="box" size="0.1 0.2 0.3" euler="10 20 30" ${silent}/></body>`,
  );
  t.deepEqual(
    model.geoms.map(({ name, kind }) => [name, kind]),
    [
      ["along", "sphere"],
      ["tilted", "capsule"],
    ],
  );
  t.true(Math.abs(model.geoms[1]!.halfLength - 1.5) < 1e-15);
});

test("without hinges the plane is the one that fits", (t) => {
  const sliding = (axis: string): string => `<body><joint type="slide" axis="${axis}"/>${ball}</body>`;
  t.is(read(sliding("1 0 0")).plane, "xz");
  t.is(read(sliding("0 0 1")).plane, "xz");
  t.is(read(sliding("0 1 0")).plane, "xy");
  t.is(read(`<geom type="plane" zaxis="0 1 0" size="1 1 1"/>${sliding("1 0 0")}`).plane, "xy");
});

test("gravity along the normal moves nothing", (t) => {
  const model = read('<body><joint axis="0 0 1"/><geom size="0.1"/></body>');
  t.is(model.plane, "xy");
  t.deepEqual(model.option.gravity, [0, 0]);
  t.deepEqual(read(swing, '<option gravity="1 5 -3"/>').option.gravity, [1, -3]);
});

test("geoms at different depths may touch the same plane", (t) => {
  const model = read(`${floor}<body>${hinge}<geom size="0.1" pos="0 0.3 0"/><geom size="0.1" pos="0 -0.3 0"/></body>`);
  t.is(model.pairs.length, 2);
});
