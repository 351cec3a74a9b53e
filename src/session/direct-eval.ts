/**
 * Translates the text of a direct `eval`, which sees the names around it: names of cells are kept in boxes, so the text reads
 * and writes the boxes. V8 resolves the names of functions and blocks by itself, except those that sloppy-mode text declares
 * by `var` in a function if they equal a name of a cell. Loops and functions in the text are guarded like those of cells, so
 * that an interrupt ends them even after an `await`.
 *
 * `eval("cnt++")` becomes `eval(n·eval("cnt++", []))`, whose text is `n·boxes.cnt.v++`; a comment before each
 * change holds the original, for `toString` of functions and for positions in stack traces.
 */
import type * as TypeScript from "typescript";
import { KeptTexts } from "./kept-texts.js";
import { secret } from "./secret.js";

/** The scope in which a text is translated. */
export interface EvalScope {
  /** Whether a name of a cell is kept in a box. */
  isBoxed(name: string): boolean;
  /** Whether the name is read-only. */
  isConstant(name: string): boolean;
  /** Names shadowed where `eval` is called; includes `arguments` within a function. */
  hidden: readonly string[];
  /** An expression that is true once the reader has interrupted. */
  raised: string;
  /** Whether `catch`, `finally`, async functions and promises read the flag itself, as in rewrite/functions.ts. */
  looks: boolean;
}

