/**
 * Decides whether a cell needs all types of the platform, or an excerpt that loads faster (kernel/standard-types.ts).
 */

/** A source with escapes in names, such as `\u0061`, decoded. */
export const withoutEscapes = (source: string): string =>
  source.replace(/\\u(?:\{([\da-f]{1,6})\}|([\da-f]{4}))/gi, (text, long?: string, short?: string) => {
    const point = Number.parseInt(long ?? short!, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : text;
  });

/** The specifier of an import. */
const specifier = /\b(?:from|import|require)\s*\(?\s*["'`]([^"'`]*)/g;
/**
 * Code that may silently change its meaning without all types: code that hides errors, global declarations, and names that
 * the platform's types extend or the excerpt declares only in part.
 */
const ofAllTypes = new RegExp(
  [
    "@ts-|@module\\b|///\\s*<|\\bdeclare\\s+(?:global|module|namespace)\\b",
    "\\b(?:globalThis|signal|ImportMeta|ErrorConstructor)\\b|\\bimport\\s*\\.\\s*meta\\b|\\btypeof\\s+Error\\b",
  ].join("|"),
);

/**
 * Returns a test of whether a cell needs all types of the platform from the start. The types of a package may refer to them.
 *
 * @param essentials the excerpt that cells have until then
 */
export function allTypesNeeded(essentials: string): (source: string) => boolean {
  const named = (pattern: RegExp): string =>
    [...essentials.matchAll(pattern)].map(([, name]) => name).join("|");
  // The interfaces of the excerpt are partial; each method of the console is complete.
  const inPart = new RegExp(
    `\\b(?:${named(/^interface (\w+)/gm)})\\b|\\bconsole\\b(?!\\.(?:${named(/^ {2}(\w+)\(/gm)})\\b)`,
  );
  return (written) => {
    const source = withoutEscapes(written);
    return (
      ofAllTypes.test(source) ||
      inPart.test(source) ||
      [...source.matchAll(specifier)].some(([, module]) => module !== "nablab")
    );
  };
}
