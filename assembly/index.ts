// The binary interface: monomorphic exports, one line each, by family. Numbers of the learner are f32, those of environments f64;
// pointers are byte addresses in the module's memory. src/wasm.ts types it, src/views.ts turns its addresses into arrays.

import * as controls from "./dynamics/control";
import { Control } from "./dynamics/control";
import * as readouts from "./dynamics/readout";
import * as simulations from "./dynamics/simulation";
import { Simulation } from "./dynamics/simulation";
import * as environments from "./env/environment";
import { Environment } from "./env/environment";
import * as randoms from "./core/random";
import { Random } from "./core/random";
import { Parameters } from "./nn/adam";
import * as encoders from "./nn/encoder";
import { Encoder } from "./nn/encoder";
import * as batches from "./svg/batch";
import { Batch } from "./svg/batch";
import * as bodyFrames from "./svg/frames";
import { Frames } from "./svg/frames";
import * as imaginations from "./svg/imagine";
import { Imagination } from "./svg/imagine";
import * as learners from "./svg/learner";
import { Learner } from "./svg/learner";
import * as likelihoodRatios from "./svg/likelihood-ratio";
import * as models from "./svg/model";
import { Model } from "./svg/model";
import * as policies from "./svg/policy";
import { Policy } from "./svg/policy";
import * as rewards from "./svg/reward";
import * as svg from "./svg/svg";
import * as svg0 from "./svg/svg0";
import * as values from "./svg/value";
import { Value } from "./svg/value";

/** Changes with every change of the interface's meaning. */
export const ABI_VERSION: i32 = 4;
/** Whether this build uses SIMD, and whether it fuses multiply and add. */
export const HAS_SIMD: bool = ASC_FEATURE_SIMD;
export const HAS_FMA: bool = ASC_FEATURE_RELAXED_SIMD;

// memory
export { arenaAlloc, arenaBase, arenaSeal, arenaTop } from "./core/arena";

// random numbers
export function randomCreate(seed: u64, stream: u32, index: u32): Random { return randoms.randomCreate(seed, stream, index); }
export function randomSeed(random: Random, seed: u64, stream: u32, index: u32): void { randoms.randomSeed(random, seed, stream, index); }
export function randomIndices(random: Random, out: usize, count: i32, bound: u32): void { randoms.randomIndices(random, out, count, bound); }
export function randomNormals(random: Random, out: usize, count: i32): void { randoms.randomNormals<f32>(random, out, count); }
export function randomBytes(): i32 { return offsetof<Random>(); }

// trainable blocks
export function parametersCount(parameters: Parameters): i32 { return parameters.count; }
export function parametersValues(parameters: Parameters): usize { return parameters.values; }
export function parametersGradient(parameters: Parameters): usize { return parameters.gradient; }
export function parametersMoment1(parameters: Parameters): usize { return parameters.moment1; }
export function parametersMoment2(parameters: Parameters): usize { return parameters.moment2; }
export function parametersNorm(parameters: Parameters): f64 { return parameters.norm; }
export function parametersSteps(parameters: Parameters): i32 { return parameters.steps; }
export { parametersConfigure, parametersResume } from "./nn/adam";

// state encoder
export function encoderCreate(states: i32, features: i32, summands: i32, outputs: usize, kinds: usize, starts: usize, indices: usize, coefficients: usize, scales: usize): Encoder { return encoders.encoderCreate<f32>(states, features, summands, outputs, kinds, starts, indices, coefficients, scales); }

// policy
export function policyCreate(encoder: Encoder, sizes: usize, layers: i32, rows: i32, squash: i32, deviation: i32, sigmaMin: f64, sigmaMax: f64, etaLimit: f64): Policy { return policies.policyCreate<f32>(encoder, sizes, layers, rows, squash, deviation, sigmaMin, sigmaMax, etaLimit); }
export function policyInitialise(policy: Policy, random: Random, lastScale: f64, sigma: f64): void { policies.policyInitialise<f32>(policy, random, lastScale, sigma); }
export function policyForward(policy: Policy, s: usize, B: i32): void { policies.policyForward<f32>(policy, s, B); }
export function policySample(policy: Policy, a: usize, random: Random, B: i32): void { policies.policySample<f32>(policy, a, random, B); }
export function policyLogProb(policy: Policy, logProb: usize, a: usize, B: i32): void { policies.policyLogProb<f32>(policy, logProb, a, B); }
export function policyParameters(policy: Policy): Parameters { return policy.parameters; }
export function policyMean(policy: Policy): usize { return policy.gaussian.mean; }
export function policyDeviation(policy: Policy): usize { return policy.gaussian.deviation; }
export function policyLogSigmaMiddle(policy: Policy): f64 { return policy.gaussian.middle; }
export function policyLogSigmaHalfRange(policy: Policy): f64 { return policy.gaussian.halfRange; }

