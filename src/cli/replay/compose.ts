import type { Moment, ReplayData } from "./data.js";
import type { Paint } from "./palette.js";

/** A part of a picture. Lengths are metres but for widths and the sizes of letters, which are pixels. */
export interface Item {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  /** SVG path data around (x, y), turned by the angle; insides by the even-odd rule. */
  readonly path?: string;
  /** Letters that begin, centre or end at (x, y). */
  readonly text?: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly fill?: Paint | "";
  readonly stroke?: Paint | "";
  readonly width?: number;
  readonly layer: Layer;
}

/** What an item tells of; back to front but for letters. */
export type Layer = "ground" | "body" | "marker" | "force" | "letters";

/** A picture's size in pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
}

/** A picture: its items from back to front, and where they go: pixels per metre, and the metre in the picture's middle. */
export interface Picture {
  readonly items: readonly Item[];
  readonly scale: number;
  readonly centre: readonly [number, number];
  /** Metres between two lines of the grid. */
  readonly step: number;
}

/**
 * The picture of a moment: grid, solid ground, springs, bodies, markers, contact forces, legend. Pages hold this function as text, so it refers to nothing
 * outside.
 */
export function composePicture(data: ReplayData, moment: Moment, view: View, forces: boolean): Picture {
  const { poses, touches } = moment;
  const scale = Math.min(view.width / (2 * data.half[0]), view.height / (2 * data.half[1]));
  const spare = data.floor ? Math.max(0, view.height / (2 * scale) - data.half[1]) : 0;
  const centre = [moment.centre[0], moment.centre[1] + 0.7 * spare] as const;
  const digits = Math.max(1, Math.ceil(scale).toString().length + 1);
  const at = (x: number, y: number): string => `${x.toFixed(digits)} ${y.toFixed(digits)}`;
  const items: Item[] = [];
  const paint = (layer: Layer, path: string, fill: Paint | "", stroke: Paint | "", width: number): void => {
    if (path !== "") items.push({ x: 0, y: 0, angle: 0, path, fill, stroke, width, layer });
  };
  const write = (x: number, y: number, text: string, anchor: "start" | "middle" | "end"): void => {
    items.push({ x, y, angle: 0, text, anchor, fill: "label", layer: "letters" });
  };
  const left = centre[0] - view.width / (2 * scale);
  const right = centre[0] + view.width / (2 * scale);
  const low = centre[1] - view.height / (2 * scale);
  const high = centre[1] + view.height / (2 * scale);

  // lines every 1, 2 or 5 times a power of ten, 70 to 175 pixels apart
  let step = 1;
  for (let i = 0; step * scale < 70; ++i) step *= i % 3 === 1 ? 2.5 : 2;
  for (let i = 0; step * scale > 175; ++i) step /= i % 3 === 1 ? 2.5 : 2;
  step = Number(step.toPrecision(3));
  const multiples = (from: number, to: number, size: number): number[] => {
    const first = Math.ceil(from / size);
    return Array.from({ length: Math.max(0, Math.floor(to / size) - first + 1) }, (_, i) => (first + i) * size);
  };
  const xs = multiples(left, right, step);
  const ys = multiples(low, high, step);
  paint(
    "ground",
    xs.map((x) => `M${at(x, low)}L${at(x, high)}`).join("") + ys.map((y) => `M${at(left, y)}L${at(right, y)}`).join(""),
    "",
    "grid",
    1,
  );

  // the view without what lies behind a surface: a convex room; edges know their surface
  const out = 20 / scale;
  let room = [
    { x: left - out, y: low - out, surface: -1 },
    { x: right + out, y: low - out, surface: -1 },
    { x: right + out, y: high + out, surface: -1 },
    { x: left - out, y: high + out, surface: -1 },
  ];
  const frame = room;
  data.surfaces.forEach(({ x, y, normalX, normalY }, surface) => {
    const height = (p: { x: number; y: number }): number => normalX * (p.x - x) + normalY * (p.y - y);
    room = room.flatMap((a, i) => {
      const b = room[(i + 1) % room.length]!;
      const [ha, hb] = [height(a), height(b)];
      const inside = ha >= 0 ? [a] : [];
      if (ha >= 0 === hb >= 0) return inside;
      const part = ha / (ha - hb);
      const cut = { x: a.x + part * (b.x - a.x), y: a.y + part * (b.y - a.y) };
      return [...inside, { ...cut, surface: ha >= 0 ? surface : a.surface }];
    });
  });
  const polygon = (points: readonly { x: number; y: number }[]): string =>
    points.length < 3 ? "" : `M${points.map(({ x, y }) => at(x, y)).join("L")}Z`;
  if (data.surfaces.length > 0) paint("ground", polygon(frame) + polygon(room), "solid", "", 0);
  let edges = "";
  let hatches = "";
  room.forEach((a, i) => {
    const surface = data.surfaces[a.surface];
    if (surface === undefined) return;
    const b = room[(i + 1) % room.length]!;
    edges += `M${at(a.x, a.y)}L${at(b.x, b.y)}`;
    // strokes stand still in the world; they slant backwards along the surface
    const { normalX, normalY } = surface;
    const [tx, ty] = [normalY, -normalX];
    const along = (p: { x: number; y: number }): number => tx * p.x + ty * p.y;
    const base = normalX * surface.x + normalY * surface.y;
    const depth = 9 / scale;
    for (const s of multiples(Math.min(along(a), along(b)), Math.max(along(a), along(b)), step / 10)) {
      const [px, py] = [tx * s + normalX * base, ty * s + normalY * base];
      hatches += `M${at(px, py)}L${at(px - depth * (normalX + tx), py - depth * (normalY + ty))}`;
    }
  });
  paint("ground", hatches, "", "hatch", 1.2);
  paint("ground", edges, "", "surface", 2);

  // a spring's coils are as wide everywhere, and stretch
  for (const [a, b] of data.springs) {
    const [x, y, toX, toY] = [poses[3 * a]!, poses[3 * a + 1]!, poses[3 * b]!, poses[3 * b + 1]!];
    const [dx, dy] = [toX - x, toY - y];
    const coil = 6 / (scale * Math.max(1e-9, Math.sqrt(dx * dx + dy * dy)));
    const points = Array.from({ length: 23 }, (_, i) => {
      const side = i < 2 || i > 20 ? 0 : i % 2 === 0 ? coil : -coil;
      return at(x + (i / 22) * dx - side * dy, y + (i / 22) * dy + side * dx);
    });
    paint("body", `M${points.join("L")}`, "", "spring", 1.6);
  }

  for (const { body, path, fill, stroke, thickness } of data.shapes) {
    const [x = 0, y = 0, angle = 0] = body < 0 ? [] : poses.slice(3 * body, 3 * body + 3);
    const layer = body < 0 ? "ground" : "body";
    // what would be thinner than 4 pixels is as thick as that, all in its own colour, and shows no joints
    const lacking = thickness === undefined ? 0 : 4 - 2 * thickness * scale;
    if (lacking > 0 && fill === "joint") continue;
    const width = thickness === undefined ? 2 : Math.min(1.2, 0.25 * thickness * scale);
    const line = lacking > 0 ? { stroke: fill, width: lacking } : { stroke, width };
    items.push({ x, y, angle, path, fill, layer, ...line });
  }

  // a ring with four ticks around a dot, on a halo that parts it from bodies
  data.markers.forEach(({ name, radius }, i) => {
    const [x = 0, y = 0] = moment.places.slice(2 * i, 2 * i + 2);
    const circle = (r: number): string =>
      [-r, r].map((to, k) => `${k === 0 ? `M${at(r, 0)}` : ""}A${at(r, r)} 0 0 1 ${at(to, 0)}`).join("");
    const r = Math.max(radius, 5 / scale);
    const tick = r + 5 / scale;
    const dot = 2.4 / scale;
    const ticks = [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ].map(([a = 0, b = 0]) => `M${at(a * r, b * r)}L${at(a * tick, b * tick)}`);
    const path = `${circle(r)}${ticks.join("")}`;
    const common = { x, y, angle: 0, layer: "marker" } as const;
    items.push({ ...common, path, stroke: "sky", width: 5 });
    items.push({ ...common, path, stroke: "marker", width: 2 });
    items.push({ ...common, path: circle(dot), fill: "marker", stroke: "sky", width: 1 });
    const above = (high - y - r) * scale > 40 ? 1 : -1;
    items.push({ ...common, y: y + above * (r + 15 / scale), text: name, anchor: "middle", fill: "marker" });
  });

  // an arrow's shaft ends where its head begins
  const longest = data.half[1] * 1.2;
  const perNewton = data.force > 0 ? (data.half[1] * 0.4) / data.force : 0;
  const arrow = (layer: Layer, x: number, y: number, fx: number, fy: number, colour: Paint): void => {
    const force = Math.sqrt(fx * fx + fy * fy);
    const length = Math.min(longest, force * perNewton);
    if (length * scale < 1.5) return;
    const [dx, dy] = [fx / force, fy / force];
    const head = Math.min(9 / scale, length);
    const [bx, by] = [x + dx * (length - head), y + dy * (length - head)];
    const half = 0.45 * head;
    paint(layer, `M${at(x, y)}L${at(bx, by)}`, "", colour, 2.6);
    paint(
      layer,
      polygon([
        { x: x + dx * length, y: y + dy * length },
        { x: bx - dy * half, y: by + dx * half },
        { x: bx + dy * half, y: by - dx * half },
      ]),
      colour,
      "",
      0,
    );
  };
  if (forces && data.force > 0) {
    for (let i = 0; i < touches.length; i += 6) {
      const [x = 0, y = 0, nx = 0, ny = 0, fx = 0, fy = 0] = touches.slice(i, i + 6);
      arrow("force", x, y, fx, fy, "friction");
      arrow("force", x, y, nx, ny, "normal");
    }
    // a round force no longer than 80 pixels
    let round = 1;
    while (round * perNewton * scale > 80) round /= 10;
    while (round * 10 * perNewton * scale <= 80) round *= 10;
    const factor = [5, 2, 1].find((one) => one * round * perNewton * scale <= 80) ?? 1;
    const sample = Number((factor * round).toPrecision(1));
    const x = right - (sample * perNewton * scale + 104) / scale;
    [`${sample} N normal`, `${sample} N friction`].forEach((text, row) => {
      const y = high - (20 + 18 * row) / scale;
      arrow("letters", x, y, sample, 0, row === 0 ? "normal" : "friction");
      write(right - 98 / scale, y, text, "start");
    });
  }

  const places = Math.max(0, (String(step).split(".")[1] ?? "").length);
  const name = (value: number): string => `${(value || 0).toFixed(places).replace("-", "−")}`;
  for (const x of xs) {
    if ((x - left) * scale > 30 && (right - x) * scale > 40) write(x, low + 11 / scale, name(x), "middle");
  }
  for (const y of ys) {
    if ((y - low) * scale > 26 && (high - y) * scale > 40) write(left + 8 / scale, y + 7 / scale, name(y), "start");
  }
  write(right - 8 / scale, low + 11 / scale, "m", "end");
  return { items, scale, centre, step };
}
