/**
 * Shared by layers that act entry by entry. They are written here for all kernels, not in compute/: their time is small
 * relative to the products around them, and their formulas and random numbers are those of nn/ and tensor/.
 */
import type { Matrix } from "../../compute/matrix.js";
import { rangeOf } from "../../compute/share.js";
import { gatherInput, type LayerParts, type LayerSteps, type Place } from "./layer.js";

/**
 * A layer whose derivative is a factor for each entry, which the forward pass stores in `factors`: δ below = f δ.
 *
 * @param start begins at the sample of this number: the function it returns computes x(t) of the samples from there on, and
 *   in training their factors
 */
export function entrywiseSteps(
  parts: LayerParts,
  factors: Matrix,
  start: (sample: number, place?: Place) => (z: Float32Array, y: Float32Array, f: Float32Array) => void,
): LayerSteps {
  const { share, meet, input, x, relu, delta } = parts;
  return {
    prepare: (rows, source) => gatherInput(parts, rows, source),
    forward(rows, place) {
      const [from, to] = rangeOf(rows, share);
      const pass = start(from, place);
      for (let n = from; n < to; n++) {
        const y = rowOf(x, n);
        pass(rowOf(input, n), y, rowOf(factors, n));
        if (relu) for (let j = 0; j < y.length; j++) if (y[j]! < 0) y[j] = 0;
      }
    },
    backward(rows, _finish, below) {
      if (!below) return;
      const [from, to] = rangeOf(rows, share);
      for (let n = from; n < to; n++) {
        const [z, d] = [rowOf(input, n), rowOf(delta, n)];
        const [f, passed] = [rowOf(factors, n), rowOf(below.delta, n)];
        for (let j = 0; j < z.length; j++) passed[j] = below.relu && !(z[j]! > 0) ? 0 : f[j]! * d[j]!;
      }
      meet();
    },
  };
}

/** A row without its padding, which stays zero. */
const rowOf = ({ data, pitch, columns }: Matrix, n: number): Float32Array =>
  data.subarray(n * pitch, n * pitch + columns);
