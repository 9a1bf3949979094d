import test from "ava";
import { type Task, tasks } from "../../src/env/task.js";
import { taskProblems } from "../../src/env/task-problems.js";
import { task } from "./point.js";

test("every built-in task is in order, and so is a user's", (t) => {
  for (const one of [...Object.values(tasks), task]) t.deepEqual(taskProblems(one), [], one.name);
  t.deepEqual(taskProblems({ ...task, constant: [], frames: [], failure: "it falls" }), []);
});

const state = ([low, high]: readonly [number, number], name = "position") => [
  { name, unit: "m", low, high },
  task.state[1],
];

/** What is changed in a task, and what is then said of it. */
const wrong: readonly (readonly [change: { readonly [Field in keyof Task]?: unknown }, ...problems: string[]])[] = [
  [{ name: "" }, 'name is "": it must be a text that is not empty'],
  [{ summary: 3 }, "summary is 3: it must be a text that is not empty"],
  [{ state: [] }, "state is an Array of 0: it must be an array that is not empty"],
  [{ state: [{ name: "x", unit: "m", low: 0 }] }, "state[0].high is missing"],
  [{ state: state([Number.NaN, 1]) }, "state[0].low is NaN: it must be a number"],
  [{ state: state([1, -1]) }, "state[0].low is 1: it must be below high (-1)"],
  [{ state: state([-1, 1], "velocity") }, 'state[0] and state[1] are both named "velocity": names must differ'],
  [
    { action: [{ name: "force", unit: "N", low: -10, high: 10 }] },
    "action[0].low is -10: actions are in units of the actuator, between -1 and 1",
    "action[0].high is 10: actions are in units of the actuator, between -1 and 1",
  ],
  [{ controlStep: 0 }, "controlStep is 0: it must be a finite number above 0, in s"],
  [{ episodeSteps: 0 }, "episodeSteps is 0: it must be an integer from 1"],
  [{ episodeSteps: 9.5 }, "episodeSteps is 9.5: it must be an integer from 1"],
  [{ finite: "yes" }, 'finite is "yes": it must be true or false'],
  [{ features: [] }, "features is an Array of 0: it must be an array that is not empty"],
  [
    { features: [{ kind: "identity", of: [[0, 1]], scale: 1 }] },
    'features[0].kind is "identity": it must be one of linear, sin, cos, rotated, sum',
  ],
  [{ features: [{ kind: "linear", of: [[2, 1]], scale: 1 }] }, "features: feature 0 reads state dimension 2 of 2"],
  [{ features: [{ kind: "linear", of: [[0, 1]], scale: Infinity }] }, "features: feature 0 has scale Infinity"],
  [{ predicted: [0, 2] }, "predicted[1] is 2: it must be a state dimension, an integer from 0 to 1"],
  [
    { predicted: [0, 0] },
    "predicted[0] and predicted[1] are both 0: a state dimension is predicted, constant or the clock, once",
  ],
  [
    { constant: [1] },
    "predicted[1] and constant[0] are both 1: a state dimension is predicted, constant or the clock, once",
  ],
  [
    { predicted: [1], clock: 1 },
    "predicted[0] and clock are both 1: a state dimension is predicted, constant or the clock, once",
  ],
  [{ frames: [{ x: 0, y: 0, angle: [] }] }, "frames: frame 0 names state dimension 0 twice"],
  [{ frames: [{ x: 0, angle: [] }] }, "frames[0].y is missing"],
  [
    { reward: [task.reward[0], task.reward[0]] },
    'reward[0] and reward[1] are both named "position": names must differ',
  ],
  [{ score: { ...task.score, window: 61 } }, "score.window is 61: it must be an integer from 1 to episodeSteps (60)"],
  [{ score: { ...task.score, threshold: Infinity } }, "score.threshold is Infinity: it must be a finite number"],
  [{ score: { ...task.score, better: "most" } }, 'score.better is "most": it must be "higher" or "lower"'],
  [{ score: { ...task.score, share: 80 } }, "score.share is 80: it must be a number above 0, at most 1"],
  [{ defaults: { gamma: 2 } }, "defaults: gamma is 2: it must be a number from 0 to 1"],
  [{ defaults: 3 }, "defaults is 3: it must be an object"],
];

for (const [change, ...problems] of wrong) {
  test(`said of a task: ${problems.join("; ")}`, (t) => {
    t.deepEqual(taskProblems({ ...task, ...change }), problems);
  });
}

test("every field that is missing is named", (t) => {
  const optional = ["defaults"];
  for (const name of Object.keys(task).filter((field) => !optional.includes(field))) {
    const { [name as keyof Task]: _, ...rest } = task;
    t.deepEqual(taskProblems(rest), [`${name} is missing`]);
  }
  t.deepEqual(taskProblems(undefined), ["the task is undefined: it must be an object"]);
  t.regex(
    taskProblems({ ...task, defaults: { gama: 0.9 } }).join(),
    /^defaults: unknown setting "gama": did you mean gamma\? the settings are/,
  );
});
