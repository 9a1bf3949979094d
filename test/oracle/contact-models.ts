import { document, type FeatureModel, floor, free, sliding } from "./xml.js";

/** Small models with contacts, each of which turns on one thing. */

const tilted = `<geom name="slope" type="plane" pos="0.3 0 0.1" euler="0 -35 0" size="3 3 1"/>
<geom name="steep" type="plane" pos="-0.35 0 0" euler="0 62 0" size="3 3 1"/>`;

/** A ball, a bar and a block (there on a level floor only) that are free; masks let them touch the world and not one another. */
function objects(name: string, world: string, attributes = "", option = ""): FeatureModel {
  const masks = 'contype="1" conaffinity="2"';
  const bodies = `<body pos="-0.3 0 0.1">${free("ball")}<geom name="ball" type="sphere" size="0.1" ${masks}/></body>
<body pos="0 0 0.1">${free("bar")}
<geom name="bar" type="capsule" fromto="-0.15 0 0 0.15 0 0.05" size="0.06" ${masks}/></body>`;
  const box = `<geom name="block" type="box" size="0.12 0.1 0.08" euler="0 10 0" ${masks}/>`;
  const block = world === floor ? `<body pos="0.4 0 0.1">${free("block")}${box}</body>` : "";
  const defaults = `<geom contype="2" conaffinity="1" ${attributes}/>`;
  return { name, xml: document(name, { option, defaults, world: world + bodies + block }), slides: 0.12 };
}

/** A block on slopes. */
function slopes(): FeatureModel {
  const box = '<geom type="box" size="0.12 0.1 0.08" euler="0 10 0"/>';
  const world = `${tilted}<body pos="0 0 0.05">${free("block")}${box}</body>`;
  return { name: "box-on-slopes", xml: document("box-on-slopes", { world }), slides: 0.25, blind: 1e-6 };
}

/** Two free balls, and one that stands. */
function spheres(): FeatureModel {
  const world = `<geom type="sphere" size="0.15" pos="0 0 0"/>
<body pos="0.3 0 0.1">${free("a")}<geom type="sphere" size="0.12"/><geom type="sphere" pos="0.1 0 0.1" size="0.05"/></body>
<body pos="0.1 0 0.3">${free("b")}<geom type="sphere" size="0.1" friction="0.3"/></body>`;
  return { name: "sphere-sphere", xml: document("sphere-sphere", { world }), slides: 0.1 };
}

function sphereCapsule(): FeatureModel {
  const world = `<geom type="capsule" fromto="-0.4 0 0 0.3 0 0.1" size="0.08"/>
<body pos="0.1 0 0.3">${free("a")}<geom type="sphere" size="0.1"/></body>
<body pos="-0.3 0 0.3">${free("b")}<geom type="capsule" fromto="-0.1 0 0 0 0 0.1" size="0.05"/></body>`;
  return { name: "sphere-capsule", xml: document("sphere-capsule", { world }), slides: 0.15 };
}

/** Two arms of two links: side by side, end to side, end to end. */
function capsules(): FeatureModel {
  const arm = (name: string, x: number, turn: number) => `<body pos="${x} 0 0.3" euler="0 ${turn} 0">
<joint name="${name}1" type="hinge" axis="0 1 0" range="-60 60"/><joint name="${name}2" type="slide" axis="1 0 0" range="-0.1 0.1"/>
<geom type="capsule" fromto="0 0 0 0 0 0.3" size="0.07" friction="0.8"/>
<body pos="0 0 0.3"><joint name="${name}3" type="hinge" axis="0 -1 0" range="-50 80"/>
<geom type="capsule" fromto="0 0 0 0 0 0.25" size="0.06"/></body></body>`;
  return {
    name: "capsule-capsule",
    xml: document("capsule-capsule", { world: arm("a", -0.15, 10) + arm("b", 0.15, -15) }),
  };
}

/** Bars that cannot turn stay parallel: two contacts when they lie on one another, one end to end. */
function parallel(): FeatureModel {
  const world = `<geom type="capsule" fromto="-0.3 0 0 0.3 0 0" size="0.05"/>
<body pos="0.1 0 0.1">${sliding("a")}<geom type="capsule" fromto="-0.2 0 0 0.2 0 0" size="0.06"/></body>
<body pos="-0.2 0 0.2">${sliding("b")}<geom type="capsule" fromto="0.15 0 0 -0.15 0 0" size="0.04"/></body>`;
  return { name: "capsules-parallel", xml: document("capsules-parallel", { world }), slides: 0.12 };
}

