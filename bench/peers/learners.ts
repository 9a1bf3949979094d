// The learner as contests: SVG(1)-ER's whole update at half-cheetah's sizes, and SVG(inf)'s gradient over a long episode.

import { mlpSlots, predictorSlots, readSlots, type Slot, type Tensor } from "../../src/network.js";
import { timerOf } from "../kernels/measure.js";
import { fill, floatsAt, type Module, uniform } from "../kernels/module.js";
import {
  createLearner,
  GAMMA,
  HALF_CHEETAH,
  type LearnerSizes,
  layersOf,
  SIGMA_RANGE,
  TARGET_PERIOD,
  wholeUpdate,
} from "../kernels/update.js";
import type { Contest } from "./contest.js";
import { asResults } from "./networks.js";

const EPISODE: LearnerSizes = { S: 8, A: 2, B: 1000, policy: [100, 100], critic: [20], model: [20, 20] };
/** Actions are drawn from here, where the noise that they stand for does not reach the policy's limit. */
const LARGEST_ACTION = 0.7;
/** How far the behaviour's log-densities are from the policy's. */
const DRIFT = 0.2;

const [low, high] = SIGMA_RANGE.map(Math.log) as [number, number];
const SETTINGS = { gamma: GAMMA, middle: (high + low) / 2, half_range: (high - low) / 2 };

/** A learner in the core with access to its arrays by name. */
class Learner {
  readonly module: Module;
  readonly sizes: LearnerSizes;
  readonly handles: ReturnType<typeof createLearner>;

  constructor(module: Module, sizes: LearnerSizes) {
    this.module = module;
    this.sizes = sizes;
    this.handles = createLearner(module, sizes);
  }

  /** The live numbers of a field of the batch, of so many in a row. */
  field(name: string, columns: number): Float32Array {
    const address = this.module.exports[`batch${name}`]!(this.handles.batch);
    return floatsAt(this.module, address, this.sizes.B * columns);
  }

  /** A field of the batch for peers. */
  column(name: string, field: string, columns: number): Tensor {
    const shape = columns === 1 ? [this.sizes.B] : [this.sizes.B, columns];
    return { name, shape, data: this.field(field, columns).slice() };
  }

  /** A network's values or gradient. */
  network(which: "policy" | "value" | "model", block: "Values" | "Gradient"): Tensor[] {
    const { exports } = this.module;
    const layers = layersOf(this.sizes);
    const slots: Record<typeof which, Slot[]> = {
      policy: mlpSlots(layers.policy),
      value: mlpSlots(layers.critic),
      model: predictorSlots(layers.model, this.sizes.S, false),
    };
    const parameters = exports[`${which}Parameters`]!(this.handles[which]);
    const numbers = floatsAt(
      this.module,
      exports[`parameters${block}`]!(parameters),
      exports.parametersCount!(parameters),
    );
    return readSlots(numbers, slots[which]).map((tensor) => ({ ...tensor, name: `${which}.${tensor.name}` }));
  }
}

export function updates(modules: readonly Module[]): Contest[] {
  const { S, A, B } = HALF_CHEETAH;
  const learners = modules.map((module) => {
    const learner = new Learner(module, HALF_CHEETAH);
    const random = uniform();
    const a = learner.field("A", A);
    a.forEach((value, i) => {
      a[i] = LARGEST_ACTION * value;
    });
    const behaviour = learner.field("BehaviourLogProb", 1);
    const { policy, batch } = learner.handles;
    const { exports } = module;
    exports.policyForward!(policy, exports.batchS!(batch), B);
    exports.policyLogProb!(policy, exports.batchBehaviourLogProb!(batch), exports.batchA!(batch), B);
    behaviour.forEach((value, b) => {
      behaviour[b] = value + DRIFT * random();
    });
    return learner;
  });
  const [first] = learners;
  return [
    {
      work: "SVG(1)-ER whole update",
      ours: learners.map((learner) => {
        const { module, handles } = learner;
        const turn = (): void => {
          wholeUpdate(module, handles.learner, handles.batch, B);
        };
        return {
          name: module.build,
          time: timerOf(turn),
          results: () => {
            turn();
            const networks = (["policy", "value", "model"] as const).flatMap((which) =>
              learner.network(which, "Gradient"),
            );
            return asResults([...networks, learner.column("weight", "Weight", 1)]);
          },
        };
      }),
      task: {
        work: "update",
        numbers: [
          ...(["policy", "value", "model"] as const).flatMap((which) => first!.network(which, "Values")),
          first!.column("s", "S", S),
          first!.column("a", "A", A),
          first!.column("sNext", "SNext", S),
          first!.column("reward", "Reward", 1),
          first!.column("rA", "RA", A),
          first!.column("rSNext", "RSNext", S),
          first!.column("behaviour", "BehaviourLogProb", 1),
        ],
        settings: { ...SETTINGS, target_period: TARGET_PERIOD },
      },
      targets: { PyTorch: 3, numpy: { release: 1, fma: 1.2 }, "tfjs-wasm": 10 },
    },
  ];
}

