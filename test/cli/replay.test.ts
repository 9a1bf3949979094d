import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { Chance } from "../../src/chance.js";
import { controller } from "../../src/cli/controls.js";
import { composePicture } from "../../src/cli/replay/compose.js";
import { momentOf, packReplay } from "../../src/cli/replay/data.js";
import { type Frame, recordFrame } from "../../src/cli/replay/frame.js";
import { renderReplay } from "../../src/cli/replay/page.js";
import { renderFrame } from "../../src/cli/replay/svg.js";
import type { Marker } from "../../src/env/task.js";
import { readModel } from "../../src/mjcf/read.js";
import { init, Plant } from "../../src/node.js";
import { launchBrowser, openPage } from "../browser/browsers.js";

test("controls stay within bounds, hold, and repeat for a seed", (t) => {
  const model = readModel(readFileSync(join(import.meta.dirname, "../../models/cheetah.xml"), "utf8"));
  const record = (kind: "random" | "sine", seed: number): number[] => {
    const u = new Float64Array(6);
    const control = controller(kind, model.actuators, seed);
    return Array.from({ length: 400 }, (_, i) => {
      control(u, i * 0.005);
      return [...u];
    }).flat();
  };
  t.deepEqual(record("random", 1), record("random", 1));
  t.notDeepEqual(record("random", 1), record("random", 2));
  t.notDeepEqual(record("random", 1), record("random", 1 + 2 ** 32));
  t.is(new Set(record("random", 1)).size, 6 * 20);
  for (const kind of ["random", "sine"] as const) {
    const values = record(kind, 1);
    t.true(values.every((value) => Math.abs(value) <= 1));
    t.true(Math.min(...values) < -0.9 && Math.max(...values) > 0.9);
  }
});

test("chance is uniform", (t) => {
  const chance = new Chance(5);
  const values = Array.from({ length: 10_000 }, () => chance.uniform());
  t.true(values.every((value) => value >= 0 && value < 1));
  t.true(Math.abs(values.reduce((sum, value) => sum + value, 0) / 10_000 - 0.5) < 0.01);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; ++i) counts[chance.index(10)]! += 1;
  t.true(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(),
  );
});

/** Frames of a sphere that rolls a metre a second from one frame to the next. */
function rolling(count: number): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    time: i,
    bodies: [
      { x: 0, y: 0, angle: 0, centreX: 0, centreY: 0 },
      { x: i, y: 0.1, angle: -10 * i, centreX: i, centreY: 0.1 },
    ],
    q: [i],
    touches: i === 1 ? [{ x: i, y: 0, normal: [0, 30] as const, friction: [5, 0] as const }] : [],
    potential: 1,
    kinetic: 2,
  }));
}

const ball = readModel(`<mujoco><worldbody><geom type="plane" size="1 1 1"/>
<body pos="0 0 0.1"><joint type="slide" axis="1 0 0"/><geom size="0.1"/></body></worldbody></mujoco>`);

test("between two frames poses are interpolated, and contacts are the earlier ones", (t) => {
  const data = packReplay(ball, rolling(4));
  for (const [time, frame, x] of [
    [-1, 0, 0],
    [0, 0, 0],
    [0.25, 0, 0.25],
    [1, 1, 1],
    [1.5, 1, 1.5],
    [3, 3, 3],
    [9, 3, 3],
  ] as const) {
    const moment = momentOf(data, time);
    t.is(moment.frame, frame);
    t.true(Math.abs(moment.poses[0]! - x) < 1e-3);
    t.true(Math.abs(moment.poses[2]! + 10 * x) < 1e-3);
    t.is(moment.touches.length, frame === 1 ? 6 : 0);
  }
  t.deepEqual(momentOf(data, 1.2).touches.slice(2), [0, 30, 5, 0]);
});

test("the view follows what travels and stands still for what stays", (t) => {
  const far = packReplay(ball, rolling(20));
  t.true(far.half[0] < 3, `half a view of ${far.half[0]} m`);
  t.is(momentOf(far, 10).centre[0], 10);
  const near = packReplay(
    ball,
    rolling(20).map((frame) => ({ ...frame, bodies: rolling(1)[0]!.bodies })),
  );
  t.deepEqual(momentOf(near, 0).centre, momentOf(near, 19).centre);
});

const view = { width: 960, height: 540 };

/** The frames of a rolling sphere with a marker, whose place is a function of time. */
const marked = (count: number, place: (time: number) => Omit<Marker, "name" | "radius">, name = "target"): Frame[] =>
  rolling(count).map((frame) => ({ ...frame, markers: [{ name, radius: 0.2, ...place(frame.time) }] }));

