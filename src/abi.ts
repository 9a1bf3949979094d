/** Types of the core's exports (assembly/index.ts). A pointer is a byte address in the core's memory. */

declare const kind: unique symbol;

/** Address of a structure of the core; the brand keeps kinds apart. */
export type Handle<Kind extends string> = number & { readonly [kind]: Kind };
/** Address of numbers or bytes. */
export type Pointer = number;

export type EncoderHandle = Handle<"Encoder">;
export type PolicyHandle = Handle<"Policy">;
export type ValueHandle = Handle<"Value">;
export type FramesHandle = Handle<"Frames">;
export type ModelHandle = Handle<"Model">;
export type BatchHandle = Handle<"Batch">;
export type LearnerHandle = Handle<"Learner">;
export type ImaginationHandle = Handle<"Imagination">;
export type ParametersHandle = Handle<"Parameters">;
export type RandomHandle = Handle<"Random">;
export type SimulationHandle = Handle<"Simulation">;
export type ControlHandle = Handle<"Control">;
export type EnvironmentHandle = Handle<"Environment">;

/** Streams of random numbers (assembly/core/random.ts): one for each purpose, so that one consumer never shifts another. */
export const Stream = {
  Initialisation: 0,
  PolicyNoise: 1,
  Environment: 2,
  ReplaySampling: 3,
  Evaluation: 4,
  Verification: 5,
  Imagination: 6,
  Diagnosis: 7,
} as const;

/** Kinds of features (assembly/nn/encoder.ts). */
export const FeatureKind = { linear: 0, sin: 1, cos: 2, rotated: 3 } as const;

/** What squashes the mean (assembly/nn/gaussian.ts). */
export const Squash = { none: 0, tanh: 1 } as const;

/** What sigma depends on (assembly/svg/policy.ts). */
export const Deviation = { fixed: 0, learned: 1, state: 2 } as const;

/** The interface's version that these types describe. */
export const ABI_VERSION = 4;

