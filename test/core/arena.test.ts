import test from "ava";
import { modelBlock } from "../../src/env/models.js";
import { tasks } from "../../src/env/task.js";
import { type Build, bytesOf, Core, moduleOf } from "./instantiate.js";

const RELEASES = ["core", "core.scalar"] as const satisfies Build[];
const MAXIMUM = 2 ** 30;
const trap = { instanceOf: WebAssembly.RuntimeError };

for (const build of RELEASES) {
  test(`${build}.wasm imports nothing and is small`, (t) => {
    t.deepEqual(WebAssembly.Module.imports(moduleOf(build)), []);
    t.true(bytesOf(build).length < 150_000);
  });

  test(`${build}.wasm says which interface it has and how it was built`, (t) => {
    const core = new Core(32, build);
    t.is(core.constant("ABI_VERSION"), 4);
    t.is(core.constant("HAS_SIMD"), build === "core" ? 1 : 0);
    t.is(core.constant("HAS_FMA"), 0);
  });

  test(`${build}.wasm: blocks are zero, aligned to 64 bytes, one behind the other`, (t) => {
    const core = new Core(32, build);
    let end = core.plain("arenaBase");
    t.true(end > 0);
    t.is(core.plain("arenaTop"), end);
    for (const bytes of [1, 64, 65, 1000, 3, 300_000, 0, 8]) {
      const block = core.plain("arenaAlloc", bytes);
      t.is(block, end);
      t.is(block % 64, 0);
      end = core.plain("arenaTop");
      t.is(end, block + Math.ceil(bytes / 64) * 64);
      const memory = new Uint8Array(core.memory.buffer);
      t.true(memory.length >= end);
      t.true(memory.subarray(block, end).every((byte) => byte === 0));
      memory.fill(0xff, block, end);
    }
    t.true(core.memory.buffer.byteLength > 300_000, "the memory grew");
  });

  test(`${build}.wasm: what has been written survives growth`, (t) => {
    const core = new Core(32, build);
    const block = core.put([1, 2, 3]);
    const before = core.memory.buffer.byteLength;
    core.plain("arenaAlloc", 2 ** 22);
    t.true(core.memory.buffer.byteLength > before);
    t.deepEqual(core.get(block, 3), [1, 2, 3]);
  });

  test(`${build}.wasm: a sealed arena traps and stays as it is`, (t) => {
    const core = new Core(32, build);
    core.plain("arenaAlloc", 100);
    const top = core.plain("arenaTop");
    core.plain("arenaSeal");
    for (const bytes of [0, 1, 100_000]) t.throws(() => core.plain("arenaAlloc", bytes), trap);
    t.throws(() => core.plain("batchCreate", 1, 1, 1), trap);
    t.is(core.plain("arenaTop"), top);
  });

  test(`${build}.wasm: more than the memory's maximum traps, and leaves the arena usable`, (t) => {
    const core = new Core(32, build);
    const top = core.plain("arenaTop");
    // the last three wrap around the address space
    for (const bytes of [MAXIMUM, 2 ** 31, 2 ** 32 - top, 2 ** 32 - 64, 2 ** 32 - 1]) {
      t.throws(() => core.plain("arenaAlloc", bytes), trap);
    }
    t.is(core.plain("arenaAlloc", 16), top);
  });

  test(`${build}.wasm: updates of a sealed core take no memory`, (t) => {
    const core = new Core(32, build);
    const block = modelBlock("cartpole");
    const environment = core.plain(
      "environmentCreate",
      tasks.cartpole!.id,
      core.putBytes(block),
      block.length,
      2,
      1n,
      2,
    );
    core.plain("arenaSeal");
    const [top, size] = [core.plain("arenaTop"), core.memory.buffer.byteLength];
    for (let i = 0; i < 2; i++) core.plain("environmentReset", environment, i);
    for (let step = 0; step < 100; step++) core.plain("environmentStep", environment);
    t.is(core.plain("arenaTop"), top);
    t.is(core.memory.buffer.byteLength, size);
  });
}
