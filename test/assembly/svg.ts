// Policy, critic, model, recursion and SVG(1), in both number types.

import { Random } from "../../assembly/core/random";
import { Encoder } from "../../assembly/nn/encoder";
import { Ensemble } from "../../assembly/nn/ensemble";
import { Gaussian } from "../../assembly/nn/gaussian";
import { Mlp } from "../../assembly/nn/mlp";
import * as batches from "../../assembly/svg/batch";
import { Batch } from "../../assembly/svg/batch";
import * as divergences from "../../assembly/svg/divergence";
import * as bodyFrames from "../../assembly/svg/frames";
import { Frames } from "../../assembly/svg/frames";
import * as imaginations from "../../assembly/svg/imagine";
import { Imagination } from "../../assembly/svg/imagine";
import * as models from "../../assembly/svg/model";
import { Model } from "../../assembly/svg/model";
import * as policies from "../../assembly/svg/policy";
import { Policy } from "../../assembly/svg/policy";
import * as recursions from "../../assembly/svg/recursion";
import * as learners from "../../assembly/svg/learner";
import { Learner } from "../../assembly/svg/learner";
import * as rewards from "../../assembly/svg/reward";
import * as likelihoodRatios from "../../assembly/svg/likelihood-ratio";
import * as svg from "../../assembly/svg/svg";
import * as svg0 from "../../assembly/svg/svg0";
import * as critics from "../../assembly/svg/value";
import { Value } from "../../assembly/svg/value";

