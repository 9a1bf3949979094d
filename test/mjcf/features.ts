/** Small documents, each of which uses one part of MJCF in a way that is easy to get wrong. */

const hinge = 'type="hinge" axis="0 1 0"';
const free = '<joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 0 1"/><joint type="hinge" axis="0 1 0"/>';
const ball = '<geom type="sphere" size="0.1"/>';

const model = (parts: Partial<Record<"before" | "world" | "after", string>>): string =>
  `<mujoco>${parts.before ?? ""}<worldbody>${parts.world ?? ""}</worldbody>${parts.after ?? ""}</mujoco>`;

const pendulum = (joint: string, rest: Partial<Record<"before" | "after", string>> = {}): string =>
  model({
    ...rest,
    world: `<body><joint name="j" ${joint}/><geom type="capsule" fromto="0 0 0 0 0 -1" size="0.05"/></body>`,
  });

/** One body with an orientation, and an off-centre capsule on it. */
const turned = (orientation: string, before = ""): string =>
  model({
    before,
    world: `<body pos="0.1 0.2 0.3" ${orientation}><joint ${hinge} pos="0.1 0 0.2"/>
<geom type="capsule" size="0.05 0.2" pos="0.1 0 0.3" euler="0 30 0"/><site name="s" pos="0.2 0.1 -0.3"/></body>`,
  });

const shapes = (geoms: string, before = ""): string =>
  model({ before, world: `<body pos="0 0 1">${free}${geoms}</body>` });

const fluid = '<option density="1000" viscosity="0.5"/>';
const silent = 'contype="0" conaffinity="0"';

/** Two balls and a floor whose attributes are given. */
const meeting = (first: string, second: string, floor = "", rest: { before?: string; contact?: string } = {}): string =>
  model({
    before: rest.before ?? "",
    world: `<geom name="floor" type="plane" size="5 5 1" ${floor}/>
<body name="one" pos="0 0 1">${free}<geom name="a" type="sphere" size="0.1" ${first}/></body>
<body name="two" pos="0.3 0 1">${free}<geom name="b" type="capsule" size="0.1 0.2" ${second}/></body>`,
    after: rest.contact === undefined ? "" : `<contact>${rest.contact}</contact>`,
  });

const actuated = (actuators: string, before = ""): string =>
  pendulum(`${hinge} range="-60 90"`, { before, after: `<actuator>${actuators}</actuator>` });

const chain = `<geom name="floor" type="plane" size="5 5 1"/><geom name="post" type="capsule" fromto="0 0 0 0 0 1" size="0.05"/>
<body name="base"><geom name="base" type="sphere" size="0.2" pos="0 0 1"/>
<body name="upper" pos="0 0 1"><joint name="u" ${hinge}/><geom name="upper" type="capsule" fromto="0 0 0 0.5 0 0" size="0.05"/>
<body name="mount" pos="0.5 0 0"><geom name="mount" type="sphere" size="0.06"/>
<body name="lower"><joint name="l" ${hinge}/><geom name="lower" type="capsule" fromto="0 0 0 0.5 0 0" size="0.05"/>
<body name="plate" pos="0.5 0 0"><geom name="plate" type="sphere" size="0.07"/></body></body></body></body></body>
<body name="loose" pos="2 0 1">${free}<geom name="loose" type="sphere" size="0.1"/></body>`;

