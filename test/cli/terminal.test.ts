import test from "ava";
import chalk from "chalk";
import { createProgress, formatDuration, terminalCurve } from "../../src/cli/terminal.js";
import { Memory, record } from "./screen.js";

const csi = "\u001b[";

const rise = Array.from({ length: 11 }, (_, index) => record(index * 1000, -240 + index * 40));

test("a pipe gets one plain line per evaluation and nothing else", (t) => {
  const stream = new Memory();
  const progress = createProgress({ stream, interactive: false, total: 10_000, task: "cartpole" });
  progress.update({ step: 10, lastReturn: null, updatesPerSecond: 0, secondsLeft: Infinity });
  progress.record(record(0, -240.25), { step: 0, seconds: 0.2, updatesPerSecond: 0 });
  progress.update({ step: 5000, lastReturn: -240, updatesPerSecond: 300, secondsLeft: 20 });
  progress.record(record(10_000, 170, true), { step: 10_000, seconds: 83.7, updatesPerSecond: 312.4 });
  progress.stop();
  t.is(
    stream.text,
    "step      0  return  -240.3 (-250.8 to -232.0)  score -0.500  0:00  0 updates/s\n" +
      "step 10,000  return   170.0 ( 159.5 to  178.3)  score  0.971  1:24  312 updates/s  solved\n",
  );
});

