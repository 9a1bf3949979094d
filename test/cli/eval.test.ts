import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "ava";

/** Runs the built command line as a user would. */
function valuegrad(...args: string[]) {
  const cli = join(import.meta.dirname, "../../build/cli.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const json = (...args: string[]) => {
  const { status, stdout, stderr } = valuegrad("eval", ...args, "--json");
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { returns: number[]; scores: number[]; successes: number; solved: boolean };
};

test("eval compares a task's reference controllers", (t) => {
  const [lqr, zero, random] = ["lqr", "zero", "random"].map((kind) =>
    json("cartpole-balance", "--controller", kind, "--episodes", "12"),
  );
  for (const { returns, scores } of [lqr!, zero!, random!]) t.is(returns.length + scores.length, 24);
  t.true(lqr!.solved && lqr!.successes === 1);
  t.false(zero!.solved || random!.solved);
  t.notDeepEqual(zero!.returns, random!.returns);
  t.deepEqual(json("cartpole-balance", "--controller", "random", "--episodes", "12"), random);
  t.notDeepEqual(json("cartpole-balance", "--controller", "zero", "--episodes", "12", "--seed", "2"), zero);
  const { stdout } = valuegrad("eval", "cartpole-balance", "--controller", "lqr", "--episodes", "2");
  t.regex(
    stdout,
    /^episode 1: return .*\nepisode 2: .*\nmean of 2: .* 100 % of the episodes succeed: solved\nan episode succeeds when /,
  );
});

test("eval disturbs the actions as it is told", (t) => {
  const calm = json("monoped", "--controller", "zero", "--episodes", "3", "--disturbance", "0");
  t.notDeepEqual(json("monoped", "--controller", "zero", "--episodes", "3"), calm);
  t.notDeepEqual(json("monoped", "--controller", "zero", "--episodes", "3", "--disturbance", "0.25"), calm);
  t.deepEqual(json("monoped", "--controller", "zero", "--episodes", "3", "--disturbance", "0"), calm);
});

test("what eval can't use is named", (t) => {
  const cases: [string[], RegExp][] = [
    [["cartpole"], /cartpole is a task: name a run, or a --controller, one of zero, random/],
    [["cheetah", "--controller", "lqr"], /controller is lqr: it must be one of zero, random\n/],
    [["nothing", "--controller", "zero"], /task is nothing: it must be one of hand, /],
    [["hand", "--controller", "zero", "--episodes", "0"], /episodes is 0: it must be an integer/],
    [["hand", "--controller", "zero", "--disturbance", "-1"], /disturbance is -1/],
    [["hand", "--controller", "zero", "--seed", "x"], /seed is x/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = valuegrad("eval", ...args);
    t.is(status, 2, args.join(" "));
    t.regex(stderr, message);
  }
});
