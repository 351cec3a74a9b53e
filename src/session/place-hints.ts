/**
 * Facts about the position of an error that the compiler knows but does not report: the members of a type, whether a promise
 * stands where its value is expected, the properties of an expected object.
 */
import type * as TypeScript from "typescript";
import type { Receiver } from "./from-python.js";

/** The facts on which advice is based. */
export interface PlaceHints {
  /** The members of the object that lacks one. */
  members?: readonly string[];
  /** The kind of that object, if Python has it, too. */
  receiver?: Receiver;
  /** Whether it is a function whose result has the member. */
  isToBeCalled?: boolean;
  /** Whether it is a promise, or a list of promises, where the resolved value is expected. */
  forgotAwait?: "one" | "all";
  /** The kind of operation, where an operand is one of nablab's tensors. */
  ofTensors?: "arithmetic" | "order";
  /** What is expected instead: an object, as `{ title, scale?, range? }`, or a list. */
  expected?: string;
  /** The kind of the value, if the fix depends on it alone. */
  value?: "text" | "number" | "list" | "nothing";
  /** What to write instead of calling a non-function. */
  called?: string;
}

/** Codes of the compiler. */
const noProperty = new Set([2339, 2551]);
const notAssignable = new Set([2322, 2345, 2739, 2740, 2741, 2559, 2769, 2820]);
const unknownProperty = new Set([2353, 2561]);
const notCallable = 2349;
/** "Expected 1-2 arguments, but got 3." */
const tooMany = 2554;
/** "Did you forget to use 'await'?" */
const forgottenAwait = 2773;

export interface Place {
  ts: typeof TypeScript;
  checker: TypeScript.TypeChecker;
  file: TypeScript.SourceFile;
  /** The file that declares nablab. */
  own: string | undefined;
}

/** The hints for an error at a place of a file. */
export function hintsAt(place: Place, diagnostic: TypeScript.Diagnostic): PlaceHints {
  const { ts, checker, file } = place;
  const { code, start = 0, length = 0, relatedInformation = [] } = diagnostic;
  const node = nodeAt(ts, file, start, start + length);
  if (!node) return {};
  if (relatedInformation.some((one) => one.code === forgottenAwait)) return { forgotAwait: "one" };
  if (noProperty.has(code)) return memberHints(place, node);
  if (unknownProperty.has(code) && ts.isObjectLiteralExpression(node.parent.parent)) {
    const expected = checker.getContextualType(node.parent.parent);
    const types = expected?.isUnion() ? expected.types : expected ? [expected] : [];
    return {
      members: [...new Set(types.flatMap((one) => one.getApparentProperties().map(({ name }) => name)))],
    };
  }
  if (notAssignable.has(code)) return assignmentHints(place, node);
  if (code === tooMany) return argumentHints(place, node);
  // Operands, callees, and iterated, spread or destructured values.
  const operands = ts.isBinaryExpression(node) ? [node.left, node.right] : [node];
  const types = operands.map((operand) => checker.getTypeAtLocation(operand));
  if (ofOperation.has(code) && types.some((type) => isPromise(checker, type))) return { forgotAwait: "one" };
  if (code === notCallable) return calledHints(place, node);
  if (!ofArithmetic.has(code)) return {};
  if (!types.some((type) => isOwnTensor(place, type))) {
    const [value] = types.map((type) => kindOf(ts, checker, type)).filter((kind) => kind !== "number");
    return value ? { value } : {};
  }
  const isOrder = ts.isBinaryExpression(node) && /^[<>]=?$/.test(node.operatorToken.getText(file));
  return { ofTensors: isOrder ? "order" : "arithmetic" };
}

/** `text.length()`, `xs(0)`, `2(x + 1)`: a call of a non-function. */
function calledHints({ ts, checker }: Place, node: TypeScript.Node): PlaceHints {
  const call = ts.isPropertyAccessExpression(node.parent) ? node.parent.parent : node.parent;
  if (!ts.isCallExpression(call)) return {};
  const gap = call.getSourceFile().text.slice(call.expression.getEnd(), call.arguments.pos);
  if (gap.includes("\n")) return { called: "put ; at the end of the line before (" };
  const type = checker.getTypeAtLocation(call.expression);
  if (type.getCallSignatures().length > 0) return {};
  if (call.arguments.length === 0) return { called: "it is no function: leave out ()" };
  const kind = kindOf(ts, checker, type);
  if (kind === "list") return { called: "entries of a list are xs[0], xs[1], …" };
  return kind === "number" ? { called: "a product is written a * (b + c)" } : {};
}

