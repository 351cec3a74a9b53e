/**
 * NumPy's npy format: a header that is a Python literal, then the numbers.
 *
 *     byte 0 … 7   93 "NUMPY", version major, minor
 *     2 or 4 bytes the length of the header, little-endian
 *     header       {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 *
 * Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
 */
import { inspect, writeAtomically } from "#platform";
import { sizeOf } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import { fromHalf } from "./half.js";
import { readDataFile } from "./read-file.js";

type Reader = { width: number; read(view: DataView, at: number, little: boolean): number };
const types: Record<string, Reader> = {
  b1: { width: 1, read: (view, at) => view.getUint8(at) },
  u1: { width: 1, read: (view, at) => view.getUint8(at) },
  i1: { width: 1, read: (view, at) => view.getInt8(at) },
  u2: { width: 2, read: (view, at, little) => view.getUint16(at, little) },
  i2: { width: 2, read: (view, at, little) => view.getInt16(at, little) },
  u4: { width: 4, read: (view, at, little) => view.getUint32(at, little) },
  i4: { width: 4, read: (view, at, little) => view.getInt32(at, little) },
  u8: { width: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { width: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { width: 2, read: (view, at, little) => fromHalf(view.getUint16(at, little)) },
  f4: { width: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { width: 8, read: (view, at, little) => view.getFloat64(at, little) },
};

/**
 * Reads the bytes of an npy file as a tensor: float32 is kept, all other numbers become float64 (64-bit integers
 * beyond 2⁵³ lose digits). Arrays in Fortran order are converted to row-major order.
 *
 * @param bytes the whole file
 * @param name its name in errors, such as its path
 * @throws RangeError with the expected and the actual contents
 * @example
 * const header = "{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + "\n";
 * const bytes = Uint8Array.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0, ...Buffer.from(header), 7, 0, 1, 1]);
 * readNpy(bytes).toArray() // → [ 7, 257 ]
 */
export function readNpy(bytes: Uint8Array, name = "the file"): Tensor {
  return parseNpy(bytes, name);
}

/** The first bytes of an npy file. */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether the bytes begin like an npy file. */
export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, i) => bytes[i] === byte);

const inHex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

/** `readNpy` with further advice in its errors, which is asked for only if there is one. */
export function parseNpy(bytes: Uint8Array, name: string, advice: () => string = () => ""): Tensor {
  const fail = (message: string, got: string | number) =>
    new RangeError(`readNpy: ${name} ${message}${advice()}, got ${got}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isNpy(bytes)) {
    const first = inHex(bytes.subarray(0, magic.length));
    throw fail(`is not an npy file: expected ${inHex(magic)} at byte 0`, first || "nothing");
  }
  const start = bytes[6] === 1 ? 10 : 12;
  if (bytes.length < start) throw fail(`ends within its header: ${start} bytes are needed`, bytes.length);
  const end = start + (bytes[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < end) throw fail(`ends within its header: ${end} bytes are needed`, bytes.length);
  const header = new TextDecoder().decode(bytes.subarray(start, end)).trim();
  const descr = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const extents = /'shape':\s*\(([\dL,\s]*)\)/.exec(header)?.[1]?.replaceAll("L", ""); // Python 2 wrote 3L
  const type = descr && types[descr[2]!];
  if (!type || order === undefined || extents === undefined) {
    throw fail(
      `holds what cannot be read: expected an array of numbers, such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4)}${adviceFor(header)}`,
      header,
    );
  }
  const shape = extents
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const size = sizeOf(shape);
  if (bytes.length !== end + size * type.width) {
    const is = bytes.length < end + size * type.width ? "is cut short" : "is too long";
    throw fail(
      `${is}: its header says shape (${shape.join(", ")}) of ${type.width} bytes each, which needs ${end + size * type.width} bytes`,
      bytes.length,
    );
  }
  const little = descr[1] !== ">";
  const data = descr[2] === "f4" ? new Float32Array(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = type.read(view, end + i * type.width, little);
  if (order === "False" || shape.length < 2) return new Tensor(shape, data);
  // In Fortran order the first index varies fastest: the array is its transpose in row-major order.
  return rowMajor(new Tensor([...shape].reverse(), data), shape);
}

/** How to convert an array `a` of other types in NumPy; empty for other faults of the header. */
function adviceFor(header: string): string {
  const kind = /'descr':\s*(?:'[<>|=]?([a-zA-Z])|(\[))/.exec(header);
  const advice: Record<string, string> = {
    "[": "its fields one by one, a['x']",
    c: "a.real and a.imag",
    U: "texts as numbers, np.unique(a, return_inverse=True)[1]",
    S: "texts as numbers, np.unique(a, return_inverse=True)[1]",
    O: "np.array(a.tolist(), dtype='float64')",
    M: integersOfTimes(header),
    m: integersOfTimes(header),
    f: "a.astype('float64')",
    V: "a.astype('float32')",
  };
  const found = kind && advice[kind[1] ?? kind[2]!];
  return found ? `; in NumPy save ${found}` : "";
}

/** How to save dates and durations so that float64 holds them exactly. */
function integersOfTimes(header: string): string {
  const unit = /[Mm]8\[\d*(us|ns|ps|fs|as)\]/.exec(header)?.[1];
  if (!unit) return "a.astype('int64')";
  return `np.divmod(a.astype('int64'), 10**${unit === "us" ? 6 : 9}), quotients and remainders, as float64 rounds integers beyond 2**53`;
}

/**
 * Loads an npy file, also one compressed by gzip.
 *
 * @param file a path, such as `x_train.npy`
 * @throws Error if the file is missing or damaged, RangeError if it is not an npy file of numbers
 * @example
 * await loadNpy("missing.npy").catch((error) => error.message) // → 'loadNpy: there is no such file…'
 */
export async function loadNpy(file: string): Promise<Tensor> {
  return readNpy(await readDataFile("loadNpy", file), file);
}

/**
 * A tensor as the bytes of an npy file (version 1.0, little-endian, row-major), which NumPy's `load` reads.
 *
 * @throws TypeError for what is no tensor
 * @example
 * readNpy(writeNpy(tensor([[1, 2], [3, 4]]))).toArray() // → [ [ 1, 2 ], [ 3, 4 ] ]
 */
export function writeNpy(numbers: Tensor): Uint8Array {
  if (!(numbers instanceof Tensor)) {
    throw new TypeError(
      `writeNpy: expected a tensor, such as tensor([1, 2]), got ${inspect(numbers, { depth: 0 })}`,
    );
  }
  const { shape, dtype, data } = numbers;
  const descr = dtype === "float32" ? "<f4" : "<f8";
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  // The numbers begin at a multiple of 64, after a line end.
  const start = 64 * Math.ceil((10 + text.length + 1) / 64);
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10);
  const width = data.BYTES_PER_ELEMENT;
  for (let i = 0; i < data.length; i++) {
    if (width === 4) view.setFloat32(start + 4 * i, data[i]!, true);
    else view.setFloat64(start + 8 * i, data[i]!, true);
  }
  return bytes;
}

/**
 * Saves a tensor as an npy file.
 *
 * @param file a path, such as `x_train.npy`; written atomically
 * @throws Error if the file cannot be written, TypeError unless `numbers` is a tensor
 * @example
 * saveNpy("a.npy", tensor([1, 2]));
 * (await loadNpy("a.npy")).toArray() // → [ 1, 2 ]
 */
export function saveNpy(file: string, numbers: Tensor): void {
  writeAtomically(file, writeNpy(numbers));
}

/** The entries of a tensor whose axes are reversed, with the axes the right way round. */
function rowMajor({ data }: Tensor, shape: readonly number[]): Tensor {
  const out = data.slice();
  const index = shape.map(() => 0);
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0; i < data.length; i++) {
    out[i] = data[index.reduce((sum, at, axis) => sum + at * steps[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return new Tensor(shape, out);
}
