import test from "ava";
import { readCheckpoint, restoreTrainer, saveTrainer } from "../src/checkpoint.js";
import { resolveConfig } from "../src/config.js";
import { init } from "../src/node.js";
import { consecutive } from "../src/replay.js";
import { decodeTensors, encodeTensors } from "../src/safetensors.js";
import { Trainer } from "../src/train.js";

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
  const newer = { ...file.metadata, version: "4" };
  t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata: newer })), {
    message: /version 4: .* reads version 3/,
  });
  for (const [name, value, message] of [
    ["counters", "", /its counters are no JSON/],
    ["counters", "{}", /its counters are not whole: /],
    ["config", "3", /its config is no object/],
  ] as const) {
    const metadata = { ...file.metadata, [name]: value };
    t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata })), { message });
  }
  const bad = { ...file.metadata, config: '{"batch":0}' };
  t.throws(() => readCheckpoint(encodeTensors({ ...file, metadata: bad })), { message: /batch is 0/ });
});

const core2 = await init();
