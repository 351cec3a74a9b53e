/**
 * The names of a session, as the compiler sees them: the cells that define each name's value and type, and the line
 * prepended to a cell that imports the names of earlier ones.
 *
 * The value and the type of a name are separate, as in one file: after `const User = z.object(…)`, `type User = z.infer<typeof
 * User>` adds a type, and a redeclaration replaces the earlier one of its kind. Declarations that TypeScript merges in one
 * file are merged here, a namespace with a function, class or enum and an interface with a class, by redeclaring the older one.
 */
import type * as TypeScript from "typescript";

/** A name of earlier cells. */
export interface Name {
  /** The cell whose declarations define the name completely. */
  cell: number;
  /** The cell that defined its boxed value, and the kind of its declaration: `let`, `const`, `class`, … */
  value?: { cell: number; kind: string } | undefined;
  /** The cell that defines it as a type, and its type parameters as declared and as used. */
  type?: { cell: number; declared: string; used: string } | undefined;
  /** The cell that defines it as a namespace, and whether that holds only types. */
  namespace?: { cell: number; isOnlyTypes: boolean } | undefined;
  /** The kind of its declaration, as shown in completions. */
  kind: string;
}

/** The declarations of a cell, by name. */
export type Declared = ReadonlyMap<string, { symbol: TypeScript.Symbol; isExported: boolean }>;

/** A name that a cell declares. */
export interface Given {
  readonly name: string;
  /** Whether it is declared as a value, also one that is only said to be there (`declare`). */
  readonly isDeclared: boolean;
  /** Whether the cell gives it its value. */
  readonly givesValue: boolean;
  readonly isImported: boolean;
  readonly isVariable: boolean;
  /** Its entry for later cells, if this is the cell of that number. */
  entry(cell: number): Name;
}

export class CellNames {
  readonly #ts: typeof TypeScript;
  readonly #names = new Map<string, Name>();
  /** Cells with declarations for all others: `declare global`. */
  readonly #global: number[] = [];

  readonly #typesOf: (cell: number) => string | undefined;

  /** @param typesOf the declarations of a cell, if they could be emitted */
  constructor(ts: typeof TypeScript, typesOf: (cell: number) => string | undefined) {
    this.#ts = ts;
    this.#typesOf = typesOf;
  }

  get(name: string): Name | undefined {
    return this.#names.get(name);
  }

  set(name: string, entry: Name): void {
    this.#names.set(name, entry);
  }

  /** All names, in order of first declaration. */
  entries(): Iterable<[string, Name]> {
    return this.#names;
  }

  /** Every cell from now on sees the declarations of this one. */
  addGlobal(cell: number): void {
    this.#global.push(cell);
  }

