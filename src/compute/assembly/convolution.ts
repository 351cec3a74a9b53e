/**
 * Convolutions as products of small matrices, image by image. The patches are never written out for a whole batch: they
 * are read in place, or, if windows are not adjacent, packed for sixteen windows at a time (forward) or for one image
 * (gradient), so that they stay in the cache.
 *
 * Measured on one core, in µs an image: 1 → 6 channels of 28 × 28 by 5 × 5, forward 3.7 (86,400 multiply-adds, 23 G a
 * second), gradient 3.4; 6 → 16 channels of 12 × 12, forward 5.2 (153,600, 29 G a second), gradient 5.6, back 5.5. A
 * product of large matrices reaches 31 G a second.
 */
import { floats, laneSum } from "./simd";
import {
  channels, columns, height, image, inLine, inWindow, kernel, pack, padded, padding, pixels, plane, positions,
  positionsUp, rest, starts, stride, width,
} from "./windows";
import { backTile, forwardPair, forwardTile, gradientPair, gradientTile, scatterTile } from "./window-tiles";

/** `n`, padded to a multiple of `grain`, a power of two. */
// @ts-ignore: decorator
@inline function up(n: i32, grain: i32): i32 {
  return (n + grain - 1) & -grain;
}

/** Larger images, in bytes, do not stay in the first-level cache, although they are read once for every four outputs. */
// @ts-ignore: decorator
@inline const CACHED: usize = 32768;

/**
 * out = x * A + b, or with `relu` the larger of that and 0, for the images from <= n < to. A has `outputs` rows, each
 * with the numbers of a window.
 */
export function convolve(
  out: usize, outPitch: usize, x: usize, xPitch: usize, A: usize, b: usize, outputs: i32, relu: bool,
  from: i32, to: i32,
): void {
  // Two panels of eight windows each, and the offsets of their numbers.
  const panel = rest;
  const half = floats(8 * inWindow);
  const offsets = panel + 2 * half;
  const weights = offsets + floats(inWindow);
  for (let k = 0; k < inWindow; k++) store<u32>(offsets + floats(k), <u32>k << 5);
  packRows(weights, A, outputs);
  const paired = rowsInPair(outputs), tiled = outputs - paired;
  const rowLength = floats(positions);
  const isCached = plane * channels <= CACHED;
  for (let n = from; n < to; n++) {
    const seen = padded(x + <usize>n * xPitch);
    const target = out + <usize>n * outPitch;
    for (let p = 0; p < positions; p += 16) {
      const many = positions - p;
      const start = starts + floats(p);
      let q0 = panel, q1 = panel + 16, q2 = q0 + half, q3 = q1 + half;
      let at = offsets;
      if (isCached && areInLine(start, many)) {
        q0 = seen + <usize>load<u32>(start);
        q1 = many > 4 ? seen + <usize>load<u32>(start, 16) : q0;
        q2 = many > 8 ? seen + <usize>load<u32>(start, 32) : q0;
        q3 = many > 12 ? seen + <usize>load<u32>(start, 48) : q2;
        at = pixels;
      } else {
        pack(q0, 32, seen, start);
        pack(q1, 32, seen, start + 16);
        if (many > 8) {
          pack(q2, 32, seen, start + 32);
          pack(q3, 32, seen, start + 48);
        }
      }
      const end = at + floats(inWindow);
      const place = target + floats(p);
      let w = weights;
      for (let j = 0; j < tiled; j += 4) {
        const row = place + <usize>j * rowLength, bias = b + floats(j), rows = min(4, tiled - j);
        forwardTile(row, rowLength, w, q0, q1, at, end, bias, rows, many, relu);
        if (many > 8) forwardTile(row + 32, rowLength, w, q2, q3, at, end, bias, rows, many - 8, relu);
        w += floats(4 * inWindow);
      }
      if (paired) {
        const row = place + <usize>tiled * rowLength, bias = b + floats(tiled);
        forwardPair(row, rowLength, w, q0, q1, q2, q3, at, end, bias, paired, many, relu);
      }
    }
  }
}

/** The rows of the last tile, if it is a two-row tile: the remainder modulo four, except three. */
// @ts-ignore: decorator
@inline function rowsInPair(outputs: i32): i32 {
  const left = outputs & 3;
  return left < 3 ? left : 0;
}

/** Whether the next `many` windows, at most sixteen, lie in groups of four neighbours. */
// @ts-ignore: decorator
@inline function areInLine(start: usize, many: i32): bool {
  return inLine(start) && (many <= 4 || inLine(start + 16)) && (many <= 8 || inLine(start + 32))
    && (many <= 12 || inLine(start + 48));
}

/** Rows of A in panels of four, or of two, with the inner index outermost; missing ones are zero. */
function packRows(to: usize, A: usize, outputs: i32): void {
  const tiled = outputs - rowsInPair(outputs);
  for (let j = 0; j < outputs; j += 4) {
    const rows = j < tiled ? 4 : 2;
    for (let k = 0; k < inWindow; k++) {
      for (let r = 0; r < rows; r++) {
        f32.store(to, j + r < outputs ? f32.load(A + floats((j + r) * inWindow + k)) : 0);
        to += 4;
      }
    }
  }
}

