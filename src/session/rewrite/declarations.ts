/**
 * Top-level functions, classes, enums, namespaces and variables: each is left as it is, then stored in its box. A function
 * is stored before anything else runs, since it is hoisted.
 */
import type * as TypeScript from "typescript";
import type { Context } from "./context.js";
import type { Functions } from "./functions.js";
import type { Modules } from "./modules.js";
import type { Names } from "./names.js";
import type { Variables } from "./variables.js";

export class Declarations {
  /** Function declarations, which come before everything else. */
  readonly functions: TypeScript.Statement[] = [];
  readonly #context: Context;
  readonly #names: Names;
  readonly #variables: Variables;
  readonly #modules: Modules;
  readonly #rewritten: Functions;

  constructor(context: Context, names: Names, variables: Variables, modules: Modules, functions: Functions) {
    this.#context = context;
    this.#names = names;
    this.#variables = variables;
    this.#modules = modules;
    this.#rewritten = functions;
  }

  functionDeclaration(node: TypeScript.FunctionDeclaration): void {
    if (!node.body) return;
    const { factory } = this.#context;
    const visited = this.#rewritten.rewrite(node);
    if (!node.name) {
      this.functions.push(this.#modules.publishDefault(this.#unnamed(node, visited), node));
      return;
    }
    const { name } = node;
    this.functions.push(
      factory.updateFunctionDeclaration(
        visited,
        this.#withoutExport(visited.modifiers),
        visited.asteriskToken,
        name,
        visited.typeParameters,
        visited.parameters,
        visited.type,
        visited.body,
      ),
      ...this.#keep(node.name),
      ...this.#export(node, name.text),
    );
  }

  classDeclaration(node: TypeScript.ClassDeclaration): TypeScript.Statement[] {
    const { ts, factory } = this.#context;
    if (this.#has(node, ts.ModifierFlags.Ambient)) return [];
    const visited = this.#names.within(node.name?.text, () => this.#rewritten.rewrite(node));
    if (!node.name) return [this.#modules.publishDefault(this.#unnamed(node, visited), node)];
    const { name } = node;
    return [
      factory.updateClassDeclaration(
        visited,
        this.#withoutExport(visited.modifiers),
        name,
        visited.typeParameters,
        visited.heritageClauses,
        visited.members,
      ),
      ...this.#keep(node.name),
      ...this.#export(node, name.text),
    ];
  }

  enumOrNamespace(node: TypeScript.EnumDeclaration | TypeScript.ModuleDeclaration): TypeScript.Statement[] {
    const { ts, factory } = this.#context;
    if (this.#names.isAmbient(node) || !ts.isIdentifier(node.name)) return [];
    const visited = this.#names.within(node.name.text, () => this.#context.visitChildren(node));
    const modifiers = this.#withoutExport(visited.modifiers);
    return [
      ...this.#base(node.name.text),
      ts.isEnumDeclaration(visited)
        ? factory.updateEnumDeclaration(visited, modifiers, visited.name, visited.members)
        : factory.updateModuleDeclaration(visited, modifiers, visited.name, visited.body),
      ...this.#keep(node.name),
      ...this.#export(node, node.name.text),
    ];
  }

  /** The function, class or enum of an earlier cell that a namespace extends, in the variable that it expects. */
  #base(name: string): TypeScript.Statement[] {
    const { factory, cell } = this.#context;
    if (!cell?.mergesNamespace(name)) return [];
    const declaration = factory.createVariableDeclaration(
      name,
      undefined,
      undefined,
      this.#names.present(name),
    );
    return [factory.createVariableStatement(undefined, [declaration])];
  }

  variableStatement(node: TypeScript.VariableStatement): TypeScript.Statement[] {
    const { ts } = this.#context;
    if (this.#has(node, ts.ModifierFlags.Ambient)) return [];
    const { declarationList: list } = node;
    const names = list.declarations.flatMap(({ name }) => this.#variables.namesIn(name));
    for (const name of names) this.#export(node, name);
    if ((list.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) {
      // Left as it is, so that it is disposed of when the cell ends; other cells read it from its box.
      return [
        this.#context.visitChildren(node),
        ...names.flatMap((name) => this.#keep(this.#context.id(name))),
      ];
    }
    return this.#variables.assignments(list).map((expression) => this.#context.statement(expression, node));
  }

  /** An anonymous function or class exported as the default, and named so. */
  #unnamed(
    node: TypeScript.FunctionDeclaration | TypeScript.ClassDeclaration,
    visited: TypeScript.FunctionDeclaration | TypeScript.ClassDeclaration,
  ): TypeScript.Expression {
    const { ts, factory } = this.#context;
    const modifiers = this.#withoutExport(visited.modifiers);
    const value = ts.isClassDeclaration(visited)
      ? factory.createClassExpression(
          modifiers,
          undefined,
          visited.typeParameters,
          visited.heritageClauses,
          visited.members,
        )
      : factory.createFunctionExpression(
          modifiers as TypeScript.Modifier[] | undefined,
          visited.asteriskToken,
          undefined,
          visited.typeParameters,
          visited.parameters,
          visited.type,
          visited.body!,
        );
    return this.#variables.named("default", ts.setTextRange(value, node));
  }

  #keep(name: TypeScript.Identifier | undefined): TypeScript.Statement[] {
    if (!name) return [];
    const value = this.#context.id(name.text);
    return [this.#context.statement(this.#context.assign(this.#names.declared(name.text), value))];
  }

  /** Exports an exported declaration; the default needs a separate statement. */
  #export(node: TypeScript.Declaration | TypeScript.VariableStatement, name: string): TypeScript.Statement[] {
    const { ts } = this.#context;
    if (this.#has(node, ts.ModifierFlags.Default))
      return [this.#modules.publishDefault(this.#context.id(name), node)];
    if (this.#has(node, ts.ModifierFlags.Export)) this.#modules.publishName(name, name);
    return [];
  }

  #withoutExport<T extends TypeScript.ModifierLike>(modifiers: readonly T[] | undefined): T[] | undefined {
    const { ExportKeyword, DefaultKeyword } = this.#context.ts.SyntaxKind;
    return modifiers?.filter(({ kind }) => kind !== ExportKeyword && kind !== DefaultKeyword);
  }

  #has(node: TypeScript.Node, flag: TypeScript.ModifierFlags): boolean {
    const { ts } = this.#context;
    return (
      ts.canHaveModifiers(node) &&
      (ts.getCombinedModifierFlags(node as unknown as TypeScript.Declaration) & flag) !== 0
    );
  }
}
