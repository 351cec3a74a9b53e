/** Submissions put right: harmless damage changes nothing of what is graded, and the rest is reported. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSubmission } from "#nablab/cli/course/read-submission.js";
import { NotThisAssignment, repair, repairAlone, setOrder } from "#nablab/cli/course/repair.js";
import type { Notebook } from "#nablab/cli/notebook.js";
import {
  answered,
  assignments,
  damages,
  files,
  handedOut,
  idOf,
  losses,
  type RawCell,
  type RawNotebook,
} from "./damage.js";

const parsed = (notebook: RawNotebook): Notebook =>
  parseSubmission(Buffer.from(JSON.stringify(notebook)), "x.ipynb");

/** What is graded: the cells of the assignment and all that runs, in order, but for comments. */
const graded = ({ cells }: Notebook): unknown[] =>
  (cells as unknown as RawCell[])
    .map((cell) => [
      idOf(cell),
      cell.cell_type,
      (cell.source as string).trim(),
      cell.metadata.nbgrader?.points,
    ])
    .filter(([id, type, source]) => id !== undefined || (type === "code" && source !== "// a note of mine"));

/** The first thing in which what is graded differs; undefined where nothing does. */
function difference(notebook: Notebook, whole: readonly unknown[]): unknown {
  const here = graded(notebook).map((cell) => JSON.stringify(cell));
  const there = whole.map((cell) => JSON.stringify(cell));
  const i = there.findIndex((cell, i) => cell !== here[i]);
  if (i >= 0) return { expected: there[i], got: here[i] };
  return here.length > there.length ? { more: here.slice(there.length) } : undefined;
}

const released = new Map(
  assignments.map((assignment) => {
    const notebook = parsed(handedOut(assignment));
    setOrder(notebook);
    return [assignment, notebook];
  }),
);

/** A submission that carries the order of its cells, as a released notebook does. */
function submission(assignment: string): RawNotebook {
  const notebook = answered(assignment);
  notebook.metadata.nablab = released.get(assignment)!.metadata.nablab;
  return notebook;
}

const cellOf = (notebook: RawNotebook, id: string): RawCell =>
  notebook.cells.find((cell) => idOf(cell) === id)!;
const [first] = assignments as [string];
const notesOn = (change: (notebook: RawNotebook) => void): string[] => {
  const notebook = submission(first);
  change(notebook);
  return repair(parsed(notebook), released.get(first)!).notes;
};

test("every repair of a submission is reported once", () => {
  const own = (notebook: RawNotebook) => notebook.cells.filter((cell) => idOf(cell) !== undefined);
  expect(
    notesOn((notebook) => {
      notebook.cells.push(structuredClone(cellOf(notebook, "loss-test")));
      cellOf(notebook, "data").source += "\nconst more = 1;";
      notebook.cells = notebook.cells.filter((cell) => idOf(cell) !== "step-pure");
    }),
  ).toEqual(["edited, and put back: data", "deleted, and put back: step-pure", "copied: loss-test"]);
  expect(
    notesOn((notebook) => {
      const [moved] = notebook.cells.splice(notebook.cells.indexOf(cellOf(notebook, "gradient")), 1);
      notebook.cells.unshift(moved!);
    }),
  ).toEqual(["moved, and put back in order: gradient"]);
  expect(
    notesOn((notebook) => {
      for (const cell of own(notebook)) cell.metadata = {};
    }),
  ).toEqual([`without metadata, and recognised: hints, data and ${own(submission(first)).length - 2} more`]);
  const extra = structuredClone(cellOf(submission(first), "loss"));
  Object.assign(extra.metadata.nbgrader!, { grade_id: "of-another-year" });
  expect(notesOn((notebook) => void notebook.cells.push({ ...extra, source: "1;" }))).toEqual([
    "not of this assignment: of-another-year",
  ]);
});

test("an answer that is not there, or was merged into edited text, is reported: its tests give nothing", () => {
  const without = (notebook: RawNotebook, id: string) =>
    notebook.cells.splice(notebook.cells.indexOf(cellOf(notebook, id)), 1);
  expect(notesOn((notebook) => void without(notebook, "loss"))).toEqual(["answer cell not found: loss"]);
  expect(
    notesOn((notebook) => {
      const [gradient] = without(notebook, "gradient");
      const test = cellOf(notebook, "gradient-test");
      test.source = `${gradient!.source}\n// mine\n${(test.source as string).replace("check", "// check")}`;
    }),
  ).toEqual(["edited, and put back: gradient-test", "answer cell not found: gradient"]);
});

