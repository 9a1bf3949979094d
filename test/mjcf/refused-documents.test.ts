import test from "ava";
import { readModel } from "../../src/mjcf/read.js";
import { model, refusal, testRefusals } from "./refusal.js";

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

testRefusals({
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
    /<geom> has an attribute 'sise', which is not supported; did you mean size\? supported: name, class, type, /,
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
    /<option> has integrator="implicit"; did you mean implicitfast\? expected one of Euler, implicitfast, RK4/,
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
});
