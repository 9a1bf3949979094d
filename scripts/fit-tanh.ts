/**
 * Fits the float32 tanh of the SIMD kernels and measures what it really delivers.
 *
 *   npx tsx scripts/fit-tanh.ts            search the chosen form again, then check every float32
 *   npx tsx scripts/fit-tanh.ts check      only check the coefficients recorded in RECORDED
 *   npx tsx scripts/fit-tanh.ts table      compare degrees and normalisations (sampled, not exhaustive)
 *
 * With x clamped to [-c, c] and every operation rounded to float32 (nothing fused), there are two forms. Both start with
 *
 *   u = x * x
 *   a = ((..(p[n-1] * u + p[n-2]) * u + ..) * u + p[0]) * x
 *   b = (..(q[m-1] * u + q[m-2]) * u + ..) * u + q[0]
 *
 * direct: a / b approximates tanh(x) itself.
 *
 *   y = a / b
 *
 * doubled: a / b approximates t = tanh(x / 2), and tanh(x) = 2 t / (1 + t^2) = 2ab / (2ab + (b - a)^2) for x >= 0.
 *
 *   d = b - |a|
 *   z = a * (b + b)
 *   y = z / (|z| + d * d)
 *
 * The doubled form needs polynomials of lower degree, as x / 2 covers half the range. The rounding errors of a and b
 * reach y multiplied by 1 / cosh(x), so where tanh is flat only the last addition and the division count. And |y| <= 1
 * holds by construction, as |z| + d * d cannot round to less than |z|. In the direct form all rounding errors reach y.
 *
 * Oddness is exact in both, because x only enters the sign of a, and so are the signed zeros.
 *
 * Method
 * 1. Rational Remez. For a given c the exact-arithmetic p and q with the smallest maximum weighted error are found by
 *    the exchange algorithm: at n + m points the error must alternate as +E, -E, .., which is a nonlinear system in the
 *    coefficients and E, solved by Newton steps; the points then move to the extrema of the error and it repeats.
 *    All of it runs in double precision with the variable scaled to (x / c)^2, which keeps the system well conditioned.
 *    The error is that of the final y, relative to y, but counted less towards 0 (see RELATIVE_WEIGHT).
 *    The direct form fits tanh(x) * (1 - dip * tanh(x)^8): a dip of the order of 1e-7 leaves room under 1 for the
 *    rounding noise, so that no result exceeds 1.
 * 2. Seeds. c, dip, the relative weight and the common factor of p and q are drawn at random (the factor cancels in the
 *    quotient, but decides how the coefficients and the intermediate values fall between float32 numbers). The
 *    coefficients are rounded to float32 and the float32 evaluation is scored on a sample.
 * 3. Local search. The best seeds are improved by moving one to three coefficients by a few units in the last place,
 *    keeping a move when the worst error on the sample does not grow; the best of these again on a far larger sample.
 * 4. Clamp. The doubled form has it at CLAMP_DOUBLED, where tanh rounds to 1. For the direct form it moves down from c to
 *    a float32 at which the result is closest to 1, as every larger x gets that result.
 * 5. Check. Every float32 from 0 to the clamp is evaluated and compared with Math.tanh in double precision.
 */

/** How the common factor of p and q is fixed. */
type Scaling =
  /** p[0] = 1 and q[0] = 1 (direct) or 2 (doubled): tiny x come back unchanged. */
  | "unit"
  /** The leading coefficient of q is 1, which saves its multiplication. */
  | "monic"
  /** Any; q[0] is in [1, 2) or [2, 4). */
  | "free";

type Kind = "direct" | "doubled";

interface Form {
  readonly kind: Kind;
  readonly n: number;
  readonly m: number;
  readonly scaling: Scaling;
}

interface Fit {
  kind: Kind;
  p: number[];
  q: number[];
  clamp: number;
}

interface Sample {
  readonly x: Float32Array;
  readonly exact: Float64Array;
}

const f = Math.fround;

