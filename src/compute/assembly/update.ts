/**
 * Update rules: how a gradient moves parameters. Products pass their result four entries at a time while it is in a
 * register, which saves writing and rereading the gradient.
 *
 * A rule's state for a parameter is stored at fixed distances from the parameter.
 */
import { floats, madd } from "./simd";

// @ts-ignore: decorator
@inline export const SGD: i32 = 0;
// @ts-ignore: decorator
@inline export const ADAGRAD: i32 = 1;
// @ts-ignore: decorator
@inline export const MOMENTUM: i32 = 2;
// @ts-ignore: decorator
@inline export const ADAM: i32 = 3;

let rule: i32 = SGD;
let eta: f32 = 0;
let epsilon: f32 = 0;
let beta1: f32 = 0;
let rest1: f32 = 0;
let beta2: f32 = 0;
let rest2: f32 = 0;
let correction: f32 = 1;
let toFirst: usize = 0;
let toSecond: usize = 0;
let squaresWanted: bool = true;

/**
 * Sets the rule, and whether it needs the sums of squares of the gradient; the state of a parameter is stored `first` and
 * `second` bytes after it.
 */
export function setRule(name: i32, squares: bool, first: usize, second: usize): void {
  rule = name;
  squaresWanted = squares;
  toFirst = first;
  toSecond = second;
}

/** The numbers of this step, which schedules and bias corrections change. */
export function setNumbers(size: f32, small: f32, decay1: f64, decay2: f64, scale: f32): void {
  eta = size;
  epsilon = small;
  // 1 - beta in float64: 1 - 0.999f has only four correct digits.
  beta1 = <f32>decay1;
  rest1 = <f32>(1 - decay1);
  beta2 = <f32>decay2;
  rest2 = <f32>(1 - decay2);
  correction = scale;
}

/** Whether the rule is gradient descent, theta -= eta g, without state. */
export function isPlain(): bool {
  return rule == SGD;
}

/** Whether the rule needs sums of squares: they take a tenth of a sparse gradient's time. */
// @ts-ignore: decorator
@inline export function wantsSquares(): bool {
  return squaresWanted;
}

/** eta of this step. */
export function stepSize(): f32 {
  return eta;
}

/** Four parameters at `at`, whose gradient is g. */
// @ts-ignore: decorator
@inline export function apply(at: usize, g: v128): void {
  let theta = v128.load(at);
  if (rule == SGD) {
    // theta += (-eta) g, rounded once: as a product with alpha = -eta does it (../order.ts)
    theta = madd(f32x4.splat(-eta), g, theta);
  } else if (rule == ADAGRAD) {
    // c += g², theta -= eta g / (sqrt(c) + epsilon); where that is 0 / 0 nothing moves, any other NaN stays
    const c = f32x4.add(v128.load(at + toFirst), f32x4.mul(g, g));
    v128.store(at + toFirst, c);
    const divisor = f32x4.add(f32x4.sqrt(c), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(eta), g), divisor);
    theta = f32x4.sub(theta, v128.andnot(step, f32x4.eq(divisor, f32x4.splat(0))));
  } else if (rule == MOMENTUM) {
    // m = beta1 m + g, theta -= eta m
    const m = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(at + toFirst)), g);
    v128.store(at + toFirst, m);
    theta = f32x4.sub(theta, f32x4.mul(f32x4.splat(eta), m));
  } else {
    // m += (1 - beta1)(g - m), v = beta2 v + (1 - beta2) g², theta -= eta m / (sqrt(v) correction + epsilon)
    const before = v128.load(at + toFirst);
    const m = f32x4.add(before, f32x4.mul(f32x4.splat(rest1), f32x4.sub(g, before)));
    v128.store(at + toFirst, m);
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(at + toSecond)),
      f32x4.mul(f32x4.splat(rest2), f32x4.mul(g, g)),
    );
    v128.store(at + toSecond, v);
    const divisor = f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(correction)), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(eta), m), divisor);
    theta = f32x4.sub(theta, v128.andnot(step, f32x4.eq(divisor, f32x4.splat(0))));
  }
  v128.store(at, theta);
}

/** The parameters at theta with the gradient at g, from <= i < to, both multiples of 4. */
export function update(theta: usize, g: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i += 4) apply(theta + floats(i), v128.load(g + floats(i)));
}
