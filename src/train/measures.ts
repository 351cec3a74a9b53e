/**
 * Measurements during training: the noise of the gradients, the curvature of the loss, the share of dead units. Each is a
 * function that `train()` calls between epochs, in float64, on a subset of the training data.
 *
 * Measuring is separate from drawing, as in Cockpit (Schneider, Dangel, Hennig, NeurIPS 2021).
 */

import type { Batch } from "../data/index.js";
import { backpropagation, flatGradient, forward, hessianProduct } from "../nn/index.js";
import { lossOf } from "../nn/weighted.js";
import { checkFunction, checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { random, type Tensor } from "../tensor/index.js";
import { dot, norm } from "../theory/algebra/vectors.js";
import { powerIteration } from "../theory/index.js";
import type { Measure, Measuring } from "./measure.js";

/** The samples to measure on. */
export interface MeasureOptions {
  /** How many samples of the training data to use; 128, the same each time. */
  samples?: number;
  /** The seed of the choice of samples; 0. */
  seed?: number;
}

/**
 * ‖∇F(θ)‖, the norm of the gradient of the mean loss over some samples (B4), or of the part of one or each layer.
 *
 * @param settings `layer`: t, for ∂loss/∂A[t] and ∂loss/∂b[t] alone, or `"each"` for all t, recorded in `measuredLayers` and
 *   drawn in one chart; by default all parameters together
 * @throws RangeError unless `samples` is a whole number ≥ 1 and the layer exists.
 * @example
 * const data = dataset({ x: [[1], [2]], y: [[3], [6]] });
 * const net = sequential([dense(1, 1, { init: constant(3) })]);
 * const run = await train(net, data, { measure: { norm: gradientNorm(), layer: gradientNorm({ layer: "each" }) }, live: false });
 * run.measured.norm[0].value // → 0
 * run.measuredLayers.layer[0].values // → [ 0 ]
 */
export function gradientNorm(settings: MeasureOptions & { layer?: number | "each" } = {}): Measure {
  const { layer, ...options } = optionsOf("gradientNorm", settings, ["samples", "seed", "layer"]);
  return (at) => {
    const back = gradients(at, some(at, "gradientNorm", options));
    if (layer === undefined) return norm(flatGradient(back));
    const { dA, db } = back;
    const ofLayer = (t: number): number =>
      Math.hypot(norm(dA[t]!.data as Float64Array), norm((db[t]?.data ?? []) as Float64Array));
    if (layer === "each") return Array.from({ length: at.model.hidden + 1 }, (_, i) => ofLayer(i + 1));
    checkWhole("gradientNorm", { layer }, 1, at.model.hidden + 1, 'the last layer, or "each"');
    return ofLayer(layer);
  };
}

/**
 * Takes a costly measurement less often: before the first step, and after every n-th epoch.
 *
 * @param n a whole number ≥ 1
 * @param measure the measurement
 * @throws RangeError unless n is a whole number ≥ 1.
 * @example
 * const data = dataset({ x: [[1]], y: [[1]] });
 * const measure = { norm: everyEpochs(3, gradientNorm()) };
 * const run = await train(sequential([dense(1, 1)]), data, { epochs: 7, measure, live: false });
 * run.measured.norm.map(({ step }) => step) // → [ 0, 3, 6 ]
 */
export function everyEpochs(n: number, measure: Measure): Measure {
  checkWhole("everyEpochs", { n });
  return (at) => (at.run.epochs.length % n === 0 ? measure(at) : undefined);
}

/**
 * Takes a measurement before the first step and after every n steps, also within an epoch. The training pauses for it, so a
 * small n slows it down; the steps themselves have the same bits.
 *
 * @param n a whole number ≥ 1
 * @param measure the measurement
 * @throws RangeError unless n is a whole number ≥ 1.
 * @example
 * const data = dataset({ x: [[1], [2], [3], [4]], y: [1, 2, 3, 4] });
 * const measure = { norm: everySteps(3, gradientNorm()) };
 * const run = await train(sequential([dense(1, 1)]), data, { batchSize: 1, epochs: 2, measure, live: false });
 * run.measured.norm.map(({ step }) => step) // → [ 0, 3, 6 ]
 */
export function everySteps(n: number, measure: Measure): Measure {
  checkWhole("everySteps", { n });
  checkFunction("everySteps", { measure });
  return Object.assign((at: Measuring) => (at.run.steps % n === 0 ? measure(at) : undefined), {
    everySteps: n,
  });
}

/**
 * tr Σ, the variance of one sample's gradient: E‖∇Fᵢ(θ) − ∇F(θ)‖², estimated without bias from some samples (B2).
 *
 * @param options `samples`: how many samples to look at, 128; `seed`: where their choice comes from, 0
 * @throws RangeError unless `samples` is a whole number ≥ 1.
 * @example
 * const data = dataset({ x: [[1], [1]], y: [[1], [-1]] });
 * const net = sequential([dense(1, 1, { init: constant(0) })]);
 * const run = await train(net, data, { measure: { variance: gradientVariance() }, live: false });
 * run.measured.variance[0].value // → 16
 */
export function gradientVariance(options: MeasureOptions = {}): Measure {
  optionsOf("gradientVariance", options, ["samples", "seed"]);
  return (at) => spread(at, some(at, "gradientVariance", options)).variance;
}

/**
 * ‖∇F(θ)‖² / tr Σ: the signal-to-noise ratio of one sample's gradient. Its reciprocal is the "simple noise scale" of
 * McCandlish and others (2018, section 2.2), roughly the batch size beyond which larger batches help little.
 *
 * @param options `samples`: how many samples to look at, 128; `seed`: where their choice comes from, 0
 * @throws RangeError unless `samples` is a whole number ≥ 1.
 * @example
 * const data = dataset({ x: [[1], [1]], y: [[1], [3]] });
 * const net = sequential([dense(1, 1, { init: constant(0) })]);
 * const run = await train(net, data, { measure: { snr: signalToNoise() }, live: false });
 * run.measured.snr[0].value.toFixed(3) // → '2.000'
 */
export function signalToNoise(options: MeasureOptions = {}): Measure {
  optionsOf("signalToNoise", options, ["samples", "seed"]);
  return (at) => {
    const { mean, variance } = spread(at, some(at, "signalToNoise", options));
    return norm(mean) ** 2 / variance;
  };
}

/**
 * The mean angle, in degrees, between the gradient of a mini-batch and that of all chosen samples, over the mini-batches that
 * they are divided into (B2): arccos(⟨g, ∇F⟩ / (‖g‖ ‖∇F‖)).
 *
 * @param settings `batchSize`: samples of a mini-batch; 32
 * @throws RangeError unless `samples` is a whole number ≥ 1 and `batchSize` is at most `samples`.
 * @example
 * const data = dataset({ x: [[1, 0], [0, 1]], y: [[1], [1]] });
 * const net = sequential([dense(2, 1, { init: constant(0) })]);
 * const run = await train(net, data, { measure: { angle: gradientAngle({ batchSize: 1 }) }, live: false });
 * run.measured.angle[0].value.toFixed(1) // → '30.0'
 */
export function gradientAngle(settings: MeasureOptions & { batchSize?: number } = {}): Measure {
  const { batchSize = 32, ...options } = optionsOf("gradientAngle", settings, [
    "samples",
    "seed",
    "batchSize",
  ]);
  return (at) => {
    const samples = some(at, "gradientAngle", options);
    checkWhole("gradientAngle", { batchSize }, 1, samples.length);
    // The gradient over all samples is the mean of the batches' gradients, weighted by size: the last batch may be smaller.
    const whole = new Float64Array(at.model.parameterCount);
    const parts: Float64Array[] = [];
    for (let start = 0; start < samples.length; start += batchSize) {
      const chosen = samples.subarray(start, start + batchSize);
      const part = flatGradient(gradients(at, chosen));
      for (let j = 0; j < whole.length; j++) whole[j]! += part[j]! * (chosen.length / samples.length);
      if (chosen.length === batchSize) parts.push(part);
    }
    const angles = parts.map((part) => {
      const cosine = dot(whole, part) / (norm(whole) * norm(part));
      return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
    });
    return angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
  };
}

/**
 * λ, the eigenvalue of largest magnitude of the Hessian of the mean loss over some samples, by power iteration on products
 * with the Hessian, v ← H v / ‖H v‖; see `hessianProduct`.
 *
 * @param settings `iterations`: the largest number of products; 20, which gives a few digits
 * @throws RangeError unless `samples` is a whole number ≥ 1.
 * Source: Cohen, Kaur, Li, Kolter, Talwalkar, Gradient descent on neural networks typically occurs at the edge of
 * stability, 2021.
 * @example
 * const data = dataset({ x: [[3]], y: [[1]] });
 * const net = sequential([dense(1, 1)]);
 * const run = await train(net, data, { measure: { lambda: sharpness() }, live: false });
 * run.measured.lambda[0].value.toFixed(4) // → '20.0000'
 */
export function sharpness(settings: MeasureOptions & { iterations?: number } = {}): Measure {
  const { iterations = 20, ...options } = optionsOf("sharpness", settings, ["samples", "seed", "iterations"]);
  return (at) => {
    const samples = some(at, "sharpness", options);
    const { model, data, loss } = at;
    const batch = data.batch(samples);
    const product = hessianProduct(model, batch.x, batch.y, lossOf(loss, batch));
    return powerIteration(product, model.parameterCount, { maxIterations: iterations, tolerance: 1e-6 })
      .eigenvalue;
  };
}

/**
 * η λ, the last step size times the largest eigenvalue of the Hessian: gradient descent on a quadratic is stable where
 * η λ < 2 (A6). NaN before the first step.
 *
 * @param options `samples`: how many samples to look at, 128; `seed`: where their choice comes from, 0
 * @throws RangeError unless `samples` is a whole number ≥ 1.
 * @example
 * const data = dataset({ x: [[3]], y: [[1]] });
 * const net = sequential([dense(1, 1)]);
 * const run = await train(net, data, { rule: sgd({ eta: 0.05 }), measure: { stability: stepTimesCurvature() }, live: false });
 * run.measured.stability[1].value.toFixed(4) // → '1.0000'
 */
export function stepTimesCurvature(options: MeasureOptions & { iterations?: number } = {}): Measure {
  optionsOf("stepTimesCurvature", options, ["samples", "seed", "iterations"]);
  const lambda = sharpness(options);
  return (at) => (at.run.stepSize.at(-1) ?? Number.NaN) * (lambda(at) as number);
}

/**
 * The share of hidden ReLU units that are 0 for every chosen sample, |{j : z_ij ≤ 0 for all i}| / units, so that
 * no gradient reaches their weights. NaN for a network without ReLU.
 *
 * @param options `samples`: how many samples to look at, 128; `seed`: where their choice comes from, 0
 * @throws RangeError unless `samples` is a whole number ≥ 1.
 * Source: Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
 * @example
 * const data = dataset({ x: [[1]], y: [[1]] });
 * const net = sequential([dense(1, 4, { init: constant(-1) }), relu(), dense(4, 1)]);
 * const run = await train(net, data, { measure: { dead: deadRelus() }, live: false });
 * run.measured.dead[0].value // → 1
 */
export function deadRelus(options: MeasureOptions = {}): Measure {
  optionsOf("deadRelus", options, ["samples", "seed"]);
  return (at) => {
    let [units, dead] = [0, 0];
    eachInputOf(["relu"], at, some(at, "deadRelus", options), (column) => {
      units++;
      dead += Number(column.every((z) => z <= 0));
    });
    return dead / units;
  };
}

/**
 * How often the derivative of a ReLU, leaky or not, is evaluated exactly at its kink z = 0, over some samples: where a
 * subgradient has to be chosen (B8).
 *
 * @param options `samples`: how many samples to look at, 128; `seed`: where their choice comes from, 0
 * @throws RangeError unless `samples` is a whole number ≥ 1.
 * @example
 * const data = dataset({ x: [[0], [1]], y: [[1], [1]] });
 * const net = sequential([dense(1, 4), relu(), dense(4, 1)]);
 * const run = await train(net, data, { measure: { kinks: kinkHits() }, live: false });
 * run.measured.kinks[0].value // → 4
 */
export function kinkHits(options: MeasureOptions = {}): Measure {
  optionsOf("kinkHits", options, ["samples", "seed"]);
  return (at) => {
    let hits = 0;
    eachInputOf(["relu", "leakyRelu"], at, some(at, "kinkHits", options), (column) => {
      for (const z of column) hits += Number(z === 0);
    });
    return hits;
  };
}

/** Calls back with z of each unit before an activation of these kinds, for all samples. */
function eachInputOf(
  kinds: readonly string[],
  at: Measuring,
  samples: Uint32Array,
  visit: (column: number[]) => void,
): void {
  const { sigma } = at.model;
  const { z } = forward(at.model, at.data.batch(samples).x);
  sigma.forEach((activation, t) => {
    if (!activation || !kinds.includes(activation.kind)) return;
    const { data, shape } = z[t]!;
    const [rows, units] = shape as [number, number];
    for (let j = 0; j < units; j++) visit(Array.from({ length: rows }, (_, i) => data[i * units + j]!));
  });
}

/** The mean of the samples' gradients, and their variance (the trace of their covariance). */
function spread(at: Measuring, samples: Uint32Array): { mean: Float64Array; variance: number } {
  if (at.model.isPlain && !at.loss.penalty) return spreadOfDense(at, samples);
  const n = samples.length;
  const mean = new Float64Array(at.model.parameterCount);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const gradient = flatGradient(gradients(at, samples.subarray(i, i + 1)));
    squares += dot(gradient, gradient);
    for (let j = 0; j < mean.length; j++) mean[j]! += gradient[j]! / n;
  }
  return { mean, variance: Math.max(0, squares - n * dot(mean, mean)) / (n - 1) };
}

