/**
 * A submission put right before it is graded: each cell of the assignment is found again, whatever a student, an editor
 * or a platform did to it, so that harmless damage costs no points, and what was not theirs to change is as it was
 * handed out.
 *
 * `nablab check` does the same as far as it can without the assignment as it was handed out.
 */
import { createHash } from "node:crypto";
import type { Cell, CodeCell, Notebook } from "../notebook.js";
import { isEdited } from "./edited.js";
import { likeness, plainText } from "./likeness.js";
import { bestOf, grouped, isOfAssignment, type Matches, matchCells } from "./match-cells.js";
import { gradingOf } from "./points.js";
import { fewOf } from "./words.js";

/** A notebook put right, and what had to be done for it, in a few words each. */
export interface Repaired {
  notebook: Notebook;
  notes: string[];
}

/** A submission with too little left to tell what it answers. */
export class NotThisAssignment extends Error {}

/** A cell of a submission, and the place in the assignment of the cell that it is, if it is one. */
interface Placed {
  cell: Cell;
  place: number | undefined;
}

/**
 * @param submitted the notebook as it was handed in; it stays as it is
 * @param released the assignment as it was handed out
 * @throws NotThisAssignment when hardly any cell of the assignment is in it
 */
export function repair(submitted: Notebook, released: Notebook): Repaired {
  const notes: string[] = [];
  const own = released.cells.filter(isOfAssignment);
  const matches = matchCells(submitted.cells, released.cells);
  const named = grouped(submitted.cells);
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
  const placed = submitted.cells.map((cell): Placed => {
    const is = matches.is.get(cell);
    if (is) return { cell: asReleased(cell, is, notes), place: places.get(is) };
    const ordinary = asOrdinary(cell, submitted, matches, notes);
    return { cell: ordinary, place: gradingOf(cell) ? undefined : texts.next(plainText(cell.source)) };
  });
  const ordered = inOrder(placed, notes);
  restoreDeleted(ordered, released.cells, notes);
  for (const [what, ids] of [
    ["without metadata, and recognised", matches.recognised],
    ["copied", matches.copied],
  ] as const) {
    if (ids.length > 0) notes.push(`${what}: ${fewOf(ids)}`);
  }
  return {
    notebook: {
      ...submitted,
      cells: withIds(ordered.map(({ cell }) => cell)),
      // Which kernel it was opened with last says nothing about what it is.
      metadata: released.metadata,
    },
    notes: merged(notes),
  };
}

/**
 * The same without the assignment at hand: of cells that are there twice one stays what it is, and those that stand in
 * another order than the assignment says go back to their places.
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
  return {
    notebook: { ...submitted, cells: withIds(inOrder(placed, notes).map(({ cell }) => cell)) },
    notes: merged(notes),
  };
}

/** The cells of an assignment in their order, as a released notebook carries them in its metadata: by name or by text. */
function orderOf({ metadata }: Notebook): readonly string[] {
  const { cells } = (metadata.nablab ?? {}) as { cells?: unknown };
  return Array.isArray(cells) ? cells.filter((id) => typeof id === "string") : [];
}

/** Writes {@link orderOf} into a notebook that is handed out. */
export function setOrder(notebook: Notebook): void {
  const cells = notebook.cells.map((cell) =>
    isOfAssignment(cell) ? gradingOf(cell)!.grade_id : textMark(cell),
  );
  notebook.metadata.nablab = { cells };
}

const textPrefix = "text ";

/** What an ordinary cell is known by: its text, in short. */
const textMark = ({ source }: Cell): string =>
  `${textPrefix}${createHash("sha256").update(plainText(source)).digest("hex").slice(0, 12)}`;

/** Finds the places of texts in a list, each place once. */
function textsOf(list: readonly (string | undefined)[]) {
  const places = new Map<string, number[]>();
  for (const [place, text] of list.entries()) {
    if (text !== undefined) places.set(text, [...(places.get(text) ?? []), place]);
  }
  return { next: (text: string): number | undefined => places.get(text)?.shift() };
}

/** A cell of a submission as the cell of the assignment that it is. */
function asReleased(cell: Cell, is: Cell, notes: string[]): Cell {
  const about = gradingOf(is)!;
  // Nothing of the student's: a tag such as skip-execution would leave out a test.
  const { metadata } = structuredClone(is);
  let { source } = cell;
  if (about.locked && plainText(withoutHidden(source)) !== plainText(is.source)) {
    const older = gradingOf(cell)?.checksum !== undefined && !isEdited(cell);
    notes.push(`${older ? "of an older release, and replaced" : "edited, and put back"}: ${about.grade_id}`);
  }
  if (about.locked) source = is.source;
  return bare(cell, is.cell_type, metadata, source);
}

/** A cell without anything else that a file may have in it. */
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

/** A lecturer who hands in the solution to try it has not edited its tests. */
const withoutHidden = (source: string): string =>
  source.replace(/^.*BEGIN HIDDEN TESTS[\s\S]*?END HIDDEN TESTS.*$\n?/gm, "");

/** A cell that is none of the assignment's: a student's own, a copy, or one of another assignment. */
function asOrdinary(cell: Cell, { cells }: Notebook, matches: Matches, notes: string[]): Cell {
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

/** Without what nbgrader keeps in it; what is there word for word already does not run again. */
function stripped(cell: Cell, isRepeated: boolean): Cell {
  return bare(cell, isRepeated && cell.cell_type === "code" ? "raw" : cell.cell_type);
}

/**
 * The cells with those of the assignment in its order. A cell of the student's own stays behind the cell that it
 * stands behind, of those that did not move.
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

/** As many numbers of a list as can be, each greater than the one before. */
function longestRise(numbers: readonly number[]): Set<number> {
  const rises: number[][] = [];
  for (const [i, number] of numbers.entries()) {
    const before = rises.slice(0, i).filter((rise) => rise.at(-1)! < number);
    rises.push([...before.reduce((a, b) => (b.length > a.length ? b : a), []), number]);
  }
  return new Set(rises.reduce((a, b) => (b.length > a.length ? b : a), []));
}

/**
 * Puts back what is missing, each cell behind the one that it stood behind. An answer that nobody reads is left out: a
 * student may have written it into another cell, which an empty one would undo.
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

/** The place behind the student's own code that begins at a place: a test may be about it. */
function behindCode(ordered: readonly Placed[], from: number): number {
  let at = from;
  for (let i = from; i < ordered.length && ordered[i]!.place === undefined; i++) {
    if (ordered[i]!.cell.cell_type === "code") at = i + 1;
  }
  return at;
}

/** Cells whose ids are all different, as the format wants it. */
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

/** Notes of the same kind in one. */
function merged(notes: readonly string[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const note of notes) {
    const at = note.lastIndexOf(": ");
    const kind = note.slice(0, at);
    kinds.set(kind, [...(kinds.get(kind) ?? []), note.slice(at + 2)]);
  }
  return [...kinds].map(([kind, ids]) => `${kind}: ${fewOf(ids)}`);
}
