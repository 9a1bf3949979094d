import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import type { Page } from "puppeteer-core";
import { SaxesParser } from "saxes";
import { renderReport } from "../../src/cli/report.js";
import { launchBrowser, openPage } from "../browser/browsers.js";
import { valuegrad } from "./command.js";
import { evaluations } from "./result-files.js";

/** Texts that become elements, attributes or scripts where they are not escaped. */
const hostile = [
  `</script><img src=x onerror="document.title='taken'">`,
  `"><svg onload="document.title='taken'">`,
  `<!--<script>document.title='taken'</script>`,
  `' onmouseover='document.title="taken"' x='`,
  "javascript:document.title='taken'",
];
const [breaksOut, breaksAttribute, comment, quote, scheme] = hostile as [string, string, string, string, string];

const folder = mkdtempSync(join(tmpdir(), "valuegrad-"));
const xml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** A model all of whose names are hostile. */
const model = `<mujoco model="${xml(breaksOut)}">
  <worldbody>
    <geom name="${xml(comment)}" type="plane" size="1 1 1"/>
    <body name="${xml(breaksAttribute)}" pos="0 0 1">
      <joint name="${xml(breaksOut)}" type="slide" axis="1 0 0"/>
      <joint name="${xml(quote)}" axis="0 1 0"/>
      <geom name="${xml(scheme)}" size="0.1"/>
      <site name="${xml(breaksOut)}"/>
    </body>
  </worldbody>
  <actuator><motor name="${xml(comment)}" joint="${xml(quote)}"/></actuator>
</mujoco>`;

/** What is in a page that could act: elements that load or run something, attributes that are scripts. */
const actors = (page: Page) =>
  page.evaluate(() => {
    const attributes = [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes]);
    const acting = attributes.filter(({ name, value }) => /^on/i.test(name) || /^\s*javascript:/i.test(value));
    return {
      elements: document.querySelectorAll("img, iframe, object, embed, link, base, form, audio, video").length,
      scripts: [...document.scripts].filter(({ type }) => type !== "application/json").length,
      attributes: acting.map(({ name, value }) => `${name}=${value}`),
      title: document.title,
    };
  });

test("no text of a file becomes an element, an attribute or a script of a page", async (t) => {
  const file = join(folder, "hostile.xml");
  const replay = join(folder, "replay.html");
  writeFileSync(file, model);
  const simulated = await valuegrad(["simulate", file, "--seconds", "0.5", "--out", replay]);
  t.is(simulated.code, 0, simulated.stderr);
  // the names of files are texts from outside, too
  const actions = `<img src=x onerror="document.title='taken'">.json`;
  writeFileSync(join(folder, actions), "[[0.5]]");
  const acted = await valuegrad(["render", "cartpole", "--actions", actions, "--out", "acted.html"], folder);
  t.is(acted.code, 0, acted.stderr);
  const report = join(folder, "report.html");
  const metrics = evaluations([
    [0, -1],
    [10, 3],
  ]);
  const settings = Object.fromEntries(hostile.map((text) => [text, text]));
  const threshold = { score: 0.5, label: breaksAttribute };
  const files = hostile.map((text) => `${text}: ${text}`);
  const [title, task, summary] = [breaksOut, comment, breaksAttribute];
  writeFileSync(
    report,
    await renderReport({ title, task, summary, config: settings, metrics, threshold, predicted: hostile, files }),
  );

  const browser = await launchBrowser("chromium");
  t.teardown(() => browser.close());
  for (const [path, scripts, says] of [
    [replay, 1, breaksOut],
    [join(folder, "acted.html"), 1, "cartpole"],
    [report, 0, breaksOut],
  ] as const) {
    const { page, errors } = await openPage(browser, pathToFileURL(path).href);
    const found = await actors(page);
    t.deepEqual({ ...found, title: "" }, { elements: 0, scripts, attributes: [], title: "" }, path);
    t.true(found.title.startsWith(says), found.title);
    t.deepEqual(errors, [], path);
  }
});

test("a page runs no script but its own, and loads nothing, even if a text became an element", async (t) => {
  const file = join(folder, "plain.xml");
  const out = join(folder, "plain.html");
  writeFileSync(file, model.replaceAll(/(?:name|model)="[^"]*"/g, "").replace(/<actuator>.*<\/actuator>/s, ""));
  t.is((await valuegrad(["simulate", file, "--seconds", "0.5", "--out", out])).code, 0);
  const page = readFileSync(out, "utf8");
  const injected = `<img src="${pathToFileURL(out).href}" onerror="document.title='taken'" onload="document.title='taken'"><script>document.title='taken'</script>`;
  const withScript = join(folder, "injected.html");
  writeFileSync(withScript, page.replace("<main>", `<main>${injected}`));
  const browser = await launchBrowser("chromium");
  t.teardown(() => browser.close());
  const opened = await openPage(browser, pathToFileURL(withScript).href);
  await opened.page.waitForSelector("#clock");
  t.is(await opened.page.title(), "model: replay");
  t.is(
    opened.errors.filter((error) => /Content Security Policy/.test(error)).length >= 2,
    true,
    opened.errors.join("\n"),
  );
  // its own runs
  t.regex(await opened.page.$eval("#clock", (clock) => clock.textContent ?? ""), /^\d\.\d\d \/ 0\.50 s$/);
});

test("hostile names in pictures are text: the SVG is well-formed, and has no script", async (t) => {
  const file = join(folder, "hostile.xml");
  writeFileSync(file, model);
  const frames = join(folder, "frames");
  t.is((await valuegrad(["simulate", file, "--seconds", "0.2", "--frames", frames, "--every", "0.1"])).code, 0);
  for (const name of readdirSync(frames)) {
    const elements: string[] = [];
    const parser = new SaxesParser();
    parser.on("opentag", (tag) => {
      elements.push(tag.name);
      for (const attribute of Object.keys(tag.attributes)) t.notRegex(attribute, /^on|href/i);
    });
    parser.write(readFileSync(join(frames, name), "utf8")).close();
    t.true(elements.length > 3);
    t.deepEqual(
      elements.filter((element) => /script|image|foreignObject|^a$/i.test(element)),
      [],
    );
  }
});
