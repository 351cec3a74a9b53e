/**
 * What the compiler knows of the place of an error and does not say: the members that a type has, what type an operand
 * has, what an object that is wanted consists of.
 */
import type * as TypeScript from "typescript";
import type { Receiver } from "./from-python.js";

/** What an advice can be made of. */
export interface PlaceHints {
  /** The names of the members of the object whose member is missing. */
  members?: readonly string[];
  /** What that object is, if it is one that Python has, too. */
  receiver?: Receiver;
  /** Whether it is a function, and what it returns has the member. */
  isToBeCalled?: boolean;
  /** The type of the operand that is wrong. */
  operand?: string;
  /** The object that is wanted where something else stands, as `{ title, scale?, range? }`. */
  wanted?: string;
}

/** Codes of the compiler. */
const noProperty = 2339;
const wrongOperand = new Set([2362, 2363]);
const notAssignable = new Set([2322, 2345]);

/** The hints for an error at a place of a file. */
export function hintsAt(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  file: TypeScript.SourceFile,
  { code, start = 0, length = 0 }: TypeScript.Diagnostic,
): PlaceHints {
  const node = nodeAt(ts, file, start, start + length);
  if (!node) return {};
  if (code === noProperty && ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) {
    const type = checker.getTypeAtLocation(node.parent.expression);
    const receiver = receiverOf(ts, checker, type);
    const result = type.getCallSignatures()[0]?.getReturnType();
    const returned = result && (checker.getAwaitedType(result) ?? result);
    return {
      members: type.getApparentProperties().map(({ name }) => name),
      ...(receiver && { receiver }),
      isToBeCalled:
        returned !== undefined && checker.getPropertyOfType(returned, node.getText(file)) !== undefined,
    };
  }
  if (wrongOperand.has(code)) return { operand: checker.typeToString(checker.getTypeAtLocation(node)) };
  if (!notAssignable.has(code)) return {};
  const value = ts.isPropertyAssignment(node.parent) ? node.parent.initializer : node;
  if (!ts.isExpression(value)) return {};
  const isObject = (checker.getTypeAtLocation(value).flags & ts.TypeFlags.Object) !== 0;
  const wanted = isObject ? undefined : checker.getContextualType(value)?.getNonNullableType();
  if (!wanted || (wanted.flags & ts.TypeFlags.Object) === 0) return {};
  const isPlain = wanted.getCallSignatures().length + wanted.getConstructSignatures().length === 0;
  const members = wanted.getProperties();
  if (!isPlain || wanted.isClass() || members.length === 0 || members.length > 8) return {};
  if (members.some(({ flags }) => flags & ts.SymbolFlags.Method)) return {};
  const parts = members.map(({ name, flags }) => name + (flags & ts.SymbolFlags.Optional ? "?" : ""));
  return { wanted: `{ ${parts.join(", ")} }` };
}

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
