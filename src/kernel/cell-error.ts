/**
 * How errors of a cell read: name, message and traceback, as the Jupyter protocol wants them.
 */
import path from "node:path";
import { inspect } from "node:util";
import type { Diagnostic } from "tslab/dist/converter.js";
import { packageRoot } from "./own-packages.js";

/** An error as `execute_reply` and `error` messages carry it. */
export interface CellError {
  status: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

/** What a cell ends with when the reader presses stop. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("stopped by the reader");
  }
}

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

/** The type errors of a cell: each with its code, its line of source and a caret under the place. */
export function fromDiagnostics(source: string, diagnostics: readonly Diagnostic[]): CellError {
  const lines = source.split("\n");
  let before = "";
  const traceback = diagnostics.flatMap(({ start, end, messageText, code, fileName }) => {
    const place = `${fileName ?? "cell"}:${start.line + 1}:${start.character + 1}`;
    // The compiler explains a complaint by further ones at the same place: "… is not assignable", "property … is missing".
    if (place === before) return [`    ${messageText}`];
    before = place;
    const message = `${place} - ${red(`error TS${code}`)}: ${messageText}`;
    const line = fileName === undefined ? lines[start.line] : undefined;
    if (line === undefined) return [message];
    const length = end.line === start.line ? Math.max(1, end.character - start.character) : 1;
    const number = String(start.line + 1);
    const indent = " ".repeat(number.length);
    // Tabs stay tabs, so that the mark stands under its place however wide a tab is shown.
    const caret = line.slice(0, start.character).replace(/[^\t]/g, " ") + red("~".repeat(length));
    return [message, `${number} │ ${line}`, `${indent} │ ${caret}`];
  });
  const [first] = diagnostics;
  return {
    status: "error",
    ename: "TypeScriptError",
    evalue: first ? `TS${first.code}: ${first.messageText} (line ${first.start.line + 1})` : "",
    traceback,
  };
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
  const { name, message } = thrown;
  const traceback = [`${red(name)}: ${message}`, ...ownFrames(thrown.stack ?? "")];
  for (let cause = thrown.cause; isErrorLike(cause); cause = cause.cause) {
    traceback.push(`caused by ${red(cause.name)}: ${cause.message}`, ...ownFrames(cause.stack ?? ""));
  }
  return { status: "error", ename: name, evalue: message, traceback };
}

// Cells run in this realm, but an error may come from another (a vm, a worker's clone).
function isErrorLike(value: unknown): value is Error {
  return (
    typeof value === "object" && value !== null && "name" in value && "message" in value && "stack" in value
  );
}

/** The error with which Node ends a synchronous cell on SIGINT, or tslab an awaiting one, or ours. */
function isInterruption(thrown: unknown): boolean {
  if (!isErrorLike(thrown)) return false;
  const { name, message } = thrown;
  const code = (thrown as { code?: unknown }).code;
  return (
    name === "KeyboardInterrupt" ||
    code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" ||
    message === "Interrupted asynchronously"
  );
}

// `src` where Node follows the source maps.
const own = ["dist", "src"].map((folder) => path.join(packageRoot, folder) + path.sep);

/**
 * The frames of a stack that lie in cells or in files of the reader's; those of Node, tslab and nablab say
 * nothing to them. A cell's lines are those of the JavaScript made of it, so they are left out.
 */
function ownFrames(stack: string): string[] {
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const frame = /^\s+at (?:async )?(?:(.*?) \()?(.*?)\)?$/.exec(line);
    if (!frame) continue;
    const [, name, place = ""] = frame;
    if (place.startsWith("evalmachine.<anonymous>")) {
      if (name && !name.endsWith("eval")) frames.push(`    at ${name} (in a cell)`);
    } else if (
      !/node:|[\\/]tslab[\\/]dist[\\/]|^<anonymous>$|^native$/.test(place) &&
      !own.some((folder) => place.includes(folder))
    ) {
      frames.push(line);
    }
  }
  return frames;
}
