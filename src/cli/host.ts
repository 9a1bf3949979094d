/** What to do where relaxed SIMD is missing: Node 20 has it behind a flag. */
export function v8Hint(): string {
  const major = Number(process.versions.node.split(".")[0]);
  return major < 22 ? "; Node 20 runs it with node --experimental-wasm-relaxed-simd build/cli.js" : "";
}
