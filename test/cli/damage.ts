/**
 * Harmless damage: what editors, platforms and students do to a notebook without meaning it. None of it may change what
 * is graded.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";

export interface RawCell {
  cell_type: string;
  id?: string;
  metadata: Record<string, unknown> & { nbgrader?: Record<string, unknown> };
  source: string | string[];
  [key: string]: unknown;
}
export interface RawNotebook {
  cells: RawCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

const sources = path.resolve(import.meta.dirname, "../../notebooks/coursework/source");
export const assignments: string[] = [
  "1-gradient-descent",
  "2-backpropagation",
  "3-robbins-monro",
  "4-sgd-and-adagrad",
  "5-subgradients",
];

export const textOf = (cell: RawCell): string => [cell.source].flat().join("");
export const idOf = (cell: RawCell): string | undefined =>
  cell.metadata?.nbgrader?.grade_id as string | undefined;

const texts = new Map(
  assignments.map((name) => [name, readFileSync(path.join(sources, name, `${name}.ipynb`), "utf8")]),
);

function load(assignment: string): RawNotebook {
  const notebook = JSON.parse(texts.get(assignment)!) as RawNotebook;
  for (const cell of notebook.cells) cell.source = textOf(cell);
  return notebook;
}

/** An assignment as students get it, as nbgrader makes it. */
export function handedOut(assignment: string): RawNotebook {
  const notebook = load(assignment);
  for (const cell of notebook.cells) {
    const { solution } = cell.metadata.nbgrader ?? {};
    const stub =
      cell.cell_type === "code"
        ? '$1// your code here\n$1throw new Error("not done yet");'
        : "*Your answer here.*";
    const text = textOf(cell).replace(/^.*BEGIN HIDDEN TESTS[\s\S]*?END HIDDEN TESTS.*$\n?/gm, "");
    cell.source = text.replace(/^(\s*)\/\/ BEGIN SOLUTION[\s\S]*?END SOLUTION$/gm, stub);
    if (solution && cell.source === text) cell.source = stub.replaceAll("$1", "");
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  }
  return notebook;
}

/** The same with all answers. */
export function answered(assignment: string): RawNotebook {
  const notebook = handedOut(assignment);
  const solutions = new Map(load(assignment).cells.map((cell) => [idOf(cell), textOf(cell)]));
  for (const cell of notebook.cells) {
    if (!cell.metadata.nbgrader?.solution) continue;
    cell.source = cell.cell_type === "code" ? solutions.get(idOf(cell))! : "It falls, then it rests.";
  }
  return notebook;
}

/** Changes a notebook. */
export type Damage = (notebook: RawNotebook) => void;

const isOwn = (cell: RawCell): boolean => cell.metadata?.nbgrader !== undefined;
const at = (fraction: number, length: number): number => Math.min(length - 1, Math.floor(fraction * length));
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

