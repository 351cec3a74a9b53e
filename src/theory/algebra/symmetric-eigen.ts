/**
 * Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations: slow (n³ for each sweep), simple,
 * and accurate to the last few bits even for small eigenvalues, as facts such as `mu` need.
 */
import type { Vector } from "./vectors.js";

/** The decomposition of a symmetric matrix: A = Σ_i values[i] v_i v_iᵀ with orthonormal v_i. */
export interface SymmetricEigen {
  /** The eigenvalues, largest first. */
  values: Float64Array;
  /** The eigenvectors, in the same order. */
  vectors: Float64Array[];
}

/**
 * The eigenvalues and eigenvectors of a symmetric n × n matrix in row-major order, A = V diag(λ) Vᵀ.
 *
 * Each rotation makes one pair of off-diagonal entries 0; sweeps over all pairs converge quadratically.
 *
 * @throws RangeError if the sweeps do not converge (an entry is not finite).
 * @example
 * symmetricEigen([2, 1, 1, 2], 2).values // → Float64Array(2) [ 3, 1 ]
 * @see G. Golub, C. Van Loan, Matrix Computations (4th ed. 2013), section 8.5.
 */
export function symmetricEigen(matrix: Vector, n: number): SymmetricEigen {
  const A = Float64Array.from(matrix);
  const V = new Float64Array(n * n);
  for (let i = 0; i < n; i++) V[i * n + i] = 1;
  let size = 0;
  for (const entry of A) size += entry * entry;
  for (let sweep = 0; ; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += 2 * A[i * n + j]! ** 2;
    if (off <= 1e-32 * size) break;
    if (sweep === 60 || !Number.isFinite(off)) {
      throw new RangeError(`symmetricEigen: no convergence after ${sweep} sweeps; off-diagonal ${off}`);
    }
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(A, V, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => A[j * n + j]! - A[i * n + i]!);
  return {
    values: Float64Array.from(order, (i) => A[i * n + i]!),
    vectors: order.map((i) => Float64Array.from({ length: n }, (_, row) => V[row * n + i]!)),
  };
}

/** A ← RᵀAR, V ← VR with the rotation R in the plane (p, q) that makes A_pq = 0. */
function rotate(A: Float64Array, V: Float64Array, n: number, p: number, q: number): void {
  const apq = A[p * n + q]!;
  if (apq === 0) return;
  const [app, aqq] = [A[p * n + p]!, A[q * n + q]!];
  const ratio = (aqq - app) / (2 * apq);
  const tangent = Math.sign(ratio || 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const c = 1 / Math.hypot(1, tangent);
  const s = tangent * c;
  const turn = (M: Float64Array, at: number, to: number) => {
    const [a, b] = [M[at]!, M[to]!];
    M[at] = c * a - s * b;
    M[to] = s * a + c * b;
  };
  for (let k = 0; k < n; k++) turn(A, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) turn(A, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) turn(V, k * n + p, k * n + q);
  // The same values as the rotations give these four entries, with less rounding.
  A[p * n + p] = app - tangent * apq;
  A[q * n + q] = aqq + tangent * apq;
  A[p * n + q] = A[q * n + p] = 0;
}
