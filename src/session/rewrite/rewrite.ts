/**
 * Rewrites a cell, or a file of the reader, so that its top-level names persist after it has run.
 *
 * Every top-level name is kept in a box (`box.ts`), and the code uses `cnt·.v` for `cnt`: all code that
 * refers to the name sees its current value, including closures of earlier cells. Declarations write `cnt·.d`, which tells
 * the box that the name was declared. The result is the body of an async function:
 *
 * | TypeScript                               | becomes                                             |
 * |------------------------------------------|-----------------------------------------------------|
 * | `let cnt = 0; cnt++`                     | `cnt·.d = 0; cnt·.v++`                              |
 * | `const { a, b: [c] } = f()`              | `({ a: a·.d, b: [c·.d] } = (0, f·.v)())`            |
 * | `function f() {}`, `class A {}`          | the same, then `f·.d = f` (at the top), `A·.d = A`  |
 * | `import { x } from "m"`                  | `n·bind(x·, await n·import("m"), "x")`              |
 * | `export const x = 1`                     | `n·export({ x: () => x·.v })` and the declaration  |
 * | a loop, an `await`, a function that calls | checks whether the reader has interrupted          |
 * | a function, a class                      | the same with its number in a comment (functions.ts) |
 * | the last expression, of a cell           | `return { __proto__: null, value: … }`              |
 *
 * The type checker decides which identifier refers to which name, and which import is a type. Internal names contain a middle
 * dot, which identifiers allow but practically never use.
 */
import type * as TypeScript from "typescript";
import { type CellPart, Context, type Guard } from "./context.js";
import { Declarations } from "./declarations.js";
import { Expressions } from "./expressions.js";
import { type FunctionPlace, Functions } from "./functions.js";
import { type JsxOptions, jsxFactory } from "./jsx.js";
import { Modules } from "./modules.js";
import { Names } from "./names.js";
import { Variables } from "./variables.js";

export interface Rewriting {
  /** For `program.emit`. */
  transformers: TypeScript.CustomTransformers;
  /** The names whose boxes the code takes as parameters; complete after the emit. */
  readonly boxes: ReadonlySet<string>;
  /** Those of them declared by `let`, `const` or `class`. */
  lexical(): ReadonlySet<string>;
  /** Its functions and classes, by their numbers; complete after the emit. */
  readonly functions: readonly FunctionPlace[];
  /** Whether a top-level name has a value at run time, which is kept in a box. */
  isBoxed(name: string): boolean;
}

/** Options for both files and cells. */
export interface RewritingOptions {
  /** The number of the file in `function-source.ts`. */
  source: number;
  guard: Guard;
  /** The JSX options of tsconfig.json. */
  jsx: JsxOptions;
}

/**
 * @param cell for a cell: the reader's part of the file, and the names of earlier cells that are in boxes. Then the last
 *   expression is returned, and exports are ignored
 */
export function rewriting(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  file: TypeScript.SourceFile,
  { jsx, source, guard }: RewritingOptions,
  cell?: CellPart,
): Rewriting {
  const context = new Context(ts, checker, file, guard, cell);
  const names = new Names(context);
  const functions = new Functions(context, source);
  const before: TypeScript.TransformerFactory<TypeScript.SourceFile> = (transformation) => (emitted) => {
    if (emitted !== file) return emitted;
    context.transformation = transformation;
    return ts.factory.updateSourceFile(file, rewrittenStatements(context, names, functions, jsx));
  };
  // The compiler marks a module without imports and exports as one.
  const after: TypeScript.TransformerFactory<TypeScript.SourceFile> = () => (emitted) =>
    ts.factory.updateSourceFile(
      emitted,
      emitted.statements.filter((node) => !ts.isExportDeclaration(node)),
    );
  return {
    transformers: { before: [before], after: [after] },
    boxes: names.boxes,
    lexical: () => names.lexical(),
    functions: functions.found,
    isBoxed: (name) => names.isBoxed(name),
  };
}

function rewrittenStatements(
  context: Context,
  names: Names,
  functions: Functions,
  jsx: JsxOptions,
): TypeScript.Statement[] {
  const { ts, file, cell } = context;
  const variables = new Variables(context, names);
  new Expressions(context, names, variables, functions);
  const modules = new Modules(context, names);
  const declarations = new Declarations(context, names, variables, modules, functions);

  const { start, end } = cell ?? { start: 0, end: file.end };
  const all = file.statements.filter((node) => node.getStart(file) >= start && node.getStart(file) < end);
  const body: TypeScript.Statement[] = [];
  for (const node of all) {
    if (ts.isImportDeclaration(node)) modules.importDeclaration(node);
    else if (ts.isImportEqualsDeclaration(node)) body.push(...modules.importEquals(node));
    else if (ts.isExportDeclaration(node)) modules.exportDeclaration(node);
    else if (ts.isExportAssignment(node))
      body.push(modules.publishDefault(context.visitExpression(node.expression), node));
    else if (ts.isFunctionDeclaration(node)) declarations.functionDeclaration(node);
    else if (ts.isClassDeclaration(node)) body.push(...declarations.classDeclaration(node));
    else if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node))
      body.push(...declarations.enumOrNamespace(node));
    else if (ts.isVariableStatement(node)) body.push(...declarations.variableStatement(node));
    else if (cell && node === all.at(-1) && ts.isExpressionStatement(node)) body.push(result(context, node));
    else body.push(...([context.visit(node)].flat() as TypeScript.Statement[]));
  }
  return [
    ...jsxFactory(context, names, jsx),
    ...declarations.functions,
    ...(cell ? [] : modules.exports()),
    ...modules.imports,
    ...body,
  ];
}

/** The last expression of a cell, returned as its value. */
function result(context: Context, node: TypeScript.ExpressionStatement): TypeScript.Statement {
  const { ts, factory } = context;
  const value = factory.createPropertyAssignment("value", context.visitExpression(node.expression));
  // Promises look for a `then` in what they are given, and a cell may have put one into the prototype of all objects.
  const bare = factory.createPropertyAssignment("__proto__", factory.createNull());
  const object = factory.createObjectLiteralExpression([bare, value]);
  return ts.setTextRange(factory.createReturnStatement(object), node);
}
