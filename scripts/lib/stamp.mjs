// Stamps: files with the hash of the inputs from which something was made. They are removed before work starts and written
// when it ends, so interrupted work is repeated and finished work is not.
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
 * A hash of texts and files; a folder stands for all files in it.
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
 * The files at or below a path, in a fixed order; none if the path does not exist.
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
 * Does some work unless its stamp shows that it was done with the same inputs.
 *
 * @param {string} stamp the file
 * @param {string} inputs their hash
 * @param {(before: string | undefined) => Promise<void>} work receives the hash of the last finished run, if any
 * @returns {Promise<boolean>} whether the work was done
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
