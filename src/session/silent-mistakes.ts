/**
 * What the compiler allows and is a mistake all the same: a training that is begun and not waited for, a promise or a tensor
 * taken for a number. The cells after it would find nothing trained, or NaN, and no error says why.
 */
import type * as TypeScript from "typescript";
import { tensorMethods } from "./advice.js";
import { isAlwaysPromise, isOwnTensor, isPromise, type Place } from "./place-hints.js";

/** What a note under the cell says of a place of it. */
export interface SilentMistake {
  message: string;
  start: number;
}

/**
 * The mistakes between two places of a file. Of calls that are statements, also in blocks, loops and functions, and of callbacks
 * of `forEach`, it says that nobody awaits them; the last statement shows its promise by itself.
 */
export function silentMistakes(
  place: Place,
  { start, end }: { start: number; end: number },
): SilentMistake[] {
  const { ts, checker, file, own } = place;
  const found: SilentMistake[] = [];
  const note = (node: TypeScript.Node, message: string): void => {
    found.push({ message, start: node.getStart(file) });
  };
  const isForgotten = (node: TypeScript.Node): boolean =>
    isAlwaysPromise(checker, checker.getTypeAtLocation(node).getNonNullableType());
  const isTensor = (node: TypeScript.Node): boolean => isOwnTensor(place, checker.getTypeAtLocation(node));

  const look = (node: TypeScript.Node): void => {
    if (ts.isExpressionStatement(node) && node !== last && !isInCallback(node)) {
      const called = begunBy(node.expression);
      if (called) note(node, `${called}(…) goes on while the rest of the cell runs; did you forget await?`);
    }
    const condition = conditionOf(ts, node);
    if (condition && isNeverFalse(condition))
      note(condition, `${nameOf(condition)} is a promise, which is always true; did you forget await?`);
    if (ts.isTemplateSpan(node) && isForgotten(node.expression))
      note(node.expression, `${nameOf(node.expression)} is a promise in a text; did you forget await?`);
    if (ts.isPrefixUnaryExpression(node) && signs(ts).has(node.operator)) {
      if (isForgotten(node.operand))
        note(node.operand, `${nameOf(node.operand)} is a promise, no number; did you forget await?`);
      if (isTensor(node.operand))
        note(node.operand, `${nameOf(node.operand)} is a tensor, no number; a.neg() is −a`);
    }
    if (
      ts.isBinaryExpression(node) &&
      orders(ts).has(node.operatorToken.kind) &&
      [node.left, node.right].some(isTensor)
    )
      note(node, `${nameOf(node)} compares no entries; ${tensorMethods.order}`);
    if (ts.isElementAccessExpression(node) && isIndex(node.argumentExpression) && isTensor(node.expression))
      note(node, `${nameOf(node)} of a tensor is undefined; a.at(i) is an entry, a.row(i) a row`);
    if (ts.isCallExpression(node) && isForEach(node) && node.arguments[0] && isAsync(node.arguments[0]))
      note(
        node,
        "forEach(…) does not wait for an async function; for (const x of xs) { await … } does, one after another",
      );
  };

  /**
   * Whether a condition is a promise whatever happens: what a function gives that is async, or says so. Of what a cell keeps, or takes
   * out of a list, there may be none yet: that does not show in its type.
   */
  const isNeverFalse = (node: TypeScript.Expression): boolean => {
    if (!ts.isCallExpression(node)) return false;
    const declaration = checker.getResolvedSignature(node)?.declaration;
    if (!declaration) return false;
    const { type } = declaration;
    const isAsync =
      (ts.getCombinedModifierFlags(declaration as TypeScript.Declaration) & ts.ModifierFlags.Async) !== 0;
    return isAsync || (!!type && ts.isTypeReferenceNode(type) && type.typeName.getText() === "Promise");
  };

  /** The name of a function of nablab's, or of a cell's, that is called and whose promise has a value. */
  const begunBy = (expression: TypeScript.Expression): string | undefined => {
    if (!ts.isCallExpression(expression)) return undefined;
    const signature = checker.getResolvedSignature(expression);
    const declaration = signature?.getDeclaration();
    if (!signature || !declaration) return undefined;
    const { fileName } = declaration.getSourceFile();
    if (fileName !== own && !/\/\[[^/]*\]\.(d\.ts|tsx?)$/.test(fileName)) return undefined;
    if (!hasPromisedValue(signature.getReturnType())) return undefined;
    const name = nameOf(expression.expression);
    return name === "display" ? undefined : name; // what is shown need not be waited for
  };

  const isIndex = (node: TypeScript.Expression): boolean =>
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;

  const nameOf = (node: TypeScript.Node): string => {
    const text = node.getText(file);
    if (text.length <= 40 && !text.includes("\n")) return text;
    return ts.isPropertyAccessExpression(node) ? node.name.text : "this";
  };

  /** Whether a statement is in a function that a call is given, which may call it later: then nothing has begun. */
  const isInCallback = (node: TypeScript.Node): boolean => {
    for (let at = node; !ts.isSourceFile(at); at = at.parent) {
      const isFunction = ts.isArrowFunction(at) || ts.isFunctionExpression(at);
      if (isFunction && ts.isCallExpression(at.parent) && at.parent.expression !== at) return true;
    }
    return false;
  };

  const isForEach = ({ expression }: TypeScript.CallExpression): boolean =>
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === "forEach" &&
    checker.isArrayLikeType(checker.getTypeAtLocation(expression.expression));

  /** Whether a callback is async, or all that it does is to begin something. */
  const isAsync = (node: TypeScript.Node): boolean =>
    (ts.canHaveModifiers(node) &&
      node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true) ||
    (ts.isArrowFunction(node) && !ts.isBlock(node.body) && begunBy(node.body) !== undefined);

  const hasPromisedValue = (type: TypeScript.Type): boolean =>
    isPromise(checker, type) && ((checker.getAwaitedType(type)?.flags ?? 0) & ts.TypeFlags.Void) === 0;

  const statements = file.statements.filter((one) => one.getStart(file) >= start && one.getEnd() <= end);
  const last = statements.at(-1);
  // Not by recursion: `1 + 1 + …` lies as deep as it is long.
  const waiting: TypeScript.Node[] = [...statements];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    look(node);
    ts.forEachChild(node, (child) => void waiting.push(child));
  }
  return found.sort((a, b) => a.start - b.start);
}

/** What must be true for a statement or an expression to go on. */
function conditionOf(ts: typeof TypeScript, node: TypeScript.Node): TypeScript.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition;
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken
    ? node.operand
    : undefined;
}

const signs = (ts: typeof TypeScript): Set<TypeScript.PrefixUnaryOperator> =>
  new Set([ts.SyntaxKind.MinusToken, ts.SyntaxKind.PlusToken, ts.SyntaxKind.TildeToken]);

const orders = (ts: typeof TypeScript): Set<TypeScript.SyntaxKind> =>
  new Set([
    ts.SyntaxKind.LessThanToken,
    ts.SyntaxKind.GreaterThanToken,
    ts.SyntaxKind.LessThanEqualsToken,
    ts.SyntaxKind.GreaterThanEqualsToken,
  ]);
