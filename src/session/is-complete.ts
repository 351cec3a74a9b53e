/**
 * Whether code is complete, for consoles that decide on Enter whether to run or continue it.
 *
 * The parser knows: code is incomplete when its first error stands at its end, or is an unclosed template or comment.
 */
import type * as TypeScript from "typescript";

/** The content of `is_complete_reply`. */
export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

// As a module, so that a top-level await parses; on the same line, so that only the offset moves.
const prefix = "export {};";
const unterminatedTemplate = 1160;
const unterminatedComment = 1010;
const unterminatedString = 1002; // at the end too, but no further line can close it

export function isComplete(ts: typeof TypeScript, code: string): Completeness {
  const file = ts.createSourceFile("cell.ts", prefix + code, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const errors = (file as unknown as { parseDiagnostics: TypeScript.Diagnostic[] }).parseDiagnostics;
  const [first] = errors;
  if (!first) return { status: "complete" };
  const end = prefix.length + code.trimEnd().length;
  const { code: error, start } = first;
  if (error === unterminatedString) return { status: "invalid" };
  const unfinished = error === unterminatedTemplate || error === unterminatedComment || start! >= end;
  return unfinished ? { status: "incomplete", indent: nextIndent(code) } : { status: "invalid" };
}

/** The indentation of the next line: that of the last line, plus two spaces after an opening bracket. */
function nextIndent(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(last)![0];
  return /[{([]$/.test(last) ? `${indent}  ` : indent;
}
