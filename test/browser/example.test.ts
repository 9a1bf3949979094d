import test from "ava";
import { init, parameterHash, resolveConfig, Trainer } from "../../src/node.js";
import { browserNames, launchBrowser, openPage } from "./browsers.js";
import { serve } from "./server.js";

/** Fewer than the page's own, for time. */
const steps = 2000;

async function trainHere(seed: number): Promise<string> {
  const trainer = new Trainer(await init(), resolveConfig({ seed, steps }));
  while (!trainer.done) trainer.step();
  return parameterHash(trainer.agent);
}

for (const name of browserNames) {
  test.serial(`the example page learns, draws and acts in ${name}`, async (t) => {
    const server = await serve();
    t.teardown(server.close);
    const browser = await launchBrowser(name);
    t.teardown(() => browser.close());
    const { page, errors } = await openPage(browser, `${server.origin}/examples/browser.html?seed=3&steps=${steps}`);
    const text = (id: string): Promise<string> => page.$eval(`#${id}`, (element) => element.textContent ?? "");
    const picture = (id: string): Promise<string> =>
      page.$eval(`#${id}`, (canvas) => (canvas as HTMLCanvasElement).toDataURL());

    // while it trains, the page answers and moves on
    await page.waitForSelector("body[data-state]");
    t.deepEqual(errors, []);
    await page.waitForFunction(() => Number(document.querySelector("progress")?.value) > 0);
    t.is(await page.$eval("body", (body) => body.dataset.state), "training");
    const during = Number((await text("steps")).replace(",", ""));
    t.true(during > 0 && during < steps, `${during} steps`);
    const firstCurve = await picture("curve");

    await page.waitForSelector('body[data-state="done"], body[data-state="failed"]', { timeout: 120_000 });
    t.deepEqual(errors, []);
    t.is(await page.$eval("body", (body) => body.dataset.state), "done");
    t.is(await text("steps"), "2,000");
    t.is(await text("updates"), "3,874");
    t.is(await page.$eval("progress", (progress) => progress.value), 1);
    t.not(await picture("curve"), firstCurve);
    t.true(Number(await text("return")) > 20, `an untrained policy gets about 0, not ${await text("return")}`);
    t.true(Math.abs(Number(await text("score"))) <= 1);
    t.is(await text("hash"), await trainHere(3), "the weights that Node learns");

    // the policy goes on acting, whatever happens to the pole
    const before = await picture("scene");
    await page.click("#scene");
    await page.waitForFunction(
      (old) => document.querySelector<HTMLCanvasElement>("#scene")?.toDataURL() !== old,
      {},
      before,
    );
    t.deepEqual(errors, []);
  });
}
