/**
 * Formats the errors of a cell: name, message and traceback, as required by the Jupyter protocol.
 */
import { inspect } from "#platform";
import type { Diagnostic } from "./diagnostic.js";
import { withoutInnerNames } from "./inner-names.js";
import { framesOf, sourceLine } from "./source-positions.js";

/** An error as `execute_reply` and `error` messages carry it. */
export interface CellError {
  status: "error";
  ename: string;
  evalue: string;
  traceback: string[];
  /** Whether the cell exceeded its time limit. */
  isLate?: true;
}

/** The error that ends an interrupted cell. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("stopped by the reader");
  }
}

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

/** The type errors of a cell, each with its code, its source line and a marker under the position. */
export function fromDiagnostics(diagnostics: readonly Diagnostic[]): CellError {
  const traceback = diagnostics.flatMap(({ code, messages, file = "cell", line, column, length, text }) => [
    `${file}:${line + 1}:${column + 1} - ${red(`error TS${code}`)}: ${messages[0]}`,
    ...excerpt(text, line + 1, column, "~".repeat(length)),
    ...messages.slice(1).map((message) => `    ${message}`),
  ]);
  const [first] = diagnostics;
  const place =
    first?.file === undefined ? `line ${first && first.line + 1}` : `${first.file}:${first.line + 1}`;
  return {
    status: "error",
    ename: "TypeScriptError",
    evalue: first ? `TS${first.code}: ${first.messages[0]} (${place})` : "",
    traceback,
  };
}

/** A source line (from 1) with a marker under a position. Tabs are kept, so that the marker aligns at any width. */
function excerpt(text: string, line: number, column: number, mark: string): string[] {
  const number = String(line);
  const indent = " ".repeat(number.length);
  return [`${number} │ ${text}`, `${indent} │ ${text.slice(0, column).replace(/[^\t]/g, " ")}${red(mark)}`];
}

/** Whether a position in a stack trace is irrelevant to the reader; as {@link SessionHost.isOwn}. */
type IsOwn = (place: string) => boolean;

/** Formats anything thrown: reading it may throw, name and message may not be strings, causes may form a cycle. */
export function fromThrown(thrown: unknown, isOwn: IsOwn): CellError {
  if (isInterruption(thrown)) {
    return { status: "error", ename: "KeyboardInterrupt", evalue: "", traceback: [red("KeyboardInterrupt")] };
  }
  if (!isError(thrown)) {
    const text = shorten(inspectSafely(thrown));
    return { status: "error", ename: "Thrown", evalue: text, traceback: [`${red("Thrown")}: ${text}`] };
  }
  const { name, message } = headOf(thrown);
  return { status: "error", ename: name, evalue: message, traceback: describe(thrown, isOwn) };
}

/** A longer error does not help the reader, and bloats the notebook. */
const limits = { characters: 10_000, frames: 50, fieldLines: 20, errors: 12 };

const shorten = (text: string): string =>
  text.length <= limits.characters
    ? text
    : `${text.slice(0, limits.characters)}… (${text.length - limits.characters} more characters)`;

/** The lines of an error, followed by its causes and the errors that it aggregates, each printed once. */
function describe(error: object, isOwn: IsOwn, shown = new Set<object>()): string[] {
  shown.add(error);
  const { name, message } = headOf(error);
  const lines = [
    `${red(name)}: ${message}`,
    ...ownFrames(textOf(read(error, "stack")), isOwn),
    ...fieldsOf(error),
  ];
  const related: [label: string, value: unknown][] = [];
  if (read(error, "cause") !== undefined) related.push(["caused by ", read(error, "cause")]);
  const { length, first } = listOf(read(error, "errors"));
  for (const [i, one] of first.entries()) related.push([`${i + 1} of ${length}: `, one]);
  for (const [label, value] of related) {
    if (!isError(value)) {
      lines.push(`${label}${shorten(inspectSafely(value))}`);
    } else if (shown.has(value)) {
      lines.push(`${label}${red(headOf(value).name)}, the error that is shown above`);
    } else if (shown.size >= limits.errors) {
      lines.push(`${label}${red(headOf(value).name)} … (more errors are not shown)`);
    } else {
      const [head, ...rest] = describe(value, isOwn, shown);
      lines.push(`${label}${head}`, ...rest);
    }
  }
  return lines;
}

