// A peer of the core: does the works of bench/peers.ts with TensorFlow.js on its WebAssembly backend, as it is told on standard
// input (serve.mjs).

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { serve } from "./serve.mjs";

const require = createRequire(import.meta.url);
// the packages' own modules do not load in Node: these are the bundles that they name for it
const tf = require("@tensorflow/tfjs");
const { setThreadsCount, setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
setThreadsCount(1);
setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "/"));
await tf.setBackend("wasm");
await tf.ready();

/** [weight, bias] of every layer of the network whose arrays' names begin with a prefix. */
function layersOf(numbers, prefix = "") {
  const layers = [];
  for (let layer = 0; numbers[`${prefix}${layer}.weight`]; ++layer) {
    layers.push(["weight", "bias"].map((kind) => numbers[`${prefix}${layer}.${kind}`]));
  }
  return layers;
}

/** Outputs of dense layers with tanh between them; parameters are weight, bias, weight, ... */
function mlp(parameters, x) {
  let h = x;
  for (let i = 0; i < parameters.length; i += 2) {
    h = tf.add(tf.matMul(h, parameters[i]), parameters[i + 1]);
    if (i + 2 < parameters.length) h = tf.tanh(h);
  }
  return h;
}

/** The arrays of an ensemble as it is evaluated: first layers side by side, (I, D O) and (D O), then (D, I, O) and (D, 1, O). */
function stacked(layers) {
  const [[weight, bias], ...others] = layers;
  const first = [
    tf.reshape(tf.transpose(weight, [0, 2, 1]), [weight.shape[0], -1]),
    tf.reshape(tf.transpose(bias, [1, 0]), [-1]),
  ];
  const rest = others.flatMap(([w, b]) => [tf.transpose(w, [2, 0, 1]), tf.expandDims(tf.transpose(b, [1, 0]), 1)]);
  return [...first, ...rest];
}

/** As numbers are named, gradients of `stacked` arrays. */
function unstacked([weight, bias, ...others], D) {
  const units = bias.shape[0] / D;
  return [
    tf.transpose(tf.reshape(weight, [-1, D, units]), [0, 2, 1]),
    tf.transpose(tf.reshape(bias, [D, units]), [1, 0]),
    ...others.map((array, i) =>
      i % 2 === 0 ? tf.transpose(array, [1, 2, 0]) : tf.transpose(tf.squeeze(array, [1]), [1, 0]),
    ),
  ];
}

/** Outputs (D, B) of inputs (B, I). */
function ensemble([weight, bias, ...others], x, D) {
  const units = bias.shape[0] / D;
  const first = tf.tanh(tf.add(tf.matMul(x, weight), bias));
  let h = tf.transpose(tf.reshape(first, [-1, D, units]), [1, 0, 2]);
  for (let i = 0; i < others.length; i += 2) {
    h = tf.add(tf.matMul(h, others[i]), others[i + 1]);
    if (i + 2 < others.length) h = tf.tanh(h);
  }
  return tf.squeeze(h, [2]);
}

const named = (arrays, prefix = "") =>
  Object.fromEntries(arrays.map((array, i) => [`${prefix}${i >> 1}.${i % 2 === 0 ? "weight" : "bias"}`, array]));

function mlpForward(numbers) {
  const parameters = layersOf(numbers).flat();
  const compute = () => mlp(parameters, numbers.x);
  return { compute, results: (y) => ({ y }) };
}

function mlpBoth(numbers) {
  const both = tf.valueAndGrads((x, ...parameters) => mlp(parameters, x));
  const inputs = [numbers.x, ...layersOf(numbers).flat()];
  return {
    compute: () => both(inputs, numbers.dy),
    results: ({ value, grads: [dx, ...gradients] }) => ({ y: value, dx, ...named(gradients) }),
  };
}

function ensembleBoth(numbers) {
  const D = numbers.dy.shape[1];
  const dy = tf.transpose(numbers.dy);
  const both = tf.valueAndGrads((x, ...parameters) => ensemble(parameters, x, D));
  const inputs = [numbers.x, ...stacked(layersOf(numbers))];
  return {
    compute: () => both(inputs, dy),
    results: ({ value, grads: [dx, ...gradients] }) => ({
      y: tf.transpose(value),
      dx,
      ...named(unstacked(gradients, D)),
    }),
  };
}

function adam(numbers, { learning_rate }) {
  const names = Object.keys(numbers).filter((name) => !name.startsWith("gradient."));
  const variables = names.map((name) => tf.variable(numbers[name], true));
  const gradients = Object.fromEntries(variables.map(({ name }, i) => [name, numbers[`gradient.${names[i]}`]]));
  const optimizer = tf.train.adam(learning_rate, 0.9, 0.999, 1e-8);
  const compute = () => optimizer.applyGradients(gradients);
  return {
    compute,
    results: () => {
      compute();
      compute();
      return Object.fromEntries(variables.map((variable, i) => [names[i], variable]));
    },
  };
}

