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
export function unmerged(cells: readonly Cell[], released: readonly Cell[], split: string[]): Cell[] {
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
    const around = [released[j - 1], released[j + 1]].map((cell) =>
      cell && !gradingOf(cell)?.solution && (!own || isMissing(cell)) ? plainText(cell.source) : "",
    ) as [string, string];
    for (const [i, cell] of result.entries()) {
      const { solution, grade_id } = gradingOf(cell) ?? {};
      if (own ? !own.includes(cell) : solution && names.has(grade_id)) continue;
      const parts = partsOf(plainText(cell.source), ...around);
      if (!parts) continue;
      const [before, part, after] = parts;
      if (!own && !isGap(answer) && likeness(part, answer.source) < 0.5) continue;
      const next = released[j + 1];
      const isNext = next !== undefined && gradingOf(cell)?.grade_id === gradingOf(next)?.grade_id;
      /** The part that the cell itself becomes. */
      const itself = own || solution ? 1 : before === "" || isNext ? 2 : 0;
      const pieces = [before, part, after].flatMap((source, k): Cell[] => {
        if (source === "") return [];
        const { cell_type, metadata } = released[j - 1 + k] ?? cell;
        // A text cell of the assignment stays one, even if it was merged into a code cell.
        const isReleased = k !== 1 && source === around[k / 2];
        if (k === itself) return [{ ...cell, source, ...(isReleased && { cell_type }) } as Cell];
        return [{ cell_type, id: `${cell.id}-${k}`, source, metadata: k === 1 ? metadata : {} } as Cell];
      });
      result.splice(i, 1, ...pieces);
      split.push(about.grade_id);
      break;
    }
  }
  return result;
}

/** The parts of a text before, between and after `first` and `last`; undefined if it contains neither, or nothing is between them. */
function partsOf(text: string, first: string, last: string): [string, string, string] | undefined {
  const start = first === "" ? -1 : `\n${text}\n`.indexOf(`\n${first}\n`);
  const from = start < 0 ? 0 : start + first.length;
  const end = last === "" ? -1 : `\n${text}\n`.indexOf(`\n${last}\n`, from);
  if (start < 0 && end < 0) return undefined;
  const to = end < 0 ? text.length : end;
  const parts = [text.slice(0, from), text.slice(from, to), text.slice(to)].map((part) => part.trim());
  return parts[1] === "" ? undefined : (parts as [string, string, string]);
}
