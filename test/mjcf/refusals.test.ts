import test from "ava";
import { MjcfError } from "../../src/mjcf/error.js";
import { readModel } from "../../src/mjcf/read.js";

/** What a document is refused with. */
function refusal(xml: string): MjcfError {
  try {
    readModel(xml, "m.xml");
  } catch (error) {
    if (error instanceof MjcfError) return error;
    throw error;
  }
  throw new Error("it was read");
}

const hinge = '<joint name="j" axis="0 1 0"/>';
const ball = '<geom name="g" size="0.1"/>';

/** A pendulum with something added to the body, the world, or around the world. */
const model = (parts: Partial<Record<"body" | "world" | "rest" | "joint" | "geom" | "attributes", string>>): string =>
  `<mujoco>
<worldbody>${parts.world ?? ""}
<body name="b" ${parts.attributes ?? ""}>${parts.joint ?? hinge}
${parts.geom ?? ball}
${parts.body ?? ""}
</body></worldbody>
${parts.rest ?? ""}
</mujoco>`;

test("a fault says file, line, element, what is wrong and what is supported, in one sentence", (t) => {
  const error = refusal(model({ geom: '<geom name="foot" type="mesh"/>' }));
  t.is(error.message, 'm.xml:4: <geom name="foot"> has type="mesh"; expected one of plane, sphere, capsule, box');
  t.is(error.file, "m.xml");
  t.is(error.line, 4);
  t.is(error.element, '<geom name="foot">');
  t.is(error.name, "MjcfError");
  t.regex(t.throws(() => readModel("<a/>"))!.message, /^model\.xml:1: /);
});

test("a fault of an attribute is on the attribute's line", (t) => {
  t.is(refusal(model({ geom: '<geom name="foot"\n size="0.1"\n gap="x"/>' })).line, 6);
});

