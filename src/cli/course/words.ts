/** How figures, lists and foreign text are written in tables and notes. */
import { stripVTControlCharacters } from "node:util";

/** Points, to the hundredth. */
export const round = (points: number): number => Math.round(100 * points) / 100;

/** Names, of many the first two. */
export const fewOf = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");

/** Text of a submission for a terminal or a table: without what moves its cursor, colours it or sets its title. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
