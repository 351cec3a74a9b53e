/**
 * Names that a reader's code must not mention: those of the boxes and functions that its compiled form takes as parameters
 * (rewrite/context.ts), which would expose the session. Only `n·shell` is allowed, for lines such as `!ls`.
 */
import type * as TypeScript from "typescript";

/** @throws SyntaxError if the code between two positions of a file mentions such a name, even with escapes */
export function refuseReservedNames(
  ts: typeof TypeScript,
  file: TypeScript.SourceFile,
  start = 0,
  end = file.end,
): void {
  const look = (node: TypeScript.Node): void => {
    if (node.end <= start || node.pos >= end) return;
    if (ts.isIdentifier(node) && /^n·(?!shell$)|·$/.test(ts.idText(node))) {
      throw new SyntaxError(
        `names that begin with n· or end with · are nablab's own; choose another, got ${ts.idText(node)}`,
      );
    }
    ts.forEachChild(node, look);
  };
  look(file);
}
