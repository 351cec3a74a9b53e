/**
 * The warning about a cell that fills the memory within one call.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { RunningCell } from "#nablab/kernel/running-cell.js";

const fresh = (): string =>
  path.join(mkdtempSync(path.join(tmpdir(), "nablab-running-")), "kernel.json.running");

test("the process after one that died says which cell ran, once", () => {
  const file = fresh();
  const before = new RunningCell(file, 4e9);
  expect(before.takeDeath()).toBeUndefined();
  before.begin({ code: "\nconst all = huge();\nall", execution_count: 7 }, 1e9);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ execution_count: 7 });
  const after = new RunningCell(file, 4e9);
  expect(after.takeDeath()).toMatch(
    /^The kernel ended while cell \[7\] ran, const all = huge\(\);; .* 4\.0 GB, .*\n$/,
  );
  expect(after.takeDeath()).toBeUndefined();
  expect(new RunningCell(file, 4e9).takeDeath()).toBeUndefined();
});

test("a cell that ended leaves nothing, nor does a file that is none", () => {
  const file = fresh();
  const cell = new RunningCell(file, 4e9);
  cell.begin({ code: "1", execution_count: 1 }, 1e9);
  cell.end();
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, "{");
  expect(new RunningCell(file, 4e9).takeDeath()).toBeUndefined();
  const nowhere = new RunningCell(path.join(tmpdir(), "no", "such", "folder"), 4e9);
  nowhere.begin({ code: "1", execution_count: 1 }, 1e9);
  nowhere.end();
  const graded = new RunningCell(undefined, 4e9);
  graded.begin({ code: "1", execution_count: 1 }, 1e9);
  expect(graded.takeDeath()).toBeUndefined();
});

test("a call that takes nearly all memory is named once, only while the cell does not look itself", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const cell = new RunningCell(undefined, 4e9);
    const begin = (taken = 1e9): void => cell.begin({ code: "1", execution_count: 1 }, taken);
    const said = (taken: number, isChecked: boolean): boolean =>
      cell.memoryProblem(taken, isChecked) !== undefined;
    begin();
    expect(said(3.5e9, false)).toBe(false); // it may look in a moment
    vi.advanceTimersByTime(2000);
    expect(said(3e9, true)).toBe(false);
    expect(said(3.5e9, false)).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(said(2.5e9, false)).toBe(false);
    expect(said(3.5e9, false)).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(cell.memoryProblem(3.5e9, false)).toMatch(
      /^The kernel takes 3\.5 GB, and more within a single call.* 4\.0 GB, .*\n$/,
    );
    expect(said(3.6e9, false)).toBe(false);
    begin(3.5e9); // what was taken before it is not the cell's: it may wait
    expect(said(3.6e9, false)).toBe(false);
    vi.advanceTimersByTime(9000);
    expect(said(3.89e9, false)).toBe(false);
    expect(said(3.9e9, false)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test("what a killed kernel left goes with the next kernel, unless its connection file is still there", () => {
  const file = fresh();
  const folder = path.dirname(file);
  const [stale, live, other] = ["gone.json.running", "live.json.running", "a.running"].map((name) => {
    writeFileSync(path.join(folder, name), "{}");
    return path.join(folder, name);
  });
  writeFileSync(path.join(folder, "live.json"), "{}");
  new RunningCell(file, 4e9);
  expect([stale!, live!, other!].map((left) => existsSync(left))).toEqual([false, true, true]);
});