// critic
export function valueCreate(encoder: Encoder, actions: i32, sizes: usize, layers: i32, rows: i32): Value { return values.valueCreate<f32>(encoder, actions, sizes, layers, rows); }
export function valueInitialise(value: Value, random: Random, lastScale: f64): void { values.valueInitialise<f32>(value, random, lastScale); }
export function valueForward(value: Value, v: usize, s: usize, a: usize, B: i32): void { values.valueForward<f32>(value, value.parameters.values, v, s, a, B); }
export function valueParameters(value: Value): Parameters { return value.parameters; }
export function valueTarget(value: Value): usize { return value.target; }

// transition model
export function framesCreate(states: i32, dimensions: i32, count: i32, pairs: usize, starts: usize, indices: usize, coefficients: usize): Frames { return bodyFrames.framesCreate<f32>(states, dimensions, count, pairs, starts, indices, coefficients); }
export function modelCreate(encoder: Encoder, actions: i32, sizes: usize, layers: i32, predicted: usize, dimensions: i32, frames: Frames, single: i32, rows: i32): Model { return models.modelCreate<f32>(encoder, actions, sizes, layers, predicted, dimensions, frames, single, rows); }
export function modelInitialise(model: Model, random: Random, lastScale: f64): void { models.modelInitialise<f32>(model, random, lastScale); }
export function modelForward(model: Model, s: usize, a: usize, B: i32): void { models.modelForward<f32>(model, s, a, B); }
export function modelStep(model: Model, sNext: usize, s: usize, xi: usize, B: i32): void { models.modelStep<f32>(model, sNext, s, xi, B); }
export function modelInfer(model: Model, s: usize, sNext: usize, B: i32): void { models.modelInfer<f32>(model, s, sNext, B); }
export function modelXi(model: Model): usize { return model.xi; }
export function modelJacobian(model: Model, fS: usize, fA: usize, s: usize, B: i32): void { models.modelJacobian<f32>(model, fS, fA, s, B); }
export function modelErrors(model: Model, errors: usize, s: usize, a: usize, sNext: usize, B: i32): void { models.modelErrors<f32>(model, errors, s, a, sNext, B); }
export function modelParameters(model: Model): Parameters { return model.parameters; }
export function modelAllocateJacobian(model: Model): void { models.modelAllocateJacobian<f32>(model); }
export function modelScale(model: Model): usize { return model.scale; }
export function modelBoundActions(model: Model, bound: f64): void { model.actionBound = bound; }

// a batch of transitions
export function batchCreate(rows: i32, states: i32, actions: i32): Batch { return batches.batchCreate<f32>(rows, states, actions); }
export function batchS(batch: Batch): usize { return batch.s; }
export function batchA(batch: Batch): usize { return batch.a; }
export function batchSNext(batch: Batch): usize { return batch.sNext; }
export function batchReward(batch: Batch): usize { return batch.reward; }
export function batchTerminated(batch: Batch): usize { return batch.terminated; }
export function batchBehaviourLogProb(batch: Batch): usize { return batch.behaviourLogProb; }
export function batchWeight(batch: Batch): usize { return batch.weight; }
export function batchRS(batch: Batch): usize { return batch.rS; }
export function batchRA(batch: Batch): usize { return batch.rA; }
export function batchRSNext(batch: Batch): usize { return batch.rSNext; }
export function batchVSNext(batch: Batch): usize { return batch.vSNext; }
export function batchAllocateJacobians(batch: Batch): void { batches.batchAllocateJacobians<f32>(batch); }
export function batchAllocatePolicyJacobian(batch: Batch): void { batches.batchAllocatePolicyJacobian<f32>(batch); }
export function batchEnds(batch: Batch): usize { return batch.ends; }
export function batchFS(batch: Batch): usize { return batch.fS; }
export function batchFA(batch: Batch): usize { return batch.fA; }

