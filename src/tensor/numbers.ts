/**
 * The numbers of a tensor or a dataset, as one of several kinds of typed arrays, with the methods that all kinds share. (On a
 * plain union TypeScript rejects `reduce`, whose overloads differ between the kinds.)
 */

/** What `slice` returns for each of `Kinds`: an array with memory of its own, where TypeScript knows the difference (since 5.7). */
export type CopiesOf<Kinds> = Kinds extends { slice(): infer Copy } ? Copy : never;

/**
 * The methods that all kinds of typed arrays share, for one that may be any of `Kinds`. Methods of ES2023 are optional, so that
 * typed arrays fit where TypeScript's `lib` is older; where it is not, their own types make them required.
 */
export interface NumbersOf<Kinds> {
  reduce(step: (sum: number, value: number, i: number, all: Numbers<Kinds>) => number): number;
  reduce(step: (sum: number, value: number, i: number, all: Numbers<Kinds>) => number, start: number): number;
  reduce<U>(step: (sum: U, value: number, i: number, all: Numbers<Kinds>) => U, start: U): U;
  reduceRight(step: (sum: number, value: number, i: number, all: Numbers<Kinds>) => number): number;
  reduceRight(
    step: (sum: number, value: number, i: number, all: Numbers<Kinds>) => number,
    start: number,
  ): number;
  reduceRight<U>(step: (sum: U, value: number, i: number, all: Numbers<Kinds>) => U, start: U): U;
  map(entry: (value: number, i: number, all: Numbers<Kinds>) => number): Numbers<CopiesOf<Kinds>>;
  filter(keep: (value: number, i: number, all: Numbers<Kinds>) => unknown): Numbers<CopiesOf<Kinds>>;
  slice(start?: number, end?: number): Numbers<CopiesOf<Kinds>>;
  subarray(start?: number, end?: number): Numbers<Kinds>;
  fill(value: number, start?: number, end?: number): Numbers<Kinds>;
  reverse(): Numbers<Kinds>;
  sort(compare?: (a: number, b: number) => number): Numbers<Kinds>;
  toReversed?(): Numbers<CopiesOf<Kinds>>;
  toSorted?(compare?: (a: number, b: number) => number): Numbers<CopiesOf<Kinds>>;
  with?(i: number, value: number): Numbers<CopiesOf<Kinds>>;
  findLast?(holds: (value: number, i: number, all: Numbers<Kinds>) => unknown): number | undefined;
  findLastIndex?(holds: (value: number, i: number, all: Numbers<Kinds>) => unknown): number;
}

/**
 * A typed array of one of these kinds, by default of float64 or float32. (The shared methods come first: TypeScript picks the first
 * overload that fits, and only theirs return a type that can be summed again.)
 */
export type Numbers<Kinds = Float64Array | Float32Array> = NumbersOf<Kinds> & Kinds;
