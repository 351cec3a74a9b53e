/**
 * The readable twins: each operation as its formula says it. They sum in float64, and round once, when storing.
 */
import type { Kernels } from "./kernels.js";
import { rangeOf } from "./share.js";

/** The scalar kernels. */
export const scalarKernels: Kernels = {
  name: "scalar",

  affine(out, x, A, b, { rows, inputs, outputs }, relu, share) {
    const [from, to] = rangeOf(outputs, share);
    for (let i = 0; i < rows; i++) {
      for (let j = from; j < to; j++) {
        let z = b[j];
        for (let k = 0; k < inputs; k++) z += x[i * inputs + k] * A[j * inputs + k];
        out[i * outputs + j] = relu ? Math.max(z, 0) : z;
      }
    }
  },

  inputGradient(out, delta, A, x, { rows, inputs, outputs }, share) {
    const [from, to] = rangeOf(inputs, share);
    for (let i = 0; i < rows; i++) {
      for (let k = from; k < to; k++) {
        let sum = 0;
        for (let j = 0; j < outputs; j++) sum += delta[i * outputs + j] * A[j * inputs + k];
        out[i * inputs + k] = x[i * inputs + k] > 0 ? sum : 0;
      }
    }
  },

  weightGradient(dA, db, delta, x, { rows, inputs, outputs }, add, share) {
    const [from, to] = rangeOf(inputs, share);
    for (let j = 0; j < outputs; j++) {
      for (let k = from; k < to; k++) {
        let sum = add ? dA[j * inputs + k] : 0;
        for (let i = 0; i < rows; i++) sum += delta[i * outputs + j] * x[i * inputs + k];
        dA[j * inputs + k] = sum;
      }
    }
    const [first, last] = rangeOf(outputs, share);
    for (let j = first; j < last; j++) {
      let sum = add ? db[j] : 0;
      for (let i = 0; i < rows; i++) sum += delta[i * outputs + j];
      db[j] = sum;
    }
  },

  gather(out, data, indices, rows, width, scale, share) {
    const [from, to] = rangeOf(rows, share);
    for (let r = from; r < to; r++) {
      for (let j = 0; j < width; j++) out[r * width + j] = data[indices[r] * width + j] * scale;
    }
  },

  sumOfSquares(g, from, to) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += g[i] * g[i];
    return sum;
  },

  descend(theta, g, eta, share) {
    const [from, to] = rangeOf(theta.length, share);
    for (let i = from; i < to; i++) theta[i] -= eta * g[i];
  },

  descendAdagrad(theta, g, c, eta, epsilon, from, to) {
    let sum = 0;
    for (let i = from; i < to; i++) {
      c[i] += g[i] * g[i];
      sum += c[i];
      const divisor = Math.sqrt(c[i]) + epsilon;
      if (divisor !== 0) theta[i] -= (eta * g[i]) / divisor;
    }
    return sum;
  },
};
