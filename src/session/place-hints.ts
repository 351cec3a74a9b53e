/**
 * What the compiler knows of the place of an error and does not say: the members that a type has, what type an operand
 * has, what an object that is wanted consists of.
 */
import type * as TypeScript from "typescript";

/** What an advice can be made of. */
export interface PlaceHints {
  /** The names of the members of the object whose member is missing. */
  members?: readonly string[];
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
    const members = checker.getTypeAtLocation(node.parent.expression).getApparentProperties();
    return { members: members.map(({ name }) => name) };
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
