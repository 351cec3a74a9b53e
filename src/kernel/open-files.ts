/**
 * How many files a process may open. Node loads the parts of a program all at once, and fails in the middle of it where
 * too few are allowed; so that is found out before.
 */
import { readFileSync } from "node:fs";

/** Loading nablab in a cell took between 128 and 160; a training loads it once more in each of its threads. */
const needed = 256;

/** What is wrong with the limit of this process, and the fix; undefined where it is high enough, or unknown (not on Linux). */
export function openFilesProblem(): { what: string; fix: string } | undefined {
  let limits: string;
  try {
    limits = readFileSync("/proc/self/limits", "utf8");
  } catch {
    return undefined;
  }
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  if (soft === undefined || Number(soft) >= needed) return undefined;
  return { what: `this shell allows ${soft} open files, ${needed} are needed`, fix: "ulimit -n 1024" };
}
