import { model, testRefusals } from "./refusal.js";

testRefusals({
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
});
