/**
 * Operations on rows of samples other than products.
 */
import { floats, laneSum, rowOf } from "./simd";
import { apply } from "./update";

/**
 * Prefetches rows by reading a byte of every cache line, so that the fetches overlap instead of stalling one after the
 * other: the rows of a batch are scattered over the samples.
 */
export function touch(x: usize, pitch: usize, rows: usize, from: i32, to: i32): i32 {
  let sum = 0;
  for (let r = from; r < to; r++) {
    const source = x + rowOf(rows, r) * pitch;
    for (let at: usize = 0; at < pitch; at += 64) sum += load<u8>(source + at);
  }
  return sum;
}

/**
 * out[r, j] = x[rows[r], j] * scale for from <= r < to and j < width, where x has bytes; the pitches are bytes from row to row.
 */
export function gatherBytes(
  out: usize, outPitch: usize, x: usize, pitch: usize, rows: usize, width: i32, scale: f32, from: i32, to: i32,
): void {
  const factor = f32x4.splat(scale);
  for (let r = from; r < to; r++) {
    const source = x + rowOf(rows, r) * pitch;
    const target = out + <usize>r * outPitch;
    let j = 0;
    for (; j + 4 <= width; j += 4) {
      const wide = v128.extend_low<u16>(v128.extend_low<u8>(v128.load32_zero(source + <usize>j)));
      v128.store(target + floats(j), f32x4.mul(f32x4.convert_i32x4_u(wide), factor));
    }
    for (; j < width; j++) f32.store(target + floats(j), <f32>load<u8>(source + <usize>j) * scale);
  }
}

/** The same of floats. */
export function gatherFloats(
  out: usize, outPitch: usize, x: usize, pitch: usize, rows: usize, width: i32, scale: f32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const source = x + rowOf(rows, r) * pitch;
    const target = out + <usize>r * outPitch;
    for (let j = 0; j < width; j++) f32.store(target + floats(j), f32.load(source + floats(j)) * scale);
  }
}

/**
 * The gradient of biases: g[j] = Σ_i delta[i, j] for from <= j < to, multiples of 16, with `add` on top of g[j]; with
 * `theta` not 0 they go through the rule, and sums[j / 16] becomes the sum of squares of 16 of them.
 */
export function columnSums(
  g: usize, delta: usize, pitch: usize, rows: i32, from: i32, to: i32, add: bool, theta: usize, sums: usize,
): void {
  for (let j = from; j < to; j += 16) {
    const at = g + floats(j);
    const zero = f32x4.splat(0);
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    if (add) {
      s0 = v128.load(at); s1 = v128.load(at, 16); s2 = v128.load(at, 32); s3 = v128.load(at, 48);
    }
    let source = delta + floats(j);
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(source));
      s1 = f32x4.add(s1, v128.load(source, 16));
      s2 = f32x4.add(s2, v128.load(source, 32));
      s3 = f32x4.add(s3, v128.load(source, 48));
      source += pitch;
    }
    f64.store(sums + (<usize>(j / 16) << 3), squares(s0, s1, s2, s3));
    if (theta) {
      const b = theta + floats(j);
      apply(b, s0); apply(b + 16, s1); apply(b + 32, s2); apply(b + 48, s3);
    } else {
      v128.store(at, s0); v128.store(at, s1, 16); v128.store(at, s2, 32); v128.store(at, s3, 48);
    }
  }
}

// @ts-ignore: decorator
@inline export function squares(a: v128, b: v128, c: v128, d: v128): f64 {
  const ab = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
  return laneSum(f32x4.add(ab, f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d))));
}

/** x[i, j] += b[j], or with `relu` the larger of that and 0, for i < rows and from <= j < to, multiples of 4. */
export function addBias(x: usize, pitch: usize, b: usize, rows: i32, from: i32, to: i32, relu: bool): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    const row = x + <usize>i * pitch;
    for (let j = from; j < to; j += 4) {
      const at = row + floats(j);
      const v = f32x4.add(v128.load(at), v128.load(b + floats(j)));
      v128.store(at, relu ? f32x4.max(v, zero) : v);
    }
  }
}

/** out[i, j] = 0 where x[i, j] is not > 0, for i < rows and from <= j < to, multiples of 4. */
export function mask(out: usize, x: usize, pitch: usize, rows: i32, from: i32, to: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    const offset = <usize>i * pitch;
    for (let j = from; j < to; j += 4) {
      const at = out + offset + floats(j);
      v128.store(at, v128.and(v128.load(at), f32x4.gt(v128.load(x + offset + floats(j)), zero)));
    }
  }
}

/** x[i, j] = 0 for i < rows and from <= j < to. */
export function clear(x: usize, pitch: usize, rows: i32, from: i32, to: i32): void {
  for (let i = 0; i < rows; i++) memory.fill(x + <usize>i * pitch + floats(from), 0, floats(to - from));
}

/**
 * The sums of squares of a gradient g of outputs × inputs, `blocks` blocks of 16 inputs wide: sums[p, q] becomes that of
 * the outputs 16 p … and inputs 16 q …, for `top` <= p < `bottom` and `from` <= 16 q < `to`. An input's 16 squares are
 * added as `squares` adds them, in float32, and the inputs one after the other, in float64: as with weights in panels.
 */
export function blockSquares(
  g: usize, pitch: usize, top: i32, bottom: i32, from: i32, to: i32, sums: usize, blocks: i32,
): void {
  for (let p = top; p < bottom; p++) {
    for (let j = from; j < to; j += 16) {
      let sum: f64 = 0;
      for (let k = j; k < j + 16; k += 4) {
        const at = g + <usize>(16 * p) * pitch + floats(k);
        const s0 = fourApart(at, pitch), s1 = fourApart(at + pitch, pitch);
        const s2 = fourApart(at + 2 * pitch, pitch), s3 = fourApart(at + 3 * pitch, pitch);
        const low = f64x2.add(
          f64x2.add(f64x2.promote_low_f32x4(s0), f64x2.promote_low_f32x4(s2)),
          f64x2.add(f64x2.promote_low_f32x4(s1), f64x2.promote_low_f32x4(s3)),
        );
        const high = f64x2.add(f64x2.add(upper(s0), upper(s2)), f64x2.add(upper(s1), upper(s3)));
        sum += f64x2.extract_lane(low, 0);
        sum += f64x2.extract_lane(low, 1);
        sum += f64x2.extract_lane(high, 0);
        sum += f64x2.extract_lane(high, 1);
      }
      f64.store(sums + (<usize>(p * blocks + j / 16) << 3), sum);
    }
  }
}

/** (a² + b²) + (c² + d²) of four vectors, four rows apart. */
// @ts-ignore: decorator
@inline function fourApart(at: usize, pitch: usize): v128 {
  const a = v128.load(at), b = v128.load(at + 4 * pitch), c = v128.load(at + 8 * pitch), d = v128.load(at + 12 * pitch);
  const ab = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
  return f32x4.add(ab, f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d)));
}

/** The upper two floats of a vector. */
// @ts-ignore: decorator
@inline function upper(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
}
