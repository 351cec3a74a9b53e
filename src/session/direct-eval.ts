/**
 * The text of a direct `eval`, which sees the names around it: those of cells are kept in boxes, so the text reads and writes
 * the boxes. The other names, of functions and blocks, V8 finds by itself; but not those that a text without strict mode
 * declares by `var` in a function where a name of a cell is the same.
 *
 * `eval("cnt++")` becomes `eval(n·eval("cnt++", []))`, whose text is `n·boxes.cnt.v++`.
 */
import type * as TypeScript from "typescript";

/** What a text is translated by. */
export interface EvalScope {
  /** Whether a name of a cell is kept in a box. */
  isBoxed(name: string): boolean;
  /** Whether it may not be written to. */
  isConstant(name: string): boolean;
  /** Names that mean something else where `eval` is called. */
  hidden: readonly string[];
}

const identifiers = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** The text with names of cells turned into their boxes; unchanged where it holds none, or is no JavaScript. */
export function translateEval(ts: typeof TypeScript, text: string, scope: EvalScope): string {
  const mentioned = new Set(text.match(identifiers));
  const names = new Set([...mentioned].filter((name) => scope.isBoxed(name) && !scope.hidden.includes(name)));
  if (names.size === 0 && !mentioned.has("eval")) return text;
  const file = ts.createSourceFile("eval.js", text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: unknown[] };
  if (parseDiagnostics.length > 0) return text; // V8 says what is wrong
  const internal = ts as unknown as Internal;
  internal.bindSourceFile(file, {});
  const edits: Edit[] = [];
  const isBoxedName = (node: TypeScript.Node): node is TypeScript.Identifier =>
    ts.isIdentifier(node) && names.has(node.text) && !isDeclaredAround(ts, node);
  const visit = (node: TypeScript.Node): void => {
    if (ts.isDeleteExpression(node) && isBoxedName(internal.skipOuterExpressions(node.expression))) {
      // A variable is not deleted; the property that stands for it would be.
      edits.push({ start: node.getStart(file), end: node.getEnd(), text: "false" });
      return;
    }
    ts.forEachChild(node, visit);
    if (isDirectEval(ts, node)) {
      const [given] = node.arguments as unknown as [TypeScript.Expression];
      const [start, end] = [given.getStart(file), given.getEnd()];
      const hidden = new Set([...scope.hidden, ...declaredAround(ts, node), ...namesOf(ts, file)]);
      edits.push({ start, end: start, text: "n·eval(" });
      edits.push({ start: end, end, text: `, ${JSON.stringify([...hidden])})` });
    } else if (isBoxedName(node)) {
      const changed = boxed(ts, node, scope);
      if (changed) edits.push({ start: node.getStart(file), end: node.getEnd(), text: changed });
    }
  };
  visit(file);
  // From the end on; what replaces comes before what is put in at the same place.
  edits.sort((a, b) => b.start - a.start || b.end - a.end);
  return edits.reduce((all, { start, end, text }) => all.slice(0, start) + text + all.slice(end), text);
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** What the compiler has, and does not say in its types. */
interface Internal {
  bindSourceFile(file: TypeScript.SourceFile, options: object): void;
  isExpressionNode(node: TypeScript.Node): boolean;
  isAssignmentTarget(node: TypeScript.Node): boolean;
  skipOuterExpressions(node: TypeScript.Expression): TypeScript.Expression;
}

/** What stands for a name of a cell; undefined where the identifier is no reference. */
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

/** Names that are declared around a place: in functions, blocks, and as names of functions and classes. */
export function* declaredAround(ts: typeof TypeScript, place: TypeScript.Node): Generator<string> {
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
