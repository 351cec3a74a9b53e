/**
 * Expressions and statements at any depth: names read from their boxes, calls without a `this`, imports, and loops
 * and awaits that end when the reader interrupts.
 */
import type * as TypeScript from "typescript";
import { declaredAround, isDirectEval, isIndirectEval, makesFunction } from "../direct-eval.js";
import type { Context } from "./context.js";
import type { Functions } from "./functions.js";
import type { Names } from "./names.js";
import type { Variables } from "./variables.js";

export class Expressions {
  readonly #context: Context;
  readonly #names: Names;
  readonly #variables: Variables;
  readonly #functions: Functions;

  constructor(context: Context, names: Names, variables: Variables, functions: Functions) {
    this.#context = context;
    this.#names = names;
    this.#variables = variables;
    this.#functions = functions;
    context.visit = (node) => this.#visit(node);
  }

  #visit(node: TypeScript.Node): TypeScript.VisitResult<TypeScript.Node> {
    const { ts, factory } = this.#context;
    if (this.#names.isReference(node)) return this.#names.reference(node);
    if (this.#isOuterArguments(node)) return this.#context.inPlace(this.#context.id("n·arguments"), node);
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return node;
    if (ts.isExpressionWithTypeArguments(node)) {
      const expression = this.#context.visitExpression(node.expression);
      return factory.updateExpressionWithTypeArguments(node, expression, node.typeArguments);
    }
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return node;
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node);
    if (ts.isWithStatement(node)) return this.#with(node);
    if (this.#makesPromise(node)) return this.#functions.promise(node);
    if (makesFunction(ts, node) && !this.#context.isInWith && !this.#called(node.expression))
      return this.#made(node);
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isBinaryExpression(node)) return this.#binary(node);
    if (ts.isTaggedTemplateExpression(node)) return this.#taggedTemplate(node);
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      this.#context.boxUses++;
      return this.#context.id("n·meta");
    }
    if (ts.isAwaitExpression(node) && !this.#context.isInWith) {
      this.#context.boxUses++;
      return ts.setTextRange(this.#context.runtime("n·after", this.#context.visitChildren(node)), node);
    }
    if (ts.isIterationStatement(node, false)) return this.#loop(node);
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return this.#functions.rewrite(node);
    if (ts.isCatchClause(node)) return this.#functions.catchClause(node);
    if (ts.isTryStatement(node)) return this.#functions.tryStatement(node);
    if (this.#isOfParameter(node) && node.initializer) {
      const { initializer } = node;
      return ts.visitEachChild(
        node,
        (child) =>
          child === initializer ? this.#functions.parameterDefault(initializer) : this.#context.visit(child),
        this.#context.transformation,
      );
    }
    if (ts.isVariableStatement(node) && this.#variables.areBoxed(node.declarationList)) {
      return this.#variables
        .assignments(node.declarationList)
        .map((expression) => this.#context.statement(expression, expression));
    }
    return this.#context.visitChildren(node);
  }

  #with(node: TypeScript.WithStatement): TypeScript.Statement {
    const { ts, factory, isInWith } = this.#context;
    const object = this.#context.visitExpression(node.expression);
    this.#context.isInWith = true;
    const statement = ts.visitNode(node.statement, this.#context.visit, ts.isStatement)!;
    this.#context.isInWith = isInWith;
    return factory.updateWithStatement(node, object, statement);
  }

  /** `new Promise(f)`, `Promise.try(f)`, of the global `Promise`. */
  #makesPromise(node: TypeScript.Node): node is TypeScript.NewExpression | TypeScript.CallExpression {
    const { ts } = this.#context;
    if (ts.isNewExpression(node)) return this.#isPromise(node.expression);
    return (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "try" &&
      this.#isPromise(node.expression.expression)
    );
  }

  #isPromise(node: TypeScript.Expression): boolean {
    return this.#context.ts.isIdentifier(node) && node.text === "Promise" && !this.#names.isReference(node);
  }

