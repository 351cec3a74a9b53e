/**
 * What a link is: one small thing that is done to a direction. A rule is a chain of links.
 */

/** What a link remembers between steps. */
export type LinkState = Record<string, number | Float64Array>;

/** What a link may look at besides the direction. */
export interface Passing {
  /** The number of the step, 1, 2, … */
  readonly k: number;
  /** The parameters before the step. */
  readonly theta: Float64Array;
  /** What came into `averageGradients`, where that was a link before; valid in this step only. */
  gradient?: Float64Array;
}

/** A part of a rule; made by `scaleBy()`, `addMomentum()` and the like, or a custom one. */
export interface Link {
  /** What it remembers before the first step, for `size` parameters. */
  init(size: number): LinkState;
  /** What it does to a direction, in place. */
  pass(direction: Float64Array, state: LinkState, at: Passing): void;
  /** What all of the direction was multiplied by in step k, or one number for a chart where that differs by entry. */
  factor?(state: LinkState, k: number): number;
}

/** A copy of numbers that is valid until the next: a new array of millions of entries takes longer than a step. */
export function copier(): (numbers: Float64Array) => Float64Array {
  let copy = new Float64Array(0);
  return (numbers) => {
    if (copy.length !== numbers.length) copy = new Float64Array(numbers.length);
    copy.set(numbers);
    return copy;
  };
}

/** Step k through all links, θ ← θ − link_n(… link_1(g)), in place; `stateOf` gives what link i remembers, `direction` is g. */
export function stepThrough(
  links: readonly Link[],
  stateOf: (i: number) => LinkState,
  theta: Float64Array,
  direction: Float64Array,
  k: number,
): void {
  const at: Passing = { k, theta };
  for (let i = 0; i < links.length; i++) links[i]!.pass(direction, stateOf(i), at);
  for (let i = 0; i < theta.length; i++) theta[i]! -= direction[i]!;
}

/** The product of the links' factors in step k: the step size. */
export function stepSizeThrough(
  links: readonly Link[],
  stateOf: (i: number) => LinkState,
  k: number,
): number {
  let size = 1;
  for (let i = 0; i < links.length; i++) size *= links[i]!.factor?.(stateOf(i), Math.max(1, k)) ?? 1;
  return size;
}