/**
 * The same where all layers are dense, from one backpropagation: the gradient of sample i by A[t] is the outer product
 * δ[t] x(t−1)ᵀ of its rows, whose squares sum to ‖δ[t]‖² ‖x(t−1)‖², and that by b[t] is δ[t].
 *
 * Source: Goodfellow, Efficient per-example gradient computations, 2015.
 */
function spreadOfDense(at: Measuring, samples: Uint32Array): { mean: Float64Array; variance: number } {
  const n = samples.length;
  const back = gradients(at, samples);
  const mean = flatGradient(back);
  let squares = 0;
  for (let t = 1; t <= at.model.hidden + 1; t++) {
    const [slopes, inputs] = [squaresOfRows(back.delta[t]!), squaresOfRows(back.x[t - 1]!)];
    // δ is of the mean loss, that is 1/n of that of a sample alone; 1 is the bias.
    for (let i = 0; i < n; i++) squares += n * n * slopes[i]! * (inputs[i]! + 1);
  }
  return { mean, variance: Math.max(0, squares - n * dot(mean, mean)) / (n - 1) };
}

/** The squared length of each row. */
function squaresOfRows({ data, shape }: Tensor): Float64Array {
  const [rows, columns] = shape as [number, number];
  const squares = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) squares[Math.floor(i / columns)]! += data[i]! * data[i]!;
  return squares;
}

function gradients({ model, data, loss }: Measuring, samples: Uint32Array) {
  const batch: Batch = data.batch(samples);
  return backpropagation(model, batch.x, batch.y, lossOf(loss, batch));
}

/** The indices of the chosen samples. */
function some(at: Measuring, who: string, { samples = 128, seed = 0 }: MeasureOptions): Uint32Array {
  const { size } = at.data;
  checkWhole(who, { samples });
  return random(seed).split("measure").permutation(size).subarray(0, Math.min(samples, size));
}
