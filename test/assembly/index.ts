// The binary interface of the test build: the core's generic functions, each once with f32 (its name ends in 32) and once with
// f64 (64), and a look into structures that the release build keeps to itself. test/core/instantiate.ts loads it.

export * from "./linalg";
export * from "./nn";
export * from "./random";
export * from "./svg";
