import test from "ava";
import { consecutive, Replay, type TransitionBatch } from "../src/replay.js";

const emptyBatch = (rows: number, S: number, A: number): TransitionBatch => ({
  s: new Float32Array(rows * S),
  a: new Float32Array(rows * A),
  sNext: new Float32Array(rows * S),
  reward: new Float32Array(rows),
  terminated: new Float32Array(rows),
  behaviourLogProb: new Float32Array(rows),
});

/** A transition whose every number tells which one it is. */
function addNumbered(replay: Replay, n: number): void {
  replay.add([n, n + 0.25], [n + 0.5], -n, [n + 1, n + 1.25], n / 8, n % 3 === 0, n % 2 === 0);
}

test("a gathered batch holds the transitions that were asked for, in order", (t) => {
  const replay = new Replay(10, 2, 1);
  for (let n = 0; n < 7; ++n) addNumbered(replay, n);
  const batch = emptyBatch(3, 2, 1);
  replay.gather(Int32Array.of(6, 0, 3), 3, batch);
  t.deepEqual([...batch.s], [6, 6.25, 0, 0.25, 3, 3.25]);
  t.deepEqual([...batch.a], [6.5, 0.5, 3.5]);
  t.deepEqual([...batch.sNext], [7, 7.25, 1, 1.25, 4, 4.25]);
  t.deepEqual([...batch.reward], [-6, -0, -3]);
  t.deepEqual([...batch.terminated], [1, 1, 1]);
  t.deepEqual([...batch.behaviourLogProb], [0.75, 0, 0.375]);
});

test("a time limit is not an end: truncated is stored apart and never reaches the batch's terminated", (t) => {
  const replay = new Replay(4, 1, 1);
  replay.add([0], [0], 0, [1], 0, false, true);
  replay.add([0], [0], 0, [1], 0, true, false);
  t.deepEqual([...replay.truncated.subarray(0, 2)], [1, 0]);
  const batch = emptyBatch(2, 1, 1);
  replay.gather(Int32Array.of(0, 1), 2, batch);
  t.deepEqual([...batch.terminated], [0, 1]);
});

test("a full buffer forgets its oldest transition", (t) => {
  const replay = new Replay(3, 2, 1);
  for (let n = 0; n < 5; ++n) addNumbered(replay, n);
  t.is(replay.size, 3);
  t.is(replay.added, 5);
  t.deepEqual([...replay.reward], [-3, -4, -2]);
});

test("transitions are read by their numbers, and written back to the same places", (t) => {
  const replay = new Replay(5, 2, 1);
  for (let n = 0; n < 13; ++n) addNumbered(replay, n);
  const columns = replay.read(consecutive(8, 13));
  t.deepEqual([...columns.s], [8, 8.25, 9, 9.25, 10, 10.25, 11, 11.25, 12, 12.25]);
  t.deepEqual([...columns.reward], [-8, -9, -10, -11, -12]);
  t.deepEqual([...columns.terminated], [0, 1, 0, 0, 1]);
  t.deepEqual([...replay.read([10, 8]).a], [10.5, 8.5]);
  t.deepEqual(
    [0, 1, 2, 3, 4].map((index) => replay.numberAt(index)),
    [10, 11, 12, 8, 9],
  );

  const copy = new Replay(5, 2, 1);
  copy.resume(13);
  copy.write([12, 9, 11, 10], replay.read([12, 9, 11, 10]));
  const older = replay.read([8, 8]);
  older.reward[0] = 99;
  copy.write([7, 8], older);
  t.deepEqual(copy.read(consecutive(8, 13)), columns, "number 7 is no longer held");
  addNumbered(copy, 13);
  addNumbered(replay, 13);
  for (const name of ["s", "a", "sNext", "behaviourLogProb", "truncated"] as const)
    t.deepEqual(copy[name], replay[name]);
  t.is(copy.size, 5);
});

test("the stated bytes per transition are what the arrays take", (t) => {
  const replay = new Replay(100, 18, 6);
  const arrays = [
    replay.s,
    replay.a,
    replay.sNext,
    replay.reward,
    replay.behaviourLogProb,
    replay.terminated,
    replay.truncated,
  ];
  const bytes = arrays.reduce((sum, array) => sum + array.byteLength, 0);
  t.is(bytes, 100 * Replay.bytesPerTransition(18, 6));
});

test("deviations of changes: of each dimension, in its frame where it has one, 1 where nothing changes", (t) => {
  const replay = new Replay(8, 5, 1);
  // changes across a body, which is turned by twice dimension 4, are three times those along it
  const body = [
    [2, 6],
    [-2, 6],
    [2, -6],
    [-2, -6],
  ] as const;
  for (const [n, [along, across]] of body.entries()) {
    const angle = 1.1 * n - 20;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const state = [0, n, 0.25 * n, 5, angle / 2];
    replay.add(
      state,
      [0],
      0,
      [c * along - s * across, n + s * along + c * across, n, 5, angle / 2 + 1],
      0,
      false,
      false,
    );
  }
  const frame = { x: 0, y: 1, angle: [[4, 2]] } as const;
  const near = (actual: readonly number[], expected: readonly number[]) => {
    t.is(actual.length, expected.length);
    for (const [d, x] of expected.entries()) t.true(Math.abs(actual[d]! - x) < 1e-5, `${d}: ${actual[d]}, not ${x}`);
  };
  const own = Math.sqrt((0.75 ** 2 * 5) / 4);
  near(replay.changeDeviations([3, 1, 2, 0], [frame]), [1, 6, own, 2]);
  near(replay.changeDeviations([0, 1], [{ ...frame, x: 1, y: 0, angle: [[4, -2]] }]), [2, 6]);
  const plain = replay.changeDeviations([3, 1, 2, 0]);
  near([plain[0]!, plain[2]!], [1, own]);
  // turned, the pair's squares are shared out otherwise
  t.true(Math.abs(plain[1]! - 6) > 0.1 && Math.abs(plain[3]! - 2) > 0.1);
});

test("the last transitions are found in the order in which they were added, also where the buffer begins anew", (t) => {
  const replay = new Replay(5, 2, 1);
  for (let n = 0; n < 7; ++n) addNumbered(replay, n);
  const batch = emptyBatch(4, 2, 1);
  replay.gather(replay.last(4), 4, batch);
  t.deepEqual([...batch.s], [3, 3.25, 4, 4.25, 5, 5.25, 6, 6.25]);
  t.throws(() => replay.last(6), { instanceOf: RangeError, message: "count is 6: the replay holds 5 transitions" });
});
