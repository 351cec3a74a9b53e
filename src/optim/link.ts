/**
 * A link: one transformation of the direction of a step. A rule is a chain of links.
 */

/** The state of a link. */
export type LinkState = Record<string, number | Float64Array>;

/** The inputs of a link besides the direction. */
export interface Passing {
  /** The number of the step, 1, 2, … */
  readonly k: number;
  /** The parameters before the step. */
  readonly theta: Float64Array;
  /** The input of a preceding `averageGradients`, if there is one; valid in this step only. */
  gradient?: Float64Array;
}

/** A part of a rule; made by `scaleBy()`, `addMomentum()` and the like, or a custom one. */
export interface Link {
  /** Its initial state, for `size` parameters. */
  init(size: number): LinkState;
  /** Transforms the direction in place. */
  pass(direction: Float64Array, state: LinkState, at: Passing): void;
  /** The factor of the direction in step k, or one representative number for a chart if it differs by entry. */
  factor?(state: LinkState, k: number): number;
}

/** Makes copies that are valid until the next one: allocating millions of entries takes longer than a step. */
export function copier(): (numbers: Float64Array) => Float64Array {
  let copy = new Float64Array(0);
  return (numbers) => {
    if (copy.length !== numbers.length) copy = new Float64Array(numbers.length);
    copy.set(numbers);
    return copy;
  };
}

/** Step k through all links, θ ← θ − link_n(… link_1(g)), in place; `stateOf` returns the state of link i, `direction` is g. */
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
