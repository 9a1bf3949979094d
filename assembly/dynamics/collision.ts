// Contacts between the pairs of geoms that may touch. The normal points from geom 1 to geom 2; the contact point is midway between the
// two surfaces.

import { at } from "../linalg/vector";
import { geomAt, GeomKind, Model, pairAt } from "./model";
import { Contact, contactAt, Frame, frameAt, poseAt, Trouble, Workspace } from "./workspace";

/** How a contact follows its bodies, for the derivative. */
export enum ContactKind {
  /** Its normal turns with body 1 (a plane, or the side of a capsule), its point belongs to body 2. */
  Face1,
  /** Its normal turns with body 2, its point belongs to body 1. */
  Face2,
  /** Its normal is the line between a point of each. */
  Points,
}

/** World frames of all geoms that may touch: position, and direction of the axis. */
function placeGeoms(model: Model, workspace: Workspace): void {
  for (let g = 0; g < model.header.geoms; ++g) {
    const geom = geomAt(model, g);
    const pose = poseAt(workspace, geom.body);
    const frame = frameAt(workspace, g);
    const turn = at<f64>(model.geomTurns, 2 * g);
    const c = load<f64>(turn);
    const s = load<f64>(turn, 8);
    frame.x = pose.x + pose.cos * geom.x - pose.sin * geom.y;
    frame.y = pose.y + pose.sin * geom.x + pose.cos * geom.y;
    frame.c = pose.cos * c - pose.sin * s;
    frame.s = pose.sin * c + pose.cos * s;
  }
}

/** All contacts at the poses at hand. */
export function collide(model: Model, workspace: Workspace): void {
  const pairs = model.header.pairs;
  workspace.contactCount = 0;
  if (pairs > 0) placeGeoms(model, workspace);
  for (let p = 0; p < pairs; ++p) {
    const pair = pairAt(model, p);
    const first = geomAt(model, pair.geom1);
    const second = geomAt(model, pair.geom2);
    const frame1 = frameAt(workspace, pair.geom1);
    const frame2 = frameAt(workspace, pair.geom2);
    if (first.kind == GeomKind.Plane) {
      if (second.kind == GeomKind.Sphere) {
        planePoint(model, workspace, p, frame1, frame2.x, frame2.y, second.radius, 1, false);
      } else if (second.kind == GeomKind.Capsule) {
        const dx = frame2.c * second.halfLength;
        const dy = frame2.s * second.halfLength;
        // there MuJoCo's tangent is the first axis: right on level ground only
        const upright = Math.abs(frame1.c * frame2.s - frame1.s * frame2.c) < 1e-15 && Math.abs(frame1.c) > 1e-12;
        planePoint(model, workspace, p, frame1, frame2.x + dx, frame2.y + dy, second.radius, 1, upright);
        planePoint(model, workspace, p, frame1, frame2.x - dx, frame2.y - dy, second.radius, 1, upright);
      } else planeBox(model, workspace, p, frame1, frame2, second.radius, second.halfLength);
    } else if (first.kind == GeomKind.Sphere) {
      if (second.kind == GeomKind.Sphere) {
        points(model, workspace, p, ContactKind.Points, frame1.x, frame1.y, frame2.x, frame2.y);
      } else {
        // the nearest point of the capsule's segment
        const length = second.halfLength;
        const along = (frame1.x - frame2.x) * frame2.c + (frame1.y - frame2.y) * frame2.s;
        const reach = max<f64>(-length, min<f64>(length, along));
        points(
          model,
          workspace,
          p,
          reach == along ? ContactKind.Face2 : ContactKind.Points,
          frame1.x,
          frame1.y,
          frame2.x + reach * frame2.c,
          frame2.y + reach * frame2.s,
        );
      }
    } else segments(model, workspace, p, frame1, frame2, first.halfLength, second.halfLength);
  }
}

/** The contact of a pair at a distance, or null when it is too far away to exist. */
function open(
  model: Model,
  workspace: Workspace,
  p: i32,
  kind: i32,
  distance: f64,
  normalX: f64,
  normalY: f64,
): Contact | null {
  const pair = pairAt(model, p);
  if (distance > pair.margin + pair.gap) return null;
  const contact = contactAt(workspace, workspace.contactCount++);
  contact.pair = p;
  contact.kind = kind;
  contact.body1 = geomAt(model, pair.geom1).body;
  contact.body2 = geomAt(model, pair.geom2).body;
  contact.row = -1;
  contact.distance = distance;
  contact.normalX = normalX;
  contact.normalY = normalY;
  contact.friction0 = pair.friction1;
  // MuJoCo's first tangent is the capsule's axis on a plane, and in x-y models one that lies in the plane for normals near x
  const first =
    (geomAt(model, pair.geom1).kind == GeomKind.Plane && geomAt(model, pair.geom2).kind == GeomKind.Capsule) ||
    (!model.header.upright && Math.abs(normalY) < 0.5);
  contact.friction = first ? pair.friction1 : pair.friction2;
  contact.weight = 1;
  return contact;
}