test("no control character reaches a stream that is not interactive, even if it is a terminal", (t) => {
  const stream = new Memory({ isTTY: true });
  const progress = createProgress({ stream, interactive: false, total: 10_000, task: "cartpole" });
  for (const one of rise) progress.record(one, { step: one.step, seconds: 1, updatesPerSecond: 1 });
  progress.stop();
  t.is(stream.text.split("\n").length, rise.length + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  t.notRegex(stream.text, /[\u0000-\u0009\u000b-\u001f\u007f]/);
});

test.serial("in a terminal the bar stays below the lines of the evaluations", (t) => {
  const stream = new Memory({ isTTY: true, columns: 100 });
  const progress = createProgress({ stream, interactive: true, total: 10_000, task: "cartpole" });
  t.teardown(() => progress.stop());
  progress.update({ step: 2500, lastReturn: -200, updatesPerSecond: 310, secondsLeft: 3723 });
  progress.record(record(2500, -123.4), { step: 2500, seconds: 9, updatesPerSecond: 310 });
  progress.record(record(5000, 56.7), { step: 5000, seconds: 19, updatesPerSecond: 310 });
  const [first, second, bar, ...more] = stream.screen;
  t.deepEqual(more, []);
  t.is(first, "step  2,500  return  -123.4 (-133.9 to -115.2)  score -0.500  0:09");
  t.is(second, "step  5,000  return    56.7 (  46.2 to   65.0)  score -0.500  0:19");
  t.regex(bar ?? "", /^cartpole █+░+ {2}50% {2} 5,000\/10,000 {2}return {3}56\.7 {2} 310 updates\/s {2}1:02:03 left$/);
  const [filled, open] = [bar?.match(/█/g)?.length ?? 0, bar?.match(/░/g)?.length ?? 0];
  t.true(Math.abs(filled - open) <= 1, `${filled} and ${open}`);
  t.true((bar ?? "").length < 100);
});

test.serial("an exit without a stop gives the terminal back, too", (t) => {
  const before = process.listeners("exit");
  const stream = new Memory({ isTTY: true });
  const progress = createProgress({ stream, interactive: true, total: 10_000, task: "cartpole" });
  t.teardown(() => progress.stop());
  const added = process.listeners("exit").filter((listener) => !before.includes(listener));
  t.is(added.length, 1);
  t.false(stream.text.includes(`${csi}?25h`));
  added[0]?.(130);
  t.true(stream.text.includes(`${csi}?25h`));
  t.deepEqual(process.listeners("exit"), before, "nothing is left to be called");
});

test.serial("a bar that did not move is drawn again below a new line", (t) => {
  const stream = new Memory({ isTTY: true });
  const progress = createProgress({ stream, interactive: true, total: 10_000, task: "cartpole" });
  t.teardown(() => progress.stop());
  for (let time = 0; time < 3; time += 1) {
    progress.record(record(2500, -123.4), { step: 2500, seconds: 9, updatesPerSecond: 310 });
  }
  t.is(stream.screen.length, 4);
  t.regex(stream.screen[3] ?? "", /25%/);
});

test.serial("stopping clears the bar, gives the terminal back and may be repeated", (t) => {
  const stream = new Memory({ isTTY: true });
  const progress = createProgress({ stream, interactive: true, total: 10_000, task: "cartpole" });
  progress.record(record(2500, -123.4), { step: 2500, seconds: 9, updatesPerSecond: 310 });
  progress.stop();
  const { text } = stream;
  t.deepEqual(stream.screen.slice(1), [""]);
  t.true(text.lastIndexOf(`${csi}?25h`) > text.lastIndexOf(`${csi}?25l`), "the cursor is visible");
  t.true(text.lastIndexOf(`${csi}?7h`) > text.lastIndexOf(`${csi}?7l`), "lines wrap");
  progress.stop();
  progress.update({ step: 2600, lastReturn: -200, updatesPerSecond: 310, secondsLeft: 1 });
  progress.record(record(5000, 1), { step: 5000, seconds: 9, updatesPerSecond: 310 });
  t.is(stream.text, text, "nothing is drawn afterwards");
});

for (const columns of [20, 40, 60, 70, 80, 200]) {
  test.serial(`the bar fits into ${columns} columns`, (t) => {
    const stream = new Memory({ isTTY: true, columns });
    const progress = createProgress({ stream, interactive: true, total: 10_000, task: "cartpole" });
    t.teardown(() => progress.stop());
    progress.record(record(2500, -123.4), { step: 2500, seconds: 9, updatesPerSecond: 310 });
    const bar = stream.screen.at(-1) ?? "";
    t.regex(bar, /25%/);
    t.true(bar.length < columns, `${bar.length} characters`);
  });
}

test.serial("NO_COLOR takes the colours away and leaves the bar", (t) => {
  const [level, variable] = [chalk.level, process.env.NO_COLOR];
  t.teardown(() => {
    chalk.level = level;
    if (variable === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = variable;
  });
  chalk.level = 1;
  delete process.env.NO_COLOR;
  const draw = (): Memory => {
    const stream = new Memory({ isTTY: true });
    const progress = createProgress({ stream, interactive: true, total: 10_000, task: "cartpole" });
    t.teardown(() => progress.stop());
    progress.record(record(10_000, 170, true), { step: 10_000, seconds: 9, updatesPerSecond: 310 });
    return stream;
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's control sequences
  const colour = /\u001b\[\d+m/;
  const coloured = draw();
  t.regex(coloured.text, colour);
  process.env.NO_COLOR = "1";
  const plain = draw();
  t.notRegex(plain.text, colour);
  t.deepEqual(plain.screen, coloured.screen);
});

for (const [seconds, text] of [
  [0, "0:00"],
  [7.4, "0:07"],
  [59.6, "1:00"],
  [750, "12:30"],
  [3599.4, "59:59"],
  [3723, "1:02:03"],
  [360_000, "100:00:00"],
  [-1, "0:00"],
  [Infinity, "-:--"],
] as const) {
  test(`${seconds} seconds are written ${text}`, (t) => t.is(formatDuration(seconds), text));
}

test("the curve rises from the lower left to the upper right between labelled axes", (t) => {
  const lines = terminalCurve(rise, { columns: 80, colour: false }).split("\n");
  t.is(lines[0], "evaluation return");
  t.is(lines.at(-1)?.trim(), "environment steps");
  t.deepEqual(lines.at(-2)?.trim().split(/\s+/), ["0", "5,000", "10,000"]);
  const labels = lines.map((line) => /^ *(\S+)┤/.exec(line)?.[1]).filter((label) => label !== undefined);
  t.deepEqual(labels, ["100", "0", "-100", "-200"]);
  const drawn = lines.filter((line) => /[━┏┛]/.test(line));
  t.true(drawn.length >= 10 && drawn.length <= 12, `${drawn.length} rows`);
  const starts = drawn.map((line) => line.search(/[━┏┛]/));
  t.deepEqual(
    starts,
    starts.toSorted((a, b) => b - a),
  );
});

for (const columns of [30, 50, 80, 120, 400]) {
  test(`the curve fits into ${columns} columns`, (t) => {
    const many = Array.from({ length: 1000 }, (_, index) => record(index * 1000, ((index * 7919) % 400_000) - 250_000));
    for (const metrics of [rise, many, rise.slice(0, 2)]) {
      const lines = terminalCurve(metrics, { columns, colour: false }).split("\n");
      t.true(lines.length >= 14 && lines.length <= 18, `${lines.length} lines`);
      t.true(Math.max(...lines.map((line) => line.length)) <= columns);
      t.false(lines.join("").includes(csi));
    }
  });
}

test("colours change nothing but the colour of the curve", (t) => {
  const coloured = terminalCurve(rise, { columns: 60, colour: true });
  t.true(coloured.includes(csi));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's control sequences
  t.is(coloured.replace(/\u001b\[\d+m/g, ""), terminalCurve(rise, { columns: 60, colour: false }));
});

test("equal returns draw a level line at their value", (t) => {
  const lines = terminalCurve([record(0, -3), record(1000, -3)], { columns: 60, colour: false }).split("\n");
  t.is(lines.filter((line) => line.includes("━")).length, 1);
  t.regex(lines.find((line) => line.includes("━")) ?? "", /^ *-3┤━+$/);
});

test("there is no curve of fewer than two evaluations or in too few columns", (t) => {
  t.is(terminalCurve([], { columns: 80, colour: false }), "");
  t.is(terminalCurve(rise.slice(0, 1), { columns: 80, colour: false }), "");
  t.is(terminalCurve(rise, { columns: 12, colour: false }), "");
});