/** An absolute error counts fully; a relative one counts by this factor, as it may be larger. */
const RELATIVE_WEIGHT = 0.6;
/** From 9.02 on, the float32 nearest to tanh(x) is 1. */
const CLAMP_DOUBLED = 9.125;
/** Added to the score when a result exceeds 1. */
const ABOVE_ONE = 1e-7;
const BLOCK = 2048;

// ---------------------------------------------------------------------------------------------------------------------
// Numbers

/** A small seeded generator (xorshift with a Weyl sequence), so that a run can be repeated. */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  let weyl = 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    weyl = (weyl + 0x9e3779b9) | 0;
    return ((state + weyl) >>> 0) / 2 ** 32;
  };
}

const bitsView = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  bitsView.setFloat32(0, value);
  return bitsView.getInt32(0);
}

function fromBits(bits: number): number {
  bitsView.setInt32(0, bits);
  return bitsView.getFloat32(0);
}

/** Moves a nonzero float32 by `steps` units in the last place, away from zero when positive. */
function moveUlps(value: number, steps: number): number {
  return fromBits(bitsOf(value) + steps);
}

/** The shortest decimal that rounds to the given float32 (by way of double precision, as in a source file). */
function literal(value: number): string {
  for (let digits = 1; digits < 17; digits++) {
    const text = value.toPrecision(digits);
    if (f(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

// ---------------------------------------------------------------------------------------------------------------------
// Exact-arithmetic fit

/** Solves a square linear system by elimination with partial pivoting; overwrites its arguments. */
function solve(a: number[][], b: number[]): number[] {
  const size = b.length;
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    [b[k], b[pivot]] = [b[pivot]!, b[k]!];
    for (let i = k + 1; i < size; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < size; j++) a[i]![j]! -= factor * a[k]![j]!;
      b[i]! -= factor * b[k]!;
    }
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) b[i]! -= a[i]![j]! * b[j]!;
    b[i]! /= a[i]![i]!;
  }
  return b;
}

function horner(coefficients: readonly number[], u: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * u + coefficient, 0);
}

/**
 * Minimax fit on [0, c] with q[0] = 1. The returned error is that of y relative to y, the part near 0 counted by
 * `weight`. Undefined when the exchange does not settle.
 */
function remez(
  { kind, n, m }: Form,
  c: number,
  dip: number,
  weight: number,
): { p: number[]; q: number[]; error: number } | undefined {
  const doubled = kind === "doubled";
  const target = (x: number) => {
    if (doubled) return x === 0 ? 0.5 : Math.tanh(x / 2) / x;
    return x === 0 ? 1 : (Math.tanh(x) / x) * (1 - dip * Math.tanh(x) ** 8);
  };
  /** What a relative error of a / b weighs. */
  const weightAt = (x: number) => (weight + (1 - weight) * Math.tanh(x)) / (doubled ? Math.cosh(x) : 1);
  const count = n + m;
  const grid = Array.from({ length: 1601 }, (_, i) => (c / 2) * (1 - Math.cos((Math.PI * i) / 1600)));
  const gridTarget = grid.map(target);
  let points = Array.from({ length: count }, (_, i) => (c / 2) * (1 - Math.cos((Math.PI * i) / (count - 1))));
  let p: number[] = [];
  let q = [1];
  let error = 0;
  for (let round = 0; round < 30; round++) {
    // Newton for p - target * (1 + s E) * q = 0 at the points, each row divided by the target; s is +-1 / weight.
    for (let step = 0; step < 12; step++) {
      const rows: number[][] = [];
      const right: number[] = [];
      points.forEach((x, i) => {
        const t = (x / c) ** 2;
        const sign = i % 2 === 0 ? 1 : -1;
        const before = horner(q, t);
        const value = target(x);
        const signed = sign / weightAt(x);
        const row: number[] = [];
        for (let j = 0; j < n; j++) row.push(t ** j / value);
        for (let j = 1; j < m; j++) row.push(-(1 + signed * error) * t ** j);
        row.push(-signed * before);
        rows.push(row);
        right.push(1 + signed * error * (1 - before));
      });
      const solution = solve(rows, right);
      const previous = error;
      p = solution.slice(0, n);
      q = [1, ...solution.slice(n, count - 1)];
      error = solution[count - 1]!;
      if (Math.abs(error - previous) < 1e-14) break;
    }
    // One extremum per run of equal sign of the error.
    const extrema: { x: number; value: number }[] = [];
    grid.forEach((x, i) => {
      const t = (x / c) ** 2;
      const value = (horner(p, t) / horner(q, t) / gridTarget[i]! - 1) * weightAt(x);
      const last = extrema.at(-1);
      if (!last || Math.sign(value) !== Math.sign(last.value)) extrema.push({ x, value });
      else if (Math.abs(value) > Math.abs(last.value)) Object.assign(last, { x, value });
    });
    const sizes = extrema.map(({ value }) => Math.abs(value));
    if (extrema.length !== count || !sizes.every(Number.isFinite)) return undefined;
    const worst = Math.max(...sizes);
    if (worst < Math.abs(error) * 1.002) {
      const unscale = (value: number, j: number) => value / c ** (2 * j);
      return { p: p.map(unscale), q: q.map(unscale), error: worst };
    }
    points = extrema.map(({ x }) => x);
    error = (Math.sign(extrema[0]!.value) * sizes.reduce((sum, size) => sum + size, 0)) / count;
  }
  return undefined;
}

