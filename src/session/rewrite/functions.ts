/**
 * Functions and classes at any depth.
 *
 * Each gets a number, in a comment in its code, by which `function-source.ts` finds the reader's source for `toString`. Each
 * first checks whether the reader has interrupted, which ends recursion, callbacks and chains of promises; even one that calls
 * nothing, since a getter or an iterator may be called endlessly. (context.ts defines what a guard reads.) Errors that leave
 * a function, or are caught in it, are cleaned of internal names.
 */
import type * as TypeScript from "typescript";
import { secret } from "../secret.js";
import type { Context } from "./context.js";

/** The range of a function's text in its file, as `toString` returns it. */
export interface FunctionPlace {
  start: number;
  end: number;
  /** A method cannot stand alone. */
  kind: "function" | "class" | "method";
}

type FunctionWithBody = TypeScript.FunctionLikeDeclaration & { body: TypeScript.ConciseBody };

export class Functions {
  readonly found: FunctionPlace[] = [];
  readonly #context: Context;
  readonly #source: number;

  /** @param source the number of the file in `function-source.ts` */
  constructor(context: Context, source: number) {
    this.#context = context;
    this.#source = source;
  }

  rewrite<T extends TypeScript.Node>(node: T): T {
    const { ts } = this.#context;
    if (ts.isClassLike(node)) return this.#class(node) as TypeScript.Node as T;
    if ((node as { body?: unknown }).body) {
      return this.#function(node as unknown as FunctionWithBody) as TypeScript.Node as T;
    }
    return this.#context.visitChildren(node); // a signature
  }

