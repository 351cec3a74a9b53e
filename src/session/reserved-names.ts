/**
 * Names that a reader's code cannot mention: those of the boxes and functions that its compiled form takes as parameters
 * (rewrite/context.ts), by which it would reach what runs it. Only `n·shell` stands in it, for lines such as `!ls`.
 */
import type * as TypeScript from "typescript";

/** @throws SyntaxError if the code between two places of a file mentions such a name, also one written with escapes */
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
