/** The lectures as they are stored: what the tests of their form and of their claims read. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const folder = path.resolve(import.meta.dirname, "../../notebooks/lectures");

export interface Cell {
  type: "markdown" | "code" | "raw";
  source: string;
  lines: string[];
  tags: readonly string[];
  isFolded: boolean;
  /** The MIME bundles of its outputs. */
  shown: Record<string, unknown>[];
  /** The plain text of its outputs. */
  texts: string[];
}

export interface Lecture {
  /** Such as "01-gradient-descent". */
  name: string;
  cells: Cell[];
}

interface StoredCell {
  cell_type: Cell["type"];
  source: string[];
  metadata: { tags?: string[]; jupyter?: { source_hidden?: boolean } };
  outputs?: { data?: Record<string, unknown> }[];
}

const joined = (text: unknown) => [text ?? ""].flat().join("");

function read(file: string): Lecture {
  const { cells }: { cells: StoredCell[] } = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
  return {
    name: file.replace(/\.ipynb$/, ""),
    cells: cells.map(({ cell_type, source, metadata, outputs = [] }) => {
      const shown = outputs.flatMap(({ data }) => (data ? [data] : []));
      return {
        type: cell_type,
        source: source.join(""),
        lines: source.map((line) => line.replace(/\n$/, "")),
        tags: metadata.tags ?? [],
        isFolded: metadata.jupyter?.source_hidden === true,
        shown,
        texts: shown.map((data) => joined(data["text/plain"])),
      };
    }),
  };
}

const files = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));

/** 00, 01, …: the lectures; the appendix is none. */
export const lectures = files
  .filter((name) => /^\d/.test(name))
  .sort()
  .map(read);

/** What explains words, symbols and checks. */
export const appendices = files.filter((name) => !/^\d/.test(name)).map(read);