/** The learner of python/torch_learner.py's Update. */
function update(numbers, { gamma, middle, half_range, target_period }) {
  const { s, a, sNext, reward, rA, rSNext, behaviour } = numbers;
  const [B, S] = s.shape;
  const A = a.shape[1];
  const variables = (arrays) => arrays.map((array) => tf.variable(array, true));
  const model = variables(stacked(layersOf(numbers, "model.")));
  const value = variables(layersOf(numbers, "value.").flat());
  const target = variables(layersOf(numbers, "value.").flat());
  const given = layersOf(numbers, "policy.").flat();
  const [weight, bias] = given.splice(-2);
  const policy = variables([
    ...given,
    tf.slice(weight, [0, 0], [-1, A]),
    tf.slice(bias, [0], [A]),
    tf.slice(bias, [A], [A]),
  ]);
  // learning rates of 0, so that every turn does the same work on the same numbers
  const optimizers = [0, 1, 2].map(() => tf.train.adam(0, 0.9, 0.999, 1e-8));

  const moments = () => ({
    mean: tf.tanh(mlp(policy.slice(0, -1), s)),
    sigma: tf.exp(tf.add(middle, tf.mul(half_range, tf.tanh(policy.at(-1))))),
  });
  const ratios = ({ mean, sigma }) => {
    const eta = tf.div(tf.sub(a, mean), sigma);
    const terms = tf.add(tf.mul(0.5, tf.square(eta)), tf.add(tf.log(sigma), 0.9189385332046727));
    return tf.exp(tf.sub(tf.neg(tf.sum(terms, 1)), behaviour));
  };
  const detached = tf.customGrad((x) => ({ value: tf.clone(x), gradFunc: (dy) => tf.zerosLike(dy) }));
  const step = (optimizer, loss, own) => {
    const { grads } = tf.variableGrads(loss, own);
    optimizer.applyGradients(grads);
    return own.map(({ name }) => grads[name]);
  };

  let updates = 0;
  const compute = () => {
    const change = tf.transpose(tf.sub(sNext, s));
    const modelLoss = () =>
      tf.mul(0.5 / B, tf.sum(tf.square(tf.sub(ensemble(model, tf.concat([s, a], 1), S), change))));
    const modelGradients = step(optimizers[0], modelLoss, model);

    const weights = ratios(moments());
    const targets = tf.add(reward, tf.mul(gamma, tf.squeeze(mlp(target, sNext), [1])));
    const valueLoss = () =>
      tf.mul(0.5, tf.mean(tf.mul(weights, tf.square(tf.sub(tf.squeeze(mlp(value, s), [1]), targets)))));
    const valueGradients = step(optimizers[1], valueLoss, value);
    updates += 1;
    if (updates % target_period === 0) for (const [i, variable] of target.entries()) variable.assign(value[i]);

    let again;
    const policyLoss = () => {
      const { mean, sigma } = moments();
      again = detached(ratios({ mean, sigma }));
      const eta = detached(tf.div(tf.sub(a, mean), sigma));
      const chosen = tf.add(mean, tf.mul(sigma, eta));
      const expected = tf.add(s, tf.transpose(ensemble(model, tf.concat([s, chosen], 1), S)));
      const next = tf.add(expected, detached(tf.sub(sNext, expected)));
      const rewards = tf.add(tf.sum(tf.mul(rA, chosen), 1), tf.sum(tf.mul(rSNext, next), 1));
      const values = tf.add(rewards, tf.mul(gamma, tf.squeeze(mlp(value, next), [1])));
      return tf.neg(tf.mean(tf.mul(again, values)));
    };
    const policyGradients = step(optimizers[2], policyLoss, policy);
    return { modelGradients, valueGradients, policyGradients, weights };
  };
  return {
    compute,
    results: ({ modelGradients, valueGradients, policyGradients, weights }) => {
      const [dz, dBias, dWeight] = [...policyGradients].reverse();
      const last = [tf.concat([dWeight, tf.zerosLike(dWeight)], 1), tf.concat([dBias, dz])];
      return {
        weight: weights,
        ...named(unstacked(modelGradients, S), "model."),
        ...named(valueGradients, "value."),
        ...named([...policyGradients.slice(0, -3), ...last], "policy."),
      };
    },
  };
}

const programs = {
  "mlp forward": mlpForward,
  "mlp forward + backward": mlpBoth,
  ensemble: ensembleBoth,
  adam,
  update,
};

/** A program of `compute` and what is told of it, timed; what it computes is disposed of. */
function program(make, numbers, settings) {
  const tensors = Object.entries(numbers).map(([name, { shape, data }]) => [name, tf.tensor(data, shape, "float32")]);
  const { compute, results } = make(Object.fromEntries(tensors), settings);
  return {
    turn: () => {
      tf.tidy(() => {
        compute();
      });
    },
    results: () => {
      const arrays = Object.entries(tf.tidy(() => results(compute())));
      return Object.fromEntries(arrays.map(([name, array]) => [name, Array.from(array.dataSync())]));
    },
  };
}

await serve(
  `tfjs ${tf.version.tfjs} (wasm)`,
  "tfjs-wasm",
  Object.fromEntries(
    Object.entries(programs).map(([work, make]) => [work, ({ numbers, settings }) => program(make, numbers, settings)]),
  ),
);