test("markers move between frames and are drawn as rings with their names", (t) => {
  const data = packReplay(
    ball,
    marked(4, (time) => ({ x: 2 - time, y: 1 })),
  );
  const ringAt = (time: number): [number, number] => {
    const { items } = composePicture(data, momentOf(data, time), view, true);
    const ring = items.find(({ layer, stroke }) => layer === "marker" && stroke === "marker")!;
    t.regex(ring.path!, /^M0\.2\d* .*A0\.2/, "as large as its radius");
    t.is(ring.fill, undefined, "bodies show through");
    t.is(items.filter(({ text }) => text === "target").length, 1);
    return [ring.x, ring.y];
  };
  for (const [time, x] of [
    [0, 2],
    [0.25, 1.75],
    [2.5, -0.5],
    [3, -1],
  ] as const) {
    const ring = ringAt(time);
    t.true(Math.abs(ring[0] - x) < 1e-3 && Math.abs(ring[1] - 1) < 1e-3, `${time} s: ${ring}`);
  }
  t.regex(renderFrame(data, 1), />target<\/text>/);
});

test("a plant's frame carries the markers it is given", async (t) => {
  const markers = [{ name: "goal", x: 1, y: 2, radius: 0.1 }];
  const frame = recordFrame(new Plant(await init(), ball), 0, markers);
  t.deepEqual(frame.markers, markers);
  t.not(frame.markers, markers, "a copy");
});

test("markers belong to the view of a motion as wide, and do not hold back what travels", (t) => {
  const seen = (frames: Frame[], time: number, options = {}): boolean => {
    const data = packReplay(ball, frames, options);
    const { centre, places } = momentOf(data, time);
    return [0, 1].every((k) => Math.abs(places[k]! - centre[k]!) + 0.2 <= data.half[k]! + 1e-3);
  };
  const still = marked(4, () => ({ x: 0.3, y: 0.2 })).map((frame) => ({ ...frame, bodies: rolling(1)[0]!.bodies }));
  t.true(seen(still, 0));
  // sphere of 0.2 m: 0.8 m are seen as a whole, more is not
  const near = rolling(3).map((frame, i) => ({
    ...frame,
    bodies: frame.bodies.map((body) => ({ ...body, x: 0.2 * i, centreX: 0.2 * i })),
    markers: [{ name: "goal", x: -0.1, y: 0.1, radius: 0.02 }],
  }));
  const data = packReplay(ball, near);
  t.deepEqual(momentOf(data, 0).centre, momentOf(data, 2).centre);
  const far = marked(20, () => ({ x: 10, y: 0.1 }));
  const follows = packReplay(ball, far);
  t.true(Math.abs(momentOf(follows, 15).centre[0] - 15) < 1e-6);
  t.true(follows.half[0] < 3);
  t.false(seen(far, 2));
  t.true(seen(far, 10));
  t.true(seen(far, 2, { still: true }));
  t.is(momentOf(packReplay(ball, far, { still: true }), 2).centre[0], 9.5);
});

test("what does not fit together is refused in words", (t) => {
  const frames = marked(3, () => ({ x: 0, y: 1 }));
  const strange = frames.map((frame, i) => (i === 2 ? { ...frame, markers: [] } : frame));
  t.throws(() => packReplay(ball, strange), { message: "frame 2 has other markers than frame 0" });
  const renamed = frames.map((frame, i) => ({ ...frame, markers: [{ ...frame.markers![0]!, name: `${i}` }] }));
  t.throws(() => packReplay(ball, renamed), { message: "frame 1 has other markers than frame 0" });
  t.throws(() => packReplay(ball, frames, { series: [{ name: "reward", values: [1, 2] }] }), {
    message: "series reward has 2 values: there are 3 frames",
  });
  t.throws(() => packReplay(ball, frames, { series: [{ name: "reward", values: [1, 2, Number.NaN] }] }), {
    message: "series reward is NaN at frame 2: it must be finite",
  });
  t.throws(() => packReplay(pair, frames, { springs: [["hand", "floor"]] }), {
    message: "a spring's end is floor: the bodies of pair that move are hand, ball",
  });
});

const pair = readModel(`<mujoco model="pair"><worldbody>
<body name="hand"><joint type="slide" axis="1 0 0"/><geom size="0.1"/></body>
<body name="ball"><joint type="slide" axis="1 0 0"/><geom size="0.1"/></body></worldbody></mujoco>`);

/** Frames of two spheres: one at rest in the origin, one that moves away half a metre a frame. */
const apart = (count: number): Frame[] =>
  rolling(count).map((frame, i) => {
    const rest = frame.bodies[0]!;
    return { ...frame, q: [0, i / 2], bodies: [rest, rest, { ...rest, x: i / 2, centreX: i / 2 }] };
  });

