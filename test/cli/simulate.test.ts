import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import type { ReplayData } from "../../src/cli/replay/data.js";
import { launchBrowser, openPage } from "../browser/browsers.js";
import { root, valuegrad } from "./command.js";

const modelFile = (name: string): string => join(root, "models", `${name}.xml`);

const folder = (): string => mkdtempSync(join(tmpdir(), "valuegrad-"));

function write(text: string, name = "model.xml"): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

/** The data that a replay's page holds. */
function dataOf(page: string): ReplayData {
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!) as ReplayData;
}

test("simulate writes a page that needs nothing else, the same bytes twice", async (t) => {
  const pages: string[] = [];
  for (let i = 0; i < 2; ++i) {
    const out = join(folder(), "deep", "er", "walker.html");
    const args = ["--seconds", "10", "--control", "random", "--seed", "3", "--out", out];
    const { code, stdout, stderr } = await valuegrad(["simulate", modelFile("walker"), ...args]);
    t.is(code, 0, stderr);
    t.is(stderr, "");
    t.regex(stdout, /walker\.html: 668 frames, \d+ kB; 10 s under random controls of seed 3: 2000 steps of 0\.005 s/);
    pages.push(readFileSync(out, "utf8"));
  }
  const page = pages[0]!;
  t.is(pages[1], page);
  t.true(page.length < 500_000, `${page.length} bytes for 10 s`);
  t.notRegex(page, /https?:|src=|@import|url\(/);
  const data = dataOf(page);
  t.is(data.times.length, 668);
  t.is(data.times.at(-1), 10);
  t.deepEqual(data.curves.map(({ name }) => name).slice(0, 4), ["root_x", "root_z", "pitch", "right_hip"]);
  t.is(data.poses.length, 3 * 7 * 668);
  t.true(data.force > 50, "the walker's feet press on the floor");
  t.true(data.floor);
});

test("other seeds, controls, integrators and times give other motions", async (t) => {
  const out = folder();
  const variants: readonly (readonly string[])[] = [
    [],
    ["--control", "random"],
    ["--control", "random", "--seed", "2"],
    ["--control", "sine"],
    ["--control", "low"],
    ["--control", "high"],
    ["--integrator", "RK4"],
  ];
  const ends = new Set<string>();
  for (const [i, variant] of variants.entries()) {
    const file = join(out, `${i}.html`);
    const { code } = await valuegrad(["simulate", modelFile("cheetah"), "--seconds", "1", "--out", file, ...variant]);
    t.is(code, 0);
    const { curves } = dataOf(readFileSync(file, "utf8"));
    ends.add(curves.map(({ values }) => values.at(-1)).join());
  }
  t.is(ends.size, variants.length);
});

test("without --out the page stands in the working folder, under the model's name", async (t) => {
  const cwd = folder();
  t.is((await valuegrad(["simulate", modelFile("reacher"), "--seconds", "0.5"], cwd)).code, 0);
  t.deepEqual(readdirSync(cwd), ["reacher.html"]);
});

test("--frames writes pictures, and the page only when it is asked for", async (t) => {
  const cwd = folder();
  const args = ["simulate", modelFile("gripper"), "--seconds", "1", "--control", "sine", "--every", "0.25"];
  const { code, stdout } = await valuegrad([...args, "--frames", "frames"], cwd);
  t.is(code, 0);
  t.is(stdout, "frames: 5 SVG files, one every 0.25 s\n");
  t.deepEqual(readdirSync(cwd), ["frames"]);
  const names = readdirSync(join(cwd, "frames")).sort();
  t.deepEqual(
    names,
    [0, 1, 2, 3, 4].map((i) => `frame-000${i}.svg`),
  );
  const pictures = names.map((name) => readFileSync(join(cwd, "frames", name), "utf8"));
  t.is(new Set(pictures).size, 5);
  for (const picture of pictures) {
    t.regex(picture, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>\n$/s);
    t.is(picture.match(/https?:/g)?.length, 1);
    t.notRegex(picture, /NaN|undefined|Infinity/);
  }
  t.regex(pictures[2]!, /gripper at 0\.50 s/);

  const again = await valuegrad([...args, "--frames", "again", "--out", "page.html"], cwd);
  t.is(again.code, 0);
  for (const [i, name] of names.entries()) t.is(pictures[i], readFileSync(join(cwd, "again", name), "utf8"));
  t.true(statSync(join(cwd, "page.html")).size > 10_000);
});

test("what a simulation meets is told once, with its time", async (t) => {
  const upright = write(`<mujoco><worldbody><geom type="plane" size="1 1 1" zaxis="1 0 0"/>
<body pos="0.3 0 0"><joint type="slide" axis="0 0 1"/><geom type="capsule" size="0.1 0.2" zaxis="1 0 0"/></body>
</worldbody></mujoco>`);
  const out = join(folder(), "page.html");
  const { code, stderr } = await valuegrad(["simulate", upright, "--seconds", "0.1", "--out", out]);
  t.is(code, 0);
  t.is(
    stderr,
    `${upright}: at 0 s a capsule stood exactly upright on a wall or a slope, where MuJoCo loses its friction\n`,
  );
  t.regex(readFileSync(out, "utf8"), /<li>at 0 s a capsule stood exactly upright/);
});

test("a simulation that explodes is written as far as it went, and fails", async (t) => {
  const wild = write(`<mujoco><option timestep="0.1"/><worldbody>
<body><joint type="slide" axis="1 0 0" stiffness="1e6" ref="0.1"/><geom size="0.1"/></body></worldbody></mujoco>`);
  const out = join(folder(), "page.html");
  const { code, stderr } = await valuegrad(["simulate", wild, "--seconds", "60", "--out", out]);
  t.is(code, 1);
  const [note, error, ...rest] = stderr.trim().split("\n");
  t.regex(note!, /model\.xml: at [\d.]+ s a number stopped being finite$/);
  t.regex(error!, /^error: .*model\.xml: a number stopped being finite, so the simulation ended at [\d.]+ s$/);
  t.deepEqual(rest, []);
  const data = dataOf(readFileSync(out, "utf8"));
  t.true(data.times.at(-1)! > 1 && data.times.at(-1)! < 60);
});

const used = folder();
mkdirSync(join(used, "full"));
writeFileSync(join(used, "full", "precious"), "mine");
writeFileSync(join(used, "file"), "x");
const tendon = write("<mujoco>\n  <worldbody/>\n  <tendon/>\n</mujoco>\n", "tendon.xml");
const fine = modelFile("cartpole");

for (const [name, args, message] of [
  ["a missing file", ["nothing.xml"], /^error: cannot read nothing\.xml: it does not exist\n$/],
  ["a folder", [used], /^error: cannot read .*: it is a folder\n$/],
  ["an element that is not supported", [tendon], /^error: .*tendon\.xml:3: <tendon> [^\n]*\n$/],
  ["no XML", [join(used, "file")], /^error: .*file:1: [^\n]*\n$/],
  ["no time", [fine, "--seconds", "0"], /^error: seconds is 0: it must be a number from 0\.0001 to 600\n$/],
  ["a time in words", [fine, "--seconds", "long"], /^error: seconds is long: it must be a number from/],
  ["an empty time", [fine, "--seconds", ""], /^error: seconds is : it must be a number from/],
  [
    "an unknown control",
    [fine, "--control", "noise"],
    /^error: control is noise: it must be one of zero, random, sine, low, high\n$/,
  ],
  ["a broken seed", [fine, "--seed", "-1"], /^error: seed is -1: it must be an integer from 0 to 9007199254740991\n$/],
  [
    "an unknown integrator",
    [fine, "--integrator", "euler"],
    /^error: integrator is euler: did you mean Euler\? it must be one of Euler, implicitfast, RK4\n$/,
  ],
  ["no time between frames", [fine, "--frames", join(used, "new"), "--every", "0"], /^error: every is 0: it must be/],
  [
    "too many frames",
    [fine, "--frames", join(used, "new"), "--every", "0.001", "--seconds", "100"],
    /^error: every is 0\.001: 100 s would make more than 10000 frames\n$/,
  ],
  [
    "a frames' folder in use",
    [fine, "--frames", join(used, "full")],
    /^error: frames is .*: that folder exists and is not empty; name another, or remove it\n$/,
  ],
  ["a frames' folder that is a file", [fine, "--frames", join(used, "file")], /that is a file; name a folder\n$/],
  [
    "a page under a file",
    [fine, "--out", join(used, "file", "page.html")],
    /^error: cannot make the folder of .*page\.html: [^\n]*\n$/,
  ],
] as const) {
  test(`simulate refuses ${name} in one sentence`, async (t) => {
    const cwd = folder();
    const { code, stderr } = await valuegrad(["simulate", ...args], cwd);
    t.is(code, 2, stderr);
    t.regex(stderr, message);
    t.deepEqual(readdirSync(cwd), []);
  });
}

test("the page plays, scrubs, obeys keys and its address", async (t) => {
  const out = join(folder(), "cheetah.html");
  t.is(
    (await valuegrad(["simulate", modelFile("cheetah"), "--seconds", "2", "--control", "sine", "--out", out])).code,
    0,
  );
  const browser = await launchBrowser("chromium");
  try {
    const { page, errors } = await openPage(browser, `${pathToFileURL(out).href}#t=1.2`);
    const clock = (): Promise<string> => page.$eval("#clock", (element) => element.textContent ?? "");
    const picture = (): Promise<string> => page.$eval("#stage", (canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const settle = (): Promise<unknown> =>
      page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await settle();
    t.is(await clock(), "1.20 / 2.00 s");
    const still = await picture();
    await page.keyboard.press("End");
    await settle();
    t.is(await clock(), "2.00 / 2.00 s");
    t.not(await picture(), still);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await settle();
    t.is(await clock(), "0.03 / 2.00 s");
    for (const time of ["0.7", "1.2"]) {
      await page.evaluate((text) => {
        location.hash = `#t=${text}`;
      }, time);
      await page.waitForFunction((text) => document.querySelector("#clock")!.textContent!.startsWith(text), {}, time);
    }
    t.is(await picture(), still, "the same moment is the same picture");
    await page.keyboard.press("Space");
    // the clock rounds, the button knows
    await page.waitForFunction(() => document.querySelector("#play")!.getAttribute("aria-label") === "play");
    t.is(await clock(), "2.00 / 2.00 s");
    t.deepEqual(errors, []);
  } finally {
    await browser.close();
  }
});
