/**
 * V8 quotes failing code in its messages, and the code of cells contains internal names: `o·.v.nope is not a function`. This
 * module turns them back into the reader's source.
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
  [/\bn·thrown\b/g, ".catch"], // V8's name for a destructured `catch` parameter
  [/\bn·after\(\.\.\.\)/g, "(intermediate value)"],
  [new RegExp(`/\\*${secret}[^*]*\\*/`, "g"), ""],
];

/** The mark in a function's code; V8 omits the middle of a long text, possibly cutting the mark. */
const mark = new RegExp(`/\\*(?:${secret}|·[\\da-z]*·?\\.\\.\\.<omitted>)`);
/** The beginning of a function's text; V8's own words have brackets only before what was read, set or expected. */
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
/** V8's possible words after it: `' could not be cloned.`, ` is not a symbol`, `')`. */
const wordsAfter = /(?<=[)}])(?:'\)|'? [^(){}]*|')?$/;

/** Replaces the rewritten source of a function in a message of V8. */
function withoutRewritten(text: string): string {
  const found = mark.exec(text);
  if (!found) return text;
  const start = functionHead.exec(text.slice(0, found.index))?.index ?? 0;
  const [after = ""] = wordsAfter.exec(text) ?? [];
  return `${text.slice(0, start)}a function${after}`;
}

/** A text without internal names. */
export function withoutInnerNames(text: string): string {
  if (!text.includes("·")) return text;
  let clean = withoutRewritten(text);
  for (const [pattern, replacement] of spellings) clean = clean.replace(pattern, replacement);
  return clean;
}

/** Cleans the message of a thrown value. */
export function cleanMessage<T>(thrown: T): T {
  try {
    const { message } = thrown as { message?: unknown };
    if (thrown instanceof Error && typeof message === "string" && message.includes("·")) {
      // A DOMException inherits its message.
      const value = withoutInnerNames(message);
      Object.defineProperty(thrown, "message", { value, configurable: true, writable: true });
    }
  } catch {
    // It is not an error of V8.
  }
  return thrown;
}

/** `Float64Array<ArrayBufferLike>`: the default type parameter of typed arrays. */
const ofBuffer = /(?<=\b(?:Float|Int|Uint|BigInt|BigUint)\d+(?:Clamped)?Array)<ArrayBuffer(?:Like)?>/g;

const qualifier = /import\("([^"]*)"\)\.([\p{ID_Continue}$]+)/gu;

/**
 * A message of the compiler without the modules of types, which may be cells: `import("/home/[3]").Point`. Two types of the
 * same name are distinguished by their origin.
 */
export function withoutModules(whole: string, labelOf = (_: number): string => "an earlier cell"): string {
  const text = whole.replace(ofBuffer, "");
  if (!text.includes('import("')) return text;
  const modules = new Map<string, Set<string>>();
  for (const [, module, name] of text.matchAll(qualifier))
    modules.set(name!, (modules.get(name!) ?? new Set()).add(module!));
  // One of two may be local, without a module.
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