  /** Checks whether the reader has interrupted. */
  guard(): TypeScript.Statement[] {
    const { factory, isInWith } = this.#context;
    if (isInWith) return [];
    return [factory.createIfStatement(this.#raised(), this.#context.statement(this.#check()))];
  }

  #raised(): TypeScript.Expression {
    const { factory, ts, guard } = this.#context;
    if (guard === "variable") return this.#guarded();
    const read = factory.createElementAccessExpression(this.#context.id("n·stop"), 0);
    if (guard === "shared") return read;
    // `n·stop[0] || (n·turn = n·turn + 1 & 1023) === 0 && n·raised()`
    const turn = this.#context.id("n·turn");
    const next = factory.createBinaryExpression(
      factory.createAdd(turn, factory.createNumericLiteral(1)),
      ts.SyntaxKind.AmpersandToken,
      factory.createNumericLiteral(1023),
    );
    const isTime = factory.createStrictEquality(
      factory.createParenthesizedExpression(factory.createAssignment(turn, next)),
      factory.createNumericLiteral(0),
    );
    return factory.createLogicalOr(read, factory.createLogicalAnd(isTime, this.#context.runtime("n·raised")));
  }

  #guarded(): TypeScript.Expression {
    return this.#context.factory.createPropertyAccessExpression(this.#context.id("n·guard"), "stop");
  }

  #check(): TypeScript.Expression {
    return this.#context.runtime("n·check");
  }

  #class(node: TypeScript.ClassLikeDeclaration): TypeScript.ClassLikeDeclaration {
    const { ts, factory } = this.#context;
    const mark = this.#mark(factory.createSemicolonClassElement(), node, "class");
    const visited = this.#context.visitChildren(node);
    const members = [mark, ...visited.members];
    return ts.isClassDeclaration(visited)
      ? factory.updateClassDeclaration(
          visited,
          visited.modifiers,
          visited.name,
          visited.typeParameters,
          visited.heritageClauses,
          members,
        )
      : factory.updateClassExpression(
          visited,
          visited.modifiers,
          visited.name,
          visited.typeParameters,
          visited.heritageClauses,
          members,
        );
  }

  #function(node: FunctionWithBody): TypeScript.FunctionLikeDeclaration {
    const { ts, factory } = this.#context;
    const isMember = ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isConstructorDeclaration(node);
    // The text of a constructor is that of its class.
    const mark = ts.isConstructorDeclaration(node)
      ? undefined
      : this.#mark(factory.createEmptyStatement(), node, isMember ? "method" : "function");
    const { boxUses } = this.#context;
    this.#context.boxUses = 0;
    const visited = this.#context.visitChildren(node) as FunctionWithBody;
    // A constructor may have to call `super` first; its errors are caught at the call.
    const { isInWith } = this.#context;
    const isCleaned = this.#context.boxUses > 0 && !ts.isConstructorDeclaration(node) && !isInWith;
    this.#context.boxUses = boxUses;
    const { body } = visited;
    // What an async function throws, a full stack as well, nobody has to catch.
    const look = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Async ? this.#look() : [];
    const looks = look.map((one) => this.#context.statement(one));
    if (!ts.isBlock(body)) {
      if (isCleaned) {
        const result = ts.setTextRange(factory.createReturnStatement(body), body);
        const all = [mark!, ...looks, ...this.guard(), this.#cleaned([result])];
        return this.#withBody(visited, factory.createBlock(all));
      }
      const guard = isInWith ? [] : [factory.createLogicalAnd(this.#raised(), this.#check())];
      const value = ts.isParenthesizedExpression(body) ? body.expression : body;
      const whole = factory.createParenthesizedExpression(
        [...look, ...guard, value].reduce((all, one) => factory.createComma(all, one)),
      );
      return this.#withBody(visited, this.#moveMark(mark!, whole));
    }
    // `"use strict"` is the first statement or nothing.
    const first = body.statements.findIndex(
      (statement) => !ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression),
    );
    const at = first < 0 ? body.statements.length : first;
    const rest = body.statements.slice(at);
    const all = [
      ...body.statements.slice(0, at),
      ...(mark ? [mark] : []),
      ...looks,
      ...this.guard(),
      ...(isCleaned && rest.length > 0 ? [this.#cleaned(rest)] : rest),
    ];
    return this.#withBody(visited, factory.updateBlock(body, all));
  }

  /** The default of a parameter, whose errors occur outside of the body. */
  parameterDefault(node: TypeScript.Expression): TypeScript.Expression {
    const { factory, ts } = this.#context;
    const { boxUses } = this.#context;
    this.#context.boxUses = 0;
    const value = this.#context.visitExpression(node);
    const isCleaned = this.#context.boxUses > 0 && !this.#context.isInWith;
    this.#context.boxUses = boxUses;
    if (!isCleaned) return value;
    const body = factory.createBlock([
      this.#cleaned([ts.setTextRange(factory.createReturnStatement(value), node)]),
    ]);
    const arrow = factory.createArrowFunction(undefined, undefined, [], undefined, undefined, body);
    return factory.createCallExpression(factory.createParenthesizedExpression(arrow), undefined, []);
  }

  /** Wraps statements so that their errors contain no internal names. */
  #cleaned(statements: readonly TypeScript.Statement[]): TypeScript.Statement {
    const { factory } = this.#context;
    const thrown = this.#context.id("n·thrown");
    const rethrow = factory.createThrowStatement(this.#clean(thrown));
    return factory.createTryStatement(
      factory.createBlock(statements, true),
      factory.createCatchClause(factory.createVariableDeclaration(thrown), factory.createBlock([rethrow])),
      undefined,
    );
  }

  #withBody(node: FunctionWithBody, body: TypeScript.ConciseBody): TypeScript.FunctionLikeDeclaration {
    const { ts, transformation } = this.#context;
    return ts.visitEachChild(node, (child) => (child === node.body ? body : child), transformation);
  }

  /**
   * Where the stack is full, another thread does not reach the variable that guards read, and code that catches that and calls
   * itself again goes on for ever. So `catch`, `finally`, async functions and what makes a promise begin with reading the flag
   * itself, without a call, which has no room there: the next call ends at its guard, whether or not there is room for `n·check`.
   */
  #look(): TypeScript.Expression[] {
    const { factory, guard, isInWith } = this.#context;
    if (guard !== "variable" || isInWith) return [];
    const flag = factory.createElementAccessExpression(this.#context.id("n·flag"), 0);
    const raise = this.#context.assign(this.#guarded(), factory.createNumericLiteral(1));
    return [factory.createLogicalAnd(flag, factory.createParenthesizedExpression(raise))];
  }

  #lookStatements(): TypeScript.Statement[] {
    return this.#look().map((expression) => this.#context.statement(expression));
  }

  /** `new Promise(f)`, `Promise.try(f)`: a promise takes what `f` throws. */
  promise(node: TypeScript.Expression): TypeScript.Expression {
    const { ts, factory } = this.#context;
    const [look] = this.#look();
    const visited = this.#context.visitChildren(node);
    if (!look) return visited;
    return ts.setTextRange(factory.createParenthesizedExpression(factory.createComma(look, visited)), node);
  }

  /** `try { … } finally { … }` */
  tryStatement(node: TypeScript.TryStatement): TypeScript.Node {
    const { factory } = this.#context;
    const visited = this.#context.visitChildren(node);
    const { tryBlock, catchClause, finallyBlock } = visited;
    if (!finallyBlock) return visited;
    const block = factory.updateBlock(finallyBlock, [...this.#lookStatements(), ...finallyBlock.statements]);
    return factory.updateTryStatement(visited, tryBlock, catchClause, block);
  }

  /** `catch (e)`: cleans V8's message about a name in a box. */
  catchClause(node: TypeScript.CatchClause): TypeScript.Node {
    const { ts, factory } = this.#context;
    const visited = this.#context.visitChildren(node);
    if (this.#context.isInWith) return visited;
    const { block, variableDeclaration: variable } = visited;
    if (!variable) {
      const thrown = this.#context.id("n·thrown");
      const clean = this.#context.statement(this.#clean(thrown));
      return factory.updateCatchClause(
        visited,
        factory.createVariableDeclaration(thrown),
        factory.updateBlock(block, [...this.#lookStatements(), clean, ...block.statements]),
      );
    }
    if (ts.isIdentifier(variable.name)) {
      const clean = this.#context.statement(this.#clean(this.#context.id(variable.name.text)));
      return factory.updateCatchClause(
        visited,
        variable,
        factory.updateBlock(block, [...this.#lookStatements(), clean, ...block.statements]),
      );
    }
    // `catch ({ message })`: destructured after cleaning.
    const whole = this.#context.id("n·thrown");
    const clean = this.#context.statement(this.#clean(whole));
    const parts = factory.createVariableDeclaration(variable.name, undefined, undefined, whole);
    const list = factory.createVariableDeclarationList([parts], ts.NodeFlags.Let);
    return factory.updateCatchClause(
      visited,
      factory.createVariableDeclaration(whole),
      factory.updateBlock(block, [
        ...this.#lookStatements(),
        clean,
        factory.createVariableStatement(undefined, list),
        block,
      ]),
    );
  }

  #clean(value: TypeScript.Expression): TypeScript.Expression {
    return this.#context.runtime("n·clean", value);
  }

  /** Numbers a function, and marks a node in it with the number. Nested functions get larger numbers. */
  #mark<T extends TypeScript.Node>(holder: T, node: TypeScript.Node, kind: FunctionPlace["kind"]): T {
    const { ts } = this.#context;
    const number = this.found.push({ start: this.#start(node), end: node.end, kind }) - 1;
    return ts.addSyntheticLeadingComment(
      holder,
      ts.SyntaxKind.MultiLineCommentTrivia,
      `${secret}${this.#source}.${number}`,
      false,
    );
  }

  #moveMark(mark: TypeScript.Node, to: TypeScript.Expression): TypeScript.Expression {
    const { ts } = this.#context;
    return ts.setSyntheticLeadingComments(to, ts.getSyntheticLeadingComments(mark));
  }

  /** Where `toString` begins: `static`, `export` and decorators do not belong to the function. */
  #start(node: TypeScript.Node): number {
    const { ts, file } = this.#context;
    const modifiers = ts.canHaveModifiers(node) ? (node.modifiers ?? []) : [];
    const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
    const async = modifiers.find(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
    if (async) return async.getStart(file);
    const end = Math.max(0, ...[...modifiers, ...decorators].map((one) => one.end));
    if (end === 0) return node.getStart(file);
    return end + file.text.slice(end).search(/\S/);
  }
}
