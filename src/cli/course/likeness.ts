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
  const [a, b] = [featuresOf(source), featuresOf(released)];
  if (a.text === b.text) return 1;
  return Math.max(dice(a, b), 0.9 * shareDeclared(a.declared, b.declared));
}

/** What texts are compared by. */
interface Features {
  readonly text: string;
  /** How often each three words or signs in a row occur at its beginning; single ones are much the same in all tests. */
  readonly triples: ReadonlyMap<string, number>;
  readonly length: number;
  /** The names that it declares. */
  readonly declared: ReadonlySet<string>;
}

/** Each cell of a submission is compared with each of the assignment. */
const cached = new Map<string, Features>();

function featuresOf(source: string): Features {
  const known = cached.get(source);
  if (known) return known;
  const text = plainText(source);
  const words = text.slice(0, 20_000).match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
  const triples = new Map<string, number>();
  for (let i = 0; i < words.length; i++) {
    const triple = words.slice(i, i + 3).join(" ");
    triples.set(triple, (triples.get(triple) ?? 0) + 1);
  }
  const features = { text, triples, length: words.length, declared: declared(text) };
  if (cached.size > 1000) cached.clear();
  cached.set(source, features);
  return features;
}

/** Twice what two texts have in common over the length of both (Dice 1945). */
function dice(a: Features, b: Features): number {
  if (a.length + b.length === 0) return 1;
  const [few, many] = a.triples.size < b.triples.size ? [a, b] : [b, a];
  let common = 0;
  for (const [triple, count] of few.triples) common += Math.min(count, many.triples.get(triple) ?? 0);
  return (2 * common) / (a.length + b.length);
}

/** How many of the names that one declares are declared by the other too; 0 where it declares none. */
function shareDeclared(names: ReadonlySet<string>, wanted: ReadonlySet<string>): number {
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
