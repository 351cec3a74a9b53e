/**
 * Where nablab keeps what it can compute again: V8's compiled code of the compiler for each version of Node, what was found out
 * about this machine, pictures for sliders of sites. Whatever adds to it removes what is old.
 */
import { lstatSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { userFolder } from "./user-folders.js";

/** The cache folder. */
export const cacheFolder = (): string =>
  path.join(
    process.platform === "win32"
      ? userFolder("LOCALAPPDATA", "AppData", "Local")
      : userFolder("XDG_CACHE_HOME", ".cache"),
    "nablab",
  );

/** The most that the cache holds, in bytes, and how long what nobody uses stays, in days. */
export const [mostBytes, mostDays] = [100e6, 60];
const day = 86_400_000;

interface Kept {
  file: string;
  size: number;
  used: number;
}

/** What nablab writes there, by folder, also while it is written; all else is somebody else's. */
const written: Record<string, RegExp> = {
  ".": /^typescript-.+\.bin(\.\d+\.tmp)?$/, // kernel/typescript.ts
  found: /^\.?[\da-f]{32}(\.\d+\.tmp)?$/, // memory.ts
  sliders: /^\.?[\w-]+\.json(\.\d+\.tmp)?$/, // cli/site/slider-pictures.ts
};

/** The result of what may fail for one file or folder, and then is left out. */
function unlessItFails<T>(look: () => T[]): T[] {
  try {
    return look();
  } catch {
    return [];
  }
}

/** The files that nablab wrote. Links are not followed: what they name is elsewhere. */
function keptFiles(): Kept[] {
  return Object.entries(written).flatMap(([name, pattern]) => {
    const folder = path.join(cacheFolder(), name);
    const names = unlessItFails(() =>
      name !== "." && !lstatSync(folder).isDirectory() ? [] : readdirSync(folder),
    );
    return names
      .filter((name) => pattern.test(name))
      .flatMap((name) =>
        unlessItFails(() => {
          const file = path.join(folder, name);
          const found = lstatSync(file);
          return found.isFile() ? [{ file, size: found.size, used: found.mtimeMs }] : [];
        }),
      );
  });
}

/** Its size, in bytes. */
export const cacheSize = (): number => keptFiles().reduce((sum, { size }) => sum + size, 0);

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
  const kept = keptFiles().sort((a, b) => a.used - b.used);
  let left = kept.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size, used } of kept) {
    if (left <= mostBytes && Date.now() - used <= mostDays * day) return;
    try {
      rmSync(file, { force: true });
      left -= size;
    } catch {
      // It cannot be removed; the next one may.
    }
  }
}
