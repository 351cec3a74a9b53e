/**
 * The shared context of a rewriting: the file, the type checker, and helpers to create code.
 */
import type * as TypeScript from "typescript";

/** The parameters of the rewritten code, besides the boxes. */
export const runtimeNames = [
  "n·import",
  "n·meta",
  "n·bind",
  "n·export",
  "n·after",
  "n·check",
  "n·stop",
  "n·guard",
  "n·flag",
  "n·turn",
  "n·raised",
  "n·clean",
  "n·const",
  "n·shell",
  "n·eval",
  "n·function",
  "n·factory",
  "n·jsx",
  "n·fragment",
] as const;

/** The parameter that holds the box of a name. */
export const boxName = (name: string): string => `${name}·`;

export type Symbols = Map<string, TypeScript.Symbol & { exportSymbol?: TypeScript.Symbol }>;

/**
 * The top-level symbols of a file by name, which the compiler's types do not expose. It escapes `__x` as `___x`, since two
 * underscores begin its internal names.
 */
export function topLevel(ts: typeof TypeScript, file: TypeScript.SourceFile): Symbols {
  const { locals = new Map() } = file as unknown as { locals?: Symbols };
  const symbols: Symbols = new Map();
  for (const [name, symbol] of locals) {
    if (/^__(?!_)/.test(name)) continue;
    symbols.set(ts.unescapeLeadingUnderscores(name as TypeScript.__String), symbol);
  }
  return symbols;
}

/** For a cell: the reader's part of the file, and the names of earlier cells that are in boxes. */
export interface CellPart {
  start: number;
  end: number;
  isBoxed(name: string): boolean;
  /** Whether a name of an earlier cell is constant. */
  isConstant(name: string): boolean;
  /** Whether a name that the cell declares is a namespace merged with an earlier cell's declaration. */
  mergesNamespace(name: string): boolean;
}

/**
 * What the guards read: a variable (`SessionHost.updateGuarded`), shared memory, or shared memory with occasional atomic reads
 * (`SessionHost.hoistsReads`).
 */
export type Guard = "variable" | "shared" | "atomic";

export class Context {
  readonly ts: typeof TypeScript;
  readonly checker: TypeScript.TypeChecker;
  readonly file: TypeScript.SourceFile;
  /** Undefined for a file that cells import. */
  readonly cell: CellPart | undefined;
  readonly guard: Guard;
  /** The top-level names. */
  readonly locals: Symbols;
  readonly factory: TypeScript.NodeFactory;
  /** How often the current function mentions a box, which V8 may quote in messages. */
  boxUses = 0;
  /** Whether the code is in a `with`, whose object would be asked for the names in guards: it has none. */
  isInWith = false;
  /** Set when the compiler begins to emit. */
  transformation!: TypeScript.TransformationContext;
  /** Rewrites a node at any depth; set by `expressions.ts`. */
  visit!: (node: TypeScript.Node) => TypeScript.VisitResult<TypeScript.Node>;

  constructor(
    ts: typeof TypeScript,
    checker: TypeScript.TypeChecker,
    file: TypeScript.SourceFile,
    guard: Guard,
    cell?: CellPart,
  ) {
    this.ts = ts;
    this.checker = checker;
    this.file = file;
    this.guard = guard;
    this.cell = cell;
    this.factory = ts.factory;
    this.locals = topLevel(ts, file);
  }

  visitExpression(node: TypeScript.Expression): TypeScript.Expression {
    return this.ts.visitNode(node, this.visit) as TypeScript.Expression;
  }

  visitChildren<T extends TypeScript.Node>(node: T): T {
    return this.ts.visitEachChild(node, this.visit, this.transformation);
  }

  /** Removes parentheses and types: `f` for `(f)`, `f!`, `f as any`. */
  unwrapped(node: TypeScript.Expression): TypeScript.Expression {
    const { ts } = this;
    let inner = node;
    while (
      ts.isParenthesizedExpression(inner) ||
      ts.isAsExpression(inner) ||
      ts.isSatisfiesExpression(inner) ||
      ts.isTypeAssertionExpression(inner) ||
      ts.isNonNullExpression(inner) ||
      ts.isExpressionWithTypeArguments(inner)
    )
      inner = inner.expression;
    return inner;
  }

  id(name: string): TypeScript.Identifier {
    return this.factory.createIdentifier(name);
  }

  string(text: string): TypeScript.StringLiteral {
    return this.factory.createStringLiteral(text);
  }

  /** A call of one of the functions that the code takes as parameters. */
  runtime(name: (typeof runtimeNames)[number], ...args: TypeScript.Expression[]): TypeScript.CallExpression {
    return this.factory.createCallExpression(this.id(name), undefined, args);
  }

  statement(expression: TypeScript.Expression, at?: TypeScript.Node): TypeScript.ExpressionStatement {
    const statement = this.factory.createExpressionStatement(expression);
    return at ? this.ts.setTextRange(statement, at) : statement;
  }

  assign(
    target: TypeScript.Expression,
    value: TypeScript.Expression,
    at?: TypeScript.Node,
  ): TypeScript.Expression {
    const assignment = this.factory.createAssignment(target, value);
    return at ? this.ts.setTextRange(assignment, at) : assignment;
  }

  /** Replaces `at`, as a unit in source maps: a call is mapped to the beginning of its name. */
  inPlace<T extends TypeScript.Node>(node: T, at: TypeScript.Node | undefined): T {
    const { ts } = this;
    return ts.setEmitFlags(ts.setTextRange(node, at), ts.EmitFlags.NoTrailingSourceMap);
  }
}
