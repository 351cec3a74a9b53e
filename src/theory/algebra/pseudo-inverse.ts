/**
 * Singular values, and what follows from them: the pseudo-inverse, and the shortest least-squares solution of A x = b.
 */
import { inspect } from "#platform";
import { checkNotNegative } from "../../options/check.js";
import { Tensor, type TensorLike } from "../../tensor/index.js";

/** A = U diag(S) Vᵀ. */
export interface SingularValues {
  /** m × r with orthonormal columns, r = min(m, n). */
  readonly U: Tensor;
  /** The r singular values, largest first. */
  readonly S: Float64Array;
  /** n × r with orthonormal columns. */
  readonly V: Tensor;
}

/** Sweeps over all pairs of columns; ten are usual. */
const mostSweeps = 60;

/**
 * The singular value decomposition A = U diag(S) Vᵀ by Jacobi's rotations of columns (Hestenes): pairs of columns of A are
 * rotated until all are orthogonal; their lengths are the singular values, small ones with as many digits as large ones.
 * It takes O(m n²) operations a sweep, for matrices up to some hundred columns.
 *
 * @param A an m × n matrix of finite numbers
 * @throws RangeError for what is no matrix, or not finite.
 * @example
 * svd([[3, 0], [4, 5]]).S.map((s) => Number(s.toFixed(6))) // → Float64Array(2) [ 6.708204, 2.236068 ]
 * @see G. Golub, C. Van Loan, Matrix computations, 4th edition, 2013, section 8.6.3.
 */
export function svd(A: TensorLike): SingularValues {
  const matrix = matrixOf("svd", A);
  const [m, n] = matrix.shape as [number, number];
  if (m < n) {
    const { U, S, V } = svd(matrix.transpose());
    return { U: V, S, V: U };
  }
  // The columns of A and of V as rows, so that a rotation goes through memory in order.
  const columns = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: m }, (_, i) => matrix.at(i, j)),
  );
  const V = Array.from({ length: n }, (_, j) => Float64Array.from({ length: n }, (_, i) => Number(i === j)));
  const largest = Math.max(
    0,
    ...columns.map((column) => column.reduce((most, x) => Math.max(most, Math.abs(x)), 0)),
  );
  // So that squares neither overflow nor underflow.
  const scale = largest > 0 ? largest : 1;
  for (const column of columns) for (let i = 0; i < m; i++) column[i]! /= scale;
  for (let sweep = 0, rotated = true; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) if (rotate(columns, V, p, q)) rotated = true;
    }
  }
  const lengths = columns.map((column) => Math.hypot(...column));
  const order = lengths.map((_, j) => j).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const S = Float64Array.from(order, (j) => scale * lengths[j]!);
  const left = order.map((j) => columns[j]!.map((x) => (lengths[j]! > 0 ? x / lengths[j]! : 0)));
  complete(
    left,
    order.map((j) => lengths[j]!),
  );
  return {
    U: fromColumns(left, m),
    S,
    V: fromColumns(
      order.map((j) => V[j]!),
      n,
    ),
  };
}

/** Makes columns p and q orthogonal; returns whether they were not. */
function rotate(columns: Float64Array[], V: Float64Array[], p: number, q: number): boolean {
  const [x, y] = [columns[p]!, columns[q]!];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += x[i]! * x[i]!;
    yy += y[i]! * y[i]!;
    xy += x[i]! * y[i]!;
  }
  if (!(Math.abs(xy) > Number.EPSILON * Math.sqrt(xx * yy))) return false;
  const zeta = (yy - xx) / (2 * xy);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  for (const [a, b] of [[x, y] as const, [V[p]!, V[q]!] as const]) {
    for (let i = 0; i < a.length; i++) {
      const before = a[i]!;
      a[i] = c * before - s * b[i]!;
      b[i] = s * before + c * b[i]!;
    }
  }
  return true;
}

/** Columns of singular values that are 0 become unit vectors orthogonal to all others. */
function complete(columns: Float64Array[], lengths: readonly number[]): void {
  columns.forEach((column, j) => {
    if (lengths[j]! > 0) return;
    for (let unit = 0; unit < column.length; unit++) {
      const rest = new Float64Array(column.length);
      rest[unit] = 1;
      // Twice, as once leaves rounding.
      for (let pass = 0; pass < 2; pass++) {
        columns.forEach((other, i) => {
          if (i >= j && !(lengths[i]! > 0)) return;
          const share = other.reduce((sum, x, at) => sum + x * rest[at]!, 0);
          for (let at = 0; at < rest.length; at++) rest[at]! -= share * other[at]!;
        });
      }
      const size = Math.hypot(...rest);
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
 * The pseudo-inverse A⁺ = V diag(1/S) Uᵀ of Moore and Penrose, with 0 for 1/S where a singular value is rounding: A⁺b is the shortest
 * of the minimisers of ‖A x − b‖.
 *
 * @param A an m × n matrix
 * @param options `tolerance`: singular values up to this share of the largest count as 0
 * @returns an n × m matrix
 * @throws RangeError for what is no matrix, not finite, or a tolerance below 0.
 * @example
 * pinv([[1, 1], [2, 2]]).data.map((a: number) => Number(a.toFixed(9))) // → Float64Array(4) [ 0.1, 0.2, 0.1, 0.2 ]
 * @see R. Penrose, A generalized inverse for matrices, Proc. Cambridge Philos. Soc. 51 (1955).
 */
export function pinv(A: TensorLike, options: PseudoInverseOptions = {}): Tensor {
  const { U, S, V, used } = decomposed("pinv", A, options);
  const scaled = V.mul(Tensor.of(Array.from(S, (s, i) => (i < used ? 1 / s : 0))));
  return scaled.matmul(U.transpose());
}

/**
 * The shortest x that minimises ‖A x − b‖, A⁺b: the solution of A x = b where there is one alone, what gradient descent from 0
 * converges to where there are many, and the least-squares fit where there is none.
 *
 * @param A an m × n matrix
 * @param b m numbers
 * @param options `tolerance`: singular values up to this share of the largest count as 0
 * @returns n numbers
 * @throws RangeError for what is no matrix, not finite, or a b of another length.
 * @example
 * solveLeastSquares([[2, 0], [0, 4]], [2, 2]) // → Float64Array(2) [ 1, 0.5 ]
 * @see G. Golub, C. Van Loan, Matrix computations, 4th edition, 2013, section 5.5.
 */
export function solveLeastSquares(
  A: TensorLike,
  b: ArrayLike<number>,
  options: PseudoInverseOptions = {},
): Float64Array {
  const { U, S, V, used } = decomposed("solveLeastSquares", A, options);
  const [m, n] = [U.shape[0]!, V.shape[0]!];
  if (b?.length !== m || !Array.from(b).every(Number.isFinite)) {
    throw new RangeError(
      `solveLeastSquares: b must hold ${m} finite numbers, one for each row of A, got ${inspect(b)}`,
    );
  }
  const x = new Float64Array(n);
  for (let i = 0; i < used; i++) {
    let share = 0;
    for (let row = 0; row < m; row++) share += U.at(row, i) * b[row]!;
    for (let j = 0; j < n; j++) x[j]! += (V.at(j, i) * share) / S[i]!;
  }
  return x;
}

/** The decomposition, and how many singular values are more than rounding. */
function decomposed(who: string, A: TensorLike, { tolerance }: PseudoInverseOptions) {
  const matrix = matrixOf(who, A);
  const share = tolerance ?? Math.max(...matrix.shape) * Number.EPSILON;
  checkNotNegative(who, { tolerance: share });
  const parts = svd(matrix);
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
