// Every task by its number. A task is a file beside this one; here is where it is named.

import { cartpoleBalanceTask, cartpoleTask } from "./cartpole";
import { cheetahTask } from "./cheetah";
import { gripperTask } from "./gripper";
import { handTask } from "./hand";
import { monopedTask } from "./monoped";
import { reacher4TargetTask, reacherMovingTask } from "./reacher";
import { swimmerTask } from "./swimmer";
import { Task } from "./task";
import { walkerTask } from "./walker";

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
    case TaskId.Hand:
      return handTask();
    case TaskId.Cartpole:
      return cartpoleTask(block, bytes);
    case TaskId.CartpoleBalance:
      return cartpoleBalanceTask(block, bytes);
    case TaskId.Swimmer3:
      return swimmerTask(block, bytes, 3);
    case TaskId.Swimmer5:
      return swimmerTask(block, bytes, 5);
    case TaskId.Swimmer7:
      return swimmerTask(block, bytes, 7);
    case TaskId.Reacher4Target:
      return reacher4TargetTask(block, bytes);
    case TaskId.ReacherMoving:
      return reacherMovingTask(block, bytes);
    case TaskId.Gripper:
      return gripperTask(block, bytes);
    case TaskId.Monoped:
      return monopedTask(block, bytes);
    case TaskId.Cheetah:
    case TaskId.CheetahSprings:
      return cheetahTask(block, bytes);
    case TaskId.Walker:
      return walkerTask(block, bytes);
    default:
      return unreachable();
  }
}
