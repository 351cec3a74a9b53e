/**
 * How weights start. The spread is chosen so that activations keep their size from layer to layer: each entry of
 * A x is a sum of `inputs` terms, so its variance is `inputs` times that of an entry of A, times the mean of x².
 */
import { full, type Random, randomNormal, randomUniform, type Tensor } from "../tensor/index.js";

/** Makes the first A, outputs × inputs, from a stream of random numbers of its own. */
export type Initialiser = (outputs: number, inputs: number, stream: Random) => Tensor;

/**
 * Entries from N(0, 2 / inputs): keeps the mean of x² through relu, which zeroes half of the entries.
 *
 * Source: He, Zhang, Ren, Sun, Delving deep into rectifiers, 2015.
 * @example
 * he(2, 3, random(0)).shape // → [ 2, 3 ]
 */
export function he(outputs: number, inputs: number, stream: Random): Tensor {
  return randomNormal([outputs, inputs], { seed: stream, sd: Math.sqrt(2 / inputs) });
}

/**
 * Entries uniform in ±√(6 / (inputs + outputs)): variance 2 / (inputs + outputs), a compromise between keeping
 * the size of x on the way forward and of δ on the way back; made for tanh and sigmoid.
 *
 * Source: Glorot, Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010.
 * @example
 * glorot(2, 1, random(0)).shape // → [ 2, 1 ]
 */
export function glorot(outputs: number, inputs: number, stream: Random): Tensor {
  const high = Math.sqrt(6 / (inputs + outputs));
  return randomUniform([outputs, inputs], { seed: stream, low: -high, high });
}

/**
 * All entries the same. With it every unit of a layer computes the same for ever: a start to learn from.
 *
 * @example
 * sequential([dense(2, 2, { init: constant(0.5) })]).A[1].toArray() // → [ [ 0.5, 0.5 ], [ 0.5, 0.5 ] ]
 */
export function constant(value: number): Initialiser {
  return (outputs, inputs) => full([outputs, inputs], value);
}