  /** Whether it is a parameter, or in the pattern of one. */
  #isOfParameter(node: TypeScript.Node): node is TypeScript.ParameterDeclaration | TypeScript.BindingElement {
    const { ts } = this.#context;
    let at = node;
    while (ts.isBindingElement(at)) at = at.parent.parent;
    return ts.isParameter(at);
  }

  #shorthand(node: TypeScript.ShorthandPropertyAssignment): TypeScript.Node {
    const { ts, factory, checker } = this.#context;
    const name = node.name.text;
    if (!this.#names.means(checker.getShorthandAssignmentValueSymbol(node), name)) {
      return this.#context.visitChildren(node);
    }
    const value = this.#names.reference(node.name);
    const fallback = node.objectAssignmentInitializer;
    const initializer = fallback
      ? this.#context.assign(value, this.#variables.initial(name, fallback))
      : value;
    // `{ __proto__ }` is a property, `{ __proto__: value }` a prototype.
    const property =
      name === "__proto__" ? factory.createComputedPropertyName(this.#context.string(name)) : name;
    return ts.setTextRange(factory.createPropertyAssignment(property, initializer), node);
  }

  /** `arguments` outside of functions: the name does not exist there and must not be the wrapper's. */
  #isOuterArguments(node: TypeScript.Node): boolean {
    const { ts } = this.#context;
    if (!ts.isIdentifier(node) || node.text !== "arguments" || !node.parent) return false;
    const { parent } = node;
    const isName = (parent as { name?: unknown }).name === node && !ts.isShorthandPropertyAssignment(parent);
    if (isName) return false;
    let around: TypeScript.Node = parent;
    while (around.parent) {
      if (ts.isFunctionLike(around) && !ts.isArrowFunction(around)) return false;
      around = around.parent;
    }
    return true;
  }

  /** `1 + 1 + …`, of any length: its left side is visited in a loop. */
  #binary(node: TypeScript.BinaryExpression): TypeScript.Expression {
    const { ts, factory } = this.#context;
    const chain: TypeScript.BinaryExpression[] = [];
    let first: TypeScript.Expression = node;
    while (ts.isBinaryExpression(first)) {
      chain.unshift(first);
      first = first.left;
    }
    let left = this.#context.visitExpression(first);
    for (const one of chain) {
      const right = this.#isNaming(one)
        ? this.#variables.initial(one.left.text, one.right)
        : this.#context.visitExpression(one.right);
      left = factory.updateBinaryExpression(one, left, one.operatorToken, right);
    }
    return left;
  }

  /** `f = () => 1`, `f ??= () => 1`: the function takes the name of the variable. */
  #isNaming(
    node: TypeScript.BinaryExpression,
  ): node is TypeScript.BinaryExpression & { left: TypeScript.Identifier } {
    const { ts } = this.#context;
    const { kind } = node.operatorToken;
    return (
      (kind === ts.SyntaxKind.EqualsToken ||
        kind === ts.SyntaxKind.QuestionQuestionEqualsToken ||
        kind === ts.SyntaxKind.BarBarEqualsToken ||
        kind === ts.SyntaxKind.AmpersandAmpersandEqualsToken) &&
      this.#names.isReference(node.left)
    );
  }

  /** The called name, even as `(f)`, `f!`, `f as any`; its call must have no `this`. */
  #called(node: TypeScript.Expression): TypeScript.Identifier | undefined {
    const inner = this.#context.unwrapped(node);
    return this.#names.isReference(inner) ? inner : undefined;
  }

  #call(node: TypeScript.CallExpression): TypeScript.Node {
    const { ts, factory } = this.#context;
    const { visit } = this.#context;
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const args = node.arguments.map((argument) => this.#context.visitExpression(argument));
      return ts.setTextRange(this.#context.runtime("n·import", ...args), node);
    }
    if (isDirectEval(ts, node) && !this.#context.locals.has("eval")) return this.#eval(node);
    if (isIndirectEval(ts, node) && !this.#context.isInWith && !this.#context.locals.has("eval"))
      return this.#indirectEval(node);
    const called = this.#called(node.expression);
    if (!called) return this.#context.visitChildren(node);
    const callee = this.#names.detached(called);
    const args = ts.visitNodes(node.arguments, visit, ts.isExpression);
    return ts.isCallChain(node)
      ? factory.updateCallChain(node, callee, node.questionDotToken, undefined, args)
      : factory.updateCallExpression(node, callee, undefined, args);
  }

  #eval(node: TypeScript.CallExpression): TypeScript.Expression {
    const { ts, factory } = this.#context;
    const [text, ...rest] = node.arguments.map((argument) => this.#context.visitExpression(argument));
    const hidden = [...new Set(declaredAround(ts, node))].map((name) => this.#context.string(name));
    const translated = this.#context.runtime("n·eval", text!, factory.createArrayLiteralExpression(hidden));
    ts.setTextRange(translated, node.arguments[0]);
    return factory.updateCallExpression(node, node.expression, undefined, [translated, ...rest]);
  }

  /** `(0, eval)(text)`: with guards in the text. */
  #indirectEval(node: TypeScript.CallExpression): TypeScript.Expression {
    const { ts, factory } = this.#context;
    const [text, ...rest] = node.arguments.map((argument) => this.#context.visitExpression(argument));
    const translated = ts.setTextRange(this.#context.runtime("n·eval", text!), node.arguments[0]);
    const args = [translated, ...rest];
    const callee = this.#context.visitExpression(node.expression);
    return ts.isCallChain(node)
      ? factory.updateCallChain(node, callee, node.questionDotToken, undefined, args)
      : factory.updateCallExpression(node, callee, undefined, args);
  }

  /** `new Function("a", text)`: with guards in the text. */
  #made(
    node: (TypeScript.NewExpression | TypeScript.CallExpression) & { arguments: object },
  ): TypeScript.Expression {
    const { ts, factory } = this.#context;
    const texts = node.arguments.map((argument) => this.#context.visitExpression(argument));
    const args = [factory.createSpreadElement(this.#context.runtime("n·function", ...texts))];
    const callee = this.#context.visitExpression(node.expression);
    if (ts.isNewExpression(node)) return factory.updateNewExpression(node, callee, undefined, args);
    return ts.isCallChain(node)
      ? factory.updateCallChain(node, callee, node.questionDotToken, undefined, args)
      : factory.updateCallExpression(node, callee, undefined, args);
  }

  #taggedTemplate(node: TypeScript.TaggedTemplateExpression): TypeScript.Node {
    const { ts, factory, visit } = this.#context;
    const called = this.#called(node.tag);
    if (!called) return this.#context.visitChildren(node);
    const template = ts.visitNode(node.template, visit) as TypeScript.TemplateLiteral;
    return factory.updateTaggedTemplateExpression(node, this.#names.detached(called), undefined, template);
  }

  /** A loop that ends on an interrupt; a variable that it declares may be one of the top level, if it is `var`. */
  #loop(node: TypeScript.IterationStatement): TypeScript.Node {
    const { ts, factory } = this.#context;
    const body = this.#guarded([this.#context.visit(node.statement)].flat() as TypeScript.Statement[]);
    const expression = (expression: TypeScript.Expression): TypeScript.Expression =>
      this.#context.visitExpression(expression);
    if (ts.isForStatement(node)) {
      const { initializer, condition, incrementor } = node;
      return factory.updateForStatement(
        node,
        initializer && this.#initializer(initializer, false),
        condition && expression(condition),
        incrementor && expression(incrementor),
        body,
      );
    }
    if (ts.isForOfStatement(node)) {
      const variable = this.#initializer(node.initializer, true);
      return factory.updateForOfStatement(
        node,
        node.awaitModifier,
        variable,
        expression(node.expression),
        body,
      );
    }
    if (ts.isForInStatement(node)) {
      const variable = this.#initializer(node.initializer, true);
      return factory.updateForInStatement(node, variable, expression(node.expression), body);
    }
    if (ts.isWhileStatement(node))
      return factory.updateWhileStatement(node, expression(node.expression), body);
    const loop = node as TypeScript.DoStatement;
    return factory.updateDoStatement(loop, body, expression(loop.expression));
  }

  /** What a loop declares or assigns before its first iteration, or in each. */
  #initializer(initializer: TypeScript.ForInitializer, inEachTurn: boolean): TypeScript.ForInitializer {
    const { ts, factory } = this.#context;
    if (!ts.isVariableDeclarationList(initializer) || !this.#variables.areBoxed(initializer)) {
      return ts.visitNode(initializer, this.#context.visit) as TypeScript.ForInitializer;
    }
    if (inEachTurn) return this.#variables.target(initializer.declarations[0]!.name);
    return this.#variables
      .assignments(initializer)
      .reduce((all, assignment) => factory.createComma(all, assignment));
  }

  /** The body of a loop, with a guard. One statement may have become several: `var a = 1, b = 2`. */
  #guarded(body: readonly TypeScript.Statement[]): TypeScript.Block {
    const { ts, factory } = this.#context;
    const guard = this.#functions.guard();
    const [first] = body;
    if (body.length === 1 && first && ts.isBlock(first))
      return factory.updateBlock(first, [...guard, ...first.statements]);
    return factory.createBlock([...guard, ...body.filter((one) => !ts.isEmptyStatement(one))], true);
  }
}
