import test from "ava";
import { configHash } from "../../../src/cli/load.js";
import { readSweep } from "../../../src/cli/sweep/file.js";
import { resolveConfig, settings, UsageError } from "../../../src/config.js";

const labels = (text: string): string[] => readSweep(text, "s.yaml").map((cell) => cell.labels.join(" "));

test("cells are the product of all lists, the file's first list outermost", (t) => {
  const text = "seed: 1..3\ntask: [cartpole, hand]\nsteps: 500\n";
  t.deepEqual(labels(text), [
    "seed=1 task=cartpole",
    "seed=1 task=hand",
    "seed=2 task=cartpole",
    "seed=2 task=hand",
    "seed=3 task=cartpole",
    "seed=3 task=hand",
  ]);
  t.deepEqual(labels("task: [hand, cartpole]\nseed: [7, 1..2]"), [
    "task=hand seed=7",
    "task=hand seed=1",
    "task=hand seed=2",
    "task=cartpole seed=7",
    "task=cartpole seed=1",
    "task=cartpole seed=2",
  ]);
});

test("a cell is the configuration of its settings, with its task's own defaults, and named by its hash", (t) => {
  const cells = readSweep("task: [walker, cartpole]\nearlyTermination: on\ngamma: [0.9, 1e-1]\n", "s.yaml");
  const expected = ["walker", "cartpole"].flatMap((task) =>
    [0.9, 0.1].map((gamma) => resolveConfig({ task, gamma, earlyTermination: "on" })),
  );
  t.deepEqual(
    cells.map(({ config }) => config),
    expected,
  );
  t.deepEqual(
    cells.map(({ hash }) => hash),
    expected.map(configHash),
  );
  t.is(new Set(cells.map(({ hash }) => hash)).size, 4);
});

test("every setting can be given, as one value and as a list", (t) => {
  for (const [name, { default: value }] of Object.entries(settings)) {
    t.is(labels(JSON.stringify({ [name]: value })).length, 1, name);
    t.is(labels(JSON.stringify({ [name]: [value] })).length, 1, name);
  }
});

test("a list is one value of a setting that is a list", (t) => {
  t.deepEqual(labels("policyHidden: [100, 50]"), [""]);
  t.deepEqual(readSweep("policyHidden: [100, 50]", "s.yaml")[0]!.config.policyHidden, [100, 50]);
  t.deepEqual(labels("policyHidden: [[100, 50], [20]]"), ["policyHidden=100,50", "policyHidden=20"]);
});

test("JSON is a sweep file too; a mapping without lists is one cell", (t) => {
  t.deepEqual(labels('{"seed": [4, 5], "gamma": 0.9}'), ["seed=4", "seed=5"]);
  t.deepEqual(labels("task: hand"), [""]);
  t.is(labels("seed: 0..999").length, 1000);
});

test("aliases and anchors are only a way of writing", (t) => {
  t.deepEqual(labels("policyHidden: [&a [8], [9]]\nvalueHidden: *a"), ["policyHidden=8", "policyHidden=9"]);
});

const many = (item: string): string => `[${Array.from({ length: 20_000 }, () => item).join()}]`;
const doubling = Array.from({ length: 40 }, (_, i) => (i === 0 ? "&a0 [1]" : `&a${i} [*a${i - 1}, *a${i - 1}]`)).join();
const excessive = /^policyHidden holds lists that are too long or too deep for any setting$/;

for (const [name, text, message] of [
  ["an empty file", "", "expected a document, but the input is empty"],
  ["only a comment", "# nothing\n", "expected a document, but the input is empty"],
  ["a syntax error", "seed: 1\ngamma: [0.9\nsteps: 3\n", /^line 3, column 1: /],
  ["a tab", "seed:\n\t- 1", /^line 2, column 1: /],
  ["two documents", "seed: 1\n---\nseed: 2\n", /more than|single document/],
  ["a list", "- seed: 1\n", "it must be a mapping of settings to values, such as seed: 1..10"],
  ["text", "seed", "it must be a mapping of settings to values, such as seed: 1..10"],
  ["an empty mapping", "{}", "it names no setting"],
  ["a key twice", "seed: 1\nseed: 2\n", /^line 2, column 1: duplicated/],
  ["code", "seed: !!js/function 'function () {}'", /^line 1, column 7: unknown scalar tag/],
  ["an unknown setting", "sede: 1", /^unknown setting "sede": /],
  ["a merge key", "<<: {seed: 1}", /^unknown setting "<<": /],
  ["the prototype", "__proto__: {seed: 1}", /^unknown setting "__proto__": /],
  ["a name of Object's", "constructor: 1", /^unknown setting "constructor": /],
  ["an empty list", "seed: []", "seed is []: name a value, or leave the setting out"],
  ["a bad value", "seed: [1, x]", 'seed is "x": it must be an integer from 0 to 9007199254740991'],
  ["nothing", "seed:", "seed is null: it must be an integer from 0 to 9007199254740991"],
  ["a mapping as value", "seed: {from: 1, to: 3}", /^seed is .*: it must be an integer/],
  ["an unknown task", "task: [cartpole, cartpol]", /^task is "cartpol": .*it must be one of hand, cartpole/],
  ["layers that are too wide", "policyHidden: [5000, 10]", /^policyHidden is \[5000,10\]: it must be one to eight/],
  ["settings that contradict each other", "sigma: [0.5, 2]", /^sigma is 2: it must lie between sigmaMin/],
  ["lists within lists", "policyHidden: [[[1]]]", excessive],
  ["a list within itself", "policyHidden: &a [*a]", excessive],
  ["aliases that double", `policyHidden: [${doubling}]`, excessive],
  ["aliases of long lists", `policyHidden: [&a ${many("1")}, ${many("*a")}]`, excessive],
  ["a list within a list", "seed: [[1, 2]]", /^seed is \[1,2\]: it must be an integer/],
  ["a backward range", "seed: 10..1", "seed is 10..1: a range goes from its lower end to its higher"],
  ["an endless range", "seed: 0..9007199254740991", "seed is 0..9007199254740991: a sweep has at most 100000 cells"],
  ["a range of reals", "gamma: 0..1", 'gamma is "0..1": it must be a number from 0 to 1'],
  ["a range out of range", "batch: 4095..4097", "batch is 4097: it must be an integer from 1 to 4096"],
  ["too many cells", "seed: 1..1000\nsteps: 1..101", "it has 101000 cells: at most 100000 are possible"],
  [
    "a value twice",
    "gamma: [0.9, 0.5, 0.90]",
    "its cells 0 and 2 are the same (gamma=0.9): name every value of a setting once",
  ],
  [
    "a value and a range",
    "seed: [1..3, 2]",
    "its cells 1 and 3 are the same (seed=2): name every value of a setting once",
  ],
] as const) {
  test(`refused in one sentence: ${name}`, (t) => {
    const { message: sentence } = t.throws(() => readSweep(text, "dir/s.yaml"), { instanceOf: UsageError })!;
    t.true(sentence.startsWith("sweep is dir/s.yaml: "), sentence);
    const rest = sentence.slice("sweep is dir/s.yaml: ".length);
    if (typeof message === "string") t.is(rest, message);
    else t.regex(rest, message);
    t.notRegex(sentence, /\n/);
  });
}
