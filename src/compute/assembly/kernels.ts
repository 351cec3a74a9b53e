/**
 * The float32 kernels, in AssemblyScript, for WebAssembly with 128-bit SIMD. Each has a scalar twin of the same
 * name in ../scalar.ts, which says what it computes; here is only how.
 *
 * Matrix products run on packed operands: the left one in panels of 4 rows, the right one in panels of 8 columns, both
 * with the inner index outermost and filled up with zeros. A 4 × 8 tile of the result then lives in 8 vector
 * registers. Measured on one core, in GFLOP/s: 4 × 8 53, 3 × 12 52, 2 × 16 50, but 5 × 8 23, 6 × 8 27, and any of them
 * unrolled by two at most 34: V8 issues all loads of a loop's body before its arithmetic, so what counts
 * against the 15 registers is the tile and all that is loaded in one round. With relaxed SIMD a multiply and an
 * add are one instruction; which build runs is chosen in ../wasm.ts.
 */

// @ts-ignore: decorator
@inline const ROWS: i32 = 4;
// @ts-ignore: decorator
@inline const COLUMNS: i32 = 8;

// What is packed at once: 1 MB, of which the panel of columns (32 kB) stays in the first cache.
// @ts-ignore: decorator
@inline const BLOCK_ROWS: i32 = 256;
// @ts-ignore: decorator
@inline const BLOCK_DEPTH: i32 = 1024;

// @ts-ignore: decorator
@inline function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

/** Panels of 4 rows of the matrix a(i, k) = a[i * rowStride + k * columnStride], m × depth. */
function packRows(to: usize, a: usize, rowStride: i32, columnStride: i32, m: i32, depth: i32): void {
  const rs = <usize>rowStride << 2;
  const cs = <usize>columnStride << 2;
  for (let i = 0; i < m; i += ROWS) {
    const row = a + <usize>i * rs;
    if (i + ROWS <= m) {
      for (let k: usize = 0; k < <usize>depth; k++) {
        const at = row + k * cs;
        f32.store(to, f32.load(at));
        f32.store(to, f32.load(at + rs), 4);
        f32.store(to, f32.load(at + 2 * rs), 8);
        f32.store(to, f32.load(at + 3 * rs), 12);
        to += 16;
      }
    } else {
      for (let k: usize = 0; k < <usize>depth; k++) {
        for (let r = 0; r < ROWS; r++) {
          f32.store(to, i + r < m ? f32.load(row + <usize>r * rs + k * cs) : 0);
          to += 4;
        }
      }
    }
  }
}

/** The panel of the 8 columns from j of the matrix b(k, j) = b[k * rowStride + j * columnStride], depth × n. */
function packColumns(to: usize, b: usize, rowStride: i32, columnStride: i32, depth: i32, n: i32, j: i32): void {
  const rs = <usize>rowStride << 2;
  const cs = <usize>columnStride << 2;
  let at = b + <usize>j * cs;
  if (j + COLUMNS <= n) {
    if (columnStride == 1) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(at));
        v128.store(to, v128.load(at, 16), 16);
        at += rs;
        to += 32;
      }
    } else {
      for (let k = 0; k < depth; k++) {
        f32.store(to, f32.load(at));
        f32.store(to, f32.load(at + cs), 4);
        f32.store(to, f32.load(at + 2 * cs), 8);
        f32.store(to, f32.load(at + 3 * cs), 12);
        f32.store(to, f32.load(at + 4 * cs), 16);
        f32.store(to, f32.load(at + 5 * cs), 20);
        f32.store(to, f32.load(at + 6 * cs), 24);
        f32.store(to, f32.load(at + 7 * cs), 28);
        at += rs;
        to += 32;
      }
    }
  } else {
    for (let k = 0; k < depth; k++) {
      for (let c = 0; c < COLUMNS; c++) {
        f32.store(to, j + c < n ? f32.load(at + <usize>c * cs) : 0);
        to += 4;
      }
      at += rs;
    }
  }
}

/** tile (4 × 8) += panel a · panel b over the inner index, which runs over at least one step. */
function multiplyTile(tile: usize, a: usize, b: usize, depth: i32): void {
  let c00 = v128.load(tile), c01 = v128.load(tile, 16);
  let c10 = v128.load(tile, 32), c11 = v128.load(tile, 48);
  let c20 = v128.load(tile, 64), c21 = v128.load(tile, 80);
  let c30 = v128.load(tile, 96), c31 = v128.load(tile, 112);
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
  v128.store(tile, c00); v128.store(tile, c01, 16);
  v128.store(tile, c10, 32); v128.store(tile, c11, 48);
  v128.store(tile, c20, 64); v128.store(tile, c21, 80);
  v128.store(tile, c30, 96); v128.store(tile, c31, 112);
}

