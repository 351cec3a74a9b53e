/**
 * Top-level variables: a declaration becomes an assignment to a box, a pattern the same pattern of boxes.
 */
import type * as TypeScript from "typescript";
import type { Context } from "./context.js";
import type { Names } from "./names.js";

export class Variables {
  readonly #context: Context;
  readonly #names: Names;

  constructor(context: Context, names: Names) {
    this.#context = context;
    this.#names = names;
  }

  /** Whether a list declares top-level names: at the top, or as `var` in a block. */
  areBoxed(list: TypeScript.VariableDeclarationList): boolean {
    const { ts, checker } = this.#context;
    const first = list.declarations.flatMap(({ name }) => this.#identifiersIn(name))[0];
    // `using` keeps its statement; it is disposed of when the cell ends.
    const isUsing = (list.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using;
    return (
      first !== undefined && !isUsing && this.#names.means(checker.getSymbolAtLocation(first), first.text)
    );
  }

  /** The names that a declaration or pattern declares. */
  namesIn(name: TypeScript.BindingName): string[] {
    return this.#identifiersIn(name).map(({ text }) => text);
  }

  #identifiersIn(name: TypeScript.BindingName): TypeScript.Identifier[] {
    const { ts } = this.#context;
    if (ts.isIdentifier(name)) return [name];
    return name.elements.flatMap((element) =>
      ts.isBindingElement(element) ? this.#identifiersIn(element.name) : [],
    );
  }

  /** Turns a list of declarations into assignments. */
  assignments(list: TypeScript.VariableDeclarationList): TypeScript.Expression[] {
    const { ts, factory } = this.#context;
    return list.declarations.map((node) => {
      const { name, initializer } = node;
      if (!ts.isIdentifier(name)) return this.#destructuring(name, initializer!, node);
      const target = this.#names.declared(name.text, name);
      if (initializer) return this.#context.assign(target, this.initial(name.text, initializer), node);
      // A `var` without a value, in a block or repeated, keeps the value.
      const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0;
      const value = isVar ? this.#names.present(name.text, name) : factory.createVoidZero();
      return this.#context.assign(target, value);
    });
  }

  /** The value of a variable: an anonymous function or class takes its name. */
  initial(name: string, initializer: TypeScript.Expression): TypeScript.Expression {
    const { ts } = this.#context;
    const value = this.#context.visitExpression(initializer);
    const inner = this.#context.unwrapped(initializer);
    const isAnonymous =
      ts.isArrowFunction(inner) ||
      ((ts.isFunctionExpression(inner) || ts.isClassExpression(inner)) && !inner.name);
    return isAnonymous && name !== "__proto__" ? this.named(name, value) : value;
  }

  /** An anonymous function or class, named after the property that it is assigned to. */
  named(name: string, value: TypeScript.Expression): TypeScript.Expression {
    const { factory } = this.#context;
    const object = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]);
    return factory.createPropertyAccessExpression(factory.createParenthesizedExpression(object), name);
  }

  #destructuring(
    pattern: TypeScript.BindingPattern,
    initializer: TypeScript.Expression,
    at: TypeScript.Node,
  ): TypeScript.Expression {
    const value = this.#context.visitExpression(initializer);
    const assignment = this.#context.assign(this.target(pattern), value, at);
    return this.#context.factory.createParenthesizedExpression(assignment);
  }

  /** Turns a declaration's target into an assignment target. */
  target(name: TypeScript.BindingName): TypeScript.Expression {
    const { ts, factory } = this.#context;
    if (ts.isIdentifier(name)) return this.#names.declared(name.text, name);
    if (ts.isArrayBindingPattern(name)) {
      return factory.createArrayLiteralExpression(
        name.elements.map((element) => {
          if (ts.isOmittedExpression(element)) return element;
          return element.dotDotDotToken
            ? factory.createSpreadElement(this.target(element.name))
            : this.#withDefault(element);
        }),
      );
    }
    return factory.createObjectLiteralExpression(
      name.elements.map((element) => {
        if (element.dotDotDotToken) return factory.createSpreadAssignment(this.target(element.name));
        const property = element.propertyName
          ? (ts.visitNode(element.propertyName, this.#context.visit) as TypeScript.PropertyName)
          : (element.name as TypeScript.Identifier).text;
        return factory.createPropertyAssignment(property, this.#withDefault(element));
      }),
    );
  }

  #withDefault(element: TypeScript.BindingElement): TypeScript.Expression {
    const variable = this.target(element.name);
    const { name, initializer } = element;
    if (!initializer) return variable;
    const value = this.#context.ts.isIdentifier(name)
      ? this.initial(name.text, initializer)
      : this.#context.visitExpression(initializer);
    return this.#context.assign(variable, value);
  }
}
