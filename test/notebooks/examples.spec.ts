/**
 * The classics of notebooks/examples: executed from scratch, with every published number asserted by a check of their own, in at most
 * forty lines of code each, and with the outputs that lie in the repository.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { folder, nablab, read } from "../cli/nablab.js";

const root = path.resolve(import.meta.dirname, "../..");
const examples = path.join(root, "notebooks/examples");
const names = readdirSync(examples).filter((name) => name.endsWith(".ipynb"));
const stored = (name: string) => JSON.parse(readFileSync(path.join(examples, name), "utf8")).cells as Cell[];

interface Cell {
  cell_type: string;
  source: string[];
  outputs?: unknown[];
}

test.each(names)("%s is short, names what it ports, and checks it", (name) => {
  const cells = stored(name);
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source.join(""));
  const lines = code.flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(cells[0]!.source.join("")).toMatch(/^# .+\n[\s\S]+\nPublished: .+/);
  expect(code.join("\n")).toMatch(/checkThat\(|checkClose\(/);
});

test("all run, and store what lies in the repository", async () => {
  const out = folder();
  const { status, stderr } = await nablab(root, "run", "notebooks/examples", "--out", out);
  expect([status, stderr.match(/failed.*/g)]).toEqual([0, null]);
  for (const name of names) {
    const outputs = (cells: Cell[]) => cells.map(({ outputs = [] }) => outputs);
    expect(outputs(read(out, name).cells as unknown as Cell[])).toEqual(outputs(stored(name)));
  }
});
