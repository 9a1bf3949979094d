import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../config.js";
import type { Environment } from "../env/environment.js";
import { thrown } from "../finding.js";
import { readBytes } from "./files.js";

/**
 * The function of a user's module that makes environments: its default export, or the one named `make`. Runs the module.
 * @throws UsageError when it can't be loaded, or exports no such function.
 */
export async function openEnvironments(path: string): Promise<() => Environment> {
  readBytes(path);
  let module: { readonly default?: unknown; readonly make?: unknown };
  try {
    module = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new UsageError(`cannot load ${path}: ${thrown(error)}`);
  }
  const make = module.make ?? module.default;
  if (typeof make !== "function") {
    throw new UsageError(
      `${path} exports no environment: its default export, or one named make, must be a function that makes one, such as () => new MyEnvironment()`,
    );
  }
  return make as () => Environment;
}