  /**
   * The line prepended to a cell that mentions some names and declares others.
   *
   * @param importAll imports variables as well, which keeps their documentation but makes them read-only
   */
  before(mentioned: Iterable<string>, declared: Declared, importAll: boolean): string {
    const imports = new Map<number, string[]>(this.#global.map((cell) => [cell, []]));
    let line = "";
    const merged = new Map<string, string>();
    for (const [name, { symbol }] of declared) {
      const base = this.mergedInto(name, symbol);
      if (base !== undefined) merged.set(name, base);
    }
    const all = new Set(mentioned);
    for (const base of merged.values()) for (const [name] of base.matchAll(identifier)) all.add(name);
    for (const name of all) {
      const known = declared.has(name) ? undefined : this.#names.get(name);
      if (!known) continue;
      const { cell, value } = known;
      if (value?.kind === "let" && !importAll)
        line += this.#valueOf(name, known) + this.#typeOf(name, known) + this.#namespaceOf(name, known);
      else if (imports.has(cell)) imports.get(cell)!.push(name);
      else imports.set(cell, [name]);
    }
    for (const [name, { symbol, isExported }] of declared) {
      const known = this.#names.get(name);
      if (!known) continue;
      const { value, type } = this.meanings(symbol);
      // The declarations of a name must all be exported, or none.
      const head = isExported ? "export " : "";
      const base = merged.get(name);
      if (base !== undefined) line += base.replace(/^/gm, `${head}declare `).replaceAll("\n", " ");
      // A namespace of types leaves the value of a name alone.
      if (base !== undefined && !known.namespace?.isOnlyTypes) continue;
      const kept = value ? "" : this.#valueOf(name, known);
      if (kept) line += head + kept;
      if (!type && known.type && symbol.flags & this.#ts.SymbolFlags.Value)
        line += head + this.#typeOf(name, known);
    }
    for (const [cell, names] of imports) line += `import { ${names.join(", ")} } from "./[${cell}]"; `;
    return `${line}export {};\n`;
  }

  /**
   * The names that a checked cell declares.
   *
   * @param symbols its names as the checker sees them
   * @param isBoxed whether the cell gives a name its value
   */
  given(
    declared: Declared,
    {
      checker,
      symbols,
      isBoxed,
    }: {
      checker: TypeScript.TypeChecker;
      symbols: ReadonlyMap<string, TypeScript.Symbol & { exportSymbol?: TypeScript.Symbol }>;
      isBoxed: (name: string) => boolean;
    },
  ): Given[] {
    const ts = this.#ts;
    return [...declared].map(([name, { symbol: parsed }]) => {
      const local = symbols.get(name);
      const symbol = local?.exportSymbol ?? local;
      const known = this.#names.get(name);
      const own = this.meanings(parsed);
      const target =
        symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const kind = kindOf(ts, symbol);
      const givesValue = own.value && isBoxed(name);
      const isMerged = this.mergedInto(name, parsed) !== undefined;
      const isType = (own.type || isMerged) && !!target && (target.flags & ts.SymbolFlags.Type) !== 0;
      const namespaceIn = (cell: number): Name["namespace"] =>
        symbol && symbol.flags & ts.SymbolFlags.Module
          ? { cell, isOnlyTypes: (symbol.flags & ts.SymbolFlags.ValueModule) === 0 }
          : undefined;
      const entry = (cell: number): Name => ({
        cell,
        kind,
        value: givesValue || isMerged ? { cell, kind } : own.value ? undefined : known?.value,
        namespace: namespaceIn(cell) ?? (own.value ? undefined : known?.namespace),
        type: isType ? { cell, ...typeParameters(ts, target!) } : own.type ? undefined : known?.type,
      });
      const isImported = !!symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const isVariable = kind === "let" || kind === "var";
      return { name, isDeclared: own.value, givesValue, entry, isImported, isVariable };
    });
  }

  /** Whether a symbol declares a value, a type. An import declares both. */
  meanings(symbol: TypeScript.Symbol): { value: boolean; type: boolean } {
    const { SymbolFlags } = this.#ts;
    const isAlias = (symbol.flags & SymbolFlags.Alias) !== 0;
    return {
      value: isAlias || (symbol.flags & SymbolFlags.Value) !== 0,
      type: isAlias || (symbol.flags & SymbolFlags.Type) !== 0,
    };
  }

  /**
   * The earlier cell's declarations with which a declaration merges, one per line: of a function, class or enum for a
   * namespace, of a class for an interface, of a namespace otherwise. Undefined if it replaces the earlier one.
   */
  mergedInto(name: string, symbol: TypeScript.Symbol): string | undefined {
    const { value, namespace } = this.#names.get(name) ?? {};
    const { SymbolFlags, SyntaxKind } = this.#ts;
    const isOnly = (flags: TypeScript.SymbolFlags): boolean =>
      (symbol.flags & ~flags & meaning(this.#ts)) === 0;
    if (
      value &&
      ((isOnly(SymbolFlags.Interface) && value.kind === "class") ||
        (isOnly(SymbolFlags.Module) && /^(function|class|enum|module)$/.test(value.kind)))
    )
      return this.#declarationsOf(name, value.cell, symbol);
    if (namespace && isOnly(SymbolFlags.Module)) return this.#declarationsOf(name, namespace.cell, symbol);
    if (namespace && !(symbol.flags & (SymbolFlags.Module | SymbolFlags.Alias))) {
      const isOnlyType = isOnly(SymbolFlags.Interface | SymbolFlags.TypeAlias);
      if (namespace.isOnlyTypes || (isOnlyType && value?.kind === "module"))
        return this.#declarationsOf(
          name,
          namespace.cell,
          symbol,
          (kind) => kind === SyntaxKind.ModuleDeclaration,
        );
    }
    return undefined;
  }

  /** Leaves out declarations that `symbol` repeats, as when its cell runs again. */
  #declarationsOf(
    name: string,
    cell: number,
    symbol?: TypeScript.Symbol,
    isWanted: (kind: TypeScript.SyntaxKind) => boolean = () => true,
  ): string | undefined {
    const ts = this.#ts;
    const types = this.#typesOf(cell);
    if (types === undefined) return undefined;
    const file = ts.createSourceFile("cell.d.ts", types, ts.ScriptTarget.Latest);
    const printer = ts.createPrinter({ removeComments: true });
    const members = new Set(
      [...(symbol?.exports?.keys() ?? []), ...(symbol?.members?.keys() ?? [])].map(String),
    );
    const found = file.statements.flatMap((node) => {
      const { name: own } = node as { name?: TypeScript.Node };
      if (!own || !ts.isIdentifier(own) || own.text !== name || !isWanted(node.kind)) return [];
      const isAdded = ts.isModuleDeclaration(node) || ts.isInterfaceDeclaration(node);
      if (isAdded && membersOf(ts, node).some((member) => members.has(member))) return [];
      const text = printer.printNode(ts.EmitHint.Unspecified, node, file).replace(/\s*\n\s*/g, " ");
      return [text.replace(/^(?:(?:export|default|declare)\s+)+/, "")];
    });
    return found.length > 0 ? found.join("\n") : undefined;
  }

  #namespaceOf(name: string, { namespace }: Name): string {
    if (!namespace?.isOnlyTypes) return "";
    const { ModuleDeclaration } = this.#ts.SyntaxKind;
    const found = this.#declarationsOf(name, namespace.cell, undefined, (kind) => kind === ModuleDeclaration);
    return (found ?? "").replace(/^(?=.)/gm, "declare ").replaceAll("\n", " ");
  }

  #valueOf(name: string, { value }: Name): string {
    if (!value) return "";
    const keyword = value.kind === "let" ? "let" : "const";
    return `declare ${keyword} ${name}: typeof import("./[${value.cell}]").${name}; `;
  }