test("check reports what it cannot find without the original", () => {
  const alone = (change: (notebook: RawNotebook) => void): string[] => {
    const notebook = submission(first);
    change(notebook);
    return repairAlone(parsed(notebook)).notes;
  };
  const against = "not found as released (--against ORIGINAL.ipynb finds merged cells)";
  expect(alone(() => {})).toEqual([]);
  const merge = (notebook: RawNotebook, from: number) => {
    const [above, below] = notebook.cells.splice(from, 2) as [RawCell, RawCell];
    notebook.cells.splice(from, 0, { ...above, source: `${above.source}\n\n${below.source}` });
  };
  const placeOf = (notebook: RawNotebook, id: string) => notebook.cells.indexOf(cellOf(notebook, id));
  expect(alone((notebook) => merge(notebook, placeOf(notebook, "loss")))).toEqual([
    `${against}: ${idOf(submission(first).cells[placeOf(submission(first), "loss") + 1]!)}`,
  ]);
  expect(alone((notebook) => merge(notebook, placeOf(notebook, "loss") - 1))).toEqual([
    `${against}: loss, a text`,
  ]);
  expect(alone((notebook) => void delete notebook.metadata.nablab)).toEqual([
    "without the order of the assignment's cells: --against ORIGINAL.ipynb finds moved and merged ones",
  ]);
});

test("of two answers the one that is written counts, wherever it stands", () => {
  const stub = cellOf(handedOut(first), "loss").source as string;
  for (const place of [0, 30]) {
    const notebook = submission(first);
    const copy = structuredClone(cellOf(notebook, "loss"));
    cellOf(notebook, "loss").source = stub;
    notebook.cells.splice(place, 0, { ...copy, id: "copy" });
    const { cells } = repair(parsed(notebook), released.get(first)!).notebook;
    const of = (id: string) => cells.findIndex((cell) => idOf(cell as unknown as RawCell) === id);
    expect(cells[of("loss")]!.source).toBe(copy.source);
    expect(of("loss")).toBeLessThan(of("loss-test"));
  }
});

