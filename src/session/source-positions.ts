/**
 * Where in the reader's TypeScript an error happened. Code that we compile is run as JavaScript; while a session
 * lives, every stack trace says the lines of the TypeScript instead, wherever it is printed.
 */
import { cleanMessage, withoutInnerNames } from "./inner-names.js";
import { SourceMap } from "./source-map.js";

/** A source as it was written, by the name that V8 knows its script by. */
interface Source {
  lines: string[];
  map: SourceMap;
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
 * Lets stack traces tell TypeScript lines.
 *
 * @returns what undoes it
 */
export function translateStackTraces(): () => void {
  const hook = Error as unknown as { prepareStackTrace?: PrepareStackTrace | undefined };
  const before = hook.prepareStackTrace;
  hook.prepareStackTrace = (error, sites) => {
    const last = sites.findLastIndex((site) => sources.has(nameOf(site)));
    if (last < 0 && before) return before(error, sites);
    let head: string;
    try {
      head = withoutInnerNames(Error.prototype.toString.call(cleanMessage(error))); // as V8 has it, also for what is no error, as console.trace
    } catch {
      head = "<error>";
    }
    // Below a cell lies only what runs it.
    const shown = last < 0 ? sites : sites.slice(0, last + 1);
    return [head, ...shown.map((site) => `    at ${translate(site)}`)].join("\n");
  };
  return () => {
    hook.prepareStackTrace = before;
  };
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

function translate(site: CallSite): string {
  const text = withoutInnerNames(String(site)); // `o·.v.f`: a function that was assigned to a property
  const file = nameOf(site);
  if (!sources.has(file)) return text;
  const [line, column] = [site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1];
  const place = originalPlace(file, line, column);
  // What V8 says, with another place; the function around a whole cell is no function of the reader's.
  const script = `${site.getScriptNameOrSourceURL()}:${line}:${column}`;
  if (!place) return text;
  const moved = text.replace(script, `${place.file}:${place.line}:${place.column}`);
  return moved.replace(/^(async )?eval \((.*)\)$/, "$1$2"); // a whole cell, where it is evaluated so
}
