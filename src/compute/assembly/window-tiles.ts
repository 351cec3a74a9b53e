/**
 * The tiles of convolutions: a few rows of weights or of delta times the patches of some windows, in eight sums that stay in
 * registers. Patches are read in place, four adjacent windows at a time, at `offsets` (or `firsts`). If windows are not
 * adjacent, they are packed first, and the same tiles read the pack.
 *
 * Two-row tiles handle the remainder: six rows are four and two, which takes three quarters of the time of eight.
 */
import { floats, madd } from "./simd";

/** v + b, or with `relu` the larger of that and 0. */
// @ts-ignore: decorator
@inline function finished(v: v128, b: usize, relu: bool): v128 {
  // 0 + makes 0 of −0, which a product that underflows can be.
  const sum = f32x4.add(f32x4.add(f32x4.splat(0), v), v128.load32_splat(b));
  return relu ? f32x4.max(sum, f32x4.splat(0)) : sum;
}

/** The first `many` of four floats. */
// @ts-ignore: decorator
@inline function storeSome(to: usize, v: v128, many: i32): void {
  if (many >= 4) {
    v128.store(to, v);
    return;
  }
  if (many > 0) f32.store(to, f32x4.extract_lane(v, 0));
  if (many > 1) f32.store(to, f32x4.extract_lane(v, 1), 4);
  if (many > 2) f32.store(to, f32x4.extract_lane(v, 2), 8);
}

/**
 * For up to four rows of weights at `w`, packed with the inner index outermost, and up to eight windows at q0 and q1:
 * to[row][window] = b[row] + Σ_k w[k][row] · what the window sees at offsets[k], or the larger of that and 0.
 */
export function forwardTile(
  to: usize, pitch: usize, w: usize, q0: usize, q1: usize, offsets: usize, end: usize, b: usize, rows: i32, many: i32,
  relu: bool,
): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  do {
    const offset = <usize>load<u32>(offsets);
    const x0 = v128.load(q0 + offset), x1 = v128.load(q1 + offset);
    const w0 = v128.load32_splat(w);
    c00 = madd(w0, x0, c00); c01 = madd(w0, x1, c01);
    const w1 = v128.load32_splat(w, 4);
    c10 = madd(w1, x0, c10); c11 = madd(w1, x1, c11);
    const w2 = v128.load32_splat(w, 8);
    c20 = madd(w2, x0, c20); c21 = madd(w2, x1, c21);
    const w3 = v128.load32_splat(w, 12);
    c30 = madd(w3, x0, c30); c31 = madd(w3, x1, c31);
    w += 16;
    offsets += 4;
  } while (offsets < end);
  storeSome(to, finished(c00, b, relu), many);
  storeSome(to + 16, finished(c01, b, relu), many - 4);
  to += pitch;
  storeSome(to, finished(c10, b + 4, relu), many);
  storeSome(to + 16, finished(c11, b + 4, relu), many - 4);
  to += pitch;
  storeSome(to, finished(c20, b + 8, relu), many);
  storeSome(to + 16, finished(c21, b + 8, relu), many - 4);
  if (rows < 4) return;
  to += pitch;
  storeSome(to, finished(c30, b + 12, relu), many);
  storeSome(to + 16, finished(c31, b + 12, relu), many - 4);
}

/** The same for one or two rows and up to sixteen windows. */
export function forwardPair(
  to: usize, pitch: usize, w: usize, q0: usize, q1: usize, q2: usize, q3: usize, offsets: usize, end: usize, b: usize,
  rows: i32, many: i32, relu: bool,
): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c02 = zero, c03 = zero, c10 = zero, c11 = zero, c12 = zero, c13 = zero;
  do {
    const offset = <usize>load<u32>(offsets);
    const w0 = v128.load32_splat(w), w1 = v128.load32_splat(w, 4);
    const x0 = v128.load(q0 + offset);
    c00 = madd(w0, x0, c00); c10 = madd(w1, x0, c10);
    const x1 = v128.load(q1 + offset);
    c01 = madd(w0, x1, c01); c11 = madd(w1, x1, c11);
    const x2 = v128.load(q2 + offset);
    c02 = madd(w0, x2, c02); c12 = madd(w1, x2, c12);
    const x3 = v128.load(q3 + offset);
    c03 = madd(w0, x3, c03); c13 = madd(w1, x3, c13);
    w += 8;
    offsets += 4;
  } while (offsets < end);
  storeSome(to, finished(c00, b, relu), many);
  storeSome(to + 16, finished(c01, b, relu), many - 4);
  storeSome(to + 32, finished(c02, b, relu), many - 8);
  storeSome(to + 48, finished(c03, b, relu), many - 12);
  if (rows < 2) return;
  to += pitch;
  storeSome(to, finished(c10, b + 4, relu), many);
  storeSome(to + 16, finished(c11, b + 4, relu), many - 4);
  storeSome(to + 32, finished(c12, b + 4, relu), many - 8);
  storeSome(to + 48, finished(c13, b + 4, relu), many - 12);
}

/**
 * sums (4 × 2 vectors) += four rows of delta times what all windows see at o0 and o1, for `images` images; four windows
 * begin at each of `firsts`, in the vectors' lanes. With three rows the fourth is the third again.
 */
