/**
 * The file format of Hugging Face's safetensors, which PyTorch, JAX and others read and write: the length of a header,
 * the header as JSON (name, dtype, shape and place of each tensor, and texts), then the numbers. A SHA-256 of the
 * header and the numbers is among the texts, so that an altered file is detected.
 *
 * Format: https://huggingface.co/docs/safetensors
 */
import { inspect, readFileSync, sha256, writeAtomically } from "#platform";
import type { Numbers } from "../tensor/numbers.js";
import { fromBfloat16, fromHalf } from "./half.js";

/** A tensor in such a file: numbers row by row. */
export interface StoredTensor {
  shape: readonly number[];
  data: Numbers;
}

/** The contents of such a file. */
export interface Safetensors {
  /** The floating-point tensors; 16-bit ones become float32, which represents them exactly. */
  tensors: Map<string, StoredTensor>;
  /** The types of the other tensors, which are not read, by name. */
  others?: Map<string, string>;
  /** Texts by name, such as how the numbers were made. */
  texts: Record<string, string>;
}

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

/** How the bytes of a type become numbers; the bytes begin at a multiple of 8. */
const readers: Record<string, { width: number; read(bytes: Uint8Array<ArrayBuffer>): StoredTensor["data"] }> =
  {
    F64: { width: 8, read: ({ buffer }) => new Float64Array(buffer) },
    F32: { width: 4, read: ({ buffer }) => new Float32Array(buffer) },
    F16: { width: 2, read: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), fromHalf) },
    BF16: { width: 2, read: ({ buffer }) => Float32Array.from(new Uint16Array(buffer), fromBfloat16) },
  };

/** The padding of a header. */
const space = 0x20;
/** Longer than any real header; a file that claims more is not in this format. */
const longestHeader = 100_000_000;

/**
 * Writes tensors and texts to a file atomically. (Numbers are little-endian, as on every machine that
 * Node runs on.)
 */
export function writeSafetensors(file: string, { tensors, texts }: Safetensors): void {
  const entries: Record<string, Entry> = {};
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const dtype = data instanceof Float32Array ? "F32" : "F64";
    entries[name] = { dtype, shape: [...shape], data_offsets: [end, end + bytes.length] };
    end += bytes.length;
    parts.push(bytes);
  }
  // JSON keeps the order of keys, so that the same network gives the same bytes.
  const json = JSON.stringify({
    __metadata__: { ...texts, sha256: fingerprint(entries, texts, parts) },
    ...entries,
  });
  const header = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(space, 8 + header.length, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(header, 8);
  for (let i = 0, at = start; i < parts.length; at += parts[i++]!.length) bytes.set(parts[i]!, at);
  writeAtomically(file, bytes);
}

/**
 * Reads such a file.
 *
 * @param who starts messages
 * @throws Error if the file is missing, truncated, altered, or of another kind
 */
export function readSafetensors(who: string, file: string): Safetensors {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Error(`${who}: ${(cause as Error).message}, so cannot read ${file}`, { cause });
  }
  if (!bytes) throw new Error(`${who}: there is no file ${file}`);
  const bad = (what: string): never => {
    throw new Error(`${who}: ${what}; got ${file}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? 0 : Number(view.getBigUint64(0, true));
  if (length < 2 || length > longestHeader || bytes[8] !== 0x7b) bad("this is no safetensors file");
  if (8 + length > bytes.length) {
    bad(`the file is cut off: its header has ${length} bytes, but only ${bytes.length - 8} are there`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    return bad("the header of the file is damaged");
  }
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, never>;
  const isTexts = isObject(metadata) && Object.values(metadata).every((text) => typeof text === "string");
  if (!isTexts) {
    bad(
      `the header is damaged: __metadata__ must be texts by name, it is ${inspect(metadata, { depth: 0, breakLength: Number.POSITIVE_INFINITY })}`,
    );
  }
  const numbers = bytes.subarray(8 + length);
  for (const [name, entry] of Object.entries<Entry>(entries)) {
    if (!isEntry(entry)) {
      bad(
        `the header is damaged: tensor ${name} must have dtype, shape and data_offsets, it is ${inspect(entry, { breakLength: Number.POSITIVE_INFINITY })}`,
      );
    }
  }
  // The format has neither holes nor overlaps.
  let end = 0;
  const inOrder = Object.entries<Entry>(entries).map(([name, { data_offsets }]) => ({
    name,
    at: data_offsets,
  }));
  for (const { name, at } of inOrder.sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1])) {
    if (at[0] !== end) {
      bad(
        `the header is damaged: the numbers of tensor ${name} must begin where those before it end, at byte ${end}, they begin at ${at[0]}`,
      );
    }
    end = at[1];
  }
  if (numbers.length < end) bad(`the file is cut off: it has ${numbers.length} of ${end} bytes of numbers`);
  if (numbers.length > end) bad(`the file has ${numbers.length - end} trailing bytes`);

  const { sha256: expected, ...texts } = metadata as Record<string, string>;
  // Other programs write none; our files have one.
  const isOurs = String(texts.format).startsWith("nablab ");
  if (expected === undefined ? isOurs : expected !== fingerprint(entries, texts, [numbers])) {
    bad("the file was altered since it was written: its SHA-256 is another");
  }
  const tensors = new Map<string, StoredTensor>();
  const others = new Map<string, string>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries<Entry>(entries)) {
    const [from, to] = data_offsets;
    const reader = readers[dtype];
    if (!reader) {
      others.set(name, dtype);
      continue;
    }
    const needed = shape.reduce((product, n) => product * n, reader.width);
    if (to - from !== needed) {
      bad(`tensor ${name} of shape [${shape.join(", ")}] needs ${needed} bytes, has ${to - from}`);
    }
    // A copy, because an array of doubles must begin at a multiple of 8.
    tensors.set(name, { shape, data: reader.read(numbers.slice(from, to)) });
  }
  return { tensors, others, texts };
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Entry>;
  return (
    typeof dtype === "string" &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isCount) &&
    offsets[0]! <= offsets[1]!
  );
}

function fingerprint(
  entries: Readonly<Record<string, Entry>>,
  texts: Record<string, string>,
  parts: readonly Uint8Array[],
): string {
  return sha256(JSON.stringify([texts, entries]), ...parts);
}
