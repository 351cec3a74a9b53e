/** What lies in a submission and is no file of the student's own is refused before anything reads it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { contentOf, obstacleTo } from "#nablab/cli/course/submissions.js";

const course = mkdtempSync(path.join(tmpdir(), "nablab-obstacles-"));
afterAll(() => rmSync(course, { recursive: true }));
const assignment = "a";
mkdirSync(path.join(course, "release", assignment), { recursive: true });
writeFileSync(path.join(course, "release", assignment, "a.ipynb"), "{}");

function submission(student: string): string {
  const folder = path.join(course, "submitted", student, assignment);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "a.ipynb"), "{}");
  return folder;
}
const obstacle = (student: string) => obstacleTo(course, { assignment, student });

test("files and folders are no obstacle", () => {
  const folder = submission("ada");
  mkdirSync(path.join(folder, "data"));
  writeFileSync(path.join(folder, "data", "x.csv"), "1");
  expect(obstacle("ada")).toBeUndefined();
});

describe.skipIf(process.platform === "win32")("not files", () => {
  test.each(["a.ipynb", "other.txt", "data/deep.csv"])("a pipe in place of %s is not waited for", (name) => {
    const folder = submission("pipe");
    mkdirSync(path.join(folder, "data"), { recursive: true });
    rmSync(path.join(folder, name), { force: true });
    expect(spawnSync("mkfifo", [path.join(folder, name)]).status).toBe(0);
    expect(contentOf(course, { assignment, student: "pipe" })).toMatch(/^[0-9a-f]{64}$/);
    expect(obstacle("pipe")).toBe(
      `${path.basename(name)} is no file but a pipe, a socket or a device; submissions hold files only`,
    );
    rmSync(folder, { recursive: true });
  });

  test("a socket", async () => {
    const folder = submission("socket");
    const server = createServer().listen(path.join(folder, "s"));
    await new Promise((resolve) => server.once("listening", resolve));
    expect(obstacle("socket")).toMatch(/^s is no file but a pipe, a socket or a device/);
    server.close();
  });

  test("links: to a file, to a folder, to a device, to nothing, and the folder itself", () => {
    for (const target of ["/etc/passwd", "/etc", "/dev/zero", "/nowhere"]) {
      const folder = submission("link");
      symlinkSync(target, path.join(folder, "x"));
      expect(obstacle("link")).toBe("x is a link to another file; submissions hold files of their own only");
      rmSync(folder, { recursive: true });
    }
    mkdirSync(path.join(course, "submitted", "whole"));
    symlinkSync(submission("ada"), path.join(course, "submitted", "whole", assignment));
    expect(obstacle("whole")).toMatch(/^a is a link to another file/);
  });

  test.each(["<img src=x onerror=alert(1)>", 'a"b', "a*", "a[1]", "a\u0007b", "x."])(
    "a folder named %s is no student's",
    (student) => {
      submission(student);
      expect(obstacle(student)).toMatch(/^the folder is named as no student can be: an id must not /);
    },
  );
});