export function gradientTile(
  sums: usize, d: usize, dPitch: usize, rowLength: usize, rows: i32, x: usize, xPitch: usize, o0: usize, o1: usize,
  firsts: usize, end: usize, images: i32,
): void {
  let s00 = v128.load(sums), s01 = v128.load(sums, 16), s10 = v128.load(sums, 32), s11 = v128.load(sums, 48);
  let s20 = v128.load(sums, 64), s21 = v128.load(sums, 80), s30 = v128.load(sums, 96), s31 = v128.load(sums, 112);
  const second = rowLength, third = second + rowLength, fourth = rows > 3 ? third + rowLength : third;
  for (; images > 0; images--) {
    let at = firsts, row = d;
    do {
      const q = x + <usize>load<u32>(at);
      const x0 = v128.load(q + o0), x1 = v128.load(q + o1);
      const d0 = v128.load(row);
      s00 = madd(d0, x0, s00); s01 = madd(d0, x1, s01);
      const d1 = v128.load(row + second);
      s10 = madd(d1, x0, s10); s11 = madd(d1, x1, s11);
      const d2 = v128.load(row + third);
      s20 = madd(d2, x0, s20); s21 = madd(d2, x1, s21);
      const d3 = v128.load(row + fourth);
      s30 = madd(d3, x0, s30); s31 = madd(d3, x1, s31);
      at += 4;
      row += 16;
    } while (at < end);
    d += dPitch;
    x += xPitch;
  }
  v128.store(sums, s00); v128.store(sums, s01, 16); v128.store(sums, s10, 32); v128.store(sums, s11, 48);
  v128.store(sums, s20, 64); v128.store(sums, s21, 80); v128.store(sums, s30, 96); v128.store(sums, s31, 112);
}

/** The same for one or two rows, and what windows see at four offsets. */
export function gradientPair(
  sums: usize, d: usize, dPitch: usize, rowLength: usize, rows: i32, x: usize, xPitch: usize, o0: usize, o1: usize,
  o2: usize, o3: usize, firsts: usize, end: usize, images: i32,
): void {
  let s00 = v128.load(sums), s01 = v128.load(sums, 16), s02 = v128.load(sums, 32), s03 = v128.load(sums, 48);
  let s10 = v128.load(sums, 64), s11 = v128.load(sums, 80), s12 = v128.load(sums, 96), s13 = v128.load(sums, 112);
  const second = rows > 1 ? rowLength : 0;
  for (; images > 0; images--) {
    let at = firsts, row = d;
    do {
      const q = x + <usize>load<u32>(at);
      const d0 = v128.load(row), d1 = v128.load(row + second);
      const x0 = v128.load(q + o0);
      s00 = madd(d0, x0, s00); s10 = madd(d1, x0, s10);
      const x1 = v128.load(q + o1);
      s01 = madd(d0, x1, s01); s11 = madd(d1, x1, s11);
      const x2 = v128.load(q + o2);
      s02 = madd(d0, x2, s02); s12 = madd(d1, x2, s12);
      const x3 = v128.load(q + o3);
      s03 = madd(d0, x3, s03); s13 = madd(d1, x3, s13);
      at += 4;
      row += 16;
    } while (at < end);
    d += dPitch;
    x += xPitch;
  }
  v128.store(sums, s00); v128.store(sums, s01, 16); v128.store(sums, s02, 32); v128.store(sums, s03, 48);
  v128.store(sums, s10, 64); v128.store(sums, s11, 80); v128.store(sums, s12, 96); v128.store(sums, s13, 112);
}

/**
 * For up to four rows of weights, times delta of eight windows for `depth` outputs: what each row gives is added to the
 * pixels at q0 and q1 + targets[row]; or, where windows do not follow each other (q0 is 0), left in `tile`.
 */
export function backTile(
  tile: usize, w: usize, panel: usize, depth: i32, q0: usize, q1: usize, targets: usize, rows: i32,
): void {
  const zero = f32x4.splat(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  const end = w + (<usize>depth << 4);
  do {
    const b0 = v128.load(panel), b1 = v128.load(panel, 16);
    const a0 = v128.load32_splat(w);
    c00 = madd(a0, b0, c00); c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(w, 4);
    c10 = madd(a1, b0, c10); c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(w, 8);
    c20 = madd(a2, b0, c20); c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(w, 12);
    c30 = madd(a3, b0, c30); c31 = madd(a3, b1, c31);
    w += 16;
    panel += 32;
  } while (w < end);
  if (!q0) {
    v128.store(tile, c00); v128.store(tile, c01, 16); v128.store(tile, c10, 32); v128.store(tile, c11, 48);
    v128.store(tile, c20, 64); v128.store(tile, c21, 80); v128.store(tile, c30, 96); v128.store(tile, c31, 112);
    return;
  }
  addTo(q0, q1, targets, c00, c01);
  if (rows > 1) addTo(q0, q1, targets + 4, c10, c11);
  if (rows > 2) addTo(q0, q1, targets + 8, c20, c21);
  if (rows > 3) addTo(q0, q1, targets + 12, c30, c31);
}

// @ts-ignore: decorator
@inline function addTo(q0: usize, q1: usize, target: usize, low: v128, high: v128): void {
  const offset = <usize>load<u32>(target);
  v128.store(q0 + offset, f32x4.add(v128.load(q0 + offset), low));
  v128.store(q1 + offset, f32x4.add(v128.load(q1 + offset), high));
}

/** The same for windows that begin anywhere: the tile's rows, to the pixels where its eight windows begin. */
export function scatterTile(tile: usize, image: usize, starts: usize, targets: usize, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    const pixel = image + <usize>load<u32>(targets + floats(r));
    for (let i: usize = 0; i < 32; i += 4) {
      const at = pixel + <usize>load<u32>(starts + i);
      f32.store(at, f32.load(at) + f32.load(tile + i));
    }
    tile += 32;
  }
}
