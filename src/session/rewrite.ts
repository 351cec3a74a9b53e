/**
 * A cell, or a file of the reader's, rewritten so that its top-level names live on when it has run.
 *
 * Every top-level name is kept in a box (`box.ts`), and the code says `cnt·.v` where it said `cnt`: whoever sees
 * the name sees its present value, closures of earlier cells as well. Declarations write `cnt·.d`, by which
 * the box knows that it was declared. What remains is the body of an async function:
 *
 * | TypeScript                               | becomes                                             |
 * |------------------------------------------|-----------------------------------------------------|
 * | `let cnt = 0; cnt++`                     | `cnt·.d = 0; cnt·.v++`                              |
 * | `const { a, b: [c] } = f()`              | `({ a: a·.d, b: [c·.d] } = (0, f·.v)())`            |
 * | `function f() {}`, `class A {}`          | the same, then `f·.d = f` (at the top), `A·.d = A`  |
 * | `import { x } from "m"`                  | `n·bind(x·, await n·import("m"), "x")`              |
 * | `export const x = 1`                     | `n·export({ x: () => x·.v })` and the declaration  |
 * | a loop's body, an `await`                | looks whether the reader has pressed stop           |
 * | the last expression, of a cell           | `return { value: … }`                               |
 *
 * Which identifier means which name, and which import is a type, is the type checker's answer. Names with a
 * middle dot are ours: it is allowed in an identifier, and nobody writes it.
 */
import type * as TypeScript from "typescript";

/** What the rewritten code expects as parameters, besides the boxes. */
export const runtimeNames = [
  "n·import",
  "n·meta",
  "n·bind",
  "n·export",
  "n·after",
  "n·check",
  "n·stop",
] as const;

/** The parameter that holds the box of a name. */
export const boxName = (name: string): string => `${name}·`;

export interface Rewriting {
  /** For `program.emit`. */
  transformers: TypeScript.CustomTransformers;
  /** The names whose boxes the code takes as parameters; complete after the emit. */
  readonly boxes: Set<string>;
  /** Whether a top-level name has a value at run time, which is kept in a box. */
  isBoxed(name: string): boolean;
}

type Symbols = Map<string, TypeScript.Symbol & { exportSymbol?: TypeScript.Symbol }>;

/** The symbols of the top level of a file; the compiler has them, but does not say so in its types. */
export function topLevel(file: TypeScript.SourceFile): Symbols {
  return ((file as unknown as { locals?: Symbols }).locals ?? new Map()) as Symbols;
}

/**
 * @param cell of a cell: what of the file is the reader's, and which names of earlier cells are in boxes. Then the
 *   last expression is returned, and exports mean nothing
 */
