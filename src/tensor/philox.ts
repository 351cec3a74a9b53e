/**
 * Philox4x32-10, the counter-based random number generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC '11 (https://doi.org/10.1145/2063384.2063405).
 *
 * A counter-based generator is a function from (counter, key) to random bits, with no state to carry along:
 * number i of stream k can be computed directly, streams of different keys are independent, and a stream is a
 * bijection of its 2^128 counters. This one passes all of TestU01's BigCrush. The tests check the authors'
 * published vectors (`kat_vectors` of Random123).
 */

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
/** The increments of the two key words in each round: the golden ratio and √3 − 1, as fractions of 2^32. */
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/**
 * The four random 32-bit words of a counter (four 32-bit words) under a key (two), written to `out`.
 *
 * Each of the ten rounds multiplies two words by constants, 32 × 32 → 64 bits, and mixes the upper halves with
 * the other two words and the key. All numbers stay 32-bit integers, which engines keep in registers: twice
 * as fast as float64 products.
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  let key0 = k0 | 0;
  let key1 = k1 | 0;
  for (let round = 0; round < 10; round++) {
    const hi0 = upperHalf(x0, M0);
    const hi1 = upperHalf(x2, M1);
    const lo0 = Math.imul(x0, M0);
    const lo1 = Math.imul(x2, M1);
    x0 = hi1 ^ x1 ^ key0;
    x1 = lo1;
    x2 = hi0 ^ x3 ^ key1;
    x3 = lo0;
    key0 = (key0 + W0) | 0;
    key1 = (key1 + W1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** ⌊a b / 2^32⌋ of two unsigned 32-bit words: the schoolbook product of 16-bit halves; no partial sum reaches 2^32. */
function upperHalf(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}
