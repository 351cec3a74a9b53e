/**
 * Training sample by sample: vectors instead of matrices, so each weight is used once forward and once backward, and memory
 * bandwidth dominates. The weights of an input are contiguous, W[input][outputs], and only those of nonzero inputs are
 * read, sequentially. A thread has the same outputs in every operation, and so keeps its part of the weights in its
 * cache.
 */
import { LINE } from "./sparse";
import { floats, laneSum, madd } from "./simd";
import { squares } from "./rows";
import { apply, isPlain, stepSize } from "./update";

// Outputs in a block, in bytes.
// @ts-ignore: decorator
@inline const BLOCK: usize = 256;

/**
 * out = x Wᵀ + b, or with `relu` the larger of that and 0, for the outputs from <= j < to, multiples of 16; x as
 * compressed rows, W with `panels` lines of 16 outputs for each input.
 */
export function columnAffine(
  out: usize, outPitch: usize, W: usize, panels: usize, b: usize, entries: usize, counts: usize, rows: i32,
  inputs: i32, relu: bool, from: i32, to: i32,
): void {
  if (from >= to) return;
  const start = floats(from), length = floats(to - from);
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    const target = out + <usize>r * outPitch + start;
    const targetEnd = target + length;
    memory.copy(target, b + start, length);
    let at = entries + (<usize>(r * inputs) << 3);
    const end = at + (<usize>load<u32>(counts + floats(r)) << 3);
    // Four inputs at once: the sums are loaded and stored a quarter as often.
    for (; at + 32 <= end; at += 32) {
      let w0 = W + <usize>load<u32>(at) * panels + start, w1 = W + <usize>load<u32>(at, 8) * panels + start;
      let w2 = W + <usize>load<u32>(at, 16) * panels + start, w3 = W + <usize>load<u32>(at, 24) * panels + start;
      const x0 = v128.load32_splat(at, 4), x1 = v128.load32_splat(at, 12);
      const x2 = v128.load32_splat(at, 20), x3 = v128.load32_splat(at, 28);
      for (let t = target; t < targetEnd; t += 32) {
        let low = v128.load(t), high = v128.load(t, 16);
        low = madd(x0, v128.load(w0), low); high = madd(x0, v128.load(w0, 16), high);
        low = madd(x1, v128.load(w1), low); high = madd(x1, v128.load(w1, 16), high);
        low = madd(x2, v128.load(w2), low); high = madd(x2, v128.load(w2, 16), high);
        low = madd(x3, v128.load(w3), low); high = madd(x3, v128.load(w3, 16), high);
        v128.store(t, low); v128.store(t, high, 16);
        w0 += 32; w1 += 32; w2 += 32; w3 += 32;
      }
    }
    for (; at < end; at += 8) {
      let w = W + <usize>load<u32>(at) * panels + start;
      const x = v128.load32_splat(at, 4);
      for (let t = target; t < targetEnd; t += 16) {
        v128.store(t, madd(x, v128.load(w), v128.load(t)));
        w += 16;
      }
    }
    if (relu) for (let t = target; t < targetEnd; t += 16) v128.store(t, f32x4.max(v128.load(t), zero));
  }
}

/**
 * For the outputs from <= j < to, multiples of 64 (the last one of 16): parts[block][k] = Σ_j delta[j] W[k][j] over each
 * block of 64 outputs, and then W moves by the gradient x[k] delta[j]; for the k where x is not zero. sums[j / 16]
 * becomes the sum of squares of that gradient. Plain gradient descent skips the check of the rule.
 */
