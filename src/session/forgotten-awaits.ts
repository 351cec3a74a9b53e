/**
 * Statements of a cell that begin long work of nablab's, such as a training, and do not wait for it: the cells after
 * them would find nothing trained, and no error says why.
 */
import type * as TypeScript from "typescript";

/** A call that is not awaited: the name of the function, and where the statement begins. */
export interface ForgottenAwait {
  name: string;
  start: number;
}

/**
 * The calls between two places of a file whose promise of a value nobody takes. The last statement shows its promise
 * by itself.
 *
 * @param own the file that declares nablab: what other functions do with their promises is not known
 */
export function forgottenAwaits(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  file: TypeScript.SourceFile,
  { start, end, own }: { start: number; end: number; own: string | undefined },
): ForgottenAwait[] {
  const statements = file.statements.filter((one) => one.getStart(file) >= start && one.getEnd() <= end);
  return statements.slice(0, -1).flatMap((statement) => {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return [];
    const signature = checker.getResolvedSignature(statement.expression);
    const declaration = signature?.getDeclaration();
    if (!signature || !declaration || declaration.getSourceFile().fileName !== own) return [];
    const returned = signature.getReturnType();
    const value = checker.getAwaitedType(returned);
    const name = declaration.name?.getText() ?? "";
    // What is shown need not be waited for.
    if (!value || value === returned || value.flags & ts.TypeFlags.Void || name === "display") return [];
    return [{ name, start: statement.getStart(file) }];
  });
}
