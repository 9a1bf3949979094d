// What a task is to the core: sizes, and functions over one copy's numbers. All of it is f64; a batch of the learner is converted row
// by row. The functions are fields that the task's file fills in, so one text steps, rewards and differentiates every task.

import { arenaAlloc } from "../core/arena";
import { Random } from "../core/random";
import { Mechanism } from "./mechanism";

/** Puts a start state into s (S) and `hidden` (H), which are zero. */
export type Reset = (task: Task, s: usize, hidden: usize, random: Random) => void;
/**
 * One control step of s (S) and `hidden` (H) in place, under a (A), not clipped, with a random disturbance of the standard deviation
 * `disturbance`, in the task's own unit. Returns bits of Trouble.
 */
export type Step = (task: Task, s: usize, hidden: usize, a: usize, disturbance: f64, random: Random) => i32;
/** Moves what is not part of a mechanism by one control step: s (S) holds the mechanism's new state already. */
export type Move = (task: Task, s: usize, hidden: usize) => void;
/** Derivatives fS (S, S) and fA (S, A) of the transition without disturbances, overwritten. */
export type Jacobian = (task: Task, fS: usize, fA: usize, s: usize, a: usize) => void;
/** The reward's terms (K) of a transition; the reward is their sum. a is not clipped. */
export type Reward = (task: Task, terms: usize, s: usize, a: usize, sNext: usize) => void;
/** Adds the reward's derivatives by s, a and s' to rS (S), rA (A), rSNext (S). */
export type RewardGradient = (
  task: Task,
  rS: usize,
  rA: usize,
  rSNext: usize,
  s: usize,
  a: usize,
  sNext: usize,
) => void;
/** Whether a state is a failure, such as a fall. */
export type Failed = (task: Task, s: usize) => bool;
/** What success is judged by, of a transition. */
export type Score = (task: Task, s: usize, sNext: usize) => f64;


@unmanaged
@final
export class Task {
  /** S, A, and the numbers of a copy that nobody observes. */
  states: i32;
  actions: i32;
  hidden: i32;
  /** Terms of the reward. */
  terms: i32;
  /** Control steps of an episode. */
  steps: i32;
  /** 1 where the last step ends the process, because the state holds the time; 0 where it is a time limit. */
  finite: i32;
  /** Seconds between two actions. */
  controlStep: f64;
  /** Null where the task has equations of its own. */
  mechanism: Mechanism | null;
  /** A task's own constant, such as a number of links. */
  parameter: i32;
  /** Functions, as indices into the table. `move` and `failed` may be 0: nothing else moves, nothing is a failure. */
  reset: u32;
  step: u32;
  move: u32;
  jacobian: u32;
  reward: u32;
  rewardGradient: u32;
  failed: u32;
  score: u32;
}

/** A task without functions. */
export function taskCreate(states: i32, actions: i32, hidden: i32, terms: i32, steps: i32, controlStep: f64): Task {
  const task = changetype<Task>(arenaAlloc(offsetof<Task>()));
  task.states = states;
  task.actions = actions;
  task.hidden = hidden;
  task.terms = terms;
  task.steps = steps;
  task.controlStep = controlStep;
  return task;
}
