/**
 * NumPy's npz format: a zip file of npy files, one for each array, named after it.
 *
 * Source: numpy.savez and numpy.savez_compressed; PKWARE, .ZIP File Format Specification.
 */
import { type UnzipFileInfo, unzipSync, zipSync } from "fflate";
import { inspect, writeAtomically } from "#platform";
import { optionsOf } from "../options/options-of.js";
import type { Tensor } from "../tensor/tensor.js";
import { isNpy, parseNpy, writeNpy } from "./npy.js";
import { mostUnpacked, readDataFile } from "./read-file.js";

/** The arrays to read. */
export interface NpzOptions {
  /** The names of some arrays; all by default. */
  names?: readonly string[];
}

/**
 * Reads the bytes of an npz file: its arrays by their names, each as `readNpy` reads it.
 *
 * @param bytes the whole file
 * @param options `names`: which arrays; `file`: its name in errors
 * @throws RangeError for an invalid npz file, an array that is missing or not numeric, or one that decompresses to more than 512 MB
 * @example
 * readNpz(writeNpz({ a: tensor([1, 2]), b: tensor([[3]]) })).b.toArray() // → [ [ 3 ] ]
 */
export function readNpz(
  bytes: Uint8Array,
  options: NpzOptions & { file?: string } = {},
): Record<string, Tensor> {
  const { names, file = "the file" } = optionsOf("readNpz", options, ["names", "file"]);
  const there: string[] = [];
  const checksums = new Map<string, number>();
  const stored = storedChecksums(bytes);
  let at = 0;
  const isWanted = (name: string) => !names || names.includes(arrayOf(name));
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    checksums.set(name, stored[at++] ?? 0);
    if (name.endsWith("/")) return false;
    there.push(name);
    if (!isWanted(name)) return false;
    if (originalSize <= mostUnpacked) return true;
    throw new RangeError(
      `readNpz: ${arrayOf(name)} of ${file} unpacks to more than ${mostUnpacked / 2 ** 20} MB; read others with names, got ${originalSize} bytes`,
    );
  };
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    const hint = isNpy(bytes) ? "; it is an npy file, read it with loadNpy()" : "";
    throw new RangeError(
      `readNpz: ${file} is no npz file, or damaged (${(cause as Error).message})${hint || ";"} got ${bytes.length} bytes`,
      { cause },
    );
  }
  // Like NumPy, recognise arrays among other members, such as texts, by their magic bytes, and prefer `a.npy` to `a`.
  const isArray = (name: string) => {
    if (name.endsWith(".npy")) return true;
    return !there.includes(`${name}.npy`) && (names !== undefined || isNpy(unpacked[name]!));
  };
  const members = Object.entries(unpacked).filter(([name]) => isArray(name));
  const arrays = there.filter(isArray).map(arrayOf);
  const missing = names?.find((name) => !arrays.includes(name));
  if (missing !== undefined) {
    throw new RangeError(`readNpz: ${file} has ${arrays.join(", ") || "no arrays"}, got ${inspect(missing)}`);
  }
  const readMember = ([name, content]: [string, Uint8Array], advice?: () => string): Tensor => {
    if (checksum(content) === checksums.get(name))
      return parseNpy(content, `${arrayOf(name)} of ${file}`, advice);
    throw new RangeError(
      `readNpz: ${arrayOf(name)} of ${file} is damaged, its checksum is another; copy or write the file again, got ${content.length} bytes`,
    );
  };
  const isReadable = (member: [string, Uint8Array]): boolean => {
    try {
      readMember(member);
      return true;
    } catch {
      return false;
    }
  };
  const advice = (): string => {
    const readable = names ? [] : members.filter(isReadable).map(([name]) => JSON.stringify(arrayOf(name)));
    return readable.length > 0 ? `; or read others alone, with names: [${readable.join(", ")}]` : "";
  };
  return Object.fromEntries(members.map((member) => [arrayOf(member[0]), readMember(member, advice)]));
}

/** The name of the array in a member of the zip file. */
const arrayOf = (name: string): string => name.replace(/\.npy$/, "");

/**
 * Loads an npz file, as `numpy.savez` and `numpy.savez_compressed` write it.
 *
 * @param file a path, such as `mnist.npz`
 * @param options `names`: which arrays; all by default
 * @throws Error if the file is missing, RangeError as `readNpz`
 * @example
 * saveNpz("two.npz", { x: tensor([[1, 2]]), y: tensor([0]) });
 * (await loadNpz("two.npz", { names: ["x"] })).x.shape // → [ 1, 2 ]
 */
export async function loadNpz(file: string, options: NpzOptions = {}): Promise<Record<string, Tensor>> {
  optionsOf("loadNpz", options, ["names"]);
  return readNpz(await readDataFile("loadNpz", file), { ...options, file });
}

/**
 * Tensors as the bytes of an npz file, which NumPy's `load` reads: by their names, compressed.
 *
 * @throws TypeError unless all values are tensors, RangeError if there are none
 * @example
 * Object.keys(readNpz(writeNpz({ a: tensor([1]) }))) // → [ 'a' ]
 */
export function writeNpz(arrays: Readonly<Record<string, Tensor>>): Uint8Array {
  const entries = Object.entries(arrays ?? {});
  if (entries.length === 0) {
    throw new RangeError(
      `writeNpz: expected tensors by their names, such as { x: tensor([1, 2]) }, got ${inspect(arrays)}`,
    );
  }
  const files = Object.fromEntries(entries.map(([name, numbers]) => [`${name}.npy`, writeNpy(numbers)]));
  // Without a date, so that the same numbers are the same bytes.
  return zipSync(files, { mtime: new Date(1980, 0, 1) });
}

/**
 * Saves tensors as an npz file.
 *
 * @param file a path, such as `weights.npz`; written atomically
 * @param arrays the tensors by their names
 * @throws Error if the file cannot be written, TypeError unless all values are tensors
 * @example
 * saveNpz("pair.npz", { a: tensor([1, 2]), b: tensor([3]) });
 * (await loadNpz("pair.npz")).a.toArray() // → [ 1, 2 ]
 */
export function saveNpz(file: string, arrays: Readonly<Record<string, Tensor>>): void {
  writeAtomically(file, writeNpz(arrays));
}

/** The checksums of a zip file's entries in their order, from its directory: decompression does not check them. */
function storedChecksums(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) return [];
  const found: number[] = [];
  for (let at = view.getUint32(end + 16, true); at + 46 <= end && view.getUint32(at, true) === 0x02014b50; ) {
    found.push(view.getUint32(at + 16, true));
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

/** The CRC-32 table, for the polynomial 0xedb88320. */
const shares = Uint32Array.from({ length: 256 }, (_, byte) => {
  let share = byte;
  for (let bit = 0; bit < 8; bit++) share = share & 1 ? (share >>> 1) ^ 0xedb88320 : share >>> 1;
  return share;
});

/** CRC-32, as zip files store it. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ shares[(crc ^ bytes[i]!) & 255]!;
  return (crc ^ 0xffffffff) >>> 0;
}
