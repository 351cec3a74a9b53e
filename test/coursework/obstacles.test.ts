/** What lies in a submission and is no file of the student's own is refused before anything reads it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { filesToSend } from "#nablab/cli/course/cluster.js";
import {
  contentOf,
  obstacleTo,
  progressOf,
  submissionsIn,
  unnamedIn,
  writeRecord,
} from "#nablab/cli/course/submissions.js";

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

// says: R4
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

/** A name in Latin-1, as a zip may hold it. */
const latin1 = (folder: string): Buffer => Buffer.concat([Buffer.from(`${folder}/b`), Buffer.of(0xe4, 0x72)]);

describe.skipIf(process.platform !== "linux")("what cannot be read", () => {
  const cases: [string, (folder: string) => void, RegExp][] = [
    [
      "a file whose name is not UTF-8",
      (folder) => writeFileSync(latin1(folder), "1"),
      /^b.r cannot be read, as its name is not UTF-8/,
    ],
    ["such a folder", (folder) => mkdirSync(latin1(folder)), /^b.r cannot be read, as its name is not UTF-8/],
    [
      "a file beyond 2 GB",
      (folder) => {
        writeFileSync(path.join(folder, "big.bin"), "");
        truncateSync(path.join(folder, "big.bin"), 3e9);
      },
      /^big\.bin is too large: 3\.0 GB, and at most 2 GB can be read$/,
    ],
    [
      "a file in place of the folder",
      (folder) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, "{}");
      },
      /^a is a file; expected a folder with the notebook in it$/,
    ],
  ];
  test.each(cases)("%s is reported and blocks nobody", (_, make, reason) => {
    const one = { assignment, student: "odd" };
    const folder = submission(one.student);
    const before = contentOf(course, one);
    writeRecord(course, one, { content: before });
    make(folder);
    expect(obstacle(one.student)).toMatch(reason);
    const content = contentOf(course, one);
    expect(content).toMatch(/^[0-9a-f]{64}$/);
    expect(content).not.toBe(before);
    expect(submissionsIn(course, "submitted", [assignment])).toContainEqual(one);
    writeRecord(course, one, { content, failure: "why" });
    expect(progressOf(course, one)).toEqual({ step: "failed", reason: "why" });
    rmSync(folder, { recursive: true });
  });

  test("a student's folder whose name is not UTF-8 is named, not passed over", () => {
    mkdirSync(latin1(path.join(course, "submitted")));
    expect(unnamedIn(course)).toEqual([path.join("submitted", "b\uFFFDr")]);
    rmSync(path.join(course, "submitted"), { recursive: true });
  });
});

test("what is too large to travel to a cluster is refused with its size", () => {
  const folder = submission("large");
  writeFileSync(path.join(folder, "data.bin"), "");
  truncateSync(path.join(folder, "data.bin"), 420e6);
  expect(() => filesToSend(folder)).toThrow(
    "its files take 421 MB, and at most 300 MB go to a cluster; grade it without --dask",
  );
  truncateSync(path.join(folder, "data.bin"), 2);
  expect(filesToSend(folder)).toEqual({ "a.ipynb": "e30=", "data.bin": "AAA=" });
});