export function policyCreate32(
  encoder: Encoder,
  sizes: usize,
  layers: i32,
  rows: i32,
  squash: i32,
  deviation: i32,
  sigmaMin: f64,
  sigmaMax: f64,
  etaLimit: f64,
): Policy {
  return policies.policyCreate<f32>(encoder, sizes, layers, rows, squash, deviation, sigmaMin, sigmaMax, etaLimit);
}
export function policyCreate64(
  encoder: Encoder,
  sizes: usize,
  layers: i32,
  rows: i32,
  squash: i32,
  deviation: i32,
  sigmaMin: f64,
  sigmaMax: f64,
  etaLimit: f64,
): Policy {
  return policies.policyCreate<f64>(encoder, sizes, layers, rows, squash, deviation, sigmaMin, sigmaMax, etaLimit);
}
export function policyInitialise32(policy: Policy, random: Random, lastScale: f64, sigma: f64): void {
  policies.policyInitialise<f32>(policy, random, lastScale, sigma);
}
export function policyInitialise64(policy: Policy, random: Random, lastScale: f64, sigma: f64): void {
  policies.policyInitialise<f64>(policy, random, lastScale, sigma);
}
export function policyForward32(policy: Policy, s: usize, B: i32): void {
  policies.policyForward<f32>(policy, s, B);
}
export function policyForward64(policy: Policy, s: usize, B: i32): void {
  policies.policyForward<f64>(policy, s, B);
}
export function policySample32(policy: Policy, a: usize, random: Random, B: i32): void {
  policies.policySample<f32>(policy, a, random, B);
}
export function policySample64(policy: Policy, a: usize, random: Random, B: i32): void {
  policies.policySample<f64>(policy, a, random, B);
}
export function policyInfer32(policy: Policy, a: usize, B: i32): void {
  policies.policyInfer<f32>(policy, a, B);
}
export function policyInfer64(policy: Policy, a: usize, B: i32): void {
  policies.policyInfer<f64>(policy, a, B);
}
export function policyLogProb32(policy: Policy, logProb: usize, a: usize, B: i32): void {
  policies.policyLogProb<f32>(policy, logProb, a, B);
}
export function policyLogProb64(policy: Policy, logProb: usize, a: usize, B: i32): void {
  policies.policyLogProb<f64>(policy, logProb, a, B);
}
export function policyVjp32(policy: Policy, ds: usize, da: usize, s: usize, wantParameters: bool, B: i32): void {
  policies.policyVjp<f32>(policy, ds, da, s, wantParameters, B);
}
export function policyVjp64(policy: Policy, ds: usize, da: usize, s: usize, wantParameters: bool, B: i32): void {
  policies.policyVjp<f64>(policy, ds, da, s, wantParameters, B);
}
export function policyJvp32(policy: Policy, da: usize, ds: usize, direction: usize, s: usize, B: i32): void {
  policies.policyJvp<f32>(policy, da, ds, direction, s, B);
}
export function policyJvp64(policy: Policy, da: usize, ds: usize, direction: usize, s: usize, B: i32): void {
  policies.policyJvp<f64>(policy, da, ds, direction, s, B);
}
export function policyLogProbVjp32(
  policy: Policy,
  ds: usize,
  dLogProb: usize,
  a: usize,
  s: usize,
  wantParameters: bool,
  B: i32,
): void {
  policies.policyLogProbVjp<f32>(policy, ds, dLogProb, a, s, wantParameters, B);
}
export function policyLogProbVjp64(
  policy: Policy,
  ds: usize,
  dLogProb: usize,
  a: usize,
  s: usize,
  wantParameters: bool,
  B: i32,
): void {
  policies.policyLogProbVjp<f64>(policy, ds, dLogProb, a, s, wantParameters, B);
}
export function policyLogProbJvp32(
  policy: Policy,
  dLogProb: usize,
  ds: usize,
  direction: usize,
  a: usize,
  s: usize,
  B: i32,
): void {
  policies.policyLogProbJvp<f32>(policy, dLogProb, ds, direction, a, s, B);
}
export function policyLogProbJvp64(
  policy: Policy,
  dLogProb: usize,
  ds: usize,
  direction: usize,
  a: usize,
  s: usize,
  B: i32,
): void {
  policies.policyLogProbJvp<f64>(policy, dLogProb, ds, direction, a, s, B);
}
export function valueCreate32(encoder: Encoder, actions: i32, sizes: usize, layers: i32, rows: i32): Value {
  return critics.valueCreate<f32>(encoder, actions, sizes, layers, rows);
}
export function valueCreate64(encoder: Encoder, actions: i32, sizes: usize, layers: i32, rows: i32): Value {
  return critics.valueCreate<f64>(encoder, actions, sizes, layers, rows);
}
export function valueInitialise32(value: Value, random: Random, lastScale: f64): void {
  critics.valueInitialise<f32>(value, random, lastScale);
}
export function valueInitialise64(value: Value, random: Random, lastScale: f64): void {
  critics.valueInitialise<f64>(value, random, lastScale);
}
export function valueCopyTarget32(value: Value): void {
  critics.valueCopyTarget<f32>(value);
}
export function valueCopyTarget64(value: Value): void {
  critics.valueCopyTarget<f64>(value);
}
export function valueForward32(value: Value, block: usize, v: usize, s: usize, a: usize, B: i32): void {
  critics.valueForward<f32>(value, block, v, s, a, B);
}
export function valueForward64(value: Value, block: usize, v: usize, s: usize, a: usize, B: i32): void {
  critics.valueForward<f64>(value, block, v, s, a, B);
}
export function valueVjp32(
  value: Value,
  block: usize,
  gradient: usize,
  ds: usize,
  da: usize,
  dv: usize,
  s: usize,
  B: i32,
): void {
  critics.valueVjp<f32>(value, block, gradient, ds, da, dv, s, B);
}
export function valueVjp64(
  value: Value,
  block: usize,
  gradient: usize,
  ds: usize,
  da: usize,
  dv: usize,
  s: usize,
  B: i32,
): void {
  critics.valueVjp<f64>(value, block, gradient, ds, da, dv, s, B);
}
export function valueJvp32(
  value: Value,
  block: usize,
  dv: usize,
  ds: usize,
  da: usize,
  direction: usize,
  s: usize,
  B: i32,
): void {
  critics.valueJvp<f32>(value, block, dv, ds, da, direction, s, B);
}
export function valueJvp64(
  value: Value,
  block: usize,
  dv: usize,
  ds: usize,
  da: usize,
  direction: usize,
  s: usize,
  B: i32,
): void {
  critics.valueJvp<f64>(value, block, dv, ds, da, direction, s, B);
}
export function framesCreate32(
  states: i32,
  dimensions: i32,
  count: i32,
  pairs: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
): Frames {
  return bodyFrames.framesCreate<f32>(states, dimensions, count, pairs, starts, indices, coefficients);
}
export function framesCreate64(
  states: i32,
  dimensions: i32,
  count: i32,
  pairs: usize,
  starts: usize,
  indices: usize,
  coefficients: usize,
): Frames {
  return bodyFrames.framesCreate<f64>(states, dimensions, count, pairs, starts, indices, coefficients);
}
export function modelCreate32(
  encoder: Encoder,
  actions: i32,
  sizes: usize,
  layers: i32,
  predicted: usize,
  dimensions: i32,
  frames: Frames,
  single: i32,
  rows: i32,
): Model {
  return models.modelCreate<f32>(encoder, actions, sizes, layers, predicted, dimensions, frames, single, rows);
}
export function modelCreate64(
  encoder: Encoder,
  actions: i32,
  sizes: usize,
  layers: i32,
  predicted: usize,
  dimensions: i32,
  frames: Frames,
  single: i32,
  rows: i32,
): Model {
  return models.modelCreate<f64>(encoder, actions, sizes, layers, predicted, dimensions, frames, single, rows);
}
export function modelInitialise32(model: Model, random: Random, lastScale: f64): void {
  models.modelInitialise<f32>(model, random, lastScale);
}
export function modelInitialise64(model: Model, random: Random, lastScale: f64): void {
  models.modelInitialise<f64>(model, random, lastScale);
}
export function modelForward32(model: Model, s: usize, a: usize, B: i32): void {
  models.modelForward<f32>(model, s, a, B);
}
export function modelForward64(model: Model, s: usize, a: usize, B: i32): void {
  models.modelForward<f64>(model, s, a, B);
}
export function modelStep32(model: Model, sNext: usize, s: usize, xi: usize, B: i32): void {
  models.modelStep<f32>(model, sNext, s, xi, B);
}
export function modelStep64(model: Model, sNext: usize, s: usize, xi: usize, B: i32): void {
  models.modelStep<f64>(model, sNext, s, xi, B);
}
export function modelInfer32(model: Model, s: usize, sNext: usize, B: i32): void {
  models.modelInfer<f32>(model, s, sNext, B);
}
export function modelInfer64(model: Model, s: usize, sNext: usize, B: i32): void {
  models.modelInfer<f64>(model, s, sNext, B);
}
export function modelVjp32(model: Model, ds: usize, da: usize, q: usize, s: usize, B: i32): void {
  models.modelVjp<f32>(model, ds, da, q, s, B);
}
export function modelVjp64(model: Model, ds: usize, da: usize, q: usize, s: usize, B: i32): void {
  models.modelVjp<f64>(model, ds, da, q, s, B);
}
export function modelAllocateJacobian32(model: Model): void {
  models.modelAllocateJacobian<f32>(model);
}
export function modelAllocateJacobian64(model: Model): void {
  models.modelAllocateJacobian<f64>(model);
}
export function modelJacobian32(model: Model, fS: usize, fA: usize, s: usize, B: i32): void {
  models.modelJacobian<f32>(model, fS, fA, s, B);
}
export function modelJacobian64(model: Model, fS: usize, fA: usize, s: usize, B: i32): void {
  models.modelJacobian<f64>(model, fS, fA, s, B);
}
export function modelJvp32(model: Model, dsNext: usize, ds: usize, da: usize, s: usize, B: i32): void {
  models.modelJvp<f32>(model, dsNext, ds, da, s, B);
}
export function modelJvp64(model: Model, dsNext: usize, ds: usize, da: usize, s: usize, B: i32): void {
  models.modelJvp<f64>(model, dsNext, ds, da, s, B);
}
export function modelLossVjp32(model: Model, s: usize, a: usize, sNext: usize, B: i32): f64 {
  return models.modelLossVjp<f32>(model, s, a, sNext, B);
}
export function modelLossVjp64(model: Model, s: usize, a: usize, sNext: usize, B: i32): f64 {
  return models.modelLossVjp<f64>(model, s, a, sNext, B);
}
export function updateReward32(reward: Value, rewardScale: f64, batch: Batch, B: i32): f64 {
  return rewards.updateReward<f32>(reward, rewardScale, batch, B);
}
export function updateReward64(reward: Value, rewardScale: f64, batch: Batch, B: i32): f64 {
  return rewards.updateReward<f64>(reward, rewardScale, batch, B);
}
export function rewardDerivatives32(reward: Value, rewardScale: f64, batch: Batch, B: i32): void {
  rewards.rewardDerivatives<f32>(reward, rewardScale, batch, B);
}
export function rewardDerivatives64(reward: Value, rewardScale: f64, batch: Batch, B: i32): void {
  rewards.rewardDerivatives<f64>(reward, rewardScale, batch, B);
}
export function batchCreate32(rows: i32, states: i32, actions: i32): Batch {
  return batches.batchCreate<f32>(rows, states, actions);
}
export function batchCreate64(rows: i32, states: i32, actions: i32): Batch {
  return batches.batchCreate<f64>(rows, states, actions);
}
export function transitionAdjoint32(batch: Batch, model: Model, gamma: f64, rewardScale: f64, B: i32): void {
  recursions.transitionAdjoint<f32>(batch, model, gamma, rewardScale, B);
}
export function transitionAdjoint64(batch: Batch, model: Model, gamma: f64, rewardScale: f64, B: i32): void {
  recursions.transitionAdjoint<f64>(batch, model, gamma, rewardScale, B);
}
export function policyJacobian32(batch: Batch, policy: Policy, B: i32): void {
  recursions.policyJacobian<f32>(batch, policy, B);
}
export function policyJacobian64(batch: Batch, policy: Policy, B: i32): void {
  recursions.policyJacobian<f64>(batch, policy, B);
}
export function trajectoryAdjoint32(batch: Batch, gamma: f64, rewardScale: f64, K: i32, P: i32): void {
  recursions.trajectoryAdjoint<f32>(batch, gamma, rewardScale, K, P);
}
export function accumulateWeights32(batch: Batch, gamma: f64, K: i32, P: i32): void {
  recursions.accumulateWeights<f32>(batch, gamma, K, P);
}
export function accumulateWeights64(batch: Batch, gamma: f64, K: i32, P: i32): void {
  recursions.accumulateWeights<f64>(batch, gamma, K, P);
}
export function trajectoryAdjoint64(batch: Batch, gamma: f64, rewardScale: f64, K: i32, P: i32): void {
  recursions.trajectoryAdjoint<f64>(batch, gamma, rewardScale, K, P);
}
export function stateValueGradient32(batch: Batch, policy: Policy, vS: usize, B: i32): void {
  recursions.stateValueGradient<f32>(batch, policy, vS, B);
}
export function stateValueGradient64(batch: Batch, policy: Policy, vS: usize, B: i32): void {
  recursions.stateValueGradient<f64>(batch, policy, vS, B);
}
export function policyGradient32(batch: Batch, policy: Policy, share: f64, B: i32): void {
  recursions.policyGradient<f32>(batch, policy, share, B);
}
export function policyGradient64(batch: Batch, policy: Policy, share: f64, B: i32): void {
  recursions.policyGradient<f64>(batch, policy, share, B);
}
export function updateModel32(learner: Learner, batch: Batch, B: i32): f64 {
  return learners.updateModel<f32>(learner, batch, B);
}
export function updateModel64(learner: Learner, batch: Batch, B: i32): f64 {
  return learners.updateModel<f64>(learner, batch, B);
}
export function importanceRatios32(learner: Learner, batch: Batch, B: i32): f64 {
  return learners.importanceRatios<f32>(learner, batch, B);
}
export function importanceRatios64(learner: Learner, batch: Batch, B: i32): f64 {
  return learners.importanceRatios<f64>(learner, batch, B);
}
export function updateValue32(learner: Learner, batch: Batch, B: i32): f64 {
  return learners.updateValue<f32>(learner, batch, B);
}
export function updateValue64(learner: Learner, batch: Batch, B: i32): f64 {
  return learners.updateValue<f64>(learner, batch, B);
}
export function svgGradient32(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  svg.svgGradient<f32>(learner, batch, K, P, bootstraps);
}
export function svgGradient64(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  svg.svgGradient<f64>(learner, batch, K, P, bootstraps);
}
export function updatePolicy32(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 {
  return svg.updatePolicy<f32>(learner, batch, K, P, bootstraps);
}
export function updatePolicy64(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 {
  return svg.updatePolicy<f64>(learner, batch, K, P, bootstraps);
}
export function svg0Gradient32(learner: Learner, batch: Batch, B: i32): void {
  svg0.svg0Gradient<f32>(learner, batch, B);
}
export function svg0Gradient64(learner: Learner, batch: Batch, B: i32): void {
  svg0.svg0Gradient<f64>(learner, batch, B);
}
export function advantages32(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  likelihoodRatios.advantages<f32>(learner, batch, K, P, bootstraps);
}
export function advantages64(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  likelihoodRatios.advantages<f64>(learner, batch, K, P, bootstraps);
}
export function likelihoodRatioGradient32(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  likelihoodRatios.likelihoodRatioGradient<f32>(learner, batch, K, P, bootstraps);
}
export function likelihoodRatioGradient64(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): void {
  likelihoodRatios.likelihoodRatioGradient<f64>(learner, batch, K, P, bootstraps);
}
export function updatePolicyByLikelihoodRatio32(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 {
  return likelihoodRatios.updatePolicyByLikelihoodRatio<f32>(learner, batch, K, P, bootstraps);
}
export function updatePolicyByLikelihoodRatio64(learner: Learner, batch: Batch, K: i32, P: i32, bootstraps: bool): f64 {
  return likelihoodRatios.updatePolicyByLikelihoodRatio<f64>(learner, batch, K, P, bootstraps);
}
export function addDivergenceGradient32(learner: Learner, batch: Batch, B: i32): void {
  divergences.addDivergenceGradient<f32>(learner, batch, B);
}
export function addDivergenceGradient64(learner: Learner, batch: Batch, B: i32): void {
  divergences.addDivergenceGradient<f64>(learner, batch, B);
}
export function imaginationCreate32(
  policy: Policy,
  model: Model,
  random: Random,
  clock: i32,
  controlStep: f64,
): Imagination {
  return imaginations.imaginationCreate<f32>(policy, model, random, clock, controlStep);
}
export function imaginationCreate64(
  policy: Policy,
  model: Model,
  random: Random,
  clock: i32,
  controlStep: f64,
): Imagination {
  return imaginations.imaginationCreate<f64>(policy, model, random, clock, controlStep);
}
export function imaginationMeasure32(imagination: Imagination, batch: Batch, B: i32): void {
  imaginations.imaginationMeasure<f32>(imagination, batch, B);
}
export function imaginationMeasure64(imagination: Imagination, batch: Batch, B: i32): void {
  imaginations.imaginationMeasure<f64>(imagination, batch, B);
}
export function imagine32(imagination: Imagination, batch: Batch, K: i32, P: i32): void {
  imaginations.imagine<f32>(imagination, batch, K, P);
}
export function imagine64(imagination: Imagination, batch: Batch, K: i32, P: i32): void {
  imaginations.imagine<f64>(imagination, batch, K, P);
}

// what does not depend on the number type
export function imaginationDeviation(imagination: Imagination): usize {
  return imagination.deviation;
}
export function policyNet(policy: Policy): Mlp {
  return policy.net;
}
export function policyGaussian(policy: Policy): Gaussian {
  return policy.gaussian;
}
export function policyEta(policy: Policy): usize {
  return policy.eta;
}
export function valueNet(value: Value): Mlp {
  return value.net;
}
/** The network of a model, the one kind or the other. */
export function modelEnsemble(model: Model): Ensemble {
  return model.net.ensemble;
}
export function modelMlp(model: Model): Mlp {
  return model.net.mlp;
}
export function modelXi(model: Model): usize {
  return model.xi;
}
export function modelNoiseMiddle(model: Model): f64 {
  return model.middle;
}
export function modelNoiseHalfRange(model: Model): f64 {
  return model.halfRange;
}
/** Gives the batch Jacobians of the true transition, (B, S, S) and (B, S, A), or takes them away (null). */
export function batchGiveJacobians(batch: Batch, fS: usize, fA: usize): void {
  batch.fS = fS;
  batch.fA = fA;
}
export function batchAllocatePolicyJacobian32(batch: Batch): void {
  batches.batchAllocatePolicyJacobian<f32>(batch);
}
export function batchAllocatePolicyJacobian64(batch: Batch): void {
  batches.batchAllocatePolicyJacobian<f64>(batch);
}
export function batchEnds(batch: Batch): usize {
  return batch.ends;
}
export function batchPiS(batch: Batch): usize {
  return batch.piS;
}
export function batchVSNext(batch: Batch): usize {
  return batch.vSNext;
}
export function batchQ(batch: Batch): usize {
  return batch.q;
}
export function batchDS(batch: Batch): usize {
  return batch.dS;
}
export function batchDA(batch: Batch): usize {
  return batch.dA;
}
export function batchImaginedA(batch: Batch): usize {
  return batch.imaginedA;
}
export function batchImaginedSNext(batch: Batch): usize {
  return batch.imaginedSNext;
}
export function batchTargets(batch: Batch): usize {
  return batch.targets;
}
export function batchValues(batch: Batch): usize {
  return batch.values;
}
export function learnerRegularise(learner: Learner, klWeight: f32): void {
  learner.klWeight = klWeight;
}