// ---------------------------------------------------------------------------------------------------------------------
// Float32 evaluation

const uBlock = new Float32Array(BLOCK);
const pBlock = new Float32Array(BLOCK);
const qBlock = new Float32Array(BLOCK);

function hornerBlock(out: Float32Array, coefficients: readonly number[], length: number): void {
  const top = coefficients.length - 1;
  if (top === 0) {
    out.fill(coefficients[0]!, 0, length);
    return;
  }
  const lead = f(coefficients[top]!);
  const next = f(coefficients[top - 1]!);
  for (let i = 0; i < length; i++) out[i] = f(f(lead * uBlock[i]!) + next);
  for (let j = top - 2; j >= 0; j--) {
    const coefficient = f(coefficients[j]!);
    for (let i = 0; i < length; i++) out[i] = f(f(out[i]! * uBlock[i]!) + coefficient);
  }
}

/** The kernel's evaluation of x[0 .. length) into y: each operation rounded to float32, nothing fused. */
function evaluate(fit: Fit, x: Float32Array, y: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) uBlock[i] = f(x[i]! * x[i]!);
  hornerBlock(pBlock, fit.p, length);
  hornerBlock(qBlock, fit.q, length);
  if (fit.kind === "direct") {
    for (let i = 0; i < length; i++) y[i] = f(f(pBlock[i]! * x[i]!) / qBlock[i]!);
    return;
  }
  for (let i = 0; i < length; i++) {
    const a = f(pBlock[i]! * x[i]!);
    const b = qBlock[i]!;
    const d = f(b - Math.abs(a));
    const z = f(a * f(b + b));
    y[i] = f(z / f(Math.abs(z) + f(d * d)));
  }
}

function evaluateOne(fit: Fit, x: number): number {
  const y = new Float32Array(1);
  evaluate(fit, Float32Array.of(x), y, 1);
  return y[0]!;
}

const yBlock = new Float32Array(BLOCK);

