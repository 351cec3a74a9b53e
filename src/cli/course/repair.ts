/**
 * Repairs a submission before it is graded: finds each cell of the assignment, whatever a student, an editor or a platform did
 * to it, so that harmless damage costs no points, and restores locked cells.
 *
 * `nablab check` does the same as far as possible without the released assignment.
 */
import { createHash } from "node:crypto";
import type { Cell, CodeCell, Notebook } from "../notebook.js";
import { isEdited } from "./edited.js";
import { likeness, plainText } from "./likeness.js";
import { bestOf, grouped, isOfAssignment, type Matches, matchCells } from "./match-cells.js";
import { gradingOf } from "./points.js";
import { unmerged } from "./unmerge.js";
import { fewOf } from "./words.js";

/** A repaired notebook, and the repairs, in a few words each. */
export interface Repaired {
  notebook: Notebook;
  notes: string[];
}

/** A submission with too few cells of the assignment to be recognised. */
export class NotThisAssignment extends Error {}

/** A cell of a submission, and its index in the assignment, if it belongs to it. */
interface Placed {
  cell: Cell;
  place: number | undefined;
}

/**
 * @param submitted the submitted notebook, which is not changed
 * @param released the released assignment
 * @throws NotThisAssignment if it contains hardly any cell of the assignment
 */
export function repair(submitted: Notebook, released: Notebook): Repaired {
  const notes: string[] = [];
  const own = released.cells.filter(isOfAssignment);
  const split = new Set<string>();
  const cells = unmerged(submitted.cells, released.cells, split);
  const matches = matchCells(cells, released.cells);
  const named = grouped(cells);
  const found = own.filter((cell) => {
    const there = matches.of.get(cell);
    return there !== undefined && likeness(there.source, cell.source) >= 0.5;
  });
  const isIt =
    found.length >= own.length / 5 ||
    own.filter((cell) => named.has(gradingOf(cell)!.grade_id)).length >= own.length / 2;
  if (!isIt) {
    const few = found.length === 0 ? "none" : `only ${found.length}`;
    throw new NotThisAssignment(
      `${few} of the ${own.length} cells of the assignment ${found.length === 1 ? "is" : "are"} in it; is it another notebook, or an empty one?`,
    );
  }
  const places = new Map(released.cells.map((cell, place) => [cell, place]));
  const texts = textsOf(
    released.cells.map((cell) => (isOfAssignment(cell) ? undefined : plainText(cell.source))),
  );
  const placed = cells.map((cell): Placed => {
    const is = matches.is.get(cell);
    if (is) return { cell: asReleased(cell, is, notes), place: places.get(is) };
    const ordinary = asOrdinary(cell, cells, matches, notes);
    return { cell: ordinary, place: gradingOf(cell) ? undefined : texts.next(plainText(cell.source)) };
  });
  const ordered = inOrder(placed, notes);
  restoreDeleted(ordered, released.cells, notes);
  const missing = own.filter((cell) => !ordered.some(({ place }) => place === places.get(cell)));
  notes.push(...missing.map((cell) => `answer cell not found: ${gradingOf(cell)!.grade_id}`));
  for (const [what, ids] of [
    ["without metadata, and recognised", matches.recognised],
    ["copied", matches.copied],
    ["merged with another cell, and split", [...split]],
  ] as const) {
    if (ids.length > 0) notes.push(`${what}: ${fewOf(ids)}`);
  }
  return {
    // Neither the kernel nor the version of the format with which it was last opened matters.
    notebook: {
      ...released,
      cells: withIds(ordered.map(({ cell }) => cell)),
    },
    notes: merged(notes),
  };
}

/**
 * The same without the released assignment: one of several copies of a cell keeps its role, and moved cells are put back in
 * the order of the assignment.
 */
