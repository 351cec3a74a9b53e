/**
 * Whether a cell needs all types of the platform, or an excerpt will do that is read sooner (kernel/standard-types.ts).
 */

/** A source in which names are written without `\u0061`. */
export const withoutEscapes = (source: string): string =>
  source.replace(/\\u(?:\{([\da-f]{1,6})\}|([\da-f]{4}))/gi, (text, long?: string, short?: string) => {
    const point = Number.parseInt(long ?? short!, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : text;
  });

/** What a module is imported by. */
const specifier = /\b(?:from|import|require)\s*\(?\s*["'`]([^"'`]*)/g;
/**
 * What may mean something else where not all types are there, though it is no error: what hides errors, what declares for all
 * files, and names to which the platform's types add, or of which an excerpt has a part.
 */
const ofAllTypes = new RegExp(
  [
    "@ts-|@module\\b|///\\s*<|\\bdeclare\\s+(?:global|module|namespace)\\b",
    "\\b(?:globalThis|signal|ImportMeta|ErrorConstructor)\\b|\\bimport\\s*\\.\\s*meta\\b|\\btypeof\\s+Error\\b",
  ].join("|"),
);

/**
 * What finds whether a cell needs all types of the platform from the start. Those of a package may be about them.
 *
 * @param essentials the excerpt that cells have before
 */
export function allTypesNeeded(essentials: string): (source: string) => boolean {
  const named = (pattern: RegExp): string =>
    [...essentials.matchAll(pattern)].map(([, name]) => name).join("|");
  // An interface of the excerpt has not all that it has; of the console, each method is whole.
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
