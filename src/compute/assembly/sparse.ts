/**
 * Layers whose inputs are sparse, such as images of digits (19 % of MNIST is nonzero), or have so few rows that packing does
 * not pay off: only nonzero entries are multiplied.
 *
 * The weights lie in panels of 16 outputs, panel after panel: W[panel][input][16], a cache line for each input. Nonzero
 * entries are listed as pairs of an offset and a value, so that each costs four multiply-adds on registers for each
 * panel.
 *
 * Two panels are computed at once: each multiply-add waits four cycles for the previous one of its chain, so that four chains
 * keep one of the processor's two units busy, and eight keep both. In the inner loops a branch that is never taken stands between
 * the panels: without it V8 loads both lines first, has too few registers, and spills a sum. Measured at batch 128 on
 * MNIST, 784 → 512, in µs a sample: forward 4.2 (one panel at a time 4.5; inputs in blocks that fit the first cache 4.3;
 * dense tiles 15), a gradient with its update 3.8 (one panel at a time and two inputs in turn 5.9; without the branch 5.5).
 */
import { floats, laneSum, madd, rowOf } from "./simd";
import { squares } from "./rows";
import { panelDepth } from "./tiles";
import { apply, wantsSquares } from "./update";

// A line of 16 floats in bytes, as a shift.
// @ts-ignore: decorator
@inline export const LINE: i32 = 6;

/**
 * The nonzero entries of rows: entries[r * width …] holds pairs (column << 6, value * scale) in the order of
 * columns, counts[r] is their number. Row r of the source is the `rows[r]`-th, or the r-th where `rows` is 0; they are
 * `pitch` bytes apart, of bytes or of floats. From <= r < to.
 */
export function compressRows(
  entries: usize, counts: usize, x: usize, bytes: bool, pitch: usize, rows: usize, width: i32, scale: f32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const source = x + rowOf(rows, r) * pitch;
    const first = entries + (<usize>(r * width) << 3);
    let at = first;
    const step = bytes ? 16 : 4;
    for (let k = 0; k < width; k += step) {
      let found = notZero(source, bytes, k, width);
      if (found == 0) continue;
      if (bytes) {
        while (found) {
          const column = k + ctz(found);
          i32.store(at, column << LINE);
          f32.store(at, <f32>load<u8>(source + <usize>column) * scale, 4);
          at += 8;
          found &= found - 1;
        }
      } else {
        // After a ReLU half of the entries are zero, in no order: each is written, and kept if it is not zero. A
        // branch would be mispredicted half of the time (1.5 µs for 512 entries instead of 1.2).
        const end = min(k + step, width);
        for (let column = k; column < end; column++) {
          const value = f32.load(source + floats(column)) * scale;
          i32.store(at, column << LINE);
          f32.store(at, value, 4);
          at += <usize>(found & 1) << 3;
          found >>= 1;
        }
      }
    }
    i32.store(counts + floats(r), <i32>((at - first) >> 3));
  }
}

/** The same by columns, from <= column < to, multiples of 16: entries[column * capacity …] holds (r << 6, value). */
export function compressColumns(
  entries: usize, counts: usize, x: usize, bytes: bool, pitch: usize, rows: usize, count: i32, capacity: i32,
  width: i32, scale: f32, from: i32, to: i32,
): void {
  to = min(to, width);
  if (from >= to) return;
  memory.fill(counts + floats(from), 0, floats(to - from));
  const step = bytes ? 16 : 4;
  for (let r = 0; r < count; r++) {
    const source = x + rowOf(rows, r) * pitch;
    for (let k = from; k < to; k += step) {
      let found = notZero(source, bytes, k, to);
      while (found) {
        const column = k + ctz(found);
        const n = load<i32>(counts + floats(column));
        const at = entries + (<usize>(column * capacity + n) << 3);
        i32.store(at, r << LINE);
        f32.store(at, valueAt(source, bytes, column) * scale, 4);
        i32.store(counts + floats(column), n + 1);
        found &= found - 1;
      }
    }
  }
}

/** A bit for each of the next entries (16 bytes or 4 floats) that is not zero. */
// @ts-ignore: decorator
@inline function notZero(source: usize, bytes: bool, k: i32, width: i32): i32 {
  const step = bytes ? 16 : 4;
  const all = bytes
    ? i8x16.bitmask(i8x16.ne(v128.load(source + <usize>k), i8x16.splat(0)))
    : i32x4.bitmask(f32x4.ne(v128.load(source + floats(k)), f32x4.splat(0)));
  return k + step <= width ? all : all & ((1 << (width - k)) - 1);
}

// @ts-ignore: decorator
@inline function valueAt(source: usize, bytes: bool, column: i32): f32 {
  return bytes ? <f32>load<u8>(source + <usize>column) : f32.load(source + floats(column));
}

