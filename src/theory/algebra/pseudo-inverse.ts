/**
 * The singular value decomposition, the pseudo-inverse and the minimum-norm least-squares solution of A x = b.
 */
import { inspect } from "#platform";
import { checkNotNegative } from "../../options/check.js";
import { optionsOf } from "../../options/options-of.js";
import { Tensor, type TensorLike } from "../../tensor/index.js";
import { lengthOf } from "../../tensor/length.js";

/** A = U diag(S) Vᵀ. */
export interface SingularValues {
  /** m × r with orthonormal columns, r = min(m, n). */
  readonly U: Tensor;
  /** The r singular values, largest first. */
  readonly S: Float64Array;
  /** n × r with orthonormal columns. */
  readonly V: Tensor;
}

/** The limit on sweeps over all pairs of columns; about ten usually suffice. */
const mostSweeps = 60;

/**
 * The singular value decomposition A = U diag(S) Vᵀ by one-sided Jacobi rotations (Hestenes): pairs of columns of A are
 * rotated until all are orthogonal; their lengths are the singular values, the small ones as accurate as the large ones.
 * It takes O(m n²) operations a sweep and suits matrices of up to a few hundred columns. Entries may be of any size; S is ∞ where a singular
 * value is beyond the largest number.
 *
 * @param A an m × n matrix of finite numbers
 * @throws RangeError unless A is a matrix of finite numbers.
 * @example
 * svd([[3, 0], [4, 5]]).S.map((s) => Number(s.toFixed(6))) // → Float64Array(2) [ 6.708204, 2.236068 ]
 * @see G. Golub, C. Van Loan, Matrix computations, 4th edition, 2013, section 8.6.3.
 */
export function svd(A: TensorLike): SingularValues {
  const { scale, S, ...vectors } = scaledSvd(matrixOf("svd", A));
  return { ...vectors, S: S.map((s) => scale * s) };
}

/** A/scale = U diag(S) Vᵀ, whose singular values are finite even where those of A overflow. */
function scaledSvd(matrix: Tensor): SingularValues & { scale: number } {
  const [m, n] = matrix.shape as [number, number];
  if (m < n) {
    const { U, S, V, scale } = scaledSvd(matrix.transpose());
    return { U: V, S, V: U, scale };
  }
  // The columns of A and of V are stored as rows, so that a rotation reads memory in order.
  const columns = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: m }, (_, i) => matrix.at(i, j)),
  );
  const V = Array.from({ length: n }, (_, j) => Float64Array.from({ length: n }, (_, i) => Number(i === j)));
  const scale = scaleOf(matrix.data);
  for (const column of columns) for (let i = 0; i < m; i++) column[i]! /= scale;
  const reach = Float64Array.from(columns, lengthOf);
  for (let sweep = 0, rotated = true; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) if (rotate(columns, V, reach, p, q)) rotated = true;
    }
  }
  const lengths = columns.map(lengthOf);
  const order = lengths.map((_, j) => j).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const S = Float64Array.from(order, (j) => lengths[j]!);
  const left = order.map((j) => columns[j]!.map((x) => (lengths[j]! > 0 ? x / lengths[j]! : 0)));
  complete(
    left,
    order.map((j) => lengths[j]!),
  );
  return {
    scale,
    U: fromColumns(left, m),
    S,
    V: fromColumns(
      order.map((j) => V[j]!),
      n,
    ),
  };
}

/**
 * The power of two that scales the largest entry to about 2^1000: sums do not overflow, small entries keep their range, nothing is rounded.
 */
function scaleOf(entries: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < entries.length; i++) largest = Math.max(largest, Math.abs(entries[i]!));
  return largest > 0 ? 2 ** Math.max(-1000, Math.floor(Math.log2(largest)) - 1000) : 1;
}

/** Makes columns p and q orthogonal and updates their lengths; returns whether that took a rotation. */
function rotate(
  columns: Float64Array[],
  V: Float64Array[],
  lengths: Float64Array,
  p: number,
  q: number,
): boolean {
  const [x, y] = [columns[p]!, columns[q]!];
  const [a, b] = [lengths[p]!, lengths[q]!];
  if (a === 0 || b === 0) return false;
  // Powers of two scale the columns to lengths near 1 without rounding, so that their products cannot overflow.
  const [toX, toY] = [unitOf(a), unitOf(b)];
  let product = 0;
  for (let i = 0; i < x.length; i++) product += x[i]! * toX * (y[i]! * toY);
  const cosine = product / (a * toX * (b * toY));
  if (!(Math.abs(cosine) > Number.EPSILON)) return false;
  const zeta = (b / a - a / b) / (2 * cosine);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  if (t === 0) return false;
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (const [a, b] of [[x, y] as const, [V[p]!, V[q]!] as const]) {
    for (let i = 0; i < a.length; i++) {
      const before = a[i]!;
      a[i] = c * before - s * b[i]!;
      b[i] = s * before + c * b[i]!;
    }
  }
  lengths[p] = lengthNear(x, toX);
  lengths[q] = lengthNear(y, toY);
  return true;
}

/** A power of two that scales a length to about 1. */
const unitOf = (length: number): number => 2 ** Math.min(1023, -Math.floor(Math.log2(length)));

/** The length of a column, by the plain sum of squares of its entries times `unit` where that can neither overflow nor underflow. */
function lengthNear(column: Float64Array, unit: number): number {
  let squares = 0;
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]! * unit;
    squares += entry * entry;
  }
  return squares > 1e-200 && squares < 1e200 ? Math.sqrt(squares) / unit : lengthOf(column);
}

