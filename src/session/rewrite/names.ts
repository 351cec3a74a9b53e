/**
 * Which names are kept in boxes, which identifiers refer to them, and how code reads and declares them.
 */
import type * as TypeScript from "typescript";
import { boxName, type Context } from "./context.js";

export class Names {
  /** The names whose boxes the code takes. */
  readonly boxes = new Set<string>();
  readonly #context: Context;
  readonly #boxed = new Map<string, boolean>();
  /** The enclosing declarations, in which their name refers to the class (or enum, namespace) itself. */
  readonly #inside: string[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /** Whether a top-level name has a value at run time, which is kept in a box. */
  isBoxed(name: string): boolean {
    let answer = this.#boxed.get(name);
    if (answer === undefined) this.#boxed.set(name, (answer = this.#hasValue(name)));
    return answer;
  }

  #hasValue(name: string): boolean {
    const { ts, cell, locals } = this.#context;
    const local = locals.get(name);
    if (!local) return false;
    const symbol = local.exportSymbol ?? local;
    const nodes = symbol.declarations ?? [];
    // A cell that only adds a type keeps the value.
    const own = cell ? nodes.filter((node) => node.end > cell.start) : nodes;
    if (cell && own.length < nodes.length && own.every((node) => this.isAmbient(node)))
      return cell.isBoxed(name);
    if (symbol.flags & ts.SymbolFlags.Alias) return this.#isValue(symbol);
    // `declare const x` describes a global.
    return (symbol.flags & ts.SymbolFlags.Value) !== 0 && !nodes.every((node) => this.isAmbient(node));
  }

  /** Whether a declaration does not exist at run time. */
  isAmbient(node: TypeScript.Declaration): boolean {
    const { ts } = this.#context;
    return (
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Ambient) !== 0 ||
      (ts.isFunctionDeclaration(node) && !node.body) ||
      (ts.isModuleDeclaration(node) && !this.#isInstantiated(node))
    );
  }

  /** Whether a namespace holds more than types. */
  #isInstantiated(node: TypeScript.ModuleDeclaration): boolean {
    const { ts, checker } = this.#context;
    const symbol = checker.getSymbolAtLocation(node.name);
    return !!symbol && (symbol.flags & ts.SymbolFlags.ValueModule) !== 0;
  }

  /** The boxed names declared here by `let`, `const` or `class`. */
  lexical(): ReadonlySet<string> {
    const { ts, cell, locals } = this.#context;
    const { BlockScopedVariable, Class } = ts.SymbolFlags;
    return new Set(
      [...this.boxes].filter((name) => {
        const local = locals.get(name);
        const symbol = local?.exportSymbol ?? local;
        const isOwn = (symbol?.valueDeclaration?.end ?? 0) > (cell?.start ?? -1);
        return symbol && isOwn && (symbol.flags & (BlockScopedVariable | Class)) !== 0;
      }),
    );
  }

  /** Whether an import exists at run time; one that the compiler cannot resolve may. */
  #isValue(alias: TypeScript.Symbol): boolean {
    const { ts, checker } = this.#context;
    if (alias.declarations?.some((node) => ts.isTypeOnlyImportDeclaration(node))) return false;
    const target = checker.getAliasedSymbol(alias);
    return checker.isUnknownSymbol(target) || (target.flags & ts.SymbolFlags.Value) !== 0;
  }

  /** Whether a symbol is that of the boxed name. */
  means(symbol: TypeScript.Symbol | undefined, name: string): boolean {
    if (!symbol || !this.isBoxed(name) || this.#inside.includes(name)) return false;
    const local = this.#context.locals.get(name);
    return symbol === local || symbol === local?.exportSymbol;
  }

  /** Whether an identifier refers to the value of a boxed name. */
  isReference(node: TypeScript.Node): node is TypeScript.Identifier {
    const { ts, checker, locals } = this.#context;
    return (
      ts.isIdentifier(node) &&
      locals.has(node.text) &&
      !(node.parent && (node.parent as { name?: unknown }).name === node) &&
      this.means(checker.getSymbolAtLocation(node), node.text)
    );
  }

  /** Runs `work`, in which the name refers to the declaration itself. */
  within<T>(name: string | undefined, work: () => T): T {
    if (name === undefined) return work();
    this.#inside.push(name);
    try {
      return work();
    } finally {
      this.#inside.pop();
    }
  }

  box(name: string): TypeScript.Identifier {
    this.boxes.add(name);
    this.#context.boxUses++;
    return this.#context.id(boxName(name));
  }

  /** The current value of a name in its place; constants are read-only. */
  reference(node: TypeScript.Identifier): TypeScript.Expression {
    if (!this.#isWritten(node) || !this.#isConstant(node.text)) return this.present(node.text, node);
    const { factory } = this.#context;
    const constants = this.#context.id("n·const");
    return this.#context.inPlace(factory.createPropertyAccessExpression(constants, node.text), node);
  }

  #isWritten(node: TypeScript.Identifier): boolean {
    const { ts } = this.#context;
    return (ts as unknown as { isAssignmentTarget(node: TypeScript.Node): boolean }).isAssignmentTarget(node);
  }

  #isConstant(name: string): boolean {
    const { ts, cell, locals } = this.#context;
    const local = locals.get(name);
    const symbol = local?.exportSymbol ?? local;
    const node = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
    if (!symbol || !node) return false;
    if (cell && node.end <= cell.start) return cell.isConstant(name);
    if (symbol.flags & ts.SymbolFlags.Alias) return true;
    return ts.isVariableDeclaration(node) && (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Constant) !== 0;
  }

  /** The current value of a name. */
  present(name: string, at?: TypeScript.Node): TypeScript.Expression {
    const box = this.#context.inPlace(this.box(name), at);
    return this.#context.inPlace(this.#context.factory.createPropertyAccessExpression(box, "v"), at);
  }

  /** The assignment target of a name's declaration. */
  declared(name: string, at?: TypeScript.Node): TypeScript.Expression {
    const { factory, ts } = this.#context;
    const access = factory.createPropertyAccessExpression(this.box(name), "d");
    return at ? ts.setTextRange(access, at) : access;
  }

  /** `f` as a callee: `f·.v()` would pass it the box as `this`. */
  detached(node: TypeScript.Identifier): TypeScript.Expression {
    const { factory } = this.#context;
    const zero = factory.createNumericLiteral(0);
    const value = factory.createComma(zero, this.present(node.text, node));
    return this.#context.inPlace(factory.createParenthesizedExpression(value), node);
  }
}
