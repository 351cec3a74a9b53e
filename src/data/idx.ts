/**
 * The idx format of MNIST's files: a header of big-endian whole numbers, then the entries in row-major order.
 *
 *     byte 0, 1   zero
 *     byte 2      type of an entry: 08 uint8, 09 int8, 0b int16, 0c int32, 0d float32, 0e float64
 *     byte 3      number of axes
 *     4 bytes     each extent, first axis first
 *
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "File formats".
 */
import type { Numbers } from "../tensor/numbers.js";
import { formatShape, sizeOf } from "../tensor/shapes.js";

/** The contents of an idx file: a shape, and its entries in row-major order. */
export interface IdxArray {
  /** The extents, first axis first: `[60000, 28, 28]` for MNIST's training images. */
  shape: readonly number[];
  /** The entries; bytes share the memory of the file, other types are copied. */
  data: Numbers<Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array>;
}

const types: Record<
  number,
  { width: number; make(size: number): IdxArray["data"]; read(view: DataView, at: number): number }
> = {
  9: { width: 1, make: (size) => new Int8Array(size), read: (view, at) => view.getInt8(at) },
  11: { width: 2, make: (size) => new Int16Array(size), read: (view, at) => view.getInt16(at) },
  12: { width: 4, make: (size) => new Int32Array(size), read: (view, at) => view.getInt32(at) },
  13: { width: 4, make: (size) => new Float32Array(size), read: (view, at) => view.getFloat32(at) },
  14: { width: 8, make: (size) => new Float64Array(size), read: (view, at) => view.getFloat64(at) },
};
const byteType = 8;

/**
 * Reads the bytes of an idx file.
 *
 * @param bytes the whole file
 * @param name its name in errors, such as its path
 * @throws RangeError with the position, the expected and the actual bytes, for a file that is compressed, not
 *   idx, too short or too long.
 * @example
 * readIdx(new Uint8Array([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9]), "two pixels").shape // → [ 1, 2 ]
 */
export function readIdx(bytes: Uint8Array, name = "the file"): IdxArray {
  const fail = (message: string) => new RangeError(`readIdx: ${name} ${message}`);
  if (bytes.length < 4) throw fail(`has no header: expected at least 4 bytes, got ${bytes.length}`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw fail("is compressed by gzip: unpack it first (gunzip), got 1f 8b at byte 0");
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw fail(`is not an idx file: expected 00 00 at byte 0, got ${hex(bytes[0]!)} ${hex(bytes[1]!)}`);
  }
  const type = bytes[2]!;
  const width = type === byteType ? 1 : types[type]?.width;
  if (width === undefined) {
    throw fail(
      `has an unknown type of entries: expected 08, 09, 0b, 0c, 0d or 0e at byte 2, got ${hex(type)}`,
    );
  }
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw fail(`ends within its header: ${rank} axes need ${start} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = sizeOf(shape);
  const expected = start + size * width;
  if (bytes.length !== expected) {
    throw fail(
      `is ${bytes.length < expected ? "cut short" : "too long"}: its header says shape ${formatShape(shape)}, which needs ${expected} bytes, got ${bytes.length}`,
    );
  }
  // Not `subarray`: on a Node `Buffer` it returns a `Buffer`, whose `slice` shares memory instead of copying.
  if (type === byteType) return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, size) };
  const { make, read } = types[type]!;
  const data = make(size);
  for (let i = 0; i < size; i++) data[i] = read(view, start + i * width);
  return { shape, data };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
