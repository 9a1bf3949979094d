// Cart-pole swing-up. State (x m, theta rad from upright, x' m/s, theta' rad/s), one action u in [-1, 1].
//
// Sources: masses, lengths, damping, force, rail and start noise from dm_control's cart-pole (a thin rod stands for its capsule);
// the reward is ours: r = cos theta - 0.1 x^2 - 0.001 theta'^2 - 0.01 u^2 at the state that the action is taken in, u as chosen.
// The pole's angle counts on without wrapping. The rail's ends stop the cart dead.

import { cosine, sine } from "../core/math";
import { Random, randomNormal } from "../core/random";
import { at } from "../linalg/vector";

export const CARTPOLE_STATES: i32 = 4;
export const CARTPOLE_ACTIONS: i32 = 1;
/** Control steps of an episode: 10 s. */
export const CARTPOLE_STEPS: i32 = 250;

/** Control step 0.04 s. */
const SUBSTEPS: i32 = 4;
const TIME_STEP: f64 = 0.01; // s
const CART_MASS: f64 = 1.0; // kg
const POLE_MASS: f64 = 0.1; // kg
const HALF_LENGTH: f64 = 0.5; // m, hinge to centre of mass
const POLE_INERTIA: f64 = (POLE_MASS * (2 * HALF_LENGTH) * (2 * HALF_LENGTH)) / 12; // kg m^2, about the centre of mass
const GRAVITY: f64 = 9.81; // m/s^2
const FORCE: f64 = 10; // N at u = 1
const CART_DAMPING: f64 = 5e-4; // N s/m
const POLE_DAMPING: f64 = 2e-6; // N m s/rad
const RAIL: f64 = 1.8; // m, half
const START_NOISE: f64 = 0.01;

const POSITION_COST: f64 = 0.1;
const RATE_COST: f64 = 0.001;
const ACTION_COST: f64 = 0.01;

/** Hanging, with a little noise. */
export function cartpoleReset(s: usize, random: Random): void {
  store<f64>(s, START_NOISE * randomNormal(random));
  store<f64>(s, Math.PI + START_NOISE * randomNormal(random), 8);
  store<f64>(s, START_NOISE * randomNormal(random), 16);
  store<f64>(s, START_NOISE * randomNormal(random), 24);
}

/** x'' at a state under force F. */
@inline
function cartAcceleration(theta: f64, v: f64, omega: f64, force: f64): f64 {
  // (M + m) x'' + m l (theta'' cos - theta'^2 sin) = F - b x'
  // (I + m l^2) theta'' + m l x'' cos - m g l sin = -d theta'
  const c = cosine<f64>(theta);
  const n = sine<f64>(theta);
  const coupling = POLE_MASS * HALF_LENGTH * c;
  const total = CART_MASS + POLE_MASS;
  const rotary = POLE_INERTIA + POLE_MASS * HALF_LENGTH * HALF_LENGTH;
  const onCart = force - CART_DAMPING * v + POLE_MASS * HALF_LENGTH * omega * omega * n;
  const onPole = POLE_MASS * GRAVITY * HALF_LENGTH * n - POLE_DAMPING * omega;
  return (onCart * rotary - onPole * coupling) / (total * rotary - coupling * coupling);
}

/** theta'' at a state whose x'' is known. */
@inline
function poleAcceleration(theta: f64, omega: f64, acceleration: f64): f64 {
  const rotary = POLE_INERTIA + POLE_MASS * HALF_LENGTH * HALF_LENGTH;
  const torque = POLE_MASS * GRAVITY * HALF_LENGTH * sine<f64>(theta) - POLE_DAMPING * omega;
  return (torque - POLE_MASS * HALF_LENGTH * cosine<f64>(theta) * acceleration) / rotary;
}

/** One control step under action a, classic Runge-Kutta. */
export function cartpoleStep(s: usize, a: usize): void {
  const h = TIME_STEP;
  const force = FORCE * max<f64>(-1, min<f64>(1, load<f64>(a)));
  let x = load<f64>(s);
  let theta = load<f64>(s, 8);
  let v = load<f64>(s, 16);
  let omega = load<f64>(s, 24);
  for (let substep = 0; substep < SUBSTEPS; ++substep) {
    const a1 = cartAcceleration(theta, v, omega, force);
    const b1 = poleAcceleration(theta, omega, a1);

    const v2 = v + 0.5 * h * a1;
    const omega2 = omega + 0.5 * h * b1;
    const theta2 = theta + 0.5 * h * omega;
    const a2 = cartAcceleration(theta2, v2, omega2, force);
    const b2 = poleAcceleration(theta2, omega2, a2);

    const v3 = v + 0.5 * h * a2;
    const omega3 = omega + 0.5 * h * b2;
    const theta3 = theta + 0.5 * h * omega2;
    const a3 = cartAcceleration(theta3, v3, omega3, force);
    const b3 = poleAcceleration(theta3, omega3, a3);

    const v4 = v + h * a3;
    const omega4 = omega + h * b3;
    const theta4 = theta + h * omega3;
    const a4 = cartAcceleration(theta4, v4, omega4, force);
    const b4 = poleAcceleration(theta4, omega4, a4);

    x += (h / 6) * (v + 2 * v2 + 2 * v3 + v4);
    theta += (h / 6) * (omega + 2 * omega2 + 2 * omega3 + omega4);
    v += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
    omega += (h / 6) * (b1 + 2 * b2 + 2 * b3 + b4);
    if (x > RAIL) {
      x = RAIL;
      v = min<f64>(v, 0);
    } else if (x < -RAIL) {
      x = -RAIL;
      v = max<f64>(v, 0);
    }
  }
  store<f64>(s, x);
  store<f64>(s, theta, 8);
  store<f64>(s, v, 16);
  store<f64>(s, omega, 24);
}

/** r(s, a). */
export function cartpoleReward<T>(s: usize, a: usize): T {
  const x = load<T>(s);
  const omega = load<T>(at<T>(s, 3));
  const u = load<T>(a);
  const height = cosine<T>(load<T>(at<T>(s, 1)));
  return height - <T>POSITION_COST * x * x - <T>RATE_COST * omega * omega - <T>ACTION_COST * u * u;
}

/** r_s (4), r_a (1); r does not depend on s'. */
export function cartpoleRewardGradient<T>(rS: usize, rA: usize, s: usize, a: usize): void {
  store<T>(rS, <T>(-2 * POSITION_COST) * load<T>(s));
  store<T>(at<T>(rS, 1), -sine<T>(load<T>(at<T>(s, 1))));
  store<T>(at<T>(rS, 2), 0);
  store<T>(at<T>(rS, 3), <T>(-2 * RATE_COST) * load<T>(at<T>(s, 3)));
  store<T>(rA, <T>(-2 * ACTION_COST) * load<T>(a));
}

/** How upright the pole is, cos theta: 1 balanced, -1 hanging. */
export function cartpoleScore(s: usize): f64 {
  return cosine<f64>(load<f64>(s, 8));
}
