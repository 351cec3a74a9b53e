/**
 * The complex step: for a function that is analytic, f(x + ih) = f(x) + ih f'(x) − …, so the imaginary part over h is the
 * derivative up to h². Nothing is subtracted, so nothing cancels, and h may be 10⁻²⁰: it is exact to the last digit.
 *
 * Source: Squire, Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40, 1998.
 */
import { Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { joined, larger, largest, logSumOfExp, scattered, sliced } from "./selection.js";
import type { Traced } from "./traced.js";

const h = 1e-20;

/** A tensor of complex numbers. `relu` and `abs`, which are not analytic, use the real part. */
export class Complex implements Traced {
  readonly value: Tensor;
  readonly imaginary: Tensor;

  constructor(real: Tensor, imaginary: Tensor) {
    this.value = real;
    this.imaginary = imaginary;
  }

  get shape(): readonly number[] {
    return this.value.shape;
  }

  add(other: Traced | TensorLike): Complex {
    const b = of(other);
    return new Complex(this.value.add(b.value), this.imaginary.add(b.imaginary));
  }

  sub(other: Traced | TensorLike): Complex {
    const b = of(other);
    return new Complex(this.value.sub(b.value), this.imaginary.sub(b.imaginary));
  }

  mul(other: Traced | TensorLike): Complex {
    const b = of(other);
    return new Complex(
      this.value.mul(b.value).sub(this.imaginary.mul(b.imaginary)),
      this.value.mul(b.imaginary).add(this.imaginary.mul(b.value)),
    );
  }

  div(other: Traced | TensorLike): Complex {
    const b = of(other);
    const size = b.value.mul(b.value).add(b.imaginary.mul(b.imaginary));
    const product = this.mul(new Complex(b.value, b.imaginary.mul(-1)));
    return new Complex(product.value.div(size), product.imaginary.div(size));
  }

  neg(): Complex {
    return new Complex(this.value.mul(-1), this.imaginary.mul(-1));
  }

  matmul(other: Traced | TensorLike): Complex {
    const b = of(other);
    return new Complex(
      this.value.matmul(b.value).sub(this.imaginary.matmul(b.imaginary)),
      this.value.matmul(b.imaginary).add(this.imaginary.matmul(b.value)),
    );
  }

  transpose(): Complex {
    return new Complex(this.value.transpose(), this.imaginary.transpose());
  }

  reshape(...extents: number[]): Complex {
    return new Complex(this.value.reshape(...extents), this.imaginary.reshape(...extents));
  }

  sum(axis?: number): Complex {
    if (axis === undefined) return new Complex(tensor(this.value.sum()), tensor(this.imaginary.sum()));
    return new Complex(this.value.sum(axis), this.imaginary.sum(axis));
  }

  mean(axis?: number): Complex {
    const sum = this.sum(axis);
    return sum.mul(sum.value.size / this.value.size);
  }

  exp(): Complex {
    return this.#map((a, b) => [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)]);
  }

  log(): Complex {
    return this.#map((a, b) => [Math.log(Math.hypot(a, b)), Math.atan2(b, a)]);
  }

  sqrt(): Complex {
    return this.pow(0.5);
  }

  pow(exponent: number): Complex {
    return this.#map((a, b) => {
      // For a negative base atan2 is near ±π, whose multiples must be subtracted if the power is whole.
      const size = Math.hypot(a, b) ** exponent;
      if (a < 0 && Number.isInteger(exponent)) {
        const sign = exponent % 2 === 0 ? 1 : -1;
        const angle = exponent * Math.atan2(-b, -a);
        return [sign * size * Math.cos(angle), sign * size * Math.sin(angle)];
      }
      const angle = exponent * Math.atan2(b, a);
      return [size * Math.cos(angle), size * Math.sin(angle)];
    });
  }

  sin(): Complex {
    return this.#map((a, b) => [Math.sin(a) * Math.cosh(b), Math.cos(a) * Math.sinh(b)]);
  }

  cos(): Complex {
    return this.#map((a, b) => [Math.cos(a) * Math.cosh(b), -Math.sin(a) * Math.sinh(b)]);
  }

  tanh(): Complex {
    // tanh(a + ib) = (tanh a + i tan b) / (1 + i tanh a tan b)
    return this.#map((a, b) => {
      const [t, s] = [Math.tanh(a), Math.tan(b)];
      const size = 1 + (t * s) ** 2;
      return [(t + t * s * s) / size, (s - t * t * s) / size];
    });
  }

  sigmoid(): Complex {
    const half = this.mul(0.5).tanh();
    return half.add(1).mul(0.5);
  }

  relu(): Complex {
    return this.#map((a, b) => (a > 0 ? [a, b] : [0, 0]));
  }

  abs(): Complex {
    return this.#map((a, b) => (a > 0 ? [a, b] : a < 0 ? [-a, -b] : [0, 0]));
  }

  take(indices: ArrayLike<number>, axis = 0): Complex {
    return new Complex(this.value.take(indices, axis), this.imaginary.take(indices, axis));
  }

  slice(start = 0, end: number = Number.MAX_SAFE_INTEGER, axis = 0): Complex {
    return sliced<Complex>(this, start, end, axis);
  }

  concat(others: readonly (Traced | TensorLike)[], axis = 0): Complex {
    return joined<Complex>([this, ...others.map(of)], axis, (part, ...place) => part.#placed(...place));
  }

  max(axis?: number): Complex {
    return largest<Complex>(this, axis);
  }

  maximum(other: Traced | TensorLike): Complex {
    return larger<Complex>(this, of(other));
  }

  logSumExp(axis?: number): Complex {
    return logSumOfExp<Complex>(this, axis);
  }

  #placed(indices: readonly number[], axis: number, extent: number): Complex {
    return new Complex(
      scattered(this.value, indices, axis, extent),
      scattered(this.imaginary, indices, axis, extent),
    );
  }

  #map(f: (real: number, imaginary: number) => [number, number]): Complex {
    const both = Array.from(this.value.data, (a, i) => f(a, this.imaginary.data[i]!));
    return new Complex(
      this.value.map((_, i) => both[i]![0]),
      this.value.map((_, i) => both[i]![1]),
    );
  }
}

function of(value: Traced | TensorLike): Complex {
  if (value instanceof Complex) return value;
  const constant = Tensor.of(value as TensorLike);
  return new Complex(
    constant,
    constant.map(() => 0),
  );
}

/**
 * The gradient of a scalar function by the complex step: Im f(x + ih e_j) / h for each entry j, h = 10⁻²⁰.
 *
 * @param f a function written with the operations of `Traced`; `relu` and `abs` use the real part
 * @returns x ↦ ∇f(x), of the shape of x
 * Source: Squire, Trapp, Using complex variables to estimate derivatives of real functions, 1998.
 * @example
 * complexStep((x) => x.sin().sum())([0, Math.PI / 3]).data.map((g) => +g.toFixed(12)) // → Float64Array(2) [ 1, 0.5 ]
 */
export function complexStep(f: (x: Traced) => Traced): (x: TensorLike) => Tensor {
  return (x) => {
    const at = Tensor.of(x);
    return at.map((_, j) => {
      const step = at.map((_entry, i) => (i === j ? h : 0));
      return of(f(new Complex(at, step))).imaginary.data[0]! / h;
    });
  };
}
