/**
 * Facts about this machine that take time to determine, kept in the cache folder.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { boundCache, cacheFolder, noteUse } from "./cache-folder.js";
import { writeAtomically } from "./write-atomically.js";

const fileOf = (question: string): string =>
  path.join(cacheFolder(), "found", createHash("sha256").update(question).digest("hex").slice(0, 32));

/** The remembered answer; undefined if there is none, or it cannot be read. */
export function recall(question: string): string | undefined {
  try {
    const answer = readFileSync(fileOf(question), "utf8");
    noteUse(fileOf(question));
    return answer;
  } catch {
    return undefined;
  }
}

/** Remembers an answer; without write permission it is determined again next time. */
export function remember(question: string, answer: string): void {
  try {
    writeAtomically(fileOf(question), answer);
    boundCache();
  } catch {
    // see above
  }
}
