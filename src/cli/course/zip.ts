/**
 * Reads untrusted zip files: refuses names outside their folder, and contents that would fill memory or disk.
 */
import { type UnzipFileInfo, unzipSync, zipSync } from "fflate";
import { InputError } from "../input-error.js";

/** The limits on the unpacked size of a zip file. */
export interface ZipLimits {
  files: number;
  /** Bytes of a file, and of all of them. */
  each: number;
  all: number;
}

/** Enough for a class of a thousand. */
export const zipLimits: ZipLimits = { files: 20_000, each: 2e8, all: 2e9 };

/** A file in a zip file. */
export interface ZipEntry {
  /** Its path, with slashes. */
  name: string;
  content: Uint8Array;
}

/**
 * Unpacks a zip file into memory.
 *
 * @param file its name, for messages
 * @throws InputError if it is not a zip file, is truncated, or violates the limits
 */
export function readZip(bytes: Uint8Array, file: string, limits: ZipLimits = zipLimits): ZipEntry[] {
  let files = 0;
  let all = 0;
  const names = new Map<string, string>();
  const filter = ({ name, originalSize }: UnzipFileInfo): boolean => {
    // Some systems do not allow control characters, such as a tab, in names.
    const readable = readableName(name).replace(/\p{Cc}/gu, (letter) => (letter === "\0" ? letter : "_"));
    if (readable.endsWith("/") || isSystemFile(readable)) return false;
    if (!isInside(readable))
      throw new InputError(`${file}: a name in it leaves its folder, got ${JSON.stringify(readable)}`);
    if (originalSize > limits.each) {
      throw new InputError(`${file}: a file in it is larger than ${size(limits.each)}: ${readable}`);
    }
    files++;
    all += originalSize;
    if (files > limits.files) throw new InputError(`${file}: more than ${limits.files} files are in it`);
    if (all > limits.all) throw new InputError(`${file}: it unpacks to more than ${size(limits.all)}`);
    names.set(name, readable);
    return true;
  };
  try {
    // Memory is allocated by the sizes checked above, whatever the compressed data contains.
    const unpacked = unzipSync(bytes, { filter });
    return Object.entries(unpacked).map(([name, content]) => ({ name: names.get(name)!, content }));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: not a zip file, or a torn one (${(error as Error).message})`);
  }
}

const size = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

const isSystemFile = (name: string): boolean => /(^|\/)(__MACOSX|\.DS_Store|Thumbs\.db)(\/|$)/.test(name);

/** Whether a path stays within the target folder, on any system. */
export const isInside = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  !/^[/\\]|^[A-Za-z]:|\\|[\0-\x1f]/.test(name) &&
  !name.split("/").some((part) => part === ".." || part === ".");

/** Decodes a name without the UTF-8 flag, which many programs write as UTF-8 nevertheless. */
function readableName(name: string): string {
  const codes = [...name].map((letter) => letter.codePointAt(0)!);
  if (codes.every((code) => code < 0x80 || code > 0xff) || codes.some((code) => code > 0xff))
    return name.normalize("NFC");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(codes)).normalize("NFC");
  } catch {
    return name.normalize("NFC");
  }
}

/** The bytes of a zip file; the same for the same entries. */
export function zipBytes(entries: readonly ZipEntry[]): Uint8Array {
  const files = Object.fromEntries(entries.map(({ name, content }) => [name, content]));
  return zipSync(files, { level: 6, mtime: new Date(1980, 0, 1) });
}
