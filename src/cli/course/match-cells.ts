/**
 * Matches the cells of a submission with those of the assignment, even if a student, an editor or a platform has changed
 * their metadata, text or order.
 */
import type { Cell } from "../notebook.js";
import { isEdited } from "./edited.js";
import { likeness, plainText } from "./likeness.js";
import { gradingOf } from "./points.js";

/** In a notebook with more cells, which nobody wrote by hand, cells without metadata are not matched. */
const mostCells = 2000;

/** Whether a cell has a role in nbgrader: a graded cell, an answer, or a locked cell. */
export const isOfAssignment = (cell: Cell): boolean => {
  const about = gradingOf(cell);
  return about !== undefined && (about.grade || about.solution || about.locked || about.task);
};

export interface Matches {
  /** The cell of the assignment for each cell of the submission. */
  is: Map<Cell, Cell>;
  /** The inverse. */
  of: Map<Cell, Cell>;
  recognised: string[];
  copied: string[];
}

/** Finds the cells of an assignment in a submission: by name, id, text and position. */
export function matchCells(cells: readonly Cell[], released: readonly Cell[]): Matches {
  const matches: Matches = { is: new Map(), of: new Map(), recognised: [], copied: [] };
  const own = released.filter(isOfAssignment);
  const order = own.map((cell) => gradingOf(cell)!.grade_id);
  const pair = (cell: Cell, is: Cell): void => {
    matches.is.set(cell, is);
    matches.of.set(is, cell);
  };
  const named = grouped(cells);
  const losers = new Set<Cell>();
  for (const is of own) {
    const id = gradingOf(is)!.grade_id;
    const candidates = named.get(id) ?? [];
    if (candidates.length === 0) continue;
    const best = bestOf(candidates, is, cells, order);
    pair(best, is);
    if (candidates.length === 1) continue;
    matches.copied.push(id);
    for (const cell of candidates) if (cell !== best) losers.add(cell);
  }
  const left = (cell: Cell): boolean => !matches.is.has(cell) && !losers.has(cell);
  const recognise = (cell: Cell, is: Cell): void => {
    pair(cell, is);
    matches.recognised.push(gradingOf(is)!.grade_id);
  };
  const missing = (): Cell[] => own.filter((cell) => !matches.of.has(cell));
  for (const is of missing()) {
    const same = cells.find((cell) => left(cell) && cell.id === is.id && cell.cell_type === is.cell_type);
    if (same && (isGap(is) || likeness(same.source, is.source) >= 0.5)) recognise(same, is);
  }
  if (missing().length > 0 && cells.some(left) && cells.length <= mostCells) {
    for (const [cell, is] of aligned(cells, released, matches, losers)) recognise(cell, is);
  }
  // Moved cells: only if the match is unambiguous.
  for (const is of cells.length <= mostCells ? missing() : []) {
    const alike = cells
      .filter((cell) => left(cell) && cell.cell_type === is.cell_type)
      .map((cell) => ({ cell, how: likeness(cell.source, is.source) }))
      .filter(({ how }) => how >= 0.85)
      .toSorted((a, b) => b.how - a.how);
    if (alike[0]) recognise(alike[0].cell, is);
  }
  return matches;
}

/**
 * Aligns the cells of both notebooks in order, with maximal total similarity (Needleman and Wunsch 1970). Existing pairs are
 * kept if the order allows; ordinary cells of the assignment take part, so that no other cell is matched with them.
 */
