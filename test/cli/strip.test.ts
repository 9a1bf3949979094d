import { readdirSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { SaxesParser } from "saxes";
import { openModel } from "../../src/cli/model-file.js";
import type { Frame } from "../../src/cli/replay/frame.js";
import { renderStrip, type StripOptions } from "../../src/cli/replay/strip.js";
import { simulate } from "../../src/cli/simulate.js";
import type { Marker } from "../../src/env/task.js";
import type { PlanarModel } from "../../src/mjcf/model.js";
import { readModel } from "../../src/mjcf/read.js";
import { init, Plant } from "../../src/node.js";

const models = join(import.meta.dirname, "../../models");

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parents: readonly Element[];
  text: string;
}

/** Elements of a document, in order; fails where it is not well-formed. */
function elementsOf(t: ExecutionContext, xml: string): Element[] {
  const parser = new SaxesParser();
  const elements: Element[] = [];
  const open: Element[] = [];
  parser.on("error", (error) => t.fail(String(error)));
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes }, parents: [...open], text: "" };
    elements.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const inner = open.at(-1);
    if (inner !== undefined) inner.text += text;
  });
  parser.on("closetag", () => open.pop());
  parser.write(xml).close();
  return elements;
}

/** A ball of 0.2 m that goes a metre in every frame, on a floor. */
const ball = readModel(`<mujoco model="ball"><worldbody><geom type="plane" size="1 1 1"/>
<body name="ball" pos="0 0 0.1"><joint type="slide" axis="1 0 0"/><geom size="0.1"/></body></worldbody></mujoco>`);

function rolling(count: number, markers: (time: number) => Marker[] = () => []): Frame[] {
  return Array.from({ length: count }, (_, i) => ({
    time: i,
    bodies: [
      { x: 0, y: 0, angle: 0, centreX: 0, centreY: 0 },
      { x: i, y: 0.1, angle: 0, centreX: i, centreY: 0.1 },
    ],
    q: [i],
    touches: i === 2 ? [{ x: i, y: 0, normal: [0, 30] as const, friction: [5, 0] as const }] : [],
    potential: 1,
    kinetic: 2,
    markers: markers(i),
  }));
}

/** Where the balls of a strip are, in pixels of the whole, and how they are painted. */
function ballsOf(t: ExecutionContext, xml: string): { x: number; y: number; paint: string }[] {
  const elements = elementsOf(t, xml);
  return elements
    .filter(({ attributes }) => /\bf-limb0a/.test(attributes.class ?? ""))
    .map(({ attributes, parents }) => {
      const world = parents.find(({ attributes }) => attributes.transform?.includes("scale"))!.attributes.transform!;
      const pane = parents.filter(({ name }) => name === "svg").at(-1)!;
      const [a = 0, b = 0, sx = 0, sy = 0, c = 0, d = 0] = [...world.matchAll(/-?[\d.]+/g)].map(Number);
      const [x = 0, y = 0] = [...(attributes.transform ?? "").matchAll(/-?[\d.]+/g)].map(Number);
      const left = Number(pane.attributes.x);
      return { x: left + a + sx * (x + c), y: b + sy * (y + d), paint: attributes.class!.split(" ")[0]! };
    });
}

for (const file of readdirSync(models)) {
  test(`${file}: strips are small, whole and well-formed`, async (t) => {
    const model = openModel(join(models, file));
    const { frames } = simulate(new Plant(await init(), model), 2, "sine", 1);
    const markers = [{ name: "target", x: 0.1, y: 0.2, radius: 0.05 }];
    const strips = new Set<string>();
    for (const options of [{}, { layout: "panels" }, { layout: "scene" }] satisfies StripOptions[]) {
      const xml = renderStrip(
        model,
        frames.map((frame) => ({ ...frame, markers })),
        options,
      );
      strips.add(xml);
      t.true(xml.length < 30_000, `${xml.length} bytes`);
      t.notRegex(xml, /NaN|undefined|Infinity/);
      t.is(xml.match(/https?:/g)?.length, 1, "no address but the namespace");
      const [svg, ...rest] = elementsOf(t, xml);
      t.like(svg!.attributes, { width: "420", height: "160", viewBox: "0 0 672 256" });
      t.deepEqual([...new Set(rest.map(({ name }) => name))].sort(), [
        "g",
        "path",
        "rect",
        "style",
        "svg",
        "text",
        "title",
      ]);
      t.true(rest.some(({ text }) => text === "target"));
      t.true(rest.some(({ attributes }) => /limb/.test(attributes.class ?? "")));
    }
    t.is(strips.size, 2, "the default is one of the two");
  });
}

