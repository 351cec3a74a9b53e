/**
 * The elementary functions as Node computes them, for engines that round some of their values differently.
 *
 * JavaScript leaves the last bits of `Math.exp` and similar functions to the engine. Node 20 to 26 compute fdlibm's values,
 * newer versions of Chromium others, which becomes visible in a notebook that prints a difference of rounding errors or
 * follows a chaotic path. The kernel in a browser therefore computes them itself, from additions, multiplications, divisions
 * and square roots, which are the same everywhere.
 *
 * Each function reduces its argument to a small interval and evaluates fdlibm's polynomial there, in fdlibm's order, since
 * each rounding counts.
 *
 * Not included: `tan`, `asin`, `acos`, `cbrt`, `log2`, the inverse hyperbolic functions, and powers (the operator `**` cannot
 * be replaced, and Node 20 and 24 differ in it, too). Like the engine's, the functions convert their arguments to numbers.
 *
 * Source: fdlibm 5.3, Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun
 * Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely granted, provided
 * that this notice is preserved. https://www.netlib.org/fdlibm/
 */

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const [low, high] = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? [0, 1] : [1, 0];

/** The upper 32 bits of a double: sign, exponent, and 20 bits of its fraction. */
function highWord(x: number): number {
  double[0] = x;
  return words[high]!;
}

/** x with its upper 32 bits replaced. */
function withHighWord(x: number, word: number): number {
  double[0] = x;
  words[high] = word;
  return double[0];
}

/** 2^k, for −1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  words[high] = (1023 + k) << 20;
  words[low] = 0;
  return double[0]!;
}

/** c[0] + x (c[1] + x (c[2] + …)). */
function polynomial(x: number, c: readonly number[]): number {
  let sum = c[c.length - 1]!;
  for (let i = c.length - 2; i >= 0; i--) sum = c[i]! + x * sum;
  return sum;
}

// ln 2 in two parts: an integer multiple of the first is exact.
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const inverseLn2 = Math.LOG2E;

/** The integer k nearest to x / ln 2, and x − k ln 2 as a difference; k = 0 for |x| <= ln 2 / 2. */
function reduceByLn2(x: number): [k: number, high: number, low: number] {
  const size = highWord(x) & 0x7fffffff;
  if (size <= 0x3fd62e42) return [0, x, 0];
  if (size < 0x3ff0a2b2) return x > 0 ? [1, x - ln2High, ln2Low] : [-1, x + ln2High, -ln2Low];
  const k = Math.trunc(inverseLn2 * x + (x > 0 ? 0.5 : -0.5));
  return [k, x - k * ln2High, k * ln2Low];
}

const P = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
];

/** e^x = 2^k e^r with r = x − k ln 2, and e^r = 1 + r + r c / (2 − c). */
export function exp(x: number): number {
  x = +x;
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  if (x === 1) return Math.E;
  if (Math.abs(x) < 2 ** -28) return 1 + x;
  const [k, upper, lower] = reduceByLn2(x);
  const r = upper - lower;
  const t = r * r;
  const c = r - t * polynomial(t, P);
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (lower - (r * c) / (2 - c) - upper);
  if (k === 1024) return y * 2 * 2 ** 1023;
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * 2 ** -1000;
}

const Q = [
  1, -0.03333333333333313, 0.0015873015872548146, -7.93650757867488e-5, 4.008217827329362e-6,
  -2.0109921818362437e-7,
];

/** e^x − 1, accurate for small x. */
export function expm1(x: number): number {
  x = +x;
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -56 * Math.LN2) return -1;
  if (Math.abs(x) < 2 ** -54) return x;
  const [k, upper, lower] = reduceByLn2(x);
  const r = upper - lower;
  const c = upper - r - lower;
  const half = 0.5 * r;
  const t = r * half;
  const r1 = polynomial(t, Q);
  const s = 3 - r1 * half;
  let e = t * ((r1 - s) / (6 - r * s));
  if (k === 0) return r - (r * e - t);
  e = r * (e - c) - c;
  e -= t;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k <= -2 || k > 56) {
    const y = 1 - (e - r);
    return (k === 1024 ? y * 2 * 2 ** 1023 : y * powerOfTwo(k)) - 1;
  }
  const y = k < 20 ? 1 - powerOfTwo(-k) - (e - r) : r - (e + powerOfTwo(-k)) + 1;
  return y * powerOfTwo(k);
}

