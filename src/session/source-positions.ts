/**
 * Maps stack traces to the reader's TypeScript. Cells run as compiled JavaScript; during a session, every stack trace shows
 * the lines of the TypeScript instead, wherever it is printed.
 */
import { untranslatedUntil } from "./direct-eval.js";
import { cleanMessage, withoutInnerNames } from "./inner-names.js";
import { KeptTexts } from "./kept-texts.js";
import { SourceMap } from "./source-map.js";

/** An original source, keyed by the name of its script in V8. */
interface Source {
  lines: string[];
  map: Pick<SourceMap, "find">;
  /** Lines before the code in the executed script, and before the reader's in the compiled text. */
  scriptOffset: number;
  sourceOffset: number;
}

/** A position in a source: lines and columns from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** A stack frame as V8 passes it to `Error.prepareStackTrace`; other engines have no such hook. */
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

/** The names of recently evaluated texts, by the texts as V8 has them. */
const evaluated = new KeptTexts<string>((name) => void sources.delete(name));
let evaluations = 0;

/**
 * Registers the text of an `eval`.
 *
 * @param text the original
 * @param translated the text passed to V8
 * @returns the translated text with a name, unless it has one
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

/** The TypeScript position of a position in a script (from 1); undefined for foreign scripts. */
export function originalPlace(file: string, line: number, column: number): Place | undefined {
  const source = sources.get(file);
  if (!source) return undefined;
  const found = source.map.find(line - 1 - source.scriptOffset, column - 1);
  if (!found) return undefined;
  const at = found.line - source.sourceOffset;
  return at >= 0 && at < source.lines.length ? { file, line: at + 1, column: found.column + 1 } : undefined;
}

/** Splits a text into lines as JavaScript does. */
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
  /** The hook set by a cell, or the earlier one. */
  let hook = before?.value as PrepareStackTrace | undefined;
  let isOfCell = false;
  const prepare: PrepareStackTrace = (error, sites) => {
    const last = sites.findLastIndex((site) => sources.has(nameOf(site)));
    // The frames below a cell belong to the session.
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

/** Restores the hook if a cell has deleted it; call this before a stack is first read. */
export let keepTranslating = (): void => {};

/** A frame with its position in the TypeScript. */
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

/** The registered name of a script. In a browser it is a URL, in which a space is `%20`. */
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
 * The frames of a stack trace with TypeScript lines, in any engine: V8's are already translated, those of Firefox and Safari
 * (`name@place`) are translated here.
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

/** The TypeScript position of a frame; undefined for foreign scripts. */
const placeOf = (site: CallSite): Place | undefined =>
  originalPlace(nameOf(site), site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);

function translate(site: CallSite): string {
  const text = withoutInnerNames(String(site)); // `o·.v.f`: a function assigned to a property
  const place = placeOf(site);
  if (!place) return text;
  // V8's text with the new position; the wrapper function of a cell is left out.
  const script = `${site.getScriptNameOrSourceURL()}:${site.getLineNumber() ?? 1}:${site.getColumnNumber() ?? 1}`;
  const moved = text.replace(script, `${place.file}:${place.line}:${place.column}`);
  return moved.replace(/^(async )?eval \((.*)\)$/, "$1$2"); // a whole cell that is evaluated
}
