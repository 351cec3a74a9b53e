/**
 * Initial weights. The spread is chosen so that activations keep their size from layer to layer: each entry of
 * A x is a sum of `inputs` terms, so its variance is `inputs` times that of an entry of A, times the mean of x².
 */
import { optionsOf } from "../options/options-of.js";
import { full, type Random, randomNormal, randomUniform, type Tensor, tensor } from "../tensor/index.js";
import { lengthOf } from "../tensor/length.js";

/** Makes the initial A, outputs × inputs, from its own stream of random numbers. */
export type Initialiser = (outputs: number, inputs: number, stream: Random) => Tensor;

/**
 * Entries from N(0, 2 / inputs): keeps the mean of x² through relu, which zeroes half of the entries.
 *
 * Source: He, Zhang, Ren, Sun, Delving deep into rectifiers, 2015, section 2.2.
 * @param outputs rows of A
 * @param inputs columns of A
 * @param stream where the numbers are drawn
 * @example
 * he(2, 3, random(0)).shape // → [ 2, 3 ]
 */
export function he(outputs: number, inputs: number, stream: Random): Tensor {
  return randomNormal([outputs, inputs], { seed: stream, sd: Math.sqrt(2 / inputs) });
}

/**
 * Entries uniform in ±√(6 / (inputs + outputs)): variance 2 / (inputs + outputs), a compromise between keeping
 * the size of x in the forward pass and of δ in the backward pass; meant for tanh and sigmoid.
 *
 * Source: Glorot, Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010,
 * section 4.2.1.
 * @param outputs rows of A
 * @param inputs columns of A
 * @param stream where the numbers are drawn
 * @example
 * glorot(2, 1, random(0)).shape // → [ 2, 1 ]
 */
export function glorot(outputs: number, inputs: number, stream: Random): Tensor {
  const high = Math.sqrt(6 / (inputs + outputs));
  return randomUniform([outputs, inputs], { seed: stream, low: -high, high });
}

/**
 * Entries uniform in ±√(6 / inputs): the same variance as `he`.
 *
 * @param outputs rows of A
 * @param inputs columns of A
 * @param stream where the numbers are drawn
 * Source: He, Zhang, Ren, Sun, Delving deep into rectifiers, 2015, section 2.2; PyTorch's `kaiming_uniform_`.
 * @example
 * heUniform(2, 3, random(0)).shape // → [ 2, 3 ]
 */
export function heUniform(outputs: number, inputs: number, stream: Random): Tensor {
  const high = Math.sqrt(6 / inputs);
  return randomUniform([outputs, inputs], { seed: stream, low: -high, high });
}

/**
 * Entries from N(0, 2 / (inputs + outputs)): the same variance σ² = 2 / (inputs + outputs) as `glorot`.
 *
 * @param outputs rows of A
 * @param inputs columns of A
 * @param stream where the numbers are drawn
 * Source: Glorot, Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010,
 * section 4.2.1.
 * @example
 * glorotNormal(2, 1, random(0)).shape // → [ 2, 1 ]
 */
export function glorotNormal(outputs: number, inputs: number, stream: Random): Tensor {
  return randomNormal([outputs, inputs], { seed: stream, sd: Math.sqrt(2 / (inputs + outputs)) });
}

/**
 * Entries from N(0, 1 / inputs): keeps the mean of x² through a layer without an activation.
 *
 * Source: LeCun, Bottou, Orr, Müller, Efficient backprop, 1998, section 4.6.
 * @param outputs rows of A
 * @param inputs columns of A
 * @param stream where the numbers are drawn
 * @example
 * lecun(2, 3, random(0)).shape // → [ 2, 3 ]
 */
export function lecun(outputs: number, inputs: number, stream: Random): Tensor {
  return randomNormal([outputs, inputs], { seed: stream, sd: Math.sqrt(1 / inputs) });
}

/**
 * Orthonormal rows, A Aᵀ = gain² I (or columns, if there are fewer of them): norms are initially preserved exactly.
 *
 * @param options `gain`: the norm of each row or column, 1
 * Source: Saxe, McClelland, Ganguli, Exact solutions to the nonlinear dynamics of learning, 2014.
 * @example
 * const Q = orthogonal()(2, 3, random(0));
 * Q.matmul(Q.transpose()).allClose([[1, 0], [0, 1]], { absolute: 1e-14 }) // → true
 */
export function orthogonal(options: { gain?: number } = {}): Initialiser {
  const { gain = 1 } = optionsOf("orthogonal", options, ["gain"]);
  return (outputs, inputs, stream) => {
    const [few, many] = outputs <= inputs ? [outputs, inputs] : [inputs, outputs];
    // Gram–Schmidt on rows of normal numbers, twice, which suffices for full accuracy.
    const rows = Array.from({ length: few }, () =>
      Float64Array.from({ length: many }, () => stream.normal()),
    );
    rows.forEach((row, i) => {
      for (let round = 0; round < 2; round++) {
        for (const other of rows.slice(0, i)) {
          const along = row.reduce((sum, entry, k) => sum + entry * other[k]!, 0);
          for (let k = 0; k < many; k++) row[k]! -= along * other[k]!;
        }
        const length = lengthOf(row);
        for (let k = 0; k < many; k++) row[k]! /= length;
      }
    });
    const Q = tensor(rows.map((row) => Array.from(row, (entry) => gain * entry)));
    return outputs <= inputs ? Q : Q.transpose();
  };
}

/**
 * All entries the same, A_ij = value; `constant(0)` for zeros. With it all units of a layer stay equal for
 * ever, which is instructive to see.
 *
 * @param value the value of every entry
 * Source: PyTorch's `constant_`.
 * @example
 * sequential([dense(2, 2, { init: constant(0.5) })]).A[1].toArray() // → [ [ 0.5, 0.5 ], [ 0.5, 0.5 ] ]
 */
export function constant(value: number): Initialiser {
  return (outputs, inputs) => full([outputs, inputs], value);
}
