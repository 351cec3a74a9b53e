/**
 * Notes for the grader on a submission, in a few words: edited tests, exceeded limits, refused operations, answers that do
 * not run.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { killedElsewhere } from "../../kernel/graded-session.js";
import { type Cell, type CodeCell, parseNotebook } from "../notebook.js";
import type { Score } from "./nbgrader.js";
import { gradingOf } from "./points.js";
import { printable } from "./printable.js";
import { notebooksIn, type Submission } from "./submissions.js";
import { fewOf, round } from "./words.js";

/**
 * The notes on a submission, the gravest first.
 *
 * @param repairs the repairs made before grading
 */
export function notesOn(
  course: string,
  { assignment, student, manual, late, penalty }: Score,
  repairs: readonly string[],
): string {
  const notes = new Set(repairs);
  for (const cells of gradedNotebooks(course, assignment, student))
    for (const note of cells.flatMap(onCell)) notes.add(note);
  const most = 6;
  const parts = [...notes].slice(0, most);
  if (notes.size > most) parts.push(`and ${notes.size - most} more`);
  if (late > 0) parts.push(`${Math.ceil(late / 3600)} h late${penalty ? `, −${round(penalty)}` : ""}`);
  if (manual) parts.push("an answer to read");
  return printable(parts.join("; "));
}

/**
 * Why the points would not be those of the answers: the system killed the process, or a locked cell before any code of the
 * student reached a limit, or found no room on the disk, in memory or in the table of open files.
 */
export function machineFault(course: string, { assignment, student }: Submission): string | undefined {
  for (const cells of gradedNotebooks(course, assignment, student)) {
    let isBefore = true;
    for (const cell of cells) {
      if (cell.cell_type !== "code") continue;
      const about = gradingOf(cell);
      if (!about?.locked) isBefore = false;
      const error = cell.outputs.find((output) => output.output_type === "error");
      if (!error) continue;
      const { ename, evalue } = error;
      if (ename === "ProcessEnded" && evalue === killedElsewhere) {
        return `${about?.grade_id ?? `cell ${cell.execution_count}`}: ${evalue}; grade it again, with fewer --jobs`;
      }
      if (isBefore && (limits.includes(ename) || shortages.test(evalue))) {
        return (
          `${about!.grade_id}, a locked cell before any answer: ${evalue}; grade it again when the machine is less ` +
          "busy, or raise the limits in nbgrader_config.py"
        );
      }
    }
  }
  return undefined;
}

/** The cells of each graded notebook of a submission. */
function gradedNotebooks(course: string, assignment: string, student: string): Cell[][] {
  return notebooksIn(path.join(course, "release", assignment))
    .map((original) => path.join(course, "autograded", student, assignment, path.basename(original)))
    .filter((file) => existsSync(file))
    .map((file) => parseNotebook(readFileSync(file, "utf8"), file).cells);
}

/** The notes on a cell, from its outputs and its text. */
function onCell(cell: Cell): string[] {
  if (cell.cell_type !== "code") return [];
  const about = gradingOf(cell);
  const name = about?.grade_id ?? `cell ${cell.execution_count}`;
  const isTest = about?.grade === true && !about.solution;
  const notes = [...onError(cell, name, isTest), ...onStreams(cell, name, isTest)];
  const own = isTest ? [] : [...cell.source.matchAll(ownChecks)].map(([, check]) => check!);
  if (own.length > 0) notes.push(`${name}: has ${fewOf([...new Set(own)])} of its own`);
  return notes;
}

const limits = ["TimeoutError", "MemoryLimitError", "ProcessEnded"];
/** Messages of Node and nablab where the machine, or what a notebook may take of it, is used up. */
const shortages =
  /\bE(NOSPC|DQUOT|MFILE|NFILE|NOMEM|IO|ROFS|ACCES|PERM)\b|allocation failed|out of memory|more than \d+ MB is not allowed/;
/** JavaScript's messages for an attempt to change its built-in objects, or nablab. */
const frozen =
  /^Cannot (assign to (read only )?property|(re)?define property|add property|delete property)|cannot be changed where notebooks are graded/;
const ownChecks =
  /(?:\b(?:function|const|let|var|class)|,)\s+(check(?:Close|Gradient|Shape|That|Throws)|credit)\s*[=({]/g;

function onError(cell: CodeCell, name: string, isTest: boolean): string[] {
  const error = cell.outputs.find((output) => output.output_type === "error");
  if (!error) return [];
  const { ename, evalue } = error;
  const [first = ""] = evalue.split("\n");
  if (limits.includes(ename)) return [`${name}: ${shortened(first)}`];
  const refused = first.indexOf(" is not allowed: ");
  if (refused >= 0) return [`${name}: ${shortened(first.slice(0, refused))} is not allowed`];
  if (frozen.test(first)) return [`${name}: ${shortened(first)}`];
  // Tests tell the student what they miss, and a missing name fails in every cell that uses it.
  if (isTest || first.startsWith("TS2304:") || first === "not done yet") return [];
  return [`${name}: ${ename === "TypeScriptError" ? "" : `${shortened(ename)}: `}${shortened(first)}`];
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
