/**
 * The readable twins: each operation as its formula. They sum in float64 and round once, when storing.
 */
import type { Compressed, Finish, Kernels, Source, Weights } from "./kernels.js";
import { blockOutputs, line, weightAt } from "./matrix.js";
import type { Parameters } from "./parameters.js";
import { scalarImageKernels } from "./scalar-windows.js";
import { rangeOf } from "./share.js";

/** A rule's update of parameter i with its gradient g. */
export type Move = (parameters: Parameters, i: number, g: number) => void;

/**
 * The scalar kernels.
 *
 * @param apply moves a parameter: a rule's own step (optim/) is the twin of its kernel
 */
export function scalarKernels(apply: Move): Kernels {
  /** Stores or applies the gradient g of parameter i. */
  function finishWith(parameters: Parameters, i: number, g: number, { add, update }: Finish): number {
    const whole = add ? parameters.gradient[i]! + g : g;
    if (update) apply(parameters, i, whole);
    else parameters.gradient[i] = whole;
    return whole * whole;
  }

  const self: Kernels = {
    ...scalarImageKernels,
    name: "scalar",

    gather(out, source, rows, share) {
      const [from, to] = rangeOf(rows, share);
      for (let r = from; r < to; r++) {
        for (let j = 0; j < source.columns; j++) out.data[r * out.pitch + j] = valueAt(source, r, j);
      }
    },

    affine(out, x, A, b, rows, relu, share) {
      const [from, to] = rangeOf(A.outputs, share, line);
      for (let i = 0; i < rows; i++) {
        for (let j = from; j < to; j++) {
          let z = b[j]!;
          for (let k = 0; k < A.inputs; k++) {
            z += x.data[i * x.pitch + k]! * A.theta[weightAt(A, j, k)]!;
          }
          out.data[i * out.pitch + j] = relu ? Math.max(z, 0) : z;
        }
      }
    },

    inputGradient(out, delta, A, mask, rows, share) {
      const [from, to] = rangeOf(A.inputs, share, line);
      for (let i = 0; i < rows; i++) {
        for (let k = from; k < to; k++) {
          let sum = 0;
          for (let j = 0; j < A.outputs; j++) {
            sum += delta.data[i * delta.pitch + j]! * A.theta[weightAt(A, j, k)]!;
          }
          out.data[i * out.pitch + k] = !mask || mask.data[i * mask.pitch + k]! > 0 ? sum : 0;
        }
      }
    },

    weightGradient(A, delta, x, rows, finish, share) {
      const [from, to] = rangeOf(A.inputs, share, line);
      for (let k = from; k < to; k++) {
        for (let j = 0; j < A.outputs; j++) {
          let sum = 0;
          for (let i = 0; i < rows; i++) sum += delta.data[i * delta.pitch + j]! * x.data[i * x.pitch + k]!;
          addSquare(A, j, k, finishWith(A, weightAt(A, j, k), sum, finish));
        }
      }
    },

    biasGradient(b, delta, rows, finish, share) {
      const [from, to] = rangeOf(b.theta.length, share, line);
      for (let j = from; j < to; j++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += delta.data[i * delta.pitch + j]!;
        const squares = finishWith(b, j, sum, finish);
        b.sums[Math.floor(j / line)] = squares + (j % line ? b.sums[Math.floor(j / line)]! : 0);
      }
    },

    tanh(y, f, z) {
      for (let j = 0; j < z.length; j++) {
        const value = Math.tanh(z[j]!);
        y[j] = value;
        if (f) f[j] = 1 - value * value;
      }
    },

    compressRows(out, source, rows, share) {
      const [from, to] = rangeOf(rows, share);
      for (let r = from; r < to; r++) {
        out.counts[r] = 0;
        for (let k = 0; k < source.columns; k++) append(out, r, k, valueAt(source, r, k));
      }
    },

    compressColumns(out, source, rows, share) {
      const [from, to] = rangeOf(source.columns, share, line);
      for (let k = from; k < to; k++) {
        out.counts[k] = 0;
        for (let r = 0; r < rows; r++) append(out, k, r, valueAt(source, r, k));
      }
    },

    sparseAffine(out, x, A, b, rows, relu, share) {
      self.affine(out, expandRows(x, rows, A.inputs), A, b, rows, relu, share);
    },

    sparseInputGradient(out, delta, A, x, rows, share) {
      self.inputGradient(out, delta, A, expandRows(x, rows, A.inputs), rows, share);
    },

    sparseGradient(A, delta, x, _rows, finish, share) {
      const [from, to] = rangeOf(A.outputs, share, line);
      for (let k = 0; k < A.inputs; k++) {
        for (let j = from; j < to; j++) {
          let sum = 0;
          for (const [r, value] of entriesOf(x, k)) sum += delta.data[r * delta.pitch + j]! * value;
          addSquare(A, j, k, finishWith(A, weightAt(A, j, k), sum, finish));
        }
      }
    },

    columnAffine(out, x, A, b, rows, relu, share) {
      self.affine(out, expandRows(x, rows, A.inputs), A, b, rows, relu, share);
    },

    columnBackward(A, delta, x, share) {
      const [from, to] = rangeOf(A.outputs, share, blockOutputs);
      for (const [k, value] of entriesOf(x, 0)) {
        for (let j = from; j < to; j++) {
          const part = Math.floor(j / blockOutputs) * A.inputs + k;
          const at = weightAt(A, j, k);
          A.gradient[part] = (j % blockOutputs ? A.gradient[part]! : 0) + delta.data[j]! * A.theta[at]!;
          apply(A, at, delta.data[j]! * value);
        }
      }
      const norm = [...entriesOf(x, 0)].reduce((sum, [, value]) => sum + value ** 2, 0);
      for (let j = from; j < to; j++) {
        A.sums[Math.floor(j / line)] =
          norm * delta.data[j]! ** 2 + (j % line ? A.sums[Math.floor(j / line)]! : 0);
      }
    },

    columnInputGradient(out, A, x, share) {
      const [from, to] = rangeOf(A.inputs, share, line);
      out.data.fill(0, from, to);
      for (const [k] of entriesOf(x, 0)) {
        if (k < from || k >= to) continue;
        for (let part = k; part < Math.ceil(A.outputs / blockOutputs) * A.inputs; part += A.inputs) {
          out.data[k]! += A.gradient[part]!;
        }
      }
    },

    setRule() {},

    setStep() {},

    update(parameters, share) {
      const [from, to] = rangeOf(parameters.theta.length, share, line);
      for (let i = from; i < to; i++) apply(parameters, i, parameters.gradient[i]!);
    },
  };
  return self;
}

