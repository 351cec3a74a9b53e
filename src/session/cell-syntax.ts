/**
 * What the text of a cell says before its types are known: the names it mentions and declares, and what kind of cell it is.
 */
import type * as TypeScript from "typescript";
import { withoutEscapes } from "./all-types-needed.js";
import type { Declared } from "./cell-names.js";
import { topLevel } from "./rewrite/context.js";

const identifier = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** The names that a source mentions. */
export const mentionedIn = (source: string): Set<string> => new Set(withoutEscapes(source).match(identifier));

/** The name of the module that a cell defines for other cells, if it does. */
export const moduleIn = (source: string): string | undefined =>
  /^\s*\/\*\*\s*@module\s+([\w./-]+)/.exec(source)?.[1];

const withoutCheck = /^\s*(?:\/\/.*\n\s*|\/\*(?:(?!\*\/)[\s\S])*\*\/\s*)*\/\/\s*@ts-nocheck\b/;

/** Whether a cell asks not to be checked: `// @ts-nocheck`. */
export const isUnchecked = (source: string): boolean => withoutCheck.test(source);

/** Whether a cell may contain JSX. */
export const mayHaveTags = (source: string): boolean => /<[\p{ID_Start}>]/u.test(source);

/** The beginning of a cell that may be an object literal. */
const openingBrace = /^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*\{/;

/** Whether a cell is an object literal, which would otherwise parse as a block. */
export function isObjectLiteral(ts: typeof TypeScript, source: string): boolean {
  if (!openingBrace.test(source) || /;\s*$/.test(source)) return false;
  const file = ts.createSourceFile("cell.ts", `(${source}\n)`, ts.ScriptTarget.Latest);
  const [only, ...others] = file.statements;
  return (
    (file as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length === 0 &&
    others.length === 0 &&
    !!only &&
    ts.isExpressionStatement(only) &&
    ts.isParenthesizedExpression(only.expression) &&
    ts.isObjectLiteralExpression(only.expression.expression)
  );
}

/** What a cell declares at its top level. */
export interface CellDeclarations {
  readonly names: Declared;
  /** Whether some of it is for all cells: `declare global`, or a module of a name. */
  readonly isGlobal: boolean;
  /** The errors of syntax. */
  readonly errors: readonly TypeScript.Diagnostic[];
}

/**
 * The names that a cell declares at its top level.
 *
 * @param path what its file is called
 */
export function declaredIn(
  ts: typeof TypeScript,
  source: string,
  { path, options, isJsx }: { path: string; options: TypeScript.CompilerOptions; isJsx: boolean },
): CellDeclarations {
  // As a module, so that a top-level await parses.
  const text = `export {};\n${source}`;
  const kind = isJsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kind);
  (
    ts as unknown as {
      bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
    }
  ).bindSourceFile(file, options);
  const symbols = topLevel(ts, file);
  const { symbol, parseDiagnostics } = file as unknown as {
    symbol?: TypeScript.Symbol;
    parseDiagnostics: TypeScript.Diagnostic[];
  };
  const exported = new Set(
    [...(symbol?.exports?.keys() ?? [])].map((name) => ts.unescapeLeadingUnderscores(name)),
  );
  const names = new Map<string, { symbol: TypeScript.Symbol; isExported: boolean }>();
  for (const [name, local] of symbols)
    if (/^[\p{ID_Start}$_]/u.test(name))
      names.set(name, { symbol: local.exportSymbol ?? local, isExported: exported.has(name) });
  const isGlobal = file.statements.some(
    (node) =>
      ts.isModuleDeclaration(node) &&
      (ts.isStringLiteral(node.name) || (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0),
  );
  return { names, isGlobal, errors: parseDiagnostics };
}
