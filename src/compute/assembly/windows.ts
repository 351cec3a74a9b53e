/**
 * Windows that slide over images: their positions and their pixels. `setWindows` is called before each operation on images,
 * and lays out the scratch memory.
 */
import { floats } from "./simd";

// As in ../windows.ts.
export let channels: i32 = 0;
export let height: i32 = 0;
export let width: i32 = 0;
export let kernel: i32 = 0;
export let stride: i32 = 0;
export let padding: i32 = 0;
export let rows: i32 = 0;
export let columns: i32 = 0;

/** Numbers in a window. */
export let inWindow: i32 = 0;
/** Windows on an image. */
export let positions: i32 = 0;
/** Windows, padded to a multiple of 8. */
export let positionsUp: i32 = 0;
/** Bytes of a channel of the image with its padding. */
export let plane: usize = 0;

/** For each number in a window, how many bytes after the window's first it lies in the padded image. */
export let pixels: usize = 0;
/** For each window, how many bytes after the image's first number it begins; padded with the last. */
export let starts: usize = 0;
/** Room for an image with its padding, which is zero. */
export let image: usize = 0;
/** The rest is used by the operation. */
export let rest: usize = 0;

export function setWindows(
  channelCount: i32, imageHeight: i32, imageWidth: i32, size: i32, apart: i32, around: i32, rowCount: i32,
  columnCount: i32, scratch: usize,
): void {
  channels = channelCount;
  height = imageHeight;
  width = imageWidth;
  kernel = size;
  stride = apart;
  padding = around;
  rows = rowCount;
  columns = columnCount;
  inWindow = channels * kernel * kernel;
  positions = rows * columns;
  positionsUp = (positions + 7) & ~7;
  const wide = width + 2 * padding;
  plane = floats((height + 2 * padding) * wide);
  pixels = scratch;
  starts = pixels + floats(inWindow);
  image = (starts + floats(positionsUp) + 63) & ~63;
  rest = (image + plane * channels + 16 + 63) & ~63;
  for (let i = 0, k = 0; i < channels; i++) {
    for (let u = 0; u < kernel; u++) {
      for (let v = 0; v < kernel; v++) store<u32>(pixels + floats(k++), <u32>(plane * i) + <u32>floats(u * wide + v));
    }
  }
  for (let p = 0; p < positionsUp; p++) {
    const last = min(p, positions - 1);
    store<u32>(starts + floats(p), <u32>floats((last / columns) * stride * wide + (last % columns) * stride));
  }
  if (padding > 0) memory.fill(image, 0, plane * channels);
}

/** The image at x with its padding. */
export function padded(x: usize): usize {
  if (padding == 0) return x;
  const wide = floats(width + 2 * padding);
  for (let i = 0; i < channels; i++) {
    let to = image + plane * i + wide * padding + floats(padding);
    for (let r = 0; r < height; r++) {
      memory.copy(to, x, floats(width));
      to += wide;
      x += floats(width);
    }
  }
  return image;
}

/** Whether four windows are one pixel apart, so that their pixels are contiguous. */
// @ts-ignore: decorator
@inline export function inLine(start: usize): bool {
  return load<u32>(start, 12) - load<u32>(start) == 12 && load<u32>(start, 4) - load<u32>(start) == 4;
}

/** Packs the pixels of four windows: four for each number in a window, `step` bytes apart at `to`. */
export function pack(to: usize, step: usize, from: usize, start: usize): void {
  const end = pixels + floats(inWindow);
  const w0 = from + load<u32>(start);
  if (inLine(start)) {
    for (let k = pixels; k < end; k += 4) {
      v128.store(to, v128.load(w0 + load<u32>(k)));
      to += step;
    }
    return;
  }
  const w1 = from + load<u32>(start, 4), w2 = from + load<u32>(start, 8), w3 = from + load<u32>(start, 12);
  for (let k = pixels; k < end; k += 4) {
    const pixel = load<u32>(k);
    f32.store(to, f32.load(w0 + pixel));
    f32.store(to, f32.load(w1 + pixel), 4);
    f32.store(to, f32.load(w2 + pixel), 8);
    f32.store(to, f32.load(w3 + pixel), 12);
    to += step;
  }
}