test("a spring runs from body to body, which are seen as one", (t) => {
  const springs = [["hand", "ball"]] as const;
  const data = packReplay(pair, apart(9), { springs });
  for (const time of [0.5, 8]) {
    const { items } = composePicture(data, momentOf(data, time), view, true);
    const drawn = items.filter(({ stroke }) => stroke === "spring");
    t.is(drawn.length, 1);
    const ends = drawn[0]!.path!.slice(1).split("L");
    t.deepEqual(
      [ends[0]!, ends.at(-1)!].map((end) => end.split(" ").map(Number)),
      [
        [0, 0],
        [time / 2, 0],
      ],
    );
    t.true(items.indexOf(drawn[0]!) < items.findIndex(({ fill }) => fill === "limb0a"), "behind the bodies");
  }
  t.true(data.half[0] > 2 && packReplay(pair, apart(9)).half[0] < 1);
});

test("what is too small to be seen is drawn larger: markers, and bodies without their joints", (t) => {
  const swimmer = readModel(readFileSync(join(import.meta.dirname, "../../models/swimmer3.xml"), "utf8"));
  const still = { x: 0, y: 0, angle: 0, centreX: 0, centreY: 0 };
  const frame: Frame = {
    ...rolling(1)[0]!,
    bodies: swimmer.bodies.map(() => still),
    q: swimmer.dofs.map(() => 0),
    markers: [{ name: "goal", x: 0, y: 0, radius: 1e-4 }],
  };
  const data = packReplay(swimmer, [frame]);
  const drawn = (width: number): { thinnest: number; joints: number; ring: number } => {
    const { items, scale } = composePicture(data, momentOf(data, 0), { width, height: width }, true);
    const links = items.filter(({ fill }) => fill?.startsWith("limb"));
    t.is(links.length, 3);
    const ring = items.find(({ stroke }) => stroke === "marker")!;
    return {
      thinnest: Math.min(...links.map(({ width = 0 }) => 2 * 0.02 * scale + width)),
      joints: items.filter(({ fill }) => fill === "joint").length,
      ring: Number(/A(\S+)/.exec(ring.path!)![1]) * scale,
    };
  };
  for (const width of [20, 100, 2000]) {
    const { thinnest, joints, ring } = drawn(width);
    t.true(thinnest > 3.99, `${thinnest} pixels at ${width}`);
    t.is(joints > 0, width === 2000);
    t.true(Math.abs(ring - 5) < 0.1, `${ring} pixels`);
  }
});

test("series stand before the coordinates, with their limits", (t) => {
  const series = [
    { name: "reward", values: [-1, 0.123456789, 3] },
    { name: "force", unit: "N", values: [0, 1, 2], limits: [2] },
  ];
  const { curves } = packReplay(ball, rolling(3), { series });
  t.deepEqual(curves.slice(0, 2), [
    { name: "reward", unit: "", values: [-1, 0.12346, 3], limits: [] },
    { name: "force", unit: "N", values: [0, 1, 2], limits: [2] },
  ]);
  t.deepEqual(curves[2]!.values, [0, 1, 2]);
  t.is(curves.length, 3);
});

const hostile = `</script><img src=x onerror="document.title='owned'">&'"<!--`;

test("a page shows series and markers, hides energies that mean nothing, and runs no name", async (t) => {
  const frames = marked(5, (time) => ({ x: 2 - time, y: 1 }), hostile);
  const series = [{ name: hostile, unit: hostile, values: [1, 2, 3, 4, 5.5] }];
  const html = renderReplay({ ...ball, name: hostile }, frames, {
    summary: hostile,
    notes: [hostile],
    series,
    energy: false,
  });
  t.false(html.includes("<img"));
  const file = join(mkdtempSync(join(tmpdir(), "valuegrad-")), "page.html");
  writeFileSync(file, html);
  const browser = await launchBrowser("chromium");
  try {
    const { page, errors } = await openPage(browser, `${pathToFileURL(file).href}#t=4`);
    const settle = (): Promise<unknown> =>
      page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const text = (selector: string): Promise<string> => page.$eval(selector, (element) => element.textContent ?? "");
    const picture = (): Promise<string> => page.$eval("#stage", (canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await settle();
    t.is(await page.title(), `${hostile}: replay`);
    t.is(await text("h1"), hostile);
    t.is(await text("header p"), hostile);
    t.is(await text(".notes li"), hostile);
    t.is(await text('[data-curve="0"] figcaption'), `${hostile} 5.500 ${hostile}`);
    t.is((await page.$$("#energy, img")).length, 0);
    t.is((await page.$$("[data-curve]")).length, 2);
    t.regex(await page.$eval('[data-curve="0"] .value', (path) => path.getAttribute("d") ?? ""), /^M0.0 .*L1000.0 /);
    const last = await picture();
    await page.keyboard.press("Home");
    await settle();
    t.not(await picture(), last);
    t.is(await text('[data-curve="0"] output'), `1.000 ${hostile}`);
    t.deepEqual(errors, []);
  } finally {
    await browser.close();
  }
});
