import { document, type FeatureModel, free } from "./xml.js";

/** Small models without contacts, each of which turns on one thing. */

const hinge = 'type="hinge" axis="0 1 0"';
const turning = 'type="hinge" axis="0 -1 0"';

/** A pendulum of two links; what the joints and the actuators are varies. */
function pendulum(name: string, first: string, second: string, rest: { actuator?: string; option?: string } = {}) {
  const world = `<body name="upper" pos="0 0 2"><joint name="j1" ${first}/>
<geom type="capsule" fromto="0 0 0 0.1 0 -0.5" size="0.04" contype="0" conaffinity="0"/>
<body name="lower" pos="0.1 0 -0.5"><joint name="j2" ${second}/>
<geom type="capsule" fromto="0 0 0 0 0 -0.4" size="0.03" contype="0" conaffinity="0"/></body></body>`;
  return { name, xml: document(name, { ...rest, world }) };
}

/** Limits of a hinge and of a slide that are rows before they are reached, with their own impedances. */
function limits(name: string, attributes: string, option = "", flags?: string): FeatureModel {
  const world = `<body pos="0 0 1"><joint name="rail" type="slide" axis="1 0 0" range="-0.4 0.5" ${attributes}/>
<geom type="sphere" size="0.1" contype="0" conaffinity="0"/>
<body><joint name="arm" ${turning} range="-70 40" ${attributes}/>
<geom type="capsule" fromto="0 0 0 0.3 0 -0.3" size="0.03" contype="0" conaffinity="0"/>
<body pos="0.3 0 -0.3"><joint name="hand" ${hinge} range="10 95" ${attributes}/>
<geom type="sphere" pos="0.1 0 0.05" size="0.06" contype="0" conaffinity="0"/></body></body></body>`;
  return { name, xml: document(name, { option, world, ...(flags === undefined ? {} : { flags }) }) };
}

/** A slide between hinges of one body, anchors away from its origin, oblique axes. */
function mixedJoints(): FeatureModel {
  const world = `<body pos="0.1 0 1" euler="0 25 0"><joint name="a" type="slide" axis="1 0 0.5"/>
<joint name="b" ${hinge} pos="0.2 0 -0.1"/><joint name="c" type="slide" axis="-0.3 0 1" armature="0.3"/>
<geom type="capsule" fromto="-0.2 0 0 0.3 0 0.1" size="0.05" contype="0" conaffinity="0"/>
<body pos="0.3 0 0.1" euler="0 -70 0"><joint name="d" ${turning} pos="-0.1 0 0.05" ref="20" armature="0.05"/>
<joint name="e" type="slide" axis="1 0 0" ref="0.1"/>
<geom type="box" size="0.2 0.05 0.03" pos="0.1 0 0" euler="0 33 0" contype="0" conaffinity="0"/>
<body pos="0.2 0 0"><joint name="f" ${hinge} armature="0.02"/><joint name="g" ${turning} pos="0 0 0.3" armature="0.02"/>
<geom type="sphere" size="0.08" pos="0 0 0.1" contype="0" conaffinity="0"/></body></body></body>`;
  return { name: "mixed-joints", xml: document("mixed-joints", { world }) };
}

/** Inertias that are given: off the origin, turned, with a welded child that adds its own. */
function inertials(): FeatureModel {
  const world = `<body pos="0 0 1">${free("r")}
<inertial pos="0.1 0 0.07" mass="2.5" diaginertia="0.03 0.05 0.04"/>
<geom type="sphere" size="0.1" contype="0" conaffinity="0"/>
<body pos="0.3 0 0" euler="0 40 0"><geom type="capsule" fromto="0 0 0 0.2 0 0.1" size="0.03" contype="0" conaffinity="0"/>
<body pos="0.2 0 0.1"><joint name="h" ${hinge}/><inertial pos="0 0 -0.2" euler="0 30 0" mass="0.4" diaginertia="0.01 0.012 0.004"/>
</body></body></body>`;
  return { name: "inertials", xml: document("inertials", { world }) };
}

/** Drag on bodies of one geom and of several, which are turned against their principal axes. */
function fluid(name: string, option: string): FeatureModel {
  const world = `<body pos="0 0 1">${free("r")}
<geom type="box" size="0.3 0.05 0.1" euler="0 20 0" mass="2" contype="0" conaffinity="0"/>
<body pos="0.4 0 0"><joint name="h1" ${hinge} damping="0.1"/>
<geom type="capsule" fromto="0 0 0 0.3 0 0.1" size="0.05" contype="0" conaffinity="0"/>
<geom type="capsule" fromto="0.3 0 0.1 0.5 0 0.3" size="0.03" contype="0" conaffinity="0"/>
<body pos="0.5 0 0.3"><joint name="h2" ${turning}/>
<geom type="capsule" fromto="0 0 0 0 0 0.3" size="0.04" contype="0" conaffinity="0"/></body></body></body>`;
  return { name, xml: document(name, { option, world }) };
}

