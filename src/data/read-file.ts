/**
 * A data file's bytes, unpacked where it is a `.gz`, and errors that name the file.
 */
import { gunzip, readFile, workingFolder } from "#platform";

/**
 * Reads a file. What begins as gzip does is unpacked, whatever it is called; `FILE.gz` is read where FILE is missing.
 *
 * @throws Error in the name of `who` when the file is missing, cannot be read, or is damaged
 */
export async function readDataFile(who: string, file: string): Promise<Uint8Array> {
  const read = async (path: string) => {
    try {
      return await readFile(path);
    } catch (cause) {
      throw new Error(`${who}: the file cannot be read (${(cause as Error).message}); got ${file}`, {
        cause,
      });
    }
  };
  const bytes = (await read(file)) ?? (await read(`${file}.gz`));
  if (!bytes) {
    throw new Error(
      `${who}: there is no such file (nor one with .gz added); a path is taken from ${workingFolder()}; got ${file}`,
    );
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await gunzip(bytes);
  } catch (cause) {
    throw new Error(
      `${who}: the file is damaged: gzip says "${(cause as Error).message}" (cut off while it was copied?); got ${file}`,
      { cause },
    );
  }
}
