/**
 * Products of dense matrices, on packed operands: the left one in panels of 4 rows, the right one in panels of 8
 * columns, both with the inner index outermost. A 4 × 8 tile of the result then lives in 8 vector registers. Measured
 * on one core, in GFLOP/s: 4 × 8 53, 3 × 12 52, 2 × 16 50, but 5 × 8 23, 6 × 8 27, and any of them unrolled by two at
 * most 34: V8 issues all loads of a loop body before its arithmetic, so the tile and everything loaded in one iteration must
 * fit in the 15 registers.
 *
 * The order of the sums is that of ../order.ts.
 */
import { floats, madd } from "./simd";
import { apply } from "./update";

// @ts-ignore: decorator
@inline const ROWS: i32 = 4;
// @ts-ignore: decorator
@inline const COLUMNS: i32 = 8;
// The packed block: 1 MB; a panel of its columns (12 kB) stays in the first-level cache. At 1024³ 512 × 512 is as
// fast, 256 × 1024 takes 2 % longer.
// @ts-ignore: decorator
@inline const BLOCK_ROWS: i32 = 680;
// As in ../order.ts.
// @ts-ignore: decorator
@inline const DEEPEST: i32 = 384;

/** The length of a chain of products; as in ../order.ts. */
export function panelDepth(depth: i32): i32 {
  const panels = (depth + DEEPEST - 1) / DEEPEST;
  return ((depth + panels - 1) / panels + 15) & -16;
}

/** Four rows of four floats, `pitch` bytes apart, turned into columns at `to`, `step` bytes apart. */
// @ts-ignore: decorator
@inline function transpose(to: usize, step: usize, from: usize, pitch: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + pitch);
  const r2 = v128.load(from + 2 * pitch), r3 = v128.load(from + 3 * pitch);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to + step, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(to + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(to + 3 * step, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** `count` lines of the inner index, each of `width` entries, `width` 4 or 8: packed[k][0 … width). */
// @ts-ignore: decorator
@inline function pack(to: usize, from: usize, pitch: usize, inner: bool, width: i32, depth: i32): void {
  const step = floats(width);
  if (inner) {
    // The inner index runs along the rows of the source: 4 × 4 blocks are transposed.
    for (let k = 0; k < depth; k += 4) {
      for (let w = 0; w < width; w += 4) {
        transpose(to + <usize>k * step + floats(w), step, from + <usize>w * pitch + floats(k), pitch);
      }
    }
  } else {
    for (let k = 0; k < depth; k++) {
      v128.store(to, v128.load(from));
      if (width == COLUMNS) v128.store(to, v128.load(from, 16), 16);
      to += step;
      from += pitch;
    }
  }
}

/**
 * c (4 × 8) = 0 + panel a · panel b, or with `add` c + that, added after the product is complete; the inner index runs over
 * at least one step.
 */
export function multiplyTile(c: usize, pitch: usize, a: usize, b: usize, depth: i32, add: bool): void {
  const zero = f32x4.splat(0);
  const c1 = c + pitch, c2 = c1 + pitch, c3 = c2 + pitch;
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  const end = b + (<usize>depth << 5);
  do {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00); c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10); c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20); c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30); c31 = madd(a3, b1, c31);
    a += 16;
    b += 32;
  } while (b < end);
  if (add) {
    storeRow(c, f32x4.add(v128.load(c), c00), f32x4.add(v128.load(c, 16), c01));
    storeRow(c1, f32x4.add(v128.load(c1), c10), f32x4.add(v128.load(c1, 16), c11));
    storeRow(c2, f32x4.add(v128.load(c2), c20), f32x4.add(v128.load(c2, 16), c21));
    storeRow(c3, f32x4.add(v128.load(c3), c30), f32x4.add(v128.load(c3, 16), c31));
  } else {
    // 0 + turns −0, the result of an underflow, into 0.
    storeRow(c, f32x4.add(zero, c00), f32x4.add(zero, c01));
    storeRow(c1, f32x4.add(zero, c10), f32x4.add(zero, c11));
    storeRow(c2, f32x4.add(zero, c20), f32x4.add(zero, c21));
    storeRow(c3, f32x4.add(zero, c30), f32x4.add(zero, c31));
  }
}

/** Eight floats. */
// @ts-ignore: decorator
@inline function storeRow(at: usize, low: v128, high: v128): void {
  v128.store(at, low);
  v128.store(at, high, 16);
}