export function rewriting(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  file: TypeScript.SourceFile,
  cell?: { start: number; end: number; isBoxed(name: string): boolean },
): Rewriting {
  const { start, end } = cell ?? { start: 0, end: file.end };
  const isWithin = (at: number): boolean => at >= start && at < end;
  const { factory } = ts;
  const boxes = new Set<string>();
  const locals = topLevel(file);
  const id = factory.createIdentifier;
  const own = (name: (typeof runtimeNames)[number], ...args: TypeScript.Expression[]) =>
    factory.createCallExpression(id(name), undefined, args);
  const statement = factory.createExpressionStatement;

  // --- which names are in boxes ---

  /** Whether the top-level name has a value at run time that is ours to keep. */
  const isBoxed = (name: string): boolean => {
    const local = locals.get(name);
    if (!local) return false;
    const symbol = local.exportSymbol ?? local;
    const nodes = symbol.declarations ?? [];
    if (cell && nodes.every((node) => node.end <= start)) return cell.isBoxed(name);
    if (symbol.flags & ts.SymbolFlags.Alias) return isValue(symbol);
    // `declare const x` is a promise about a global.
    return (symbol.flags & ts.SymbolFlags.Value) !== 0 && !nodes.every(isAmbient);
  };
  const isAmbient = (node: TypeScript.Declaration): boolean =>
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Ambient) !== 0 ||
    (ts.isFunctionDeclaration(node) && !node.body) ||
    (ts.isModuleDeclaration(node) && !isInstantiated(node));
  /** Whether a namespace holds more than types. */
  const isInstantiated = (node: TypeScript.ModuleDeclaration): boolean => {
    const symbol = checker.getSymbolAtLocation(node.name);
    return !!symbol && (symbol.flags & ts.SymbolFlags.ValueModule) !== 0;
  };
  /** Whether an import is there at run time; one that the compiler cannot find may be. */
  const isValue = (alias: TypeScript.Symbol): boolean => {
    if (alias.declarations?.some((node) => ts.isTypeOnlyImportDeclaration(node))) return false;
    const target = checker.getAliasedSymbol(alias);
    return checker.isUnknownSymbol(target) || (target.flags & ts.SymbolFlags.Value) !== 0;
  };
  const boxed = new Map<string, boolean>();
  const keeps = (name: string): boolean => {
    if (!boxed.has(name)) boxed.set(name, isBoxed(name));
    return boxed.get(name)!;
  };

  const box = (name: string): TypeScript.Identifier => {
    boxes.add(name);
    return id(boxName(name));
  };
  /** In the place of `at`, and for source maps as a whole: a call is where its name begins. */
  const inPlace = <T extends TypeScript.Node>(node: T, at: TypeScript.Node): T =>
    ts.setEmitFlags(ts.setTextRange(node, at), ts.EmitFlags.NoTrailingSourceMap);
  const present = (name: string, at: TypeScript.Node): TypeScript.Expression =>
    inPlace(factory.createPropertyAccessExpression(inPlace(box(name), at), "v"), at);
  const declared = (name: string, at?: TypeScript.Node): TypeScript.Expression => {
    const access = factory.createPropertyAccessExpression(box(name), "d");
    return at ? ts.setTextRange(access, at) : access;
  };
  const assign = (target: TypeScript.Expression, value: TypeScript.Expression, at?: TypeScript.Node) => {
    const assignment = factory.createAssignment(target, value);
    return at ? ts.setTextRange(assignment, at) : assignment;
  };

  /** Declarations we are inside of, in which their own name means the class (or enum, namespace) itself. */
  const inside: string[] = [];

  const means = (symbol: TypeScript.Symbol | undefined, name: string): boolean => {
    if (!symbol || !keeps(name) || inside.includes(name)) return false;
    const local = locals.get(name);
    return symbol === local || symbol === local?.exportSymbol;
  };
  const isReference = (node: TypeScript.Node): node is TypeScript.Identifier =>
    ts.isIdentifier(node) &&
    locals.has(node.text) &&
    !(node.parent && (node.parent as { name?: unknown }).name === node) &&
    means(checker.getSymbolAtLocation(node), node.text);

  // --- expressions and statements at any depth ---

  let context: TypeScript.TransformationContext;
  const visit = (node: TypeScript.Node): TypeScript.VisitResult<TypeScript.Node> => {
    if (isReference(node)) return present(node.text, node);
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return node;
    if (ts.isExpressionWithTypeArguments(node)) {
      return factory.updateExpressionWithTypeArguments(
        node,
        visitExpression(node.expression),
        node.typeArguments,
      );
    }
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return node;
    if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
    if (ts.isCallExpression(node)) return call(node);
    if (ts.isTaggedTemplateExpression(node) && isReference(node.tag)) {
      const template = ts.visitNode(node.template, visit) as TypeScript.TemplateLiteral;
      return factory.updateTaggedTemplateExpression(node, detached(node.tag), undefined, template);
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return id("n·meta");
    if (ts.isAwaitExpression(node)) {
      return ts.setTextRange(own("n·after", ts.visitEachChild(node, visit, context)), node);
    }
    if (ts.isIterationStatement(node, false)) return loop(node);
    if (ts.isVariableStatement(node) && isOurs(node.declarationList)) {
      return declarations(node.declarationList).map((expression) =>
        ts.setTextRange(statement(expression), expression),
      );
    }
    return ts.visitEachChild(node, visit, context);
  };
  const visitExpression = (node: TypeScript.Expression): TypeScript.Expression =>
    ts.visitNode(node, visit) as TypeScript.Expression;

  const shorthand = (node: TypeScript.ShorthandPropertyAssignment): TypeScript.Node => {
    const name = node.name.text;
    if (!means(checker.getShorthandAssignmentValueSymbol(node), name)) {
      return ts.visitEachChild(node, visit, context);
    }
    const value = present(name, node.name);
    const fallback = node.objectAssignmentInitializer;
    const initializer = fallback ? assign(value, visitExpression(fallback)) : value;
    return ts.setTextRange(factory.createPropertyAssignment(name, initializer), node);
  };

  /** `f` as it is called: `f·.v()` would hand the box to it as `this`. */
  const detached = (node: TypeScript.Identifier): TypeScript.Expression =>
    inPlace(
      factory.createParenthesizedExpression(
        factory.createComma(factory.createNumericLiteral(0), present(node.text, node)),
      ),
      node,
    );

  const call = (node: TypeScript.CallExpression): TypeScript.Node => {
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return ts.setTextRange(own("n·import", ...node.arguments.map(visitExpression)), node);
    }
    if (!isReference(node.expression)) return ts.visitEachChild(node, visit, context);
    const callee = detached(node.expression);
    const args = ts.visitNodes(node.arguments, visit, ts.isExpression);
    return ts.isCallChain(node)
      ? factory.updateCallChain(node, callee, node.questionDotToken, undefined, args)
      : factory.updateCallExpression(node, callee, undefined, args);
  };

  /** A loop that ends when the reader presses stop, with a variable of the top level as its own if it is `var`. */
  const loop = (node: TypeScript.IterationStatement): TypeScript.Node => {
    const body = asBlock(ts.visitNode(node.statement, visit) as TypeScript.Statement);
    const visitInitializer = (initializer: TypeScript.ForInitializer): TypeScript.ForInitializer => {
      if (!ts.isVariableDeclarationList(initializer) || !isOurs(initializer)) {
        return ts.visitNode(initializer, visit) as TypeScript.ForInitializer;
      }
      if (ts.isForStatement(node)) return sequence(declarations(initializer));
      return target(initializer.declarations[0]!.name);
    };
    if (ts.isForStatement(node)) {
      return factory.updateForStatement(
        node,
        node.initializer && visitInitializer(node.initializer),
        node.condition && visitExpression(node.condition),
        node.incrementor && visitExpression(node.incrementor),
        body,
      );
    }
    if (ts.isForOfStatement(node)) {
      const initializer = visitInitializer(node.initializer);
      return factory.updateForOfStatement(
        node,
        node.awaitModifier,
        initializer,
        visitExpression(node.expression),
        body,
      );
    }
    if (ts.isForInStatement(node)) {
      const initializer = visitInitializer(node.initializer);
      return factory.updateForInStatement(node, initializer, visitExpression(node.expression), body);
    }
    if (ts.isWhileStatement(node)) {
      return factory.updateWhileStatement(node, visitExpression(node.expression), body);
    }
    const { expression } = node as TypeScript.DoStatement;
    return factory.updateDoStatement(node as TypeScript.DoStatement, body, visitExpression(expression));
  };
  const asBlock = (body: TypeScript.Statement): TypeScript.Block => {
    const raised = factory.createElementAccessExpression(id("n·stop"), 0);
    const guard = factory.createIfStatement(raised, statement(own("n·check")));
    return ts.isBlock(body)
      ? factory.updateBlock(body, [guard, ...body.statements])
      : factory.createBlock(ts.isEmptyStatement(body) ? [guard] : [guard, body], true);
  };
  const sequence = (expressions: TypeScript.Expression[]): TypeScript.Expression =>
    expressions.reduce((all, one) => factory.createComma(all, one));

  // --- variables ---

  /** Whether a list declares top-level names: at the top, or as `var` in a block. */
  const isOurs = (list: TypeScript.VariableDeclarationList): boolean => {
    const first = firstName(list.declarations[0]?.name);
    // `using` needs its own statement; it is done with when the cell ends.
    const isUsing = (list.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using;
    return first !== undefined && !isUsing && means(checker.getSymbolAtLocation(first), first.text);
  };
  const firstName = (name: TypeScript.BindingName | undefined): TypeScript.Identifier | undefined => {
    if (!name || ts.isIdentifier(name)) return name;
    for (const element of name.elements) {
      const found = ts.isBindingElement(element) ? firstName(element.name) : undefined;
      if (found) return found;
    }
    return undefined;
  };

  const declarations = (list: TypeScript.VariableDeclarationList): TypeScript.Expression[] =>
    list.declarations.map((node) => {
      const { name, initializer } = node;
      if (!ts.isIdentifier(name)) return destructuring(name, visitExpression(initializer!), node);
      if (!initializer) {
        // A `var` without a value, in a block or met again, leaves the name as it is.
        const isVar = (list.flags & ts.NodeFlags.BlockScoped) === 0;
        return assign(declared(name.text, name), isVar ? present(name.text, name) : factory.createVoidZero());
      }
      return assign(declared(name.text, name), named(name.text, initializer), node);
    });

  /** A function or class without a name, which takes that of its variable. A property gives it as well. */
  const named = (name: string, initializer: TypeScript.Expression): TypeScript.Expression => {
    const value = visitExpression(initializer);
    let inner = initializer;
    while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
    const isAnonymous =
      ts.isArrowFunction(inner) ||
      ((ts.isFunctionExpression(inner) || ts.isClassExpression(inner)) && !inner.name);
    if (!isAnonymous || name === "__proto__") return value;
    return factory.createPropertyAccessExpression(
      factory.createParenthesizedExpression(
        factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]),
      ),
      name,
    );
  };

  const destructuring = (
    pattern: TypeScript.BindingPattern,
    value: TypeScript.Expression,
    at: TypeScript.Node,
  ): TypeScript.Expression => factory.createParenthesizedExpression(assign(target(pattern), value, at));

  /** What a declaration declares, as what an assignment assigns to. */
  const target = (name: TypeScript.BindingName): TypeScript.Expression => {
    if (ts.isIdentifier(name)) return declared(name.text, name);
    if (ts.isArrayBindingPattern(name)) {
      return factory.createArrayLiteralExpression(
        name.elements.map((element) => {
          if (ts.isOmittedExpression(element)) return element;
          return element.dotDotDotToken
            ? factory.createSpreadElement(target(element.name))
            : withDefault(element);
        }),
      );
    }
    return factory.createObjectLiteralExpression(
      name.elements.map((element) => {
        if (element.dotDotDotToken) return factory.createSpreadAssignment(target(element.name));
        const property = element.propertyName
          ? (ts.visitNode(element.propertyName, visit) as TypeScript.PropertyName)
          : (element.name as TypeScript.Identifier).text;
        return factory.createPropertyAssignment(property, withDefault(element));
      }),
    );
  };
  const withDefault = (element: TypeScript.BindingElement): TypeScript.Expression => {
    const variable = target(element.name);
    return element.initializer ? assign(variable, visitExpression(element.initializer)) : variable;
  };

  // --- the top level ---

  const bare = <T extends TypeScript.ModifierLike>(modifiers: readonly T[] | undefined): T[] | undefined =>
    modifiers?.filter(
      ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
    );
  const has = (node: TypeScript.Node, flag: TypeScript.ModifierFlags): boolean =>
    ts.canHaveModifiers(node) &&
    (ts.getCombinedModifierFlags(node as unknown as TypeScript.Declaration) & flag) !== 0;

  const rewriteFile = (): TypeScript.SourceFile => {
    const functions: TypeScript.Statement[] = [];
    const imports: TypeScript.Statement[] = [];
    const body: TypeScript.Statement[] = [];
    const getters: TypeScript.ObjectLiteralElementLike[] = [];

    const publish = (exported: string, value: TypeScript.Expression): void => {
      const getter = factory.createArrowFunction(undefined, undefined, [], undefined, undefined, value);
      getters.push(factory.createPropertyAssignment(factory.createStringLiteral(exported), getter));
    };
    const publishName = (exported: string, name: string): void => {
      if (keeps(name)) publish(exported, factory.createPropertyAccessExpression(box(name), "v"));
    };
    const publishDefault = (value: TypeScript.Expression, at: TypeScript.Node): TypeScript.Statement => {
      publish("default", factory.createPropertyAccessExpression(box("default"), "v"));
      return ts.setTextRange(statement(assign(declared("default"), value)), at);
    };
    const load = (specifier: TypeScript.Expression): TypeScript.Expression =>
      factory.createAwaitExpression(own("n·import", specifier));
    let modules = 0;
    /** Loads a module under a name of ours. */
    const loadAs = (specifier: TypeScript.Expression, at: TypeScript.Node): TypeScript.Identifier => {
      const name = id(`m·${modules++}`);
      const declaration = factory.createVariableDeclaration(name, undefined, undefined, load(specifier));
      const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
      imports.push(ts.setTextRange(factory.createVariableStatement(undefined, list), at));
      return name;
    };
    const bind = (
      name: string,
      module: TypeScript.Identifier,
      imported: string,
      at: TypeScript.Node,
    ): void => {
      const binding = own("n·bind", box(name), module, factory.createStringLiteral(imported));
      imports.push(statement(inPlace(binding, at)));
    };

    const importDeclaration = (node: TypeScript.ImportDeclaration): void => {
      const { importClause: clause, moduleSpecifier } = node;
      if (!clause) {
        imports.push(ts.setTextRange(statement(load(moduleSpecifier)), node));
        return;
      }
      const wanted: [name: string, imported: string][] = [];
      const want = (name: string, imported: string): void => {
        if (keeps(name)) wanted.push([name, imported]);
      };
      if (clause.name) want(clause.name.text, "default");
      const bindings = clause.namedBindings;
      if (bindings && ts.isNamespaceImport(bindings)) want(bindings.name.text, "*");
      else
        for (const element of bindings?.elements ?? [])
          want(element.name.text, (element.propertyName ?? element.name).text);
      if (wanted.length === 0) return;
      const module = loadAs(moduleSpecifier, node);
      for (const [name, imported] of wanted) bind(name, module, imported, node);
    };

    const importEquals = (node: TypeScript.ImportEqualsDeclaration): void => {
      const { name, moduleReference } = node;
      if (!keeps(name.text)) return;
      if (ts.isExternalModuleReference(moduleReference)) {
        const value = factory.createCallExpression(id("require"), undefined, [moduleReference.expression]);
        imports.push(ts.setTextRange(statement(assign(declared(name.text), value)), node));
        return;
      }
      const qualified = (entity: TypeScript.EntityName): TypeScript.Expression =>
        ts.isIdentifier(entity)
          ? (visit(entity) as TypeScript.Expression)
          : factory.createPropertyAccessExpression(qualified(entity.left), entity.right.text);
      body.push(ts.setTextRange(statement(assign(declared(name.text), qualified(moduleReference))), node));
    };

    const exportDeclaration = (node: TypeScript.ExportDeclaration): void => {
      const { exportClause: clause, moduleSpecifier } = node;
      if (node.isTypeOnly) return;
      if (!moduleSpecifier) {
        for (const { name, propertyName, isTypeOnly } of (clause as TypeScript.NamedExports).elements)
          if (!isTypeOnly) publishName(name.text, (propertyName ?? name).text);
        return;
      }
      const module = loadAs(moduleSpecifier, node);
      if (!clause) imports.push(statement(own("n·export", factory.createObjectLiteralExpression(), module)));
      else if (ts.isNamespaceExport(clause)) publish(clause.name.text, module);
      else
        for (const { name, propertyName, isTypeOnly } of clause.elements)
          if (!isTypeOnly)
            publish(
              name.text,
              factory.createElementAccessExpression(
                module,
                factory.createStringLiteral((propertyName ?? name).text),
              ),
            );
    };

    const functionDeclaration = (node: TypeScript.FunctionDeclaration): void => {
      if (!node.body) return;
      const isDefault = has(node, ts.ModifierFlags.Default);
      const visited = ts.visitEachChild(node, visit, context);
      const name = node.name ?? id("default·function");
      functions.push(
        factory.updateFunctionDeclaration(
          visited,
          bare(visited.modifiers),
          visited.asteriskToken,
          name,
          visited.typeParameters,
          visited.parameters,
          visited.type,
          visited.body,
        ),
      );
      if (node.name) functions.push(statement(assign(declared(node.name.text), id(node.name.text))));
      if (isDefault) functions.push(publishDefault(id(name.text), node));
      else if (has(node, ts.ModifierFlags.Export)) publishName(name.text, name.text);
    };

    const classDeclaration = (node: TypeScript.ClassDeclaration): void => {
      if (has(node, ts.ModifierFlags.Ambient)) return;
      const visited = within(node.name?.text, () => ts.visitEachChild(node, visit, context));
      const name = node.name ?? id("default·class");
      body.push(
        factory.updateClassDeclaration(
          visited,
          bare(visited.modifiers),
          name,
          visited.typeParameters,
          visited.heritageClauses,
          visited.members,
        ),
      );
      if (node.name) body.push(statement(assign(declared(node.name.text), id(node.name.text))));
      if (has(node, ts.ModifierFlags.Default)) body.push(publishDefault(id(name.text), node));
      else if (has(node, ts.ModifierFlags.Export)) publishName(name.text, name.text);
    };

    const enumOrNamespace = (node: TypeScript.EnumDeclaration | TypeScript.ModuleDeclaration): void => {
      if (isAmbient(node) || !ts.isIdentifier(node.name)) return;
      const name = node.name.text;
      const visited = within(name, () => ts.visitEachChild(node, visit, context));
      body.push(
        ts.isEnumDeclaration(visited)
          ? factory.updateEnumDeclaration(visited, bare(visited.modifiers), visited.name, visited.members)
          : factory.updateModuleDeclaration(visited, bare(visited.modifiers), visited.name, visited.body),
        statement(assign(declared(name), id(name))),
      );
      if (has(node, ts.ModifierFlags.Export)) publishName(name, name);
    };

    const variables = (node: TypeScript.VariableStatement): void => {
      if (has(node, ts.ModifierFlags.Ambient)) return;
      const { declarationList } = node;
      const names = declarationList.declarations.flatMap(({ name }) => namesIn(name));
      if (has(node, ts.ModifierFlags.Export)) for (const name of names) publishName(name, name);
      if ((declarationList.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) {
        // Kept as it stands, so that it is disposed of when the cell ends; others read it from its box.
        body.push(ts.visitEachChild(node, visit, context));
        for (const name of names) body.push(statement(assign(declared(name), id(name))));
        return;
      }
      for (const expression of declarations(declarationList))
        body.push(ts.setTextRange(statement(expression), node));
    };
    const namesIn = (name: TypeScript.BindingName): string[] =>
      ts.isIdentifier(name)
        ? [name.text]
        : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));

    const all = file.statements.filter((node) => isWithin(node.getStart(file)));
    const last = all.at(-1);
    for (const node of all) {
      if (ts.isImportDeclaration(node)) importDeclaration(node);
      else if (ts.isImportEqualsDeclaration(node)) importEquals(node);
      else if (ts.isExportDeclaration(node)) exportDeclaration(node);
      else if (ts.isFunctionDeclaration(node)) functionDeclaration(node);
      else if (ts.isClassDeclaration(node)) classDeclaration(node);
      else if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) enumOrNamespace(node);
      else if (ts.isVariableStatement(node)) variables(node);
      else if (ts.isExportAssignment(node)) {
        body.push(publishDefault(visitExpression(node.expression), node));
      } else if (cell && node === last && ts.isExpressionStatement(node)) {
        const value = factory.createPropertyAssignment("value", visitExpression(node.expression));
        const result = factory.createObjectLiteralExpression([value]);
        body.push(ts.setTextRange(factory.createReturnStatement(result), node));
      } else {
        const visited = visit(node);
        if (Array.isArray(visited)) body.push(...visited);
        else if (visited) body.push(visited as TypeScript.Statement);
      }
    }
    if (getters.length > 0 && !cell) {
      functions.push(statement(own("n·export", factory.createObjectLiteralExpression(getters))));
    }
    return factory.updateSourceFile(file, [...functions, ...imports, ...body]);
  };
  const within = <T>(name: string | undefined, work: () => T): T => {
    if (name === undefined) return work();
    inside.push(name);
    try {
      return work();
    } finally {
      inside.pop();
    }
  };

  const before: TypeScript.TransformerFactory<TypeScript.SourceFile> = (transformation) => (source) => {
    if (source !== file) return source;
    context = transformation;
    return rewriteFile();
  };
  // The compiler marks a module without imports and exports as one.
  const after: TypeScript.TransformerFactory<TypeScript.SourceFile> = () => (source) =>
    factory.updateSourceFile(
      source,
      source.statements.filter((node) => !ts.isExportDeclaration(node)),
    );
  return { transformers: { before: [before], after: [after] }, boxes, isBoxed: keeps };
}