export const features: Readonly<Record<string, string>> = {
  "degrees by default": pendulum(`${hinge} range="-30 45" ref="20" springref="10" stiffness="2"`),
  radians: pendulum(`${hinge} range="-0.5 0.7" ref="0.2" springref="0.1"`, { before: '<compiler angle="radian"/>' }),
  "slides are metres": pendulum('type="slide" axis="3 0 4" range="-30 45" ref="2" springref="1" margin="0.1"'),
  "joint numbers": pendulum(
    `${hinge} damping="0.3" armature="0.02" frictionloss="0.4" margin="0.05" solreflimit="0.03" solimplimit="0 0.9"
solreffriction="-100 -3" solimpfriction="0.5 0.6 0.01" actuatorfrcrange="-3 4"`,
  ),
  "limits off in spite of a range": pendulum(`${hinge} range="-30 45" limited="false"`),
  "no automatic limits": pendulum(`${hinge} range="-30 45" limited="true"`, {
    before: '<compiler autolimits="false"/>',
  }),
  "hinge about -y": pendulum('axis="0 -2 0" pos="0.1 5 -0.2"'),

  "body by quaternion": turned('quat="2 0 0.7 0"'),
  "body by axis and angle": turned('axisangle="0 -3 0 50"'),
  "body by two axes": turned('xyaxes="1 0 1 0 1 0"'),
  "body by z axis": turned('zaxis="1 0 2"'),
  "body by Euler angles": turned('euler="0 -40 0"'),
  "body by Euler angles in radians": turned('euler="0 -0.7 0"', '<compiler angle="radian"/>'),
  "body turned over about x": turned('euler="180 25 0"'),
  "body turned over about z": turned('euler="0 25 180"'),
  "Euler angles about fixed axes": turned('euler="180 25 0"', '<compiler eulerseq="XYZ"/>'),
  "Euler angles in another order": model({
    before: '<compiler eulerseq="yxz"/>',
    world: `<body pos="0.1 0.2 0.3" euler="25 180 0"><joint ${hinge}/><geom type="capsule" size="0.05 0.2" euler="30 0 0"/></body>`,
  }),
  "body whose z is the normal": model({
    world: `<body euler="90 0 0"><joint axis="0 0 1"/><geom type="capsule" fromto="0 0 0 0.3 0.4 0" size="0.05"/>
<body pos="0.3 0.4 0" euler="0 0 30"><joint axis="0 0 -1" range="-10 50"/><geom type="box" size="0.1 0.2 0.3" ${silent}/>
<body pos="0.1 0 0" euler="-90 0 0"><joint axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0.2 0 0.1" size="0.03"/></body></body></body>`,
  }),
  "body whose x is the normal": model({
    world: `<body euler="0 0 90" pos="0.1 0 0.2"><joint axis="1 0 0"/><joint type="slide" axis="0 1 1"/>
<geom type="capsule" fromto="0 0 0 0 0.3 0.4" size="0.05"/><site name="s" pos="0 0.1 0.2"/></body>`,
  }),
  "joints before a turn": model({
    world: `<body pos="0.1 0 1" euler="0 25 0"><joint type="slide" axis="1 0 0.5" ref="0.3"/><joint ${hinge} pos="0.2 0 -0.1" ref="40"/>
<joint type="slide" axis="-0.3 0 1"/><joint axis="0 -1 0" pos="0 0 0.4"/><geom type="sphere" size="0.1" pos="0.1 0 0.2"/></body>`,
  }),

  "x-y plane": model({
    world: `<geom type="plane" pos="-1 0 0" zaxis="1 0.3 0" size="1 1 1"/><geom type="plane" euler="-90 0 0" pos="0 -2 0" size="1 1 1"/>
<body pos="0.1 0.2 0.3" euler="0 0 40"><joint axis="0 0 1" range="-20 30"/>
<geom type="capsule" fromto="0 0 0 0.3 0.4 0" size="0.05"/><geom type="box" size="0.1 0.2 0.3" euler="0 90 20" ${silent}/>
<body pos="0.3 0.4 0" euler="180 0 10"><joint axis="0 0 1"/><joint type="slide" axis="1 1 0"/>
<geom type="capsule" size="0.04 0.3" euler="90 0 20" pos="0.1 0 0"/></body></body>`,
  }),
  "only slides, x-z": model({
    world: `<body><joint type="slide" axis="1 0 1"/>${ball}</body><geom type="plane" size="1 1 1"/>`,
  }),
  "only slides, x-y": model({
    world: `<body><joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 1 0"/>${ball}</body>
<geom type="plane" zaxis="0 1 0" size="1 1 1"/>`,
  }),

  "capsules and boxes between points": shapes(
    `<geom type="capsule" fromto="0.1 0 0 -0.3 0 0.4" size="0.05"/><geom type="box" fromto="0 0 0.2 0 0 -0.5" size="0.03" ${silent}/>`,
  ),
  "shapes by size": shapes(
    `<geom type="capsule" size="0.05 0.3" pos="0.1 0.3 0.2" euler="0 70 0" ${silent}/><geom type="sphere" size="0.2" pos="0 0 0.1"/>
<geom type="box" size="0.1 0.2 0.05" euler="0 15 0" ${silent}/><geom type="box" size="0.1 0.2 0.05" euler="0 15 90" ${silent}/>`,
  ),
  "masses and densities": shapes(
    `<geom size="0.1" mass="3" density="9"/><geom size="0.1" pos="0.2 0 0" density="500"/><geom size="0.3" mass="0"/>
<geom size="0.2" density="0"/>`,
  ),
  "mass beyond the groups": shapes('<geom size="0.1" group="6"/><geom size="0.1" pos="0.2 0 0"/>'),
  "mass of some groups": shapes(
    '<geom size="0.1" group="2"/><geom size="0.1" pos="0.2 0 0" group="1"/>',
    '<compiler inertiagrouprange="2 4"/>',
  ),
  "inertial wins over geoms": shapes(
    '<inertial pos="0.1 0 0.2" mass="2" diaginertia="0.1 0.2 0.15"/><geom size="0.1"/>',
  ),
  "geoms win over inertial": shapes(
    '<inertial pos="0.1 0 0.2" mass="2" diaginertia="0.1 0.2 0.15"/><geom size="0.1"/>',
    '<compiler inertiafromgeom="true"/>',
  ),
  "nothing from geoms": shapes(
    '<inertial pos="0.1 0 0.2" mass="2" diaginertia="0.1 0.2 0.15" euler="0 33 0"/><geom size="0.1"/>',
    '<compiler inertiafromgeom="false"/>',
  ),
  "full inertia": shapes('<inertial pos="0 0 0" mass="2" fullinertia="0.1 0.2 0.15 0 0.03 0"/>', fluid),
  "full inertia that couples axes": shapes(
    '<inertial pos="0 0.1 0" mass="2" fullinertia="0.1 0.2 0.15 0.02 0.03 -0.01"/>',
  ),
  "total mass": model({
    before: '<compiler settotalmass="7"/>',
    world: `<body>${free}${ball}<body pos="0.3 0 0"><joint ${hinge}/><geom size="0.2"/></body></body>${ball}`,
  }),
  "body without mass that carries one": model({
    world: `<body pos="0.1 0.2 0.3" euler="0 20 0">${free}<body pos="0.4 0 0.2"><geom size="0.1"/>
<body pos="0.3 0.2 0.1" euler="0 45 0"/></body></body>`,
  }),
  "depths that differ": shapes(
    `<geom type="capsule" fromto="0 0.2 0 0.3 0.2 0.1" size="0.05" ${silent}/><geom size="0.1" pos="0 -0.3 0.4" ${silent}/>`,
  ),
  "mass that leaves the plane": shapes(
    `<geom type="capsule" fromto="0 -0.1 0 0 0.3 0" size="0.05" ${silent}/><geom type="capsule" fromto="0 0 0 0.1 0.3 0.2" size="0.05" ${silent}/>
<geom type="box" size="0.1 0.2 0.3" euler="10 20 30" ${silent}/><geom size="0.1"/>`,
  ),
  "floor under an x-y model": model({
    world: `<geom type="plane" size="1 1 1" ${silent}/><body><joint axis="0 0 1"/><geom type="capsule" fromto="0 0 0 1 0 0" size="0.1"/></body>`,
  }),
  "fluid on a capsule": shapes('<geom type="capsule" fromto="0 0 0 0.3 0 0.1" size="0.05"/>', fluid),
  "fluid on several": shapes(
    `<geom type="capsule" fromto="0 0 0 0.3 0 0.1" size="0.05"/><geom size="0.1" pos="0.2 0 -0.1"/><geom type="box" size="0.1 0.2 0.3" ${silent}/>`,
    fluid,
  ),
  "fluid on a square of balls": shapes(
    `<geom size="0.1" pos="1 0 1"/><geom size="0.1" pos="-1 0 1"/><geom size="0.1" pos="1 0 -1"/><geom size="0.1" pos="-1 0 -1"/>`,
    fluid,
  ),
  "fluid on a turned box": shapes(`<geom type="box" size="0.1 0.3 0.1" euler="0 30 90" ${silent}/>`, fluid),

  "simple body": model({
    world: `<body pos="0.3 0 0"><joint type="slide" axis="-2 0 0" armature="0.1"/>${ball}</body>`,
  }),
  "simple body on a fixed one": model({
    world: `<body euler="0 30 0"><body><joint type="slide" axis="0 0 1"/><joint type="slide" axis="1 0 0"/>${ball}</body></body>`,
  }),
  "bodies that are almost simple": model({
    world: `<body><joint type="slide" axis="1 0 1"/>${ball}</body><body><joint type="slide" axis="1 0 0" pos="0 0 0.1"/>${ball}</body>
<body><joint type="slide" axis="1 0 0"/><geom size="0.1" pos="0 0 0.001"/></body><body><joint ${hinge}/>${ball}</body>
<body><joint type="slide" axis="1 0 0"/>${ball}<body><joint ${hinge}/>${ball}</body></body>
<body><joint type="slide" axis="1 0 0"/><geom type="capsule" size="0.1 0.2" euler="0 20 0"/></body>`,
  }),

  "class in class": model({
    before: `<default><geom size="0.1" density="77" friction="0.5 0.1 0.2" solimp="0.1 0.2 0.3 0.4 5" solref="0.5 0.6"/><joint damping="1" axis="0 1 0"/>
<default class="outer"><geom friction="0.7" solimp="0.3"/><joint armature="2"/><site pos="0.1 0 0.2"/>
<default class="inner"><geom solref="0.9" mass="2"/><joint damping="3"/></default></default>
<default class="other"><geom type="capsule" fromto="0 0 0 0 0 1"/></default></default>`,
    world: `<geom type="plane" size="1 1 1"/><body><joint/><geom/><body childclass="outer"><joint/><geom/><site name="s"/>
<body><joint class="inner"/><geom class="inner"/><geom class="main"/></body>
<body childclass="other"><joint/><geom/><geom class="outer"/><site name="t"/><body><joint/><geom size="0.3"/></body></body></body></body>`,
  }),
  "class before its use, sections apart": `<mujoco><worldbody><body><geom size="0.2" class="c"/><joint class="c"/></body></worldbody>
<default><default class="c"><geom density="3"/></default></default><default><joint axis="0 1 0" damping="2"/></default>
<option timestep="0.01"/><worldbody><geom name="late" size="0.3"/><body><joint type="slide" axis="1 0 0"/><geom size="0.1"/></body></worldbody>
<option gravity="1 2 3" impratio="5"/></mujoco>`,
  "orientation of a class": model({
    before: '<default><geom euler="0 30 0" type="capsule" size="0.1 0.2"/></default>',
    world: `<body>${free}<geom/><geom quat="1 0 0 0" pos="0.5 0 0"/><geom zaxis="1 0 0"/></body>`,
  }),
  "children before geoms": model({
    world: `<body name="p"><body name="c"><geom size="0.1" name="gc"/><joint name="jc" ${hinge}/></body><geom size="0.2"/><joint ${hinge}/></body>`,
  }),

  motor: actuated('<motor joint="j" gear="3 1" ctrlrange="-1 2" forcerange="-5 6"/>'),
  "motor without bounds": actuated('<motor joint="j"/>'),
  "motor with a range that does not hold": actuated('<motor joint="j" ctrllimited="false" ctrlrange="-1 1"/>'),
  position: actuated('<position joint="j" kp="30" kv="2"/><position jointinparent="j"/>'),
  "position over the joint's range": actuated('<position joint="j" kp="3" inheritrange="0.8"/>'),
  velocity: actuated('<velocity joint="j" kv="2" gear="-2"/><velocity joint="j"/>'),
  general: actuated(
    '<general joint="j" gainprm="3" biastype="affine" biasprm="0 -2 -1"/><general joint="j" gainprm="3 7" biasprm="0 -2 -1"/>',
  ),
  "one set for all actuators": actuated(
    `<motor joint="j"/><position joint="j"/><velocity joint="j"/><general joint="j"/><motor joint="j" class="m"/>
<position joint="j" class="m" kv="3"/><velocity joint="j" class="v"/><general joint="j" class="v"/>`,
    `<default><position kp="30" kv="2" ctrlrange="-2 2" gear="4"/><default class="m"><motor forcerange="-1 1"/></default>
<default class="v"><velocity kv="9"/></default></default>`,
  ),
  "controls that are not clamped": actuated(
    '<motor joint="j" ctrlrange="-1 1" forcerange="-3 3"/>',
    '<option><flag clampctrl="disable"/></option>',
  ),

  "everything off": meeting('friction="0.3"', "", "", {
    before: `<option><flag constraint="disable" gravity="disable" spring="disable" damper="disable"/></option>
<default><joint damping="1" stiffness="2" frictionloss="3" range="-1 1"/></default>`,
  }),
  "flags one by one": meeting("", "", "", {
    before: `<option density="1"><flag limit="disable" frictionloss="disable" spring="disable" contact="enable" refsafe="disable" eulerdamp="disable"/></option>
<default><joint damping="1" stiffness="2" frictionloss="3" range="-1 1"/></default>`,
  }),
  "dampers off": meeting("", "", "", {
    before:
      '<option viscosity="1"><flag damper="disable" contact="disable"/></option><default><joint damping="1" stiffness="2"/></default>',
  }),

  "what cannot change the motion": `<?xml version="1.0"?>
<!-- a comment --><mujoco model="idle"><visual><global fovy="30"/><map znear="0.1"/></visual><statistic extent="2"/><size memory="1M"/>
<option magnetic="0 1 0" jacobian="dense" solver="Newton" noslip_iterations="0"><flag warmstart="disable" energy="enable" island="disable"/></option>
<custom><numeric name="n" data="1 2"/></custom><asset><texture name="t" builtin="flat" type="2d" width="8" height="8"/><material name="m" texture="t"/></asset>
<default><light ambient="1 1 1"/><camera fovy="20"/><material shininess="1"/><equality solref="0.1"/><tendon width="1"/></default>
<worldbody><light pos="0 0 3"/><camera name="c" pos="0 -3 1"/><body name="b" gravcomp="0" user=""><joint name="j" axis="0 1 0" group="2"/>
<geom size="0.1" rgba="1 0 0 1" material="m" group="3" shellinertia="false"/><site name="s" type="box" size="0.1 0.2 0.3" euler="10 20 30"/>
<camera mode="targetbody" target="b"/></body></worldbody>
<sensor><jointpos joint="j"/><jointvel joint="j"/><framepos objtype="body" objname="b"/><touch site="s"/><clock/></sensor>
<keyframe><key qpos="0.5"/></keyframe></mujoco>`,

  "contacts of equals": meeting('friction="0.3 1 1" condim="1"', 'friction="0.8" condim="4"', 'friction="0.5"'),
  "contacts by priority": meeting(
    'priority="2" condim="1" friction="0.1" solref="0.1 2"',
    'priority="1" condim="4" solimp="0.1 0.2"',
    'solmix="3"',
  ),
  "solver numbers mixed": meeting(
    'solmix="3" solref="0.1 1" solimp="0.1 0.5 0.01"',
    'solmix="1" solref="0.04 0.5"',
    'solref="0.02 2"',
  ),
  "solver numbers without weight": meeting(
    'solmix="0" solref="0.1 1"',
    'solmix="0" solref="0.04 0.5"',
    'solref="0.02 2"',
  ),
  "direct solver numbers": meeting('solref="-100 -5"', 'solref="0.04 0.5"', 'solref="-50 -9"'),
  "margins and gaps add up": meeting('margin="0.01" gap="0.002"', 'margin="0.03"', 'gap="0.005"'),
  "friction has a least value": meeting('friction="0"', 'friction="0"', 'friction="1e-7"'),
  masks: meeting('contype="2" conaffinity="4"', 'contype="4" conaffinity="1"', 'contype="1" conaffinity="8"'),
  "negative masks": meeting(
    'contype="-1" conaffinity="0"',
    'contype="0" conaffinity="-2147483647"',
    'contype="0" conaffinity="2"',
  ),
  exclude: meeting("", "", "", { contact: '<exclude body1="two" body2="one"/>' }),
  "exclude the world": meeting("", "", "", { contact: '<exclude name="e" body1="world" body2="one"/>' }),
  "own pair": meeting('margin="0.1" friction="0.2"', "", "", {
    contact: `<pair geom1="b" geom2="a" condim="1" friction="0.3 0.9" margin="0.01" gap="0.004"/>
<pair geom1="a" geom2="floor" solref="0.03" solreffriction="0.05 1" solimp="0.5"/>`,
  }),
  "own pair in spite of masks and exclude": meeting(silent, silent, "", {
    before:
      '<default><default class="p"><pair condim="4" friction="0.7 0.6 0.5 0.4 0.3"/></default><pair margin="0.02"/></default>',
    contact: '<exclude body1="one" body2="two"/><pair class="p" geom1="a" geom2="b"/><pair geom1="b" geom2="floor"/>',
  }),
  "welds and parents": model({ world: chain }),
  "parents not filtered": model({ before: '<option><flag filterparent="disable"/></option>', world: chain }),
  "own pair of parent and child": model({
    world: chain,
    after: '<contact><pair geom1="lower" geom2="upper"/><pair geom1="post" geom2="plate" margin="0.1"/></contact>',
  }),
  "box on planes": model({
    world: `<geom type="plane" size="1 1 1"/><geom type="plane" size="1 1 1" euler="0 60 0" pos="-2 0 0"/>
<body pos="0 0 0.3">${free}<geom type="box" size="0.1 0.2 0.3" euler="0 20 0" condim="4"/></body>`,
  }),
};
