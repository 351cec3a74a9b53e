/**
 * A Plotly figure as plain JSON: what a notebook file and a message can hold.
 *
 * `JSON.stringify` turns a typed array into an object with a key per entry, so lists of numbers become
 * Plotly's `{ dtype, bdata }` (base64 of the bytes) when they are long, and plain lists when they are short
 * and a reader of the file may want to see them.
 */
import { base64, inspect } from "#platform";

/** Lists of up to this many numbers stay readable. */
const shortList = 48;

/** Lists longer than this are curves, for which seven digits are more than a screen shows: half the bytes. */
const manyNumbers = 1000;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The traces of a figure as JSON, long lists of numbers as `{ dtype, bdata }`. */
export function encodeTraces(traces: readonly unknown[]): Json[] {
  return traces.map((trace) => encode(trace, true, "data"));
}

/** A layout or a configuration as JSON, all its lists plain. */
export function encodePlain(value: unknown): { [key: string]: Json } {
  return encode(value, false, "layout") as { [key: string]: Json };
}

function encode(value: unknown, pack: boolean, path: string): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return Number(value);
    case "number":
      return Number.isFinite(value) ? value : null; // a gap, in Plotly and in JSON
    case "object": {
      if (value === null) return null;
      if (value instanceof Date) return value.toISOString();
      if (isNumbers(value)) return encodeNumbers(value, pack);
      if (Array.isArray(value)) {
        return (pack && encodeMatrix(value)) || value.map((entry, i) => encode(entry, pack, `${path}[${i}]`));
      }
      const object: { [key: string]: Json } = {};
      for (const [key, entry] of Object.entries(value)) {
        if (entry !== undefined) object[key] = encode(entry, pack, `${path}.${key}`);
      }
      return object;
    }
    case "undefined":
      return null;
    default:
      throw new TypeError(
        `figure: ${path} is neither a number, a text nor a list of them, got ${inspect(value)}`,
      );
  }
}

type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
type Numbers = readonly number[] | NumberArray;

function isNumbers(value: object): value is Numbers {
  if (ArrayBuffer.isView(value))
    return !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array);
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === "number");
}

function encodeNumbers(values: Numbers, pack: boolean): Json {
  if (!pack || values.length <= shortList) return Array.from(values, (v) => (Number.isFinite(v) ? v : null));
  return packed(values);
}

/** Rows of numbers, all of one length, as one block; nothing when they are not that, or few. */
function encodeMatrix(rows: readonly unknown[]): Json | undefined {
  const first = rows[0];
  if (!rows.every((row) => typeof row === "object" && row !== null && isNumbers(row))) return undefined;
  const columns = (first as Numbers | undefined)?.length ?? 0;
  const matrix = rows as readonly Numbers[];
  if (matrix.some((row) => row.length !== columns) || rows.length * columns <= 4 * shortList)
    return undefined;
  const flat = matrix.every((row) => row instanceof Float32Array)
    ? new Float32Array(rows.length * columns)
    : new Float64Array(rows.length * columns);
  matrix.forEach((row, i) => void flat.set(row, i * columns));
  return { ...(packed(flat) as { [key: string]: Json }), shape: `${rows.length}, ${columns}` };
}

/** Whole numbers in the smallest integer type that holds them all, float32 as it is, the rest in float64 or, when many, float32. */
function packed(values: Numbers): Json {
  let whole = true;
  let low = 0;
  let high = 0;
  for (let i = 0; i < values.length && whole; i++) {
    const value = values[i]!;
    whole = Number.isInteger(value);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const fits = integerTypes.find(([, least, greatest]) => whole && low >= least && high <= greatest);
  if (fits) return block(fits[0], fits[3].from(values));
  // Plotly takes NaN in a typed array for a gap, but not an infinity.
  const finite = (value: number) => (Number.isFinite(value) ? value : Number.NaN);
  if (values instanceof Float32Array || (values.length > manyNumbers && fitFloat32(values))) {
    return block("f4", Float32Array.from(values, finite));
  }
  return block("f8", Float64Array.from(values, finite));
}

/** Whether float32 holds the values to its seven digits: none too great, none so small that digits are lost. */
function fitFloat32(values: Numbers): boolean {
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (Number.isFinite(size) && size !== 0 && !(size > 1e-37 && size < 1e38)) return false;
  }
  return true;
}

const integerTypes = [
  ["u1", 0, 255, Uint8Array],
  ["i1", -128, 127, Int8Array],
  ["u2", 0, 65_535, Uint16Array],
  ["i2", -32_768, 32_767, Int16Array],
  ["i4", -(2 ** 31), 2 ** 31 - 1, Int32Array],
] as const;

// All machines that Node and browsers run on nowadays are little-endian, as `bdata` is.
function block(dtype: string, values: NumberArray): Json {
  return {
    dtype,
    bdata: base64(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  };
}
