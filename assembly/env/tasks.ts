// Every task by its number. A task is a file beside this one; here is where it is named.

import { cartpoleTask } from "./cartpole";
import { Task } from "./task";

export enum TaskId {
  Hand,
  Cartpole,
  CartpoleBalance,
  Swimmer3,
  Swimmer5,
  Swimmer7,
  Reacher4Target,
  ReacherMoving,
  Gripper,
  Monoped,
  Cheetah,
  CheetahSprings,
  Walker,
}

/** A task on the compiled model in the `bytes` bytes at `block`. Traps on a number that is none. */
export function createTask(id: i32, block: usize, bytes: i32): Task {
  switch (id) {
    case TaskId.Cartpole:
      return cartpoleTask(block, bytes);
    default:
      return unreachable();
  }
}