const Lg = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];
const oddLg = [Lg[0]!, Lg[2]!, Lg[4]!, Lg[6]!];
const evenLg = [Lg[1]!, Lg[3]!, Lg[5]!];

/** ln x = k ln 2 + ln(1 + f), with √2 / 2 < 1 + f < √2. */
export function log(x: number): number {
  x = +x;
  if (x === 0) return -Infinity;
  if (!(x > 0)) return NaN;
  if (x === Infinity) return x;
  let k = -1023;
  if (x < 2 ** -1022) {
    k -= 54;
    x *= 2 ** 54;
  }
  const word = highWord(x);
  const fraction = word & 0xfffff;
  const carry = (fraction + 0x95f64) & 0x100000;
  k += (word >> 20) + (carry >> 20);
  const f = withHighWord(x, fraction | (carry ^ 0x3ff00000)) - 1;
  if ((0xfffff & (2 + fraction)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * ln2High + k * ln2Low;
    const R = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - R : k * ln2High - (R - k * ln2Low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const R = z * polynomial(w, oddLg) + w * polynomial(w, evenLg);
  if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    const h = 0.5 * f * f;
    return k === 0 ? f - (h - s * (h + R)) : k * ln2High - (h - (s * (h + R) + k * ln2Low) - f);
  }
  return k === 0 ? f - s * (f - R) : k * ln2High - (s * (f - R) - k * ln2Low - f);
}

/** ln(1 + x), accurate for small x. */
export function log1p(x: number): number {
  x = +x;
  if (x === -1) return -Infinity;
  if (!(x > -1)) return NaN;
  if (x === Infinity) return x;
  const size = Math.abs(x);
  if (size < 2 ** -54) return x;
  if (size < 2 ** -29) return x - x * x * 0.5;
  let [k, f, c, fraction] = [0, x, 0, 1];
  const word = highWord(x) | 0;
  // Outside −0.2929 … 0.41422, 1 + x is scaled, and c corrects its rounding error.
  if (word >= 0x3fda827a || (word < 0 && word > (0xbfd2bec4 | 0))) {
    let u = x < 2 ** 53 ? 1 + x : x;
    k = (highWord(u) >> 20) - 1023;
    if (x < 2 ** 53) c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    fraction = highWord(u) & 0xfffff;
    if (fraction < 0x6a09e) {
      u = withHighWord(u, fraction | 0x3ff00000);
    } else {
      k++;
      u = withHighWord(u, fraction | 0x3fe00000);
      fraction = (0x100000 - fraction) >> 2;
    }
    f = u - 1;
  }
  const h = 0.5 * f * f;
  if (fraction === 0) {
    if (f === 0) return k === 0 ? 0 : k * ln2High + (c + k * ln2Low);
    const R = h * (1 - 0.6666666666666666 * f);
    return k === 0 ? f - R : k * ln2High - (R - (k * ln2Low + c) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const R = z * polynomial(z, Lg);
  return k === 0 ? f - (h - s * (h + R)) : k * ln2High - (h - (s * (h + R) + (k * ln2Low + c)) - f);
}

/** log₁₀ x = k log₁₀ 2 + log₁₀ y, with 1 / 2 <= y < 2. */
export function log10(x: number): number {
  x = +x;
  if (x === 0) return -Infinity;
  if (!(x > 0)) return NaN;
  if (x === Infinity) return x;
  if (x === 1) return 0;
  let k = -1023;
  if (x < 2 ** -1022) {
    k -= 54;
    x *= 2 ** 54;
  }
  const word = highWord(x);
  k += word >> 20;
  const isNegative = k < 0 ? 1 : 0;
  const y = withHighWord(x, (word & 0xfffff) | ((0x3ff - isNegative) << 20));
  k += isNegative;
  const z = k * 3.694239077158931e-13 + Math.LOG10E * log(y);
  return z + k * 0.30102999566361177;
}

// π / 2 in parts, each with its tail.
const halfPi = [
  [1.5707963267341256, 6.077100506506192e-11],
  [6.077100506303966e-11, 2.0222662487959506e-21],
  [2.0222662487111665e-21, 8.4784276603689e-32],
] as const;

/** The integer n nearest to x / (π / 2), and x − n π / 2 in two parts; for |x| up to 2¹⁹ π / 2. */
function reduceByHalfPi(x: number): [n: number, r: number, tail: number] {
  const size = Math.abs(x);
  const n = Math.trunc(size * 0.6366197723675814 + 0.5);
  let r = size;
  let lost = 0;
  let y = 0;
  const exponent = (highWord(size) >> 20) & 0x7ff;
  // Each part has 33 bits; the next one is needed when x and n π / 2 agree in so many bits that too few remain.
  for (const [part, [first, rest]] of halfPi.entries()) {
    const before = r;
    r = before - n * first;
    lost = part === 0 ? n * rest : n * rest - (before - r - n * first);
    y = r - lost;
    if (exponent - ((highWord(y) >> 20) & 0x7ff) <= [16, 49, Infinity][part]!) break;
  }
  const tail = r - y - lost;
  return x < 0 ? [-n, -y, -tail] : [n, y, tail];
}

const S = [
  0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
const S1 = -0.16666666666666632;

/** sin(x + tail) for |x| <= π / 4. */
function sineNear0(x: number, tail: number): number {
  if (Math.abs(x) < 2 ** -27) return x;
  const z = x * x;
  const v = z * x;
  const r = polynomial(z, S);
  return tail === 0 ? x + v * (S1 + z * r) : x - (z * (0.5 * tail - v * r) - tail - v * S1);
}

const C = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
];

/** cos(x + tail) for |x| <= π / 4. */
function cosineNear0(x: number, tail: number): number {
  const size = highWord(x) & 0x7fffffff;
  if (size < 0x3e400000) return 1;
  const z = x * x;
  const r = z * polynomial(z, C);
  if (size < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * tail));
  // About |x| / 4, with few digits: 1 − q is exact.
  const q = size > 0x3fe90000 ? 0.28125 : withHighWord(0, size - 0x00200000);
  return 1 - q - (0.5 * z - q - (z * r - x * tail));
}

/** Whether |x| is at most π / 4, or slightly more: fdlibm compares the upper words. */
const isNear0 = (x: number): boolean => (highWord(x) & 0x7fffffff) <= 0x3fe921fb;

const farthest = 2 ** 19 * (Math.PI / 2);
const engine = { sin: Math.sin, cos: Math.cos };

/** Beyond 2¹⁹ π / 2 as the engine does it. */
export function sin(x: number): number {
  x = +x;
  if (isNear0(x)) return sineNear0(x, 0);
  if (!(Math.abs(x) <= farthest)) return engine.sin(x);
  const [n, r, tail] = reduceByHalfPi(x);
  const value = n & 1 ? cosineNear0(r, tail) : sineNear0(r, tail);
  return n & 2 ? -value : value;
}

/** Beyond 2¹⁹ π / 2 as the engine does it. */
export function cos(x: number): number {
  x = +x;
  if (isNear0(x)) return cosineNear0(x, 0);
  if (!(Math.abs(x) <= farthest)) return engine.cos(x);
  const [n, r, tail] = reduceByHalfPi(x);
  const value = n & 1 ? sineNear0(r, tail) : cosineNear0(r, tail);
  return (n + 1) & 2 ? -value : value;
}

const evenA = [
  0.3333333333333293, 0.14285714272503466, 0.09090887133436507, 0.06661073137387531, 0.049768779946159324,
  0.016285820115365782,
];
const oddA = [
  -0.19999999999876483, -0.11111110405462356, -0.0769187620504483, -0.058335701337905735,
  -0.036531572744216916,
];

// The arc tangents of 1/2, 1, 3/2, ∞, each with its tail.
const anchors = [
  [0.4636476090008061, 2.2698777452961687e-17],
  [0.7853981633974483, 3.061616997868383e-17],
  [0.982793723247329, 1.3903311031230998e-17],
  [1.5707963267948966, 6.123233995736766e-17],
] as const;

/** The arc tangent, by its difference from that of 1/2, 1, 3/2 or ∞. */
export function atan(x: number): number {
  x = +x;
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size >= 2 ** 66) return x > 0 ? anchors[3][0] + anchors[3][1] : -anchors[3][0] - anchors[3][1];
  if (size < 2 ** -27) return x;
  let t = x;
  let anchor: (typeof anchors)[number] | undefined;
  if (size >= 0.4375) {
    if (size < 0.6875) [anchor, t] = [anchors[0], (2 * size - 1) / (2 + size)];
    else if (size < 1.1875) [anchor, t] = [anchors[1], (size - 1) / (size + 1)];
    else if (size < 2.4375) [anchor, t] = [anchors[2], (size - 1.5) / (1 + 1.5 * size)];
    else [anchor, t] = [anchors[3], -1 / size];
  }
  const z = t * t;
  const w = z * z;
  const sum = z * polynomial(w, evenA) + w * polynomial(w, oddA);
  if (!anchor) return t - t * sum;
  const value = anchor[0] - (t * sum - anchor[1] - t);
  return x < 0 ? -value : value;
}

/** The angle of the point (x, y). */
export function atan2(y: number, x: number): number {
  [y, x] = [+y, +x];
  // For 0 or non-finite arguments the result is exact in any engine, or a multiple of π / 4.
  if (!Number.isFinite(x) || !Number.isFinite(y) || x === 0 || y === 0) return engineAtan2(y, x);
  if (x === 1) return atan(y);
  const exponent = ((highWord(y) & 0x7fffffff) - (highWord(x) & 0x7fffffff)) >> 20;
  const tail = 1.2246467991473532e-16;
  if (exponent > 60) return y < 0 ? -(Math.PI / 2 + 0.5 * tail) : Math.PI / 2 + 0.5 * tail;
  const z = x < 0 && exponent < -60 ? 0 : atan(Math.abs(y / x));
  if (x > 0) return y < 0 ? -z : z;
  return y < 0 ? z - tail - Math.PI : Math.PI - (z - tail);
}
const engineAtan2 = Math.atan2;

/** (e^x + e^−x) / 2. */
export function cosh(x: number): number {
  x = +x;
  const size = Math.abs(x);
  if ((highWord(size) & 0x7fffffff) < 0x3fd62e43) {
    const t = expm1(size);
    return size < 2 ** -55 ? 1 + t : 1 + (t * t) / (1 + t + (1 + t));
  }
  if (size < 22) {
    const t = exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if ((highWord(size) & 0x7fffffff) < 0x40862e42) return 0.5 * exp(size);
  if (size <= 710.4758600739439) {
    const w = exp(0.5 * size);
    return 0.5 * w * w;
  }
  return size * Infinity;
}

/** (e^x − e^−x) / 2. */
export function sinh(x: number): number {
  x = +x;
  const size = Math.abs(x);
  const half = x < 0 ? -0.5 : 0.5;
  if (size < 22) {
    if (size < 2 ** -28) return x;
    const t = expm1(size);
    return size < 1 ? half * (2 * t - (t * t) / (t + 1)) : half * (t + t / (t + 1));
  }
  if (size < 709.7822265625) return half * exp(size);
  if (size <= 710.4758600739439) {
    const w = exp(0.5 * size);
    return half * w * w;
  }
  return x * Infinity;
}

/** sinh x / cosh x. */
export function tanh(x: number): number {
  x = +x;
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 2 ** -28) return x;
  let z = 1;
  if (size < 22) {
    const t = size >= 1 ? expm1(2 * size) : expm1(-2 * size);
    z = size >= 1 ? 1 - 2 / (t + 2) : -t / (t + 2);
  }
  return x < 0 ? -z : z;
}

/** Replaces the engine's functions by these. */
export function computeAsNode(): void {
  Object.assign(Math, { exp, expm1, log, log1p, log10, sin, cos, atan, atan2, sinh, cosh, tanh });
}