/** Of the file and of what cells carry beside their text. */
const marginal: fc.Arbitrary<{ name: string; damage: Damage }> = fc.oneof(
  fc.record({
    name: fc.constant("another kernel"),
    damage: fc
      .constantFrom<Record<string, unknown>>(
        { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
        { colab: { provenance: [] }, kernelspec: { name: "python3" }, language_info: { name: "python" } },
        { language_info: { name: "typescript" }, kernelspec: { name: "tslab", display_name: "T" } },
        {},
      )
      .map((metadata) => (notebook: RawNotebook) => {
        notebook.metadata = metadata;
      }),
  }),
  fc.record({
    name: fc.constant("other ids"),
    damage: fc.integer({ min: 0, max: 999 }).map((seed) => (notebook: RawNotebook) => {
      for (const [i, cell] of notebook.cells.entries()) cell.id = `new-${seed}-${i}`;
    }),
  }),
  fc.record({
    name: fc.constant("no ids, an older minor version"),
    damage: fc.integer({ min: 0, max: 4 }).map((minor) => (notebook: RawNotebook) => {
      notebook.nbformat_minor = minor;
      for (const cell of notebook.cells) delete cell.id;
    }),
  }),
  fc.record({
    name: fc.constant("other metadata of cells"),
    damage: fc
      .constantFrom<Record<string, unknown>>(
        { colab: { base_uri: "x" }, id: "Zk3" },
        { vscode: { languageId: "typescript" } },
        { collapsed: true, scrolled: false, trusted: true, "jupyter.source_hidden": true },
      )
      .map((more) => (notebook: RawNotebook) => {
        for (const cell of notebook.cells) Object.assign(cell.metadata, structuredClone(more));
      }),
  }),
  fc.record({
    name: fc.constant("outputs"),
    damage: fc.string({ maxLength: 20 }).map((text) => (notebook: RawNotebook) => {
      for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === "code")) {
        cell.outputs = [{ output_type: "stream", name: "stderr", text: [text] }];
        cell.execution_count = 7;
      }
    }),
  }),
  fc.record({
    name: fc.constant("CRLF"),
    damage: fc.constant((notebook: RawNotebook) => {
      for (const cell of notebook.cells) cell.source = textOf(cell).replace(/\r?\n/g, "\r\n");
    }),
  }),
  fc.record({
    name: fc.constant("mixed line ends"),
    damage: fc.constant((notebook: RawNotebook) => {
      const ends = ["\r\n", "\n", "\r"];
      for (const cell of notebook.cells) {
        let i = 0;
        cell.source = textOf(cell).replace(/\r\n|\r|\n/g, () => ends[i++ % ends.length]!);
      }
    }),
  }),
  fc.record({
    name: fc.constant("one id for many cells"),
    damage: fc.integer({ min: 1, max: 5 }).map((ids) => (notebook: RawNotebook) => {
      for (const [i, cell] of notebook.cells.entries()) cell.id = `same-${i % ids}`;
    }),
  }),
  fc.record({
    name: fc.constant("attachments"),
    damage: fc
      .constantFrom("plot.png", "../../up.png", "__proto__")
      .map((file) => (notebook: RawNotebook) => {
        for (const cell of notebook.cells) {
          if (cell.cell_type !== "markdown") continue;
          cell.attachments = Object.fromEntries([[file, { "image/png": "iVBORw0KGgo=" }]]);
        }
      }),
  }),
  fc.record({
    name: fc.constant("newlines and spaces at ends"),
    damage: fc.constantFrom("\n", " \n\n", "  ").map((end) => (notebook: RawNotebook) => {
      for (const cell of notebook.cells) if (cell.metadata.nbgrader?.locked) cell.source = textOf(cell) + end;
    }),
  }),
  fc.record({
    name: fc.constant("lists of lines"),
    damage: fc.constant((notebook: RawNotebook) => {
      for (const cell of notebook.cells) cell.source = textOf(cell).match(/[^\n]*\n|[^\n]+$/g) ?? [];
    }),
  }),
  fc.record({
    name: fc.constant("outputs and counts missing or null"),
    damage: fc.constantFrom(undefined, null).map((nothing) => (notebook: RawNotebook) => {
      for (const cell of notebook.cells) {
        if (cell.cell_type === "code") Object.assign(cell, { outputs: nothing, execution_count: nothing });
      }
    }),
  }),
);