/** An episode through random states, each of which is the next one's start. */
function episode(module: Module): Learner {
  const learner = new Learner(module, EPISODE);
  const { S, A, B } = EPISODE;
  const { policy, model, batch } = learner.handles;
  const { exports } = module;
  exports.batchAllocateJacobians!(batch);
  exports.batchAllocatePolicyJacobian!(batch);
  exports.modelAllocateJacobian!(model);
  const random = uniform();
  fill(learner.field("S", S), random);
  fill(learner.field("A", A), () => LARGEST_ACTION * random());
  const next = learner.field("SNext", S);
  next.set(learner.field("S", S).subarray(S));
  fill(next.subarray(-S), random);
  new Int32Array(module.memory.buffer, exports.batchEnds!(batch), 1)[0] = B - 1;
  // a model whose Jacobian is close to 1, as that of a short time step, so that a thousand of them do not explode
  const parameters = exports.modelParameters!(model);
  const values = floatsAt(module, exports.parametersValues!(parameters), exports.parametersCount!(parameters));
  for (const { name, offset, rows, stride } of predictorSlots(layersOf(EPISODE).model, S, false)) {
    if (name !== `${EPISODE.model.length}.weight`) continue;
    const weights = values.subarray(offset, offset + rows * stride);
    weights.forEach((weight, i) => {
      weights[i] = 0.01 * weight;
    });
  }
  exports.policyForward!(policy, exports.batchS!(batch), B);
  exports.policyLogProb!(policy, exports.batchBehaviourLogProb!(batch), exports.batchA!(batch), B);
  return learner;
}

export function episodes(modules: readonly Module[]): Contest[] {
  const { S, A, B } = EPISODE;
  const learners = modules.map(episode);
  const first = learners[0]!;
  const contest = {
    ours: learners.map((learner) => {
      const { module, handles } = learner;
      const { importanceRatios, svgGradient } = module.exports;
      const turn = (): void => {
        importanceRatios!(handles.learner, handles.batch, B);
        svgGradient!(handles.learner, handles.batch, B, 1, 0);
      };
      return {
        name: module.build,
        time: timerOf(turn),
        results: () => {
          turn();
          return asResults(learner.network("policy", "Gradient"));
        },
      };
    }),
  };
  const numbers = [
    ...first.network("policy", "Values"),
    ...first.network("model", "Values"),
    ...(["S", "A", "SNext"] as const).map((field, i) =>
      first.column(["s", "a", "sNext"][i]!, field, field === "A" ? A : S),
    ),
    first.column("rS", "RS", S),
    first.column("rA", "RA", A),
    first.column("rSNext", "RSNext", S),
  ];
  const task = (work: string) => ({ work, numbers, settings: SETTINGS });
  return [
    {
      ...contest,
      work: `SVG(inf) gradient, ${B} steps`,
      task: task("svg-inf"),
      targets: { "PyTorch, batched Jacobians": 3 },
    },
    { ...contest, work: `SVG(inf) gradient, ${B} steps, one graph`, task: task("svg-inf as one graph"), rounds: 7 },
  ];
}
