/**
 * Arithmetic entry by entry. It is memory-bound, so one loop that branches on the operation is as fast as a loop for each.
 */

// As in ../elementwise.ts.
// @ts-ignore: decorator
@inline function combine(operation: i32, a: v128, b: v128): v128 {
  switch (operation) {
    case 0: return f32x4.add(a, b);
    case 1: return f32x4.sub(a, b);
    case 2: return f32x4.mul(a, b);
    case 3: return f32x4.div(a, b);
    case 4: return f32x4.max(a, b);
    case 5: return f32x4.min(a, b);
    case 6: return v128.and(f32x4.gt(a, b), f32x4.splat(1));
    case 7: return v128.and(f32x4.lt(a, b), f32x4.splat(1));
    default: return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  }
}

/** out = a ∘ b for `n` entries, written up to a multiple of 4; b moves on by `step` bytes every four entries, 16 or 0. */
export function elementwise(operation: i32, out: usize, a: usize, b: usize, step: usize, n: i32): void {
  const end = out + (<usize>n << 2);
  for (; out < end; out += 16) {
    v128.store(out, combine(operation, v128.load(a), v128.load(b)));
    a += 16;
    b += step;
  }
}
