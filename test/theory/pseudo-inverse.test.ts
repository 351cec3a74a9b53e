// Singular values and what follows from them: by what defines them, on matrices of every shape and rank, and beside NumPy.
import fc from "fast-check";
import {
  descend,
  eye,
  leastSquares,
  pinv,
  randomNormal,
  solveLeastSquares,
  svd,
  Tensor,
  tensor,
} from "nablab";
import { expect, test } from "vitest";

const apart = (a: Tensor, b: Tensor) => a.sub(b).norm() / Math.max(1, b.norm());
const shapes = fc.record({
  m: fc.integer({ min: 1, max: 7 }),
  n: fc.integer({ min: 1, max: 7 }),
  rank: fc.integer({ min: 0, max: 7 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  scale: fc.constantFrom(1, 1e-160, 1e150),
});

test("A = U diag(S) Vᵀ with orthonormal columns, of any shape, rank and size", () => {
  fc.assert(
    fc.property(shapes, ({ m, n, rank, seed, scale }) => {
      const r = Math.min(m, n, rank);
      const A =
        r === 0
          ? new Tensor([m, n], new Float64Array(m * n))
          : randomNormal([m, r], { seed })
              .matmul(randomNormal([r, n], { seed: seed + 1 }))
              .mul(scale);
      const { U, S, V } = svd(A);
      const k = Math.min(m, n);
      expect([U.shape, S.length, V.shape]).toEqual([[m, k], k, [n, k]]);
      expect(apart(U.transpose().matmul(U), eye(k))).toBeLessThan(1e-13);
      expect(apart(V.transpose().matmul(V), eye(k))).toBeLessThan(1e-13);
      expect(S.every((s, i) => s >= 0 && (i === 0 || s <= S[i - 1]!))).toBe(true);
      expect(apart(U.mul(tensor(S)).matmul(V.transpose()).div(scale), A.div(scale))).toBeLessThan(1e-13);
      expect(S.filter((s) => s > 1e-12 * S[0]!).length).toBe(r);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("the four conditions of Penrose", () => {
  fc.assert(
    fc.property(shapes, ({ m, n, rank, seed }) => {
      const r = Math.max(1, Math.min(m, n, rank));
      const A = randomNormal([m, r], { seed }).matmul(randomNormal([r, n], { seed: seed + 1 }));
      const P = pinv(A);
      const size = 1 + P.norm() * A.norm();
      expect(apart(A.matmul(P).matmul(A), A)).toBeLessThan(1e-12 * size);
      expect(apart(P.matmul(A).matmul(P), P)).toBeLessThan(1e-12 * size);
      expect(apart(A.matmul(P).transpose(), A.matmul(P))).toBeLessThan(1e-12 * size);
      expect(apart(P.matmul(A).transpose(), P.matmul(A))).toBeLessThan(1e-12 * size);
    }),
    { numRuns: 100, seed: 2 },
  );
});

test("small singular values keep their digits: Hilbert's matrix of 6", () => {
  const H = Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => 1 / (i + j + 1)));
  // numpy.linalg.svd of NumPy 2.4 gives 1.618899858924339 and 1.0827994845549e-07 (to its 2⁻⁵² of the largest).
  const { S } = svd(H);
  expect(S[0]).toBeCloseTo(1.618899858924339, 14);
  expect(S[5]! / 1.08279948455e-7 - 1).toBeLessThan(1e-8);
  expect(Math.abs(S.reduce((product, s) => product * s, 1) / 5.3672998868169e-18 - 1)).toBeLessThan(1e-9);
});

test("what gradient descent from 0 converges to, and an exact solution", () => {
  const x = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const y = [1, 2];
  const shortest = solveLeastSquares(x, y);
  expect(Array.from(shortest)).toEqual(
    Array.from(pinv(x).matmul(y).data, (value) => expect.closeTo(value, 12)),
  );
  const F = leastSquares({ x, y });
  const path = descend(F, { theta0: [0, 0, 0], eta: 1 / F.L, steps: 3000 });
  path.last.forEach((value, j) => {
    expect(value).toBeCloseTo(shortest[j]!, 9);
    expect(F.thetaStar[j]).toBeCloseTo(shortest[j]!, 9);
  });
  expect(
    Array.from(
      solveLeastSquares(
        [
          [2, 1],
          [1, 3],
        ],
        [3, 5],
      ),
    ),
  ).toEqual([expect.closeTo(0.8, 14), expect.closeTo(1.4, 14)]);
  expect(
    Array.from(
      solveLeastSquares(
        [
          [1, 0],
          [0, 1e-9],
        ],
        [1, 1],
        { tolerance: 1e-6 },
      ),
    ),
  ).toEqual([1, 0]);
});

test.each([
  [() => svd([1, 2]), "A must be a matrix with at least one row and column; its shape is [2]"],
  [() => pinv([[1, Number.NaN]]), "the entries of A must be finite, entry 1 is NaN"],
  [
    () => solveLeastSquares([[1], [2]], [1]),
    "b must hold 2 finite numbers, one for each row of A, got [ 1 ]",
  ],
  [() => pinv([[1]], { tolerance: -1 }), "tolerance"],
])("%s is refused", (call, message) => expect(call).toThrow(message));

test("matrices at the edges of the range of numbers", () => {
  const near = (values: ArrayLike<number>, wanted: readonly number[]) => {
    expect(values.length).toBe(wanted.length);
    // Rounding of a few products, relative: these numbers are of any size.
    wanted.forEach((value, i) => {
      expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(1e-14 * Math.abs(value));
    });
  };
  const large = [
    [1e308, 1e308],
    [1e308, 1e308],
  ];
  // The singular value is 2e308, more than the largest number; A⁺ has entries of 1/(4e308).
  near(solveLeastSquares(large, [1e308, 1e308]), [0.5, 0.5]);
  near(
    pinv(large).data.map((entry) => entry * 1e308),
    [0.25, 0.25, 0.25, 0.25],
  );
  expect(svd(large).S[0]).toBe(Number.POSITIVE_INFINITY);
  near(solveLeastSquares([[1e-300], [1e-300]], [1e-300, 3e-300]), [2]);
  near(solveLeastSquares([[1e308], [1e308], [1e308]], [-1e308, -1e308, -1e308]), [-1]);
  near(
    solveLeastSquares(
      [
        [2, 0],
        [0, 4],
      ],
      [0, 0],
    ),
    [0, 0],
  );
  // 1/1e-310 is beyond the largest number, but 0/1e-310 is 0.
  expect(
    pinv([
      [1e-310, 0],
      [0, 1e-310],
    ]).toArray(),
  ).toEqual([
    [Number.POSITIVE_INFINITY, 0],
    [0, Number.POSITIVE_INFINITY],
  ]);
  // Lengths 600 powers of ten apart.
  near(
    svd([
      [1e300, 0],
      [0, 1e-300],
    ]).S,
    [1e300, 1e-300],
  );
});

test("columns so short that their squares are 0 become orthogonal too", () => {
  const A = [
    [1, 1e-200, 2e-200],
    [0, 1e-200, 1e-200],
    [0, 1e-200, 0],
  ];
  const { U, S, V } = svd(A);
  expect(apart(U.transpose().matmul(U), eye(3))).toBeLessThan(1e-13);
  expect(apart(V.transpose().matmul(V), eye(3))).toBeLessThan(1e-13);
  expect(S[0]).toBe(1);
  // Without the first row, which is all the first column's, the others are 1e-200 times [[1, 1], [1, 0]] of singular values φ and 1/φ.
  const golden = (1 + Math.sqrt(5)) / 2;
  expect(S[1]! / (1e-200 * golden)).toBeCloseTo(1, 13);
  expect(S[2]! / (1e-200 / golden)).toBeCloseTo(1, 13);
});

test("as many rows as no call has arguments", () => {
  const rows = 200_000;
  const A = new Tensor(
    [rows, 2],
    Float64Array.from({ length: 2 * rows }, (_, i) => (i % 2 ? (i % 4) - 2 : 1)),
  );
  const { S } = svd(A);
  // Columns of ones, and of −1 and 1 in turn, are orthogonal and of length √200,000.
  expect(Array.from(S, (s) => s / Math.sqrt(rows))).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
});

test.each([1, 1e150, 1e-150])("solutions far larger than b, times %d", (size) => {
  const near = (values: ArrayLike<number>, wanted: readonly number[], tolerance: number) =>
    wanted.forEach((value, i) => {
      expect(Math.abs(values[i]! / value - 1)).toBeLessThanOrEqual(tolerance);
    });
  const of = (A: number[][], b: number[]) =>
    solveLeastSquares(
      A.map((row) => row.map((x) => x * size)),
      b.map((x) => x * size),
    );
  near(
    of(
      [
        [1, 0],
        [0, 1e-10],
      ],
      [1, 1],
    ),
    [1, 1e10],
    1e-14,
  );
  near(of([[1e-8]], [1]), [1e8], 1e-14);
  near(of([[1e-8], [1e-8]], [1, 3]), [2e8], 1e-14);
  // 1 + 1e-9 is rounded by 1e-16, which the condition of 4e9 makes 1e-7 of it; exactly, x = (1 − 1e9, 1e9).
  near(
    of(
      [
        [1, 1],
        [1, 1 + 1e-9],
      ],
      [1, 2],
    ),
    [1 - 1e9, 1e9],
    1e-6,
  );
  const loose = solveLeastSquares(
    [
      [1e150, 0],
      [0, 1e-150],
    ],
    [1e-10, 1e-10],
    { tolerance: 0 },
  );
  near(loose, [1e-160, 1e140], 1e-14);
});