/**
 * out = x Wᵀ + b, or with `relu` the larger of that and 0, for the panels from <= p < to; x as compressed rows. The sums
 * are those of a dense product (../order.ts), which zeros do not change.
 */
export function sparseAffine(
  out: usize, pitch: usize, W: usize, b: usize, entries: usize, counts: usize, rows: i32, inputs: i32,
  relu: bool, from: i32, to: i32,
): void {
  const zero = f32x4.splat(0);
  const depth = <usize>panelDepth((inputs + 15) & -16) << LINE;
  for (let p = from; p < to; p += 2) {
    // With an odd number of panels the last one is computed twice and stored once.
    const isPair = p + 1 < to;
    const w = W + (<usize>(p * inputs) << LINE);
    const toOther = isPair ? <usize>inputs << LINE : 0;
    const bias = b + (<usize>p << LINE);
    let target = out + (<usize>p << LINE);
    for (let r = 0; r < rows; r++) {
      let at = entries + (<usize>(r * inputs) << 3);
      const end = at + (<usize>load<u32>(counts + floats(r)) << 3);
      let chain = depth;
      let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
      let d0 = zero, d1 = zero, d2 = zero, d3 = zero;
      do {
        let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
        let t0 = zero, t1 = zero, t2 = zero, t3 = zero;
        while (at < end) {
          const place = <usize>load<u32>(at);
          if (place >= chain) break;
          const line = w + place;
          const x = v128.load32_splat(at, 4);
          s0 = madd(x, v128.load(line), s0);
          s1 = madd(x, v128.load(line, 16), s1);
          s2 = madd(x, v128.load(line, 32), s2);
          s3 = madd(x, v128.load(line, 48), s3);
          if (!at) break; // never: see above
          const other = line + toOther;
          t0 = madd(x, v128.load(other), t0);
          t1 = madd(x, v128.load(other, 16), t1);
          t2 = madd(x, v128.load(other, 32), t2);
          t3 = madd(x, v128.load(other, 48), t3);
          at += 8;
        }
        c0 = f32x4.add(c0, s0); c1 = f32x4.add(c1, s1); c2 = f32x4.add(c2, s2); c3 = f32x4.add(c3, s3);
        d0 = f32x4.add(d0, t0); d1 = f32x4.add(d1, t1); d2 = f32x4.add(d2, t2); d3 = f32x4.add(d3, t3);
        chain += depth;
      } while (at < end);
      storeLine(target, bias, c0, c1, c2, c3, relu);
      if (isPair) storeLine(target + 64, bias + 64, d0, d1, d2, d3, relu);
      target += pitch;
    }
  }
}

/** 16 sums and their biases, or with `relu` the larger of that and 0. */
// @ts-ignore: decorator
@inline function storeLine(
  to: usize, bias: usize, s0: v128, s1: v128, s2: v128, s3: v128, relu: bool,
): void {
  const zero = f32x4.splat(0);
  s0 = f32x4.add(s0, v128.load(bias));
  s1 = f32x4.add(s1, v128.load(bias, 16));
  s2 = f32x4.add(s2, v128.load(bias, 32));
  s3 = f32x4.add(s3, v128.load(bias, 48));
  v128.store(to, relu ? f32x4.max(s0, zero) : s0);
  v128.store(to, relu ? f32x4.max(s1, zero) : s1, 16);
  v128.store(to, relu ? f32x4.max(s2, zero) : s2, 32);
  v128.store(to, relu ? f32x4.max(s3, zero) : s3, 48);
}

/**
 * G = deltaᵀ x in panels, for the panels from <= p < to, with `add` on top of G; with `theta` not 0 it goes through the
 * rule instead. x as compressed columns; those without entries are left out unless `all`. `scratch` holds 32 * rows
 * floats of this thread's own; sums[p, q] becomes the sum of squares of 16 inputs, if the rule wants it.
 */
