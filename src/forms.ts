import { type EncoderHandle, FeatureKind, type FramesHandle } from "./abi.js";
import { type Feature, featureProblem, formsOf, type LinearForm, summandsOf } from "./env/features.js";
import { type Frame, frameProblem } from "./env/frames.js";
import { placeFloat64, placeInt32 } from "./views.js";
import type { Core } from "./wasm.js";

/** What a task says by linear forms of its state, its features and frames, placed in the core. */

/**
 * The features of a state with `states` dimensions.
 * @throws RangeError when they cannot be computed.
 */
export function createEncoder(core: Core, states: number, features: readonly Feature[]): EncoderHandle {
  const problem = featureProblem(features, states);
  if (problem !== undefined) throw new RangeError(`the task's features cannot be used: ${problem}`);
  const outputs: number[] = [];
  const kinds: number[] = [];
  const scales: number[] = [];
  const forms: LinearForm[] = [];
  for (const [output, feature] of features.entries()) {
    for (const summand of summandsOf(feature)) {
      outputs.push(output);
      kinds.push(FeatureKind[summand.kind]);
      scales.push(summand.scale);
      const own = formsOf(summand);
      for (let j = 0; j < 3; ++j) forms.push(own[j] ?? []);
    }
  }
  return core.exports.encoderCreate(
    states,
    features.length,
    kinds.length,
    placeInt32(core, outputs),
    placeInt32(core, kinds),
    ...placeForms(core, forms),
    placeFloat64(core, scales),
  );
}

/**
 * The frames in which a model of `states` dimensions, of which `predicted` are predicted, predicts changes.
 * @throws RangeError when they contradict each other or the state.
 */
export function createFrames(
  core: Core,
  states: number,
  predicted: readonly number[],
  frames: readonly Frame[],
): FramesHandle {
  const problem = frameProblem(frames, predicted, states);
  if (problem !== undefined) throw new RangeError(`the task's frames cannot be used: ${problem}`);
  const pairs = frames.flatMap(({ x, y }) => [predicted.indexOf(x), predicted.indexOf(y)]);
  return core.exports.framesCreate(
    states,
    predicted.length,
    frames.length,
    placeInt32(core, pairs),
    ...placeForms(
      core,
      frames.map(({ angle }) => angle),
    ),
  );
}

/** Linear forms as the core reads them: where the terms of each begin, their state dimensions, their coefficients. */
function placeForms(core: Core, forms: readonly LinearForm[]): [starts: number, indices: number, coefficients: number] {
  const terms = forms.flat();
  const starts = [0];
  for (const form of forms) starts.push(starts.at(-1)! + form.length);
  return [
    placeInt32(core, starts),
    placeInt32(
      core,
      terms.map(([index]) => index),
    ),
    placeFloat64(
      core,
      terms.map(([, coefficient]) => coefficient),
    ),
  ];
}
