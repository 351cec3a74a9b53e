/**
 * `{ eta }` written out as `{ eta: eta }`. tslab rewrites each name of an earlier cell to where it is kept, but in a
 * shorthand property it takes the name for that of the property, and the cell fails with "eta is not defined".
 */
import type * as TypeScript from "@tslab/typescript-for-tslab";

/** The code with every shorthand property written out; lines stay lines. */
export function expandShorthand(ts: typeof TypeScript, source: string): string {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const names: TypeScript.Identifier[] = [];
  const visit = (node: TypeScript.Node): void => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  // From the end on, so that the places of those before stay right.
  return names
    .sort((a, b) => b.end - a.end)
    .reduce((code, { end, text }) => `${code.slice(0, end)}: ${text}${code.slice(end)}`, source);
}
