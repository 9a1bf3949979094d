/** Readers of settings: configuration files, options of the command line, files of actions. */

import { isDeepStrictEqual } from "node:util";
import { readActions } from "../../../src/cli/actions.js";
import { configHash } from "../../../src/cli/load.js";
import { parseChoice, parseNumber, parseSeed } from "../../../src/cli/model-file.js";
import { readSettings } from "../../../src/cli/settings.js";
import { disturbanceOf, openTask } from "../../../src/cli/task-options.js";
import { type Config, resolveConfig, type Setting, settings } from "../../../src/config.js";
import { tasks } from "../../../src/env/task.js";
import type { Source } from "../../core/numbers.js";
import { bytesOf, fileOf } from "../files.js";
import { hold, type Reader } from "../hunt.js";
import { byteMutations, jsonText, mutate, mutateValue, NUMBERS, pick, TEXTS, textMutations } from "../mutate.js";

/** JSON damaged as a value, as text or as bytes. */
function damagedJson(values: readonly unknown[], source: Source): string | Uint8Array {
  const texts = values.map((value) => JSON.stringify(value, null, source.below(3)));
  const how = source.below(8);
  if (how === 0) {
    return mutate(texts.map(bytesOf), byteMutations, source);
  }
  if (how < 4) return mutate(texts, textMutations, source);
  let value = pick(values, source);
  for (let changes = 1 + source.below(3); changes > 0; --changes) value = mutateValue(value, source);
  return jsonText(value, source);
}

/** What holds of every configuration that is accepted. */
function holdConfig(config: Config): void {
  for (const [name, setting] of Object.entries(settings) as [keyof Config, Setting<unknown>][]) {
    hold(setting.accepts(config[name]), `${name} is ${String(config[name])}, which the setting does not accept`);
  }
  hold(Object.keys(config).length === Object.keys(settings).length, "it has more than the settings");
  hold(Object.getPrototypeOf(config) === Object.prototype, "it has another prototype");
  hold(config.sigmaMin < config.sigma && config.sigma < config.sigmaMax, "sigma is out of its bounds");
  const again = resolveConfig(JSON.parse(JSON.stringify(config)) as Record<string, unknown>);
  hold(configHash(again) === configHash(config), "written and read again, it is another");
}

const configs = Object.keys(tasks).flatMap((task) => {
  const config = resolveConfig({ task });
  return [config, { task, seed: 3, gamma: 0.9 }, { version: "0.1.0", hash: configHash(config), config }];
});

const configFile: Reader = {
  name: "config",
  make: (source) => damagedJson(configs, source),
  read: (input: string) => holdConfig(readSettings({ config: fileOf("input.json", input) })),
};

/** A text for an option: what it may be, near to that, or far from it. */
function damagedText(good: readonly string[], source: Source): string {
  const how = source.below(4);
  if (how === 0) return pick(NUMBERS, source);
  if (how === 1) return pick(TEXTS, source);
  return how === 2 ? mutate([pick(good, source)], textMutations, source) : pick(good, source);
}

/** The options of train, by the settings' names. */
const options: Reader = {
  name: "options",
  make: (source) => {
    const names = Object.keys(settings) as (keyof Config)[];
    const chosen = Array.from({ length: 1 + source.below(4) }, () => {
      const name = pick(names, source);
      const { default: usual, choices = [] }: Setting<unknown> = settings[name];
      return [name, damagedText([String(usual), ...choices], source)];
    });
    return JSON.stringify(Object.fromEntries(chosen));
  },
  read: (input: string) => holdConfig(readSettings(JSON.parse(input) as Record<string, string>)),
};

const words = ["panels", "scene"] as const;

/** Arguments and options of the other commands. */
const values: Readonly<Record<string, (text: string) => unknown>> = {
  task: openTask,
  seed: (text) => hold(Number.isSafeInteger(parseSeed(text)), "the seed is no integer"),
  number: (text) => {
    const value = parseNumber("seconds", text, 1e-4, 600);
    hold(value >= 1e-4 && value <= 600, `${value} is out of range`);
  },
  choice: (text) => hold(words.includes(parseChoice("layout", text, words)), "the word is none of the choices"),
  disturbance: (text) => disturbanceOf({ disturbance: text }),
};

const value: Reader = {
  name: "values",
  make: (source) => {
    const kind = pick(Object.keys(values), source);
    return JSON.stringify([kind, damagedText([...words, ...Object.keys(tasks), "1", "0.5"], source)]);
  },
  read: (input: string) => {
    const [kind, text] = JSON.parse(input) as [string, string];
    values[kind]!(text);
  },
};

const plays = [[[0.5]], Array.from({ length: 40 }, (_, i) => [i / 40 - 0.5]), []];

const actions: Reader = {
  name: "actions",
  make: (source) => damagedJson(plays, source),
  read: (input: string) => {
    const act = readActions(fileOf("input.json", input), tasks.cartpole!);
    for (const step of [0, 1, 20, 1000]) {
      const action = Array.from(act(new Float64Array(4), step) as number[]);
      hold(action.length === 1 && action.every(Number.isFinite), `the action of step ${step} is ${action.join()}`);
    }
    const rows = JSON.parse(new TextDecoder().decode(Buffer.from(input))) as number[][];
    hold(isDeepStrictEqual(act(new Float64Array(4), 0), rows[0] ?? [0]), "the first action is another");
  },
};

export const settingsReaders: readonly Reader[] = [configFile, options, value, actions];
