/** Files are replaced whole; what is no file is written to and stays what it is. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { requireWritable, writeAtomically } from "#nablab/platform/write-atomically.js";

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

test("a link to a file that does not exist yet stays, and its file is made", () => {
  symlinkSync("new/below.txt", at("dangling"));
  symlinkSync("dangling", at("chain"));
  requireWritable(at("chain"));
  writeAtomically(at("chain"), "made");
  expect(readFileSync(at("new/below.txt"), "utf8")).toBe("made");
  for (const link of ["dangling", "chain"]) expect(lstatSync(at(link)).isSymbolicLink()).toBe(true);
  symlinkSync("ring", at("ring"));
  expect(() => writeAtomically(at("ring"), "")).toThrow("a link that leads back to itself");
  expect(lstatSync(at("ring")).isSymbolicLink()).toBe(true);
});

test.skipIf(process.platform === "win32")(
  "permissions stay whatever the umask, and a new file has its",
  () => {
    const umask = process.umask(0o027);
    try {
      for (const mode of [0o666, 0o664, 0o600, 0o755]) {
        writeFileSync(at("shared"), "old");
        chmodSync(at("shared"), mode);
        writeAtomically(at("shared"), "new");
        expect((statSync(at("shared")).mode & 0o7777).toString(8)).toBe(mode.toString(8));
      }
      writeAtomically(at("fresh"), "");
      expect(statSync(at("fresh")).mode & 0o777).toBe(0o640);
    } finally {
      process.umask(umask);
    }
  },
);

/** Writes "mine\n" to `target` in a process with stdout to `log`, to which it has said "before", and which says "after". */
function writeWithLog(target: string, log: number | "pipe"): string {
  const module = JSON.stringify(path.resolve("dist/platform/write-atomically.js"));
  const script = `import { requireWritable, writeAtomically } from ${module};
    process.stdout.write("before\\n");
    requireWritable(${JSON.stringify(target)});
    writeAtomically(${JSON.stringify(target)}, "mine\\n");
    process.stdout.write("after\\n");`;
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", log, "pipe", log],
    encoding: "utf8",
    timeout: 20_000,
  });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

describe.skipIf(process.platform === "win32")("a descriptor is written to where it stands", () => {
  symlinkSync("/dev/stdout", at("to-stdout"));
  const cases = [
    ["/dev/stdout", "w"],
    ["/dev/stdout", "a"],
    ["/dev/fd/3", "a"],
    [at("to-stdout"), "w"],
    ...(process.platform === "linux" ? [["/proc/self/fd/1", "a"] as const] : []),
  ] as const;
  test.each(cases)("%s of a log that is opened as %s", (name, flag) => {
    const log = at("log");
    writeFileSync(log, "old\n");
    const { ino } = statSync(log);
    const opened = openSync(log, flag);
    writeWithLog(name, opened);
    closeSync(opened);
    expect(readFileSync(log, "utf8")).toBe(`${flag === "a" ? "old\n" : ""}before\nmine\nafter\n`);
    expect(statSync(log).ino).toBe(ino);
  });
  test("as is a pipe or socket of a parent process", () => {
    expect(writeWithLog("/dev/stdout", "pipe")).toBe("before\nmine\nafter\n");
  });
});