test("a scene holds every pose in one world, earlier ones fainter, and names their times", (t) => {
  const xml = renderStrip(ball, rolling(5), { layout: "scene" });
  const balls = ballsOf(t, xml);
  t.deepEqual(
    balls.map(({ paint }) => paint),
    ["f-limb0a-25", "f-limb0a-40", "f-limb0a-55", "f-limb0a-70", "f-limb0a"],
  );
  t.true(balls.every(({ x, y }) => x > 0 && x < 672 && y > 0 && y < 256));
  const steps = balls.slice(1).map(({ x }, i) => x - balls[i]!.x);
  t.true(
    steps.every((step) => step > 50 && Math.abs(step - steps[0]!) < 0.5),
    `${steps}`,
  );
  const texts = elementsOf(t, xml).filter(({ name }) => name === "text");
  t.deepEqual(
    texts.map(({ text }) => text),
    ["0 s", "1 s", "2 s", "3 s", "4 s", "grid 1 m"],
  );
  for (const [i, { x }] of balls.entries()) t.true(Math.abs(Number(texts[i]!.attributes.x) - x) < 0.5);
  t.true(
    elementsOf(t, xml).some(({ attributes }) => attributes.class === "s-normal-55"),
    "the contact of pose 2",
  );
});

test("a scene's times keep clear of the grid's size, and of one another", (t) => {
  const heads = (frames: readonly Frame[]): string[] =>
    elementsOf(t, renderStrip(ball, frames, { layout: "scene" }))
      .filter(({ text }) => / (s|m)$/.test(text) && !text.startsWith("ball"))
      .map(({ text, attributes }) => `${text} in row ${attributes.y}`);
  const goal = { name: "goal", x: 6, y: 0.1, radius: 0.2 };
  t.deepEqual(heads(rolling(3)), ["0 s in row 33.6", "1 s in row 33.6", "2 s in row 33.6", "grid 0.5 m in row 14"]);
  t.deepEqual(heads(rolling(3, () => [goal])), [
    "0 s in row 14",
    "1 s in row 14",
    "2 s in row 14",
    "grid 1 m in row 14",
  ]);
  const close = rolling(3).map((frame) => ({ ...frame, bodies: rolling(1)[0]!.bodies }));
  t.deepEqual(heads(close), ["0 to 2 s in row 14", "grid 0.1 m in row 14"]);
});

test("faint poses are mixed with the ground they stand on, light or dark", (t) => {
  const xml = renderStrip(ball, rolling(2));
  // 0.7 of #7fa7d6 and 0.3 of #fbfcfd, 0.7 of #5d8cc4 and 0.3 of #191d21
  t.regex(xml, /class="f-limb0a-70[^"]*" fill="#[a-f0-9]{6}"/);
  t.is(/class="f-limb0a-70[^"]*" fill="(.*?)"/.exec(xml)![1], "#a4c1e2");
  t.is(/\.f-limb0a-70\{fill:(.*?)\}/.exec(xml)![1], "#496b93");
  t.is(/\.f-limb0a\{fill:(.*?)\}/.exec(xml)![1], "#5d8cc4");
});

test("panels stand side by side, each with its moment", (t) => {
  const xml = renderStrip(ball, rolling(9), { layout: "panels", times: [6.2, 1, 1.9, 2.1], width: 400, height: 100 });
  const elements = elementsOf(t, xml);
  const panes = elements.filter(({ name, parents }) => name === "svg" && parents.length > 0);
  t.deepEqual(
    panes.map(({ attributes }) => Number(attributes.x)),
    [0, 216, 432],
  );
  t.true(panes.every(({ attributes }) => Number(attributes.width) === 208));
  t.deepEqual(
    elements.filter(({ name, text }) => name === "text" && / s$/.test(text)).map(({ text }) => text),
    ["1 s", "2 s", "6 s"],
  );
  t.is(elements.find(({ name }) => name === "title")!.text, "ball at 1 s, 2 s, 6 s");
  // each ball in the middle of its pane
  const balls = ballsOf(t, xml);
  t.deepEqual(
    balls.map(({ x }) => Math.round(x)),
    [104, 320, 536],
  );
  t.true(balls.every(({ paint }) => paint === "f-limb0a"));
  const contacts = elements.filter(({ attributes }) => /^s-(normal|friction)$/.test(attributes.class ?? ""));
  t.is(contacts.length, 2);
  t.true(contacts.every(({ parents }) => parents.includes(panes[1]!)));
});