/** The worst weighted error over the points of the sample up to the clamp, and beyond it; stops once above `limit`. */
function score(fit: Fit, sample: Sample, limit: number): number {
  let worst = Math.abs(1 - evaluateOne(fit, fit.clamp));
  for (let start = 0; start < sample.x.length && worst <= limit; start += BLOCK) {
    const length = Math.min(BLOCK, sample.x.length - start);
    evaluate(fit, sample.x.subarray(start, start + length), yBlock, length);
    for (let i = 0; i < length; i++) {
      if (sample.x[start + i]! > fit.clamp) continue;
      const exact = sample.exact[start + i]!;
      const y = yBlock[i]!;
      const error = Math.abs(y - exact);
      const weighted = Math.max(error, (RELATIVE_WEIGHT * error) / exact) + (y > 1 ? ABOVE_ONE : 0);
      if (!(weighted <= worst)) worst = Number.isFinite(weighted) ? weighted : 1;
    }
  }
  return worst;
}

/** Points in random order: a part log-uniform towards 0, a part uniform, a part in the flat end, where 1 is close. */
function makeSample(size: number, top: number, random: () => number): Sample {
  const x = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const kind = i % 4;
    const r = random();
    x[i] = kind === 0 ? 2 ** (-10 + 11 * r) : kind === 3 ? 5 + (top - 5) * r : top * (1 - r);
  }
  return { x, exact: Float64Array.from(x, Math.tanh) };
}

// ---------------------------------------------------------------------------------------------------------------------
// Search

interface Scored {
  fit: Fit;
  score: number;
}

const byScore = (a: Scored, b: Scored) => a.score - b.score;

function seeds(form: Form, sample: Sample, top: number, fits: number, random: () => number): Scored[] {
  const { kind, m, scaling } = form;
  const doubled = kind === "doubled";
  const found: Scored[] = [];
  for (let i = 0; i < fits; i++) {
    // The doubled form is so insensitive at the far end that the fit may stop before the clamp.
    const end = f(doubled ? 5.5 + (top - 5.5) * random() : 7.7 + (top - 7.7) * random());
    const clamp = doubled ? CLAMP_DOUBLED : end;
    const exact = remez(form, end, 1.5e-7 * random(), RELATIVE_WEIGHT + (1 - RELATIVE_WEIGHT) * random());
    if (!exact) continue;
    const tries = scaling === "free" ? 40 : 1;
    for (let k = 0; k < tries; k++) {
      let factor = doubled ? 2 : 1;
      if (scaling === "monic") factor = 1 / exact.q[m - 1]!;
      else if (scaling === "free") factor *= 2 ** random();
      const scale = (value: number) => f(value * factor);
      const fit = { kind, p: exact.p.map(scale), q: exact.q.map(scale), clamp };
      if (scaling === "unit") fit.p[0] = 1;
      found.push({ fit, score: score(fit, sample, 2e-6) });
    }
  }
  return found.sort(byScore);
}

function improve(form: Form, start: Fit, sample: Sample, moves: number, random: () => number): Scored {
  // The coefficients that may move: not those the scaling fixes.
  const movable: ["p" | "q", number][] = [];
  start.p.forEach((_, j) => {
    if (form.scaling !== "unit" || j > 0) movable.push(["p", j]);
  });
  start.q.forEach((_, j) => {
    const fixed = form.scaling === "unit" ? j === 0 : form.scaling === "monic" && j === form.m - 1;
    if (!fixed) movable.push(["q", j]);
  });
  let fit = start;
  let best = score(fit, sample, 1);
  for (let move = 0; move < moves; move++) {
    const trial = { ...fit, p: [...fit.p], q: [...fit.q] };
    const changes = 1 + Math.floor(3 * random());
    for (let k = 0; k < changes; k++) {
      const [side, j] = movable[Math.floor(random() * movable.length)]!;
      const reach = random() < 0.8 ? 2 : 12;
      trial[side][j] = moveUlps(trial[side][j]!, Math.round((2 * random() - 1) * reach));
    }
    const value = score(trial, sample, best);
    if (value <= best) {
      best = value;
      fit = trial;
    }
  }
  return { fit, score: best };
}

