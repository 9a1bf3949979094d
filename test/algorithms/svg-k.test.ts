import test from "ava";
import { resolveConfig, UsageError } from "../../src/config.js";
import { init } from "../../src/node.js";
import { consecutive } from "../../src/replay.js";
import { Trainer } from "../../src/train.js";

const small = { policyHidden: [8], valueHidden: [8], modelHidden: [4], batch: 6, evaluationEpisodes: 1 };

interface Update {
  readonly step: number;
  readonly rows: number[];
  readonly ends: number[];
  /** Importance weights, before the update accumulates them. */
  readonly weights: number[];
}

/** What every policy update of a run learned from. */
async function updates(settings: Record<string, unknown>): Promise<{ trainer: Trainer; updates: Update[] }> {
  const trainer = new Trainer(await init(), resolveConfig({ ...small, ...settings }));
  const { learning } = trainer;
  const seen: Update[] = [];
  let weights: number[] = [];
  learning.watch = (phase) => {
    if (phase === "derivatives") weights = [...learning.batch.weight];
    if (phase !== "policy") return;
    seen.push({ step: trainer.steps, rows: [...learning.rows], ends: [...learning.batch.ends], weights });
  };
  while (!trainer.done) trainer.step();
  return { trainer, updates: seen };
}

test("svg1 learns from every step of its policy once, at intervals and at the end of an episode", async (t) => {
  const settings = { task: "cartpole", algorithm: "svg1", steps: 600, learningStarts: 100, policyInterval: 40 };
  const { trainer, updates: seen } = await updates(settings);
  // episodes of 250 steps: six intervals and a rest of ten
  const expected = [120, 160, 200, 240, 250, 290, 330, 370, 410, 450, 490, 500, 540, 580];
  t.deepEqual(
    seen.map(({ step }) => step),
    expected,
  );
  // a replay that forgets within an episode changes nothing
  for (const replayCapacity of [100, 120]) {
    const { updates: others } = await updates({ ...settings, replayCapacity });
    t.deepEqual(
      others.map(({ step }) => step),
      expected,
    );
  }
  t.is(trainer.updates, expected.length);
  for (const [i, { step, rows, weights }] of seen.entries()) {
    t.deepEqual(rows, [...consecutive(i === 0 ? 80 : expected[i - 1]!, step)]);
    t.true(weights.every((w) => Math.abs(w - 1) < 1e-4));
  }
});

test("svg-k on fresh data cuts them into pieces, the last of which may be shorter", async (t) => {
  const settings = { task: "cartpole", algorithm: "svg-k", policyData: "fresh", horizon: 4, policyInterval: 10 };
  const { updates: seen } = await updates({ ...settings, steps: 30, learningStarts: 20 });
  t.deepEqual(
    seen.map(({ step }) => step),
    [20, 30],
  );
  const [first] = seen;
  t.deepEqual(first!.ends.slice(0, 3), [3, 3, 1]);
  // row t pieces + p is step t of piece p; what is left of the last piece repeats its end
  t.deepEqual(first!.rows, [10, 14, 18, 11, 15, 19, 12, 16, 19, 13, 17, 19]);
});

test("svg-k replays from fewer transitions than its pieces have room for, but wants its newest ones whole", async (t) => {
  const settings = { task: "cartpole", algorithm: "svg-k", horizon: 5, steps: 30, learningStarts: 20 };
  const { updates: seen } = await updates({ ...settings, replayCapacity: 3 });
  t.is(seen.length, 22);
  for (const { rows, ends } of seen) {
    t.is(rows.length, 30);
    t.true(rows.every((row) => row < 3));
    t.true(ends.slice(0, 6).every((end) => end < 3));
  }
  t.true(seen.some(({ ends }) => ends[0] === 2));
  const fresh = { ...settings, policyData: "fresh", policyInterval: 10, replayCapacity: 9 };
  await t.throwsAsync(updates(fresh), {
    instanceOf: UsageError,
    message: "replayCapacity and steps allow for 9 transitions: svg-k learns from 10 at once",
  });
});

test("svg-k replays pieces that end with their episode, the newest transition, or after k steps", async (t) => {
  const settings = { task: "walker", algorithm: "svg-k", horizon: 5, earlyTermination: "on", steps: 300 };
  const { trainer, updates: seen } = await updates({ ...settings, learningStarts: 200 });
  const { terminated, truncated } = trainer.replay;
  const ended = (at: number): boolean => terminated[at] === 1 || truncated[at] === 1;
  t.is(seen.length, 101);
  const reasons = { episode: 0, newest: 0, length: 0 };
  for (const { step, rows, ends, weights } of seen) {
    for (let p = 0; p < 6; p++) {
      const piece = rows.filter((_, row) => row % 6 === p);
      const end = ends[p]!;
      t.deepEqual(piece.slice(0, end + 1), [...consecutive(piece[0]!, piece[0]! + end + 1)]);
      t.true(piece.slice(0, end).every((at) => !ended(at)));
      t.true(piece.slice(end).every((at) => at === piece[end]));
      if (ended(piece[end]!)) reasons.episode++;
      else if (piece[end] === step - 1) reasons.newest++;
      else {
        t.is(end, 4);
        reasons.length++;
      }
      let product = 1;
      for (let time = 0; time <= end; time++) {
        product *= weights[time * 6 + p]!;
        t.true(product <= 5.0001);
      }
    }
  }
  t.true(reasons.episode > 5 && reasons.newest > 0 && reasons.length > 300, JSON.stringify(reasons));
});

test("svg-k is another gradient than svg1-er, and every k its own", async (t) => {
  const gradient = async (settings: Record<string, unknown>) => {
    const { trainer } = await updates({ task: "cartpole", steps: 120, learningStarts: 110, ...settings });
    return [...trainer.agent.policy.gradient];
  };
  const gradients = [
    await gradient({ algorithm: "svg1-er" }),
    await gradient({ algorithm: "svg-k", horizon: 2 }),
    await gradient({ algorithm: "svg-k", horizon: 3 }),
    await gradient({ algorithm: "svg-k", horizon: 3, model: "exact" }),
  ];
  for (const [i, one] of gradients.entries()) {
    t.true(one.every(Number.isFinite) && one.some((g) => g !== 0));
    for (const other of gradients.slice(i + 1)) t.notDeepEqual(one, other);
  }
});