// learning
export function learnerCreate(policy: Policy, model: Model, value: Value, exact: i32, gamma: f64, rewardScale: f64, targetPeriod: i32): Learner { return learners.learnerCreate(policy, model, value, exact, gamma, rewardScale, targetPeriod); }
export function learnerConfigure(learner: Learner, imagination: Random, residual: i32): void { learners.learnerConfigure(learner, imagination, residual); }
export function updateModel(learner: Learner, batch: Batch, B: i32): f64 { return learners.updateModel<f32>(learner, batch, B); }
export function importanceRatios(learner: Learner, batch: Batch, B: i32): f64 { return learners.importanceRatios<f32>(learner, batch, B); }
export function learnerSetRatioExponent(learner: Learner, exponent: f64): void { learner.ratioExponent = exponent; }
export function updateValue(learner: Learner, batch: Batch, B: i32): f64 { return learners.updateValue<f32>(learner, batch, B); }
export function svgGradient(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void { svg.svgGradient<f32>(learner, batch, K, P, bootstraps); }
export function updatePolicy(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 { return svg.updatePolicy<f32>(learner, batch, K, P, bootstraps); }
export function svg0Gradient(learner: Learner, batch: Batch, B: i32): void { svg0.svg0Gradient<f32>(learner, batch, B); }
export function updatePolicyByCritic(learner: Learner, batch: Batch, B: i32): f64 { return svg0.updatePolicyByCritic<f32>(learner, batch, B); }
export function updateReward(reward: Value, rewardScale: f64, batch: Batch, B: i32): f64 { return rewards.updateReward<f32>(reward, rewardScale, batch, B); }
export function rewardDerivatives(reward: Value, rewardScale: f64, batch: Batch, B: i32): void { rewards.rewardDerivatives<f32>(reward, rewardScale, batch, B); }
export function likelihoodRatioGradient(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void { likelihoodRatios.likelihoodRatioGradient<f32>(learner, batch, K, P, bootstraps); }
export function updatePolicyByLikelihoodRatio(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 { return likelihoodRatios.updatePolicyByLikelihoodRatio<f32>(learner, batch, K, P, bootstraps); }
export function learnerKlWeight(learner: Learner): usize { return changetype<usize>(learner) + offsetof<Learner>("klWeight"); }
export function imaginationCreate(policy: Policy, model: Model, random: Random, clock: i32, controlStep: f64): Imagination { return imaginations.imaginationCreate<f32>(policy, model, random, clock, controlStep); }
export function imaginationMeasure(imagination: Imagination, batch: Batch, B: i32): void { imaginations.imaginationMeasure<f32>(imagination, batch, B); }
export function imagine(imagination: Imagination, batch: Batch, K: i32, P: i32): void { imaginations.imagine<f32>(imagination, batch, K, P); }
export function learnerValueUpdates(learner: Learner): i32 { return learner.valueUpdates; }
export function learnerResume(learner: Learner, valueUpdates: i32): void { learner.valueUpdates = valueUpdates; }

// environments
export function environmentCreate(task: i32, block: usize, bytes: i32, count: i32, seed: u64, stream: u32): Environment { return environments.environmentCreate(task, block, bytes, count, seed, stream); }
export function environmentConfigure(environment: Environment, terminates: i32, disturbance: f64): void { environments.environmentConfigure(environment, terminates, disturbance); }
export function environmentSeed(environment: Environment, seed: u64, stream: u32): void { environments.environmentSeed(environment, seed, stream); }
export function environmentReset(environment: Environment, i: i32): void { environments.environmentReset(environment, i); }
export function environmentStep(environment: Environment): void { environments.environmentStep(environment); }
export function environmentStates(environment: Environment): i32 { return environment.task.states; }
export function environmentActions(environment: Environment): i32 { return environment.task.actions; }
export function environmentHiddenStates(environment: Environment): i32 { return environment.task.hidden; }
export function environmentTermCount(environment: Environment): i32 { return environment.task.terms; }
export function environmentSteps(environment: Environment): i32 { return environment.task.steps; }
export function environmentControlStep(environment: Environment): f64 { return environment.task.controlStep; }
export function environmentFinite(environment: Environment): bool { return environment.task.finite != 0; }
export function environmentFails(environment: Environment): bool { return environment.task.failed != 0; }
export function environmentS(environment: Environment): usize { return environment.s; }
export function environmentHidden(environment: Environment): usize { return environment.hidden; }
export function environmentA(environment: Environment): usize { return environment.a; }
export function environmentReward(environment: Environment): usize { return environment.reward; }
export function environmentTerms(environment: Environment): usize { return environment.terms; }
export function environmentScore(environment: Environment): usize { return environment.score; }
export function environmentTerminated(environment: Environment): usize { return environment.terminated; }
export function environmentTruncated(environment: Environment): usize { return environment.truncated; }
export function environmentFailed(environment: Environment): usize { return environment.failed; }
export function environmentTrouble(environment: Environment): usize { return environment.trouble; }
export function environmentElapsed(environment: Environment): usize { return environment.elapsed; }
export function environmentGenerator(environment: Environment, i: i32): Random { return environments.generatorOf(environment, i); }

// derivatives of an environment: of batches of the learner (f32), and of one transition (f64) in the environment's own row
export function rewardGradient(environment: Environment, rS: usize, rA: usize, rSNext: usize, s: usize, a: usize, sNext: usize, B: i32): void { environments.rewardGradient(environment, rS, rA, rSNext, s, a, sNext, B); }
export function transitionJacobian(environment: Environment, fS: usize, fA: usize, s: usize, a: usize, B: i32): void { environments.transitionJacobian(environment, fS, fA, s, a, B); }
export function rowReward(environment: Environment): f64 { return environments.rewardOfRow(environment); }
export function rowRewardGradient(environment: Environment): void { environments.gradientOfRow(environment); }
export function rowJacobian(environment: Environment): void { environments.jacobianOfRow(environment); }
export function rowS(environment: Environment): usize { return environment.rowS; }
export function rowA(environment: Environment): usize { return environment.rowA; }
export function rowSNext(environment: Environment): usize { return environment.rowSNext; }
export function rowRS(environment: Environment): usize { return environment.rS; }
export function rowRA(environment: Environment): usize { return environment.rA; }
export function rowRSNext(environment: Environment): usize { return environment.rSNext; }
export function rowFS(environment: Environment): usize { return environment.fS; }
export function rowFA(environment: Environment): usize { return environment.fA; }

// planar mechanisms
export function simulationCreate(block: usize, bytes: i32, count: i32): Simulation { return simulations.simulationCreate(block, bytes, count); }
export function simulationReset(simulation: Simulation, i: i32): void { simulations.simulationReset(simulation, i); }
export function simulationForward(simulation: Simulation, i: i32): void { simulations.simulationForward(simulation, i); }
export function simulationStep(simulation: Simulation, substeps: i32): void { simulations.simulationStep(simulation, substeps); }
export function simulationStates(simulation: Simulation): usize { return simulation.states; }
export function simulationTrouble(simulation: Simulation): usize { return simulation.trouble; }
export function simulationField(simulation: Simulation, field: i32): usize { return readouts.fieldOf(simulation, field); }
export function simulationBody(simulation: Simulation, body: i32, out: usize): void { readouts.bodyPose(simulation, body, out); }
export function simulationSite(simulation: Simulation, site: i32, out: usize): void { readouts.sitePosition(simulation, site, out); }
export function simulationContacts(simulation: Simulation): i32 { return simulation.workspace.contactCount; }
export function simulationContact(simulation: Simulation, contact: i32, out: usize): void { readouts.contactOf(simulation, contact, out); }
export function simulationEnergy(simulation: Simulation, i: i32, out: usize): void { readouts.energyOf(simulation, i, out); }
export function simulationIterations(simulation: Simulation): i32 { return simulation.workspace.iterations; }

// derivatives of a mechanism's control step
export function controlCreate(simulation: Simulation, maxSubsteps: i32): Control { return controls.controlCreate(simulation, maxSubsteps); }
export function controlJvp(control: Control, i: i32, substeps: i32): i32 { return controls.controlJvp(control, i, substeps); }
export function controlVjp(control: Control, i: i32, substeps: i32): i32 { return controls.controlVjp(control, i, substeps); }
export function controlJacobian(control: Control, i: i32, substeps: i32): i32 { return controls.controlJacobian(control, i, substeps); }
export function controlDq(control: Control): usize { return control.dq; }
export function controlDv(control: Control): usize { return control.dv; }
export function controlDu(control: Control): usize { return control.du; }
export function controlJacobianBlock(control: Control): usize { return control.jacobian; }