/**
 * The gradients of A and b, summed over each of `groups` groups of images, those of the groups from <= g < to: in row g of
 * `parts` first that of A, row by row, then from `biases` on that of b.
 */
export function filterGradient(
  parts: usize, partsPitch: usize, biases: usize, delta: usize, deltaPitch: usize, x: usize, xPitch: usize, outputs: i32,
  images: i32, groups: i32, from: i32, to: i32,
): void {
  // Four adjacent windows are read in place; others are packed, in panels of four for each number.
  const straight = stride == 1 && (columns & 3) == 0;
  const panel = floats(4 * inWindow);
  const quads = straight ? positions >> 2 : positionsUp >> 2;
  const rowLength = floats(4 * quads);
  const firsts = rest, firstsEnd = firsts + floats(quads);
  const deltas = (firstsEnd + 15) & ~15;
  const patches = deltas + (straight ? 0 : <usize>outputs * rowLength);
  const sums = patches + (straight ? 0 : <usize>quads * panel);
  const sumsEnd = sums + gradientSums(outputs);
  for (let q = 0; q < quads; q++) {
    store<u32>(firsts + floats(q), straight ? load<u32>(starts + floats(4 * q)) : <u32>q * <u32>panel);
  }
  // Beyond the last window, where no other data is written.
  if (!straight) memory.fill(deltas, 0, <usize>outputs * rowLength);
  // As many images at once as fit in the cache, so that the sums are loaded and stored less often.
  const together = straight && padding == 0
    ? max(1, min(8, <i32>(CACHED / (plane * channels + <usize>outputs * rowLength)))) : 1;
  for (let g = from; g < to; g++) {
    const part = parts + <usize>g * partsPitch;
    memory.fill(part, 0, partsPitch);
    memory.fill(sums, 0, sumsEnd - sums);
    const end = images * (g + 1) / groups;
    for (let n = images * g / groups; n < end; n += together) {
      const many = min(together, end - n);
      let d = delta + <usize>n * deltaPitch;
      let seen = padded(x + <usize>n * xPitch);
      if (!straight) {
        for (let j = 0; j < outputs; j++) {
          memory.copy(deltas + <usize>j * rowLength, d + floats(j * positions), floats(positions));
        }
        for (let q = 0; q < quads; q++) {
          pack(patches + <usize>q * panel, 16, seen, starts + floats(4 * q));
        }
        d = deltas;
        seen = patches;
      }
      for (let i = 0; i < many; i++) {
        for (let j = 0; j < outputs; j++) {
          const bias = part + biases + floats(j);
          const row = d + <usize>i * deltaPitch + <usize>j * rowLength;
          f32.store(bias, f32.load(bias) + sumOf(row, row + rowLength));
        }
      }
      addGradients(sums, d, deltaPitch, rowLength, outputs, seen, xPitch, straight, firsts, firstsEnd, many);
    }
    storeGradients(part, sums, outputs);
  }
}

/** Bytes of the sums of all tiles. */
function gradientSums(outputs: i32): usize {
  const paired = rowsInPair(outputs);
  return <usize>((outputs - paired + 3) >> 2) * <usize>((inWindow + 1) >> 1) * 128
    + (paired ? <usize>((inWindow + 3) >> 2) * 128 : 0);
}

/** The offset of the number k of a window; of the last number for missing ones. */
// @ts-ignore: decorator
@inline function offsetOf(k: i32, straight: bool): usize {
  const last = min(k, inWindow - 1);
  return straight ? <usize>load<u32>(pixels + floats(last)) : <usize>last << 4;
}

/** Adds the contributions of `images` images to the sums of all tiles. */
function addGradients(
  sum: usize, delta: usize, deltaPitch: usize, rowLength: usize, outputs: i32, x: usize, xPitch: usize, straight: bool,
  firsts: usize, end: usize, images: i32,
): void {
  const paired = rowsInPair(outputs), tiled = outputs - paired;
  for (let j = 0; j < tiled; j += 4) {
    const row = delta + <usize>j * rowLength;
    for (let k = 0; k < inWindow; k += 2) {
      const o0 = offsetOf(k, straight), o1 = offsetOf(k + 1, straight);
      gradientTile(sum, row, deltaPitch, rowLength, tiled - j, x, xPitch, o0, o1, firsts, end, images);
      sum += 128;
    }
  }
  if (!paired) return;
  const row = delta + <usize>tiled * rowLength;
  for (let k = 0; k < inWindow; k += 4) {
    const o0 = offsetOf(k, straight), o1 = offsetOf(k + 1, straight);
    const o2 = offsetOf(k + 2, straight), o3 = offsetOf(k + 3, straight);
    gradientPair(sum, row, deltaPitch, rowLength, paired, x, xPitch, o0, o1, o2, o3, firsts, end, images);
    sum += 128;
  }
}

