/**
 * What a grader would want to know of a graded submission, in a few words: what was done to the tests, which limits
 * were met, what was refused, which answers do not even run.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Score } from "./nbgrader.js";
import { type Cell, type CodeCell, parseNotebook } from "./notebook.js";
import { gradingOf } from "./points.js";
import { notebooksIn } from "./submissions.js";

/** The notes on a submission, the gravest first. */
export function notesOn(course: string, { assignment, student, manual, late, penalty }: Score): string {
  const notes = new Set<string>();
  for (const file of notebooksIn(path.join(course, "autograded", student, assignment))) {
    const { cells } = parseNotebook(readFileSync(file, "utf8"), file);
    const sources = handedIn(path.join(course, "submitted", student, assignment, path.basename(file)));
    for (const note of [...onLocked(cells, sources), ...cells.flatMap(onCell)]) notes.add(note);
  }
  const most = 6;
  const told = [...notes].slice(0, most);
  if (notes.size > most) told.push(`and ${notes.size - most} more`);
  if (late > 0) {
    told.push(`${Math.ceil(late / 3600)} h late${penalty ? `, −${Math.round(100 * penalty) / 100}` : ""}`);
  }
  if (manual) told.push("an answer to read");
  return told.join("; ");
}

/** The text of cells by their ids, as they were handed in; for whatever kernel that was. */
function handedIn(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const { cells = [] } = JSON.parse(readFileSync(file, "utf8")) as { cells?: Partial<Cell>[] };
  const entries = cells.map(({ metadata, source = "" }): [string, string] => [
    (metadata?.nbgrader as { grade_id?: string } | undefined)?.grade_id ?? "",
    [source].flat().join(""),
  ]);
  return new Map(entries);
}

/** Cells that were not the student's to change, and are not as they were handed out. */
function onLocked(cells: readonly Cell[], sources: ReadonlyMap<string, string>): string[] {
  const locked = cells.filter((cell) => (cell.metadata.nbgrader as { locked?: boolean } | undefined)?.locked);
  const ids = (isMeant: (source: string | undefined, cell: Cell) => boolean): string[] =>
    locked
      .map((cell) => ({ cell, id: gradingOf(cell)!.grade_id }))
      .filter(({ cell, id }) => isMeant(sources.get(id), cell))
      .map(({ id }) => id);
  const hidden = /^\/\/ BEGIN HIDDEN TESTS$[\s\S]*?^\/\/ END HIDDEN TESTS\n?/gm;
  const visible = (source: string): string => source.replace(hidden, "").trim();
  return [
    ...listed(
      "deleted",
      ids((source) => source === undefined),
    ),
    ...listed(
      "edited",
      ids((source, cell) => source !== undefined && visible(source) !== visible(cell.source)),
    ),
  ];
}

function listed(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${what}, and put back: ${fewOf(ids)}`];
}

const fewOf = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");

/** What the outputs and the text of a cell tell. */
function onCell(cell: Cell): string[] {
  if (cell.cell_type !== "code") return [];
  const about = gradingOf(cell);
  const name = about?.grade_id ?? `cell ${cell.execution_count}`;
  const isTest = about?.grade === true && !about.solution;
  const told = [...onError(cell, name, isTest), ...onStreams(cell, name, isTest)];
  const own = isTest ? [] : [...cell.source.matchAll(ownChecks)].map(([, check]) => check!);
  if (own.length > 0) told.push(`${name}: has ${fewOf([...new Set(own)])} of its own`);
  return told;
}

const limits = ["TimeoutError", "MemoryLimitError", "ProcessEnded"];
/** What JavaScript says of an attempt to change what comes with it, or nablab. */
const frozen =
  /^Cannot (assign to read only property|(re)?define property|add property|delete property)|cannot be changed where notebooks are graded/;
const ownChecks =
  /(?:\b(?:function|const|let|var|class)|,)\s+(check(?:Close|Gradient|Shape|That|Throws)|credit)\s*[=({]/g;

function onError(cell: CodeCell, name: string, isTest: boolean): string[] {
  const error = cell.outputs.find((output) => output.output_type === "error");
  if (!error) return [];
  const { ename, evalue } = error;
  const [first = ""] = evalue.split("\n");
  if (limits.includes(ename)) return [`${name}: ${evalue}`];
  const refused = first.indexOf(" is not allowed: ");
  if (refused >= 0) return [`${name}: ${shortened(first.slice(0, refused))} is not allowed`];
  if (frozen.test(first)) return [`${name}: ${shortened(first)}`];
  // Tests say what they miss to the student, and a name that is not there is missed in every cell that uses it.
  if (isTest || first.startsWith("TS2304:") || first === "not done yet") return [];
  return [`${name}: ${ename === "TypeScriptError" ? "" : `${ename}: `}${shortened(first)}`];
}

function onStreams(cell: CodeCell, name: string, isTest: boolean): string[] {
  const streams = cell.outputs.filter((output) => output.output_type === "stream");
  const refused = streams.flatMap(({ text }) => [...text.matchAll(/^Refused: (.*)\.$/gm)]);
  return [
    ...refused.map(([, what]) => `${name}: ${shortened(what!)} is not allowed`),
    ...(isTest && streams.some((stream) => stream.name === "stderr")
      ? [`${name}: wrote to standard error`]
      : []),
    ...(streams.some(({ text }) => text.includes("... Output truncated ...")) // by nbgrader
      ? [`${name}: printed more than is kept`]
      : []),
  ];
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