function valueAt({ data, indices, pitch, scale }: Source, r: number, j: number): number {
  return data[(indices ? indices[r]! : r) * pitch + j]! * scale;
}

/** Adds the square of the gradient of the weight from input k to output j to the sum of its block, or starts the sum. */
function addSquare({ inputs, sums }: Weights, j: number, k: number, square: number): void {
  const block = Math.floor(j / line) * Math.ceil(inputs / line) + Math.floor(k / line);
  sums[block] = square + (j % line || k % line ? sums[block]! : 0);
}

/** Adds an entry to list i, unless it is zero; lines of 16 floats begin every 64 bytes. */
function append(
  { places, values, counts, capacity }: Compressed,
  i: number,
  at: number,
  value: number,
): void {
  if (value === 0) return;
  const entry = 2 * (i * capacity + counts[i]!++);
  places[entry] = 4 * line * at;
  values[entry + 1] = value;
}

function* entriesOf(
  { places, values, counts, capacity }: Compressed,
  i: number,
): Generator<[number, number]> {
  for (let n = 0; n < counts[i]!; n++) {
    const entry = 2 * (i * capacity + n);
    yield [places[entry]! / (4 * line), values[entry + 1]!];
  }
}

function expandRows(x: Compressed, rows: number, columns: number) {
  const data = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (const [k, value] of entriesOf(x, r)) data[r * columns + k] = value;
  return { data, columns, pitch: columns };
}
