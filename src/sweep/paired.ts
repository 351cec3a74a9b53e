/**
 * Differences between points that differ in one parameter only, so that shared variation, such as the seed's, cancels.
 */

import { inspect } from "#platform";
import { checkBetween0And1 } from "../options/check.js";
import { groupsOf, numbersOf } from "./groups.js";
import type { PointRecord } from "./record.js";
import { Rows } from "./rows.js";
import { intervalOf, meanOf, sdOf } from "./statistics.js";
import type { ParameterValue } from "./values.js";

/** Options of `results.paired`. */
export interface PairedOptions {
  /** The parameter whose values are compared. */
  by: string;
  /** The value with which the others are compared; by default the first. */
  baseline?: ParameterValue;
  /** The parameter that is equal within each pair and averaged over; `seed`. */
  pair?: string;
  /** The level of each interval; 0.95. */
  confidence?: number;
}

interface Results {
  readonly parameters: readonly string[];
  readonly records: readonly PointRecord[];
  requireParameter(who: string, name: string): void;
  valuesOf(parameter: string): ParameterValue[];
}

/** A row for each value of `by` but the baseline, and each combination of the other parameters. */
export function pairedRows(
  results: Results,
  value: string,
  { by, baseline, pair = "seed", confidence = 0.95 }: PairedOptions,
): Rows {
  for (const name of [by, pair]) results.requireParameter("paired", name);
  if (by === pair) throw new RangeError(`paired: by and pair must be two parameters, got ${inspect(by)}`);
  checkBetween0And1("paired", { confidence });
  const options = results.valuesOf(by);
  const base = baseline ?? options[0]!;
  if (!options.includes(base)) {
    throw new RangeError(
      `paired: baseline must be a value of ${by} (${options.map((one) => inspect(one)).join(", ")}), got ${inspect(base)}`,
    );
  }
  const fixed = results.parameters.filter((name) => name !== by && name !== pair);
  const rows = groupsOf(results.records, fixed).flatMap(({ point, records }) =>
    options
      .filter((option) => option !== base)
      .map((option) => {
        const differences = groupsOf(records, [pair]).flatMap(({ records: both }) => {
          const of = (wanted: ParameterValue) =>
            numbersOf(
              both.filter((one) => one.point[by] === wanted),
              value,
            );
          const [[ours], [theirs]] = [of(option), of(base)];
          return ours === undefined || theirs === undefined ? [] : [ours - theirs];
        });
        const [low, high] = intervalOf(differences, confidence);
        return {
          [by]: option,
          ...point,
          pairs: differences.length,
          difference: meanOf(differences),
          sd: sdOf(differences),
          low,
          high,
        };
      }),
  );
  const level = `${Number((100 * confidence).toPrecision(12))} %`;
  const caption = `${value} less that of ${by} ${String(base)} at the same ${pair}; low to high: ${level} interval for the mean, of each row by itself`;
  return new Rows(rows, caption);
}
