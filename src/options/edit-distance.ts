/**
 * The edit distance of two names, to suggest the intended one for a misspelt name.
 */

/** How many letters must be added, left out, replaced or swapped with the next (Damerau and Levenshtein). */
export function editDistance(a: string, b: string): number {
  let [before, previous]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(previous![j]! + 1, row[j - 1]! + 1, previous![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before![j - 2]! + 1);
    }
    [before, previous] = [previous, row];
  }
  return previous!.at(-1)!;
}
