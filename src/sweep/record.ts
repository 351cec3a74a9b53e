/**
 * The record of one point: its parameters, its result and where it ran, as one line of JSON.
 */
import { decode, encode, type Point, type Values } from "./values.js";

/** Why a point has no values. */
export interface PointError {
  /** The kind of error, such as `RangeError`, `TimeoutError`, `MemoryLimitError` or `ProcessEnded`. */
  readonly name: string;
  readonly message: string;
  /** The lines of the experiment in which it was thrown. */
  readonly stack?: string;
  /** The end of what the point printed. */
  readonly printed?: string;
}

/** The most characters kept of an error's name, message and stack, each. */
const mostKept = 4000;

const shortened = (text: string): string =>
  text.length <= mostKept ? text : `${text.slice(0, mostKept)}… (${text.length} characters)`;

/** The recorded form of whatever a point threw. */
export function pointErrorOf(thrown: unknown, stackOf?: (error: Error) => string): PointError {
  try {
    if (!(thrown instanceof Error)) return { name: "Error", message: shortened(`thrown: ${String(thrown)}`) };
    const stack = stackOf?.(thrown);
    const { name, message } = thrown;
    return {
      name: shortened(String(name)),
      message: shortened(String(message)),
      ...(stack && { stack: shortened(stack) }),
    };
  } catch {
    return { name: "Error", message: "thrown: an object that cannot be read" };
  }
}

/** How a point was run: the only part of a record that differs from run to run. */
export interface PointRun {
  /** The version of nablab. */
  readonly nablab: string;
  /** The version of Node. */
  readonly node: string;
  /** The time that the point took. */
  readonly seconds: number;
  /** The host on which it ran. */
  readonly host: string;
}

/** One point of a sweep. */
export interface PointRecord {
  /** The parameters. */
  readonly point: Point;
  /** The seed from which the run drew: the parameter `seed`, or 0. */
  readonly seed: number;
  /** What the run returned; undefined if it failed. */
  readonly values?: Values;
  /** Why it failed; undefined if it did not. */
  readonly error?: PointError;
  readonly run: PointRun;
}

/** Formats a record as a line. */
export function lineOf({ point, seed, values, error, run }: PointRecord): string {
  return encode({ point, seed, ...(values && { values }), ...(error && { error }), run });
}

/** Parses a line; undefined if it is not a record. */
export function recordOf(line: string): PointRecord | undefined {
  try {
    const record = decode(line) as PointRecord;
    return typeof record?.point === "object" && ("values" in record || "error" in record)
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}

/** The seed of a point. */
export const seedOf = ({ seed = 0 }: Point): number => seed as number;