/** How an entry v of a product is stored. */
// @ts-ignore: decorator
@inline const STORE: i32 = 0; // c[i, j] = v
// @ts-ignore: decorator
@inline const BIAS: i32 = 1; // c[i, j] = v + extra[j]
// @ts-ignore: decorator
@inline const BIAS_RELU: i32 = 2; // c[i, j] = max(v + extra[j], 0)
// @ts-ignore: decorator
@inline const MASK: i32 = 3; // c[i, j] = v where extra[i, j] > 0, else 0
// @ts-ignore: decorator
@inline const UPDATE: i32 = 4; // extra[i, j] is a parameter with the gradient v

/**
 * c(i, j) = finish(Σ_k a(i, k) b(k, j)) for i < m and from <= j < to (multiples of 8), or with `add` on top of
 * c(i, j); c and a matrix `extra` have the same pitch. The inner index of a runs along its rows, or with
 * `aTransposed` down its columns; that of b down its columns, or with `bTransposed` along its rows. Pitches are bytes;
 * where an inner index runs along rows, depth is a multiple of 4. `scratch` holds (BLOCK_ROWS + 8) * DEEPEST + 32
 * floats of this thread's own.
 */
export function multiply(
  c: usize, cPitch: usize, a: usize, aPitch: usize, aTransposed: bool, b: usize, bPitch: usize, bTransposed: bool,
  m: i32, depth: i32, from: i32, to: i32, scratch: usize, finish: i32, extra: usize, add: bool,
): void {
  const step = panelDepth(depth);
  const packed = scratch;
  const panel = packed + floats(BLOCK_ROWS * DEEPEST);
  const tile = panel + floats(COLUMNS * DEEPEST);
  for (let k = 0; k < depth; k += step) {
    const inner = min(step, depth - k);
    const last = k + inner == depth;
    const blockFinish = last ? finish : STORE;
    const onTop = add || k > 0;
    for (let i = 0; i < m; i += BLOCK_ROWS) {
      const rows = min(BLOCK_ROWS, m - i);
      for (let r = 0; r < rows; r += ROWS) {
        const at = aTransposed
          ? a + <usize>k * aPitch + floats(i + r)
          : a + <usize>(i + r) * aPitch + floats(k);
        pack(packed + floats(r * inner), at, aPitch, !aTransposed, ROWS, inner);
      }
      for (let j = from; j < to; j += COLUMNS) {
        const at = bTransposed ? b + <usize>j * bPitch + floats(k) : b + <usize>k * bPitch + floats(j);
        pack(panel, at, bPitch, bTransposed, COLUMNS, inner);
        for (let r = 0; r < rows; r += ROWS) {
          const offset = <usize>(i + r) * cPitch + floats(j);
          const height = min(ROWS, rows - r);
          // A whole tile that is stored unchanged is written directly.
          if (blockFinish == STORE && height == ROWS) {
            multiplyTile(c + offset, cPitch, packed + floats(r * inner), panel, inner, onTop);
            continue;
          }
          multiplyTile(tile, 32, packed + floats(r * inner), panel, inner, false);
          const other = extra + (blockFinish < MASK ? floats(j) : offset);
          // A product with few rows must not write the rows below, which may belong to other data.
          storeTile(c + offset, cPitch, tile, onTop, other, blockFinish, height);
        }
      }
    }
  }
}

/** Stores a tile with its finish, or with `add` the sum of c and the tile. */
function storeTile(c: usize, pitch: usize, tile: usize, add: bool, extra: usize, finish: i32, height: i32): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < height; r++) {
    let v0 = v128.load(tile), v1 = v128.load(tile, 16);
    if (add) {
      v0 = f32x4.add(v128.load(c), v0);
      v1 = f32x4.add(v128.load(c, 16), v1);
    }
    if (finish == MASK) {
      v0 = v128.and(v0, f32x4.gt(v128.load(extra), zero));
      v1 = v128.and(v1, f32x4.gt(v128.load(extra, 16), zero));
    } else if (finish == BIAS || finish == BIAS_RELU) {
      v0 = f32x4.add(v0, v128.load(extra));
      v1 = f32x4.add(v1, v128.load(extra, 16));
      if (finish == BIAS_RELU) {
        // pmax(zero, v) is v where zero < v, else zero, so NaN would become 0: max keeps it.
        v0 = f32x4.max(v0, zero);
        v1 = f32x4.max(v1, zero);
      }
    }
    if (finish == UPDATE) {
      apply(extra, v0);
      apply(extra + 16, v1);
    } else {
      storeRow(c, v0, v1);
    }
    if (finish >= MASK) extra += pitch;
    tile += 32;
    c += pitch;
  }
}