export function repairAlone(submitted: Notebook): Repaired {
  const notes: string[] = [];
  const copied: string[] = [];
  const first = new Map<string, Cell>();
  const order = orderOf(submitted);
  const names = order.filter((id) => !id.startsWith(textPrefix));
  for (const [id, cells] of grouped(submitted.cells)) {
    const best = bestOf(cells, undefined, submitted.cells, names);
    first.set(id, best);
    if (cells.length > 1) copied.push(id);
  }
  const kept = new Set(first.values());
  const cells = submitted.cells.map((cell) => {
    const id = gradingOf(cell)?.grade_id;
    if (id === undefined || kept.has(cell)) return cell;
    return stripped(cell, plainText(cell.source) === plainText(first.get(id)!.source));
  });
  if (copied.length > 0) notes.push(`copied: ${fewOf(copied)}`);
  const texts = textsOf(order);
  const placed = cells.map((cell): Placed => {
    const id = gradingOf(cell)?.grade_id;
    const place = id === undefined ? texts.next(textMark(cell)) : order.indexOf(id);
    return { cell, place: place !== undefined && place >= 0 ? place : undefined };
  });
  const cellsInOrder = inOrder(placed, notes);
  const missing = order.filter((_, place) => !placed.some((cell) => cell.place === place));
  const lost = missing.filter((id) => !id.startsWith(textPrefix));
  const changed = missing.length - lost.length;
  if (changed > 0) lost.push(changed === 1 ? "a text" : `${changed} texts`);
  // Merged cells are split by comparison with the assignment's.
  notes.push(
    ...lost.map((what) => `not found as released (--against ORIGINAL.ipynb finds merged cells): ${what}`),
  );
  if (order.length === 0) {
    notes.push(
      "without the order of the assignment's cells: --against ORIGINAL.ipynb finds moved and merged ones",
    );
  }
  return {
    notebook: { ...submitted, cells: withIds(cellsInOrder.map(({ cell }) => cell)) },
    notes: merged(notes),
  };
}

/** The order of an assignment's cells, by name or text, as stored in the metadata of a released notebook. */
function orderOf({ metadata }: Notebook): readonly string[] {
  const { cells } = (metadata.nablab ?? {}) as { cells?: unknown };
  return Array.isArray(cells) ? cells.filter((id) => typeof id === "string") : [];
}

/** Stores {@link orderOf} in a notebook to be released. */
export function setOrder(notebook: Notebook): void {
  const cells = notebook.cells.map((cell) =>
    isOfAssignment(cell) ? gradingOf(cell)!.grade_id : textMark(cell),
  );
  notebook.metadata.nablab = { cells };
}

const textPrefix = "text ";

/** Identifies an ordinary cell by a hash of its text. */
const textMark = ({ source }: Cell): string =>
  `${textPrefix}${createHash("sha256").update(plainText(source)).digest("hex").slice(0, 12)}`;

/** Finds the indices of texts in a list, each index once. */
function textsOf(list: readonly (string | undefined)[]) {
  const places = new Map<string, number[]>();
  for (const [place, text] of list.entries()) {
    if (text !== undefined) places.set(text, [...(places.get(text) ?? []), place]);
  }
  return { next: (text: string): number | undefined => places.get(text)?.shift() };
}

/** Restores a cell of a submission as a cell of the assignment. */
function asReleased(cell: Cell, is: Cell, notes: string[]): Cell {
  const about = gradingOf(is)!;
  // Without the student's metadata: a tag such as skip-execution would skip a test.
  const { metadata } = structuredClone(is);
  let { source } = cell;
  if (about.locked && plainText(withoutHidden(source)) !== plainText(is.source)) {
    const older = gradingOf(cell)?.checksum !== undefined && !isEdited(cell);
    notes.push(`${older ? "of an older release, and replaced" : "edited, and put back"}: ${about.grade_id}`);
  }
  if (about.locked) source = is.source;
  return bare(cell, is.cell_type, metadata, source);
}

/** A cell with its known fields only. */
function bare(
  { id, ...cell }: Cell,
  type: Cell["cell_type"],
  metadata: Cell["metadata"] = {},
  source = cell.source,
): Cell {
  if (type === "code") return { cell_type: type, id, metadata, source, execution_count: null, outputs: [] };
  const { attachments } = cell as { attachments?: unknown };
  const isPlain = (value: unknown): value is object => typeof value === "object" && value !== null;
  const areAttached =
    isPlain(attachments) &&
    Object.values(attachments).every(
      (file) => isPlain(file) && Object.values(file).every((content) => typeof content === "string"),
    );
  return { cell_type: type, id, metadata, source, ...(areAttached && { attachments }) } as Cell;
}

/** Accepts the tests of a solution that a lecturer submits as a trial. */
const withoutHidden = (source: string): string =>
  source.replace(/^.*BEGIN HIDDEN TESTS[\s\S]*?END HIDDEN TESTS.*$\n?/gm, "");

