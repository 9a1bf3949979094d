// A linear system with a quadratic reward and a linear-Gaussian policy: the value is a quadratic form, and the return is known in closed
// form.

export type Vector = [number, number];
export type Matrix = [Vector, Vector];

export const dot = (x: Vector, y: Vector) => x[0] * y[0] + x[1] * y[1];
export const plus = (x: Vector, y: Vector): Vector => [x[0] + y[0], x[1] + y[1]];
export const times = (c: number, x: Vector): Vector => [c * x[0], c * x[1]];
export const apply = (m: Matrix, x: Vector): Vector => [dot(m[0], x), dot(m[1], x)];
export const transposed = (m: Matrix): Matrix => [
  [m[0][0], m[1][0]],
  [m[0][1], m[1][1]],
];
export const product = (a: Matrix, b: Matrix) => transposed(transposed(b).map((column) => apply(a, column)) as Matrix);
export const sum = (a: Matrix, b: Matrix): Matrix => [plus(a[0], b[0]), plus(a[1], b[1])];
export const scaled = (c: number, m: Matrix): Matrix => [times(c, m[0]), times(c, m[1])];
export const outer = (x: Vector, y: Vector): Matrix => [times(x[0], y), times(x[1], y)];
export const trace = (m: Matrix) => m[0][0] + m[1][1];
/** Lower triangular L with L L' = m. */
export const root = (m: Matrix): Matrix => {
  const a = Math.sqrt(m[0][0]);
  const b = m[1][0] / a;
  return [
    [a, 0],
    [b, Math.sqrt(m[1][1] - b * b)],
  ];
};

// s' = A s + B a + noise, noise ~ N(0, W); s_0 ~ N(M0, P0)
export const A: Matrix = [
  [0.9, 0.25],
  [-0.15, 0.85],
];
export const B: Vector = [0.1, 0.6];
export const W: Matrix = [
  [0.04, 0.01],
  [0.01, 0.09],
];
export const M0: Vector = [1, -0.5];
export const P0: Matrix = [
  [0.3, -0.1],
  [-0.1, 0.2],
];
export const GAMMA = 0.9;

// r = -(s' Q s + R a^2 + 2 a (N s) + l s + m a)
export const Q: Matrix = [
  [1, 0.2],
  [0.2, 0.5],
];
export const R = 0.3;
export const N: Vector = [0.1, -0.2];
export const L_STATE: Vector = [0.4, -0.3];
export const L_ACTION = 0.25;

// the policy a = K s + k + sigma eta, log sigma = middle + halfRange tanh(z)
export const [SIGMA_MIN, SIGMA_MAX] = [0.05, 2];
export const START = { K: [-0.2, -0.4] as Vector, k: 0.15, z: -0.3 };
type Policy = typeof START;

export const sigmaOf = (z: number) =>
  Math.exp((Math.log(SIGMA_MAX * SIGMA_MIN) + Math.log(SIGMA_MAX / SIGMA_MIN) * Math.tanh(z)) / 2);

/** Mean and covariance of the state after one step of the closed loop, and that loop itself. */
export function closedLoop({ K, k, z }: Policy) {
  const loop = sum(A, outer(B, K));
  const drift = times(k, B);
  const noise = sum(W, scaled(sigmaOf(z) ** 2, outer(B, B)));
  const advance = (mean: Vector, covariance: Matrix): [Vector, Matrix] => [
    plus(apply(loop, mean), drift),
    sum(product(product(loop, covariance), transposed(loop)), noise),
  ];
  return { loop, drift, noise, advance };
}

/** E[r] at s as s' C s + c s + rest, expected over the action. */
export function expectedReward({ K, k, z }: Policy) {
  const cross = outer(K, N);
  const C = scaled(-1, sum(sum(Q, scaled(R, outer(K, K))), sum(cross, transposed(cross))));
  const c = plus(plus(times(-2 * R * k, K), times(-2 * k, N)), plus(times(-1, L_STATE), times(-L_ACTION, K)));
  const rest = -(R * (k * k + sigmaOf(z) ** 2) + L_ACTION * k);
  return { C, c, rest };
}

/** V(s) = s' P s + p s + rest of a policy: the discrete Lyapunov equation P = C + gamma loop' P loop, and what follows. */
export function quadraticValue(policy: Policy) {
  const { loop, drift, noise } = closedLoop(policy);
  const { C, c, rest } = expectedReward(policy);
  let P = C;
  let p = c;
  for (let n = 0; n < 500; n++) P = sum(C, scaled(GAMMA, product(product(transposed(loop), P), loop)));
  const pull = times(2, apply(P, drift));
  for (let n = 0; n < 500; n++) p = plus(c, times(GAMMA, apply(transposed(loop), plus(p, pull))));
  const constant = rest + GAMMA * (trace(product(P, noise)) + dot(drift, apply(P, drift)) + dot(p, drift));
  return { P, p, rest: constant / (1 - GAMMA) };
}

export function returnOf(policy: Policy): number {
  const { P, p, rest } = quadraticValue(policy);
  return dot(M0, apply(P, M0)) + trace(product(P, P0)) + dot(p, M0) + rest;
}