/** Of what cells there are and in which order. */
const structural: fc.Arbitrary<{ name: string; damage: Damage }> = fc.oneof(
  fc.record({
    name: fc.constant("a copy"),
    damage: fc.tuple(fraction, fraction).map(([which, where]) => (notebook: RawNotebook) => {
      const own = notebook.cells.filter(isOwn);
      const copy = structuredClone(own[at(which, own.length)]!);
      if (copy.id !== undefined) copy.id = `copy-${notebook.cells.length}`;
      notebook.cells.splice(at(where, notebook.cells.length + 1), 0, copy);
    }),
  }),
  fc.record({
    name: fc.constant("a cell moved"),
    damage: fc.tuple(fraction, fraction).map(([which, where]) => (notebook: RawNotebook) => {
      const own = notebook.cells.filter(isOwn);
      const moved = own[at(which, own.length)]!;
      notebook.cells.splice(notebook.cells.indexOf(moved), 1);
      notebook.cells.splice(at(where, notebook.cells.length + 1), 0, moved);
    }),
  }),
  fc.record({
    name: fc.constant("a note split from an answer, with its metadata"),
    damage: fc.tuple(fraction, fc.boolean()).map(([which, before]) => (notebook: RawNotebook) => {
      const answers = notebook.cells.filter(
        (cell) => cell.cell_type === "code" && cell.metadata.nbgrader?.solution,
      );
      if (answers.length === 0) return;
      const answer = answers[at(which, answers.length)]!;
      const note = { ...structuredClone(answer), source: "// a note of mine" };
      if (note.id !== undefined) note.id = `split-${notebook.cells.length}`;
      notebook.cells.splice(notebook.cells.indexOf(answer) + (before ? 0 : 1), 0, note);
    }),
  }),
  fc.record({
    name: fc.constant("a cell of the student's own"),
    damage: fc
      .tuple(fraction, fc.constantFrom("code", "markdown", "raw"))
      .map(([where, cell_type]) => (notebook: RawNotebook) => {
        const source = cell_type === "code" ? "// a note of mine" : "A note of mine.";
        const cell: RawCell = { cell_type, metadata: {}, source };
        if (cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
        notebook.cells.splice(at(where, notebook.cells.length + 1), 0, cell);
      }),
  }),
);

const deletion = "a test deleted";

/** What is undone with the assignment at hand alone. */
const lost: fc.Arbitrary<{ name: string; damage: Damage }> = fc.oneof(
  fc.record({
    name: fc.constant("all metadata lost"),
    damage: fc.constant((notebook: RawNotebook) => {
      for (const cell of notebook.cells) cell.metadata = {};
    }),
  }),
  fc.record({
    name: fc.constant("metadata of some cells lost"),
    damage: fc.array(fraction, { maxLength: 6 }).map((which) => (notebook: RawNotebook) => {
      for (const i of which) notebook.cells[at(i, notebook.cells.length)]!.metadata = {};
    }),
  }),
  fc.record({
    name: fc.constant("a cell renamed"),
    damage: fraction.map((which) => (notebook: RawNotebook) => {
      const own = notebook.cells.filter(isOwn);
      if (own.length > 0) own[at(which, own.length)]!.metadata.nbgrader!.grade_id = "cell-5f3a";
    }),
  }),
  fc.record({
    name: fc.constant("another type of cell"),
    damage: fc
      .tuple(fraction, fc.constantFrom("raw", "markdown", "code"))
      .map(([which, cell_type]) => (notebook: RawNotebook) => {
        const own = notebook.cells.filter(isOwn);
        const cell = own[at(which, own.length)];
        // A text that is code by its type, and has lost its metadata, may as well be code of the student's own.
        if (cell === undefined || (cell.cell_type === "markdown" && cell_type === "code")) return;
        cell.cell_type = cell_type;
        if (cell_type !== "code") for (const name of ["outputs", "execution_count"]) delete cell[name];
      }),
  }),
  fc.record({
    name: fc.constant("an answer merged with a cell beside it"),
    damage: fc
      .tuple(fraction, fc.boolean(), fc.boolean())
      .map(([which, above, below]) => (notebook: RawNotebook) => {
        const answers = notebook.cells.filter((cell) => cell.metadata.nbgrader?.solution);
        const answer = answers[at(which, answers.length)];
        if (answer === undefined) return;
        const i = notebook.cells.indexOf(answer) - (above ? 1 : 0);
        const [first, second] = [notebook.cells[i], notebook.cells[i + 1]];
        const beside = above ? first : second;
        if (first === undefined || second === undefined || beside?.metadata.nbgrader?.solution) return;
        const merged = below ? second : first;
        merged.source = `${textOf(first)}\n\n${textOf(second)}`;
        notebook.cells.splice(notebook.cells.indexOf(merged === first ? second : first), 1);
      }),
  }),
  fc.record({
    name: fc.constant(deletion),
    damage: fraction.map((which) => (notebook: RawNotebook) => {
      const tests = notebook.cells.filter(
        (cell) => cell.metadata.nbgrader?.grade && cell.cell_type === "code",
      );
      if (tests.length > 0) notebook.cells.splice(notebook.cells.indexOf(tests[at(which, tests.length)]!), 1);
    }),
  }),
);

export interface Damages {
  names: string[];
  apply: (notebook: RawNotebook) => void;
  toString(): string;
}

const all = (parts: { name: string; damage: Damage }[]): Damages => ({
  names: parts.map(({ name }) => name),
  apply: (notebook) => {
    for (const { damage } of parts) damage(notebook);
  },
  // What fast-check prints of a counterexample.
  toString: () => parts.map(({ name }) => name).join(", "),
});

/** Damage that `nablab check` undoes by itself. */
export const damages: fc.Arbitrary<Damages> = fc
  .tuple(fc.array(marginal, { maxLength: 4 }), fc.array(structural, { maxLength: 4 }))
  .map(([a, b]) => all([...b, ...a]));

/** Damage after which cells have to be recognised; they are where they were. */
export const losses: fc.Arbitrary<Damages> = fc
  .tuple(lost, fc.array(lost, { maxLength: 1 }), fc.array(marginal, { maxLength: 3 }))
  // Deleted after it was merged with an answer, a test would take the answer with it.
  .map(([a, b, c]) => all([...b, a, ...c].sort((x, y) => +(y.name === deletion) - +(x.name === deletion))));

/** A file of a notebook, written as somebody else would. */
export const files: fc.Arbitrary<(notebook: RawNotebook) => Uint8Array> = fc
  .record({
    encoding: fc.constantFrom("utf-8", "utf-8 with a mark", "utf-16le", "utf-16be", "ascii"),
    indent: fc.constantFrom<string | number | undefined>(undefined, 1, 4, "\t"),
    end: fc.constantFrom("\n", "\r\n"),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ encoding, indent, end, seed }) => (notebook) => {
    let text = JSON.stringify(shuffled(notebook, seed), null, indent).replaceAll("\n", end);
    if (encoding === "ascii") {
      text = text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    }
    if (encoding === "utf-8 with a mark") return Buffer.from(`\uFEFF${text}`, "utf8");
    if (!encoding.startsWith("utf-16")) return Buffer.from(text, "utf8");
    const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
    return encoding === "utf-16be" ? bytes.swap16() : bytes;
  });

/** The same value with the keys of its objects in another order. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (value === null || typeof value !== "object") return value;
  const hash = (key: string): number =>
    [...key].reduce((sum, c) => (sum * 31 + c.charCodeAt(0) * seed) % 9973, 7);
  const entries = Object.entries(value).sort(([a], [b]) => hash(a) - hash(b));
  return Object.fromEntries(entries.map(([key, item]) => [key, shuffled(item, seed)]));
}
