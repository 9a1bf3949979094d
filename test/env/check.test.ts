import test from "ava";
import { checkEnvironment } from "../../src/env/check.js";
import { type Environment, makeEnvironment } from "../../src/env/environment.js";
import { type Task, tasks } from "../../src/env/task.js";
import type { Finding } from "../../src/finding.js";
import { init } from "../../src/node.js";
import { Point, task } from "./point.js";

const names = "task results finite state terms episodes seeds clipping snapshot gradient jacobian arrays".split(" ");
const failed = (findings: readonly Finding[]): string[] => findings.flatMap(({ name, ok }) => (ok ? [] : [name]));
const skipped = (findings: readonly Finding[]): string[] => findings.flatMap((one) => (one.skipped ? [one.name] : []));

test("an environment that does everything right passes every check, in every way the same", (t) => {
  const findings = [...checkEnvironment(() => new Point())];
  t.deepEqual(
    findings.map(({ name }) => name),
    names,
  );
  t.deepEqual(failed(findings), []);
  t.deepEqual(skipped(findings), []);
  t.deepEqual([...checkEnvironment(() => new Point())], findings);
  t.notDeepEqual([...checkEnvironment(() => new Point(), { seed: 2 })], findings);
  const [, results] = checkEnvironment(() => new Point(), { episodes: 1 });
  t.regex(results!.detail, /^60 steps in 1 episode:/);
  t.throws(() => [...checkEnvironment(() => new Point(), { seed: -1 })], { message: /seed is -1: it must be/ });
  t.throws(() => [...checkEnvironment(() => new Point(), { episodes: 0 })], { message: /episodes is 0: it must be/ });
});

for (const [name, task] of Object.entries(tasks)) {
  test(`${name} passes every check`, async (t) => {
    const cores = await Promise.all([init(), init(), init()]);
    const findings = [
      ...checkEnvironment(() => makeEnvironment(cores.pop()!, task, { disturbance: 0 }), { episodes: 2 }),
    ];
    t.deepEqual(
      findings.filter(({ ok }) => !ok),
      [],
    );
    t.is(findings.length, names.length);
    t.deepEqual(skipped(findings), []);
  });
}

type Change = { readonly [Member in keyof Environment]?: unknown };

/** Makes points of which something is otherwise than it should be. */
const changed = (change: (point: Point) => Change) => (): Environment => {
  const point = new Point();
  const honest: Environment = {
    task,
    reset: (options) => point.reset(options),
    step: (action) => point.step(action),
    reward: (s, a) => point.reward(s, a),
    rewardGradient: (s, a) => point.rewardGradient(s, a),
    transitionJacobian: (s, a) => point.transitionJacobian(s, a),
    snapshot: () => point.snapshot(),
    restore: (snapshot) => point.restore(snapshot),
  };
  return { ...honest, ...change(point) } as Environment;
};

/** An environment whose steps give something else, of which they are told the number. */
const stepping = (change: (result: ReturnType<Point["step"]>, step: number, point: Point) => object | undefined) =>
  changed((point) => ({
    step: (action: Float64Array) => {
      const result = point.step(action);
      return { ...result, ...change(result, point.state[2], point) };
    },
  }));

const described = (change: Partial<Task>) => changed(() => ({ task: { ...task, ...change } }));
const [position, velocity] = task.state;
let steps = 0;

