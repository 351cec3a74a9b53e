/** Which cells of a notebook have to run again after some of them were changed, for the checks of its claims to see it. */
import ts from "typescript";

/** What a cell has to do with the names of a notebook. */
interface Uses {
  /** The names that it declares at its top level; not what it imports, which is the same in every cell. */
  declared: ReadonlySet<string>;
  /** The names that it assigns to, or whose value it may change in place. */
  changed: ReadonlySet<string>;
  /** All names in it. */
  mentioned: ReadonlySet<string>;
}

/** Methods that change what they are called on. */
const changing = new Set([
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "fill",
  "set",
  "add",
  "delete",
  "sort",
]);

function usesOf(source: string): Uses {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true);
  const [declared, changed, mentioned] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) declared.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) bind(element.name);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) bind(name);
    } else if (!ts.isImportDeclaration(statement)) {
      const { name } = statement as ts.Statement & { name?: ts.Node };
      if (name && ts.isIdentifier(name)) declared.add(name.text);
    }
  }
  /** Of `a.b[c]` the name `a`. */
  const rootOf = (node: ts.Node): string | undefined => {
    if (ts.isIdentifier(node)) return node.text;
    const isPath =
      ts.isPropertyAccessExpression(node) ||
      ts.isElementAccessExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isParenthesizedExpression(node);
    return isPath ? rootOf(node.expression) : undefined;
  };
  const change = (node: ts.Node): void => {
    const root = rootOf(node);
    if (root !== undefined) changed.add(root);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) mentioned.add(node.text);
    const isAssignment =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
    if (isAssignment) change(node.left);
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) change(node.operand);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      if (changing.has(node.expression.name.text)) change(node.expression.expression);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { declared, changed, mentioned };
}

/**
 * The indices of the cells to run again, in order, in the session that has run them all: those that the changed cells
 * reach, as far as a check depends on them, with what gives names their values where several cells do.
 *
 * @param sources the code of the cells, the changed ones as they are now
 * @param changed the indices of those
 * @param isCheck whether a cell checks a claim
 */
export function toRunAgain(
  sources: readonly string[],
  changed: readonly number[],
  isCheck: (source: string) => boolean,
): number[] {
  const uses = sources.map(usesOf);
  const known = new Set(uses.flatMap(({ declared }) => [...declared]));
  const givers = new Map([...known].map((name) => [name, [] as number[]]));
  for (const [i, { declared, changed }] of uses.entries())
    for (const name of new Set([...declared, ...changed])) givers.get(name)?.push(i);
  const namesOf = (i: number): string[] => [...uses[i]!.mentioned].filter((name) => known.has(name));
  const giversBefore = (i: number, name: string): number[] => givers.get(name)!.filter((giver) => giver < i);

  const reached = new Set<number>();
  for (const i of sources.keys()) {
    const depends = namesOf(i).some((name) => giversBefore(i, name).some((giver) => reached.has(giver)));
    if (depends || changed.includes(i)) reached.add(i);
  }
  const wanted = new Set([...reached].filter((i) => isCheck(sources[i]!)));
  for (let i = sources.length - 1; i >= 0; i--) {
    if (!wanted.has(i)) continue;
    for (const name of namesOf(i)) {
      const before = giversBefore(i, name);
      const isOne = givers.get(name)!.length === 1;
      for (const giver of before) if (!isOne || reached.has(giver)) wanted.add(giver);
    }
  }
  return [...wanted].sort((a, b) => a - b);
}
