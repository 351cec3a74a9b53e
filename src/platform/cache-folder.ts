/**
 * Where nablab keeps what it can compute again: V8's compiled code of the compiler for each version of Node, what was found out
 * about this machine, pictures for sliders of sites. Whatever adds to it removes what is old.
 */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The cache folder. */
export function cacheFolder(): string {
  const folder =
    process.platform === "win32" && process.env.LOCALAPPDATA
      ? process.env.LOCALAPPDATA
      : (process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"));
  return path.join(folder, "nablab");
}

/** The most that the cache holds, in bytes, and how long what nobody uses stays, in days. */
export const [mostBytes, mostDays] = [100e6, 60];
const day = 86_400_000;

interface Kept {
  file: string;
  size: number;
  used: number;
}

function keptFiles(folder = cacheFolder()): Kept[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const file = path.join(folder, name);
    const found = statSync(file, { throwIfNoEntry: false });
    return found?.isFile() ? [{ file, size: found.size, used: found.mtimeMs }] : [];
  });
}

/** Its size, in bytes. */
export function cacheSize(): number {
  try {
    return keptFiles().reduce((sum, { size }) => sum + size, 0);
  } catch {
    return 0; // there is none yet
  }
}

/** Notes that a file of the cache is used: its time of change is that, to a day. */
export function noteUse(file: string): void {
  try {
    const now = Date.now();
    if (now - statSync(file).mtimeMs > day) utimesSync(file, now / 1000, now / 1000);
  } catch {
    // It cannot be written to; then it goes earlier.
  }
}

/** Removes what was not used for long, and then the oldest until the rest is small enough. Call it after adding to the cache. */
export function boundCache(): void {
  try {
    let left = cacheSize();
    for (const { file, size, used } of keptFiles().sort((a, b) => a.used - b.used)) {
      if (left <= mostBytes && Date.now() - used <= mostDays * day) return;
      rmSync(file, { force: true });
      left -= size;
    }
  } catch {
    // Another process removes it as well, or it cannot be written to.
  }
}