/** A cell that does not belong to the assignment: a student's own, a copy, or one of another assignment. */
function asOrdinary(cell: Cell, cells: readonly Cell[], matches: Matches, notes: string[]): Cell {
  const about = gradingOf(cell);
  if (!about) return bare(cell, cell.cell_type);
  const original = cells.find(
    (other) => matches.is.has(other) && gradingOf(other)?.grade_id === about.grade_id,
  );
  if (!original) {
    notes.push(`not of this assignment: ${about.grade_id}`);
    return stripped(cell, false);
  }
  return stripped(cell, plainText(cell.source) === plainText(original.source));
}

/** Removes nbgrader's metadata; an exact copy of another cell does not run again. */
function stripped(cell: Cell, isRepeated: boolean): Cell {
  return bare(cell, isRepeated && cell.cell_type === "code" ? "raw" : cell.cell_type);
}

/**
 * The cells in the order of the assignment. A student's own cell stays after the last unmoved cell before it.
 */
function inOrder(placed: readonly Placed[], notes: string[]): Placed[] {
  const places = placed.map(({ place }) => place).filter((place) => place !== undefined);
  const stayed = longestRise(places);
  if (stayed.size === places.length) return [...placed];
  const head: Placed[] = [];
  const groups: { place: number; cells: Placed[] }[] = [];
  let tail = head;
  const moved: string[] = [];
  for (const here of placed) {
    if (here.place === undefined) tail.push(here);
    else {
      const cells = [here];
      groups.push({ place: here.place, cells });
      if (stayed.has(here.place)) tail = cells;
      else moved.push(...[gradingOf(here.cell)?.grade_id].filter((id) => id !== undefined));
    }
  }
  if (moved.length > 0) notes.push(`moved, and put back in order: ${fewOf(moved)}`);
  groups.sort((a, b) => a.place - b.place);
  return [...head, ...groups.flatMap(({ cells }) => cells)];
}

/** A longest increasing subsequence. */
function longestRise(numbers: readonly number[]): Set<number> {
  const rises: number[][] = [];
  for (const [i, number] of numbers.entries()) {
    const before = rises.slice(0, i).filter((rise) => rise.at(-1)! < number);
    rises.push([...before.reduce((a, b) => (b.length > a.length ? b : a), []), number]);
  }
  return new Set(rises.reduce((a, b) => (b.length > a.length ? b : a), []));
}

/**
 * Restores missing cells, each after its predecessor. Answers without manual grading are not restored: a student may have
 * written them in another cell, which an empty one would override.
 */
function restoreDeleted(ordered: Placed[], released: readonly Cell[], notes: string[]): void {
  let at = 0;
  for (const [place, cell] of released.entries()) {
    const there = ordered.findIndex((other) => other.place === place);
    if (there >= 0) at = there + 1;
    if (there >= 0 || !isOfAssignment(cell)) continue;
    const about = gradingOf(cell)!;
    if (!about.locked && !about.grade) continue;
    if (about.grade) at = behindCode(ordered, at);
    ordered.splice(at++, 0, { cell: structuredClone(cell), place });
    notes.push(`deleted, and put back: ${about.grade_id}`);
  }
}

/** The index after the student's own code that begins at an index: a test may refer to it. */
function behindCode(ordered: readonly Placed[], from: number): number {
  let at = from;
  for (let i = from; i < ordered.length && ordered[i]!.place === undefined; i++) {
    if (ordered[i]!.cell.cell_type === "code") at = i + 1;
  }
  return at;
}

/** Makes the ids of cells unique, as the format requires. */
function withIds(cells: readonly Cell[]): Cell[] {
  const ids = new Set<string>();
  return cells.map((cell) => {
    const own =
      String(cell.id)
        .replace(/[^\w-]/g, "-")
        .slice(0, 55) || "cell";
    let id = /^[\w-]{1,64}$/.test(cell.id) ? cell.id : own;
    for (let n = 2; ids.has(id); n++) id = `${own}-${n}`;
    ids.add(id);
    return id === cell.id ? cell : ({ ...cell, id } as CodeCell);
  });
}

/** Combines notes of the same kind. */
function merged(notes: readonly string[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const note of notes) {
    const at = note.lastIndexOf(": ");
    const kind = note.slice(0, at);
    kinds.set(kind, [...(kinds.get(kind) ?? []), note.slice(at + 2)]);
  }
  return [...kinds].map(([kind, ids]) => `${kind}: ${fewOf(ids)}`);
}
