/**
 * Lines of a cell that are not TypeScript: `%check off`, `%install lodash`, `!ls`. They are recognised only where a statement
 * may stand, so never in a string or a comment; a line that begins with `!` is a command unless it is an expression of known
 * names.
 */
import type * as TypeScript from "typescript";

export type LineCommand =
  | { type: "check"; on: boolean }
  | { type: "install"; packages: string[] }
  | { type: "shell"; command: string };

/** A cell without them. */
export interface CellText {
  /** The cell with each replaced by a call or a comment; line numbers are kept. */
  source: string;
  /** The commands at the start of the cell, and every `%check` and `%install`, which run before it is compiled. */
  first: LineCommand[];
}

const commandLine = /^(?:%(check|install)\b[ \t]*([^\r\n]*?)|!([^\s=!([{'"`+~-][^\r\n]*?))[ \t]*$/gm;
const prefix = "export {};"; // as a module, so that a top-level await parses

/**
 * Extracts the commands of a cell.
 *
 * @param isKnown whether a name is defined in the session
 * @throws SyntaxError for a `%check` or `%install` of another form
 */
export function withoutCommands(
  ts: typeof TypeScript,
  cell: string,
  isKnown: (name: string) => boolean,
): CellText {
  const code = cell.replace(/^#!/, "//"); // the first line of a script
  if (!/^[%!]/m.test(code)) return { source: code, first: [] };
  const found = [...code.matchAll(commandLine)];
  // Each is replaced by a statement of the same length: it is a command where the parser finds that statement.
  const neutral = code.replace(commandLine, (line) => "m;".padEnd(line.length));
  const file = ts.createSourceFile("cell.ts", prefix + neutral, ts.ScriptTarget.Latest, true);
  const places = new Set(statements(ts, file).map((node) => node.getStart(file) - prefix.length));
  const others = new Set(code.replace(commandLine, "").match(/[\p{ID_Continue}$]+/gu));
  const isPlain = (line: string): boolean => {
    const [name = ""] = /[\p{ID_Continue}$]+/u.exec(line) ?? [];
    return (isKnown(name) || others.has(name) || isKeyword(ts, name)) && parses(ts, line);
  };
  const first: LineCommand[] = [];
  let isHead = true;
  let source = "";
  let end = 0;
  for (const match of found) {
    const { index } = match;
    const [line, word, rest = "", shell] = match;
    if (!places.has(index) || (shell !== undefined && isPlain(line))) continue;
    const between = code.slice(end, index);
    isHead &&= /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*$/.test(between);
    source += between;
    end = index + line.length;
    const command =
      shell === undefined ? commandOf(word!, rest.trim()) : { type: "shell" as const, command: shell };
    if (isHead || command.type !== "shell") {
      first.push(command);
      source += `//${line.slice(2)}`;
    } else {
      source += `await n·shell(${JSON.stringify(command.command)});`;
    }
  }
  return { source: source + code.slice(end), first };
}

function commandOf(word: string, rest: string): LineCommand {
  if (word === "check" && /^(on|off)$/.test(rest)) return { type: "check", on: rest === "on" };
  if (word === "install" && rest !== "") return { type: "install", packages: rest.split(/\s+/) };
  throw new SyntaxError(
    `a cell knows %check on, %check off, %install PACKAGE and !COMMAND, got %${word} ${rest}`.trimEnd(),
  );
}

/** An unfinished cell with commands replaced by comments of the same length, so that positions are kept. */
export const commentedOut = (code: string): string =>
  // `!name` alone may well be an unfinished expression.
  code
    .replace(/^#!/, "//")
    .replace(commandLine, (line) => (/^%|^!\S+[ \t]/.test(line) ? `//${line.slice(2)}` : line));

/** The statements of a file at any depth. */
function statements(ts: typeof TypeScript, file: TypeScript.SourceFile): TypeScript.Node[] {
  const found: TypeScript.Node[] = [];
  const look = (node: TypeScript.Node): void => {
    if (ts.isExpressionStatement(node)) found.push(node);
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

function parses(ts: typeof TypeScript, text: string): boolean {
  const file = ts.createSourceFile("cell.ts", prefix + text, ts.ScriptTarget.Latest);
  return (file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length === 0;
}

const isKeyword = (ts: typeof TypeScript, name: string): boolean =>
  ts.identifierToKeywordKind(ts.factory.createIdentifier(name)) !== undefined;