/** A round point of geom 2, or a sharp one with radius 0, against geom 1's plane. */
function planePoint(
  model: Model,
  workspace: Workspace,
  p: i32,
  plane: Frame,
  x: f64,
  y: f64,
  radius: f64,
  weight: f64,
  upright: bool,
): void {
  const distance = plane.c * (x - plane.x) + plane.s * (y - plane.y) - radius;
  const contact = open(model, workspace, p, ContactKind.Face1, distance, plane.c, plane.s);
  if (contact == null) return;
  const depth = radius + 0.5 * distance;
  contact.x = x - plane.c * depth;
  contact.y = y - plane.s * depth;
  contact.point2X = x;
  contact.point2Y = y;
  contact.point1X = plane.x;
  contact.point1Y = plane.y;
  contact.weight = weight;
  if (upright) workspace.trouble |= Trouble.PerpendicularCapsule;
}

/** The corners of geom 2's box below its centre, each of which stands for two of the three-dimensional box. */
function planeBox(model: Model, workspace: Workspace, p: i32, plane: Frame, box: Frame, half1: f64, half2: f64): void {
  let found = 0;
  for (let corner = 0; corner < 4; ++corner) {
    const a = corner & 1 ? half1 : -half1;
    const b = corner & 2 ? half2 : -half2;
    const dx = box.c * a - box.s * b;
    const dy = box.s * a + box.c * b;
    if (found == 2 || plane.c * dx + plane.s * dy > 0) continue;
    const before = workspace.contactCount;
    planePoint(model, workspace, p, plane, box.x + dx, box.y + dy, 0, 2, false);
    found += workspace.contactCount - before;
  }
}

/** Two round points against each other: (x1, y1) of geom 1, (x2, y2) of geom 2. */
function points(model: Model, workspace: Workspace, p: i32, kind: i32, x1: f64, y1: f64, x2: f64, y2: f64): bool {
  const pair = pairAt(model, p);
  const radius1 = geomAt(model, pair.geom1).radius;
  const radius2 = geomAt(model, pair.geom2).radius;
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length = Math.sqrt(dx * dx + dy * dy);
  const distance = length - radius1 - radius2;
  if (length < 1e-15) {
    workspace.trouble |= Trouble.CrossingSegments;
    return false;
  }
  const contact = open(model, workspace, p, kind, distance, dx / length, dy / length);
  if (contact == null) return false;
  const depth = radius1 + 0.5 * distance;
  contact.x = x1 + contact.normalX * depth;
  contact.y = y1 + contact.normalY * depth;
  contact.point1X = x1;
  contact.point1Y = y1;
  contact.point2X = x2;
  contact.point2Y = y2;
  return true;
}


@inline
function clip(x: f64): f64 {
  return max<f64>(-1, min<f64>(1, x));
}

/** Two capsules, by their segments' nearest points; parallel ones may touch at two places. */
function segments(model: Model, workspace: Workspace, p: i32, one: Frame, two: Frame, half1: f64, half2: f64): void {
  const ax = one.c * half1;
  const ay = one.s * half1;
  const bx = two.c * half2;
  const by = two.s * half2;
  const dx = one.x - two.x;
  const dy = one.y - two.y;
  const ma = ax * ax + ay * ay;
  const mb = -(ax * bx + ay * by);
  const mc = bx * bx + by * by;
  const u = -(ax * dx + ay * dy);
  const v = bx * dx + by * dy;
  const determinant = ma * mc - mb * mb;
  if (Math.abs(determinant) >= 1e-15) {
    let x1 = (mc * u - mb * v) / determinant;
    let x2 = (ma * v - mb * u) / determinant;
    let free1 = true;
    let free2 = true;
    if (x1 > 1) {
      x1 = 1;
      x2 = (v - mb) / mc;
      free1 = false;
    } else if (x1 < -1) {
      x1 = -1;
      x2 = (v + mb) / mc;
      free1 = false;
    }
    if (x2 > 1 || x2 < -1) {
      free2 = false;
      x2 = x2 > 1 ? 1 : -1;
      const best = (u - mb * x2) / ma;
      x1 = clip(best);
      free1 = x1 == best;
    }
    // both free means that the lines' crossing lies within both segments
    if (free1 && free2) workspace.trouble |= Trouble.CrossingSegments;
    const kind = free1 ? ContactKind.Face1 : free2 ? ContactKind.Face2 : ContactKind.Points;
    points(model, workspace, p, kind, one.x + x1 * ax, one.y + x1 * ay, two.x + x2 * bx, two.y + x2 * by);
    return;
  }
  let found = 0;
  for (let side = 1; side >= -1; side -= 2) {
    const best = (v - <f64>side * mb) / mc;
    const x2 = clip(best);
    const kind = x2 == best ? ContactKind.Face2 : ContactKind.Points;
    const x = one.x + <f64>side * ax;
    const y = one.y + <f64>side * ay;
    if (points(model, workspace, p, kind, x, y, two.x + x2 * bx, two.y + x2 * by)) found += 1;
  }
  for (let side = 1; side >= -1 && found < 2; side -= 2) {
    const best = (u - <f64>side * mb) / ma;
    const x1 = clip(best);
    const kind = x1 == best ? ContactKind.Face1 : ContactKind.Points;
    const x = two.x + <f64>side * bx;
    const y = two.y + <f64>side * by;
    if (points(model, workspace, p, kind, one.x + x1 * ax, one.y + x1 * ay, x, y)) found += 1;
  }
}
