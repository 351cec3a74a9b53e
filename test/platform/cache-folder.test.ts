/**
 * The cache folder stays small.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
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
import { remember } from "#nablab/platform/memory.js";

const before = { ...process.env };
beforeEach(() => {
  const home = mkdtempSync(path.join(tmpdir(), "nablab-cache-"));
  process.env.XDG_CACHE_HOME = home;
  process.env.LOCALAPPDATA = home;
});
afterEach(() => {
  for (const name of ["XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"]) {
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
  const young = [kept("typescript-new.bin", mostDays - 1), kept(`found/${"0".repeat(32)}`, 0)];
  boundCache();
  expect(old.filter((file) => existsSync(file))).toEqual([]);
  expect(young.filter((file) => existsSync(file))).toEqual(young);
  expect(cacheSize()).toBe(20);
});

test("of too much the oldest goes", () => {
  const third = mostBytes / 3;
  const files = [3, 4, 2, 1].map((days) => kept(`sliders/${days}.json`, days, third));
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

test("what nablab did not write there stays", () => {
  const theirs = ["essay.txt", "found/essay", "sliders/essay.txt", "essay/0.json", "typescript-notes.txt"];
  const files = theirs.map((name) => kept(name, mostDays + 1));
  const interrupted = [
    kept("typescript-5-x64-1.bin.77.tmp", mostDays + 1),
    kept(`found/.${"a".repeat(32)}.77.tmp`, mostDays + 1),
    kept("sliders/.3f.json.77.tmp", mostDays + 1),
  ];
  boundCache();
  expect(files.filter((file) => existsSync(file))).toEqual(files);
  expect(interrupted.filter((file) => existsSync(file))).toEqual([]);
});

test("links are not followed", () => {
  const essay = kept("sliders/essay.json", mostDays + 1);
  const elsewhere = mkdtempSync(path.join(tmpdir(), "nablab-theirs-"));
  renameSync(path.dirname(essay), path.join(elsewhere, "essays"));
  symlinkSync(path.join(elsewhere, "essays"), path.join(cacheFolder(), "sliders"));
  symlinkSync(elsewhere, path.join(cacheFolder(), "found"));
  symlinkSync(path.join(elsewhere, "essays", "essay.json"), path.join(cacheFolder(), "typescript-essay.bin"));
  boundCache();
  expect(readdirSync(path.join(elsewhere, "essays"))).toEqual(["essay.json"]);
  expect(cacheSize()).toBe(0);
});

test("what cannot be read or removed keeps nothing else from being removed", () => {
  const old = kept("sliders/old.json", mostDays + 1);
  symlinkSync("typescript-loop.bin", path.join(cacheFolder(), "typescript-loop.bin"));
  mkdirSync(path.join(cacheFolder(), "typescript-folder.bin"));
  writeFileSync(path.join(cacheFolder(), "found"), "no folder");
  boundCache();
  expect(existsSync(old)).toBe(false);
});

test.skipIf(process.platform === "win32")("a cache folder that is empty or relative counts as none", () => {
  for (const value of ["", "here", "./here"]) {
    process.env.XDG_CACHE_HOME = value;
    expect(cacheFolder()).toBe(path.join(homedir(), ".cache", "nablab"));
    process.env.HOME = value;
    expect(path.isAbsolute(cacheFolder())).toBe(true);
    if (before.HOME !== undefined) process.env.HOME = before.HOME;
  }
});

test("what is remembered bounds the cache", () => {
  const old = kept(`found/${"0".repeat(32)}`, mostDays + 1);
  remember("What is the answer?", "42");
  expect(existsSync(old)).toBe(false);
});