test("a motion that goes far is followed from panel to panel, and its way is drawn", (t) => {
  // one in 20 frames stands on either side of a view that follows
  const xml = renderStrip(ball, rolling(21), { times: [0, 5, 10, 20], rows: 2, path: ({ q }) => [q[0]!, 0.1] });
  const elements = elementsOf(t, xml);
  const panes = elements.filter(({ name, parents }) => name === "svg" && parents.length > 0);
  t.deepEqual(
    panes.map(({ attributes }) => [Number(attributes.x), Number(attributes.y ?? 0)]),
    [
      [0, 0],
      [340, 0],
      [0, 132],
      [340, 132],
    ],
  );
  t.true(panes.every(({ attributes }) => attributes.width === "332" && attributes.height === "124"));
  t.is(elements.find(({ name }) => name === "title")!.text, "ball at 0 s, 5 s, 10 s, 20 s");
  t.deepEqual(
    ballsOf(t, xml).map(({ x }) => Math.round(x)),
    [166, 506, 166, 506],
  );
  const ways = elements.filter(({ attributes }) => attributes.class === "s-friction");
  t.deepEqual(
    ways.map(({ attributes }) => [attributes.d!.match(/[ML]/g)!.length, attributes.d!.split("L").at(-1)]),
    [
      [6, "5.000 0.100"],
      [11, "10.000 0.100"],
      [21, "20.000 0.100"],
    ],
  );
  t.true(ways.every(({ parents }, i) => parents.includes(panes[i + 1]!)));
  const slow = rolling(21).map((frame) => ({ ...frame, q: [frame.time / 1.2e4] }));
  const still = renderStrip(ball, slow, { times: [20], layout: "panels", path: ({ q }) => [q[0]!, 0.1] });
  t.regex(still, /d="M0\.000 0\.100L0\.002 0\.100" class="s-friction"/);
  const count = (frames: number): number => renderStrip(ball, rolling(frames)).match(/<svg x=/g)!.length;
  t.is(count(2), 1, "a scene");
  t.is(count(21), 3);
});

test("a marker that rests is drawn once in a scene, one that moves with every pose", (t) => {
  const rings = (place: (time: number) => number): string[] => {
    const frames = rolling(3, (time) => [{ name: "goal", x: place(time), y: 1, radius: 0.2 }]);
    return elementsOf(t, renderStrip(ball, frames, { layout: "scene" }))
      .filter(({ attributes }) => /\bs-marker/.test(attributes.class ?? ""))
      .map(({ attributes }) => `${attributes.class} ${attributes.transform}`);
  };
  t.deepEqual(
    rings(() => 1),
    ["s-marker translate(1 1)"],
  );
  t.deepEqual(
    rings((time) => time / 2),
    ["s-marker-25 translate(0 1)", "s-marker-70 translate(0.5 1)", "s-marker translate(1 1)"],
  );
});

test("names stand for themselves, and what XML can't hold is replaced", (t) => {
  const name = `<b>&'"]]>\u0001\ud800`;
  const shown = `<b>&'"]]>\ufffd\ufffd`;
  const model: PlanarModel = { ...ball, name };
  const frames = rolling(2, () => [{ name, x: 0, y: 1, radius: 0.2 }]);
  for (const layout of ["panels", "scene"] as const) {
    const elements = elementsOf(t, renderStrip(model, frames, { layout }));
    t.is(elements.find((element) => element.name === "title")!.text, `${shown} at 0 s, 1 s`);
    t.is(elements.filter(({ text }) => text === shown).length, 1);
  }
});

test("one frame makes a strip of one pose, and no time is refused", (t) => {
  for (const layout of ["panels", "scene"] as const) {
    const balls = ballsOf(t, renderStrip(ball, rolling(1), { layout }));
    t.deepEqual(
      balls.map(({ paint }) => paint),
      ["f-limb0a"],
    );
  }
  const message = (list: string): string => `times is [${list}]: it must hold one time or more, in seconds`;
  t.throws(() => renderStrip(ball, rolling(2), { times: [] }), { message: message("") });
  t.throws(() => renderStrip(ball, rolling(2), { times: [1, Number.NaN] }), { message: message("1, NaN") });
});
