/**
 * The order of every sum, which all kernels keep, so that the same training gives the same bits wherever it runs: by
 * WebAssembly, by OpenBLAS where that is proven to keep it (proof.ts), by dense or sparse products, and on any number of
 * threads. Everything is float32.
 *
 * 1. A product c(i, j) = Σ_k a(i, k) b(k, j) is cut along k into panels of {@link panelDepth}(K): as few as possible of
 *    at most {@link deepest}, all as long as the first but the last. K is the padded length of a row of a matrix
 *    (matrix.ts), for gradients of weights the number of samples.
 * 2. Within a panel, each entry is one chain of fused multiply-adds in the order of k, from 0:
 *    s ← fma(a(i, k), b(k, j), s). A product with 0 changes nothing (for finite numbers), and may be omitted.
 * 3. c starts as 0, or as the existing gradient, and the panels are added to it one by one, c ← c + s. So α = β = 1.
 * 4. Then comes the finish: a bias is added (and ReLU applied), a mask applied, or a rule updates parameters.
 * 5. A step of SGD is one more fused multiply-add, θ ← fma(−η, g, θ), with g = 0 + s for a single panel: the result of a
 *    product with α = −η, β = 1.
 * 6. The squares of a gradient of weights are summed over 16 outputs in float32, ((0, 4, 8, 12) and so on as trees), then
 *    in float64 over 16 inputs in order, and at last over those blocks in order, outputs outermost.
 * 7. A convolution sums the products of a window in one chain from 0, unsplit, in the order of channels, rows and columns; then its
 *    bias is added. To the layer below, windows go by eights; of eight, each number of a window (its rows and columns) adds
 *    to each pixel a chain over the outputs. A gradient of filters is four chains for each group of images, of the windows
 *    p mod 4 = 0, …, 3, image after image, added in float64, (0, 2) + (1, 3); that of b is summed in each image likewise,
 *    in eight lanes. The groups are then added in order.
 *
 * At most {@link deepest} samples go through a network at once (engine/job.ts), so that the gradient of weights in a batch of
 * up to as many is one panel; larger batches are cut there.
 *
 * Training with one to four samples at a time, convolutions, and gradients of biases are computed by WebAssembly alone;
 * the first and the last have orders of their own (assembly/). Where WebAssembly has no fused multiply-add (old processors, some browsers), a
 * product is rounded before it is added: the order is the same, the bits are not.
 *
 * Why 384: OpenBLAS's kernels for AVX-512 split longer sums (in 0.3.34, at 384 at the earliest), each differently, so nablab
 * splits first.
 */

/** The longest chain. */
export const deepest = 384;

/** How long the panels of a sum of K products are, a multiple of 16; the last one is the remainder. */
export function panelDepth(depth: number): number {
  const panels = Math.ceil(depth / deepest);
  return Math.ceil(Math.ceil(depth / panels) / 16) * 16;
}

/** The panels of a sum of K products: where each begins, and how long it is. */
export function* panelsOf(depth: number): Generator<[from: number, length: number]> {
  const step = panelDepth(depth);
  for (let from = 0; from < depth; from += step) yield [from, Math.min(step, depth - from)];
}

/**
 * The readable twin: Σ_k a(k) b(k) for k < depth, in the order above.
 *
 * @param start the initial c
 */
export function sumInOrder(
  a: (k: number) => number,
  b: (k: number) => number,
  depth: number,
  start = 0,
): number {
  let c = start;
  for (const [from, length] of panelsOf(depth)) {
    let s = 0;
    for (let k = from; k < from + length; k++) s = fusedMultiplyAdd(a(k), b(k), s);
    c = Math.fround(c + s);
  }
  return c;
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/**
 * a b + c for float32 numbers, rounded once.
 *
 * In float64 the product is exact, but the sum is rounded; rounding it again, to float32, could be wrong if it lies
 * halfway between two of them. So an inexact sum is first rounded to odd, towards the lost part.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const part = sum - product;
  const lost = product - (sum - part) + (c - part);
  if (lost === 0 || !Number.isFinite(lost)) return Math.fround(sum);
  double[0] = sum;
  // Step towards the lost part; the bits of a double count away from 0.
  if ((bits[0]! & 1n) === 0n) bits[0]! += lost > 0 === sum > 0 ? 1n : -1n;
  return Math.fround(double[0]!);
}