const identifiers = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** Text that may hold a loop or a function, perhaps a method. */
const mayGoOn = /\b(?:for|while|do|function)\b|=>|\)\s*(?:\{|\/[/*])/;
/** Text that has no guards: a proxy in a `with` would be asked for their names, and an import stays what it is. */
const isLeft = /\b(?:with\s*(?:\(|\/[/*])|import\s*[(./])/;

/** What reads the flag itself: a statement, whose value in an `eval` is undefined, and an expression. */
const lookStatement = "if (n·flag[0]) n·guard.stop = 1;";
const lookExpression = "n·flag[0] && (n·guard.stop = 1)";

/** Whether a text that sees globals only is to be translated. */
export const isGuarded = (text: string): boolean =>
  (mayGoOn.test(text) || /\beval\b/.test(text)) && !isLeft.test(text) && !isData(text);

/** A cache of translations, by all that they depend on. */
const translations = new KeptTexts<string>();

/** Replaces names of cells in a text by their boxes; unchanged if there are none, or if it is not valid JavaScript. */
export function translateEval(ts: typeof TypeScript, text: string, scope: EvalScope): string {
  if (isData(text)) return text;
  const mentioned = new Set(text.match(identifiers));
  const isHidden = (name: string): boolean => scope.hidden.includes(name);
  const names = new Set([...mentioned].filter((name) => scope.isBoxed(name) && !isHidden(name)));
  const isOuterArguments = mentioned.has("arguments") && !isHidden("arguments");
  const isPlain = names.size === 0 && !mentioned.has("eval") && !isOuterArguments;
  if (isPlain && (!mayGoOn.test(text) || isLeft.test(text))) return text;
  const written = [...names].map((name) => (scope.isConstant(name) ? `${name}!` : name));
  const key = [scope.raised, scope.hidden.join(), written.join(), text].join("\n");
  const known = translations.get(key);
  if (known !== undefined) return known;
  let translated = text;
  try {
    translated = translate(ts, text, scope, names, isOuterArguments);
  } catch (error) {
    // The compiler recurses into brackets, with a deeper stack than V8's.
    if (!isPlain || !(error instanceof RangeError)) throw error;
  }
  translations.set(key, translated);
  return translated;
}

/** Whether a text is JSON, with or without parentheses: it can be long, and mentions no names. */
function isData(text: string): boolean {
  const trimmed = text.trim();
  const inner = trimmed.startsWith("(") && trimmed.endsWith(")") ? trimmed.slice(1, -1) : trimmed;
  if (!/^\s*[[{]/.test(inner)) return false;
  try {
    JSON.parse(inner);
    return true;
  } catch {
    return false;
  }
}

function translate(
  ts: typeof TypeScript,
  text: string,
  scope: EvalScope,
  names: ReadonlySet<string>,
  isOuterArguments: boolean,
): string {
  const edits = editsOf(ts, text, scope, names, isOuterArguments);
  return edits ? edited(text, edits) : text;
}

/** The scope of a text that sees globals only. */
export const globalScope: EvalScope = {
  isBoxed: () => false,
  isConstant: () => false,
  hidden: ["arguments"],
  raised: "n·guard.stop",
  looks: true,
};

/** The body of a function that `Function` makes, with guards. */
export function translateBody(ts: typeof TypeScript, parameters: string, body: string): string {
  const head = `(function anonymous(${parameters}\n) {`;
  const whole = `${head}\n${body}\n})`;
  const known = translations.get(whole);
  if (known !== undefined) return known;
  const edits = editsOf(ts, whole, globalScope, new Set(), false) ?? [];
  const inBody = edits
    .filter(({ start }) => start >= head.length)
    .map((edit) => {
      const [start, end] = [edit.start, edit.end].map((at) => Math.max(at - head.length - 1, 0));
      return { ...edit, start: start!, end: end! };
    });
  const translated = edited(body, inBody);
  translations.set(whole, translated);
  return translated;
}

/** Undefined if V8 reports an error. */
function editsOf(
  ts: typeof TypeScript,
  text: string,
  scope: EvalScope,
  names: ReadonlySet<string>,
  isOuterArguments: boolean,
): Edit[] | undefined {
  const file = ts.createSourceFile("eval.js", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: unknown[] };
  if (parseDiagnostics.length > 0) return undefined;
  const internal = ts as unknown as Internal;
  internal.bindSourceFile(file, {});
  const edits: Edit[] = [];
  const isUnguarded = isLeft.test(text);
  const replace = (node: TypeScript.Node, text: string): void => {
    edits.push({ start: node.getStart(file), end: node.getEnd(), text });
  };
  const begin = (at: number, text: string): void => {
    edits.push({ start: at, end: at, text });
  };
  const end = (at: number, text: string): void => {
    edits.push({ start: at, end: at, text, isEnd: true });
  };
  const isBoxedName = (node: TypeScript.Node): node is TypeScript.Identifier =>
    ts.isIdentifier(node) && names.has(node.text) && !isDeclaredAround(ts, node);
  /** Translates a node; returns whether to visit its children. */
  const look = (node: TypeScript.Node): boolean => {
    if (ts.isDeleteExpression(node) && isBoxedName(internal.skipOuterExpressions(node.expression))) {
      // Deleting a variable does nothing; deleting its property would.
      replace(node, "false");
      return false;
    }
    if (!isUnguarded) guard(node);
    if (isDirectEval(ts, node)) {
      const [given] = node.arguments as unknown as [TypeScript.Expression];
      const hidden = new Set([...scope.hidden, ...declaredAround(ts, node), ...namesOf(ts, file)]);
      begin(given.getStart(file), "n·eval(");
      end(given.getEnd(), `, ${JSON.stringify([...hidden])})`);
    } else if (isIndirectEval(ts, node)) {
      const [given] = node.arguments as unknown as [TypeScript.Expression];
      begin(given.getStart(file), "n·eval(");
      end(given.getEnd(), ")");
    } else if (makesFunction(ts, node)) {
      begin(node.arguments[0]!.getStart(file), "...n·function(");
      end(node.arguments.at(-1)!.getEnd(), ")");
    } else if (isBoxedName(node)) {
      const changed = boxed(ts, node, scope);
      if (changed) replace(node, changed);
    } else if (isOuterArguments && isReferenceTo(ts, node, "arguments") && !isInFunction(ts, node)) {
      replace(node, ts.isShorthandPropertyAssignment(node.parent) ? "arguments: n·arguments" : "n·arguments");
    }
    return true;
  };
  /** Lets an interrupt end each iteration of a loop, and a function at its beginning. */
  const guard = (node: TypeScript.Node): void => {
    const statement = `if (${scope.raised}) n·check();`;
    if (ts.isIterationStatement(node, false)) {
      const body = node.statement;
      if (ts.isBlock(body)) begin(body.getStart(file) + 1, statement);
      else {
        begin(body.getStart(file), `{ ${statement} `);
        end(body.getEnd(), " }");
      }
    }
    const handler = ts.isCatchClause(node) ? node.block : ts.isTryStatement(node) && node.finallyBlock;
    if (handler && scope.looks) begin(handler.getStart(file) + 1, lookStatement);
    if (scope.looks && ts.isNewExpression(node) && isReferenceTo(ts, node.expression, "Promise")) {
      // Within the brackets: a line that begins with one continues the line before.
      const executor = node.arguments?.[0];
      if (executor && !ts.isSpreadElement(executor)) {
        begin(executor.getStart(file), `(${lookExpression}, `);
        end(executor.getEnd(), ")");
      }
    }
    const { body } = node as { body?: TypeScript.Node };
    if (!ts.isFunctionLike(node) || !body) return;
    const isAsync = ts.getCombinedModifierFlags(node as TypeScript.Declaration) & ts.ModifierFlags.Async;
    const looks = isAsync && scope.looks;
    if (ts.isBlock(body)) {
      // `"use strict"` must come first.
      const directives = body.statements.findIndex(
        (one) => !ts.isExpressionStatement(one) || !ts.isStringLiteral(one.expression),
      );
      const before = body.statements[(directives < 0 ? body.statements.length : directives) - 1];
      begin(before?.getEnd() ?? body.getStart(file) + 1, `;${looks ? lookStatement : ""}${statement}`);
    } else {
      begin(body.getStart(file), `(${looks ? `${lookExpression}, ` : ""}(${scope.raised}) && n·check(), `);
      end(body.getEnd(), ")");
    }
  };
  // Not recursive: `1 + 1 + …` is nested as deeply as it is long.
  const waiting: TypeScript.Node[] = [file];
  for (let node = waiting.pop(); node; node = waiting.pop())
    if (look(node)) ts.forEachChild(node, (child) => void waiting.push(child));
  return edits;
}

interface Edit {
  start: number;
  end: number;
  text: string;
  /** Whether it is the end of another edit. */
  isEnd?: boolean;
}

/** Applies all edits, each after a comment with its length and the original. */
function edited(text: string, edits: readonly Edit[]): string {
  let [result, from] = ["", 0];
  // Edits at one position: ends, innermost first; then beginnings, outermost first; then replacements.
  const order = edits.map((edit, i) => ({ ...edit, rank: edit.isEnd ? -i : i + 1 }));
  order.sort((a, b) => a.start - b.start || a.end - b.end || a.rank - b.rank);
  for (const { start, end, text: changed } of order) {
    const before = text.slice(start, end);
    result += text.slice(from, start) + markOf(before, changed);
    from = end;
  }
  return result + text.slice(from);
}

/** Encodes a text for a comment, including lone surrogates. */
const written = (text: string): string =>
  text && encodeURIComponent(JSON.stringify(text)).replaceAll("*", "%2A");
const wasWritten = (text: string): string => text && JSON.parse(decodeURIComponent(text));

/** The beginning of such a comment. */
const markHead = `/*${secret}e`;
const editMark = new RegExp(`${markHead.replaceAll("*", "\\*")}(\\d+)·([^*]*)\\*/`, "g");

/** What stands in place of a text, behind a comment with its length and what was there. */
export const markOf = (before: string, changed: string): string =>
  `${markHead}${changed.length}·${written(before)}*/${changed}`;

/** Whether a text, or a part of it, was translated. */
export const isTranslated = (text: string): boolean => text.includes(markHead);

/** The original text before a position of a translated one. */
export function untranslatedUntil(text: string, place: number): string {
  for (const { 0: mark, 1: length, index } of text.matchAll(editMark)) {
    if (index > place) break;
    if (place < index + mark.length + Number(length)) return untranslated(text.slice(0, index));
  }
  return untranslated(text.slice(0, place));
}

/** The original of a translated text or of a part of it. */
export function untranslated(text: string): string {
  let [result, from] = ["", 0];
  for (const { 0: mark, 1: length, 2: before, index } of text.matchAll(editMark)) {
    result += text.slice(from, index) + wasWritten(before!);
    from = index + mark.length + Number(length);
  }
  return result + text.slice(from);
}

/** Functions of the compiler that are missing from its types. */
interface Internal {
  bindSourceFile(file: TypeScript.SourceFile, options: object): void;
  isExpressionNode(node: TypeScript.Node): boolean;
  isAssignmentTarget(node: TypeScript.Node): boolean;
  skipOuterExpressions(node: TypeScript.Expression): TypeScript.Expression;
}

/** The replacement for a name of a cell; undefined if the identifier is no reference. */
function boxed(
  ts: typeof TypeScript,
  node: TypeScript.Identifier,
  { isConstant }: EvalScope,
): string | undefined {
  const { parent, text: name } = node;
  const internal = ts as unknown as Internal;
  const isConst = internal.isAssignmentTarget(node) && isConstant(name);
  const box = isConst ? `n·const.${name}` : `n·boxes.${name}.v`;
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === node) return `${name}: ${box}`;
  if ((parent as { name?: unknown }).name === node || !internal.isExpressionNode(node)) return undefined;
  const isCalled =
    (ts.isCallExpression(parent) && parent.expression === node) ||
    (ts.isTaggedTemplateExpression(parent) && parent.tag === node);
  return isCalled ? `(0, ${box})` : box;
}

/** Whether a node is a call of `eval` by that name, which then sees the names around it. */
export function isDirectEval(
  ts: typeof TypeScript,
  node: TypeScript.Node,
): node is TypeScript.CallExpression {
  if (!ts.isCallExpression(node) || node.questionDotToken || !node.arguments[0]) return false;
  // `(eval)`, `eval!` and `(eval as any)` are `eval` once types are gone.
  const called = (ts as unknown as Internal).skipOuterExpressions(node.expression);
  if (!ts.isIdentifier(called) || called.text !== "eval" || ts.isSpreadElement(node.arguments[0]!))
    return false;
  return !isDeclaredAround(ts, called);
}

/** Whether a node is a call of `eval` that sees globals only: `(0, eval)(text)`, `eval?.(text)`, `globalThis.eval(text)`. */
export function isIndirectEval(
  ts: typeof TypeScript,
  node: TypeScript.Node,
): node is TypeScript.CallExpression {
  if (!ts.isCallExpression(node) || !node.arguments[0] || ts.isSpreadElement(node.arguments[0])) return false;
  const { skipOuterExpressions } = ts as unknown as Internal;
  const isGlobal = (one: TypeScript.Node, names: readonly string[]): boolean =>
    ts.isIdentifier(one) && names.includes(one.text) && !isDeclaredAround(ts, one);
  const called = skipOuterExpressions(node.expression);
  if (ts.isIdentifier(called)) return !!node.questionDotToken && isGlobal(called, ["eval"]);
  if (ts.isBinaryExpression(called))
    return (
      called.operatorToken.kind === ts.SyntaxKind.CommaToken &&
      isGlobal(skipOuterExpressions(called.right), ["eval"])
    );
  return (
    ts.isPropertyAccessExpression(called) &&
    called.name.text === "eval" &&
    isGlobal(skipOuterExpressions(called.expression), ["globalThis", "global"])
  );
}

/** Whether a node gives texts to `Function`: `new Function("a", text)`, `Function(text)`, `globalThis.Function(text)`. */
export function makesFunction(
  ts: typeof TypeScript,
  node: TypeScript.Node,
): node is (TypeScript.NewExpression | TypeScript.CallExpression) & { arguments: object } {
  if (!(ts.isNewExpression(node) || ts.isCallExpression(node)) || !node.arguments?.length) return false;
  const { skipOuterExpressions } = ts as unknown as Internal;
  const called = skipOuterExpressions(node.expression);
  const isMember = ts.isPropertyAccessExpression(called) && called.name.text === "Function";
  const name = isMember ? skipOuterExpressions(called.expression) : called;
  if (!ts.isIdentifier(name) || isDeclaredAround(ts, name)) return false;
  return (isMember ? ["globalThis", "global"] : ["Function"]).includes(name.text);
}

/** Whether an identifier reads or writes a name. */
function isReferenceTo(ts: typeof TypeScript, node: TypeScript.Node, name: string): boolean {
  if (!ts.isIdentifier(node) || node.text !== name) return false;
  const isName = (node.parent as { name?: unknown }).name === node;
  return (!isName || ts.isShorthandPropertyAssignment(node.parent)) && !isDeclaredAround(ts, node);
}

/** Whether a node is within a function that has `arguments`. */
function isInFunction(ts: typeof TypeScript, place: TypeScript.Node): boolean {
  for (let node = place.parent; node; node = node.parent)
    if (ts.isFunctionLike(node) && !ts.isArrowFunction(node)) return true;
  return false;
}

/** The names in scope at a node: of functions and blocks, and of enclosing functions and classes. */
export function* declaredAround(ts: typeof TypeScript, place: TypeScript.Node): Generator<string> {
  if (isInFunction(ts, place)) yield "arguments";
  for (let node = place.parent; node && !ts.isSourceFile(node); node = node.parent) yield* namesOf(ts, node);
}

function isDeclaredAround(ts: typeof TypeScript, place: TypeScript.Identifier): boolean {
  for (let node = place.parent; node; node = node.parent)
    for (const name of namesOf(ts, node)) if (name === place.text) return true;
  return false;
}

function* namesOf(ts: typeof TypeScript, node: TypeScript.Node): Generator<string> {
  const { locals } = node as unknown as { locals?: ReadonlyMap<TypeScript.__String, unknown> };
  for (const name of locals?.keys() ?? []) yield ts.unescapeLeadingUnderscores(name);
  if ((ts.isFunctionExpression(node) || ts.isClassLike(node)) && node.name) yield node.name.text;
}
