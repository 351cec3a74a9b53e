/** Which cells of a notebook have to run again after some of them were changed, for the checks of its claims to see it. */
import ts from "typescript";

/** What a statement has to do with the names of a notebook. */
interface Uses {
  text: string;
  /** The names that it declares at the top level of its cell; not what it imports, which is the same in every cell. */
  declared: ReadonlySet<string>;
  /** The names that it assigns to, or whose value it may change in place. */
  changed: ReadonlySet<string>;
  /** All names of variables in it. */
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

/** Whether an identifier is no more than a name in something else: of a property, not of a variable. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  const isMember =
    ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent);
  return isMember && parent.name === node;
}

/** The statements of a cell. */
function statementsOf(source: string): Uses[] {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true);
  return file.statements.map(usesOf);
}

function usesOf(statement: ts.Statement): Uses {
  const [declared, changed, mentioned] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) declared.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) bind(element.name);
  };
  if (ts.isVariableStatement(statement)) {
    for (const { name } of statement.declarationList.declarations) bind(name);
  } else if (!ts.isImportDeclaration(statement)) {
    const { name } = statement as ts.Statement & { name?: ts.Node };
    if (name && ts.isIdentifier(name)) declared.add(name.text);
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
    if (ts.isIdentifier(node) && !isName(node)) mentioned.add(node.text);
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
  visit(statement);
  return { text: statement.getText(), declared, changed, mentioned };
}

/**
 * The indices of the cells to run again, in order, in the session that has run them all: those that the changed statements
 * reach, as far as a check depends on them, with what gives names their values where several cells do.
 *
 * @param before the code of the cells as it ran
 * @param sources the same with some of it changed
 * @param isCheck whether a statement checks a claim
 */
export function toRunAgain(
  before: readonly string[],
  sources: readonly string[],
  isCheck: (statement: string) => boolean,
): number[] {
  const cells = sources.map(statementsOf);
  const given = cells.map(
    (statements) => new Set(statements.flatMap(({ declared, changed }) => [...declared, ...changed])),
  );
  const known = new Set(cells.flatMap((statements) => statements.flatMap(({ declared }) => [...declared])));
  const giversOf = (name: string): number[] => [...given.keys()].filter((i) => given[i]!.has(name));

  /** Of each cell the names whose values are others than before, and whether a check in it sees one. */
  const reached = sources.map(() => new Set<string>());
  const wanted = new Set<number>();
  const isReached = new Set<string>();
  for (const [i, statements] of cells.entries()) {
    const old = new Set(statementsOf(before[i]!).map(({ text }) => text));
    let count: number;
    do {
      count = reached[i]!.size;
      for (const { text, declared, changed, mentioned } of statements) {
        if (old.has(text) && ![...mentioned].some((name) => isReached.has(name))) continue;
        if (isCheck(text)) wanted.add(i);
        for (const name of [...declared, ...changed]) {
          if (!known.has(name)) continue;
          reached[i]!.add(name);
          isReached.add(name);
        }
      }
      // A function may use what the cell declares below it.
    } while (reached[i]!.size > count);
  }
  for (let i = sources.length - 1; i >= 0; i--) {
    if (!wanted.has(i)) continue;
    for (const name of new Set(cells[i]!.flatMap(({ mentioned }) => [...mentioned]))) {
      if (!known.has(name)) continue;
      const givers = giversOf(name);
      for (const giver of givers)
        if (giver < i && (givers.length > 1 || reached[giver]!.has(name))) wanted.add(giver);
    }
  }
  return [...wanted].sort((a, b) => a - b);
}
