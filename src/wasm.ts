import { instantiateSync } from "@assemblyscript/loader";
import { ABI_VERSION, type CoreExports } from "./abi.js";

/** What a core can be made of: where its bytes are, the bytes, or the compiled module. */
export type CoreSource = URL | string | Response | BufferSource | WebAssembly.Module;

/** Reads a file or fetches an address: what differs between Node and browsers. */
export type Read = (address: URL) => Promise<Response | BufferSource>;

/**
 * One instance of the WebAssembly core, with its own memory: one learner with its environments. Set-up allocates; the first view of
 * the memory seals it, so views never go stale.
 */
export class Core {
  readonly exports: CoreExports;
  #sealed = false;

  constructor(exports: CoreExports) {
    this.exports = exports;
  }

  get sealed(): boolean {
    return this.#sealed;
  }

  /** Ends set-up. Views are made after it only. */
  seal(): void {
    if (this.#sealed) return;
    this.exports.arenaSeal();
    this.#sealed = true;
  }

  /**
   * Takes `bytes` zeroed bytes.
   * @throws Error when the core is sealed.
   */
  alloc(bytes: number): number {
    this.expectOpen();
    return this.exports.arenaAlloc(bytes);
  }

  /** @throws Error when the core is sealed, so that nothing more can be created in it. */
  expectOpen(): void {
    if (this.#sealed) {
      throw new Error(
        "this core is in use: create every agent and environment before the first of them acts, or call init() again",
      );
    }
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.exports.arenaTop() - this.exports.arenaBase();
  }
}

/** Not by its class: in Node the first mention of Response loads all of fetch, which takes 40 ms. */
const isResponse = (loaded: object): loaded is Response => "arrayBuffer" in loaded;

/**
 * Makes an instance from a source.
 * @throws Error when the host lacks a WebAssembly feature of this build (SIMD; relaxed SIMD for the fma build), or when the bytes
 * are not a core of this version.
 */
export async function instantiateCore(source: CoreSource, read: Read): Promise<Core> {
  const address = typeof source === "string" ? new URL(source, import.meta.url) : source;
  const loaded = address instanceof URL ? await read(address) : address;
  const code = isResponse(loaded) ? await loaded.arrayBuffer() : loaded;
  if (!(code instanceof WebAssembly.Module) && !WebAssembly.validate(code)) {
    throw new Error(
      "this host cannot run the core: its WebAssembly lacks a feature that this build uses (core.wasm and core.fma.wasm need SIMD, " +
        "core.fma.wasm also relaxed SIMD, core.scalar.wasm neither), or the bytes are not WebAssembly",
    );
  }
  const module = code instanceof WebAssembly.Module ? code : await WebAssembly.compile(code);
  // the loader's asynchronous form mentions Response
  const { exports } = instantiateSync<Record<string, unknown>>(module);
  const core = exports as unknown as CoreExports;
  if (core.ABI_VERSION?.value !== ABI_VERSION) {
    throw new Error(
      `the core has interface version ${core.ABI_VERSION?.value ?? "none"}, these bindings need ${ABI_VERSION}: take both from one release of valuegrad`,
    );
  }
  return new Core(core);
}
