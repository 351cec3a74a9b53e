/**
 * The memory limit of V8's heap. When it is full the process ends at once, and only a terminal shows why; so the sockets'
 * thread monitors the memory of the process (sockets.ts), and a cell that fills it ends with an error before that.
 */
import v8 from "node:v8";
import { freeNow } from "./garbage.js";

/** The share of the limit at which a cell ends; from four fifths on V8 may give up in any collection. */
const full = 0.75;
/** V8 reserves three semispaces of the limit for new objects: their size in MB by version of Node, elsewhere the largest. */
const reserved: Readonly<Record<string, number>> = { "20": 48, "22": 48, "24": 192, "26": 96 };
const young = (reserved[process.versions.node.split(".")[0]!] ?? 192) * 2 ** 20;

/** The error of a cell that has nearly filled the memory; undefined while there is some left. */
export function memoryError(): Error | undefined {
  const used = (): number => v8.getHeapStatistics().used_heap_size;
  const limit = v8.getHeapStatistics().heap_size_limit - young;
  if (used() < full * limit) return undefined;
  freeNow(); // most of it may be garbage
  if (used() < full * limit) return undefined;
  return new RangeError(
    `out of memory: cells hold ${gigabytes(used())} of the ${gigabytes(limit)} GB that Node has; ${fix(limit)}`,
  );
}

export const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** What to do about it. */
const fix = (limit: number): string =>
  "let go of what is large (big = undefined), keep numbers in Float64Array, or raise the limit: " +
  `NODE_OPTIONS=--max-old-space-size=${2 * Math.ceil(limit / 2 ** 20 / 1024) * 1024} before Jupyter starts`;