/** What becomes of an entry before it is stored. */
// @ts-ignore: decorator
@inline const PLAIN: i32 = 0; // v
// @ts-ignore: decorator
@inline const BIAS: i32 = 1; // v + extra[j]
// @ts-ignore: decorator
@inline const BIAS_RELU: i32 = 2; // max(v + extra[j], 0)
// @ts-ignore: decorator
@inline const MASK: i32 = 3; // v where extra[i, j] > 0, else 0

/**
 * c(i, j) = finish(Σ_k a(i, k) b(k, j)) for all rows i < m and the columns from <= j < to, or with `add` the sum is
 * added to c(i, j) before; c and a mask are row-major with n columns. Operands of any size are packed in blocks that
 * fit a cache: `scratch` holds (BLOCK_ROWS + 8) * BLOCK_DEPTH + 32 floats of this thread's own.
 */
export function multiply(
  c: usize, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  m: i32, n: i32, depth: i32, from: i32, to: i32, scratch: usize, extra: usize, finish: i32, add: bool,
): void {
  for (let k = 0; k < depth; k += BLOCK_DEPTH) {
    const inner = min(BLOCK_DEPTH, depth - k);
    const last = k + inner == depth;
    for (let i = 0; i < m; i += BLOCK_ROWS) {
      const rows = min(BLOCK_ROWS, m - i);
      const offset = <usize>i * <usize>n << 2;
      multiplyBlock(
        c + offset, a + (<usize>i * <usize>aRow + <usize>k * <usize>aColumn << 2), aRow, aColumn,
        b + (<usize>k * <usize>bRow << 2), bRow, bColumn, rows, n, inner, from, to, scratch,
        last && finish == MASK ? extra + offset : extra, last ? finish : PLAIN, add || k > 0,
      );
    }
  }
}

function multiplyBlock(
  c: usize, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  m: i32, n: i32, depth: i32, from: i32, to: i32, scratch: usize, extra: usize, finish: i32, add: bool,
): void {
  if (from >= to) return;
  const panels = (m + ROWS - 1) / ROWS;
  const panelBytes = <usize>(ROWS * depth) << 2;
  const packed = scratch;
  const columns = packed + <usize>panels * panelBytes;
  const tile = columns + (<usize>(COLUMNS * depth) << 2);
  packRows(packed, a, aRow, aColumn, m, depth);
  for (let j = from; j < to; j += COLUMNS) {
    packColumns(columns, b, bRow, bColumn, depth, n, j);
    const width = min(COLUMNS, n - j);
    for (let i = 0; i < m; i += ROWS) {
      const height = min(ROWS, m - i);
      if (add) loadTile(tile, c, i, j, n, height, width);
      else memory.fill(tile, 0, (ROWS * COLUMNS) << 2);
      multiplyTile(tile, packed + <usize>(i / ROWS) * panelBytes, columns, depth);
      if (width == COLUMNS) storeWide(c, tile, i, j, n, height, extra, finish);
      else storeNarrow(c, tile, i, j, n, height, width, extra, finish);
    }
  }
}

/** What c holds, as a tile; entries outside of c do not matter. */
function loadTile(tile: usize, c: usize, i: i32, j: i32, n: i32, height: i32, width: i32): void {
  for (let r = 0; r < height; r++) {
    const at = c + (<usize>((i + r) * n + j) << 2);
    for (let q = 0; q < width; q++) f32.store(tile + (<usize>q << 2), f32.load(at + (<usize>q << 2)));
    tile += 32;
  }
}

function storeWide(c: usize, tile: usize, i: i32, j: i32, n: i32, height: i32, extra: usize, finish: i32): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < height; r++) {
    let v0 = v128.load(tile), v1 = v128.load(tile, 16);
    const at = <usize>((i + r) * n + j) << 2;
    if (finish == MASK) {
      v0 = v128.and(v0, f32x4.gt(v128.load(extra + at), zero));
      v1 = v128.and(v1, f32x4.gt(v128.load(extra + at, 16), zero));
    } else if (finish != PLAIN) {
      const bias = extra + (<usize>j << 2);
      v0 = f32x4.add(v0, v128.load(bias));
      v1 = f32x4.add(v1, v128.load(bias, 16));
      if (finish == BIAS_RELU) {
        // pmax(zero, v) is v where zero < v, else zero, so NaN would become 0: max keeps it.
        v0 = f32x4.max(v0, zero);
        v1 = f32x4.max(v1, zero);
      }
    }
    v128.store(c + at, v0);
    v128.store(c + at, v1, 16);
    tile += 32;
  }
}

function storeNarrow(
  c: usize, tile: usize, i: i32, j: i32, n: i32, height: i32, width: i32, extra: usize, finish: i32,
): void {
  for (let r = 0; r < height; r++) {
    for (let q = 0; q < width; q++) {
      let v = f32.load(tile + (<usize>q << 2));
      const at = <usize>((i + r) * n + j + q) << 2;
      if (finish == MASK) {
        if (!(f32.load(extra + at) > 0)) v = 0;
      } else if (finish != PLAIN) {
        v += f32.load(extra + (<usize>(j + q) << 2));
        if (finish == BIAS_RELU) v = max<f32>(v, 0);
      }
      f32.store(c + at, v);
    }
    tile += 32;
  }
}

