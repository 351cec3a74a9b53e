/**
 * The markers by which nbgrader finds solutions and hidden tests. It requires an exact match: with a mistyped marker, the
 * hidden part would be released.
 */
import type { Notebook } from "../notebook.js";
import { gradingOf } from "./points.js";

const regions = ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"];
const markers = regions.flatMap((region) => [`BEGIN ${region}`, `END ${region}`]);

/** The faults in the markers of an assignment, a sentence each. */
export function wrongMarkers({ cells }: Notebook): string[] {
  const found: string[] = [];
  for (const [i, cell] of cells.entries()) {
    const name = gradingOf(cell)?.grade_id ?? `cell ${i + 1}`;
    const open = new Set<string>();
    for (const line of cell.source.split("\n")) {
      const marker = markers.find((marker) => line.includes(marker));
      const meant = marker ? undefined : meantBy(line);
      if (meant) found.push(`${name}: expected "${meant}", got ${JSON.stringify(line.trim())}`);
      if (!marker) continue;
      const region = regions.find((region) => marker.endsWith(region))!;
      const begins = marker.startsWith("BEGIN");
      if (begins === open.has(region)) {
        found.push(
          `${name}: ${begins ? "a second" : "no"} BEGIN ${region} before ${JSON.stringify(line.trim())}`,
        );
      }
      if (begins) open.add(region);
      else open.delete(region);
    }
    for (const region of open) found.push(`${name}: no END ${region} after its BEGIN ${region}`);
  }
  return found;
}

/** The marker that a comment resembles. */
function meantBy(line: string): string | undefined {
  const comment = /^\s*(?:\/\/+|\/\*+|#+|<!--+|\*|%+)?\s*(.*?)\s*(?:\*\/|-->)?\s*$/.exec(line)![1]!;
  if (comment.length > 30) return undefined;
  const words = comment
    .toUpperCase()
    .replace(/[^A-Z]+/g, " ")
    .trim();
  const near = markers
    .map((marker) => ({ marker, far: distance(words, marker) }))
    .toSorted((a, b) => a.far - b.far)[0]!;
  return near.far <= near.marker.length / 5 ? near.marker : undefined;
}

/** The edit distance of two texts (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
