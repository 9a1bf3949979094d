import test from "ava";
import { BlowUp } from "../src/blow-up.js";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { resolveConfig } from "../src/config.js";
import { init } from "../src/node.js";
import { consecutive } from "../src/replay.js";
import { decodeTensors, encodeTensors } from "../src/safetensors.js";
import { Trainer } from "../src/train.js";
import { Source } from "./core/numbers.js";

const config = resolveConfig({ seed: 7, steps: 900, learningStarts: 200, replayCapacity: 500, deviation: "learned" });

async function trained(steps: number): Promise<Trainer> {
  const trainer = new Trainer(await init(), config);
  for (let i = 0; i < steps; ++i) trainer.step();
  return trainer;
}

test("training from a checkpoint gives the bytes that training without a stop gives", async (t) => {
  // 333 lies within an episode, 650 past the replay's capacity
  for (const stop of [0, 150, 333, 650]) {
    const whole = await trained(stop);
    // a file that was read is a Buffer
    const restored = restoreTrainer(await init(), readCheckpoint(Buffer.from(saveTrainer(whole))));
    t.is(restored.steps, stop);
    while (!whole.done) whole.step();
    while (!restored.done) restored.step();
    t.deepEqual(restored.evaluate(), whole.evaluate());
    t.deepEqual(saveTrainer(restored), saveTrainer(whole));
  }
});

test("transitions kept elsewhere are asked for by their numbers, and only those still held", async (t) => {
  for (const [stop, from, asked] of [
    [333, 256, [0, 256]],
    [650, 640, [150, 640]],
  ] as const) {
    const whole = await trained(stop);
    const bytes = saveTrainer(whole, { replayFrom: from, metadata: { note: "mine" } });
    t.true(bytes.length < saveTrainer(whole).length - 8000);
    const checkpoint = readCheckpoint(bytes);
    t.is(checkpoint.file.metadata.note, "mine");
    const restored = restoreTrainer(await init(), checkpoint, {
      earlier: (replay, first, end) => {
        t.deepEqual([first, end], asked);
        const numbers = consecutive(first, end);
        replay.write(numbers, whole.replay.read(numbers));
      },
    });
    t.deepEqual(saveTrainer(restored), saveTrainer(whole));
    const core = await init();
    t.throws(() => restoreTrainer(core, checkpoint), { message: /transitions .* are kept elsewhere: give earlier/ });
  }
});

test("a checkpoint of another moment is another file", async (t) => {
  const trainer = await trained(300);
  const before = saveTrainer(trainer);
  trainer.step();
  t.notDeepEqual(saveTrainer(trainer), before);
});

test("evaluating does not disturb training", async (t) => {
  const plain = await trained(400);
  const evaluated = await trained(300);
  evaluated.evaluateEpisodes(3, 99);
  for (let i = 0; i < 100; ++i) evaluated.step();
  t.deepEqual(saveTrainer(evaluated), saveTrainer(plain));
});

test("what is missing, misshapen, of another kind or version is named", async (t) => {
  const bytes = saveTrainer(await trained(250));
  const file = decodeTensors(bytes);
  const core = await init();

  const without = new Map(file.tensors);
  without.delete("policy.0.weight");
  const missing = readCheckpoint(encodeTensors({ ...file, tensors: without }));
  t.throws(() => restoreTrainer(core, missing), { message: "a damaged checkpoint: it has no policy.0.weight" });

  const misshapen = new Map(file.tensors).set("value.target.1.bias", { shape: [2], data: new Float32Array(2) });
  const wrong = readCheckpoint(encodeTensors({ ...file, tensors: misshapen }));
  t.throws(() => restoreTrainer(core2, wrong), { message: "a damaged checkpoint: value.target.1.bias is 2, not 100" });

  const { format: _, ...unnamed } = file.metadata;
  t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata: unnamed })), {
    message: /not a checkpoint of valuegrad/,
  });
  const newer = { ...file.metadata, version: "5" };
  t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata: newer })), {
    message: /version 5: .* reads version 4/,
  });
  const counted = (changes: object): string =>
    JSON.stringify({ ...(JSON.parse(file.metadata.counters!) as object), ...changes });
  for (const [name, value, message] of [
    ["counters", "", /its counters are no JSON/],
    ["counters", "{}", /^a damaged checkpoint: counters\.steps is missing$/],
    ["counters", "[]", /^a damaged checkpoint: counters\.steps is missing$/],
    ["counters", counted({ steps: -1 }), /counters\.steps is -1: it must be an integer from 0$/],
    ["counters", counted({ steps: 1e300 }), /counters\.steps is 1e\+300: it must be an integer from 0$/],
    ["counters", counted({ episodes: "2" }), /counters\.episodes is "2": it must be an integer from 0$/],
    ["counters", counted({ statistics: { sigma: [1] } }), /counters\.statistics\.sigma\[1\] is missing$/],
    ["counters", counted({ steps: 2e9, replayAdded: 2e9 }), /2000000000 steps are more than there can be$/],
    ["counters", counted({ replayAdded: 251 }), /251 transitions came of 250 steps$/],
    ["counters", counted({ replayFrom: 251 }), /its transitions begin at 251 of 250, of which 500 are held$/],
    ["config", "3", /the settings are 3: they must be an object/],
    ["version", "two\nlines", /^a checkpoint of version two lines: this release reads version 4$/],
  ] as const) {
    const metadata = { ...file.metadata, [name]: value };
    t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata })), { message });
  }
  const bad = { ...file.metadata, config: '{"batch":0}' };
  t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata: bad })), { message: /batch is 0/ });
});