/** Classes, class of children, mass of the whole, partly overwritten arrays. */
function classes(): FeatureModel {
  const defaults = `<joint type="hinge" axis="0 1 0" damping="0.3" armature="0.02"/>
<geom type="capsule" size="0.05" density="700" contype="0" conaffinity="0" friction="0.4 0.2"/>
<motor ctrlrange="-2 2" gear="3"/>
<default class="limb"><joint range="-0.6 0.5" solimplimit="0.5 0.9"/><geom size="0.03"/>
<default class="tip"><joint stiffness="4" springref="0.3"/><geom density="2000"/></default></default>`;
  const world = `<body pos="0 0 1"><joint name="a" type="slide" axis="1 0 0"/><geom fromto="-0.2 0 0 0.2 0 0"/>
<body pos="0.2 0 0" childclass="limb"><joint name="b"/><geom fromto="0 0 0 0.2 0 -0.2"/>
<body pos="0.2 0 -0.2"><joint name="c" class="tip"/><geom class="tip" fromto="0 0 0 0.2 0 0"/>
<geom fromto="0 0 0 0 0 -0.1" mass="0.7"/></body></body></body>`;
  const actuator = '<motor name="ma" joint="a"/><motor name="mb" joint="b" gear="-2"/>';
  const compiler = 'angle="radian" settotalmass="7"';
  return { name: "classes", xml: document("classes", { compiler, defaults, world, actuator }) };
}

/** A hanging chain, its links as heavy as long; the shorter they are, the shorter the time step. */
export function chain(links: number, integrator = "Euler"): FeatureModel {
  const length = 1 / links;
  const option = `integrator="${integrator}" timestep="${Math.min(0.002, 0.008 / links)}"`;
  let world = "";
  for (let i = 0; i < links; i++) {
    world += `<body pos="${i === 0 ? 0 : length} 0 0"><joint name="j${i}" ${hinge} damping="${0.02 * length}" armature="1e-5"/>
<geom type="capsule" fromto="0 0 0 ${length} 0 0" size="${0.1 * length}" mass="${length}" contype="0" conaffinity="0"/>`;
  }
  world += "</body>".repeat(links);
  const actuator = `<motor name="m" joint="j${links - 1}" gear="${0.1 * length}" ctrlrange="-1 1"/>`;
  const name = `chain${links}`;
  return { name, xml: document(name, { option, world, actuator }), hinges: links > 8 ? 1 : Math.PI };
}

const servos = `<position name="p" joint="j1" kp="40" kv="2" ctrlrange="-1 1" forcerange="-15 12"/>
<velocity name="v" joint="j2" kv="3" gear="2" ctrlrange="-2 2"/>
<motor name="m" joint="j2" gear="4" ctrlrange="-1 1" forcerange="-0.5 0.5"/>`;

export const smoothModels: readonly FeatureModel[] = [
  pendulum("damping", `${hinge} damping="0.4"`, `${turning} damping="0.05"`),
  pendulum(
    "springs",
    `${hinge} stiffness="12" springref="30" ref="10"`,
    `${turning} stiffness="3" springref="-20" ref="-45" range="-90 60"`,
  ),
  pendulum("armature", `${hinge} armature="0.3"`, `${turning} armature="0.01"`),
  pendulum("friction-loss", `${hinge} frictionloss="1.5"`, `${turning} frictionloss="0.2" solreffriction="0.05 1.3"`),
  pendulum("friction-impedance", `${hinge} frictionloss="3" solimpfriction="0.5 0.9 0.01" damping="0.1"`, hinge),
  pendulum("servos", `${hinge} damping="0.1" actuatorfrcrange="-10 9"`, `${turning} actuatorfrcrange="-3 5"`, {
    actuator: servos,
  }),
  pendulum("no-gravity", hinge, turning, { option: 'gravity="0 0 0"' }),
  pendulum("oblique-gravity", hinge, turning, { option: 'gravity="4 0 -7"' }),
  limits("limits", 'margin="0.05"'),
  limits("limits-direct", 'solreflimit="-2000 -30" solimplimit="0 0.9 0.1 0.3 3"'),
  limits(
    "limits-unsafe",
    'solreflimit="0.015 0.7" solimplimit="0.7 0.7 0.01"',
    'timestep="0.008"',
    'refsafe="disable"',
  ),
  limits("limits-safe", 'solreflimit="0.004 0.7" solimplimit="0.2 0.99 0.1 0.6 1"', 'timestep="0.01"'),
  mixedJoints(),
  inertials(),
  fluid("fluid-density", 'density="800"'),
  fluid("fluid-viscosity", 'viscosity="3"'),
  fluid("fluid-both", 'density="1200" viscosity="0.8"'),
  classes(),
  chain(2),
  chain(3),
  chain(8),
  chain(16, "implicitfast"),
  chain(32),
  chain(64),
];