/** `sequential(a, b, c)` for `sequential([a, b, c])`. */
function argumentHints({ ts, checker }: Place, node: TypeScript.Node): PlaceHints {
  const call = ts.isCallExpression(node.parent) ? node.parent : node;
  if (!ts.isCallExpression(call)) return {};
  const [parameter] =
    checker.getTypeAtLocation(call.expression).getCallSignatures()[0]?.getParameters() ?? [];
  const [first, second] = call.arguments;
  if (!parameter || !first || !second) return {};
  const expected = checker.getTypeOfSymbolAtLocation(parameter, call);
  const entry = checker.isArrayLikeType(expected) && expected.getNumberIndexType();
  if (!entry || !checker.isTypeAssignableTo(checker.getTypeAtLocation(first), entry)) return {};
  return { expected: `a list: ${call.expression.getText()}([…])` };
}

/** The kind of a value, among those that beginners confuse. */
function kindOf(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  type: TypeScript.Type,
): PlaceHints["value"] {
  if (type.flags & ts.TypeFlags.StringLike) return "text";
  if (type.flags & ts.TypeFlags.NumberLike) return "number";
  if (type.flags & ts.TypeFlags.Void) return "nothing";
  return checker.isArrayLikeType(type) ? "list" : undefined;
}

const ofArithmetic = new Set([2356, 2362, 2363, 2365, 2736]);
/** Operations that do not apply to promises: arithmetic, calls, `new`, `for … of`, spreading. */
const ofOperation = new Set([...ofArithmetic, 2349, 2351, 2461, 2488, 2495, 2504, 2548, 2549, 7053]);

/** Whether a type is a promise or a union with one. */
export function isPromise(checker: TypeScript.TypeChecker, type: TypeScript.Type): boolean {
  if (type.isUnion()) return type.types.some((one) => isPromise(checker, one));
  const awaited = checker.getPropertyOfType(type, "then") && checker.getAwaitedType(type);
  return awaited !== undefined && awaited !== type;
}

/** Whether a type can only be a promise, not `undefined` or `null`. */
export function isAlwaysPromise(checker: TypeScript.TypeChecker, type: TypeScript.Type): boolean {
  return type.isUnion() ? type.types.every((one) => isAlwaysPromise(checker, one)) : isPromise(checker, type);
}

/** Whether a type is one of nablab's tensor classes, not a class of the reader with the same name. */
export function isOwnTensor({ checker, own }: Place, type: TypeScript.Type): boolean {
  const declarations = type.symbol?.declarations ?? [];
  return (
    declarations.some((one) => one.getSourceFile().fileName === own) &&
    ["add", "sub", "mul"].every((name) => checker.getPropertyOfType(type, name))
  );
}

/** The hints for an object that lacks the member at `node`. */
function memberHints({ ts, checker, file }: Place, node: TypeScript.Node): PlaceHints {
  const { parent } = node;
  if (ts.isBindingElement(parent)) {
    const whole = checker.getTypeAtLocation(parent.parent);
    return isPromise(checker, whole) || isPromise(checker, initialType(ts, checker, parent))
      ? { forgotAwait: "one" }
      : {};
  }
  if (!ts.isPropertyAccessExpression(parent) || parent.name !== node) return {};
  const type = checker.getTypeAtLocation(parent.expression);
  const name = node.getText(file);
  const has = (type: TypeScript.Type | undefined): boolean =>
    type !== undefined && checker.getPropertyOfType(type, name) !== undefined;
  const members = type.getApparentProperties().map((one) => one.name);
  if (isPromise(checker, type)) {
    // `later().thne` is a misspelt member of the promise, unless its value has it.
    return { members: has(checker.getAwaitedType(type)) ? [] : members, forgotAwait: "one" };
  }
  if (type.flags & ts.TypeFlags.Void) return { value: "nothing" };
  const receiver = receiverOf(ts, checker, type);
  const result = type.getCallSignatures()[0]?.getReturnType();
  return {
    members,
    ...(receiver && { receiver }),
    isToBeCalled: has(result && (checker.getAwaitedType(result) ?? result)),
  };
}

