/**
 * Splits cells that a student has merged: an answer in a locked cell would be replaced with it, and a text in a cell of code is
 * no code.
 */
import type { Cell } from "../notebook.js";
import { likeness, plainText } from "./likeness.js";
import { grouped, isGap } from "./match-cells.js";
import { gradingOf } from "./points.js";

/**
 * @param cells the cells of a submission
 * @param released the cells of the assignment
 * @param split gets the names of the answers that were split off
 */
export function unmerged(cells: readonly Cell[], released: readonly Cell[], split: Set<string>): Cell[] {
  let result = [...cells];
  // What is split off one answer may hold another.
  for (let before = 0; before !== result.length; ) {
    before = result.length;
    result = splitOnce(result, released, split);
  }
  return result;
}

/** Splits each answer off one cell at most. */
function splitOnce(cells: readonly Cell[], released: readonly Cell[], split: Set<string>): Cell[] {
  const result = [...cells];
  const named = grouped(cells);
  const names = new Set(released.map((cell) => gradingOf(cell)?.grade_id));
  const texts = new Set(cells.map(({ source }) => plainText(source)));
  /** Whether nothing is left of a cell, unless in another one. */
  const isMissing = (cell: Cell): boolean =>
    !named.has(gradingOf(cell)?.grade_id ?? "") && !texts.has(plainText(cell.source));
  for (const [j, answer] of released.entries()) {
    const about = gradingOf(answer);
    if (!about?.solution) continue;
    // Without metadata nothing distinguishes a written answer from a note.
    if (isGap(answer) && named.size === 0) continue;
    const own = named.get(about.grade_id);
    // Not the next ones alone: they may have been deleted before the answer was merged.
    const [above, below] = ([-1, 1] as const).map((step) =>
      upToAnswer(released, j, step).filter((cell) => !own || isMissing(cell)),
    ) as [Cell[], Cell[]];
    for (const [i, cell] of result.entries()) {
      const { solution, grade_id } = gradingOf(cell) ?? {};
      if (own ? !own.includes(cell) : solution && names.has(grade_id)) continue;
      const text = plainText(cell.source);
      const [first, last] = [above, below].map((near) =>
        near.find(({ source }) => placeOf(plainText(source), text) >= 0),
      );
      const parts = partsOf(text, plainText(first?.source ?? ""), plainText(last?.source ?? ""));
      if (!parts) continue;
      const [before, part] = parts;
      if (!own && !isGap(answer) && likeness(part, answer.source) < 0.5) continue;
      const around = [first ?? released[j - 1], answer, last ?? released[j + 1]];
      const next = around[2];
      const isNext = next !== undefined && gradingOf(cell)?.grade_id === gradingOf(next)?.grade_id;
      /** The part that the cell itself becomes. */
      const itself = own || solution ? 1 : before === "" || isNext ? 2 : 0;
      const pieces = parts.flatMap((source, k): Cell[] => {
        if (source === "") return [];
        const { cell_type, metadata } = around[k] ?? cell;
        // A text cell of the assignment stays one, even if it was merged into a code cell.
        const isReleased = k !== 1 && source === plainText(around[k]?.source ?? "");
        if (k === itself) return [{ ...cell, source, ...(isReleased && { cell_type }) } as Cell];
        return [{ cell_type, id: `${cell.id}-${k}`, source, metadata: k === 1 ? metadata : {} } as Cell];
      });
      result.splice(i, 1, ...pieces);
      split.add(about.grade_id);
      break;
    }
  }
  return result;
}

/** The cells from an answer to the one before it (`step` = −1) or after it, without both, the nearest first. */
function upToAnswer(released: readonly Cell[], from: number, step: 1 | -1): Cell[] {
  const cells: Cell[] = [];
  for (let j = from + step; released[j] && !gradingOf(released[j]!)?.solution; j += step)
    cells.push(released[j]!);
  return cells;
}

/** Where some lines begin in a text; -1 if they are not in it. */
const placeOf = (lines: string, text: string, from = 0): number =>
  lines === "" ? -1 : `\n${text}\n`.indexOf(`\n${lines}\n`, from);

/** The parts of a text before, between and after `first` and `last`; undefined if it contains neither, or nothing is between them. */
function partsOf(text: string, first: string, last: string): [string, string, string] | undefined {
  const start = placeOf(first, text);
  const from = start < 0 ? 0 : start + first.length;
  const end = placeOf(last, text, from);
  if (start < 0 && end < 0) return undefined;
  const to = end < 0 ? text.length : end;
  const parts = [text.slice(0, from), text.slice(from, to), text.slice(to)].map((part) => part.trim());
  return parts[1] === "" ? undefined : (parts as [string, string, string]);
}
