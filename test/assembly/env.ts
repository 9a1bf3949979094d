// Tasks, in both number types.

import * as cartpoles from "../../assembly/env/cartpole";
import * as environments from "../../assembly/env/environment";

export function cartpoleReward32(s: usize, a: usize): f32 {
  return cartpoles.cartpoleReward<f32>(s, a);
}
export function cartpoleReward64(s: usize, a: usize): f64 {
  return cartpoles.cartpoleReward<f64>(s, a);
}
export function rewardGradient32(
  task: i32,
  rS: usize,
  rA: usize,
  rSNext: usize,
  s: usize,
  a: usize,
  sNext: usize,
  B: i32,
): void {
  environments.rewardGradient<f32>(task, rS, rA, rSNext, s, a, sNext, B);
}
export function rewardGradient64(
  task: i32,
  rS: usize,
  rA: usize,
  rSNext: usize,
  s: usize,
  a: usize,
  sNext: usize,
  B: i32,
): void {
  environments.rewardGradient<f64>(task, rS, rA, rSNext, s, a, sNext, B);
}
