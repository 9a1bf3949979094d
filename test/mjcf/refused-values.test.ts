import { ball, hinge, model, testRefusals } from "./refusal.js";

testRefusals({
  "not a number": [model({ geom: '<geom size="a"/>' }), /<geom> has size="a"; expected 1 to 3 numbers, each finite/],
  nan: [model({ geom: '<geom size="nan"/>' }), /has size="nan"; expected 1 to 3 numbers, each finite/],
  infinity: [model({ geom: '<geom size="1e999"/>' }), /has size="1e999"; expected 1 to 3 numbers, each finite/],
  hexadecimal: [model({ geom: '<geom size="0x10"/>' }), /has size="0x10"; expected 1 to 3 numbers, each finite/],
  "too many numbers": [model({ geom: '<geom size="1 1 1 1"/>' }), /has size="1 1 1 1"; expected 1 to 3 numbers/],
  "a very long value": [
    model({ geom: `<geom size="${"1 ".repeat(100)}"/>` }),
    /has size="(?:1 ){28}1\.\.\."; expected 1 to 3 numbers/,
  ],
  "a name of two lines": [
    model({ geom: '<geom name="a&#10;b" size="1"/>' }),
    /<geom name="a b"> has name="a b"; expected a name without control characters/,
  ],
  "a model's name that clears a terminal": [
    model({}).replace("<mujoco", '<mujoco model="\u009b2J"'),
    /<mujoco> has model=" 2J"; expected a name without control characters/,
  ],
  "a reason that quotes without end": [
    model({ geom: `<geom class="${"x".repeat(1e6)}"/>` }),
    /^m\.xml:4: <geom> has class="x{900,1000}\.\.\.$/,
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
});