const refused: Readonly<Record<string, readonly [xml: string, message: RegExp]>> = {
  "an empty text": ["", /^m\.xml:1: the XML is malformed: document must contain a root element/],
  "text that ends early": ["<mujoco>\n<worldbody>", /^m\.xml:2: the XML is malformed: unclosed tag: worldbody$/],
  "tags that do not match": ["<mujoco></worldbody>", /malformed: unexpected close tag/],
  "an attribute twice": [
    '<mujoco model="a" model="b"/>',
    /attribute 'model' of <mujoco> is given twice|duplicate attribute/,
  ],
  "a doctype": [
    '<!DOCTYPE mujoco [<!ENTITY a "b">]><mujoco/>',
    /a document type \(<!DOCTYPE>\) is not supported; remove it/,
  ],
  "an unknown entity": ["<mujoco>&a;</mujoco>", /malformed: undefined entity/],
  "text between elements": [
    "<mujoco>hello</mujoco>",
    /text between elements \("hello"\) is not part of MJCF; remove it/,
  ],
  CDATA: ["<mujoco><![CDATA[hello]]></mujoco>", /text between elements \("hello"\)/],
  "deep nesting": ["<mujoco>".repeat(101), /elements are nested more than 100 deep/],
  "too many elements": [`<mujoco>${"<a/>".repeat(5_001)}</mujoco>`, /more than 5000 elements/],
  "another document": ["<urdf/>", /^m\.xml:1: <urdf> is not a model; expected <mujoco>$/],
  "no world": ["<mujoco/>", /<mujoco> has no <worldbody>; a model needs one/],
  "no joints": ["<mujoco><worldbody/></mujoco>", /<mujoco> has no joints; a model needs at least one hinge or slide/],

  "an unknown element": [
    model({ rest: "<foo/>" }),
    /^m\.xml:7: <foo> is not supported in <mujoco>; supported: compiler, option, default, /,
  ],
  "an unknown attribute": [
    model({ geom: '<geom sise="1"/>' }),
    /<geom> has an attribute 'sise', which is not supported; supported: name, class, type, /,
  ],
  "an attribute named like an object's own": [
    model({ geom: '<geom toString="1"/>' }),
    /has an attribute 'toString', which is not supported/,
  ],
  "an element named like an object's own": [
    model({ body: "<constructor/>" }),
    /<constructor> is not supported in <body>/,
  ],
  include: [
    model({ body: '<include file="a.xml"/>' }),
    /<include> is not supported: put the included elements into this file/,
  ],
  tendon: [model({ rest: "<tendon/>" }), /<tendon> is not supported: tendons are not supported/],
  equality: [model({ rest: "<equality/>" }), /<equality> is not supported: equality constraints/],
  deformable: [model({ rest: "<deformable/>" }), /<deformable> is not supported: deformable bodies/],
  extension: [model({ rest: "<extension/>" }), /<extension> is not supported: plugins/],
  "mesh asset": [
    model({ rest: '<asset><mesh name="m"/></asset>' }),
    /<mesh name="m"> is not supported: only textures and materials/,
  ],
  freejoint: [
    model({ body: "<freejoint/>" }),
    /<freejoint> is not supported: a free joint leaves the plane; give the body two slides and a hinge/,
  ],
  frame: [
    model({ body: "<frame/>" }),
    /<frame> is not supported: frames are not supported; write the positions into the elements/,
  ],
  replicate: [model({ body: '<replicate count="2"/>' }), /<replicate> is not supported: it makes elements by a macro/],
  "joint of the world": [model({ world: "<joint/>" }), /<joint> is not supported: the world cannot have joints/],
  "mass of the world": [model({ world: "<inertial/>" }), /<inertial> is not supported: the world has no mass/],
  muscle: [model({ rest: "<actuator><muscle/></actuator>" }), /<muscle> is not supported: it has an activation state/],
  intvelocity: [
    model({ rest: "<actuator><intvelocity/></actuator>" }),
    /<intvelocity> is not supported: it has an activation state/,
  ],
  damper: [
    model({ rest: "<actuator><damper/></actuator>" }),
    /<damper> is not supported: its gain depends on velocity/,
  ],
  adhesion: [model({ rest: "<default><adhesion/></default>" }), /<adhesion> is not supported: this kind of actuator/],
  "unknown sensor": [
    model({ rest: "<sensor><smell/></sensor>" }),
    /<smell> is not supported in <sensor>; supported: touch, /,
  ],

  "global coordinates": [
    model({ rest: '<compiler coordinate="global"/>' }),
    /<compiler> has coordinate="global", which is not supported; expected local/,
  ],
  balanceinertia: [
    model({ rest: '<compiler balanceinertia="true"/>' }),
    /has balanceinertia="true", which is not supported; expected false/,
  ],
  boundmass: [
    model({ rest: '<compiler boundmass="0.1"/>' }),
    /has boundmass="0.1", which is not supported; expected 0/,
  ],
  boundinertia: [model({ rest: '<compiler boundinertia="0.1"/>' }), /has boundinertia="0.1", which is not supported/],
  fusestatic: [model({ rest: '<compiler fusestatic="true"/>' }), /has fusestatic="true", which is not supported/],
  "angle unit": [model({ rest: '<compiler angle="turn"/>' }), /has angle="turn"; expected one of degree, radian/],
  "Euler sequence": [
    model({ rest: '<compiler eulerseq="abc"/>' }),
    /has eulerseq="abc"; expected three letters of xyzXYZ/,
  ],
  integrator: [
    model({ rest: '<option integrator="implicit"/>' }),
    /<option> has integrator="implicit"; expected one of Euler, implicitfast, RK4/,
  ],
  solver: [model({ rest: '<option solver="PGS"/>' }), /has solver="PGS", which is not supported; expected Newton/],
  cone: [model({ rest: '<option cone="round"/>' }), /has cone="round"; expected one of pyramidal, elliptic/],
  noslip: [
    model({ rest: '<option noslip_iterations="3"/>' }),
    /has noslip_iterations="3", which is not supported; expected 0/,
  ],
  wind: [model({ rest: '<option wind="0 1 0"/>' }), /has wind="0 1 0", which is not supported; expected 0/],
  timestep: [model({ rest: '<option timestep="0"/>' }), /<option> has timestep="0"; expected a positive number/],
  density: [model({ rest: '<option density="-1"/>' }), /has density="-1"; expected a number that is not negative/],
  viscosity: [
    model({ rest: '<option viscosity="-1"/>' }),
    /has viscosity="-1"; expected a number that is not negative/,
  ],
  impratio: [model({ rest: '<option impratio="0"/>' }), /has impratio="0"; expected a positive number/],
  tolerance: [
    model({ rest: '<option tolerance="-1"/>' }),
    /has tolerance="-1"; expected a number that is not negative/,
  ],
  iterations: [model({ rest: '<option iterations="0"/>' }), /has iterations="0"; expected at least 1/],
  "a fraction of an iteration": [
    model({ rest: '<option iterations="1.5"/>' }),
    /has iterations="1.5"; expected an integer of at most 31 bits/,
  ],
  gravity: [model({ rest: '<option gravity="0 1"/>' }), /has gravity="0 1"; expected 3 numbers, each finite/],
  flag: [
    model({ rest: '<option><flag contact="off"/></option>' }),
    /<flag> has contact="off"; expected one of enable, disable/,
  ],
  "actuation off": [
    model({ rest: '<option><flag actuation="disable"/></option>' }),
    /has actuation="disable", which is not supported; expected enable/,
  ],
  override: [
    model({ rest: '<option><flag override="enable"/></option>' }),
    /has override="enable", which is not supported; expected disable/,
  ],
  mocap: [
    model({ attributes: 'mocap="true"' }),
    /<body name="b"> has mocap="true", which is not supported; expected false/,
  ],
  gravcomp: [model({ attributes: 'gravcomp="1"' }), /has gravcomp="1", which is not supported; expected 0/],

  "not a number": [model({ geom: '<geom size="a"/>' }), /<geom> has size="a"; expected 1 to 3 numbers, each finite/],
  nan: [model({ geom: '<geom size="nan"/>' }), /has size="nan"; expected 1 to 3 numbers, each finite/],
  infinity: [model({ geom: '<geom size="1e999"/>' }), /has size="1e999"; expected 1 to 3 numbers, each finite/],
  hexadecimal: [model({ geom: '<geom size="0x10"/>' }), /has size="0x10"; expected 1 to 3 numbers, each finite/],
  "too many numbers": [model({ geom: '<geom size="1 1 1 1"/>' }), /has size="1 1 1 1"; expected 1 to 3 numbers/],
  "a very long value": [
    model({ geom: `<geom size="${"1 ".repeat(100)}"/>` }),
    /has size="(?:1 ){28}1\.\.\."; expected 1 to 3 numbers/,
  ],
  "class of the outermost default": [
    model({ rest: '<default class="a"/>' }),
    /<default> names the outermost class "a"; it is called "main"/,
  ],
  "nameless inner class": [
    model({ rest: "<default><default/></default>" }),
    /<default> has no class; a default class inside another needs a name/,
  ],
  "class twice": [
    model({ rest: '<default><default class="a"/><default class="a"/></default>' }),
    /<default> repeats the default class "a"/,
  ],
  "unknown class": [model({ geom: '<geom class="a"/>' }), /<geom> has class="a", but there is no such default class/],
  "unknown class of children": [
    model({ attributes: 'childclass="a"' }),
    /has childclass="a", but there is no such default class/,
  ],
  "name of a default": [
    model({ rest: '<default><geom name="a"/></default>' }),
    /<geom name="a"> has an attribute 'name', which is not supported/,
  ],
  "body name twice": [
    model({ body: '<body name="b"/>' }),
    /<body name="b"> repeats the body name "b"; names must differ/,
  ],
  "body named world": [model({ body: '<body name="world"/>' }), /repeats the body name "world"/],
  "joint name twice": [model({ body: hinge }), /<joint name="j"> repeats the joint name "j"/],
  "geom name twice": [model({ body: ball }), /<geom name="g"> repeats the geom name "g"/],
  "site name twice": [model({ body: '<site name="s"/><site name="s"/>' }), /<site name="s"> repeats the site name "s"/],
  "two orientations": [
    model({ geom: '<geom size="1" euler="0 0 0" zaxis="0 0 1"/>' }),
    /has zaxis and euler; give one orientation/,
  ],
  "zero quaternion": [
    model({ geom: '<geom size="1" quat="0 0 0 0"/>' }),
    /has quat="0 0 0 0"; expected a quaternion that is not zero/,
  ],
  "axis without length": [
    model({ geom: '<geom size="1" zaxis="0 0 0"/>' }),
    /has zaxis="0 0 0", whose axis has no length/,
  ],
  "parallel axes": [
    model({ geom: '<geom size="1" xyaxes="1 0 0 1 0 0"/>' }),
    /has xyaxes="1 0 0 1 0 0", whose axis has no length/,
  ],
  "huge angle": [
    model({ geom: '<geom size="1" euler="0 1e300 0"/>' }),
    /has euler="0 1e\+300 0"; expected angles of at most 100000 radians/,
  ],

  "ball joint": [
    model({ joint: '<joint name="j" type="ball"/>' }),
    /<joint name="j"> is a ball joint, which leaves the plane; supported: hinge, slide/,
  ],
  "free joint": [model({ joint: '<joint type="free"/>' }), /<joint> is a free joint, which leaves the plane/],
  springdamper: [
    model({ joint: '<joint axis="0 1 0" springdamper="1 1"/>' }),
    /has springdamper="1 1", which is not supported; expected 0/,
  ],
  "joint without axis": [model({ joint: '<joint axis="0 0 0"/>' }), /<joint> has an axis without length/],
  "range upside down": [
    model({ joint: '<joint axis="0 1 0" range="1 -1"/>' }),
    /has range="1 -1"; expected a lower and then a higher number/,
  ],
  "empty range": [
    model({ joint: '<joint axis="0 1 0" range="1 1"/>' }),
    /has range="1 1"; expected a lower and then a higher number/,
  ],
  "limits without range": [
    model({ joint: '<joint axis="0 1 0" limited="true"/>' }),
    /<joint> has limited="true" and no range; give the range/,
  ],
  "range without limits": [
    model({ joint: '<joint axis="0 1 0" range="-1 1"/>', rest: '<compiler autolimits="false"/>' }),
    /<joint> has range, but autolimits is off; give limited="true" or "false"/,
  ],
  "force limits without range": [
    model({ joint: '<joint axis="0 1 0" actuatorfrclimited="true"/>' }),
    /has actuatorfrclimited="true" and no actuatorfrcrange/,
  ],
  damping: [
    model({ joint: '<joint axis="0 1 0" damping="-1"/>' }),
    /has damping="-1"; expected a number that is not negative/,
  ],
  "damping of several orders": [
    model({ joint: '<joint axis="0 1 0" damping="1 2"/>' }),
    /has damping="1 2"; expected one number, each finite/,
  ],
  armature: [
    model({ joint: '<joint axis="0 1 0" armature="-1"/>' }),
    /has armature="-1"; expected a number that is not negative/,
  ],
  frictionloss: [model({ joint: '<joint axis="0 1 0" frictionloss="-1"/>' }), /has frictionloss="-1"; expected/],
  "joint margin": [model({ joint: '<joint axis="0 1 0" margin="-1"/>' }), /has margin="-1"; expected/],
  impedance: [
    model({ joint: '<joint axis="0 1 0" solimplimit="2"/>' }),
    /has solimplimit="2"; expected dmin and dmax from 0 to 1, a width/,
  ],
  "power of impedance": [model({ geom: '<geom size="1" solimp="0.9 0.95 0.1 0.5 0"/>' }), /a power of at least 1/],
  "joint that is not limited, as it says": [
    model({ joint: '<joint axis="0 1 0" limited="maybe"/>' }),
    /has limited="maybe"; expected one of true, false, auto/,
  ],

  "geom without size": [
    model({ geom: "<geom/>" }),
    /<geom> is a sphere whose size 1 is 0; expected a radius, all positive/,
  ],
  "capsule without length": [
    model({ geom: '<geom type="capsule" size="1"/>' }),
    /is a capsule whose size 2 is 0; expected a radius and a half length, or a radius and fromto/,
  ],
  "box with a negative side": [
    model({ geom: '<geom type="box" size="1 1 -1"/>' }),
    /is a box whose size 3 is -1; expected three half sides, or one and fromto/,
  ],
  "sphere with fromto": [
    model({ geom: '<geom size="1" fromto="0 0 0 1 0 0"/>' }),
    /is a sphere with fromto; fromto is for capsules and boxes/,
  ],
  "fromto and pos": [
    model({ geom: '<geom type="capsule" size="1" fromto="0 0 0 1 0 0" pos="1 0 0"/>' }),
    /has both pos and fromto; give one of them/,
  ],
  "fromto without length": [
    model({ geom: '<geom type="capsule" size="1" fromto="1 0 0 1 0 0"/>' }),
    /has fromto="1 0 0 1 0 0"; expected two different points/,
  ],
  "geom mass": [model({ geom: '<geom size="1" mass="-1"/>' }), /has mass="-1"; expected a number that is not negative/],
  "geom density": [model({ geom: '<geom size="1" density="-1"/>' }), /has density="-1"; expected/],
  shell: [
    model({ geom: '<geom size="1" shellinertia="true"/>' }),
    /has shellinertia="true", which is not supported; expected false/,
  ],
  ellipsoid: [
    model({ geom: '<geom size="1" fluidshape="ellipsoid"/>' }),
    /has fluidshape="ellipsoid", which is not supported; expected none/,
  ],
  friction: [
    model({ geom: '<geom size="1" friction="-1"/>' }),
    /has friction="-1"; expected coefficients that are not negative/,
  ],
  "condim 2": [model({ geom: '<geom size="1" condim="2"/>' }), /has condim="2"; expected 1, 3 or 4/],
  "margin of a geom": [model({ geom: '<geom size="1" margin="-1"/>' }), /has margin="-1"; expected/],
  "mask of too many bits": [
    model({ geom: '<geom size="1" contype="4294967296"/>' }),
    /has contype="4294967296"; expected an integer of at most 31 bits/,
  ],
  "plane without size": [
    model({ world: '<geom name="floor" type="plane" size="1 1"/>' }),
    /<geom name="floor"> is a plane whose size 3 is 0; expected three sizes, the third positive/,
  ],
  "two sets of values in a class": [
    model({ rest: '<default><geom size="1"/><geom size="2"/></default>' }),
    /<geom> is there twice in <default>; give one/,
  ],
  "two sets of flags": [
    model({ rest: "<option><flag/><flag/></option>" }),
    /<flag> is there twice in <option>; give one/,
  ],
  "blanks that are none": [model({ geom: '<geom size="1\u20282"/>' }), /expected 1 to 3 numbers, each finite/],
  "plane that moves": [
    model({ geom: `${ball}<geom type="plane" size="1 1 1"/>` }),
    /<geom> is a plane on a body that moves; planes belong to the world/,
  ],

  "two inertials": [
    model({ body: '<inertial pos="0 0 0" mass="1"/><inertial pos="0 0 0" mass="1"/>' }),
    /<inertial> is there twice in <body>; give one/,
  ],
  "inertial without mass": [model({ body: '<inertial pos="0 0 0"/>' }), /<inertial> has no mass; give one/],
  "inertial without place": [model({ body: '<inertial mass="1"/>' }), /<inertial> has no pos; give the centre of mass/],
  "inertial of negative mass": [
    model({ body: '<inertial pos="0 0 0" mass="-1"/>' }),
    /has mass="-1"; expected a number that is not negative/,
  ],
  "negative moments": [
    model({ body: '<inertial pos="0 0 0" mass="1" diaginertia="1 1 -1"/>' }),
    /has diaginertia="1 1 -1"; expected moments of inertia that are not negative/,
  ],
  "moments of no body": [
    model({ body: '<inertial pos="0 0 0" mass="1" diaginertia="1 1 3"/>' }),
    /has diaginertia="1 1 3"; expected moments of inertia of which none exceeds/,
  ],
  "indefinite inertia": [
    model({ body: '<inertial pos="0 0 0" mass="1" fullinertia="1 1 1 2 0 0"/>' }),
    /expected a tensor \(xx yy zz xy xz yz\) with positive principal moments/,
  ],
  "two inertias": [
    model({ body: '<inertial pos="0 0 0" mass="1" diaginertia="1 1 1" fullinertia="1 1 1 0 0 0"/>' }),
    /has both diaginertia and fullinertia/,
  ],
  "full inertia turned": [
    model({ body: '<inertial pos="0 0 0" mass="1" fullinertia="1 1 1 0 0 0" euler="0 1 0"/>' }),
    /has both fullinertia and an orientation/,
  ],
  "body without mass": [
    model({ geom: "" }),
    /<body name="b"> has joints but no mass or inertia of at least 1e-15; give it a geom with mass or an inertial/,
  ],
  "body without inertia": [
    model({ geom: "", body: '<inertial pos="0 0 0" mass="1"/>' }),
    /has joints but no mass or inertia/,
  ],
  "numbers beyond all measure": [
    model({ geom: '<geom size="1e200"/>' }),
    /compiles to a model in which bodies\[1\]\.mass is Infinity; use numbers of ordinary size/,
  ],
  "inertia beyond all measure": [
    model({ geom: '<geom size="1e100"/><geom size="1e100" pos="1 0 0"/>' }),
    /<body name="b"> has an inertia that is not finite; make its geoms smaller/,
  ],

  "motor without joint": [
    model({ rest: "<actuator><motor/></actuator>" }),
    /<motor> has no joint; give the joint that it drives/,
  ],
  "motor with two joints": [
    model({ rest: '<actuator><motor joint="j" jointinparent="j"/></actuator>' }),
    /<motor> has two joints; give the joint/,
  ],
  "motor of an unknown joint": [
    model({ rest: '<actuator><motor name="m" joint="k"/></actuator>' }),
    /<motor name="m"> drives joint "k", but there is no such joint/,
  ],
  "motor of a tendon": [
    model({ rest: '<actuator><motor tendon="k"/></actuator>' }),
    /<motor> has an attribute 'tendon', which is not supported/,
  ],
  "actuator name twice": [
    model({ rest: '<actuator><motor name="m" joint="j"/><motor name="m" joint="j"/></actuator>' }),
    /repeats the actuator name "m"/,
  ],
  "control range": [
    model({ rest: '<actuator><motor joint="j" ctrlrange="2 1"/></actuator>' }),
    /has ctrlrange="2 1"; expected a lower and then a higher number/,
  ],
  "clamped without range": [
    model({ rest: '<actuator><motor joint="j" ctrllimited="true"/></actuator>' }),
    /has ctrllimited="true" and no ctrlrange; give the range/,
  ],
  "damping of a servo": [
    model({ rest: '<actuator><position joint="j" kv="-1"/></actuator>' }),
    /has kv="-1"; expected a number that is not negative/,
  ],
  "damping ratio": [
    model({ rest: '<actuator><position joint="j" dampratio="1"/></actuator>' }),
    /has an attribute 'dampratio', which is not supported/,
  ],
  "time constant": [
    model({ rest: '<actuator><position joint="j" timeconst="1"/></actuator>' }),
    /has timeconst="1", which is not supported; expected 0/,
  ],
  "range of a joint without": [
    model({ rest: '<actuator><position joint="j" inheritrange="1"/></actuator>' }),
    /has inheritrange, but joint "j" has no range; give the joint one/,
  ],
  "two ranges": [
    model({ rest: '<actuator><position joint="j" inheritrange="1" ctrlrange="-1 1"/></actuator>' }),
    /has both ctrlrange and inheritrange/,
  ],
  "constant force": [
    model({ rest: '<actuator><general joint="j" biastype="affine" biasprm="1"/></actuator>' }),
    /<general> has biasprm\[0\]=1, a constant force, which is not supported; expected 0/,
  ],
  "damping ratio in disguise": [
    model({ rest: '<actuator><general joint="j" biastype="affine" gainprm="2" biasprm="0 -2 1"/></actuator>' }),
    /has biasprm\[2\]=1, which asks for a damping ratio; expected minus the damping/,
  ],
  activation: [
    model({ rest: '<actuator><general joint="j" dyntype="filter"/></actuator>' }),
    /has dyntype="filter", which is not supported; expected none/,
  ],
  gain: [
    model({ rest: '<actuator><general joint="j" gaintype="affine"/></actuator>' }),
    /has gaintype="affine", which is not supported; expected fixed/,
  ],
  bias: [
    model({ rest: '<actuator><general joint="j" biastype="muscle"/></actuator>' }),
    /has biastype="muscle"; expected one of none, affine/,
  ],

  "exclude of one body": [
    model({ rest: '<contact><exclude body1="b"/></contact>' }),
    /<exclude> has no body2; name a body/,
  ],
  "exclude of an unknown body": [
    model({ rest: '<contact><exclude body1="b" body2="c"/></contact>' }),
    /<exclude> names body "c", but there is no such body/,
  ],
  "pair of one geom": [model({ rest: '<contact><pair geom1="g"/></contact>' }), /<pair> has no geom2; name a geom/],
  "pair of an unknown geom": [
    model({ rest: '<contact><pair geom1="g" geom2="h"/></contact>' }),
    /<pair> names geom "h", but there is no such geom/,
  ],
  "pair of a geom with itself": [
    model({ rest: '<contact><pair geom1="g" geom2="g"/></contact>' }),
    /pairs geoms "g" and "g", which cannot move against each other/,
  ],
  "pair twice": [
    model({
      world: '<geom name="f" type="plane" size="1 1 1"/>',
      rest: '<contact><pair geom1="g" geom2="f"/><pair geom1="f" geom2="g"/></contact>',
    }),
    /<pair> repeats the pair of geoms "f" and "g"; remove it/,
  ],
};

for (const [name, [xml, message]] of Object.entries(refused))
  test(`refused: ${name}`, (t) => {
    const error = refusal(xml);
    t.regex(error.message, message);
    t.regex(error.message, /^m\.xml:\d+: /);
    t.false(error.message.includes("\n"));
  });
