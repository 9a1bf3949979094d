import test from "ava";
import { init, parameterHash, resolveConfig, Trainer } from "../../src/node.js";
import { browserNames, launchBrowser, openPage } from "./browsers.js";
import { serve } from "./server.js";

interface Outcome {
  readonly hashes: Readonly<Record<string, string>>;
  readonly refused: { readonly missing: string; readonly garbage: string };
}

for (const name of browserNames) {
  test.serial(`${name} makes a core from each kind of source, in a page, a worker and from ./inline`, async (t) => {
    const server = await serve();
    t.teardown(server.close);
    const browser = await launchBrowser(name);
    t.teardown(() => browser.close());
    const { page, errors } = await openPage(browser, `${server.origin}/test/browser/sources.html`);
    await page.waitForSelector("body[data-outcome]", { timeout: 60_000 }).catch((error: unknown) => {
      throw new Error(`the page did not end: ${errors.join("; ") || String(error)}`);
    });
    const outcome = JSON.parse(await page.$eval("body", (body) => body.dataset.outcome ?? "")) as Outcome;

    const trainer = new Trainer(await init(), resolveConfig({ steps: 520, batch: 8 }));
    while (!trainer.done) trainer.step();
    const expected = await parameterHash(trainer.agent);
    const kinds = ["default", "URL", "string", "Response", "bytes", "Module", "inline", "worker"];
    t.deepEqual(outcome.hashes, Object.fromEntries(kinds.map((kind) => [kind, expected])));

    t.regex(outcome.refused.missing, /nowhere\.wasm answered 404/);
    t.regex(outcome.refused.garbage, /the bytes are not WebAssembly/);
    t.true(
      errors.every((error) => error.includes("404") || error.includes("nowhere.wasm")),
      errors.join("\n"),
    );
  });
}
