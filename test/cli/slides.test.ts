// Which cells share a slide, and that none that shows something is lost.
import { expect, test } from "vitest";
import { parseNotebook } from "#nablab/cli/notebook.js";
import { slidePlaces } from "#nablab/cli/site/slides.js";

/** The columns of slides of code, or of Markdown after `md:`; with metadata. */
function slides(...cells: (string | [source: string, metadata: object])[]): string[][] {
  const sentence = [{ output_type: "display_data", metadata: {}, data: { "text/html": "<p>✓</p>" } }];
  const written = cells.map((cell) => {
    const [source, metadata] = typeof cell === "string" ? [cell, {}] : cell;
    const outputs = source.startsWith("check") ? sentence : [];
    return source.startsWith("md:")
      ? { cell_type: "markdown", id: "a", metadata, source: source.slice(3) }
      : { cell_type: "code", id: "a", metadata, source, outputs, execution_count: null };
  });
  const text = JSON.stringify({ cells: written, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const columns: string[][] = [];
  for (const [{ source }, place] of slidePlaces(parseNotebook(text, "a.ipynb").cells)) {
    if (place === "column" || columns.length === 0) columns.push([]);
    const column = columns.at(-1)!;
    if (place === "column" || place === "slide" || column.length === 0) column.push(source);
    else column.push(`${column.pop()} ${place === "same" ? "" : `(${place}) `}${source}`);
  }
  return columns;
}

const folded = { jupyter: { source_hidden: true } };
const as = (slide_type: string) => ({ slideshow: { slide_type } });

test("words lead to the next cell that shows something, and close a notebook that ends with an empty cell", () => {
  expect(slides("md:# T", "md:closing words", "")).toEqual([["# T", "closing words"]]);
  expect(slides("md:first", "", "md:second", "1")).toEqual([["first", "second 1"]]);
  expect(slides("md:## A", "", "md:## B")).toEqual([["## A"], ["## B"]]);
  expect(slides("md:words", ["2", as("skip")], "3")).toEqual([["words 3"]]);
  expect(slides("md:## A", "1", "2", "md:a\n\n$$x$$", "3")).toEqual([["## A 1", "2", "a\n\n$$x$$", "3"]]);
});

test("folded code without outputs is left out, unless the metadata says otherwise", () => {
  expect(slides("1", ["2", folded], "md:words", ["3", folded])).toEqual([["1", "words"]]);
  expect(slides("1", ["2", { ...folded, ...as("slide") }])).toEqual([["1"], ["2"]]);
});

test("what JupyterLab's metadata says comes first", () => {
  expect(slides(["1", as("-")], ["2", as("fragment")], ["md:## n", as("notes")], "3")).toEqual([
    ["1 (fragment) 2 (notes) ## n", "3"],
  ]);
  expect(slides("1", ["2", as("slide")], ["md:## A", as("subslide")], ["md:b", as("")])).toEqual([
    ["1"],
    ["2", "## A", "b"],
  ]);
  expect(slides("1", ["2", { tags: ["remove-cell"] }], ["3", as("unknown")])).toEqual([["1", "3"]]);
});

test("a heading alone leads to what follows, and a folded solution stays with its exercise", () => {
  expect(slides("md:# T", "md:## Exercises", "md:### 1. First", "md:### 2. Second")).toEqual([
    ["# T"],
    ["## Exercises ### 1. First", "### 2. Second"],
  ]);
  expect(slides("md:## A", "md:words", "1")).toEqual([["## A words 1"]]);
  expect(slides("md:## A", "md:## B")).toEqual([["## A"], ["## B"]]);
  const solution = "<details>so</details>";
  expect(slides("md:### 1.", `md:${solution}`, "md:next")).toEqual([[`### 1. ${solution}`, "next"]]);
  // Words after it, or a place of its own, make it a slide like any other.
  expect(slides("md:### 1.", `md:${solution}\n\nmore`)).toEqual([["### 1.", `${solution}\n\nmore`]]);
  expect(slides("md:### 1.", [`md:${solution}`, as("subslide")])).toEqual([["### 1.", solution]]);
});

test("up to three short checks in a row share a slide; a long one, or other code between them, does not", () => {
  const check = 'checkEstimate("A1", "so", {});';
  const many = slides("1", "check(1)", check, ["check(3)\n\n\n\n\n", folded], "check(4)", "5", "check(6)");
  expect(many).toEqual([["1", `check(1) ${check} check(3)\n\n\n\n\n`, "check(4)", "5", "check(6)"]]);
  expect(slides("check(1)", "check(2,\n\n\n\n)", "check(3)")).toEqual([
    ["check(1)", "check(2,\n\n\n\n)", "check(3)"],
  ]);
  expect(slides("check(1)", ["check(2)", as("subslide")])).toEqual([["check(1)", "check(2)"]]);
});