test("every one of 1,000 flipped bits and of 1,000 cuts of a checkpoint is noticed", async (t) => {
  const small = resolveConfig({
    ...{ steps: 60, learningStarts: 20, replayCapacity: 30, batch: 4 },
    ...{ policyHidden: [4], valueHidden: [4], modelHidden: [3] },
  });
  const trainer = new Trainer(await init(), small);
  for (let i = 0; i < 40; ++i) trainer.step();
  const bytes = saveTrainer(trainer);
  const source = new Source(1);
  const noticed = (read: (bytes: Uint8Array) => unknown, damaged: Uint8Array): boolean => {
    try {
      read(damaged);
      return false;
    } catch (error) {
      return error instanceof Error && /^not a whole safetensors file: [^\n]+$/.test(error.message);
    }
  };
  for (let i = 0; i < 1000; ++i) {
    const flipped = bytes.slice();
    flipped[source.below(bytes.length)]! ^= 1 << source.below(8);
    const cut = bytes.slice(0, source.below(bytes.length));
    for (const read of [decodeTensors, readCheckpoint]) {
      if (!noticed(read, flipped)) return t.fail(`flip ${i}`);
      if (!noticed(read, cut)) return t.fail(`cut ${i}`);
    }
  }
  return t.false(noticed(readCheckpoint, bytes));
});

test("wild states of generators and environments, in a sealed file, are read within the core's own memory", async (t) => {
  const file = decodeTensors(saveTrainer(await trained(250)));
  // a generator's words used up (assembly/core/random.ts), which stand at its byte 40; and every byte of an environment
  const cases: [name: string, change: (data: Uint8Array) => unknown][] = [
    ["random.policy_noise", (data) => new DataView(data.buffer).setInt32(40, 0x2000_0000, true)],
    ["random.policy_noise", (data) => new DataView(data.buffer).setInt32(40, -1, true)],
    ["random.replay_sampling", (data) => new DataView(data.buffer).setInt32(40, 0x2000_0000, true)],
    ["environment", (data) => data.fill(0x7f)],
  ];
  for (const [name, change] of cases) {
    const { shape, data } = file.tensors.get(name)!;
    const changed = Uint8Array.from(data);
    change(changed);
    const wild = new Map(file.tensors).set(name, { shape, data: changed });
    const trainer = restoreTrainer(await init(), readCheckpoint(encodeTensors({ ...file, tensors: wild })));
    try {
      for (let i = 0; i < 5; ++i) trainer.step();
    } catch (error) {
      t.true(error instanceof BlowUp, `${name}: ${String(error)}`);
    }
  }
  const short = new Map(file.tensors).set("environment", { shape: [3], data: new Uint8Array(3) });
  const core = await init();
  const checkpoint = readCheckpoint(encodeTensors({ ...file, tensors: short }));
  t.throws(() => restoreTrainer(core, checkpoint), { message: /^a damaged checkpoint: the snapshot has 3 bytes/ });
});

const core2 = await init();