/** Chains and welded parts: who may touch whom. */
function filters(): FeatureModel {
  const world = `${floor}<body name="post" pos="0.5 0 0.1"><geom type="capsule" fromto="0 0 0 0 0 0.5" size="0.05"/></body>
<body name="base" pos="0 0 0.4">${free("r")}<geom type="capsule" fromto="-0.2 0 0 0.2 0 0" size="0.05"/>
<body name="fixed" pos="0.2 0 0"><geom type="sphere" pos="0.05 0 0.1" size="0.06"/>
<body name="near" pos="0.05 0 0.1"><joint name="n" type="hinge" axis="0 1 0"/>
<geom type="capsule" fromto="0 0 0.12 0.2 0 0.12" size="0.04"/></body></body>
<body name="left" pos="-0.2 0 0"><joint name="l" type="hinge" axis="0 1 0" range="-40 70"/>
<geom type="capsule" fromto="0 0 -0.12 0.05 0 -0.35" size="0.04"/>
<body name="end" pos="0.05 0 -0.35"><joint name="e" type="hinge" axis="0 1 0" range="-40 70"/>
<geom type="sphere" pos="0.1 0 -0.05" size="0.05"/></body></body>
<body name="right" pos="-0.1 0 0"><joint name="q" type="hinge" axis="0 1 0" range="-30 30"/>
<geom type="capsule" fromto="0.1 0 -0.12 0.15 0 -0.3" size="0.04"/></body></body>`;
  const contact = '<exclude body1="left" body2="right"/>';
  return { name: "filters", xml: document("filters", { world, contact }), slides: 0.15, hinges: 0.6 };
}

/** Contacts that are listed one by one, with coefficients that differ in the two directions. */
function pairs(cone: string): FeatureModel {
  const world = `${floor}<body pos="0 0 0.1">${free("a")}<geom name="a" type="capsule" fromto="-0.1 0 0 0.1 0 0" size="0.06"/></body>
<body pos="0.1 0 0.25">${free("b")}<geom name="b" type="sphere" size="0.08" contype="0" conaffinity="0"/></body>`;
  const contact = `<pair geom1="a" geom2="floor" friction="0.3 0.9" solref="0.03 1" margin="0.01" gap="0.004"/>
<pair geom1="a" geom2="b" friction="0.9 0.2" solimp="0.5 0.95 0.01" solreffriction="0.05 1"/>
<pair geom1="floor" geom2="b" condim="1"/>`;
  const name = `pairs-${cone}`;
  return { name, xml: document(name, { option: `cone="${cone}"`, world, contact }), slides: 0.1 };
}

/** Listed pairs in the x-y plane, where the first tangent lies in the plane for some normals and the second for others. */
function pairsFromAbove(): FeatureModel {
  const world = `<geom name="left" type="plane" pos="-0.2 0 0" zaxis="1 0 0" size="2 2 1"/>
<geom name="low" type="plane" pos="0 -0.2 0" zaxis="0.3 1 0" size="2 2 1"/>
<body pos="-0.1 -0.1 0">${free("a", "xy")}<geom name="a" type="sphere" size="0.08"/></body>
<body pos="0.1 -0.05 0">${free("b", "xy")}<geom name="b" type="capsule" fromto="-0.1 0 0 0.1 0 0" size="0.06"/></body>`;
  const frictions = 'friction="0.2 0.8"';
  const contact = `<pair geom1="left" geom2="a" ${frictions}/><pair geom1="low" geom2="a" ${frictions}/>
<pair geom1="low" geom2="b" ${frictions}/><pair geom1="left" geom2="b" ${frictions}/><pair geom1="a" geom2="b" ${frictions}/>`;
  const xml = document("pairs-from-above", { option: 'gravity="-5 -5 0"', world, contact });
  return { name: "pairs-from-above", xml, slides: 0.12 };
}

/** What decides when two geoms disagree. */
function mixing(): FeatureModel {
  const world = `<geom name="low" type="plane" size="3 3 1" friction="0.3 0.1 0.1" solref="0.05 0.8" solimp="0.1 0.8 0.02 0.4 2" solmix="3"/>
<geom name="wall" type="plane" pos="-0.45 0 0" euler="0 80 0" size="3 3 1" friction="0.2" priority="1" condim="1"/>
<body pos="-0.3 0 0.12">${free("a")}<geom type="sphere" size="0.1" friction="0.8" solref="0.02 1"/></body>
<body pos="0.05 0 0.12">${free("b")}<geom type="capsule" fromto="-0.1 0 0 0.1 0 0" size="0.08" solref="-900 -40" friction="0.1"/></body>
<body pos="0.3 0 0.12">${free("c")}<geom type="sphere" size="0.1" friction="0.1" solmix="0" priority="2" solimp="0 0.9 0.05"/></body>
<body pos="0.3 0 0.35">${free("d")}<geom type="sphere" size="0.09" friction="0.9" condim="4" solmix="1e-16"/></body>`;
  return { name: "mixing", xml: document("mixing", { world }), slides: 0.1 };
}

