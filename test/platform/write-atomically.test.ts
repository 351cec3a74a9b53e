/** Files are replaced whole; what is no file is written to and stays what it is. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeAtomically } from "#nablab/platform/write-atomically.js";

const folder = mkdtempSync(path.join(tmpdir(), "nablab-atomic-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

test("a file is replaced, a link is followed, permissions stay, folders are made", () => {
  writeAtomically(at("deep/er/a.txt"), "1");
  chmodSync(at("deep/er/a.txt"), 0o640);
  symlinkSync(at("deep/er/a.txt"), at("link.txt"));
  const { ino } = statSync(at("deep/er/a.txt"));
  writeAtomically(at("link.txt"), "2");
  expect(readFileSync(at("deep/er/a.txt"), "utf8")).toBe("2");
  expect(lstatSync(at("link.txt")).isSymbolicLink()).toBe(true);
  expect(statSync(at("deep/er/a.txt")).mode & 0o777).toBe(0o640);
  expect(statSync(at("deep/er/a.txt")).ino).not.toBe(ino);
  mkdirSync(at("folder"));
  expect(() => writeAtomically(at("folder"), "3")).toThrow("a file cannot be written where a folder is");
});

test.skipIf(process.platform === "win32")("a pipe is written to, as `/dev/stdout` or a device is", () => {
  const pipe = at("pipe");
  expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
  const script = `import(${JSON.stringify(path.resolve("dist/platform/write-atomically.js"))}).then((all) => all.writeAtomically(${JSON.stringify(pipe)}, "through"))`;
  const { stdout } = spawnSync(
    "sh",
    ["-c", `"$1" -e "$2" & cat "$3"; wait`, "sh", process.execPath, script, pipe],
    {
      encoding: "utf8",
      timeout: 20_000,
    },
  );
  expect(stdout).toBe("through");
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});