export function columnBackward(
  W: usize, panels: usize, parts: usize, inputs: i32, delta: usize, entries: usize, count: i32, from: i32, to: i32,
  sums: usize,
): void {
  const plain = isPlain();
  const size = f32x4.splat(stepSize());
  const start = delta + floats(from), last = delta + floats(to);
  const end = entries + (<usize>count << 3);
  const first = parts + floats((from >> 6) * inputs);
  let norm: f64 = 0;
  let at = entries;
  // Two inputs at once, so that two cache lines are in flight, and delta is read half as often.
  if (plain) {
    for (; at + 16 <= end; at += 16) {
      const value0 = f32.load(at, 4), value1 = f32.load(at, 12);
      norm += <f64>value0 * <f64>value0 + <f64>value1 * <f64>value1;
      const x0 = f32x4.mul(f32x4.splat(value0), size), x1 = f32x4.mul(f32x4.splat(value1), size);
      const place0 = <usize>load<u32>(at), place1 = <usize>load<u32>(at, 8);
      let line0 = W + place0 * panels + floats(from), line1 = W + place1 * panels + floats(from);
      let part = first;
      for (let block = start; block < last; block += BLOCK) {
        const blockEnd = min(block + BLOCK, last);
        let low0 = f32x4.splat(0), high0 = f32x4.splat(0), low1 = f32x4.splat(0), high1 = f32x4.splat(0);
        for (let d = block; d < blockEnd; d += 32) {
          const d0 = v128.load(d), d1 = v128.load(d, 16);
          const w0 = v128.load(line0), w1 = v128.load(line0, 16), v0 = v128.load(line1), v1 = v128.load(line1, 16);
          low0 = madd(d0, w0, low0); high0 = madd(d1, w1, high0);
          low1 = madd(d0, v0, low1); high1 = madd(d1, v1, high1);
          v128.store(line0, f32x4.sub(w0, f32x4.mul(x0, d0)));
          v128.store(line0, f32x4.sub(w1, f32x4.mul(x0, d1)), 16);
          v128.store(line1, f32x4.sub(v0, f32x4.mul(x1, d0)));
          v128.store(line1, f32x4.sub(v1, f32x4.mul(x1, d1)), 16);
          line0 += 32;
          line1 += 32;
        }
        f32.store(part + (place0 >> 4), <f32>laneSum(f32x4.add(low0, high0)));
        f32.store(part + (place1 >> 4), <f32>laneSum(f32x4.add(low1, high1)));
        part += floats(inputs);
      }
    }
  }
  for (; at < end; at += 8) {
    const place = <usize>load<u32>(at);
    norm += <f64>f32.load(at, 4) * <f64>f32.load(at, 4);
    let line = W + place * panels + floats(from);
    let part = first + (place >> 4);
    const x = plain ? f32x4.mul(v128.load32_splat(at, 4), size) : v128.load32_splat(at, 4);
    for (let block = start; block < last; block += BLOCK) {
      const blockEnd = min(block + BLOCK, last);
      let low = f32x4.splat(0), high = f32x4.splat(0);
      if (plain) {
        for (let d = block; d < blockEnd; d += 32) {
          const d0 = v128.load(d), d1 = v128.load(d, 16), w0 = v128.load(line), w1 = v128.load(line, 16);
          low = madd(d0, w0, low);
          high = madd(d1, w1, high);
          v128.store(line, f32x4.sub(w0, f32x4.mul(x, d0)));
          v128.store(line, f32x4.sub(w1, f32x4.mul(x, d1)), 16);
          line += 32;
        }
      } else {
        for (let d = block; d < blockEnd; d += 16) {
          const g = v128.load(d);
          low = madd(g, v128.load(line), low);
          apply(line, f32x4.mul(x, g));
          line += 16;
        }
      }
      f32.store(part, <f32>laneSum(f32x4.add(low, high)));
      part += floats(inputs);
    }
  }
  for (let d = start; d < last; d += 64) {
    const sum = squares(v128.load(d), v128.load(d, 16), v128.load(d, 32), v128.load(d, 48));
    f64.store(sums + ((d - delta) >> 3), sum * norm);
  }
}

/** out[k] = Σ parts[block][k] where the row x is not zero, else 0, for from <= k < to. */
export function columnInputGradient(
  out: usize, parts: usize, inputs: i32, blocks: i32, entries: usize, count: i32, from: i32, to: i32,
): void {
  if (from >= to) return;
  memory.fill(out + floats(from), 0, floats(to - from));
  for (let n = 0; n < count; n++) {
    const k = <i32>(load<u32>(entries + (<usize>n << 3)) >> LINE);
    if (k < from || k >= to) continue;
    let sum: f32 = 0;
    for (let block = 0; block < blocks; block++) sum += f32.load(parts + floats(block * inputs + k));
    f32.store(out + floats(k), sum);
  }
}