test("a test of an older release is not called edited", () => {
  const about = { grade_id: "t", grade: true, solution: false, locked: true, points: 2, schema_version: 3 };
  // nbgrader's checksum of the cell that reads as below
  const old = { ...about, grade_id: "double", checksum: "3257f1cd4165a113746d0b52f7771f94" };
  const cell = (source: string, nbgrader: object): RawCell => ({
    cell_type: "code",
    metadata: { nbgrader: { ...nbgrader } },
    source,
    outputs: [],
    execution_count: null,
  });
  const notebookOf = (cells: RawCell[]) => parsed({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const now = notebookOf([cell('checkClose("double(3)", double(3), 6);', { ...old, checksum: "0" })]);
  const untouched = notebookOf([cell('checkClose("double(2)", double(2), 4);', old)]);
  expect(repair({ ...untouched, nbformat_minor: 1e300 }, now).notebook.nbformat_minor).toBe(5);
  expect(repair(untouched, now).notes).toEqual(["of an older release, and replaced: double"]);
  expect(repair(notebookOf([cell("1;", old)]), now).notes).toEqual(["edited, and put back: double"]);
});

test("another notebook, or an empty one, is not graded at all: that would be 0", () => {
  const original = released.get(first)!;
  for (const a of assignments) {
    for (const b of assignments.filter((b) => b !== a)) {
      expect(() => repair(parsed(answered(b)), released.get(a)!), `${b} for ${a}`).toThrow(NotThisAssignment);
    }
  }
  const other = parsed(answered("3-robbins-monro"));
  expect(() => repair({ ...other, cells: [] }, original)).toThrow(
    /none of the \d+ cells of the assignment are in it/,
  );
});

test("nbformat 3, and no notebook at all", () => {
  const notebook = submission(first);
  const cells = notebook.cells.map(({ cell_type, metadata, source }) =>
    cell_type === "code"
      ? { cell_type, metadata, input: source, language: "python", outputs: [], collapsed: false }
      : { cell_type, metadata, source },
  );
  const three = { nbformat: 3, nbformat_minor: 0, metadata: {}, worksheets: [{ cells, metadata: {} }] };
  const read = parseSubmission(Buffer.from(JSON.stringify(three)), "x.ipynb");
  const { notebook: put, notes } = repair(read, released.get(first)!);
  expect(notes).toEqual([]);
  expect(graded(put)).toEqual(graded(repair(parsed(notebook), released.get(first)!).notebook));
  for (const [text, message] of [
    ['{"cells": [', "x.ipynb: not a notebook: the file is not JSON"],
    ["[]", 'x.ipynb: not a notebook: the JSON has no "nbformat"'],
    ['{"nbformat": 2, "worksheets": []}', "the notebook's format must be 4, got 2"],
    ["", "x.ipynb: not a notebook: the file is not JSON"],
  ] as const) {
    expect(() => parseSubmission(Buffer.from(text), "x.ipynb")).toThrow(message);
  }
});

/** How much damage is drawn for each assignment: the same in every run but with NABLAB_ALL_SEEDS=1. */
const many = process.env.NABLAB_ALL_SEEDS === "1" ? 100 : 40;

describe.each(assignments)("%s", (assignment) => {
  const original = released.get(assignment)!;
  const whole = graded(repair(parsed(submission(assignment)), original).notebook);

  test("an untouched submission stays as it is, without a note", () => {
    const { notebook, notes } = repair(parsed(submission(assignment)), original);
    expect(notes).toEqual([]);
    expect(graded(notebook)).toEqual(graded(parsed(submission(assignment))));
    const stub = repair(original, original);
    expect([stub.notes, graded(stub.notebook)]).toEqual([[], graded(original)]);
  });

  test("harmless damage changes nothing of what is graded", () => {
    fc.assert(
      fc.property(damages, files, ({ apply }, write) => {
        const damaged = submission(assignment);
        apply(damaged);
        const read = parseSubmission(write(damaged), "x.ipynb");
        expect(difference(repair(read, original).notebook, whole)).toBeUndefined();
      }),
      { numRuns: many },
    );
  });

  test("cells without their metadata are recognised", () => {
    fc.assert(
      fc.property(losses, files, ({ apply }, write) => {
        const damaged = submission(assignment);
        apply(damaged);
        const { notebook } = repair(parseSubmission(write(damaged), "x.ipynb"), original);
        expect(difference(notebook, whole)).toBeUndefined();
      }),
      { numRuns: many / 2 },
    );
  });

  test.each(["raw", "markdown", "code"])(
    "an answer in a %s cell without any metadata is recognised",
    (type) => {
      for (const [i, cell] of answered(assignment).cells.entries()) {
        const isTextAsCode = cell.cell_type === "markdown" && type === "code";
        if (!cell.metadata.nbgrader?.solution) continue;
        const damaged = submission(assignment);
        for (const cell of damaged.cells) cell.metadata = {};
        // With its metadata a text may even be code by its type.
        if (isTextAsCode) damaged.cells[i]!.metadata = cell.metadata;
        damaged.cells[i]!.cell_type = type;
        const { notebook } = repair(parsed(damaged), original);
        expect(difference(notebook, whole), idOf(cell)).toBeUndefined();
      }
    },
  );

  test("an answer that is merged with cells beside it is split off again", () => {
    const { cells } = submission(assignment);
    const isAnswer = (i: number) => cells[i]?.metadata.nbgrader?.solution === true;
    for (const i of cells.keys()) {
      if (!isAnswer(i)) continue;
      for (const [from, to] of [
        [i - 1, i],
        [i, i + 1],
        [i - 1, i + 1],
      ] as const) {
        if (cells[from] === undefined || cells[to] === undefined) continue;
        if ((from < i && isAnswer(from)) || (to > i && isAnswer(to))) continue;
        for (let kept = from; kept <= to; kept++) {
          const damaged = submission(assignment);
          const merged = damaged.cells.slice(from, to + 1);
          const source = merged.map((cell) => cell.source).join("\n\n");
          damaged.cells.splice(from, merged.length, { ...damaged.cells[kept]!, source });
          const { notebook, notes } = repair(parsed(damaged), original);
          const place = `${idOf(cells[i]!)}, ${from - i} to ${to - i} in ${kept - i}`;
          expect(difference(notebook, whole), place).toBeUndefined();
          expect(notes, place).toContain(`merged with another cell, and split: ${idOf(cells[i]!)}`);
        }
      }
    }
  });

  test("an answer merged with a cell behind deleted ones, or into another answer's cell, is split off", () => {
    const { cells } = submission(assignment);
    const isAnswer = (i: number) => cells[i]?.metadata.nbgrader?.solution === true;
    const merge = (damaged: RawNotebook, from: number, to: number, kept: number) => {
      const source = damaged.cells.slice(from, to + 1).map((cell) => cell.source);
      damaged.cells.splice(from, to - from + 1, { ...damaged.cells[kept]!, source: source.join("\n\n") });
    };
    for (const i of cells.keys()) {
      if (!isAnswer(i) || cells[i]!.cell_type !== "code") continue;
      if (cells[i + 1]?.metadata.nbgrader?.grade && cells[i + 2] && !isAnswer(i + 2)) {
        for (const kept of [i, i + 1]) {
          const damaged = submission(assignment);
          damaged.cells.splice(i + 1, 1);
          merge(damaged, i, i + 1, kept);
          const place = `${idOf(cells[i]!)}, in ${kept - i}`;
          expect(difference(repair(parsed(damaged), original).notebook, whole), place).toBeUndefined();
        }
      }
      const next = [...cells.keys()].find((k) => k > i && isAnswer(k));
      if (next !== i + 2 || cells[next]!.cell_type !== "code") continue;
      const damaged = submission(assignment);
      merge(damaged, i, next, next);
      const { notebook } = repair(parsed(damaged), original);
      expect(difference(notebook, whole), `${idOf(cells[i]!)}, in the next`).toBeUndefined();
    }
  });

  test("an answer that is split between its declarations still runs whole, before its tests", () => {
    /** All code in order, but for comments and blank lines. */
    const codeOf = ({ cells }: Notebook): string =>
      cells
        .filter(({ cell_type }) => cell_type === "code")
        .map(({ source }) => source)
        .join("\n")
        .replace(/\n\s*(?=\n)/g, "");
    const undamaged = codeOf(repair(parsed(submission(assignment)), original).notebook);
    for (const [i, { cell_type, source, metadata }] of submission(assignment).cells.entries()) {
      if (cell_type !== "code" || !metadata.nbgrader?.solution) continue;
      const starts = [...(source as string).matchAll(/^(async )?(function|const|type|interface) /gm)];
      for (const { index } of starts.slice(1)) {
        // JupyterLab gives both parts the metadata, other editors one of them.
        for (const named of [[0, 1], [0], [1]]) {
          const damaged = submission(assignment);
          const parts = [(source as string).slice(0, index), (source as string).slice(index)].map(
            (part, k): RawCell => ({
              ...structuredClone(damaged.cells[i]!),
              id: `part-${k}`,
              source: part,
              metadata: named.includes(k) ? structuredClone(metadata) : {},
            }),
          );
          damaged.cells.splice(i, 1, ...parts);
          const { notebook } = repair(parsed(damaged), original);
          const which = `${metadata.nbgrader.grade_id}, at ${index}, metadata of ${named}`;
          expect(codeOf(notebook), which).toBe(undamaged);
          expect(codeOf(repairAlone(parsed(damaged)).notebook), which).toBe(undamaged);
        }
      }
    }
  });

  test("a text that quotes a task is not taken for its answer", () => {
    answered(assignment).cells.forEach((cell, i) => {
      if (!cell.metadata.nbgrader?.solution || cell.cell_type !== "code") return;
      const damaged = submission(assignment);
      for (const one of damaged.cells) one.metadata = {};
      damaged.cells.forEach((one, n) => {
        one.id = `lost${n}`;
      });
      const quotation = [original.cells[i]!.source].flat().join("");
      damaged.cells.splice(i, 0, {
        ...damaged.cells[i]!,
        cell_type: "markdown",
        id: "quoted",
        source: quotation,
      });
      const { notebook } = repair(parsed(damaged), original);
      expect(difference(notebook, whole), idOf(cell)).toBeUndefined();
    });
  });

  test("check sees what the grader sees", () => {
    fc.assert(
      fc.property(damages, ({ apply }) => {
        const damaged = submission(assignment);
        apply(damaged);
        // The order of cells is in the notebook's metadata, which some damage takes away.
        damaged.metadata.nablab = original.metadata.nablab;
        expect(difference(repairAlone(parsed(damaged)).notebook, whole)).toBeUndefined();
      }),
      { numRuns: many / 2 },
    );
  });
});
