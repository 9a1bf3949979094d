// Hand and cart-pole away from its rail's ends, transition without disturbance and reward, as their files in assembly/env describe
// them.

import type { Row } from "./equations.js";
import { clip, cos, dot, exp, held, minus, over, plus, type Quantity, sin, times } from "./tape.js";

export interface TaskEquations {
  f(s: Row, a: Row): Row;
  reward(s: Row, a: Row, sNext: Row): Quantity;
}

const square = (x: Quantity): Quantity => times(x, x);

export const handEquations: TaskEquations = {
  f: (s, a) => {
    const axes = [0, 1].map((axis) => {
      const h = plus(s[axis]!, times(0.01 * 1.5, clip(a[axis]!, 1)));
      const v = plus(s[4 + axis]!, times(0.01, minus(minus(h, s[2 + axis]!), axis)));
      return [h, plus(s[2 + axis]!, times(0.01, v)), v] as const;
    });
    const moved = [0, 1, 2].flatMap((part) => axes.map((axis) => axis[part]!));
    return [...moved, s[6]!, plus(s[7]!, 0.01)];
  },
  reward: (_, a, [hx, hz, bx, bz, vx, vz, target, time]) => {
    const effort = times(-0.001 * 0.01 * 1.5 ** 2, dot(a, a));
    if (held(time!) < 9.995) return effort;
    const x = times(2, target!);
    const misses = [minus(bx!, x), minus(bz!, 2), minus(hx!, x), minus(hz!, 3)];
    return minus(effort, plus(dot(misses, misses), times(0.1, dot([vx!, vz!], [vx!, vz!]))));
  },
};

/** Derivatives of the cart-pole's state by time, under a force in N: a cart of 1 kg, a thin rod of 0.1 kg and 1 m. */
function motion([, theta, v, omega]: Row, force: Quantity): Row {
  const [coupling, inertia] = [times(0.05, cos(theta!)), 0.1 / 12 + 0.1 / 4];
  const push = plus(minus(force, times(5e-4, v!)), times(times(0.05, sin(theta!)), square(omega!)));
  const turn = minus(times(0.05 * 9.81, sin(theta!)), times(2e-6, omega!));
  const determinant = minus(1.1 * inertia, square(coupling));
  return [
    v!,
    omega!,
    over(minus(times(inertia, push), times(coupling, turn)), determinant),
    over(minus(times(1.1, turn), times(coupling, push)), determinant),
  ];
}

export const cartpoleEquations: TaskEquations = {
  f: (s, [u]) => {
    const force = times(10, clip(u!, 1));
    const along = (slope: Row, time: number, from: Row) => from.map((x, i) => plus(x, times(time, slope[i]!)));
    let state = s;
    for (let substep = 0; substep < 4; substep++) {
      const k1 = motion(state, force);
      const k2 = motion(along(k1, 0.005, state), force);
      const k3 = motion(along(k2, 0.005, state), force);
      const k4 = motion(along(k3, 0.01, state), force);
      state = state.map((x, i) => plus(x, times(0.01 / 6, dot([k1[i]!, k2[i]!, k3[i]!, k4[i]!], [1, 2, 2, 1]))));
    }
    return state;
  },
  reward: ([x, theta, , omega], [u]) => {
    const calm = exp(times(Math.log(0.1) / 25, square(omega!)));
    const upright = times(0.5, times(plus(1, cos(theta!)), plus(1, calm)));
    return minus(minus(upright, times(0.1, square(x!))), times(0.2, square(u!)));
  },
};