/** Lowers the clamp, within 2 %, to the largest float32 whose result is the closest to 1 without exceeding it. */
function settleClamp(fit: Fit): Fit {
  if (fit.kind === "doubled") return fit;
  let clamp = fit.clamp;
  let best = evaluateOne(fit, clamp);
  for (let bits = bitsOf(fit.clamp); bits > bitsOf(f(fit.clamp * 0.98)) && best !== 1; bits--) {
    const y = evaluateOne(fit, fromBits(bits));
    if (y <= 1 && (y > best || best > 1)) {
      best = y;
      clamp = fromBits(bits);
    }
  }
  return { ...fit, clamp };
}

interface Effort {
  fits: number;
  small: number;
  kept: number;
  moves: number;
  large: number;
  finalists: number;
  finalMoves: number;
}

function search(form: Form, effort: Effort, seed: number): Scored {
  const random = makeRandom(seed);
  const top = form.kind === "doubled" ? CLAMP_DOUBLED : 8.6;
  const small = makeSample(effort.small, top, random);
  const large = makeSample(effort.large, top, random);
  const improved = seeds(form, small, top, effort.fits, random)
    .slice(0, effort.kept)
    .map(({ fit }) => improve(form, fit, small, effort.moves, random))
    .sort(byScore);
  const finalists = improved
    .slice(0, effort.finalists)
    .map(({ fit }) => improve(form, settleClamp(fit), large, effort.finalMoves, random))
    .map(({ fit }) => settleClamp(fit))
    .map((fit) => ({ fit, score: score(fit, large, 1) }))
    .sort(byScore);
  return finalists[0]!;
}

// ---------------------------------------------------------------------------------------------------------------------
// Report

interface Measured {
  points: number;
  absolute: number;
  absoluteAt: number;
  relative: number;
  relativeAt: number;
  largest: number;
  falls: number;
  deepestFall: number;
  deepestFallAt: number;
  tail: number;
}

/** Runs over all nonnegative float32 up to the clamp, from `from` on, in order. */
function measure(fit: Fit, from = 0): Measured {
  const result: Measured = {
    points: 0,
    absolute: 0,
    absoluteAt: 0,
    relative: 0,
    relativeAt: 0,
    largest: 0,
    falls: 0,
    deepestFall: 0,
    deepestFallAt: 0,
    tail: Math.abs(1 - evaluateOne(fit, fit.clamp)),
  };
  const x = new Float32Array(BLOCK);
  const xBits = new Int32Array(x.buffer);
  const last = bitsOf(fit.clamp);
  let previous = 0;
  for (let start = bitsOf(f(from)); start <= last; start += BLOCK) {
    const length = Math.min(BLOCK, last - start + 1);
    for (let i = 0; i < length; i++) xBits[i] = start + i;
    evaluate(fit, x, yBlock, length);
    for (let i = 0; i < length; i++) {
      const exact = Math.tanh(x[i]!);
      const y = yBlock[i]!;
      const absolute = Math.abs(y - exact);
      if (!(absolute <= result.absolute)) {
        result.absolute = absolute;
        result.absoluteAt = x[i]!;
      }
      // Below the normal numbers a float32 has fewer digits; there only the absolute error means anything.
      if (x[i]! >= 2 ** -126 && !(absolute <= result.relative * exact)) {
        result.relative = absolute / exact;
        result.relativeAt = x[i]!;
      }
      if (!(y <= result.largest)) result.largest = y;
      if (y < previous) {
        result.falls++;
        if (previous - y > result.deepestFall) {
          result.deepestFall = previous - y;
          result.deepestFallAt = x[i]!;
        }
      }
      previous = y;
    }
    result.points += length;
  }
  return result;
}

/** Signs, zeros, the smallest numbers and NaN, which the run over the nonnegative numbers does not see. */
function checkSpecial(fit: Fit): void {
  const fail = (what: string) => {
    throw new Error(`tanh fit: ${what}`);
  };
  if (!Object.is(evaluateOne(fit, 0), 0) || !Object.is(evaluateOne(fit, -0), -0)) fail("signed zeros are lost");
  if (!Number.isNaN(evaluateOne(fit, Number.NaN))) fail("NaN is lost");
  for (let bits = 1; bits <= bitsOf(fit.clamp); bits += 100_003) {
    const x = fromBits(bits);
    if (evaluateOne(fit, -x) !== -evaluateOne(fit, x)) fail(`not odd at ${x}`);
  }
}