export function sparseGradient(
  G: usize, delta: usize, pitch: usize, entries: usize, counts: usize, capacity: i32, rows: i32, inputs: i32,
  from: i32, to: i32, scratch: usize, add: bool, all: bool, theta: usize, sums: usize,
): void {
  const zero = f32x4.splat(0);
  const blocks = (inputs + 15) >> 4;
  for (let p = from; p < to; p += 2) {
    const isPair = p + 1 < to;
    const toOther: usize = isPair ? 64 : 0;
    for (let r = 0; r < rows; r++) {
      const source = delta + <usize>r * pitch + (<usize>p << LINE);
      memory.copy(scratch + (<usize>r << (LINE + 1)), source, isPair ? 128 : 64);
    }
    for (let block = 0; block < blocks; block++) {
      let sum: f64 = 0, sumOfOther: f64 = 0;
      const end = min(16 * (block + 1), inputs);
      for (let k = 16 * block; k < end; k++) {
        const count = load<i32>(counts + floats(k));
        if (count == 0 && !all) continue;
        let at = entries + (<usize>(k * capacity) << 3);
        const last = at + (<usize>count << 3);
        let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
        let t0 = zero, t1 = zero, t2 = zero, t3 = zero;
        while (at < last) {
          const line = scratch + (<usize>load<u32>(at) << 1);
          const x = v128.load32_splat(at, 4);
          s0 = madd(x, v128.load(line), s0);
          s1 = madd(x, v128.load(line, 16), s1);
          s2 = madd(x, v128.load(line, 32), s2);
          s3 = madd(x, v128.load(line, 48), s3);
          if (!at) break; // never: see above
          const other = line + toOther;
          t0 = madd(x, v128.load(other), t0);
          t1 = madd(x, v128.load(other, 16), t1);
          t2 = madd(x, v128.load(other, 32), t2);
          t3 = madd(x, v128.load(other, 48), t3);
          at += 8;
        }
        const offset = <usize>(p * inputs + k) << LINE;
        sum += finish(G, theta, offset, add, s0, s1, s2, s3);
        if (isPair) {
          sumOfOther += finish(G, theta, offset + (<usize>inputs << LINE), add, t0, t1, t2, t3);
        }
      }
      const place = sums + (<usize>(p * blocks + block) << 3);
      f64.store(place, sum);
      if (isPair) f64.store(place + (<usize>blocks << 3), sumOfOther);
    }
  }
}

/** Stores 16 gradients, or updates the parameters with them; returns the sum of their squares, if the rule needs it. */
// @ts-ignore: decorator
@inline function finish(
  G: usize, theta: usize, offset: usize, add: bool, s0: v128, s1: v128, s2: v128, s3: v128,
): f64 {
  const line = G + offset, zero = f32x4.splat(0);
  s0 = f32x4.add(add ? v128.load(line) : zero, s0);
  s1 = f32x4.add(add ? v128.load(line, 16) : zero, s1);
  s2 = f32x4.add(add ? v128.load(line, 32) : zero, s2);
  s3 = f32x4.add(add ? v128.load(line, 48) : zero, s3);
  if (theta) {
    const to = theta + offset;
    apply(to, s0); apply(to + 16, s1); apply(to + 32, s2); apply(to + 48, s3);
  } else {
    v128.store(line, s0); v128.store(line, s1, 16); v128.store(line, s2, 32); v128.store(line, s3, 48);
  }
  return wantsSquares() ? squares(s0, s1, s2, s3) : 0;
}

/**
 * out = delta W where x is not zero, else 0, for from <= k < to; x as compressed rows. `scratch` holds 4 * inputs floats of
 * this thread's own.
 */
export function sparseInputGradient(
  out: usize, outPitch: usize, delta: usize, pitch: usize, W: usize, entries: usize, counts: usize,
  rows: i32, inputs: i32, panels: i32, from: i32, to: i32, scratch: usize,
): void {
  if (from >= to) return;
  for (let r = 0; r < rows; r++) {
    let first = entries + (<usize>(r * inputs) << 3);
    let end = first + (<usize>load<u32>(counts + floats(r)) << 3);
    while (first < end && load<i32>(first) >> LINE < from) first += 8;
    while (first < end && load<i32>(end - 8) >> LINE >= to) end -= 8;
    const target = out + <usize>r * outPitch;
    memory.fill(target + floats(from), 0, floats(to - from));
    for (let p = 0; p < panels; p++) {
      const w = W + (<usize>(p * inputs) << LINE);
      const source = delta + <usize>r * pitch + (<usize>p << LINE);
      const d0 = v128.load(source), d1 = v128.load(source, 16), d2 = v128.load(source, 32), d3 = v128.load(source, 48);
      let sum = scratch;
      for (let at = first; at < end; at += 8) {
        const line = w + <usize>load<u32>(at);
        const low = madd(d1, v128.load(line, 16), f32x4.mul(d0, v128.load(line)));
        const high = madd(d3, v128.load(line, 48), f32x4.mul(d2, v128.load(line, 32)));
        const v = f32x4.add(low, high);
        v128.store(sum, p == 0 ? v : f32x4.add(v128.load(sum), v));
        sum += 16;
      }
    }
    let sum = scratch;
    for (let at = first; at < end; at += 8) {
      f32.store(target + (<usize>load<u32>(at) >> 4), <f32>laneSum(v128.load(sum)));
      sum += 16;
    }
  }
}
