/**
 * Reads data files, whole or in chunks, decompresses gzip, and names the file in errors.
 */
import { gunzip, gunzipChunks, openFile, readFile, workingFolder } from "#platform";

/** A compressed file that expands to more is rejected if it would be held in memory: a few bytes can expand to gigabytes. */
export const mostUnpacked = 2 ** 29;

/** A file read as a stream. */
export interface DataFile {
  /** The decompressed bytes. */
  chunks: AsyncIterable<Uint8Array>;
  /** The stored size of the file, if known. */
  readonly size: number | undefined;
  /** How many stored bytes were read so far. */
  readonly read: number;
}

/**
 * Reads a file. Gzip is recognised by its first bytes, whatever the name; `FILE.gz` is read if FILE is missing.
 *
 * @param most the largest decompressed size in bytes; 512 MB by default
 * @throws Error in the name of `who` if the file is missing, cannot be read, is damaged, or expands to more
 */
export async function readDataFile(who: string, file: string, most = mostUnpacked): Promise<Uint8Array> {
  const bytes = await found(who, file, readFile);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = await gunzip(bytes, most).catch((cause) => {
    throw damaged(who, file, cause);
  });
  if (unpacked) return unpacked;
  throw new RangeError(
    `${who}: the file unpacks to more than ${(most / 2 ** 20).toFixed(0)} MB; if that is what it should hold, unpack it with gunzip first; got ${file} of ${bytes.length} bytes`,
  );
}

/**
 * Opens a file of any size to be read in chunks, located and decompressed as by `readDataFile`.
 *
 * @throws Error in the name of `who` if the file is missing; `chunks` throws if it cannot be read or is damaged
 */
export async function openDataFile(who: string, file: string): Promise<DataFile> {
  const opened = await found(who, file, openFile);
  let read = 0;
  async function* counted(): AsyncIterable<Uint8Array<ArrayBuffer>> {
    try {
      for await (const chunk of opened.chunks) {
        read += chunk.length;
        yield chunk;
      }
    } catch (cause) {
      throw unreadable(who, file, cause);
    }
  }
  async function* unpacked(): AsyncIterable<Uint8Array> {
    const { first, all } = await peek(counted());
    if (first[0] !== 0x1f || first[1] !== 0x8b) return yield* all;
    try {
      yield* gunzipChunks(all);
    } catch (cause) {
      throw damaged(who, file, cause);
    }
  }
  return {
    chunks: unpacked(),
    size: opened.size,
    get read() {
      return read;
    },
  };
}

/** The first bytes, at least two if there are as many, and the same chunks from the beginning. */
async function peek(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>) {
  const iterator = chunks[Symbol.asyncIterator]();
  const begun: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length < 2) {
    const { value, done } = await iterator.next();
    if (done) break;
    begun.push(value);
    length += value.length;
  }
  async function* all() {
    try {
      yield* begun;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      await iterator.return?.(); // closes the file, even if the caller stops within the first chunks
    }
  }
  return { first: begun.flatMap((chunk) => [...chunk.subarray(0, 2)]), all: all() };
}

/** The result of `open` for the file, or for `FILE.gz`. */
async function found<T>(
  who: string,
  file: string,
  open: (file: string) => Promise<T | undefined>,
): Promise<T> {
  const attempt = (path: string) =>
    open(path).catch((cause) => {
      throw unreadable(who, file, cause);
    });
  const result = (await attempt(file)) ?? (await attempt(`${file}.gz`));
  if (result !== undefined) return result;
  throw new Error(
    `${who}: there is no such file (nor one with .gz added); a path is taken from ${workingFolder()}; got ${file}`,
  );
}

function unreadable(who: string, file: string, cause: unknown): Error {
  return new Error(`${who}: the file cannot be read (${(cause as Error).message}); got ${file}`, { cause });
}

function damaged(who: string, file: string, cause: unknown): Error {
  const { message } = cause as Error;
  // A read error already has its message.
  if (message.startsWith(`${who}: `)) return cause as Error;
  return new Error(
    `${who}: the file is damaged: gzip says "${message}" (cut off while it was copied?); got ${file}`,
    { cause },
  );
}
