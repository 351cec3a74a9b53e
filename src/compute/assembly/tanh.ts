/**
 * tanh in float64, two entries at a time, to the bits of fdlibm (../../platform/elementary.ts, with its notice): every case is
 * computed, and each lane chooses. Half the time of a call of Math.tanh, measured on a busy machine.
 */

// @ts-ignore: decorator
@inline const ln2High: f64 = 0.6931471803691238;
// @ts-ignore: decorator
@inline const ln2Low: f64 = 1.9082149292705877e-10;
// @ts-ignore: decorator
@inline const inverseLn2: f64 = 1.4426950408889634;

// @ts-ignore: decorator
@inline function splat(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline function signOf(x: v128): v128 {
  return v128.and(x, i64x2.splat(i64.MIN_VALUE));
}

/** c + x · sum. */
// @ts-ignore: decorator
@inline function horner(c: f64, x: v128, sum: v128): v128 {
  return f64x2.add(splat(c), f64x2.mul(x, sum));
}

/** 2^k for integers k: the sum has k + 1023 in its lowest bits, which become the exponent. */
// @ts-ignore: decorator
@inline function powerOfTwo(k: v128): v128 {
  return i64x2.shl(f64x2.add(k, splat(6755399441055744 + 1023)), 52);
}

/** e^x − 1 for −2 < x <= 0 and for 2 <= x <= 44, the arguments of tanh. */
// @ts-ignore: decorator
@inline function expm1(x: v128): v128 {
  // k = 0 up to ln 2 / 2, whose upper word fdlibm compares.
  const isReduced = f64x2.ge(f64x2.abs(x), splat(reinterpret<f64>(<u64>0x3fd62e4300000000)));
  const nearest = f64x2.trunc(f64x2.add(f64x2.mul(splat(inverseLn2), x), v128.or(splat(0.5), signOf(x))));
  const k = v128.and(isReduced, nearest);
  const upper = f64x2.sub(x, f64x2.mul(k, splat(ln2High)));
  const lower = f64x2.mul(k, splat(ln2Low));
  const r = f64x2.sub(upper, lower);
  const c = f64x2.sub(f64x2.sub(upper, r), lower);

  const half = f64x2.mul(splat(0.5), r);
  const t = f64x2.mul(r, half);
  let r1 = horner(4.008217827329362e-6, t, splat(-2.0109921818362437e-7));
  r1 = horner(-7.93650757867488e-5, t, r1);
  r1 = horner(0.0015873015872548146, t, r1);
  r1 = horner(-0.03333333333333313, t, r1);
  r1 = horner(1, t, r1);
  const s = f64x2.sub(splat(3), f64x2.mul(r1, half));
  let e = f64x2.mul(t, f64x2.div(f64x2.sub(r1, s), f64x2.sub(splat(6), f64x2.mul(r, s))));
  e = f64x2.sub(f64x2.sub(f64x2.mul(r, f64x2.sub(e, c)), c), t);

  // e^x − 1 = 2^k (1 + r − e) − 1, without cancellation in each range of k; k = 1 does not occur.
  const power = powerOfTwo(k);
  const inverse = powerOfTwo(f64x2.neg(k));
  const rest = f64x2.sub(e, r);
  const far = f64x2.sub(f64x2.mul(f64x2.sub(splat(1), rest), power), splat(1));
  const to19 = f64x2.mul(f64x2.sub(f64x2.sub(splat(1), inverse), rest), power);
  const near = f64x2.sub(r, e);
  const minus1 = f64x2.sub(f64x2.mul(splat(0.5), near), splat(0.5));
  let y = v128.bitselect(minus1, far, f64x2.eq(k, splat(-1)));
  y = v128.bitselect(near, y, f64x2.eq(k, splat(0)));
  y = v128.bitselect(to19, y, f64x2.gt(k, splat(1)));
  const beyond19 = f64x2.ge(k, splat(20));
  if (!v128.any_true(beyond19)) return y;
  const to56 = f64x2.mul(f64x2.add(f64x2.sub(r, f64x2.add(e, inverse)), splat(1)), power);
  return v128.bitselect(v128.bitselect(to56, far, f64x2.le(k, splat(56))), y, beyond19);
}

// @ts-ignore: decorator
@inline function tanhOf(x: v128): v128 {
  const size = f64x2.abs(x);
  const isLarge = f64x2.ge(size, splat(1));
  // From 22 on it is 1.
  const twice = f64x2.mul(splat(2), f64x2.min(size, splat(22)));
  const e = expm1(v128.bitselect(twice, f64x2.neg(twice), isLarge));
  const ratio = f64x2.div(v128.bitselect(splat(2), f64x2.neg(e), isLarge), f64x2.add(e, splat(2)));
  const value = v128.bitselect(f64x2.sub(splat(1), ratio), ratio, isLarge);
  const isTiny = f64x2.lt(size, splat(1 / 268435456));
  return v128.or(v128.bitselect(size, value, isTiny), signOf(x));
}

// @ts-ignore: decorator
@inline function derivativeFrom(tanh: v128): v128 {
  return f32x4.demote_f64x2_zero(f64x2.sub(splat(1), f64x2.mul(tanh, tanh)));
}

/** y = tanh z, and unless f is 0, f = 1 − tanh² z, for `n` entries. */
export function tanh(y: usize, f: usize, z: usize, n: i32): void {
  for (; n > 1; n -= 2) {
    const t = tanhOf(f64x2.promote_low_f32x4(v128.load64_zero(z)));
    v128.store_lane<i64>(y, f32x4.demote_f64x2_zero(t), 0);
    if (f) {
      v128.store_lane<i64>(f, derivativeFrom(t), 0);
      f += 8;
    }
    y += 8;
    z += 8;
  }
  if (n == 0) return;
  const t = tanhOf(f64x2.promote_low_f32x4(v128.load32_zero(z)));
  v128.store_lane<i32>(y, f32x4.demote_f64x2_zero(t), 0);
  if (f) v128.store_lane<i32>(f, derivativeFrom(t), 0);
}