/** out[j] = Σ_i a[i, j] for from <= j < to, in the order of i; with `add`, out[j] comes first. */
export function columnSums(out: usize, a: usize, m: i32, n: i32, from: i32, to: i32, add: bool): void {
  for (let j = from; j < to; j++) {
    let sum: f32 = add ? f32.load(out + (<usize>j << 2)) : 0;
    for (let i = 0; i < m; i++) sum += f32.load(a + (<usize>(i * n + j) << 2));
    f32.store(out + (<usize>j << 2), sum);
  }
}

/** Rows of bytes, times scale, as float32: out[r, j] = x[rows[r], j] * scale for from <= r < to. */
export function gatherBytes(out: usize, x: usize, rows: usize, width: i32, scale: f32, from: i32, to: i32): void {
  const factor = f32x4.splat(scale);
  for (let r = from; r < to; r++) {
    const source = x + <usize>load<u32>(rows + (<usize>r << 2)) * <usize>width;
    const target = out + (<usize>(r * width) << 2);
    let j = 0;
    for (; j + 4 <= width; j += 4) {
      const wide = v128.extend_low<u16>(v128.extend_low<u8>(v128.load32_zero(source + <usize>j)));
      v128.store(target + (<usize>j << 2), f32x4.mul(f32x4.convert_i32x4_u(wide), factor));
    }
    for (; j < width; j++) f32.store(target + (<usize>j << 2), <f32>load<u8>(source + <usize>j) * scale);
  }
}

/** Rows of float32, times scale. */
export function gatherFloats(out: usize, x: usize, rows: usize, width: i32, scale: f32, from: i32, to: i32): void {
  for (let r = from; r < to; r++) {
    const source = x + ((<usize>load<u32>(rows + (<usize>r << 2)) * <usize>width) << 2);
    const target = out + (<usize>(r * width) << 2);
    for (let j = 0; j < width; j++) {
      const at = <usize>j << 2;
      f32.store(target + at, f32.load(source + at) * scale);
    }
  }
}

/** Σ g² for from <= i < to, in four running sums of float64. */
export function sumOfSquares(g: usize, from: i32, to: i32): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0);
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const v = v128.load(g + (<usize>i << 2));
    const low = f64x2.promote_low_f32x4(v);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
    s0 = f64x2.add(s0, f64x2.mul(low, low));
    s1 = f64x2.add(s1, f64x2.mul(high, high));
  }
  let rest: f64 = 0;
  for (; i < to; i++) {
    const v = <f64>f32.load(g + (<usize>i << 2));
    rest += v * v;
  }
  return (
    f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1) +
    (f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1)) + rest
  );
}

/** theta -= eta * g for from <= i < to. */
export function descend(theta: usize, g: usize, eta: f32, from: i32, to: i32): void {
  const step = f32x4.splat(eta);
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const at = <usize>i << 2;
    v128.store(theta + at, f32x4.sub(v128.load(theta + at), f32x4.mul(step, v128.load(g + at))));
  }
  for (; i < to; i++) {
    const at = <usize>i << 2;
    f32.store(theta + at, f32.load(theta + at) - eta * f32.load(g + at));
  }
}

/**
 * c += g², theta -= eta * g / (sqrt(c) + epsilon) for from <= i < to, where the divisor is not 0; returns the sum of c
 * in two running sums of float64.
 */
export function descendAdagrad(
  theta: usize, g: usize, c: usize, eta: f32, epsilon: f32, from: i32, to: i32,
): f64 {
  const step = f32x4.splat(eta), small = f32x4.splat(epsilon), zero = f32x4.splat(0);
  let sums = f64x2.splat(0);
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const at = <usize>i << 2;
    const gradient = v128.load(g + at);
    const sum = f32x4.add(v128.load(c + at), f32x4.mul(gradient, gradient));
    v128.store(c + at, sum);
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(sum));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.shuffle<i64>(sum, sum, 1, 1)));
    const divisor = f32x4.add(f32x4.sqrt(sum), small);
    const size = f32x4.div(f32x4.mul(step, gradient), divisor);
    // 0 / 0 is NaN, and must be 0; any other NaN stays.
    v128.store(theta + at, f32x4.sub(v128.load(theta + at), v128.andnot(size, f32x4.eq(divisor, zero))));
  }
  let rest: f64 = 0;
  for (; i < to; i++) {
    const at = <usize>i << 2;
    const gradient = f32.load(g + at);
    const sum = f32.load(c + at) + gradient * gradient;
    f32.store(c + at, sum);
    rest += sum;
    const divisor = sqrt<f32>(sum) + epsilon;
    if (divisor != 0) f32.store(theta + at, f32.load(theta + at) - eta * gradient / divisor);
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest;
}
