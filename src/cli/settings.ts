/** The settings of a run as they are given: by a file, and by options of the command line. */

import { type Config, resolveConfig, type Setting, type SettingName, settings, UsageError } from "../config.js";
import { shorten } from "../wording.js";
import { readJson } from "./json.js";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands beside the settings in a run's config.json. */
const identity = ["version", "hash", "config"];

/** The settings in a JSON file, which may be a run's config.json. */
function settingsOf(path: string): Record<string, unknown> {
  const fail = (what: string): never => {
    throw new UsageError(`config is ${path}: ${what}`);
  };
  const parsed = readJson("config", path);
  const run = isRecord(parsed) && isRecord(parsed.config) ? parsed : undefined;
  const surplus = Object.keys(run ?? {}).find((key) => !identity.includes(key));
  if (surplus !== undefined) {
    return fail(`beside "config", the settings, it has ${JSON.stringify(shorten(surplus))}; move it into them`);
  }
  const object = run?.config ?? parsed;
  return isRecord(object) ? object : fail("this file holds no JSON object of settings");
}

/**
 * Settings from the command line over those of a configuration file.
 * @param options Texts by the settings' names, and under `config` the file's path.
 * @throws UsageError that names the first wrong field, its value and what it may be.
 */
export function readSettings(options: Readonly<Record<string, string>>): Config {
  const { config: path } = options;
  // a spread, since an assignment would take "__proto__" for the prototype
  const partial: Record<string, unknown> = path === undefined ? {} : { ...settingsOf(path) };
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting<unknown>][]) {
    const text = options[name];
    if (text === undefined) continue;
    const value = setting.parse(text);
    if (typeof value === "number" && Number.isNaN(value)) {
      throw new UsageError(`${name} is ${shorten(text)}: it must be ${setting.expected}`);
    }
    partial[name] = value;
  }
  return resolveConfig(partial);
}