export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  readonly ABI_VERSION: { readonly value: number };
  readonly HAS_SIMD: { readonly value: number | boolean };
  readonly HAS_FMA: { readonly value: number | boolean };

  arenaAlloc(bytes: number): Pointer;
  arenaBase(): Pointer;
  arenaTop(): Pointer;
  arenaSeal(): void;

  randomCreate(seed: bigint, stream: number, index: number): RandomHandle;
  randomSeed(random: RandomHandle, seed: bigint, stream: number, index: number): void;
  randomIndices(random: RandomHandle, out: Pointer, count: number, bound: number): void;
  randomNormals(random: RandomHandle, out: Pointer, count: number): void;
  randomBytes(): number;

  parametersCount(parameters: ParametersHandle): number;
  parametersValues(parameters: ParametersHandle): Pointer;
  parametersGradient(parameters: ParametersHandle): Pointer;
  parametersMoment1(parameters: ParametersHandle): Pointer;
  parametersMoment2(parameters: ParametersHandle): Pointer;
  parametersNorm(parameters: ParametersHandle): number;
  parametersSteps(parameters: ParametersHandle): number;
  parametersConfigure(parameters: ParametersHandle, learningRate: number, maxNorm: number): void;
  parametersResume(parameters: ParametersHandle, steps: number): void;

  encoderCreate(
    states: number,
    features: number,
    summands: number,
    outputs: Pointer,
    kinds: Pointer,
    starts: Pointer,
    indices: Pointer,
    coefficients: Pointer,
    scales: Pointer,
  ): EncoderHandle;

  policyCreate(
    encoder: EncoderHandle,
    sizes: Pointer,
    layers: number,
    rows: number,
    squash: number,
    deviation: number,
    sigmaMin: number,
    sigmaMax: number,
    etaLimit: number,
  ): PolicyHandle;
  policyInitialise(policy: PolicyHandle, random: RandomHandle, lastScale: number, sigma: number): void;
  policyForward(policy: PolicyHandle, s: Pointer, rows: number): void;
  policySample(policy: PolicyHandle, a: Pointer, random: RandomHandle, rows: number): void;
  policyLogProb(policy: PolicyHandle, logProb: Pointer, a: Pointer, rows: number): void;
  policyParameters(policy: PolicyHandle): ParametersHandle;
  policyMean(policy: PolicyHandle): Pointer;
  policyDeviation(policy: PolicyHandle): Pointer;
  policyLogSigmaMiddle(policy: PolicyHandle): number;
  policyLogSigmaHalfRange(policy: PolicyHandle): number;

  valueCreate(encoder: EncoderHandle, actions: number, sizes: Pointer, layers: number, rows: number): ValueHandle;
  valueInitialise(value: ValueHandle, random: RandomHandle, lastScale: number): void;
  valueForward(value: ValueHandle, v: Pointer, s: Pointer, a: Pointer, rows: number): void;
  valueParameters(value: ValueHandle): ParametersHandle;
  valueTarget(value: ValueHandle): Pointer;

  framesCreate(
    states: number,
    dimensions: number,
    count: number,
    pairs: Pointer,
    starts: Pointer,
    indices: Pointer,
    coefficients: Pointer,
  ): FramesHandle;
  modelCreate(
    encoder: EncoderHandle,
    actions: number,
    sizes: Pointer,
    layers: number,
    predicted: Pointer,
    dimensions: number,
    frames: FramesHandle,
    single: number,
    rows: number,
  ): ModelHandle;
  modelInitialise(model: ModelHandle, random: RandomHandle, lastScale: number): void;
  modelForward(model: ModelHandle, s: Pointer, a: Pointer, rows: number): void;
  modelStep(model: ModelHandle, sNext: Pointer, s: Pointer, xi: Pointer, rows: number): void;
  modelInfer(model: ModelHandle, s: Pointer, sNext: Pointer, rows: number): void;
  modelXi(model: ModelHandle): Pointer;
  modelJacobian(model: ModelHandle, fS: Pointer, fA: Pointer, s: Pointer, rows: number): void;
  modelErrors(model: ModelHandle, errors: Pointer, s: Pointer, a: Pointer, sNext: Pointer, rows: number): void;
  modelParameters(model: ModelHandle): ParametersHandle;
  modelAllocateJacobian(model: ModelHandle): void;
  modelScale(model: ModelHandle): Pointer;
  modelBoundActions(model: ModelHandle, bound: number): void;

  batchCreate(rows: number, states: number, actions: number): BatchHandle;
  batchS(batch: BatchHandle): Pointer;
  batchA(batch: BatchHandle): Pointer;
  batchSNext(batch: BatchHandle): Pointer;
  batchReward(batch: BatchHandle): Pointer;
  batchTerminated(batch: BatchHandle): Pointer;
  batchBehaviourLogProb(batch: BatchHandle): Pointer;
  batchWeight(batch: BatchHandle): Pointer;
  batchRS(batch: BatchHandle): Pointer;
  batchRA(batch: BatchHandle): Pointer;
  batchRSNext(batch: BatchHandle): Pointer;
  batchVSNext(batch: BatchHandle): Pointer;
  batchAllocateJacobians(batch: BatchHandle): void;
  batchAllocatePolicyJacobian(batch: BatchHandle): void;
  batchEnds(batch: BatchHandle): Pointer;
  batchFS(batch: BatchHandle): Pointer;
  batchFA(batch: BatchHandle): Pointer;

  learnerCreate(
    policy: PolicyHandle,
    model: ModelHandle,
    value: ValueHandle,
    exact: number,
    gamma: number,
    rewardScale: number,
    targetPeriod: number,
  ): LearnerHandle;
  learnerConfigure(learner: LearnerHandle, imagination: RandomHandle | 0, residual: number): void;
  updateModel(learner: LearnerHandle, batch: BatchHandle, rows: number): number;
  importanceRatios(learner: LearnerHandle, batch: BatchHandle, rows: number): number;
  learnerSetRatioExponent(learner: LearnerHandle, exponent: number): void;
  updateValue(learner: LearnerHandle, batch: BatchHandle, rows: number): number;
  svgGradient(learner: LearnerHandle, batch: BatchHandle, steps: number, pieces: number, bootstraps: number): void;
  updatePolicy(learner: LearnerHandle, batch: BatchHandle, steps: number, pieces: number, bootstraps: number): number;
  svg0Gradient(learner: LearnerHandle, batch: BatchHandle, rows: number): void;
  updatePolicyByCritic(learner: LearnerHandle, batch: BatchHandle, rows: number): number;
  updateReward(reward: ValueHandle, rewardScale: number, batch: BatchHandle, rows: number): number;
  rewardDerivatives(reward: ValueHandle, rewardScale: number, batch: BatchHandle, rows: number): void;
  likelihoodRatioGradient(
    learner: LearnerHandle,
    batch: BatchHandle,
    steps: number,
    pieces: number,
    bootstraps: number,
  ): void;
  updatePolicyByLikelihoodRatio(
    learner: LearnerHandle,
    batch: BatchHandle,
    steps: number,
    pieces: number,
    bootstraps: number,
  ): number;
  learnerKlWeight(learner: LearnerHandle): Pointer;
  imaginationCreate(
    policy: PolicyHandle,
    model: ModelHandle,
    random: RandomHandle,
    clock: number,
    controlStep: number,
  ): ImaginationHandle;
  imaginationMeasure(imagination: ImaginationHandle, batch: BatchHandle, rows: number): void;
  imagine(imagination: ImaginationHandle, batch: BatchHandle, steps: number, pieces: number): void;
  learnerValueUpdates(learner: LearnerHandle): number;
  learnerResume(learner: LearnerHandle, valueUpdates: number): void;

  environmentCreate(
    task: number,
    block: Pointer,
    bytes: number,
    count: number,
    seed: bigint,
    stream: number,
  ): EnvironmentHandle;
  environmentConfigure(environment: EnvironmentHandle, terminates: number, disturbance: number): void;
  environmentSeed(environment: EnvironmentHandle, seed: bigint, stream: number): void;
  environmentReset(environment: EnvironmentHandle, index: number): void;
  environmentStep(environment: EnvironmentHandle): void;
  environmentStates(environment: EnvironmentHandle): number;
  environmentActions(environment: EnvironmentHandle): number;
  environmentHiddenStates(environment: EnvironmentHandle): number;
  environmentTermCount(environment: EnvironmentHandle): number;
  environmentSteps(environment: EnvironmentHandle): number;
  environmentControlStep(environment: EnvironmentHandle): number;
  environmentFinite(environment: EnvironmentHandle): number;
  environmentFails(environment: EnvironmentHandle): number;
  environmentS(environment: EnvironmentHandle): Pointer;
  environmentHidden(environment: EnvironmentHandle): Pointer;
  environmentA(environment: EnvironmentHandle): Pointer;
  environmentReward(environment: EnvironmentHandle): Pointer;
  environmentTerms(environment: EnvironmentHandle): Pointer;
  environmentScore(environment: EnvironmentHandle): Pointer;
  environmentTerminated(environment: EnvironmentHandle): Pointer;
  environmentTruncated(environment: EnvironmentHandle): Pointer;
  environmentFailed(environment: EnvironmentHandle): Pointer;
  environmentTrouble(environment: EnvironmentHandle): Pointer;
  environmentElapsed(environment: EnvironmentHandle): Pointer;
  environmentGenerator(environment: EnvironmentHandle, index: number): RandomHandle;

  rewardGradient(
    environment: EnvironmentHandle,
    rS: Pointer,
    rA: Pointer,
    rSNext: Pointer,
    s: Pointer,
    a: Pointer,
    sNext: Pointer,
    rows: number,
  ): void;
  transitionJacobian(
    environment: EnvironmentHandle,
    fS: Pointer,
    fA: Pointer,
    s: Pointer,
    a: Pointer,
    rows: number,
  ): void;
  rowReward(environment: EnvironmentHandle): number;
  rowRewardGradient(environment: EnvironmentHandle): void;
  rowJacobian(environment: EnvironmentHandle): void;
  rowS(environment: EnvironmentHandle): Pointer;
  rowA(environment: EnvironmentHandle): Pointer;
  rowSNext(environment: EnvironmentHandle): Pointer;
  rowRS(environment: EnvironmentHandle): Pointer;
  rowRA(environment: EnvironmentHandle): Pointer;
  rowRSNext(environment: EnvironmentHandle): Pointer;
  rowFS(environment: EnvironmentHandle): Pointer;
  rowFA(environment: EnvironmentHandle): Pointer;

  simulationCreate(block: Pointer, bytes: number, count: number): SimulationHandle;
  simulationReset(simulation: SimulationHandle, index: number): void;
  simulationForward(simulation: SimulationHandle, index: number): void;
  simulationStep(simulation: SimulationHandle, substeps: number): void;
  simulationStates(simulation: SimulationHandle): Pointer;
  simulationTrouble(simulation: SimulationHandle): Pointer;
  simulationField(simulation: SimulationHandle, field: number): Pointer;
  simulationBody(simulation: SimulationHandle, body: number, out: Pointer): void;
  simulationSite(simulation: SimulationHandle, site: number, out: Pointer): void;
  simulationContacts(simulation: SimulationHandle): number;
  simulationContact(simulation: SimulationHandle, contact: number, out: Pointer): void;
  simulationEnergy(simulation: SimulationHandle, index: number, out: Pointer): void;
  simulationIterations(simulation: SimulationHandle): number;

  controlCreate(simulation: SimulationHandle, maxSubsteps: number): ControlHandle;
  controlJvp(control: ControlHandle, index: number, substeps: number): number;
  controlVjp(control: ControlHandle, index: number, substeps: number): number;
  controlJacobian(control: ControlHandle, index: number, substeps: number): number;
  controlDq(control: ControlHandle): Pointer;
  controlDv(control: ControlHandle): Pointer;
  controlDu(control: ControlHandle): Pointer;
  controlJacobianBlock(control: ControlHandle): Pointer;
}