/** What is wrong, the check that must find it, alone, and what it must say. */
const wrong: readonly (readonly [what: string, make: () => Environment, check: string, detail: RegExp])[] = [
  ["a missing field", changed(() => ({ task: { ...task, summary: undefined } })), "task", /^task: summary is missing/],
  ["no method step", changed(() => ({ step: undefined })), "task", /^step is undefined: it must be a method$/],
  ["a snapshot that is no method", changed(() => ({ snapshot: 3 })), "task", /^snapshot is 3: it must be a method$/],
  [
    "make that is asynchronous",
    (async () => new Point()) as never,
    "task",
    /^make returned a Promise: it must return an Environment, at once$/,
  ],
  [
    "make that returns one object always",
    (
      (point) => () =>
        point
    )(new Point()),
    "task",
    /^make returned the same object twice/,
  ],
  [
    "make that throws",
    () => {
      throw new TypeError("no such file");
    },
    "task",
    /^make threw TypeError: no such file \(check\.test\.ts:\d+\)$/,
  ],
  [
    "a step that throws",
    stepping(() => {
      throw new Error("out of syrup");
    }),
    "results",
    /^step threw Error: out of syrup \(check\.test\.ts:\d+\)$/,
  ],
  [
    "a step that throws what is no error",
    stepping(() => {
      throw "syrup";
    }),
    "results",
    /^step threw "syrup"$/,
  ],
  [
    "a step without a result",
    changed(() => ({ step() {} })),
    "results",
    /^step is undefined: it must be \{ observation/,
  ],
  [
    "an observation that is an array",
    stepping(({ observation }) => ({ observation: [...observation] })),
    "results",
    /^step's observation is an Array of 2: it must be a Float64Array of 2$/,
  ],
  [
    "an observation that is too long",
    changed((point) => ({ reset: () => ({ ...point.reset(), observation: new Float64Array(3) }) })),
    "results",
    /^reset's observation is a Float64Array of 3: it must be a Float64Array of 2$/,
  ],
  ["a reward that is missing", stepping(() => ({ reward: undefined })), "results", /^step's reward is undefined/],
  ["a flag that is a number", stepping(() => ({ terminated: 0 })), "results", /terminated is 0: it must be a boolean$/],
  ["no info", stepping(() => ({ info: undefined })), "results", /^step's info is undefined: it must be \{ terms/],
  [
    "a failure that the task does not know",
    stepping(({ info }, step) => ({ info: { ...info, failed: step > 50 } })),
    "results",
    /^info\.failed is true after step 51 of episode 1: task\.failure must say/,
  ],
  [
    "a number that is none after 10 steps",
    stepping(({ observation }, step) => (step === 10 ? { observation: observation.fill(Number.NaN) } : undefined)),
    "finite",
    /^observation position is NaN after step 10 of episode 1 under action -?0\.\d+: it must be finite/,
  ],
  [
    "an infinite score",
    stepping(({ info }) => ({ info: { ...info, score: Infinity } })),
    "finite",
    /^score is Infinity after step 1 of episode 1/,
  ],
  [
    "a start that is no number",
    changed((point) => ({ reset: () => ({ ...point.reset(), observation: new Float64Array(2).fill(Number.NaN) }) })),
    "finite",
    /^observation position is NaN after the reset of episode 1: it must be finite/,
  ],
  [
    "bounds that do not hold",
    described({ state: [position!, { ...velocity!, low: -0.2, high: 0.2 }] }),
    "state",
    /^velocity is -?0\.[3-9]\d* after step \d+ of episode \d: task\.state\[1\] says -0\.2 to 0\.2; correct low and high/,
  ],
  [
    "a constant that changes",
    described({ predicted: [0], constant: [1] }),
    "state",
    /^velocity changes by -?[\d.e-]+ after step \d+ of episode \d: task\.constant says that it never does/,
  ],
  [
    "a clock that does not go on",
    described({ predicted: [0], clock: 1 }),
    "state",
    /^velocity changes by .*: as task\.clock it must by controlStep, 0\.1/,
  ],
  [
    "terms that miss the reward",
    stepping(({ info }) => ({ info: { ...info, terms: { ...info.terms, action: 1 } } })),
    "terms",
    /^the terms' sum is [\d.]+ after step 1 of episode 1, the reward -[\d.]+: .*; 359 more such mistakes/,
  ],
  [
    "a term that is missing",
    stepping(({ info, reward }) => ({ info: { ...info, terms: { position: reward } } })),
    "terms",
    /^step's info\.terms\["action"\] is undefined: it must be a number/,
  ],
  [
    "a term that is not declared",
    stepping(({ info }) => ({ info: { ...info, terms: { ...info.terms, luck: 0 } } })),
    "terms",
    /^step's info\.terms has "luck", which task\.reward does not declare/,
  ],
  [
    "no end",
    stepping(() => ({ truncated: false })),
    "episodes",
    /^step 60 of episode 1 is not truncated, as the last of 60 \(task\.episodeSteps\) must be/,
  ],
  [
    "an early end",
    stepping((_, step) => ({ truncated: step === 59 })),
    "episodes",
    /^step 59 of episode 1 is truncated: the time limit, task\.episodeSteps, is 60/,
  ],
  [
    "both ends at once",
    stepping(({ truncated }) => ({ terminated: truncated })),
    "episodes",
    /^step 60 of episode 1 is terminated and truncated/,
  ],
  [
    "a time limit that is an end",
    stepping(({ truncated }) => ({ terminated: truncated, truncated: false })),
    "episodes",
    /^all 6 episodes that reached step 60 are terminated there: a time limit is truncated/,
  ],
  [
    "an end that is a time limit",
    described({ finite: true }),
    "episodes",
    /^step 60 of episode 1 is truncated: as task\.finite says, the last step ends the process/,
  ],
  [
    "a counter outside of the instance",
    stepping(({ info }) => {
      return { info: { ...info, score: ++steps } };
    }),
    "seeds",
    /^with the same seed and actions in a second instance, after step 1 of episode 1 score is \d+, not \d+:/,
  ],
  [
    "starts that are random by themselves",
    changed((point) => ({
      reset: (options?: object) => {
        point.state[3] += ++steps;
        return point.reset(options);
      },
    })),
    "seeds",
    /in a second instance, at the start of episode 2 observation position is/,
  ],
  [
    "a reset that counts resets",
    changed((point) => {
      let resets = 0;
      return {
        reset: (options?: object) => {
          const start = point.reset(options);
          point.state[1] = 0.01 * ++resets;
          return { ...start, observation: Float64Array.of(point.state[0], point.state[1]) };
        },
      };
    }),
    "seeds",
    /with the same seed and actions after a reset with the seed, at the start of episode 1 observation velocity is/,
  ],
  [
    "a reset without a seed that begins again",
    changed((point) => {
      let last = 1;
      return {
        reset: ({ seed = last }: { seed?: number } = {}) => {
          last = seed;
          return point.reset({ seed });
        },
      };
    }),
    "seeds",
    /^16 resets without a seed give the same start, although starts depend on the seed/,
  ],
  [
    "actions that are not clipped",
    changed((point) => ({
      step: ([force]: Float64Array) => {
        const before = point.state[1];
        const result = point.step([force!]);
        if (Math.abs(force!) <= 1) return result;
        const v = before + 0.1 * (force! - before);
        point.state[0] += 0.1 * (v - point.state[1]);
        point.state[1] = v;
        return { ...result, observation: Float64Array.of(point.state[0], v) };
      },
      transitionJacobian: () => ({ fS: [1, 0.09, 0, 0.9], fA: [0.01, 0.1] }),
    })),
    "clipping",
    /^after step \d+ under action -?[\d.]+ observation position is [^,]+, not [^,]+, as under -?1: step must clip actions/,
  ],
  ["a snapshot alone", changed(() => ({ restore: undefined })), "snapshot", /^there is snapshot alone/],
  [
    "a snapshot without the random numbers",
    changed((point) => ({
      restore: (snapshot: Uint8Array) => {
        const { 3: seed } = point.state;
        point.restore(snapshot);
        point.state[3] = seed;
      },
    })),
    "snapshot",
    /^restored in the same instance before step 1 of episode 1, at the start of episode 2 observation position is .* random numbers/,
  ],
  [
    "a snapshot without the step count",
    changed((point) => ({
      restore: (snapshot: Uint8Array) => {
        point.restore(snapshot);
        point.state[2] = 0;
      },
    })),
    "snapshot",
    /^restored in the same instance before step 31 of episode 1, after step 60 of episode 1 truncated is 0, not 1/,
  ],
  [
    "a snapshot that stays in the instance",
    changed((point) => {
      const kept: Uint8Array[] = [];
      return {
        snapshot: () => Uint8Array.of(kept.push(point.snapshot()) - 1),
        restore: ([index]: Uint8Array) => {
          if (index! < kept.length) point.restore(kept[index!]!);
        },
      };
    }),
    "snapshot",
    /^restored in a fresh instance before step 1 of episode 1, after step 1 of episode 1 observation position is/,
  ],
  [
    "a snapshot of nothing",
    changed(() => ({ snapshot: () => "state" })),
    "snapshot",
    /^snapshot is "state": it must be a Uint8Array$/,
  ],
  [
    "a snapshot that moves on",
    changed((point) => {
      const live = new Uint8Array(32);
      const look = (): Uint8Array => {
        live.set(point.snapshot());
        return live;
      };
      return {
        snapshot: look,
        step: (action: Float64Array) => {
          const result = point.step(action);
          look();
          return result;
        },
      };
    }),
    "snapshot",
    /^the snapshot before step 1 of episode 1 is altered by later steps: return a copy/,
  ],
  [
    "a snapshot that draws random numbers",
    changed((point) => ({
      snapshot: () => {
        point.state[3] += 1;
        return point.snapshot();
      },
    })),
    "snapshot",
    /^after snapshot was called, at the start of episode 2 observation position is .*: it must change nothing/,
  ],
  [
    "a restore that throws",
    changed(() => ({
      restore: () => {
        throw new Error("no");
      },
    })),
    "snapshot",
    /^restore threw Error: no \(check/,
  ],
  [
    "the wrong sign of rA",
    changed(() => ({
      rewardGradient: ([x]: number[], [a]: number[]) => ({ rS: [-2 * x!, 0], rA: [0.2 * a!], rSNext: [0, 0] }),
    })),
    "gradient",
    /^rA of force is (-?)[\d.]+ at step \d+ of episode 1, differences of reward give (?!\1\d)-?[\d.]+: return the derivatives.*; 23 more/,
  ],
  [
    "a reward that is not the steps'",
    changed((point) => ({ reward: (s: Float64Array, a: Float64Array) => point.reward(s, a) + 1 })),
    "gradient",
    /^reward\(s, a, s'\) is 0?[\d.-]+ at step \d+ of episode 1, for which step gave/,
  ],
  [
    "derivatives of another length",
    changed((point) => ({
      rewardGradient: (s: Float64Array, a: Float64Array) => ({ ...point.rewardGradient(s, a), rS: [0] }),
    })),
    "gradient",
    /^rewardGradient's rS is an Array of 1: it must be an array of 2 numbers$/,
  ],
  [
    "derivatives that are no numbers",
    changed((point) => ({
      rewardGradient: (s: Float64Array, a: Float64Array) => ({
        ...point.rewardGradient(s, a),
        rSNext: [0, Number.NaN],
      }),
    })),
    "gradient",
    /^rewardGradient's rSNext\[1\] is NaN: it must be a finite number$/,
  ],
  ...(["rS", "rA", "rSNext"] as const).map(
    (part) =>
      [
        `a wrong ${part} without a method reward`,
        changed((point) => ({
          reward: undefined,
          rewardGradient: (s: Float64Array, a: Float64Array) => {
            const right = point.rewardGradient(s, a);
            return { ...right, [part]: right[part].map((value) => value + 1e-3) };
          },
        })),
        "gradient",
        /^at step \d+ of episode 1 the reward's derivative by (an earlier )?force is -?[\d.e-]+ by r[AS].*, differences of steps give/,
      ] as const,
  ),
  [
    "a wrong sign of fA",
    changed((point) => ({
      transitionJacobian: (s: Float64Array, a: Float64Array) => {
        const { fS, fA } = point.transitionJacobian(s, a);
        return { fS, fA: fA.map((value) => -value) };
      },
    })),
    "jacobian",
    /^fA of velocity by force is -0\.1 at step \d+ of episode 1, differences of steps give 0\.1: return/,
  ],
  [
    "fS transposed",
    changed((point) => ({
      transitionJacobian: (s: Float64Array, a: Float64Array) => ({
        ...point.transitionJacobian(s, a),
        fS: [1, 0, 0.09, 0.9],
      }),
    })),
    "jacobian",
    /^fS times ds\/da of position, by an earlier force, is 0\.01 at step \d+ of episode 1, differences of steps give 0\.019/,
  ],
  [
    "a step that changes the action",
    changed((point) => ({
      step: (action: Float64Array) => {
        action[0] = Math.max(-1, Math.min(1, action[0]!));
        return point.step(action);
      },
      reward: undefined,
      rewardGradient: ([x]: number[], [a]: number[]) => ({
        rS: [-2 * x!, 0],
        rA: [Math.abs(a!) < 1 ? -0.2 * a! : 0],
        rSNext: [0, 0],
      }),
    })),
    "arrays",
    /^step changes action\[0\] from -?[\d.]+ to -?1: it must leave what it is given as it is/,
  ],
  [
    "a gradient that changes the state",
    changed((point) => ({
      rewardGradient: (s: Float64Array, a: Float64Array) => {
        const result = point.rewardGradient(s, a);
        s[1] = 7;
        return result;
      },
    })),
    "arrays",
    /^rewardGradient changes s\[1\] from -?[\d.]+ to 7/,
  ],
  [
    "an observation that is the same array always",
    changed((point) => {
      const own = new Float64Array(2);
      const shared = <T extends { observation: Float64Array }>(given: T): T => {
        own.set(given.observation);
        return { ...given, observation: own };
      };
      return {
        reset: (options?: object) => shared(point.reset(options)),
        step: (action: Float64Array) => shared(point.step(action)),
      };
    }),
    "arrays",
    /^step returns an array that it returned before: return a new one every time/,
  ],
  [
    "an observation that is altered by the next step",
    changed((point) => {
      let last: Float64Array = new Float64Array(2);
      return {
        step: (action: Float64Array) => {
          last[0] = 0;
          const result = point.step(action);
          last = result.observation;
          return result;
        },
      };
    }),
    "arrays",
    /^the observation that step 1 returned is altered later/,
  ],
  [
    "derivatives in one array always",
    changed((point) => {
      const rS = new Float64Array(2);
      return {
        rewardGradient: (s: Float64Array, a: Float64Array) => {
          const right = point.rewardGradient(s, a);
          rS.set(right.rS);
          return { ...right, rS };
        },
      };
    }),
    "arrays",
    /^rewardGradient alters the rS that it returned before/,
  ],
];

for (const [what, make, check, detail] of wrong) {
  test(`${what} makes ${check} fail, and nothing else`, (t) => {
    const findings = [...checkEnvironment(make)];
    t.deepEqual(failed(findings), [check], JSON.stringify(findings.filter(({ ok }) => !ok)));
    t.regex(findings.find(({ name }) => name === check)!.detail, detail);
  });
}

test("what can't be checked is said, and is no failure", (t) => {
  const bare = changed(() => ({
    reward: undefined,
    transitionJacobian: undefined,
    snapshot: undefined,
    restore: undefined,
  }));
  const findings = [...checkEnvironment(bare)];
  t.deepEqual(failed(findings), []);
  t.deepEqual(skipped(findings), ["snapshot", "gradient", "jacobian"]);
  const details = findings.flatMap(({ skipped, detail }) => (skipped ? [detail] : []));
  t.regex(details[0]!, /can't be saved or resumed/);
  t.regex(details[1]!, /compared with nothing: that needs a method reward, or snapshot and restore/);
  t.regex(details[2]!, /training with model "exact" is not possible/);
  const [gradient] = [...checkEnvironment(changed(() => ({ rewardGradient: undefined })))].filter(
    ({ name }) => name === "gradient",
  );
  t.true(gradient!.ok && gradient!.skipped, gradient!.detail);
  t.regex(gradient!.detail, /no rewardGradient: training is possible with reward "learned" only$/);
  const single = changed((point) => ({
    step: (action: Float64Array) => {
      const result = point.step(action);
      return { ...result, reward: Math.fround(result.reward) };
    },
    reward: (s: Float64Array, a: Float64Array) => Math.fround(point.reward(s, a)),
  }));
  const [, , , , , , , , , compared] = checkEnvironment(single);
  t.true(compared!.ok && compared!.skipped, compared!.detail);
  t.regex(compared!.detail, /differences settle at 0 of 48 only, too few to tell; compute with numbers of 64 bits/);
});

test("disturbances, a fixed start, an end of the process and a kink in the reward are in order", (t) => {
  // the force trembles; the start is always the same; the end of the syrup ends the process
  const trembling = changed((point) => ({
    task: { ...task, failure: "out of the syrup" },
    reset: (options?: object) => {
      const start = point.reset(options);
      point.state[0] = 0.5;
      return { ...start, observation: Float64Array.of(0.5, 0), info: { ...start.info, score: 0.5 } };
    },
    step: (action: Float64Array) => {
      point.state[3] = (point.state[3] * 48271) % 2147483647;
      const { observation, info, truncated } = point.step(action);
      point.state[1] += 0.02 * (point.state[3] / 2147483647 - 0.5);
      observation[1] = point.state[1];
      const cost = -Math.abs(action[0]!);
      const failed = Math.abs(observation[0]!) > 0.7;
      return {
        observation,
        reward: cost,
        info: { ...info, terms: { position: 0, action: cost }, failed },
        terminated: failed,
        truncated: truncated && !failed,
      };
    },
    reward: undefined,
    rewardGradient: (_: Float64Array, a: Float64Array) => ({ rS: [0, 0], rA: [-Math.sign(a[0]!)], rSNext: [0, 0] }),
  }));
  const findings = [...checkEnvironment(trembling)];
  t.deepEqual(failed(findings), [], JSON.stringify(findings.filter(({ ok }) => !ok)));
  const detail = (name: string): string => findings.find((one) => one.name === name)!.detail;
  t.regex(detail("seeds"), /starts do not depend on the seed/);
  t.regex(detail("episodes"), /of 6 episodes \d reached the last step, 60, [1-6] were terminated before/);
});

test("what is unusual but allowed is mentioned", (t) => {
  const [, , , state] = checkEnvironment(described({ predicted: [0] }));
  t.regex(state!.detail, /changes, but is not predicted, so that the model copies it: velocity/);
  const still = changed((point) => ({ step: (action: Float64Array) => point.step(action.map(() => 0)) }));
  t.regex([...checkEnvironment(still)][3]!.detail, /predicted, but never changes: position, velocity/);
  const soft = described({ state: [position!, { ...velocity!, low: -0.5, high: 0.5 }] });
  t.regex([...checkEnvironment(soft)][3]!.detail, /at most [\d.]+ % of a range beyond its bounds, where 25 % may be/);
});
