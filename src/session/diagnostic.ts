/**
 * What the compiler finds wrong, before it is formatted as an error of the cell.
 */
import type { PlaceHints } from "./place-hints.js";

/** What is wrong with a cell; lines and columns from 0. */
export interface Diagnostic {
  code: number;
  /** The complaint, then what the compiler explains it by. */
  messages: string[];
  /** The file, where it is not the cell. */
  file?: string;
  line: number;
  column: number;
  length: number;
  /** The line of source. */
  text: string;
  hints?: PlaceHints;
}
