/** What `nablab course` says before nbgrader is needed; what it does with it is in test/coursework. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { folder, nablab } from "./nablab.js";

test("new lays out a course, and never over something", async () => {
  const dir = folder();
  const { status, stderr } = await nablab(dir, "course", "new", "mine");
  expect([status, stderr]).toEqual([
    0,
    expect.stringContaining("a course with 5 assignments: 1-gradient-descent"),
  ]);
  expect(stderr).toContain("Next: cd mine && npx nablab course release 1-gradient-descent");
  expect(readdirSync(path.join(dir, "mine")).sort()).toEqual([
    ".gitignore",
    "nbgrader_config.py",
    "source",
    "submitted",
  ]);
  const again = await nablab(dir, "course", "new", "mine");
  expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("there is something already")]);
  expect((await nablab(dir, "course", "new", "bare", "--empty")).status).toBe(0);
  expect(readdirSync(path.join(dir, "bare", "source"))).toEqual([]);
});

test.each([["release"], ["autograde"], ["feedback"], ["scores"]])(
  "%s outside of a course says what to do",
  async (command) => {
    const { status, stderr } = await nablab(folder(), "course", command);
    expect([status, stderr]).toEqual([2, expect.stringContaining("npx nablab course new FOLDER")]);
  },
);

test("names the assignments that there are, and what comes first", async () => {
  const dir = folder();
  await nablab(dir, "course", "new", ".");
  const unknown = await nablab(dir, "course", "release", "6-more");
  expect([unknown.status, unknown.stderr]).toEqual([
    2,
    expect.stringMatching(/no assignment 6-more in source; there is 1-grad.*, 5-sub/),
  ]);
  const early = await nablab(dir, "course", "autograde");
  expect([early.status, early.stderr]).toEqual([
    2,
    expect.stringContaining("no assignment is released (npx nablab course release ASSIGNMENT)"),
  ]);
  mkdirSync(path.join(dir, "release", "1-gradient-descent"), { recursive: true });
  const empty = await nablab(dir, "course", "autograde", "--student", "ada");
  expect(empty.stderr).toContain(
    "nothing of ada was handed in for 1-gradient-descent; submissions lie in submitted/STUDENT/ASSIGNMENT/",
  );
  const none = await nablab(dir, "course", "autograde", "--jobs", "0");
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("expected a whole number above 0")]);
  expect(existsSync(path.join(dir, "gradebook.db"))).toBe(false);
});
