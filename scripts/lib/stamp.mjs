// Stamps: files that say from which inputs something was made. They are removed before work starts and written when
// it has ended, so what was interrupted is made again, and what is whole is left alone.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/**
 * A hash of texts and of files; a folder counts with all that is in it.
 *
 * @param {{ texts?: readonly string[], files?: readonly string[] }} inputs
 */
export function hashOf({ texts = [], files = [] }) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files) {
    for (const one of filesIn(file)) hash.update(`${one}\0`).update(readFileSync(one)).update("\0");
  }
  return hash.digest("hex");
}

/**
 * The files at or below a path, in a fixed order; none where nothing is.
 *
 * @param {string} file
 * @returns {string[]}
 */
export function filesIn(file) {
  if (!existsSync(file)) return [];
  if (!statSync(file).isDirectory()) return [file];
  return readdirSync(file)
    .sort()
    .flatMap((name) => filesIn(path.join(file, name)));
}

/**
 * Does some work unless its stamp says that it was done with the same inputs.
 *
 * @param {string} stamp the file
 * @param {string} inputs their hash
 * @param {(before: string | undefined) => Promise<void>} work gets the hash it was last done with, if it was ended
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function unlessDone(stamp, inputs, work) {
  const before = existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
  if (before === inputs) return false;
  rmSync(stamp, { force: true });
  await work(before);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(`${stamp}.tmp`, inputs);
  renameSync(`${stamp}.tmp`, stamp);
  return true;
}