/** Name and message as text, whatever they are. */
function headOf(error: object): { name: string; message: string } {
  const [name, message] = [read(error, "name"), refusal(error) ?? overflow(error) ?? read(error, "message")];
  return {
    name: typeof name === "string" && name !== "" ? shorten(name) : "Error",
    message: shorten(withoutInnerNames(textOf(message))),
  };
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : inspectSafely(value);

/** Other properties of an error, such as `code` and `path` of Node's. */
function fieldsOf(error: object): string[] {
  const said = new Set(["name", "message", "stack", "cause", "errors"]);
  try {
    const fields = Object.entries(Object.getOwnPropertyDescriptors(error)).filter(
      ([name, { enumerable }]) => enumerable && !said.has(name),
    );
    if (fields.length === 0) return [];
    const lines = inspect(Object.defineProperties({}, Object.fromEntries(fields)), { depth: 1 }).split("\n");
    const more = lines.length - limits.fieldLines;
    return [...lines.slice(0, limits.fieldLines), ...(more > 0 ? [`… (${more} more lines)`] : [])].map(
      (line) => `    ${shorten(line)}`,
    );
  } catch {
    return [];
  }
}

/** Reads a property of a thrown object, whose getter or proxy may throw. */
function read(thrown: object, name: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** The first of the errors that an error aggregates; none if they cannot be read, as in a proxy. */
function listOf(value: unknown): { length: number; first: unknown[] } {
  try {
    if (!Array.isArray(value)) return { length: 0, first: [] };
    const { length } = value;
    return { length, first: Array.from({ length: Math.min(length, limits.errors) }, (_, i) => value[i]) };
  } catch {
    return { length: 0, first: [] };
  }
}

function inspectSafely(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return typeof value === "function" ? "[Function]" : "[object]"; // its custom inspection failed
  }
}

/** Explains V8's stack overflow. */
function overflow(error: object): string | undefined {
  const message = read(error, "message");
  return error instanceof RangeError && message === "Maximum call stack size exceeded"
    ? `${message}: a function calls itself without end, or is given a list of too many arguments, f(...xs)`
    : undefined;
}

/** Explains Node's "Access to this API has been restricted" and EMFILE. */
function refusal(error: object): string | undefined {
  const { code, permission, resource } = Object.fromEntries(
    ["code", "permission", "resource"].map((name) => [name, textOf(read(error, name))]),
  );
  if (code === "EMFILE" || code === "ENFILE")
    return `${textOf(read(error, "message"))}; raise the limit (ulimit -n 1024 in the shell that starts Jupyter), and restart the kernel`;
  if (code !== "ERR_ACCESS_DENIED") return undefined;
  const what: Record<string, string> = {
    FileSystemRead: `reading ${resource} is not allowed`,
    FileSystemWrite: `writing ${resource} is not allowed`,
    ChildProcess: "starting programs is not allowed",
    WorkerThreads: "starting threads is not allowed",
    Signal: "ending other processes is not allowed",
  };
  const refused = what[permission ?? ""] ?? "this is not allowed";
  return `${refused}: where notebooks are graded or checked, they read and write files in their own folder only`;
}

// Cells run in this realm, but an error may come from another (a vm, a worker's clone).
function isError(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  try {
    return value instanceof Error || ["name", "message", "stack"].every((name) => name in value);
  } catch {
    return false; // a proxy that refuses
  }
}

/** The error with which Node ends a synchronous cell on SIGINT, or ours. */
export function isInterruption(thrown: unknown): boolean {
  if (!isError(thrown)) return false;
  return (
    read(thrown, "name") === "KeyboardInterrupt" ||
    read(thrown, "code") === "ERR_SCRIPT_EXECUTION_INTERRUPTED"
  );
}

/**
 * The stack frames in cells and the reader's files, the first one in a cell with its source line; those of Node and nablab
 * are left out.
 */
function ownFrames(stack: string, isOwn: IsOwn): string[] {
  const frames: string[] = [];
  let shown = false;
  for (const { text, place } of framesOf(stack)) {
    if (/^<anonymous>$|^native$/.test(place) || isOwn(place)) continue;
    if (frames.length >= limits.frames) {
      frames.push("    … (more frames are not shown)");
      break;
    }
    frames.push(text);
    const [, file = "", line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
    const source = sourceLine(file, Number(line));
    if (shown || source === undefined) continue;
    shown = true;
    frames.push(...excerpt(source, Number(line), Number(column) - 1, "^"));
  }
  return frames;
}
