/**
 * Reverse mode: every operation records its operands and how to propagate a gradient to them; then one pass from the result
 * to the arguments computes the gradient, at the cost of a few evaluations, however many arguments there are
 * (A12). The backward pass uses the same operations, so that it can be differentiated again.
 */
import { Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { checkAxis, sameShape } from "../tensor/shapes.js";
import { joined, larger, largest, logSumOfExp, scattered, sliced } from "./selection.js";
import { type ScalarFunction, scalarOf, stretchedAxes, type Traced } from "./traced.js";

/** A function of each number and its index. */
type Entrywise = (x: number, i: number) => number;

/** An operand of a result, and how the gradient is propagated to it. */
type Parent = [variable: Variable, back: (gradient: Variable) => Variable];

/** Numbers that record how they were computed; made by `grad()` and the like for the arguments of a function. */
export class Variable implements Traced {
  readonly value: Tensor;
  readonly #parents: readonly Parent[];

  /** For the functions below: the numbers and their operands. */
  constructor(value: Tensor, parents: readonly Parent[] = []) {
    this.value = value;
    this.#parents = parents;
  }

  /** The shape of the numbers. */
  get shape(): readonly number[] {
    return this.value.shape;
  }

  add(other: Traced | TensorLike): Variable {
    const b = of(other);
    return new Variable(this.value.add(b.value), [
      [this, (g) => g.#sumTo(this)],
      [b, (g) => g.#sumTo(b)],
    ]);
  }

  sub(other: Traced | TensorLike): Variable {
    const b = of(other);
    return new Variable(this.value.sub(b.value), [
      [this, (g) => g.#sumTo(this)],
      [b, (g) => g.neg().#sumTo(b)],
    ]);
  }

  mul(other: Traced | TensorLike): Variable {
    const b = of(other);
    return new Variable(this.value.mul(b.value), [
      [this, (g) => g.mul(b).#sumTo(this)],
      [b, (g) => g.mul(this).#sumTo(b)],
    ]);
  }

  div(other: Traced | TensorLike): Variable {
    const b = of(other);
    return new Variable(this.value.div(b.value), [
      [this, (g) => g.div(b).#sumTo(this)],
      [b, (g) => g.mul(this).div(b.mul(b)).neg().#sumTo(b)],
    ]);
  }

  neg(): Variable {
    return this.#unary(
      (x) => -x,
      (g) => g.neg(),
    );
  }

  matmul(other: Traced | TensorLike): Variable {
    const b = of(other);
    // Vectors count as a row on the left and a column on the right; as matrices one rule serves for all.
    const [left, right] = [
      this.shape.length === 1 ? this.reshape(1, -1) : this,
      b.shape.length === 1 ? b.reshape(-1, 1) : b,
    ];
    if (left !== this || right !== b) {
      const shape = [...(left === this ? [this.shape[0]!] : []), ...(right === b ? [b.shape[1]!] : [])];
      // Checked first in its original form, for the error message.
      this.value.matmul(b.value);
      return left.matmul(right).reshape(...shape);
    }
    return new Variable(this.value.matmul(b.value), [
      [this, (g) => g.matmul(b.transpose())],
      [b, (g) => this.transpose().matmul(g)],
    ]);
  }

  transpose(): Variable {
    return new Variable(this.value.transpose(), [[this, (g) => g.transpose()]]);
  }

  reshape(...extents: number[]): Variable {
    return new Variable(this.value.reshape(...extents), [[this, (g) => g.reshape(...this.shape)]]);
  }

  sum(axis?: number): Variable {
    if (axis === undefined) {
      return new Variable(tensor(this.value.sum()), [[this, (g) => g.mul(ones(this.shape))]]);
    }
    const kept = this.shape.map((extent, i) =>
      i === (axis + this.shape.length) % this.shape.length ? 1 : extent,
    );
    return new Variable(this.value.sum(axis), [[this, (g) => g.reshape(...kept).mul(ones(this.shape))]]);
  }

  mean(axis?: number): Variable {
    const sum = this.sum(axis);
    return sum.mul(sum.value.size / this.value.size);
  }

  exp(): Variable {
    return this.#unary(Math.exp, (g) => g.mul(this.exp()));
  }

  log(): Variable {
    return this.#unary(Math.log, (g) => g.div(this));
  }

  sqrt(): Variable {
    return this.#unary(Math.sqrt, (g) => g.div(this.sqrt().mul(2)));
  }

  pow(exponent: number): Variable {
    return this.#unary(
      (x) => x ** exponent,
      (g) => (exponent === 0 ? g.mul(0) : g.mul(this.pow(exponent - 1).mul(exponent))),
    );
  }

  sin(): Variable {
    return this.#unary(Math.sin, (g) => g.mul(this.cos()));
  }

  cos(): Variable {
    return this.#unary(Math.cos, (g) => g.mul(this.sin()).neg());
  }

  tanh(): Variable {
    return this.#unary(Math.tanh, (g) => {
      const y = this.tanh();
      return g.sub(g.mul(y).mul(y));
    });
  }

  sigmoid(): Variable {
    return this.#unary(sigmoid, (g) => {
      const y = this.sigmoid();
      return g.mul(y).sub(g.mul(y).mul(y));
    });
  }

  relu(): Variable {
    return this.#unary(
      (x) => Math.max(0, x),
      (g) => g.mul(this.value.map((x) => Number(x > 0))),
    );
  }

  abs(): Variable {
    return this.#unary(Math.abs, (g) => g.mul(this.value.map((x) => Math.sign(x))));
  }

  take(indices: ArrayLike<number>, axis = 0): Variable {
    const at = checkAxis("take", axis, this.shape);
    const extent = this.shape[at]!;
    // Checked first as it stands, for the message; the way back needs it as it is now, whatever the list holds by then.
    const value = this.value.take(indices, at);
    const chosen = Array.from(indices);
    return new Variable(value, [[this, (g) => g.#placed(chosen, at, extent)]]);
  }

  slice(start = 0, end: number = Number.MAX_SAFE_INTEGER, axis = 0): Variable {
    return sliced<Variable>(this, start, end, axis);
  }

  concat(others: readonly (Traced | TensorLike)[], axis = 0): Variable {
    return joined<Variable>([this, ...others.map(of)], axis, (part, ...place) => part.#placed(...place));
  }

  max(axis?: number): Variable {
    return largest<Variable>(this, axis);
  }

  maximum(other: Traced | TensorLike): Variable {
    return larger<Variable>(this, of(other));
  }

  logSumExp(axis?: number): Variable {
    return logSumOfExp<Variable>(this, axis);
  }

  #placed(indices: readonly number[], axis: number, extent: number): Variable {
    return this.linear(
      (x) => scattered(x, indices, axis, extent),
      (g) => g.take(indices, axis),
    );
  }

  /** f of each number, with as many of its derivatives as differentiations are needed. */
  map(f: Entrywise, ...[derivative, ...higher]: Entrywise[]): Variable {
    return this.#unary(f, (g) => g.mul(this.map(derivative!, ...higher)));
  }

  /** A linear map of all numbers; a gradient is propagated by its transpose. */
  linear(f: (x: Tensor) => Tensor, transposed: (x: Tensor) => Tensor): Variable {
    return new Variable(f(this.value), [[this, (g) => g.linear(transposed, f)]]);
  }

  /** The gradients of this scalar with respect to some variables it was computed from. */
  gradientsOf(variables: readonly Variable[]): Variable[] {
    const order = this.#inOrder();
    // Operands that do not depend on them get no gradient: for samples multiplied by weights this saves half the work.
    const affected = new Set(variables);
    for (const variable of order.toReversed()) {
      if (variable.#parents.some(([parent]) => affected.has(parent))) affected.add(variable);
    }
    const gradients = new Map<Variable, Variable>([[this, new Variable(ones(this.shape))]]);
    for (const variable of order) {
      const gradient = gradients.get(variable);
      if (!gradient) continue;
      for (const [parent, back] of variable.#parents) {
        if (!affected.has(parent)) continue;
        const more = back(gradient);
        const before = gradients.get(parent);
        gradients.set(parent, before ? before.add(more) : more);
      }
    }
    return variables.map((one) => gradients.get(one) ?? new Variable(one.value.map(() => 0)));
  }

  /** All nodes that this was computed from, each before its operands. */
  #inOrder(): Variable[] {
    const order: Variable[] = [];
    const seen = new Set<Variable>();
    // Not recursive: a loop of ten thousand steps makes a chain of that length.
    const stack: [Variable, number][] = [[this, 0]];
    seen.add(this);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const parent = top[0].#parents[top[1]++]?.[0];
      if (!parent) order.push(stack.pop()![0]);
      else if (!seen.has(parent)) {
        seen.add(parent);
        stack.push([parent, 0]);
      }
    }
    return order.reverse();
  }

  #unary(f: Entrywise, back: (gradient: Variable) => Variable): Variable {
    return new Variable(this.value.map(f), [[this, back]]);
  }

  /** Sums over the axes that were broadcast. */
  #sumTo({ shape }: Variable): Variable {
    if (sameShape(shape, this.shape)) return this;
    let sum: Variable = this;
    for (const axis of stretchedAxes(shape, this.shape)) sum = sum.sum(axis);
    return sum.reshape(...shape);
  }
}

const of = (value: Traced | TensorLike): Variable =>
  value instanceof Variable ? value : new Variable(Tensor.of(value as TensorLike));

const ones = (shape: readonly number[]): Tensor =>
  new Tensor(shape, new Float64Array(shape.reduce((product, n) => product * n, 1)).fill(1));

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/**
 * The gradient of a scalar function, by reverse mode. For a function of several tensors, the list of its gradients.
 *
 * @param f a function written with the operations of `Traced`, such as `(x) => x.mul(x).sum()`
 * @returns x ↦ ∇f(x), of the shape of x
 * @throws RangeError if f returns more than one number.
 * Source: Griewank, Walther, Evaluating derivatives, 2008, section 3.2.
 * @example
 * grad((x) => x.mul(x).sum())([1, 2, 3]).toArray() // → [ 2, 4, 6 ]
 */
export function grad(f: (x: Traced) => Traced): (x: TensorLike) => Tensor {
  return (x) => valueAndGrad(f)(x).gradients[0]!;
}

/**
 * The value of a scalar function and its gradients with respect to each argument, f(x, …) and ∂f/∂x, …, in one forward and
 * one backward pass.
 *
 * @param f a function of one tensor or several
 * @throws RangeError if f returns more than one number.
 * Source: Griewank, Walther, Evaluating derivatives, 2008, section 3.2.
 * @example
 * const { value, gradients } = valueAndGrad((a, b) => a.matmul(b).sum())([[1, 2]], [[3], [4]]);
 * [value, gradients[1]!.toArray()] // → [ 11, [ [ 1 ], [ 2 ] ] ]
 */
export function valueAndGrad(
  f: ScalarFunction,
): (...xs: TensorLike[]) => { value: number; gradients: Tensor[] } {
  return (...xs) => {
    const variables = xs.map((x) => new Variable(Tensor.of(x)));
    const result = f(...variables);
    const value = scalarOf("grad", result);
    const gradients = of(result).gradientsOf(variables);
    return { value, gradients: gradients.map((gradient) => gradient.value) };
  };
}

/**
 * The Jacobian ∂f_i/∂x_j of a function of a tensor, by reverse mode: one backward pass for each entry of the result.
 *
 * @returns x ↦ a matrix of (entries of f(x)) × (entries of x)
 * Source: Griewank, Walther, Evaluating derivatives, 2008.
 * @example
 * jacobian((x) => x.mul(x))([1, 2]).toArray() // → [ [ 2, 0 ], [ 0, 4 ] ]
 */
export function jacobian(f: (x: Traced) => Traced): (x: TensorLike) => Tensor {
  return (x) => {
    const variable = new Variable(Tensor.of(x));
    const result = of(f(variable));
    const rows = result.reshape(-1);
    const [m, n] = [result.value.size, variable.value.size];
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      const unit = new Tensor(
        [m],
        Float64Array.from({ length: m }, (_, j) => Number(i === j)),
      );
      out.set(rows.mul(unit).sum().gradientsOf([variable])[0]!.value.data, i * n);
    }
    return new Tensor([m, n], out);
  };
}

/**
 * The Hessian ∂²f/∂x_i∂x_j of a scalar function: the Jacobian of its gradient.
 *
 * @returns x ↦ a symmetric matrix of (entries of x)²
 * @throws RangeError if f returns more than one number.
 * Source: Griewank, Walther, Evaluating derivatives, 2008.
 * @example
 * hessian((x) => x.pow(3).sum())([1, 2]).toArray() // → [ [ 6, 0 ], [ 0, 12 ] ]
 */
export function hessian(f: (x: Traced) => Traced): (x: TensorLike) => Tensor {
  return jacobian((x) => gradientOf(f, x as Variable));
}

/**
 * The product of the Hessian with a vector, without the Hessian: the gradient of ⟨∇f(x), v⟩.
 *
 * @returns (x, v) ↦ ∇²f(x) v, of the shape of x
 * @throws RangeError if f returns more than one number.
 * Source: Pearlmutter, Fast exact multiplication by the Hessian, 1994.
 * @example
 * hvp((x) => x.pow(3).sum())([1, 2], [1, 1]).toArray() // → [ 6, 12 ]
 */
export function hvp(f: (x: Traced) => Traced): (x: TensorLike, v: TensorLike) => Tensor {
  return (x, v) => {
    const at = new Variable(Tensor.of(x));
    const result = of(f(at));
    scalarOf("grad", result);
    return productsWithHessian(result, [at])([v])[0]!;
  };
}

/**
 * v ↦ ∇² v for a scalar and its variables: the gradient of ⟨∇, v⟩. ∇ is computed once, and each product takes one
 * more pass.
 */
export function productsWithHessian(
  scalar: Variable,
  variables: readonly Variable[],
): (vs: readonly TensorLike[]) => Tensor[] {
  const gradients = scalar.gradientsOf(variables);
  return (vs) =>
    gradients
      .map((gradient, i) => gradient.mul(vs[i]!).sum())
      .reduce((sum, part) => sum.add(part))
      .gradientsOf(variables)
      .map(({ value }) => value);
}

function gradientOf(f: (x: Traced) => Traced, x: Variable): Variable {
  const result = f(x);
  scalarOf("grad", result);
  return of(result).gradientsOf([x])[0]!;
}
