import test from "ava";
import { type Bits, BOTH, Core, padded } from "./instantiate.js";
import { assertAdjoint, assertClose, assertGradient, assertZero, centralDifferences, dot, Source } from "./numbers.js";

const A = 3;
const B = 5;
/** Numbers of a row of network outputs that count, and with padding. */
const Z = 2 * A;
const ROW = padded(Z);
const [SIGMA_MIN, SIGMA_MAX] = [0.05, 2];
const UNLIMITED = Number.POSITIVE_INFINITY;

function gaussian(bits: Bits, squash: number) {
  const core = new Core(bits);
  const source = new Source(7 + squash);
  const address = core.run("gaussianCreate", A, squash, SIGMA_MIN, SIGMA_MAX, B);
  const outputs = source.singles(B * Z, -1.5, 1.5);
  const z = core.putRows(outputs, Z);
  const noise = source.singles(B * A, -2, 2);
  const eta = core.put(noise);
  const a = core.alloc(B * A);
  const logProb = core.alloc(B);
  const dz = core.alloc(B * ROW);
  const forward = () => core.run("gaussianForward", address, z, ROW, B);
  const sample = () => {
    forward();
    core.run("gaussianSample", address, a, eta, B);
    return core.get(a, B * A);
  };
  const density = () => {
    forward();
    core.run("gaussianLogProb", address, logProb, a, B);
    return core.get(logProb, B);
  };
  const moments = () => {
    forward();
    return ["gaussianMean", "gaussianDeviation"].map((name) => core.get(core.plain(name, address), B * A)) as [
      number[],
      number[],
    ];
  };
  return { core, source, address, outputs, z, noise, eta, a, dz, sample, density, moments, forward };
}

