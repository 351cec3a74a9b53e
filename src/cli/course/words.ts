/** How figures and lists are written in tables and notes. */

/** Points, to the hundredth. */
export const round = (points: number): number => Math.round(100 * points) / 100;

/** Names, of many the first two. */
export const fewOf = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
