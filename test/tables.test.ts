/** Each row of a Markdown table has as many cells as its header: viewers drop the cells beyond, and with them what a limit says. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const inFolder = (folder: string, end: string): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(end) && !/node_modules|\.ipynb_checkpoints/.test(name))
    .map((name) => path.join(folder, name));

/** A document's text, of a notebook its Markdown cells. */
function textOf(name: string): string {
  const text = readFileSync(path.join(root, name), "utf8");
  if (!name.endsWith(".ipynb")) return text;
  const { cells } = JSON.parse(text) as { cells: { cell_type: string; source: string | string[] }[] };
  return cells
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => [source].flat().join(""))
    .join("\n\n");
}

/** The number of cells in a row; `\|` is a character of a cell, also in code. */
const cellsOf = (row: string): number =>
  row
    .replaceAll("\\|", "")
    .replace(/^\||\|$/g, "")
    .split("|").length;

/** The rows of a document's tables that have another number of cells than their header, and the number of all rows. */
function rowsOf(text: string): { rows: number; wrong: string[] } {
  const wrong: string[] = [];
  let rows = 0;
  let columns = 0;
  const lines = text
    .replace(/^```[\s\S]*?^```/gm, "")
    .split("\n")
    .map((line) => line.trim());
  lines.forEach((line, i) => {
    if (!line.startsWith("|")) columns = 0;
    else if (columns === 0) columns = /^\|[\s:|-]+$/.test(lines[i + 1] ?? "") ? cellsOf(line) : 0;
    else {
      rows++;
      if (cellsOf(line) !== columns) wrong.push(line);
    }
  });
  return { rows, wrong };
}

test("the way rows are counted", () => {
  const table =
    "| a | b |\n| --- | --- |\n| 1 | 2 |\n| `x \\| y` | 2 |\n| 1; | 2 | 3 |\n| 1 |\n\n| no table |";
  expect(rowsOf(table)).toEqual({ rows: 5, wrong: ["| 1; | 2 | 3 |", "| 1 |"] });
});

const documents = [
  "README.md",
  "FEATURES.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...inFolder("docs", ".md"),
  ...inFolder("notebooks", ".md"),
  ...inFolder("notebooks", ".ipynb"),
];

test("each row of a table has as many cells as its header", () => {
  const all = documents.map((name) => ({ name, ...rowsOf(textOf(name)) }));
  expect(all.find(({ name }) => name === "FEATURES.md")!.rows).toBeGreaterThan(100);
  expect(all.flatMap(({ name, wrong }) => wrong.map((row) => `${name}: ${row}`))).toEqual([]);
});
