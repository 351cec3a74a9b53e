/**
 * Where in the reader's TypeScript an error happened. Code that we compile is run as JavaScript; while a session
 * lives, every stack trace says the lines of the TypeScript instead, wherever it is printed.
 */
import { untranslatedUntil } from "./direct-eval.js";
import { cleanMessage, withoutInnerNames } from "./inner-names.js";
import { KeptTexts } from "./kept-texts.js";
import { SourceMap } from "./source-map.js";

/** A source as it was written, by the name that V8 knows its script by. */
interface Source {
  lines: string[];
  map: Pick<SourceMap, "find">;
  /** Lines before the code in the script that was run, and before the reader's in what was compiled. */
  scriptOffset: number;
  sourceOffset: number;
}

/** A place in a source: lines and columns from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A frame of a stack, as V8 hands it to `Error.prepareStackTrace`; other engines have no such hook. */
interface CallSite {
  getScriptNameOrSourceURL(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}
type PrepareStackTrace = (error: Error, sites: CallSite[]) => unknown;

const sources = new Map<string, Source>();

/** Registers a script under its file name, before it runs. */
export function addSource(
  file: string,
  code: string,
  map: string,
  offsets: { script: number; source: number },
): void {
  sources.set(file, {
    lines: linesOf(code),
    map: new SourceMap(map),
    scriptOffset: offsets.script,
    sourceOffset: offsets.source,
  });
}

/** The names of texts that were evaluated last, by the texts as V8 has them. */
const evaluated = new KeptTexts<string>((name) => void sources.delete(name));
let evaluations = 0;

/**
 * Registers the text of an `eval`.
 *
 * @param text as it was written
 * @param translated what V8 is given
 * @returns the same with its name, unless it says one itself
 */
export function addEvaluated(text: string, translated: string): string {
  if (/\/\/[#@]\s*sourceURL=/.test(text)) return translated;
  let name = evaluated.get(translated);
  if (name === undefined) {
    name = `eval#${++evaluations}`;
    const find = (line: number, column: number): { line: number; column: number } => {
      const start = linesOf(translated).slice(0, line).join("\n").length + Number(line > 0);
      const before = linesOf(untranslatedUntil(translated, start + column));
      return { line: before.length - 1, column: before.at(-1)!.length };
    };
    sources.set(name, { lines: linesOf(text), map: { find }, scriptOffset: 0, sourceOffset: 0 });
    evaluated.set(translated, name);
  }
  return `${translated}\n//# sourceURL=${name}`;
}

/** Where a place of a script (from 1) is in its TypeScript; undefined for what is not ours. */
export function originalPlace(file: string, line: number, column: number): Place | undefined {
  const source = sources.get(file);
  if (!source) return undefined;
  const found = source.map.find(line - 1 - source.scriptOffset, column - 1);
  if (!found) return undefined;
  const at = found.line - source.sourceOffset;
  return at >= 0 && at < source.lines.length ? { file, line: at + 1, column: found.column + 1 } : undefined;
}

/** The lines of a text, as JavaScript counts them. */
export const linesOf = (text: string): string[] => text.split(/\r\n|[\n\r\u2028\u2029]/);

/** A line of a source (from 1). */
export function sourceLine(file: string, line: number): string | undefined {
  return sources.get(file)?.lines[line - 1];
}

/**
 * Lets stack traces tell TypeScript lines, also once a cell has set a hook of its own (its hook is given those lines) or
 * set `Error.prepareStackTrace` back to undefined.
 *
 * @returns what undoes it
 */
export function translateStackTraces(): () => void {
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  /** What a cell has set, or was there before. */
  let hook = before?.value as PrepareStackTrace | undefined;
  let isOfCell = false;
  const prepare: PrepareStackTrace = (error, sites) => {
    const last = sites.findLastIndex((site) => sources.has(nameOf(site)));
    // Below a cell lies only what runs it.
    const shown = last < 0 ? sites : sites.slice(0, last + 1);
    if (hook && (isOfCell || last < 0))
      return hook.call(Error, error, isOfCell ? shown.map(translated) : sites);
    let head: string;
    try {
      head = withoutInnerNames(Error.prototype.toString.call(cleanMessage(error))); // as V8 has it, also for what is no error, as console.trace
    } catch {
      head = "<error>";
    }
    return [head, ...shown.map((site) => `    at ${translate(site)}`)].join("\n");
  };
  const property: PropertyDescriptor = {
    get: () => prepare,
    set(value: unknown) {
      if (Object.isFrozen(Error)) throw new TypeError("Error.prepareStackTrace cannot be changed here");
      isOfCell = typeof value === "function" && value !== prepare;
      hook = isOfCell ? (value as PrepareStackTrace) : (before?.value as PrepareStackTrace | undefined);
    },
    configurable: true,
    enumerable: false,
  };
  keepTranslating = () => {
    const { get } = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace") ?? {};
    if (get !== property.get && !Object.isFrozen(Error))
      Object.defineProperty(Error, "prepareStackTrace", property);
  };
  keepTranslating();
  return () => {
    keepTranslating = () => {};
    if (before) Object.defineProperty(Error, "prepareStackTrace", before);
    else Reflect.deleteProperty(Error, "prepareStackTrace");
  };
}

/** Puts the hook back that a cell has deleted; to be called before a stack is read for the first time. */
export let keepTranslating = (): void => {};

/** A frame that says its place in the TypeScript. */
function translated(site: CallSite): CallSite {
  const place = placeOf(site);
  if (!place) return site;
  const own: Partial<Record<string | symbol, unknown>> = {
    getLineNumber: () => place.line,
    getColumnNumber: () => place.column,
    toString: () => translate(site),
  };
  return new Proxy(site, {
    get(target, name) {
      const value = own[name] ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What a script was registered as. In a browser it has a URL, in which a space is `%20`. */
const scriptOf = (url: string): string => (sources.has(url) ? url : url.replaceAll("%20", " "));

const nameOf = (site: CallSite): string => scriptOf(site.getScriptNameOrSourceURL() ?? "");

/** A longer line belongs to the message. */
const longestFrame = 2000;

/** A frame of a stack trace. */
export interface Frame {
  /** The frame as V8 writes it. */
  text: string;
  /** The script, line and column. */
  place: string;
}

/**
 * The frames of a stack trace, with the lines of the TypeScript, in any engine: V8's own are translated already, those of
 * Firefox and Safari (`name@place`) here.
 */
export function framesOf(stack: string): Frame[] {
  const lines = stack.split("\n").filter(({ length }) => length <= longestFrame);
  const own = lines.flatMap((text) => {
    const place = /^\s+at (?:async )?(?:.*? \()?(.*?)\)?$/.exec(text)?.[1];
    return place === undefined ? [] : [{ text, place }];
  });
  if (own.length > 0) return own;
  return lines.flatMap((text) => {
    const [, name, url, line, column] = /^(?:async\*)?(.*?)@(.*):(\d+):(\d+)$/.exec(text) ?? [];
    if (url === undefined) return [];
    const file = scriptOf(url);
    const found = originalPlace(file, Number(line), Number(column)) ?? { file, line, column };
    const place = `${found.file}:${found.line}:${found.column}`;
    return [{ text: `    at ${name ? `${name} (${place})` : place}`, place }];
  });
}

/** Where a frame is in the TypeScript; undefined for what is not ours. */
const placeOf = (site: CallSite): Place | undefined =>
  originalPlace(nameOf(site), site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);

function translate(site: CallSite): string {
  const text = withoutInnerNames(String(site)); // `o·.v.f`: a function that was assigned to a property
  const place = placeOf(site);
  if (!place) return text;
  // What V8 says, with another place; the function around a whole cell is no function of the reader's.
  const script = `${site.getScriptNameOrSourceURL()}:${site.getLineNumber() ?? 1}:${site.getColumnNumber() ?? 1}`;
  const moved = text.replace(script, `${place.file}:${place.line}:${place.column}`);
  return moved.replace(/^(async )?eval \((.*)\)$/, "$1$2"); // a whole cell, where it is evaluated so
}
