import test from "ava";
import { resolveConfig, type Setting, settings, UsageError } from "../src/config.js";
import { tasks } from "../src/env/task.js";

test("without settings the configuration is the table of defaults, with the task's own before the general ones", (t) => {
  for (const task of Object.values(tasks)) {
    const config = resolveConfig({ task: task.name });
    for (const [name, setting] of Object.entries(settings)) {
      const own = name === "task" ? task.name : task.defaults?.[name as keyof typeof config];
      t.deepEqual(config[name as keyof typeof config], own ?? setting.default, `${task.name}: ${name}`);
    }
  }
  t.is(resolveConfig({}).task, "cartpole");
  t.is(resolveConfig({ gamma: 0.5 }).gamma, 0.5);
});

test("every task's own defaults are allowed", (t) => {
  for (const { name, defaults = {} } of Object.values(tasks)) {
    for (const [setting, value] of Object.entries(defaults)) {
      t.true(settings[setting as keyof typeof settings].accepts(value), `${name}: ${setting}`);
    }
  }
});

test("every setting's default is allowed, has a meaning, and survives its own command-line text", (t) => {
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    t.true(setting.meaning.length > 10, name);
    const text = Array.isArray(setting.default) ? setting.default.join(",") : String(setting.default);
    t.deepEqual(resolveConfig({ [name]: setting.parse(text) })[name as "task"], setting.default as string, name);
  }
});

for (const [partial, message] of [
  [{ task: "cartpol" }, `task is "cartpol": did you mean cartpole? it must be one of ${Object.keys(tasks).join(", ")}`],
  [{ task: ["cartpole"] }, `task is ["cartpole"]: it must be one of ${Object.keys(tasks).join(", ")}`],
  [{ task: { toString: 1 } }, `task is an object: it must be one of ${Object.keys(tasks).join(", ")}`],
  [{ batch: 0 }, "batch is 0: it must be an integer from 1 to 4096"],
  [{ batch: 1.5 }, "batch is 1.5: it must be an integer from 1 to 4096"],
  [{ batch: "64" }, 'batch is "64": it must be an integer from 1 to 4096'],
  [{ gamma: Number.NaN }, "gamma is NaN: it must be a number from 0 to 1"],
  [{ gamma: 1.01 }, "gamma is 1.01: it must be a number from 0 to 1"],
  [{ policyHidden: [] }, "policyHidden is []: it must be one to eight layer widths from 1 to 4096, such as 100,100"],
  [
    { policyHidden: [100, 0] },
    "policyHidden is [100,0]: it must be one to eight layer widths from 1 to 4096, such as 100,100",
  ],
  [
    { policyHidden: [[[100]]] },
    "policyHidden is [a list]: it must be one to eight layer widths from 1 to 4096, such as 100,100",
  ],
  [
    { policyHidden: new Array(1e6).fill(1) },
    "policyHidden is [1,1,1,1,1,1,1,1,...]: it must be one to eight layer widths from 1 to 4096, such as 100,100",
  ],
  [{ squash: "Tahn" }, 'squash is "Tahn": did you mean tanh? it must be one of tanh, none'],
  [{ squash: "relu" }, 'squash is "relu": it must be one of tanh, none'],
  [{ seed: -1 }, `seed is -1: it must be an integer from 0 to ${Number.MAX_SAFE_INTEGER}`],
  [{ klTarget: 0.1 }, "klWeight is 0: klTarget (0.1) needs a weight above 0 to start from"],
  [{ sigma: 0.01 }, "sigma is 0.01: it must lie between sigmaMin (0.05) and sigmaMax (1)"],
  [
    { algorithm: "ac", valueLearning: "residual" },
    'valueLearning is "residual": ac learns no model to go through; it must be one of fitted, td, returns',
  ],
  [
    { algorithm: "svg0-er", valueLearning: "residual" },
    'valueLearning is "residual": svg0-er learns no model to go through; it must be one of fitted, td, returns',
  ],
  [
    { algorithm: "dpg", deviation: "learned" },
    'deviation is "learned": dpg explores with a noise that it does not learn; it must be fixed',
  ],
  [{ steps: null }, "steps is null: it must be an integer from 1 to 1000000000"],
] as const) {
  test(`refused with field, value and remedy: ${JSON.stringify(partial)}`, (t) => {
    t.is(t.throws(() => resolveConfig(partial), { instanceOf: UsageError })?.message, message);
  });
}

test("an unknown setting is named, with the known ones", (t) => {
  const message = t.throws(() => resolveConfig({ learningRate: 1 }), { instanceOf: UsageError })?.message;
  const guess = "did you mean modelLearningRate, valueLearningRate or policyLearningRate\\?";
  t.regex(
    message!,
    new RegExp(`^unknown setting "learningRate": ${guess} the settings are task, algorithm, seed, .*modelNoise$`),
  );
});

test("what is no object of settings, or only inherits them, is refused", (t) => {
  for (const [wrong, shown] of [
    [null, "null"],
    [5, "5"],
    ["steps", '"steps"'],
    [[{ steps: 1 }], "[an object]"],
  ] as const) {
    const message = `the settings are ${shown}: they must be an object`;
    t.is(t.throws(() => resolveConfig(wrong as never), { instanceOf: UsageError })?.message, message);
  }
  const poisoned = JSON.parse('{"__proto__": {"steps": 5}}') as Record<string, unknown>;
  t.regex(t.throws(() => resolveConfig(poisoned))!.message, /^unknown setting "__proto__"/);
});
