/**
 * nablab's cache: V8's compiled code of the compiler for each version of Node, facts about this machine, pictures for the
 * sliders of sites. Adding to the cache removes old files.
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

/** The maximum size of the cache in bytes, and the days after which unused files are removed. */
export const [mostBytes, mostDays] = [100e6, 60];
const day = 86_400_000;

interface Kept {
  file: string;
  size: number;
  used: number;
}

/** The names of nablab's files there, including temporary ones, by folder; all other files are foreign. */
const written: Record<string, RegExp> = {
  ".": /^typescript-.+\.bin(\.\d+\.tmp)?$/, // kernel/typescript.ts
  found: /^\.?[\da-f]{32}(\.\d+\.tmp)?$/, // memory.ts
  sliders: /^\.?[\w-]+\.json(\.\d+\.tmp)?$/, // cli/site/slider-pictures.ts
};

/** The result of `look`, or an empty list if it fails. */
function unlessItFails<T>(look: () => T[]): T[] {
  try {
    return look();
  } catch {
    return [];
  }
}

/** The files that nablab wrote. Links are not followed: they lead out of the cache. */
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

/** Records the use of a cached file in its modification time, to within a day. */
export function noteUse(file: string): void {
  try {
    const now = Date.now();
    if (now - statSync(file).mtimeMs > day) utimesSync(file, now / 1000, now / 1000);
  } catch {
    // A read-only file is evicted earlier.
  }
}

/** Removes long-unused files, then the oldest until the rest fits. Call it after adding to the cache. */
export function boundCache(): void {
  const kept = keptFiles().sort((a, b) => a.used - b.used);
  let left = kept.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size, used } of kept) {
    if (left <= mostBytes && Date.now() - used <= mostDays * day) return;
    try {
      rmSync(file, { force: true });
      left -= size;
    } catch {
      // It cannot be removed; try the next one.
    }
  }
}
