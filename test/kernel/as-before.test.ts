/** What a graded notebook leaves in its folder is removed, or refused loudly. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";

/** Runs `between` in a process without a superuser's rights, in a folder that holds `own/own.txt`; what it leaves and throws. */
function leaves(between: string): { left: string[]; thrown: string; mode: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-before-"));
  mkdirSync(path.join(folder, "own"));
  writeFileSync(path.join(folder, "own", "own.txt"), "mine");
  // The system refuses a superuser nothing.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid)
    for (const name of [".", "own", "own/own.txt"]) chownSync(path.join(folder, name), 65534, 65534);
  const module = JSON.stringify(path.resolve("dist/kernel/as-before.js"));
  const script = `
    import * as fs from "node:fs";
    import { asBefore } from ${module};
    const names = () => fs.readdirSync(".", { recursive: true, encoding: "latin1" }).sort();
    const restore = asBefore(process.cwd());
    ${between}
    let thrown = "";
    try { restore(); } catch (error) { thrown = error.code; }
    console.log(JSON.stringify({ left: names(), thrown, mode: fs.statSync("own").mode.toString(8) }));`;
  const options = { cwd: folder, encoding: "utf8", timeout: 20_000, ...user } as const;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], options);
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true, force: true });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const nothing = { left: ["own", "own/own.txt"], thrown: "", mode: "40755" };

test.skipIf(process.platform === "win32")("folders that refuse to be moved or emptied are removed", () => {
  // A folder that may not be written to cannot be moved to another folder.
  const between = `
    fs.mkdirSync("own/closed/deep", { recursive: true });
    fs.writeFileSync("own/closed/deep/a.txt", "");
    for (const name of ["own/closed/deep", "own/closed"]) fs.chmodSync(name, 0o500);
    const bytes = Buffer.from("own/\\xff \\n'", "latin1");
    fs.mkdirSync(bytes);
    fs.chmodSync(bytes, 0);
    fs.symlinkSync("own/own.txt", "link");`;
  expect(leaves(between)).toEqual(nothing);
});

test.skipIf(process.platform === "win32")("a folder that was there is opened again", () => {
  const between = `
    fs.writeFileSync("own/new.txt", "");
    fs.chmodSync("own", 0o111);`;
  expect(leaves(between)).toEqual(nothing);
});

test.skipIf(process.platform === "win32")("what cannot be removed is said", () => {
  // A folder that is closed from the beginning, as one of another user is.
  const between = `
    fs.chmodSync("own", 0o555);
    const again = asBefore(process.cwd());
    fs.chmodSync("own", 0o755);
    fs.writeFileSync("own/new.txt", "");
    let refused = "";
    try { again(); } catch (error) { refused = error.code; }
    if (refused !== "EACCES" || !fs.existsSync("own/new.txt")) console.error("not refused", refused);`;
  expect(leaves(between)).toEqual(nothing);
});

test("a notebook of the assignment that was graded before is as it was", () => {
  const between = `
    fs.writeFileSync("a.ipynb", "graded");
    fs.writeFileSync("own/b.ipynb", "graded");
    const again = asBefore(process.cwd());
    fs.writeFileSync("a.ipynb", "forged");
    fs.rmSync("own", { recursive: true });
    again();
    if (fs.readFileSync("a.ipynb") + fs.readFileSync("own/b.ipynb") !== "gradedgraded") console.error("forged");
    fs.writeFileSync("own/own.txt", "");
    for (const name of ["a.ipynb", "own/b.ipynb"]) fs.rmSync(name);`;
  expect(leaves(between)).toEqual(nothing);
});

test.skipIf(process.platform === "win32")("what has become something else is what it was", () => {
  // A folder is a file, a link elsewhere, or a notebook's name; a notebook is a folder, a link or a pipe, or closed.
  const changes = [
    'fs.writeFileSync("tasks", "");',
    'fs.mkdirSync("own/other"); fs.symlinkSync("own/other", "tasks");',
    'fs.mkdirSync("tasks"); fs.mkdirSync("tasks/b.ipynb"); fs.writeFileSync("tasks/b.ipynb/c", "");',
    'fs.mkdirSync("tasks"); fs.symlinkSync("../own/own.txt", "tasks/b.ipynb");',
    'fs.mkdirSync("tasks"); execFileSync("mkfifo", ["tasks/b.ipynb"]);',
    'fs.mkdirSync("tasks"); fs.writeFileSync("tasks/b.ipynb", "graded"); fs.chmodSync("tasks/b.ipynb", 0);',
  ];
  for (const change of changes) {
    const between = `
      const { execFileSync } = await import("node:child_process");
      fs.mkdirSync("tasks");
      fs.writeFileSync("tasks/b.ipynb", "graded", { mode: 0o600 });
      const again = asBefore(process.cwd());
      fs.rmSync("tasks", { recursive: true });
      ${change}
      again();
      const { mode } = fs.lstatSync("tasks/b.ipynb");
      if (!fs.lstatSync("tasks").isDirectory() || mode !== (fs.constants.S_IFREG | 0o600)) console.error(mode);
      if (String(fs.readFileSync("tasks/b.ipynb")) !== "graded") console.error("forged");
      if (String(fs.readFileSync("own/own.txt")) !== "mine") console.error("written through a link");`;
    expect(leaves(between), change).toEqual(nothing);
  }
});

test.skipIf(process.platform === "win32")("only files are read, and nothing stands in for a link", () => {
  const between = `
    const { execFileSync } = await import("node:child_process");
    fs.symlinkSync("nowhere", "link.ipynb");
    execFileSync("mkfifo", ["pipe.ipynb"]);
    const again = asBefore(process.cwd());
    again();
    if (fs.readdirSync(".").length !== 3) console.error(fs.readdirSync("."));
    fs.rmSync("link.ipynb");
    fs.writeFileSync("link.ipynb", "forged");
    again();
    if (fs.existsSync("link.ipynb")) console.error("forged");`;
  expect(leaves(between)).toEqual(nothing);
});
