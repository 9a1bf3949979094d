// A peer of the core: runs ONNX files in one of the two runtimes, as it is told on standard input (serve.mjs). Each needs a process of
// its own, because they share one registry of backends. Usage: node onnx.mjs onnxruntime-node|onnxruntime-web

import { serve } from "./serve.mjs";

const [name] = process.argv.slice(2);
const { env, InferenceSession, Tensor } = await import(name);
if (name === "onnxruntime-web") env.wasm.numThreads = 1;

async function run({ model, numbers }) {
  const session = await InferenceSession.create(Buffer.from(model, "base64"), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = Object.fromEntries(
    session.inputNames.map((input) => {
      const { shape, data } = numbers[input];
      return [input, new Tensor("float32", Float32Array.from(data), shape)];
    }),
  );
  return {
    turn: () => session.run(feeds),
    results: async () => {
      const outputs = Object.entries(await session.run(feeds));
      return Object.fromEntries(outputs.map(([output, { data }]) => [output, Array.from(data)]));
    },
    release: () => session.release(),
  };
}

const versions = Object.values(env.versions).filter((version) => version !== undefined);
await serve(`${name} ${versions.at(-1)}`, name, { "mlp forward": run, acting: run });
