import test from "ava";
import { settings } from "../src/config.js";
import { tasks } from "../src/env/task.js";
import { didYouMean, oneLine, shorten } from "../src/wording.js";

const names = Object.keys(settings);

for (const [given, known, guess] of [
  ["learningRate", names, "did you mean modelLearningRate, valueLearningRate or policyLearningRate? "],
  ["learning-starts", names, "did you mean learningStarts? "],
  ["LEARNING_STARTS", names, "did you mean learningStarts? "],
  ["learningStart", names, "did you mean learningStarts? "],
  ["sede", names, "did you mean seed? "],
  ["evalEpisodes", names, "did you mean evaluationEpisodes? "],
  ["sigmamin", names, "did you mean sigmaMin? "],
  ["cartpol", Object.keys(tasks), "did you mean cartpole? "],
  ["swimmer", Object.keys(tasks), "did you mean swimmer3, swimmer5 or swimmer7? "],
  ["reacher", Object.keys(tasks), "did you mean reacher-4target or reacher-moving? "],
  ["tahn", ["tanh", "none"], "did you mean tanh? "],
  ["rk4", ["Euler", "implicitfast", "RK4"], "did you mean RK4? "],
  ["dropout", names, ""],
  ["k", ["j"], ""],
  ["", names, ""],
  ["---", names, ""],
  ["x".repeat(1e7), names, ""],
  ["seed", [], ""],
] as const) {
  test(`for ${shorten(given)} of ${known.length} names: ${guess === "" ? "no guess" : guess}`, (t) => {
    t.is(didYouMean(given, known), guess);
  });
}

test("a quoted value is one short line without characters that steer a terminal", (t) => {
  t.is(shorten("two\r\n lines\u2028more\u001b[31m"), "two lines more [31m");
  t.is(shorten("a".repeat(61)), `${"a".repeat(57)}...`);
  t.is(shorten("a".repeat(60)), "a".repeat(60));
  t.is(oneLine("a\u0000\u009b31m\tb"), "a 31m b");
});
