/**
 * Imports and exports: imports are loaded first and bound to boxes, exports become getters.
 */
import type * as TypeScript from "typescript";
import type { Context } from "./context.js";
import type { Names } from "./names.js";

export class Modules {
  /** The statements that load the imports. */
  readonly imports: TypeScript.Statement[] = [];
  readonly #getters: TypeScript.ObjectLiteralElementLike[] = [];
  readonly #context: Context;
  readonly #names: Names;
  #count = 0;

  constructor(context: Context, names: Names) {
    this.#context = context;
    this.#names = names;
  }

  /** The statement that passes on the getters of the exports, if there are any. */
  exports(): TypeScript.Statement[] {
    if (this.#getters.length === 0) return [];
    const object = this.#context.factory.createObjectLiteralExpression(this.#getters);
    return [this.#context.statement(this.#context.runtime("n·export", object))];
  }

  #publish(exported: string, value: TypeScript.Expression): void {
    const { factory } = this.#context;
    const getter = factory.createArrowFunction(undefined, undefined, [], undefined, undefined, value);
    this.#getters.push(factory.createPropertyAssignment(this.#context.string(exported), getter));
  }

  /** Exports the current value of a name. */
  publishName(exported: string, name: string): void {
    if (this.#names.isBoxed(name)) this.#publish(exported, this.#names.present(name));
  }

  /** Exports a value as the default; returns the statement that stores it. */
  publishDefault(value: TypeScript.Expression, at: TypeScript.Node): TypeScript.Statement {
    this.#publish("default", this.#names.present("default"));
    return this.#context.statement(this.#context.assign(this.#names.declared("default"), value), at);
  }

  #load(specifier: TypeScript.Expression): TypeScript.Expression {
    return this.#context.factory.createAwaitExpression(this.#context.runtime("n·import", specifier));
  }

  /** Loads a module under an internal name. */
  #loadAs(specifier: TypeScript.Expression, at: TypeScript.Node): TypeScript.Identifier {
    const { ts, factory } = this.#context;
    const name = this.#context.id(`m·${this.#count++}`);
    const value = this.#load(specifier);
    const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
    const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
    this.imports.push(ts.setTextRange(factory.createVariableStatement(undefined, list), at));
    return name;
  }

  importDeclaration(node: TypeScript.ImportDeclaration): void {
    const { ts } = this.#context;
    const { importClause: clause, moduleSpecifier } = node;
    if (!clause) {
      this.imports.push(this.#context.statement(this.#load(moduleSpecifier), node));
      return;
    }
    const wanted: [name: string, imported: string][] = [];
    if (clause.name) wanted.push([clause.name.text, "default"]);
    const bindings = clause.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) wanted.push([bindings.name.text, "*"]);
    else
      for (const { name, propertyName } of bindings?.elements ?? [])
        wanted.push([name.text, (propertyName ?? name).text]);
    const needed = wanted.filter(([name]) => this.#names.isBoxed(name));
    if (needed.length === 0) return; // only types
    const module = this.#loadAs(moduleSpecifier, node);
    for (const [name, imported] of needed) {
      const binding = this.#context.runtime(
        "n·bind",
        this.#names.box(name),
        module,
        this.#context.string(imported),
      );
      this.imports.push(this.#context.statement(this.#context.inPlace(binding, node)));
    }
  }

  /** `import x = require("m")` is loaded with the other imports, `import x = A.b` stays in its place. */
  importEquals(node: TypeScript.ImportEqualsDeclaration): TypeScript.Statement[] {
    const { ts, factory } = this.#context;
    const { name, moduleReference } = node;
    if (!this.#names.isBoxed(name.text)) return [];
    const target = this.#names.declared(name.text);
    if (!ts.isExternalModuleReference(moduleReference)) {
      return [this.#context.statement(this.#context.assign(target, this.#qualified(moduleReference)), node)];
    }
    const require = this.#context.id("require");
    const value = factory.createCallExpression(require, undefined, [moduleReference.expression]);
    this.imports.push(this.#context.statement(this.#context.assign(target, value), node));
    return [];
  }

  #qualified(entity: TypeScript.EntityName): TypeScript.Expression {
    const { ts, factory } = this.#context;
    return ts.isIdentifier(entity)
      ? (this.#context.visit(entity) as TypeScript.Expression)
      : factory.createPropertyAccessExpression(this.#qualified(entity.left), entity.right.text);
  }

  exportDeclaration(node: TypeScript.ExportDeclaration): void {
    const { ts, factory } = this.#context;
    const { exportClause: clause, moduleSpecifier } = node;
    if (node.isTypeOnly) return;
    const values = clause && ts.isNamedExports(clause) ? clause.elements.filter((it) => !it.isTypeOnly) : [];
    if (!moduleSpecifier) {
      for (const { name, propertyName } of values) this.publishName(name.text, (propertyName ?? name).text);
      return;
    }
    const module = this.#loadAs(moduleSpecifier, node);
    if (!clause) {
      const all = this.#context.runtime("n·export", factory.createObjectLiteralExpression(), module);
      this.imports.push(this.#context.statement(all));
    } else if (ts.isNamespaceExport(clause)) {
      this.#publish(clause.name.text, module);
    } else {
      for (const { name, propertyName } of values) {
        const exported = this.#context.string((propertyName ?? name).text);
        this.#publish(name.text, factory.createElementAccessExpression(module, exported));
      }
    }
  }
}
