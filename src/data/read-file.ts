/**
 * A data file's bytes, unpacked where it is a `.gz`, and errors that name the file.
 */
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unpack = promisify(gunzip);

/**
 * Reads a file. What begins as gzip does is unpacked, whatever it is called; `FILE.gz` is read where FILE is missing.
 *
 * @throws Error in the name of `who` when the file is missing, cannot be read, or is damaged
 */
export async function readDataFile(who: string, file: string): Promise<Uint8Array> {
  const read = async (path: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(path);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT") return undefined;
      throw new Error(`${who}: the file cannot be read (${message}); got ${file}`, { cause });
    }
  };
  const bytes = (await read(file)) ?? (await read(`${file}.gz`));
  if (!bytes) {
    throw new Error(
      `${who}: there is no such file (nor one with .gz added); a path is taken from ${process.cwd()}; got ${file}`,
    );
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await unpack(bytes);
  } catch (cause) {
    throw new Error(
      `${who}: the file is damaged: gzip says "${(cause as Error).message}" (cut off while it was copied?); got ${file}`,
      { cause },
    );
  }
}
