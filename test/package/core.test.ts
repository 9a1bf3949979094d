import { readFileSync } from "node:fs";
import test from "ava";
import { ABI_VERSION } from "../../src/abi.js";
import { Environments, init, parameterHash, resolveConfig, Trainer, tasks } from "../../src/node.js";

const address = (build: string): URL => new URL(`../../build/${build}.wasm`, import.meta.url);
const bytes = new Uint8Array(readFileSync(address("core")));
const config = resolveConfig({ steps: 520, batch: 8 });

async function train(trainer: Trainer): Promise<string> {
  while (!trainer.done) trainer.step();
  return parameterHash(trainer.agent);
}

test("a core is made of a URL, a string, a response, bytes or a module", async (t) => {
  const expected = await train(new Trainer(await init(), config));
  const headers = { "content-type": "application/wasm" };
  const sources = {
    URL: address("core"),
    "string, address": address("core").href,
    "string, path": address("core").pathname,
    "string, relative to the package's JavaScript": "../build/core.wasm",
    Response: new Response(bytes, { headers }),
    "Response without its type": new Response(bytes),
    Uint8Array: bytes,
    "Uint8Array within a larger buffer": new Uint8Array([1, 2, ...bytes, 3]).subarray(2, -1),
    ArrayBuffer: bytes.buffer,
    Module: new WebAssembly.Module(bytes),
  };
  for (const [kind, source] of Object.entries(sources)) {
    t.is(await train(new Trainer(await init(source), config)), expected, kind);
  }
});

test("bytes that are no core are refused in words", async (t) => {
  const garbage = { message: /bytes are not WebAssembly/ };
  await t.throwsAsync(() => init(new Uint8Array([1, 2, 3, 4])), garbage);
  await t.throwsAsync(() => init(new Uint8Array()), garbage);
  await t.throwsAsync(() => init(bytes.subarray(0, bytes.length - 1)), garbage);
  await t.throwsAsync(() => init(new Response("<html></html>")), garbage);
  await t.throwsAsync(() => init(new URL("nowhere.wasm", import.meta.url)), { code: "ENOENT" });
});

test("a core of another interface version is refused with both versions", async (t) => {
  const needing = (given: string): RegExp => new RegExp(`has interface version ${given}, .* need ${ABI_VERSION}:`);
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  await t.throwsAsync(() => init(new Uint8Array(magic)), { message: needing("none") });
  const global = [6, 7, 1, 0x7f, 0, 0x41, 0xe3, 0, 0x0b]; // one constant i32, 99
  const name = [...new TextEncoder().encode("ABI_VERSION")];
  const exported = [7, name.length + 4, 1, name.length, ...name, 3, 0];
  const other = new Uint8Array([...magic, ...global, ...exported]);
  await t.throwsAsync(() => init(other), { message: needing("99") });
});

test("the fma build runs where the host has relaxed SIMD, and is refused with the reason elsewhere", async (t) => {
  const fma = readFileSync(address("core.fma"));
  if (WebAssembly.validate(fma)) {
    const core = await init(fma);
    t.truthy(core.exports.HAS_FMA.value);
  } else {
    await t.throwsAsync(() => init(fma), { message: /core\.fma\.wasm also relaxed SIMD/ });
  }
  const core = await init();
  t.falsy(core.exports.HAS_FMA.value);
  t.truthy(core.exports.HAS_SIMD.value);
  t.falsy((await init(address("core.scalar"))).exports.HAS_SIMD.value);
});

test("instances are independent: what is interleaved ends as it does alone", async (t) => {
  const module = await WebAssembly.compile(bytes);
  const other = resolveConfig({ ...config, seed: 2 });
  const alone = [];
  for (const settings of [config, other]) alone.push(await train(new Trainer(await init(module), settings)));
  t.not(alone[0], alone[1]);

  const [first, second] = [await init(module), await init(module)];
  t.not(first.exports.memory, second.exports.memory);
  const trainers = [new Trainer(first, config), new Trainer(second, other)];
  for (let step = 0; step < config.steps; ++step) for (const trainer of trainers) trainer.step();
  t.deepEqual(await Promise.all(trainers.map(({ agent }) => parameterHash(agent))), alone);
});

test("a core in use takes up nothing more and says what to do", async (t) => {
  const core = await init();
  new Trainer(core, config);
  t.throws(() => new Environments(core, tasks.cartpole!, 1, 1), {
    message: /create every agent and environment before/,
  });
  t.throws(() => new Trainer(core, config), { message: /call init\(\) again/ });
});