  #typeOf(name: string, { type }: Name): string {
    if (!type) return "";
    return `type ${name}${type.declared} = import("./[${type.cell}]").${name}${type.used}; `;
  }
}

/** The members of a namespace or an interface. */
function membersOf(
  ts: typeof TypeScript,
  node: TypeScript.ModuleDeclaration | TypeScript.InterfaceDeclaration,
): string[] {
  const names: string[] = [];
  const look = (child: TypeScript.Node): void => {
    const { name } = child as { name?: TypeScript.Node };
    if (name && ts.isIdentifier(name)) names.push(name.text);
    if (ts.isVariableStatement(child)) child.declarationList.declarations.forEach(look);
  };
  if (ts.isInterfaceDeclaration(node)) node.members.forEach(look);
  else if (node.body && ts.isModuleBlock(node.body)) node.body.statements.forEach(look);
  return names;
}

const identifier = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** The flags of a symbol that define its meaning. */
const meaning = ({ SymbolFlags }: typeof TypeScript): TypeScript.SymbolFlags =>
  SymbolFlags.Value | SymbolFlags.Type | SymbolFlags.Namespace | SymbolFlags.Alias;

/** The kind of a name's declaration; `let` for all that can be assigned to. */
export function kindOf(ts: typeof TypeScript, symbol: TypeScript.Symbol | undefined): string {
  const { SymbolFlags, NodeFlags } = ts;
  const flags = symbol?.flags ?? 0;
  if (flags & SymbolFlags.Alias) return "alias";
  if (flags & SymbolFlags.Function) return "function";
  if (flags & SymbolFlags.Class) return "class";
  if (flags & SymbolFlags.Enum) return "enum";
  const node = symbol?.valueDeclaration;
  if (node && flags & SymbolFlags.Variable)
    return ts.getCombinedNodeFlags(node) & NodeFlags.Constant ? "const" : "let";
  if (flags & SymbolFlags.ValueModule) return "module";
  return flags & SymbolFlags.Interface ? "interface" : flags & SymbolFlags.TypeAlias ? "type" : "module";
}

/** The type parameters of a type: `<T, U = any>` for its redeclaration, `<T, U>` for its use. */
export function typeParameters(
  ts: typeof TypeScript,
  symbol: TypeScript.Symbol,
): { declared: string; used: string } {
  for (const node of symbol.declarations ?? []) {
    if (!ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node) && !ts.isClassLike(node))
      continue;
    const { typeParameters = [] } = node;
    if (typeParameters.length === 0) continue;
    const names = typeParameters.map(({ name }) => name.text);
    const declared = typeParameters.map((one, i) => names[i] + (one.default ? " = any" : ""));
    return { declared: `<${declared.join(", ")}>`, used: `<${names.join(", ")}>` };
  }
  return { declared: "", used: "" };
}