/** The type of the value that a pattern destructures. */
function initialType(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  { parent }: TypeScript.BindingElement,
): TypeScript.Type {
  const holder = parent.parent;
  const value = ts.isVariableDeclaration(holder) && holder.initializer;
  return checker.getTypeAtLocation(value || parent);
}

/** The hints for a value that is not assignable. */
function assignmentHints({ ts, checker }: Place, node: TypeScript.Node): PlaceHints {
  const value = valueAt(ts, node);
  if (!value) return {};
  const type = checker.getTypeAtLocation(value);
  const expected = checker.getContextualType(value)?.getNonNullableType();
  if (!expected) return {};
  if (!isPromise(checker, expected)) {
    if (isPromise(checker, type)) return { forgotAwait: "one" };
    if (isListOfPromises(checker, type) && !isListOfPromises(checker, expected))
      return { forgotAwait: "all" };
  }
  const kind = kindOf(ts, checker, type);
  const members = expected.isUnion() ? expected.types : [expected];
  const isExpected = (flag: TypeScript.TypeFlags): boolean => members.some((one) => (one.flags & flag) !== 0);
  // Not for unions of string literals, which String() does not return.
  if (kind === "text" && isExpected(ts.TypeFlags.Number)) return { value: kind };
  if (kind === "number" && isExpected(ts.TypeFlags.String)) return { value: kind };
  // A single entry where a list is expected.
  const lists = members.filter((one) => checker.isArrayLikeType(one) && !checker.isTupleType(one));
  if (kind !== "list" && lists.length > 0 && type.getCallSignatures().length === 0) {
    const isIterable = type
      .getProperties()
      .some(({ escapedName }) => String(escapedName).startsWith("__@iterator"));
    if (kind === undefined && isIterable) return { expected: "a list: [...x]" };
    const isEntry = lists.some((one) => {
      const entry = one.getNumberIndexType();
      return entry !== undefined && checker.isTypeAssignableTo(type, entry);
    });
    const text = value.getText();
    return { expected: `a list: ${isEntry && text.length < 30 ? `[${text}]` : "[…]"}` };
  }
  // An object with missing properties is described by those.
  const isRecord =
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    !checker.isArrayLikeType(type) &&
    type.getCallSignatures().length === 0;
  if (isRecord || !isExpected(ts.TypeFlags.Object)) return {};
  const isPlain = expected.getCallSignatures().length + expected.getConstructSignatures().length === 0;
  const properties = expected.getProperties();
  if (!isPlain || expected.isClass() || properties.length === 0 || properties.length > 8) return {};
  if (checker.isArrayLikeType(expected) || properties.some(({ flags }) => flags & ts.SymbolFlags.Method))
    return {};
  const parts = properties.map(({ name, flags }) => name + (flags & ts.SymbolFlags.Optional ? "?" : ""));
  return { expected: `an object: { ${parts.join(", ")} }` };
}

/** The assigned value of a marked assignment, declaration or `return`. */
function valueAt(ts: typeof TypeScript, node: TypeScript.Node): TypeScript.Expression | undefined {
  const { parent } = node;
  if (ts.isReturnStatement(node)) return node.expression;
  if (ts.isParameter(node)) return node.initializer;
  const isDeclared =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertyAssignment(parent);
  if (isDeclared && parent.name === node) return parent.initializer;
  if (ts.isBinaryExpression(parent) && parent.left === node) return parent.right;
  return ts.isExpression(node) ? node : undefined;
}

const isListOfPromises = (checker: TypeScript.TypeChecker, type: TypeScript.Type): boolean => {
  const element = checker.isArrayLikeType(type) ? type.getNumberIndexType() : undefined;
  return element !== undefined && isPromise(checker, element);
};

function receiverOf(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  type: TypeScript.Type,
): Receiver | undefined {
  if (checker.isArrayLikeType(type)) return "list";
  if (type.flags & ts.TypeFlags.StringLike) return "text";
  const isLiteral = type.symbol?.flags & (ts.SymbolFlags.ObjectLiteral | ts.SymbolFlags.TypeLiteral);
  return isLiteral && type.getCallSignatures().length === 0 ? "record" : undefined;
}

/** The smallest node that covers a range. */
function nodeAt(
  ts: typeof TypeScript,
  file: TypeScript.SourceFile,
  start: number,
  end: number,
): TypeScript.Node | undefined {
  let found: TypeScript.Node | undefined;
  const visit = (node: TypeScript.Node): void => {
    if (node.getStart(file) > start || node.getEnd() < end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return found;
}
