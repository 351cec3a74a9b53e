/**
 * Mistakes that the compiler allows: training that is not awaited, a promise or a tensor used as a number. Later cells would
 * find nothing trained, or NaN, without an error that explains it.
 */
import type * as TypeScript from "typescript";
import { tensorMethods } from "./advice.js";
import { isAlwaysPromise, isOwnTensor, isPromise, type Place } from "./place-hints.js";

/** A note under the cell about a position in it. */
export interface SilentMistake {
  message: string;
  start: number;
}

/**
 * The mistakes between two positions of a file. Unawaited calls are reported if they are statements, even in blocks, loops and
 * functions, or callbacks of `forEach`; the last statement shows its promise by itself.
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
    noteLists(node);
    noteOperators(node);
    if (ts.isCallExpression(node) && isForEach(node) && node.arguments[0] && isAsync(node.arguments[0]))
      note(
        node,
        "forEach(…) does not wait for an async function; for (const x of xs) { await … } does, one after another",
      );
  };

  /** Operators that mean something else in other languages, or are written the wrong way round. */
  const noteOperators = (node: TypeScript.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const { left, operatorToken, right } = node;
      if (operatorToken.kind === ts.SyntaxKind.CaretToken && isPower(node))
        note(node, `${nameOf(node)} combines bits; ${nameOf(left)} ** ${nameOf(right)} is a power`);
      if (operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPrefixUnaryExpression(right)) {
        // As in `x =+ 1`, and not in `x = +1` or `x =-1`.
        const sign = /^=([+-])\s/.exec(file.text.slice(operatorToken.getStart(file)))?.[1];
        if (sign && isIndex(right.operand))
          note(
            node,
            `=${sign} assigns ${right.getText(file).replace(/\s/, "")}; ${sign}= ${sign === "+" ? "adds" : "subtracts"}`,
          );
      }
    }
    const divided = ts.isVariableDeclaration(node)
      ? node.initializer
      : ts.isExpressionStatement(node)
        ? node.expression
        : undefined;
    const divisor = /^ {0,2}\/\/ {0,2}([1-9]\d*)[ \t]*;?[ \t]*(?:\r?\n|$)/.exec(
      divided ? file.text.slice(divided.end) : "",
    )?.[1];
    if (divided && divisor && isDividend(divided, Number(divisor)))
      note(
        divided,
        `// begins a comment, and divides nothing; Math.floor(${divided.end - divided.pos > 32 ? "(…)" : divided.getText(file)} / ${divisor}) divides`,
      );
  };

  /**
   * `7` as a statement, or a sum of variables in parentheses: nobody writes those without an operator after them. Elsewhere the
   * comment may name a value, as in `const epochs = 20 // 5`.
   */
  const isDividend = (node: TypeScript.Expression, divisor: number): boolean => {
    const text = node.getText(file);
    if (ts.isExpressionStatement(node.parent) && /^\d+$/.test(text)) return Number(text) > divisor;
    return (
      ts.isParenthesizedExpression(node) &&
      ts.isBinaryExpression(node.expression) &&
      isIndex(node.expression) &&
      /[a-z]/i.test(text)
    );
  };

  /** Whether `^` is certainly meant as a power: between numbers, or before a 2 or a 3 where no other bits are combined. */
  const isPower = (node: TypeScript.BinaryExpression): boolean => {
    const exponent = ts.isPrefixUnaryExpression(node.right) ? node.right.operand : node.right;
    if (!isDecimal(exponent)) return false;
    if (isDecimal(node.left)) return true;
    if (!/^(?:[23]|\d*\.\d+)$/.test(node.right.getText(file)) || !isIndex(node.left)) return false;
    let statement: TypeScript.Node = node;
    while (!ts.isStatement(statement)) statement = statement.parent;
    return !/[&|~]|<<|>>|\^=|\b0[xb]|\^.*\^/i.test(statement.getText(file));
  };

  const isDecimal = (node: TypeScript.Expression): boolean =>
    ts.isNumericLiteral(node) && !/^0[xbo]/i.test(node.getText(file));

  /** What JavaScript's lists do otherwise than others'. */
  const noteLists = (node: TypeScript.Node): void => {
    if (ts.isElementAccessExpression(node) && isNegative(node.argumentExpression) && isList(node.expression))
      note(
        node,
        `${nameOf(node)}: only at counts from the end, ${nameOf(node.expression)}.at(${node.argumentExpression.getText(file)})`,
      );
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
      ts.isStringLiteral(node.left) &&
      Number.isNaN(Number(node.left.text)) &&
      isList(node.right) &&
      !checker.getPropertyOfType(checker.getTypeAtLocation(node.right), node.left.text)
    )
      note(
        node,
        `in looks for an index; ${nameOf(node.right)}.includes(${nameOf(node.left)}) looks for an entry`,
      );
    if (!ts.isCallExpression(node)) return;
    if (
      ts.isPropertyAccessExpression(node.expression) &&
      node.arguments.length === 0 &&
      isListOfNumbers(node.expression.expression)
    ) {
      const { name } = node.expression;
      if (/^(sort|toSorted)$/.test(name.text))
        note(
          node,
          `${name.text}() orders numbers as texts, 10 before 9; ${name.text}((a, b) => a - b) orders them by size`,
        );
    }
    for (const one of node.arguments) {
      const statement =
        ts.isArrowFunction(one) &&
        ts.isBlock(one.body) &&
        one.body.statements.length === 1 &&
        one.body.statements[0];
      if (statement && ts.isLabeledStatement(statement) && ts.isExpressionStatement(statement.statement))
        note(
          one,
          `{ … } after => is a block, and gives nothing; an object is in parentheses: => ({ ${statement.label.text}: … })`,
        );
    }
  };

  const isNegative = (node: TypeScript.Expression): boolean =>
    ts.isPrefixUnaryExpression(node) &&
    node.operator === ts.SyntaxKind.MinusToken &&
    ts.isNumericLiteral(node.operand) &&
    node.operand.text !== "0";

  const isList = (node: TypeScript.Expression): boolean => {
    const type = checker.getTypeAtLocation(node);
    return (type.flags & ts.TypeFlags.Any) === 0 && checker.isArrayLikeType(type);
  };

  const isListOfNumbers = (node: TypeScript.Expression): boolean => {
    if (!isList(node)) return false;
    const entry = checker.getIndexTypeOfType(checker.getTypeAtLocation(node), ts.IndexKind.Number);
    return entry !== undefined && (entry.flags & ts.TypeFlags.NumberLike) !== 0;
  };

  /**
   * Whether a condition is certainly a promise: the result of a function that is async or declared to return one. A variable or
   * a list entry may still be undefined, which its type does not show.
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

  /** The name of a called function, of nablab or of a cell, whose promise has a value. */
  const begunBy = (expression: TypeScript.Expression): string | undefined => {
    if (!ts.isCallExpression(expression)) return undefined;
    const signature = checker.getResolvedSignature(expression);
    const declaration = signature?.getDeclaration();
    if (!signature || !declaration) return undefined;
    const { fileName } = declaration.getSourceFile();
    if (fileName !== own && !/\/\[[^/]*\]\.(d\.ts|tsx?)$/.test(fileName)) return undefined;
    if (!hasPromisedValue(signature.getReturnType())) return undefined;
    const name = nameOf(expression.expression);
    return name === "display" ? undefined : name; // displays need not be awaited
  };

  const isIndex = (node: TypeScript.Expression): boolean =>
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;

  const nameOf = (node: TypeScript.Node): string => {
    const text = node.getText(file);
    if (text.length <= 40 && !text.includes("\n")) return text;
    return ts.isPropertyAccessExpression(node) ? node.name.text : "this";
  };

  /** Whether a statement is in a callback, which may be called later: then nothing has begun. */
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

  /** Whether a callback is async, or only starts asynchronous work. */
  const isAsync = (node: TypeScript.Node): boolean =>
    (ts.canHaveModifiers(node) &&
      node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) === true) ||
    (ts.isArrowFunction(node) && !ts.isBlock(node.body) && begunBy(node.body) !== undefined);

  const hasPromisedValue = (type: TypeScript.Type): boolean =>
    isPromise(checker, type) && ((checker.getAwaitedType(type)?.flags ?? 0) & ts.TypeFlags.Void) === 0;

  const statements = file.statements.filter((one) => one.getStart(file) >= start && one.getEnd() <= end);
  const last = statements.at(-1);
  // Not recursive: `1 + 1 + …` is nested as deeply as it is long.
  const waiting: TypeScript.Node[] = [...statements];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    look(node);
    ts.forEachChild(node, (child) => void waiting.push(child));
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The condition of a statement or an expression. */
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
