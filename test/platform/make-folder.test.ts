/**
 * A folder that the system refuses is an error at once.
 */
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "#nablab/platform/make-folder.js";

const home = mkdtempSync(path.join(tmpdir(), "nablab-folder-"));

test("folders are made with those around them, or are there", () => {
  const folder = path.join(home, "a", "b", "c");
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test("a file in the way is said", () => {
  writeFileSync(path.join(home, "file"), "");
  expect(() => makeFolder(path.join(home, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(path.join(home, "file", "b"))).toThrow("ENOTDIR");
});

test.runIf(process.platform === "linux")(
  "so is a file system that says that nothing exists, as /proc",
  () => {
    expect(() => makeFolder("/proc/none/a/b")).toThrow("ENOENT");
  },
);
