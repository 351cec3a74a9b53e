/**
 * Forward mode: numbers a + b ε with ε² = 0. Every rule of differentiation becomes one of their arithmetic, and
 * f(x + v ε) = f(x) + (f'(x) v) ε: one evaluation for each direction v.
 */
import { Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { joined, larger, largest, logSumOfExp, scattered, sliced } from "./selection.js";
import type { Traced } from "./traced.js";

/** A tensor of dual numbers: value + tangent ε. */
export class Dual implements Traced {
  readonly value: Tensor;
  /** The directional derivative. */
  readonly tangent: Tensor;

  /** For `jvp`: the numbers and their tangents. */
  constructor(value: Tensor, tangent: Tensor) {
    this.value = value;
    this.tangent = tangent;
  }

  /** The shape of the numbers. */
  get shape(): readonly number[] {
    return this.value.shape;
  }

  add(other: Traced | TensorLike): Dual {
    const b = of(other);
    return new Dual(this.value.add(b.value), this.tangent.add(b.tangent));
  }

  sub(other: Traced | TensorLike): Dual {
    const b = of(other);
    return new Dual(this.value.sub(b.value), this.tangent.sub(b.tangent));
  }

  mul(other: Traced | TensorLike): Dual {
    const b = of(other);
    return new Dual(this.value.mul(b.value), this.tangent.mul(b.value).add(this.value.mul(b.tangent)));
  }

  div(other: Traced | TensorLike): Dual {
    const b = of(other);
    const value = this.value.div(b.value);
    return new Dual(value, this.tangent.sub(value.mul(b.tangent)).div(b.value));
  }

  neg(): Dual {
    return new Dual(this.value.mul(-1), this.tangent.mul(-1));
  }

  matmul(other: Traced | TensorLike): Dual {
    const b = of(other);
    const tangent = this.tangent.matmul(b.value).add(this.value.matmul(b.tangent));
    return new Dual(this.value.matmul(b.value), tangent);
  }

  transpose(): Dual {
    return new Dual(this.value.transpose(), this.tangent.transpose());
  }

  reshape(...extents: number[]): Dual {
    return new Dual(this.value.reshape(...extents), this.tangent.reshape(...extents));
  }

  sum(axis?: number): Dual {
    if (axis === undefined) return new Dual(tensor(this.value.sum()), tensor(this.tangent.sum()));
    return new Dual(this.value.sum(axis), this.tangent.sum(axis));
  }

  mean(axis?: number): Dual {
    const sum = this.sum(axis);
    return sum.mul(sum.value.size / this.value.size);
  }

  exp(): Dual {
    return this.#chain(Math.exp, (_, y) => y);
  }

  log(): Dual {
    return this.#chain(Math.log, (x) => 1 / x);
  }

  sqrt(): Dual {
    return this.#chain(Math.sqrt, (_, y) => 0.5 / y);
  }

  pow(exponent: number): Dual {
    return this.#chain(
      (x) => x ** exponent,
      (x) => (exponent === 0 ? 0 : exponent * x ** (exponent - 1)),
    );
  }

  sin(): Dual {
    return this.#chain(Math.sin, Math.cos);
  }

  cos(): Dual {
    return this.#chain(Math.cos, (x) => -Math.sin(x));
  }

  tanh(): Dual {
    return this.#chain(Math.tanh, (_, y) => 1 - y * y);
  }

  sigmoid(): Dual {
    return this.#chain(
      (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
      (_, y) => y * (1 - y),
    );
  }

  relu(): Dual {
    return this.#chain(
      (x) => Math.max(0, x),
      (x) => Number(x > 0),
    );
  }

  abs(): Dual {
    return this.#chain(Math.abs, Math.sign);
  }

  take(indices: ArrayLike<number>, axis = 0): Dual {
    return new Dual(this.value.take(indices, axis), this.tangent.take(indices, axis));
  }

  slice(start = 0, end: number = Number.MAX_SAFE_INTEGER, axis = 0): Dual {
    return sliced<Dual>(this, start, end, axis);
  }

  concat(others: readonly (Traced | TensorLike)[], axis = 0): Dual {
    return joined<Dual>([this, ...others.map(of)], axis, (part, ...place) => part.#placed(...place));
  }

  max(axis?: number): Dual {
    return largest<Dual>(this, axis);
  }

  maximum(other: Traced | TensorLike): Dual {
    return larger<Dual>(this, of(other));
  }

  logSumExp(axis?: number): Dual {
    return logSumOfExp<Dual>(this, axis);
  }

  #placed(indices: readonly number[], axis: number, extent: number): Dual {
    return new Dual(
      scattered(this.value, indices, axis, extent),
      scattered(this.tangent, indices, axis, extent),
    );
  }

  /** f of each number; its derivative, from x and y = f(x), times the tangent. */
  #chain(f: (x: number) => number, derivative: (x: number, y: number) => number): Dual {
    const value = this.value.map(f);
    return new Dual(
      value,
      this.tangent.map((t, i) => t * derivative(this.value.data[i]!, value.data[i]!)),
    );
  }
}

function of(value: Traced | TensorLike): Dual {
  if (value instanceof Dual) return value;
  const constant = Tensor.of(value as TensorLike);
  return new Dual(
    constant,
    constant.map(() => 0),
  );
}

/**
 * The derivative of a function of a tensor in a direction, by forward mode: f'(x) v.
 *
 * @param f a function written with the operations of `Traced`
 * @returns (x, v) ↦ f'(x) v, of the shape of f(x)
 * @throws RangeError unless v has the shape of x.
 * Source: Griewank, Walther, Evaluating derivatives, 2008, section 3.1.
 * @example
 * jvp((x) => x.mul(x))([1, 2], [1, 10]).toArray() // → [ 2, 40 ]
 */
export function jvp(f: (x: Traced) => Traced): (x: TensorLike, v: TensorLike) => Tensor {
  return (x, v) => {
    const [at, along] = [Tensor.of(x), Tensor.of(v)];
    if (String(at.shape) !== String(along.shape)) {
      throw new RangeError(
        `jvp: the direction must have the shape of x, [${at.shape.join(", ")}], got [${along.shape.join(", ")}]`,
      );
    }
    return of(f(new Dual(at, along))).tangent;
  };
}
