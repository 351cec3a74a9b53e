/** Text of submissions in a terminal. */
import { stripVTControlCharacters } from "node:util";

/** Text of a submission for a terminal or a table, without control sequences. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ");
