/**
 * Shared by all kernels. A matrix is stored row by row, each row padded with zeros to a multiple of 16 floats (its pitch)
 * and the number of rows to a multiple of 16 too, so that no kernel has to handle a partial vector or tile.
 */

// @ts-ignore: decorator
@inline export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

/** The sum of four float32 lanes, in float64. */
// @ts-ignore: decorator
@inline export function laneSum(v: v128): f64 {
  const halves = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
  return f64x2.extract_lane(halves, 0) + f64x2.extract_lane(halves, 1);
}

/** Bytes of `n` floats. */
// @ts-ignore: decorator
@inline export function floats(n: i32): usize {
  return <usize>n << 2;
}

/** The position of sample r of a batch: rows[r], or r if `rows` is 0. */
// @ts-ignore: decorator
@inline export function rowOf(rows: usize, r: i32): usize {
  return <usize>(rows ? load<i32>(rows + floats(r)) : r);
}
