/**
 * The limit on open files. Node loads the modules of a program all at once, and fails half-way if the limit is too low; so
 * it is checked first.
 */
import { readFileSync } from "node:fs";

/** Loading nablab in a cell needed between 128 and 160 files; training loads it again in each thread. */
const needed = 256;

/** The problem with the limit of this process, and its fix; undefined if it is high enough, or unknown (not on Linux). */
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