/** The sums of all tiles, each the sum of its lanes, as rows of A. */
function storeGradients(part: usize, sum: usize, outputs: i32): void {
  const tiled = outputs - rowsInPair(outputs);
  for (let j = 0; j < outputs; j += 4) {
    // A tile is four rows by two numbers, or two by four.
    const wide = j < tiled ? 2 : 4;
    const rows = min(8 / wide, outputs - j);
    for (let k = 0; k < inWindow; k += wide) {
      const many = min(wide, inWindow - k);
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < many; i++) {
          const entry = part + floats((j + r) * inWindow + k + i);
          f32.store(entry, <f32>laneSum(v128.load(sum + (<usize>(wide * r + i) << 4))));
        }
      }
      sum += 128;
    }
  }
}

/** The sum of a row, of whole vectors. */
// @ts-ignore: decorator
@inline function sumOf(row: usize, end: usize): f32 {
  let low = f32x4.splat(0), high = f32x4.splat(0);
  for (; row + 32 <= end; row += 32) {
    low = f32x4.add(low, v128.load(row));
    high = f32x4.add(high, v128.load(row, 16));
  }
  if (row < end) low = f32x4.add(low, v128.load(row));
  return <f32>laneSum(f32x4.add(low, high));
}

/**
 * The gradient of the convolved images x: below = Σ over the windows that contain a pixel, for from <= n < to; with
 * `mask` not 0 only where it is > 0. A tile's rows are a number of a window in several channels, so that the sums of one
 * pixel lie far apart in time: a load that overlaps the store before it waits for it.
 */
export function imageGradient(
  below: usize, belowPitch: usize, delta: usize, deltaPitch: usize, A: usize, mask: usize, outputs: i32,
  from: i32, to: i32,
): void {
  const tile = rest;
  const targets = tile + 128;
  const weights = targets + floats(up(inWindow, 4));
  const panel = weights + floats(up(inWindow, 4) * outputs);
  packNumbers(weights, targets, A, outputs);
  for (let n = from; n < to; n++) {
    memory.fill(image, 0, plane * channels);
    const source = delta + <usize>n * deltaPitch;
    for (let p = 0; p < positions; p += 8) {
      packWindows(panel, source + floats(p), outputs, min(8, positions - p));
      const start = starts + floats(p);
      const straight = inLine(start) && inLine(start + 16);
      const q0 = straight ? image + <usize>load<u32>(start) : 0, q1 = image + <usize>load<u32>(start, 16);
      let w = weights;
      for (let r = 0; r < inWindow; r += 4) {
        const rows = min(4, inWindow - r), to = targets + floats(r);
        backTile(tile, w, panel, outputs, q0, q1, to, rows);
        if (!straight) scatterTile(tile, image, start, to, rows);
        w += floats(4 * outputs);
      }
    }
    const offset = <usize>n * belowPitch;
    takeImage(below + offset, mask ? mask + offset : 0);
  }
}

/**
 * For each number of a window and each channel, in this order, the weights of all outputs, in panels of four rows with the
 * outputs outermost; and where it lies.
 */
function packNumbers(to: usize, target: usize, A: usize, outputs: i32): void {
  const area = kernel * kernel;
  for (let r = 0; r < inWindow; r++) {
    const number = (r % channels) * area + r / channels;
    store<u32>(target + floats(r), load<u32>(pixels + floats(number)));
    const panel = to + floats((r & -4) * outputs + (r & 3));
    for (let j = 0; j < outputs; j++) f32.store(panel + floats(4 * j), f32.load(A + floats(j * inWindow + number)));
  }
}

/** Up to eight windows of all channels, padded with zeros. */
function packWindows(to: usize, from: usize, outputs: i32, many: i32): void {
  for (let j = 0; j < outputs; j++) {
    if (many == 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else {
      for (let i = 0; i < 8; i++) f32.store(to + floats(i), i < many ? f32.load(from + floats(i)) : 0);
    }
    to += 32;
    from += floats(positions);
  }
}

/** The image without its padding, where the mask is > 0. */
function takeImage(to: usize, mask: usize): void {
  const zero = f32x4.splat(0);
  const wide = floats(width + 2 * padding), length = floats(width), whole = length & -16;
  for (let i = 0; i < channels; i++) {
    let from = image + plane * i + wide * padding + floats(padding);
    for (let r = 0; r < height; r++) {
      let at: usize = 0;
      for (; at < whole; at += 16) {
        const v = v128.load(from + at);
        v128.store(to + at, mask ? v128.and(v, f32x4.gt(v128.load(mask + at), zero)) : v);
      }
      for (; at < length; at += 4) {
        f32.store(to + at, mask == 0 || f32.load(mask + at) > 0 ? f32.load(from + at) : 0);
      }
      to += length;
      if (mask) mask += length;
      from += wide;
    }
  }
}
