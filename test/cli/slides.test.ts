// Which cells share a slide, and that none that shows something is lost.
import { expect, test } from "vitest";
import { slidesBody } from "#nablab/cli/html/slides.js";
import { type Notebook, parseNotebook } from "#nablab/cli/notebook.js";

const ways = { picture: () => "", figure: () => "" };

/** Code, or Markdown after `md:`; with metadata. */
function slides(...cells: (string | [source: string, metadata: object])[]): string[][] {
  const written = cells.map((cell) => {
    const [source, metadata] = typeof cell === "string" ? [cell, {}] : cell;
    return source.startsWith("md:")
      ? { cell_type: "markdown", id: "a", metadata, source: source.slice(3) }
      : { cell_type: "code", id: "a", metadata, source, outputs: [], execution_count: null };
  });
  const text = JSON.stringify({ cells: written, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const notebook: Notebook = parseNotebook(text, "a.ipynb");
  return slidesBody(notebook, undefined, ways)
    .split("<section>\n<section>")
    .slice(1)
    .map((column) =>
      column.split("<section>").map((slide) =>
        slide
          .replace(/<[^>]*>/g, " ")
          .replace(/\s+/g, " ")
          .trim(),
      ),
    );
}

const folded = { jupyter: { source_hidden: true } };

test("words lead to the next cell that shows something, and close a notebook that ends with an empty cell", () => {
  expect(slides("md:# T", "md:closing words", "")).toEqual([["T", "closing words"]]);
  expect(slides("md:first", "", "md:second", "1")).toEqual([["first", "second 1"]]);
  expect(slides("md:## A", "", "md:## B")).toEqual([["A"], ["B"]]);
  expect(slides("md:words", ["2", { slideshow: { slide_type: "skip" } }], "3")).toEqual([["words 3"]]);
});

test("folded code without outputs is left out, unless the metadata says otherwise", () => {
  expect(slides("1", ["2", folded], "md:words", ["3", folded])).toEqual([["1", "words"]]);
  const kept = { ...folded, slideshow: { slide_type: "slide" } };
  expect(slides("1", ["2", kept])).toEqual([["1"], ["Code 2"]]);
});

test("a heading alone leads to what follows, and a folded solution stays with its exercise", () => {
  expect(slides("md:# T", "md:## Exercises", "md:### 1. First", "md:### 2. Second")).toEqual([
    ["T"],
    ["Exercises 1. First", "2. Second"],
  ]);
  expect(slides("md:## A", "md:## B")).toEqual([["A"], ["B"]]);
  const solution = "md:<details><summary>Solution</summary>\n\nso\n\n</details>";
  expect(slides("md:### 1. First", solution, "md:next")).toEqual([["1. First Solution so", "next"]]);
  // Words after it, or a place of its own, make it a slide like any other.
  expect(slides("md:### 1. First", `${solution}\n\nmore`)).toEqual([["1. First", "Solution so more"]]);
  const placed: [string, object] = [solution, { slideshow: { slide_type: "subslide" } }];
  expect(slides("md:### 1. First", placed)).toEqual([["1. First", "Solution so"]]);
});
