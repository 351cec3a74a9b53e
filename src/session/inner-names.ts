/**
 * V8 writes the code that fails into its messages, and the code of cells holds names that are ours: `o·.v.nope is not a
 * function`. Here they are turned back into what the reader wrote.
 */

import { secret } from "./secret.js";

const word = "[\\p{ID_Continue}$]+";
const spellings: [RegExp, string][] = [
  [new RegExp(`\\(0 ?, n·boxes\\.(${word})\\.v\\)`, "gu"), "$1"], // in the text of an eval
  [new RegExp(`n·boxes\\.(${word})\\.v`, "gu"), "$1"],
  [new RegExp(`\\(0 ?, (${word})·\\.v\\)`, "gu"), "$1"], // a call without a `this`
  [new RegExp(`(${word})·\\.[vd]`, "gu"), "$1"],
  [/\bn·const\./g, ""],
  [/\bn·meta\b/g, "import.meta"],
  [/\bn·import\b/g, "import"],
  [/\bn·arguments\b/g, "arguments"],
  [/\bn·thrown\b/g, ".catch"], // as V8 names what a `catch` takes apart
  [/\bn·after\(\.\.\.\)/g, "(intermediate value)"],
  [new RegExp(`/\\*${secret}[^*]*\\*/`, "g"), ""],
];

/** The mark of a function's code; V8 leaves out the middle of a long text, perhaps from within the mark. */
const mark = new RegExp(`/\\*(?:${secret}|·[\\da-z]*·?\\.\\.\\.<omitted>)`);
/** What the text of a function begins with; V8's own words have brackets only before what was read, set or expected. */
const functionHead = new RegExp(
  [
    `\\b(?:async\\s+)?function\\b[\\s*]*(?:${word})?\\s*\\(`,
    `\\bclass\\b(?:\\s+${word})?\\s*\\{`,
    `\\bclass\\b(?:\\s+${word})?\\s+extends\\b`,
    `(?:\\b(?:async|get|set)\\s+)*(?:\\*\\s*)?(?:#?${word}|\\[[^\\]]*\\])?\\((?!(?:reading|setting|expected) ')`,
    `(?:\\basync\\s+)?${word}\\s*=>`,
  ].join("|"),
  "u",
);
/** What V8 may say after it: `' could not be cloned.`, ` is not a symbol`, `')`. */
const wordsAfter = /(?<=[)}])(?:'\)|'? [^(){}]*|')?$/;

/** V8 writes a function as it was rewritten into what it says of it. */
function withoutRewritten(text: string): string {
  const found = mark.exec(text);
  if (!found) return text;
  const start = functionHead.exec(text.slice(0, found.index))?.index ?? 0;
  const [after = ""] = wordsAfter.exec(text) ?? [];
  return `${text.slice(0, start)}a function${after}`;
}

/** A text without names that are ours. */
export function withoutInnerNames(text: string): string {
  if (!text.includes("·")) return text;
  let clean = withoutRewritten(text);
  for (const [pattern, replacement] of spellings) clean = clean.replace(pattern, replacement);
  return clean;
}

/** What a `catch` is given, its message cleaned. */
export function cleanMessage<T>(thrown: T): T {
  try {
    const { message } = thrown as { message?: unknown };
    if (thrown instanceof Error && typeof message === "string" && message.includes("·")) {
      // A DOMException has its message from its prototype.
      const value = withoutInnerNames(message);
      Object.defineProperty(thrown, "message", { value, configurable: true, writable: true });
    }
  } catch {
    // It is no error of V8's.
  }
  return thrown;
}

/** `Float64Array<ArrayBufferLike>`: the compiler says what every typed array is by default. */
const ofBuffer = /(?<=\b(?:Float|Int|Uint|BigInt|BigUint)\d+(?:Clamped)?Array)<ArrayBuffer(?:Like)?>/g;

const qualifier = /import\("([^"]*)"\)\.([\p{ID_Continue}$]+)/gu;

/**
 * What the compiler says of a type without the module that it is from, which may be a cell, `import("/home/[3]").Point`. Two
 * of one name keep apart by where they are from.
 */
export function withoutModules(whole: string, labelOf = (_: number): string => "an earlier cell"): string {
  const text = whole.replace(ofBuffer, "");
  if (!text.includes('import("')) return text;
  const modules = new Map<string, Set<string>>();
  for (const [, module, name] of text.matchAll(qualifier))
    modules.set(name!, (modules.get(name!) ?? new Set()).add(module!));
  // One of two may be of this very place, and have no module before it.
  const types = (text.replace(qualifier, "").match(/'[^']*'/g) ?? []).join(" ");
  const bare = new Set(types.match(/[\p{ID_Continue}$]+/gu));
  return text.replace(qualifier, (_, module: string, name: string) => {
    if (modules.get(name)!.size === 1 && !bare.has(name)) return name;
    const [, cell] = /\/\[(\d+)\]$/.exec(module) ?? [];
    const place = /\/\[cell( with jsx)?\]$/.test(module)
      ? "this cell"
      : cell
        ? labelOf(Number(cell))
        : module.replace(/^.*\/(?:node_modules\/)?/, "");
    return `${name} (of ${place})`;
  });
}
