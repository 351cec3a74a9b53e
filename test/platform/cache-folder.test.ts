/**
 * The cache folder stays small.
 */
import { existsSync, mkdirSync, mkdtempSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  boundCache,
  cacheFolder,
  cacheSize,
  mostBytes,
  mostDays,
  noteUse,
} from "#nablab/platform/cache-folder.js";

const before = { ...process.env };
beforeEach(() => {
  const home = mkdtempSync(path.join(tmpdir(), "nablab-cache-"));
  process.env.XDG_CACHE_HOME = home;
  process.env.LOCALAPPDATA = home;
});
afterEach(() => {
  for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA"]) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** A file of the cache that was used so many days ago. */
function kept(name: string, days: number, size = 10): string {
  const file = path.join(cacheFolder(), name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, new Uint8Array(size));
  const then = Date.now() / 1000 - days * 86_400;
  utimesSync(file, then, then);
  return file;
}

test("what was not used for long goes, in folders as well", () => {
  const old = [kept("typescript-old.bin", mostDays + 1), kept("sliders/old.json", mostDays + 2)];
  const young = [kept("typescript-new.bin", mostDays - 1), kept("found/new", 0)];
  boundCache();
  expect(old.filter((file) => existsSync(file))).toEqual([]);
  expect(young.filter((file) => existsSync(file))).toEqual(young);
  expect(cacheSize()).toBe(20);
});

test("of too much the oldest goes", () => {
  const third = mostBytes / 3;
  const files = [kept("c", 3, third), kept("d", 4, third), kept("b", 2, third), kept("a", 1, third)];
  boundCache();
  expect(files.map((file) => existsSync(file))).toEqual([true, false, true, true]);
});

test("a file that is used stays, and no cache is no error", () => {
  expect(cacheSize()).toBe(0);
  boundCache();
  noteUse(path.join(cacheFolder(), "none"));
  const file = kept("typescript-used.bin", mostDays + 1);
  noteUse(file);
  boundCache();
  expect(existsSync(file)).toBe(true);
  expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(86_400_000);
});
