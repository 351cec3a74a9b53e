/**
 * `toString` of a function from a cell returns the reader's source as JavaScript, so that it can be sent to a worker, a page
 * or another program and run there. The code that runs in the session has been rewritten (rewrite/), and contains the number
 * of its source.
 */

import type * as TypeScript from "typescript";
import { isTranslated, untranslated } from "./direct-eval.js";
import type { FunctionPlace } from "./rewrite/functions.js";
import { secret } from "./secret.js";

interface Source {
  text: string;
  places: readonly FunctionPlace[];
}

const sources: Source[] = [];

/** The number of the next source, for {@link addFunctions}. */
export const sourceNumber = (): number => sources.length;

/** Registers the functions of a text before it runs; its code contains {@link sourceNumber}. */
export function addFunctions(text: string, places: readonly FunctionPlace[]): void {
  sources.push({ text, places });
}

const mark = new RegExp(`/\\*${secret}(\\d+)\\.(\\d+)\\*/`, "g");

/** Makes `toString` return the sources of cells; returns a function that undoes it. */
export function translateFunctions(typescript: () => typeof TypeScript): () => void {
  const before = Object.getOwnPropertyDescriptor(Function.prototype, "toString")!;
  const native = before.value as (this: unknown) => string;
  const translated = {
    toString(this: unknown): string {
      if (this === translated) return native.call(native);
      const text = native.call(this);
      return text.includes(secret) ? sourceOf(text, typescript()) : text;
    },
  }.toString;
  Object.defineProperty(Function.prototype, "toString", { ...before, value: translated });
  return () => {
    if (Function.prototype.toString === translated)
      Object.defineProperty(Function.prototype, "toString", before);
  };
}

function sourceOf(code: string, ts: typeof TypeScript): string {
  if (isTranslated(code)) return untranslated(code);
  const marks = [...code.matchAll(mark)].map(([, source, place]) => [Number(source), Number(place)] as const);
  if (marks.length === 0) return code;
  // A function's number is the smallest in its text: nested functions have larger ones.
  const [number, place] = marks.reduce((least, one) => (one[1] < least[1] ? one : least));
  const source = sources[number];
  const found = source?.places[place];
  if (!source || !found) return code;
  return withoutTypes(source.text.slice(found.start, found.end), found.kind, ts);
}

const kept = new Map<string, string>();

/** The text of a function in JavaScript: the original, if it contains no types. */
function withoutTypes(text: string, kind: FunctionPlace["kind"], ts: typeof TypeScript): string {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const [head, foot] = kind === "method" ? ["(class extends Object {", "})"] : ["(", ")"];
  const whole = head + text + foot;
  const parsed = ts.createSourceFile("function.js", whole, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS);
  // Syntax that the parser reports as TypeScript in a JavaScript file.
  const isPlain =
    (parsed as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics.length === 0 &&
    !hasTypes(ts, parsed);
  let result = text;
  if (!isPlain) {
    const { outputText } = ts.transpileModule(whole, {
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.Preserve },
    });
    // After `"use strict"`.
    const emitted = outputText.slice(outputText.indexOf(head) + head.length).trim();
    result = emitted.replace(/;$/, "").slice(0, -foot.length).trim();
    if (kind === "method") result = result.replace(/^ {4}/gm, "");
  }
  kept.set(text, result);
  return result;
}

function hasTypes(ts: typeof TypeScript, node: TypeScript.Node): boolean {
  const look = (child: TypeScript.Node): boolean => {
    if (ts.isTypeNode(child) && !ts.isExpressionWithTypeArguments(child)) return true;
    if (
      ts.isTypeParameterDeclaration(child) ||
      ts.isInterfaceDeclaration(child) ||
      ts.isTypeAliasDeclaration(child) ||
      ts.isEnumDeclaration(child) ||
      ts.isModuleDeclaration(child) ||
      ts.isNonNullExpression(child) ||
      ts.isAsExpression(child) ||
      ts.isSatisfiesExpression(child)
    )
      return true;
    if (
      (ts.isParameter(child) || ts.isPropertyDeclaration(child) || ts.isMethodDeclaration(child)) &&
      child.questionToken
    )
      return true;
    if (ts.isPropertyDeclaration(child) && child.exclamationToken) return true;
    if (ts.isHeritageClause(child) && child.token === ts.SyntaxKind.ImplementsKeyword) return true;
    const modifiers = ts.canHaveModifiers(child) ? (child.modifiers ?? []) : [];
    const ofJavaScript = new Set([
      ts.SyntaxKind.AsyncKeyword,
      ts.SyntaxKind.StaticKeyword,
      ts.SyntaxKind.AccessorKeyword,
    ]);
    if (modifiers.some(({ kind }) => !ofJavaScript.has(kind) && kind !== ts.SyntaxKind.Decorator))
      return true;
    return ts.forEachChild(child, look) ?? false;
  };
  return look(node);
}