for (const [squash, name] of ["unsquashed", "tanh"].entries()) {
  test(`gaussian, ${name} mean: moments as defined`, (t) => {
    const { outputs, moments } = gaussian(64, squash);
    const [mean, deviation] = moments();
    const middle = Math.log(SIGMA_MIN * SIGMA_MAX) / 2;
    const halfRange = Math.log(SIGMA_MAX / SIGMA_MIN) / 2;
    const pick = (offset: number) =>
      Array.from({ length: B * A }, (_, at) => outputs[Math.floor(at / A) * Z + offset + (at % A)]!);
    const expectedMean = pick(0).map((x) => (squash ? Math.tanh(x) : x));
    const expectedDeviation = pick(A).map((x) => Math.exp(middle + halfRange * Math.tanh(x)));
    assertClose(t, mean, expectedMean, 1e-14, "mean");
    assertClose(t, deviation, expectedDeviation, 1e-14, "deviation");
  });

  test(`gaussian, ${name} mean: a = mean + deviation eta, and its noise is found again`, (t) => {
    for (const [bits, tolerance] of [
      [64, 1e-14],
      [32, 1e-6],
    ] as const) {
      const { core, address, noise, eta, a, sample, moments } = gaussian(bits, squash);
      const action = sample();
      const [mean, deviation] = moments();
      const expected = mean.map((m, i) => m + deviation[i]! * noise[i]!);
      assertClose(t, action, expected, tolerance, "a");
      core.set(eta, new Array<number>(B * A).fill(0));
      core.run("gaussianInfer", address, eta, a, B);
      // eta is a small difference over a small deviation: rounding counts in units of 1 / deviation
      t.true(core.get(eta, B * A).every((x, i) => Math.abs(x - noise[i]!) <= (tolerance * 4) / deviation[i]!));
      core.run("gaussianSample", address, a, eta, B);
      assertClose(t, core.get(a, B * A), action, tolerance, "the action of the inferred noise");
    }
  });

  test(`gaussian, ${name} mean: pullback and pushforward of a sample`, (t) => {
    const { core, source, address, z, eta, dz, sample } = gaussian(64, squash);
    const adjoint = source.array(B * A);
    sample();
    core.run("gaussianSampleVjp", address, dz, core.put(adjoint), eta, UNLIMITED, z, ROW, B);
    const analytic = core.get(dz, B * ROW);
    const numeric = centralDifferences(core, z, B * ROW, () => dot(sample(), adjoint));
    assertGradient(t, analytic, numeric, "dz");
    assertZero(t, core.getPadding(dz, B, Z), "padding");

    sample();
    const v = source.array(B * Z);
    const da = core.alloc(B * A);
    core.run("gaussianSampleJvp", address, da, core.putRows(v, Z), eta, z, ROW, B);
    assertAdjoint(t, dot(core.get(da, B * A), adjoint), dot(core.getRows(dz, B, Z), v), "sample");
  });

  test(`gaussian, ${name} mean: a noise beyond its limit pulls on the deviation like the limit, on the mean as ever`, (t) => {
    const { core, address, z, noise, eta, dz, sample } = gaussian(64, squash);
    const ones = core.put(new Array<number>(B * A).fill(1));
    const limit = 0.75;
    sample();
    const pullback = (etaLimit: number) => {
      core.run("gaussianSampleVjp", address, dz, ones, eta, etaLimit, z, ROW, B);
      return core.getRows(dz, B, Z);
    };
    const free = pullback(UNLIMITED);
    const limited = pullback(limit);
    core.set(
      eta,
      noise.map((x) => Math.max(-limit, Math.min(limit, x))),
    );
    t.deepEqual(limited, pullback(UNLIMITED));
    t.deepEqual(
      limited.filter((_, at) => at % Z < A),
      free.filter((_, at) => at % Z < A),
    );
    const beyond = noise.filter((x) => Math.abs(x) > limit).length;
    t.is(limited.filter((g, at) => g !== free[at]).length, beyond);
    t.true(beyond > 0 && beyond < noise.length);
  });

  test(`gaussian, ${name} mean: density as defined, with its pullback and pushforward`, (t) => {
    const { core, source, address, z, a, dz, sample, density, moments } = gaussian(64, squash);
    sample();
    const action = source.array(B * A, -2, 2);
    core.set(a, action);
    const [mean, deviation] = moments();
    const terms = action.map((x, i) => {
      const variance = deviation[i]! ** 2;
      return -((x - mean[i]!) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2;
    });
    const expected = Array.from({ length: B }, (_, b) =>
      terms.slice(b * A, (b + 1) * A).reduce((sum, x) => sum + x, 0),
    );
    assertClose(t, density(), expected, 1e-14, "log density");

    const adjoint = source.array(B);
    density();
    core.run("gaussianLogProbVjp", address, dz, core.put(adjoint), a, z, ROW, B);
    const analytic = core.get(dz, B * ROW);
    const numeric = centralDifferences(core, z, B * ROW, () => dot(density(), adjoint));
    assertGradient(t, analytic, numeric, "dz");
    assertZero(t, core.getPadding(dz, B, Z), "padding");

    density();
    const v = source.array(B * Z);
    const tangent = core.alloc(B);
    core.run("gaussianLogProbJvp", address, tangent, core.putRows(v, Z), a, z, ROW, B);
    assertAdjoint(t, dot(core.get(tangent, B), adjoint), dot(core.getRows(dz, B, Z), v), "log density");
  });

  test(`gaussian, ${name} mean: pullbacks leave the padding of dz alone`, (t) => {
    const { core, address, z, eta, a, sample } = gaussian(64, squash);
    sample();
    const dz = core.put(new Array<number>(B * ROW).fill(7));
    core.run("gaussianSampleVjp", address, dz, a, eta, 1, z, ROW, B);
    core.run("gaussianLogProbVjp", address, dz, a, a, z, ROW, B);
    t.true(core.getPadding(dz, B, Z).every((x) => x === 7));
    t.true(core.getRows(dz, B, Z).every((x) => x !== 7));
  });

  test(`gaussian, ${name} mean: f32 follows f64`, (t) => {
    const [single, double] = BOTH.map((bits) => {
      const { core, address, z, eta, a, dz, sample, density } = gaussian(bits, squash);
      const action = sample();
      core.set(a, action.map(Math.fround));
      core.run("gaussianSampleVjp", address, dz, a, eta, 2, z, ROW, B);
      return { action, density: density(), dz: core.getRows(dz, B, Z) };
    });
    assertClose(t, single!.action, double!.action, 1e-6, "a");
    assertClose(t, single!.density, double!.density, 2e-6, "log density");
    assertClose(t, single!.dz, double!.dz, 2e-6, "dz");
    t.notDeepEqual(single!.action, double!.action);
  });
}

test("gaussian: the deviation reaches its bounds and never passes them", (t) => {
  const core = new Core(64);
  const gaussian = core.run("gaussianCreate", 1, 0, SIGMA_MIN, SIGMA_MAX, 4);
  core.run("gaussianForward", gaussian, core.put([0, -1000, 0, -3, 0, 3, 0, 1000]), 2, 4);
  const deviation = core.get(core.plain("gaussianDeviation", gaussian), 4);
  t.true(Math.abs(deviation[0]! - SIGMA_MIN) < 1e-15 && Math.abs(deviation[3]! - SIGMA_MAX) < 1e-14);
  t.true(deviation[0]! < deviation[1]! && deviation[1]! < deviation[2]! && deviation[2]! < deviation[3]!);
});

test("gaussian: the input for a wanted deviation gives that deviation", (t) => {
  const core = new Core(64);
  const gaussian = core.run("gaussianCreate", 1, 0, SIGMA_MIN, SIGMA_MAX, 1);
  for (const sigma of [0.051, 0.1, 0.5, 1, 1.99]) {
    const input = core.plain("gaussianDeviationInput", gaussian, sigma);
    core.run("gaussianForward", gaussian, core.put([0, input]), 2, 1);
    t.true(Math.abs(core.get(core.plain("gaussianDeviation", gaussian), 1)[0]! / sigma - 1) < 1e-13);
  }
});

test("gaussian: bounds of the deviation that are not 0 < min < max trap", (t) => {
  const core = new Core(64);
  const create = (min: number, max: number) => core.run("gaussianCreate", 1, 0, min, max, 1);
  t.notThrows(() => create(0.1, 0.2));
  for (const [min, max] of [
    [0, 1],
    [-1, 1],
    [1, 1],
    [2, 1],
    [Number.NaN, 1],
    [0.1, Number.NaN],
  ] as const) {
    t.throws(() => create(min, max), { instanceOf: WebAssembly.RuntimeError });
  }
});
