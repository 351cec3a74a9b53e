/**
 * Layers that act on each entry on its own, while they are trained: activations beyond ReLU, and dropout. There is one of
 * each, for all kernels: what they take is small beside the products around them. They stand here and not in compute/, as
 * their formulas and random numbers are those of nn/ and tensor/.
 */
import type { ActivationFormula, DropoutFormula } from "../compute/formula.js";
import { gatherInput, type LayerParts, type Place, type TrainedLayer } from "../compute/layer.js";
import type { Matrix } from "../compute/matrix.js";
import { rangeOf } from "../compute/share.js";
import { type Activation, gelu, leakyRelu, sigmoid, softplus, tanh } from "../nn/index.js";
import { random } from "../tensor/index.js";

/**
 * A layer whose gradient is a factor for each entry, which going forward leaves in `factors`: δ below = f δ.
 *
 * @param start begins with the sample of this number: what it returns gives the samples from there on their x(t), and
 *   where they are trained on, their factors
 */
function entrywiseLayer(
  layer: LayerParts,
  factors: Matrix,
  start: (sample: number, place?: Place) => (z: Float32Array, y: Float32Array, f: Float32Array) => void,
): TrainedLayer {
  const { share, meet, input, x, relu, delta } = layer;
  return {
    prepare: (rows, source) => gatherInput(layer, rows, source),
    forward(rows, place) {
      const [from, to] = rangeOf(rows, share);
      const pass = start(from, place);
      for (let n = from; n < to; n++) {
        const y = rowOf(x, n);
        pass(rowOf(input, n), y, rowOf(factors, n));
        if (relu) for (let j = 0; j < y.length; j++) if (y[j] < 0) y[j] = 0;
      }
    },
    backward(rows, _finish, below) {
      if (!below) return;
      const [from, to] = rangeOf(rows, share);
      for (let n = from; n < to; n++) {
        const [z, d, f, passed] = [
          rowOf(input, n),
          rowOf(delta, n),
          rowOf(factors, n),
          rowOf(below.delta, n),
        ];
        for (let j = 0; j < z.length; j++) passed[j] = below.relu && !(z[j] > 0) ? 0 : f[j] * d[j];
      }
      meet();
    },
  };
}

/** A row without its padding, which stays zero. */
const rowOf = ({ data, pitch, columns }: Matrix, n: number): Float32Array =>
  data.subarray(n * pitch, n * pitch + columns);

const activations: Record<ActivationFormula["name"], (options: { slope?: number }) => Activation> = {
  tanh,
  sigmoid,
  leakyRelu,
  gelu,
  softplus,
};

/** σ'(z) from y = σ(z), where that saves a function; y is float64 here, so float32 sees nothing of what cancels. */
const slopes: Partial<Record<ActivationFormula["name"], (z: number, y: number) => number>> = {
  tanh: (_, y) => 1 - y * y,
  sigmoid: (_, y) => y * (1 - y),
};

/** x(t) = σ(x(t−1)). */
export function activationLayer(
  layer: LayerParts,
  { name, ...options }: ActivationFormula,
  factors: Matrix,
): TrainedLayer {
  const { value, derivative } = activations[name](options);
  const slope = slopes[name] ?? derivative;
  return entrywiseLayer(layer, factors, (_, place) => (z, y, f) => {
    for (let j = 0; j < z.length; j++) {
      const v = value(z[j]);
      y[j] = v;
      if (place) f[j] = slope(z[j], v);
    }
  });
}

/**
 * In a training x(t) = f x(t−1) with factors f that are 0 with probability p and else 1 / (1 − p), the same for any number
 * of threads; otherwise x(t) = x(t−1).
 */
export function dropoutLayer(
  layer: LayerParts,
  { p, index }: DropoutFormula,
  seed: number,
  factors: Matrix,
): TrainedLayer {
  const dropped = random(seed).split("dropout");
  return entrywiseLayer(layer, factors, (sample, place) => {
    if (!place) return (z, y) => y.set(z);
    const stream = dropped.split(place.steps).split(index);
    stream.skip((place.samples + sample) * layer.input.columns);
    return (z, y, f) => {
      for (let j = 0; j < z.length; j++) {
        f[j] = stream.uniform() < p ? 0 : 1 / (1 - p);
        y[j] = f[j] * z[j];
      }
    };
  });
}