/** Balls on slides and nothing else, whose inverse weights MuJoCo computes in a shorter way; some only almost. */
function simple(): FeatureModel {
  const world = `${floor}<body pos="0 0 0.1">${sliding("a")}<geom type="sphere" size="0.1"/></body>
<body pos="0.3 0 0.1"><joint name="b" type="slide" axis="0 0 1" armature="0.5"/><geom type="sphere" size="0.1"/></body>
<body pos="0.6 0 0.1"><joint name="c1" type="slide" axis="1 0 1"/><joint name="c2" type="slide" axis="-1 0 1"/><geom type="sphere" size="0.1"/></body>
<body pos="0.9 0 0.1">${sliding("d")}<geom type="sphere" pos="0 0 0.03" size="0.1"/></body>
<body pos="1.2 0 0.1">${sliding("e")}<geom type="sphere" size="0.1"/><body pos="0 0 0.2"><joint name="f" type="hinge" axis="0 1 0"/>
<geom type="sphere" size="0.05" pos="0.05 0 0"/></body></body>`;
  return { name: "simple-bodies", xml: document("simple-bodies", { world }), slides: 0.05 };
}

/** The x-y plane with gravity in it: walls, a ball and a bar that a driven paddle meets. */
function fromAbove(): FeatureModel {
  const world = `<geom type="plane" pos="-0.5 0 0" zaxis="1 0 0" size="2 2 1"/><geom type="plane" pos="0.5 0 0" zaxis="-1 0.2 0" size="2 2 1"/>
<geom type="plane" pos="0 -0.5 0" zaxis="0 1 0" size="2 2 1"/><geom type="plane" pos="0 0.5 0" euler="90 0 0" size="2 2 1"/>
<body pos="-0.3 -0.3 0"><joint name="p" type="hinge" axis="0 0 -1"/><geom type="capsule" fromto="0.03 0 0 0.25 0.05 0" size="0.03"/></body>
<body pos="0.1 -0.3 0">${free("a", "xy")}<geom type="sphere" size="0.08"/></body>
<body pos="0.2 0.1 0">${free("b", "xy")}<geom type="capsule" fromto="-0.1 0 0 0.1 0.06 0" size="0.05"/></body>`;
  const actuator = '<motor name="paddle" joint="p" gear="0.2" ctrlrange="-1 1"/>';
  return {
    name: "from-above",
    xml: document("from-above", { option: 'gravity="0 -9.81 0"', world, actuator }),
    slides: 0.25,
  };
}

/** Limits, friction loss and contacts at once. */
function together(): FeatureModel {
  const world = `${floor}<body pos="0 0 0.5"><joint name="x" type="slide" axis="1 0 0" frictionloss="2" range="-0.3 0.3"/>
<joint name="z" type="slide" axis="0 0 1"/><joint name="r" type="hinge" axis="0 1 0" stiffness="5"/>
<geom type="capsule" fromto="-0.2 0 0 0.2 0 0" size="0.05"/>
<body pos="-0.2 0 0"><joint name="b" type="hinge" axis="0 1 0" range="-50 50" frictionloss="0.5" margin="0.1"/>
<geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.05"/></body>
<body pos="0.2 0 0"><joint name="f" type="hinge" axis="0 -1 0" range="-50 50" damping="0.5"/>
<geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.05" friction="0.6"/></body></body>`;
  const actuator = `<motor name="mb" joint="b" gear="20" ctrlrange="-1 1"/><position name="mf" joint="f" kp="50" kv="1" forcerange="-9 9"/>`;
  return {
    name: "together",
    xml: document("together", { option: 'timestep="0.004"', world, actuator }),
    slides: 0.25,
    hinges: 0.8,
  };
}

export const contactModels: readonly FeatureModel[] = [
  spheres(),
  sphereCapsule(),
  capsules(),
  parallel(),
  objects("plane", floor),
  objects("tilted-planes", tilted),
  objects("condim1", floor + tilted, 'condim="1"'),
  objects("condim4", floor, 'condim="4" friction="0.5"'),
  objects("pyramidal", floor + tilted, 'friction="0.7"', 'cone="pyramidal"'),
  objects("pyramidal-condim4", floor, 'condim="4" friction="0.4"', 'cone="pyramidal" impratio="2"'),
  objects("impratio", floor + tilted, "", 'impratio="4"'),
  objects("impratio-pyramidal", floor, "", 'impratio="4" cone="pyramidal"'),
  objects("margin-gap", floor, 'margin="0.02" gap="0.01"', 'timestep="0.005"'),
  objects("contact-direct", floor, 'solref="-3000 -60"'),
  objects("contact-impedance", tilted, 'solimp="0 0.9 0.03 0.3 3"'),
  objects("contact-flat", tilted, 'solimp="0.8 0.8 0.01"'),
  objects("contact-stiff", floor, 'solref="0.003 1" solimp="0.95 0.99 0.0001"', 'timestep="0.005"'),
  slopes(),
  filters(),
  pairs("elliptic"),
  pairs("pyramidal"),
  pairsFromAbove(),
  mixing(),
  simple(),
  fromAbove(),
  together(),
];