/** Replaces the columns of zero singular values by unit vectors orthogonal to all others. */
function complete(columns: Float64Array[], lengths: readonly number[]): void {
  columns.forEach((column, j) => {
    if (lengths[j]! > 0) return;
    for (let unit = 0; unit < column.length; unit++) {
      const rest = new Float64Array(column.length);
      rest[unit] = 1;
      // Twice, because one pass leaves rounding errors.
      for (let pass = 0; pass < 2; pass++) {
        columns.forEach((other, i) => {
          if (i >= j && !(lengths[i]! > 0)) return;
          const share = other.reduce((sum, x, at) => sum + x * rest[at]!, 0);
          for (let at = 0; at < rest.length; at++) rest[at]! -= share * other[at]!;
        });
      }
      const size = lengthOf(rest);
      if (size < 0.5 / Math.sqrt(column.length)) continue;
      column.set(rest.map((x) => x / size));
      return;
    }
  });
}

function fromColumns(columns: readonly Float64Array[], rows: number): Tensor {
  const data = new Float64Array(rows * columns.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < rows; i++) data[i * columns.length + j] = column[i]!;
  });
  return new Tensor([rows, columns.length], data);
}

/** Options of {@link pinv} and {@link solveLeastSquares}. */
export interface PseudoInverseOptions {
  /** Singular values up to this share of the largest count as 0; max(m, n) · 2⁻⁵², as NumPy's `lstsq`. */
  tolerance?: number;
}

/**
 * The Moore–Penrose pseudo-inverse A⁺ = V diag(1/S) Uᵀ, with 0 for 1/S where a singular value is only rounding: A⁺b is the
 * shortest of the minimisers of ‖A x − b‖.
 *
 * @param A an m × n matrix
 * @param options `tolerance`: singular values up to this share of the largest count as 0
 * @returns an n × m matrix
 * @throws RangeError unless A is a matrix of finite numbers and the tolerance is ≥ 0.
 * @example
 * pinv([[1, 1], [2, 2]]).data.map((a: number) => Number(a.toFixed(9))) // → Float64Array(4) [ 0.1, 0.2, 0.1, 0.2 ]
 * @see R. Penrose, A generalized inverse for matrices, Proc. Cambridge Philos. Soc. 51 (1955).
 */
export function pinv(A: TensorLike, options: PseudoInverseOptions = {}): Tensor {
  optionsOf("pinv", options, ["tolerance"]);
  const { U, S, V, used, scale } = decomposed("pinv", A, options);
  const [m, n] = [U.shape[0]!, V.shape[0]!];
  const out = new Float64Array(n * m);
  for (let i = 0; i < used; i++) {
    for (let j = 0; j < n; j++) {
      for (let row = 0; row < m; row++) out[j * m + row]! += (V.at(j, i) * U.at(row, i)) / scale / S[i]!;
    }
  }
  return new Tensor([n, m], out);
}

/**
 * The shortest x that minimises ‖A x − b‖, A⁺b: the solution of A x = b if it is unique, the limit of gradient descent
 * from 0 if there are many, and the least-squares fit if there is none.
 *
 * @param A an m × n matrix
 * @param b m numbers
 * @param options `tolerance`: singular values up to this share of the largest count as 0
 * @returns n numbers
 * @throws RangeError unless A is a matrix of finite numbers and b has one finite number for each row.
 * @example
 * solveLeastSquares([[2, 0], [0, 4]], [2, 2]) // → Float64Array(2) [ 1, 0.5 ]
 * @see G. Golub, C. Van Loan, Matrix computations, 4th edition, 2013, section 5.5.
 */
export function solveLeastSquares(
  A: TensorLike,
  b: ArrayLike<number>,
  options: PseudoInverseOptions = {},
): Float64Array {
  optionsOf("solveLeastSquares", options, ["tolerance"]);
  const { U, S, V, used, scale } = decomposed("solveLeastSquares", A, options);
  const [m, n] = [U.shape[0]!, V.shape[0]!];
  if (b?.length !== m || !Array.from(b).every(Number.isFinite)) {
    throw new RangeError(
      `solveLeastSquares: b must hold ${m} finite numbers, one for each row of A, got ${inspect(b)}`,
    );
  }
  const unit = scaleOf(b);
  // Both are powers of two; dividing by one and then multiplying by the other could overflow in between.
  const ratio = unit / scale;
  const x = new Float64Array(n);
  for (let i = 0; i < used; i++) {
    let share = 0;
    for (let row = 0; row < m; row++) share += U.at(row, i) * (b[row]! / unit);
    const size = ratio < 1 ? (share * ratio) / S[i]! : (share / S[i]!) * ratio;
    for (let j = 0; j < n; j++) x[j]! += V.at(j, i) * size;
  }
  return x;
}

/** The decomposition and the numerical rank. */
function decomposed(who: string, A: TensorLike, { tolerance }: PseudoInverseOptions) {
  const matrix = matrixOf(who, A);
  const share = tolerance ?? Math.max(...matrix.shape) * Number.EPSILON;
  checkNotNegative(who, { tolerance: share });
  const parts = scaledSvd(matrix);
  const used = parts.S.filter((s) => s > share * parts.S[0]!).length;
  return { ...parts, used };
}

function matrixOf(who: string, A: TensorLike): Tensor {
  const matrix = Tensor.of(A);
  if (matrix.rank !== 2 || matrix.size === 0) {
    throw new RangeError(
      `${who}: A must be a matrix with at least one row and column; its shape is [${matrix.shape.join(", ")}]`,
    );
  }
  const wrong = matrix.data.findIndex((entry) => !Number.isFinite(entry));
  if (wrong < 0) return matrix;
  throw new RangeError(`${who}: the entries of A must be finite, entry ${wrong} is ${matrix.data[wrong]}`);
}
