/**
 * An error of the compiler, before it is formatted as an error of the cell.
 */
import type { PlaceHints } from "./place-hints.js";

/** An error in a cell; lines and columns from 0. */
export interface Diagnostic {
  code: number;
  /** The message, followed by the compiler's explanations. */
  messages: string[];
  /** The file, if it is not the cell. */
  file?: string;
  line: number;
  column: number;
  length: number;
  /** The line of source. */
  text: string;
  hints?: PlaceHints;
}