/** Float32 multiplications and additions; the clamp, the division and (doubled) two absolute values come on top. */
function operations({ kind, n, m, scaling }: Form): number {
  return 2 + 2 * (n - 1) + 2 * (m - 1) + (kind === "doubled" ? 5 : 0) - (scaling === "monic" ? 1 : 0);
}

function print(fit: Fit): void {
  for (const side of ["p", "q"] as const) {
    console.log(`  ${side}: [${fit[side].map(literal).join(", ")}],`);
  }
  console.log(`  clamp: ${literal(fit.clamp)},`);
}

function report(fit: Fit, from = 0): void {
  checkSpecial(fit);
  const result = measure(fit, from);
  console.log(`  every float32 in [${from}, clamp]: ${result.points} points`);
  console.log(`  largest absolute error ${result.absolute.toExponential(3)} at ${result.absoluteAt}`);
  console.log(`  largest relative error ${result.relative.toExponential(3)} at ${result.relativeAt}`);
  console.log(`  beyond the clamp ${result.tail.toExponential(3)}, largest result 1 - ${1 - result.largest}`);
  console.log(
    `  decreases from one float32 to the next: ${result.falls}, the deepest ` +
      `${result.deepestFall.toExponential(2)} at ${result.deepestFallAt}`,
  );
}

function table(): void {
  const effort = { fits: 200, small: 8192, kept: 8, moves: 800, large: 131072, finalists: 1, finalMoves: 400 };
  const degrees = [
    ["direct", 7, 4],
    ["direct", 6, 4],
    ["direct", 5, 5],
    ["direct", 5, 4],
    ["direct", 4, 5],
    ["doubled", 3, 3],
    ["doubled", 3, 4],
    ["doubled", 4, 3],
  ] as const;
  for (const [kind, n, m] of degrees) {
    for (const scaling of ["unit", "monic", "free"] as const) {
      const form = { kind, n, m, scaling };
      const bound = remez(form, kind === "doubled" ? CLAMP_DOUBLED : 8, 0, 1)?.error;
      const { fit } = search(form, effort, 1);
      const result = measure(fit, 2 ** -10);
      console.log(
        `${kind} P ${n} Q ${m} ${scaling}: ${operations(form)} operations, exact arithmetic ${bound?.toExponential(1)}, ` +
          `float32 absolute ${result.absolute.toExponential(2)}, relative ${result.relative.toExponential(2)}, ` +
          `beyond the clamp ${result.tail.toExponential(1)}, largest result ${result.largest}`,
      );
    }
  }
}

/** The form the kernels use, and what this program finds for it. */
const CHOSEN: Form = { kind: "doubled", n: 3, m: 4, scaling: "monic" };
const RECORDED: Fit = {
  kind: "doubled",
  p: [408093.40625, 12146.7236328125, 46.54859924316406],
  q: [816186.8125, 92308.953125, 984.0015258789062, 1],
  clamp: CLAMP_DOUBLED,
};

function main(command: string | undefined): void {
  if (command === "table") {
    table();
    return;
  }
  if (command === "check") {
    console.log("Recorded coefficients");
    print(RECORDED);
    report(RECORDED);
    return;
  }
  const effort = { fits: 3000, small: 16384, kept: 24, moves: 1500, large: 1 << 19, finalists: 3, finalMoves: 500 };
  const { kind, n, m, scaling } = CHOSEN;
  const { fit, score: found } = search(CHOSEN, effort, 1);
  console.log(`Found for ${kind}, P ${n}, Q ${m}, ${scaling}: ${operations(CHOSEN)} operations, score ${found}`);
  print(fit);
  report(fit);
}

main(process.argv[2]);
