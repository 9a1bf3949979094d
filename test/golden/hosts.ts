import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openPage } from "../browser/browsers.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Golden {
  /** A value for every setting, so that a changed default changes nothing here. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameterHash: string;
}

export const goldenFile = join(root, "test/golden/golden.json");

export function readGolden(): Golden {
  return JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
}

/** Builds of the core that agree bit by bit. */
export type Build = "core" | "core.scalar";
export const builds: readonly Build[] = ["core", "core.scalar"];

/** The executable of a Node of another major version, from the npm packages that hold one each, kept under build/. */
export async function installNode(major: number): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, `build/node-${major}`);
  const executable = join(folder, "node_modules", name, "bin/node");
  if (!existsSync(executable)) {
    await run("npm", [
      "install",
      "--prefix",
      folder,
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      `${name}@${major}`,
    ]);
  }
  return executable;
}

/** Trains in a Node. */
export async function hashInNode(
  node: string,
  build: Build,
  config: Golden["config"],
): Promise<{ version: string; hash: string }> {
  const program = join(root, "test/golden/node.js");
  const { stdout } = await run(node, [program, join(root, `build/${build}.wasm`), JSON.stringify(config)]);
  const [version = "", hash = ""] = stdout.trim().split(" ");
  return { version, hash };
}

/** Trains in a browser. */
export async function hashInBrowser(
  browser: Parameters<typeof openPage>[0],
  origin: string,
  build: Build,
  config: Golden["config"],
): Promise<string> {
  const query = new URLSearchParams({ core: `/build/${build}.wasm`, config: JSON.stringify(config) });
  const { page, errors } = await openPage(browser, `${origin}/test/golden/page.html?${query}`);
  try {
    await page.waitForSelector("body[data-hash]", { timeout: 120_000 });
    return await page.$eval("body", (body) => body.dataset.hash ?? "");
  } catch (error) {
    throw new Error(`the page gave no hash: ${errors.join("; ") || String(error)}`);
  } finally {
    await page.close();
  }
}