function aligned(
  cells: readonly Cell[],
  released: readonly Cell[],
  { is, of }: Matches,
  losers: ReadonlySet<Cell>,
): [Cell, Cell][] {
  const alike = (cell: Cell, other: Cell): number => {
    if (is.has(cell) || of.has(other)) return is.get(cell) === other ? 10 : 0;
    const hasOtherType = cell.cell_type !== other.cell_type;
    if (losers.has(cell) || (hasOtherType && !isAnswer(other))) return 0;
    const how = likeness(cell.source, other.source);
    if (!isOfAssignment(other)) return how === 1 ? 1 : 0;
    // Of two equally similar cells, the one of the same type: a quotation in a text is not an answer.
    if (how >= 0.75) return hasOtherType ? how / 2 : how;
    // Nothing is left of an overwritten gap, which is matched by its position. A cell of another type may be the student's own.
    if (!isGap(other) || !(gradingOf(cell)?.solution ?? true)) return 0;
    return hasOtherType ? (cell.cell_type === "code" ? 0 : 0.04) : 0.05;
  };
  const [rows, columns] = [cells.length, released.length];
  const value = cells.map((cell) => released.map((other) => alike(cell, other)));
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1));
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const paired = value[i]![j]! > 0 ? value[i]![j]! + best[i + 1]![j + 1]! : 0;
      best[i]![j] = Math.max(paired, best[i + 1]![j]!, best[i]![j + 1]!);
    }
  }
  const pairs: [Cell, Cell][] = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    const here = value[i]![j]!;
    if (here > 0 && best[i]![j] === here + best[i + 1]![j + 1]!) {
      const [cell, other] = [cells[i++]!, released[j++]!];
      if (!is.has(cell) && isOfAssignment(other)) pairs.push([cell, other]);
    } else if (best[i]![j] === best[i + 1]![j]) i++;
    else j++;
  }
  return pairs;
}

const isAnswer = (cell: Cell): boolean => gradingOf(cell)?.solution === true;

/** Whether an answer was released as a gap only: as text, or as code without a frame around it. */
export const isGap = (cell: Cell): boolean =>
  gradingOf(cell)!.solution && (cell.cell_type !== "code" || plainText(cell.source).split("\n").length <= 2);

/** Cells by their names in nbgrader. */
export function grouped(cells: readonly Cell[]): Map<string, Cell[]> {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const id = gradingOf(cell)?.grade_id;
    if (id !== undefined) groups.set(id, [...(groups.get(id) ?? []), cell]);
  }
  return groups;
}

/**
 * Chooses among cells with the same name: a written answer over an unwritten one, the original over its copy, the one in its
 * position over a moved one; else the last, as nbgrader does.
 */
export function bestOf(
  candidates: readonly Cell[],
  is: Cell | undefined,
  cells: readonly Cell[],
  order: readonly string[],
): Cell {
  if (candidates.length === 1) return candidates[0]!;
  const merit = (cell: Cell): number => {
    const about = gradingOf(is ?? cell)!;
    const untouched = is
      ? plainText(cell.source) === plainText(is.source)
      : about.locked
        ? !isEdited(cell)
        : isUnwritten(cell);
    let points = 0;
    if (about.solution ? !untouched && !isNote(cell) : untouched) points += 8;
    if (is && cell.id === is.id) points += 4;
    if (is && cell.cell_type === is.cell_type) points += 2;
    if (isInPlace(cell, cells, order)) points += 1;
    return points;
  };
  return candidates.reduce((best, cell) => (merit(cell) >= merit(best) ? cell : best));
}

/** Whether a cell of code has nothing but comments, such as the part that an editor splits off with the metadata. */
const isNote = ({ cell_type, source }: Cell): boolean =>
  cell_type === "code" && source.replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "").trim() === "";

const isUnwritten = (cell: Cell): boolean => /not done yet|Your answer here/.test(cell.source);

/** Whether the preceding cell of the assignment is the right one. */
function isInPlace(cell: Cell, cells: readonly Cell[], order: readonly string[]): boolean {
  const id = gradingOf(cell)!.grade_id;
  const ids = cells.slice(0, cells.indexOf(cell)).map((other) => gradingOf(other)?.grade_id);
  const before = ids.findLast((other) => other !== undefined && other !== id && order.includes(other));
  return before === order[order.indexOf(id) - 1];
}
