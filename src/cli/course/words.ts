/** Formats numbers and lists for tables and notes. */

/** Rounds points to hundredths. */
export const round = (points: number): number => Math.round(100 * points) / 100;

/** Lists names; of many only the first two. */
export const fewOf = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
