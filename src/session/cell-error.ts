/**
 * How errors of a cell read: name, message and traceback, as the Jupyter protocol wants them.
 */
import path from "node:path";
import { inspect } from "#platform";
import type { Diagnostic } from "./compiler.js";
import { packageRoot } from "./own-packages.js";
import { sourceLine } from "./source-positions.js";

/** An error as `execute_reply` and `error` messages carry it. */
export interface CellError {
  status: "error";
  ename: string;
  evalue: string;
  traceback: string[];
  /** Whether it was ended because its time was over. */
  isLate?: true;
}

/** What a cell ends with when the reader presses stop. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("stopped by the reader");
  }
}

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

/** The type errors of a cell: each with its code, its line of source and a mark under the place. */
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

/** A line of source (from 1) with a mark under a place of it. Tabs stay tabs, however wide they are shown. */
function excerpt(text: string, line: number, column: number, mark: string): string[] {
  const number = String(line);
  const indent = " ".repeat(number.length);
  return [`${number} │ ${text}`, `${indent} │ ${text.slice(0, column).replace(/[^\t]/g, " ")}${red(mark)}`];
}

/** Anything that a cell threw. */
export function fromThrown(thrown: unknown): CellError {
  if (isInterruption(thrown)) {
    return { status: "error", ename: "KeyboardInterrupt", evalue: "", traceback: [red("KeyboardInterrupt")] };
  }
  if (!(thrown instanceof Error || isErrorLike(thrown))) {
    const text = inspect(thrown);
    return { status: "error", ename: "Thrown", evalue: text, traceback: [`${red("Thrown")}: ${text}`] };
  }
  const { name } = thrown;
  const message = refusal(thrown) ?? thrown.message;
  const traceback = [`${red(name)}: ${message}`, ...ownFrames(thrown.stack ?? "")];
  for (let cause = thrown.cause; isErrorLike(cause); cause = cause.cause) {
    traceback.push(`caused by ${red(cause.name)}: ${cause.message}`, ...ownFrames(cause.stack ?? ""));
  }
  return { status: "error", ename: name, evalue: message, traceback };
}

/** What Node means by "Access to this API has been restricted". */
function refusal(error: Error): string | undefined {
  const { code, permission, resource } = error as { code?: unknown; permission?: string; resource?: string };
  if (code !== "ERR_ACCESS_DENIED") return undefined;
  const what: Record<string, string> = {
    FileSystemRead: `reading ${resource} is not allowed`,
    FileSystemWrite: `writing ${resource} is not allowed`,
    ChildProcess: "starting programs is not allowed",
    WorkerThreads: "starting threads is not allowed",
    Signal: "ending other processes is not allowed",
  };
  const refused = (permission && what[permission]) ?? "this is not allowed";
  return `${refused}: where notebooks are graded or checked, they read and write files in their own folder only`;
}

// Cells run in this realm, but an error may come from another (a vm, a worker's clone).
function isErrorLike(value: unknown): value is Error {
  return (
    typeof value === "object" && value !== null && "name" in value && "message" in value && "stack" in value
  );
}

/** The error with which Node ends a synchronous cell on SIGINT, or ours. */
export function isInterruption(thrown: unknown): boolean {
  if (!isErrorLike(thrown)) return false;
  const { code } = thrown as { code?: unknown };
  return thrown.name === "KeyboardInterrupt" || code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

// `src` where Node follows the source maps.
const own = ["dist", "src"].map((folder) => path.join(packageRoot, folder) + path.sep);

/**
 * The frames of a stack that lie in cells or in files of the reader's, the first of a cell with its line; those of
 * Node and nablab say nothing to them.
 */
function ownFrames(stack: string): string[] {
  const frames: string[] = [];
  let shown = false;
  for (const text of stack.split("\n")) {
    const frame = /^\s+at (?:async )?(?:(.*?) \()?(.*?)\)?$/.exec(text);
    if (!frame) continue;
    const [, , place = ""] = frame;
    if (/node:|^<anonymous>$|^native$/.test(place) || own.some((folder) => place.includes(folder))) continue;
    frames.push(text);
    const [, file = "", line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
    const source = sourceLine(file, Number(line));
    if (shown || source === undefined) continue;
    shown = true;
    frames.push(...excerpt(source, Number(line), Number(column) - 1, "^"));
  }
  return frames;
}
