/**
 * Pooling: one number for each window of each channel. Adjacent windows of 2 × 2, by far the most common, are
 * computed four at a time.
 */
import { floats } from "./simd";
import { channels, columns, height, kernel, rows, stride, width } from "./windows";

/** Four windows of 2 × 2: their numbers at the even and the odd places of two lines. */
// @ts-ignore: decorator
@inline function even(line: usize): v128 {
  return v128.shuffle<f32>(v128.load(line), v128.load(line, 16), 0, 2, 4, 6);
}
// @ts-ignore: decorator
@inline function odd(line: usize): v128 {
  return v128.shuffle<f32>(v128.load(line), v128.load(line, 16), 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline function arePairs(): bool {
  return kernel == 2 && stride == 2;
}

/** out = the largest of each window, or with `relu` the larger of that and 0, for the images from <= n < to. */
export function maxPool(out: usize, outPitch: usize, x: usize, xPitch: usize, relu: bool, from: i32, to: i32): void {
  const zero = f32x4.splat(0);
  for (let n = from; n < to; n++) {
    let target = out + <usize>n * outPitch;
    for (let i = 0; i < channels; i++) {
      const plane = x + <usize>n * xPitch + floats(i * height * width);
      for (let r = 0; r < rows; r++) {
        let c = 0;
        let line = plane + floats(r * stride * width);
        if (arePairs()) {
          const next = floats(width);
          for (; c + 4 <= columns; c += 4) {
            let most = f32x4.max(f32x4.max(even(line), odd(line)), f32x4.max(even(line + next), odd(line + next)));
            if (relu) most = f32x4.max(most, zero);
            v128.store(target, most);
            target += 16;
            line += 32;
          }
        }
        for (; c < columns; c++) {
          const most = f32.load(largest(line));
          f32.store(target, relu ? max<f32>(most, 0) : most);
          target += 4;
          line += floats(stride);
        }
      }
    }
  }
}

/** The address of the largest number of the window at `start`, the first of several; NaN is the largest. */
function largest(start: usize): usize {
  let best = start;
  let most = f32.load(start);
  for (let u = 0; u < kernel; u++) {
    for (let v = 0; v < kernel; v++) {
      const at = start + floats(u * width + v);
      const value = f32.load(at);
      if (value > most || value != value) {
        best = at;
        most = value;
      }
    }
  }
  return best;
}

/**
 * Passes each window's delta to its largest number, for the images from <= n < to; with `masked` only where that is > 0, as
 * a ReLU below requires.
 */
export function maxPoolGradient(
  below: usize, belowPitch: usize, delta: usize, deltaPitch: usize, x: usize, masked: bool, from: i32, to: i32,
): void {
  const zero = f32x4.splat(0);
  for (let n = from; n < to; n++) {
    const offset = <usize>n * belowPitch;
    const toBelow = below - x;
    memory.fill(below + offset, 0, floats(channels * height * width));
    let source = delta + <usize>n * deltaPitch;
    for (let i = 0; i < channels; i++) {
      const plane = x + offset + floats(i * height * width);
      for (let r = 0; r < rows; r++) {
        let c = 0;
        let line = plane + floats(r * stride * width);
        if (arePairs()) {
          const next = floats(width);
          for (; c + 4 <= columns; c += 4) {
            const e0 = even(line), o0 = odd(line), e1 = even(line + next), o1 = odd(line + next);
            const most = f32x4.max(f32x4.max(e0, o0), f32x4.max(e1, o1));
            let left = v128.load(source);
            if (masked) left = v128.and(left, f32x4.gt(most, zero));
            // The first largest number takes delta, which is then 0 for the others.
            const g0 = v128.and(left, f32x4.eq(e0, most)); left = v128.andnot(left, f32x4.eq(e0, most));
            const g1 = v128.and(left, f32x4.eq(o0, most)); left = v128.andnot(left, f32x4.eq(o0, most));
            const g2 = v128.and(left, f32x4.eq(e1, most)); left = v128.andnot(left, f32x4.eq(e1, most));
            const g3 = v128.and(left, f32x4.eq(o1, most));
            const target = line + toBelow;
            v128.store(target, v128.shuffle<f32>(g0, g1, 0, 4, 1, 5));
            v128.store(target, v128.shuffle<f32>(g0, g1, 2, 6, 3, 7), 16);
            v128.store(target + next, v128.shuffle<f32>(g2, g3, 0, 4, 1, 5));
            v128.store(target + next, v128.shuffle<f32>(g2, g3, 2, 6, 3, 7), 16);
            source += 16;
            line += 32;
          }
        }
        for (; c < columns; c++) {
          const best = largest(line);
          if (!masked || f32.load(best) > 0) {
            const target = best + toBelow;
            f32.store(target, f32.load(target) + f32.load(source));
          }
          source += 4;
          line += floats(stride);
        }
      }
    }
  }
}

/** out = the mean of each window, or with `relu` the larger of that and 0, for the images from <= n < to. */
export function avgPool(out: usize, outPitch: usize, x: usize, xPitch: usize, relu: bool, from: i32, to: i32): void {
  const weight: f32 = 1 / <f32>(kernel * kernel);
  for (let n = from; n < to; n++) {
    let target = out + <usize>n * outPitch;
    for (let i = 0; i < channels; i++) {
      const plane = x + <usize>n * xPitch + floats(i * height * width);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          let sum: f32 = 0;
          for (let u = 0; u < kernel; u++) {
            const line = plane + floats((r * stride + u) * width + c * stride);
            for (let v = 0; v < kernel; v++) sum += f32.load(line + floats(v));
          }
          sum *= weight;
          f32.store(target, relu ? max<f32>(sum, 0) : sum);
          target += 4;
        }
      }
    }
  }
}

/** Distributes each window's delta among its numbers, for the images from <= n < to; with `masked` only where x is > 0. */
export function avgPoolGradient(
  below: usize, belowPitch: usize, delta: usize, deltaPitch: usize, x: usize, masked: bool, from: i32, to: i32,
): void {
  const weight: f32 = 1 / <f32>(kernel * kernel);
  for (let n = from; n < to; n++) {
    const offset = <usize>n * belowPitch;
    memory.fill(below + offset, 0, floats(channels * height * width));
    let source = delta + <usize>n * deltaPitch;
    for (let i = 0; i < channels; i++) {
      const plane = offset + floats(i * height * width);
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const share = f32.load(source) * weight;
          source += 4;
          for (let u = 0; u < kernel; u++) {
            const line = plane + floats((r * stride + u) * width + c * stride);
            for (let v = 0; v < kernel; v++) {
              const at = line + floats(v);
              if (!masked || f32.load(x + at) > 0) f32.store(below + at, f32.load(below + at) + share);
            }
          }
        }
      }
    }
  }
}
