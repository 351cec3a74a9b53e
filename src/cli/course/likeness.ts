/**
 * The similarity of two cells, to recognise a cell that has lost its metadata.
 */

/** Normalises text for comparison: line ends, trailing spaces and Unicode forms are ignored. */
export const plainText = (source: string): string =>
  source
    .replace(/\r\n?/g, "\n")
    .replace(/[^\S\n]+$/gm, "")
    .trim()
    .normalize("NFC");

/**
 * From 0, nothing in common, to 1, equal: how likely `source` is an edited version of `released`.
 *
 * Little of the released text may remain in an answer, but it still declares the names that its tests call.
 */
export function likeness(source: string, released: string): number {
  const [a, b] = [plainText(source), plainText(released)];
  if (a === b) return 1;
  return Math.max(dice(triples(a), triples(b)), 0.9 * shareDeclared(a, b));
}

const cached = new Map<string, string[]>();

/** The trigrams of words and symbols at the beginning of a text: single ones hardly differ between tests. */
function triples(text: string): string[] {
  const known = cached.get(text);
  if (known) return known;
  const words = text.slice(0, 20_000).match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const found = words.map((_, i) => words.slice(i, i + 3).join(" "));
  if (cached.size > 1000) cached.clear();
  cached.set(text, found);
  return found;
}

/** The Dice coefficient of two lists: twice the size of the intersection over the sum of their lengths (Dice 1945). */
function dice(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 1;
  const left = new Map<string, number>();
  for (const item of a) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of b) {
    const count = left.get(item) ?? 0;
    if (count === 0) continue;
    left.set(item, count - 1);
    common++;
  }
  return (2 * common) / (a.length + b.length);
}

/** The share of the names declared by `b` that `a` declares, too; 0 if `b` declares none. */
function shareDeclared(a: string, b: string): number {
  const [names, wanted] = [declared(a), declared(b)];
  return wanted.size === 0 ? 0 : [...wanted].filter((name) => names.has(name)).length / wanted.size;
}

/** Declarations at the beginning of a line; local variables do not count. */
const declared = (text: string): Set<string> =>
  new Set(
    [
      ...text.matchAll(
        /^(?:export )?(?:async )?(?:function\*?|const|let|var|class) ([\p{L}_$][\p{L}\p{N}_$]*)/gmu,
      ),
    ].map(([, name]) => name!),
  );
