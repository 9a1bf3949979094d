/** A model in words. */

import type { Actuator, Body, Dof, Geom, PlanarModel, Vector } from "./model.js";

/** A number with at most five digits that matter. */
const short = (value: number): string => String(Number(value.toPrecision(5)));

const interval = ([low, high]: Vector): string => `${short(low)} to ${short(high)}`;

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;

const isBounded = ([low, high]: Vector): boolean => low > -Infinity || high < Infinity;

function aboutBody(body: Body, bodies: readonly Body[]): string {
  const place = `at (${short(body.position[0])}, ${short(body.position[1])})`;
  const turned = body.angle === 0 ? "" : `, turned by ${short(body.angle)} rad`;
  const parent = bodies[body.parent]?.name;
  return `${body.name}: ${place} in ${parent}${turned}, ${short(body.mass)} kg, ${short(body.inertia)} kg m^2`;
}

function aboutDof(dof: Dof, bodies: readonly Body[]): string {
  const unit = dof.kind === "hinge" ? "rad" : "m";
  const parts = [
    `${dof.kind} of ${bodies[dof.body]?.name}`,
    dof.limited ? `${interval(dof.range)} ${unit}` : "no limits",
    ...(dof.reference === 0 ? [] : [`drawn at ${short(dof.reference)} ${unit}`]),
    ...(dof.stiffness === 0 ? [] : [`stiffness ${short(dof.stiffness)} about ${short(dof.springReference)} ${unit}`]),
    ...(dof.damping === 0 ? [] : [`damping ${short(dof.damping)}`]),
    ...(dof.armature === 0 ? [] : [`armature ${short(dof.armature)}`]),
    ...(dof.frictionLoss === 0 ? [] : [`friction loss ${short(dof.frictionLoss)}`]),
  ];
  return `${dof.name}: ${parts.join(", ")}`;
}

function aboutGeom(geom: Geom, bodies: readonly Body[]): string {
  const sizes = {
    plane: "",
    sphere: `, radius ${short(geom.radius)}`,
    capsule: `, radius ${short(geom.radius)}, half length ${short(geom.halfLength)}`,
    box: `, half sides ${short(geom.radius)} and ${short(geom.halfLength)}`,
  };
  return `${geom.name}: ${geom.kind} of ${bodies[geom.body]?.name}${sizes[geom.kind]}`;
}

function aboutActuator(actuator: Actuator, dofs: readonly Dof[]): string {
  const { gear, gain, bias1, bias2, controlRange, forceRange } = actuator;
  const parts = [
    `joint ${dofs[actuator.dof]?.name}`,
    `gear ${short(gear)}`,
    ...(gain === 1 ? [] : [`gain ${short(gain)}`]),
    ...(bias1 === 0 ? [] : [`${short(bias1)} times position`]),
    ...(bias2 === 0 ? [] : [`${short(bias2)} times velocity`]),
    isBounded(controlRange) ? `control ${interval(controlRange)}` : "control without bounds",
    ...(isBounded(forceRange) ? [`force ${interval(forceRange)}`] : []),
  ];
  return `${actuator.name}: ${parts.join(", ")}`;
}

/**
 * Several lines for people: what the model consists of, its options, then every body, joint, geom, actuator and site.
 */
export function describeModel(model: PlanarModel): string {
  const { option, bodies, dofs, geoms, pairs, actuators, sites } = model;
  const mass = bodies.reduce((sum, body) => sum + body.mass, 0);
  const fluid = option.density > 0 || option.viscosity > 0;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
  return [
    `${model.name}: ${model.plane === "xz" ? "x-z" : "x-y"} plane, ${short(mass)} kg`,
    [
      count(bodies.length - 1, "body", "bodies"),
      count(dofs.length, "joint"),
      count(geoms.length, "geom"),
      count(pairs.length, "pair that may touch", "pairs that may touch"),
      count(actuators.length, "actuator"),
      count(sites.length, "site"),
    ].join(", "),
    `time step ${short(option.timestep)} s, ${option.integrator}, ${option.cone} cones, ` +
      `gravity (${option.gravity.map(short).join(", ")}) m/s^2` +
      (fluid ? `, fluid of density ${short(option.density)} and viscosity ${short(option.viscosity)}` : ""),
    ...section(
      "Bodies",
      bodies.slice(1).map((body) => aboutBody(body, bodies)),
    ),
    ...section(
      "Joints",
      dofs.map((dof) => aboutDof(dof, bodies)),
    ),
    ...section(
      "Geoms",
      geoms.map((geom) => aboutGeom(geom, bodies)),
    ),
    ...section(
      "Actuators",
      actuators.map((actuator) => aboutActuator(actuator, dofs)),
    ),
    ...section(
      "Sites",
      sites.map((site) => `${site.name}: of ${bodies[site.body]?.name} at (${site.position.map(short).join(", ")})`),
    ),
  ].join("\n");
}
