/**
 * What docstrings promise is held here.
 *
 * 1. Every name exported from `nablab` has a docstring of at least a sentence. A function also has an `@example`, and a
 *    `@throws` where its file throws; of a class, every public method and property has a sentence of its own.
 *
 * 2. Every `@example` in `src` runs. An example is TypeScript, checked by the compiler, in whose scope are all
 *    names of `nablab` and those of its own file. A comment after an expression statement, on the same line or
 *    on the lines that follow, is what that expression prints: its `text/plain` if it shows itself, else what
 *    `util.inspect` says. An arrow before it is for the eye:
 *
 *        sgd({ eta: 0.1 })                     // → SGD(η = 0.1)
 *        tensor([1, 2]).norm()                 // → 2.23606797749979
 *        random(7).uniform()                   // → 0.4…          (… stands for anything)
 *        zeros(2).matmul(zeros(3))             // throws matmul: the left operand has 2 columns …
 *        table([{ a: 1 }])
 *        // a
 *        // ─
 *        // 1
 *
 *    White space is not compared, and a string may be in either quotes. A comment elsewhere, such as one after
 *    a declaration, is just a comment. An example without any printed value is refused: it could not fail.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { toBundle } from "nablab";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const posix = (path: string) => path.split(sep).join("/");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => posix(join(root, "src", path)))
  .filter((path) => path.endsWith(".ts") && !path.includes("/compute/assembly/"));

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
};

// ---- 1. every exported name has a docstring ----

const house = ts.createProgram([posix(join(root, "src/index.ts"))], options);
const checker = house.getTypeChecker();
const index = house.getSourceFile(posix(join(root, "src/index.ts")))!;
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(index)!).map((symbol) => ({
  name: symbol.name,
  symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
}));

function sentence(symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
}

/** Functions that throw nothing, in files with others that do. */
const mild = ["credit", "formatShape", "linearMoments", "normalTail"];

/** What the docstring of an exported name lacks. */
function lacks(name: string, symbol: ts.Symbol): string[] {
  const missing: string[] = [];
  const isSentence = (text: string) => text.length >= 15 && /[.:!?]/.test(text);
  if (!isSentence(sentence(symbol))) missing.push(`${name}: no sentence`);
  for (const declaration of symbol.declarations ?? []) {
    if (ts.isFunctionDeclaration(declaration)) {
      const tags = symbol.getJsDocTags(checker).map((tag) => tag.name);
      if (!tags.includes("example")) missing.push(`${name}: no @example`);
      const throws = declaration.getSourceFile().text.includes("throw ");
      if (declaration.parameters.length > 0 && throws && !mild.includes(name) && !tags.includes("throws")) {
        missing.push(`${name}: no @throws`);
      }
    }
    if (ts.isClassDeclaration(declaration)) {
      for (const member of declaration.members) {
        const hidden =
          !member.name ||
          !ts.isIdentifier(member.name) ||
          ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
        if (hidden) continue;
        const inner = checker.getSymbolAtLocation(member.name!)!;
        if (sentence(inner) === "") missing.push(`${name}.${inner.name}: nothing said`);
      }
    }
  }
  return [...new Set(missing)];
}

test("every exported name has a docstring", () => {
  expect(exported.length).toBeGreaterThan(40);
  expect(exported.flatMap(({ name, symbol }) => lacks(name, symbol))).toEqual([]);
});

// ---- 2. every example runs ----

interface Expectation {
  /** The expression, from and to as positions in the code. */
  start: number;
  end: number;
  printed: string;
}

interface Example {
  title: string;
  file: string;
  code: string;
  expectations: Expectation[];
}

function examplesOf(file: string): Example[] {
  const source = ts.createSourceFile(file, ts.sys.readFile(file)!, ts.ScriptTarget.ES2022, true);
  const found: Example[] = [];
  const visit = (node: ts.Node): void => {
    for (const doc of (node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? []) {
      for (const tag of doc.tags ?? []) {
        if (tag.tagName.text !== "example") continue;
        const code = (ts.getTextOfJSDocComment(tag.comment) ?? "").replace(/^```\w*$/gm, "");
        const named = (node as ts.NamedDeclaration).name?.getText(source) ?? ts.SyntaxKind[node.kind];
        const line = source.getLineAndCharacterOfPosition(tag.pos).line + 1;
        found.push({
          title: `${posix(relative(root, file))}:${line} ${named}`,
          file,
          code,
          expectations: expectationsOf(code),
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function expectationsOf(code: string): Expectation[] {
  const parsed = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  return parsed.statements.filter(ts.isExpressionStatement).flatMap((statement) => {
    const { expression } = statement;
    // The comment on the same line, else the comment lines that follow without a gap.
    const sameLine = ts.getTrailingCommentRanges(code, statement.end) ?? [];
    const after = sameLine.length > 0 ? sameLine : linesBelow(code, statement.end);
    const printed = after.map(({ pos, end }) => code.slice(pos, end).replace(/^\/\/ ?/, "")).join("\n");
    const start = expression.getStart(parsed);
    return printed === "" ? [] : [{ start, end: expression.end, printed: printed.replace(/^→ ?/, "") }];
  });
}

function linesBelow(code: string, from: number): { pos: number; end: number }[] {
  const lines: { pos: number; end: number }[] = [];
  let at = code.indexOf("\n", from) + 1;
  while (at > 0 && /^[ \t]*\/\//.test(code.slice(at))) {
    const pos = code.indexOf("//", at);
    const next = code.indexOf("\n", pos);
    lines.push({ pos, end: next < 0 ? code.length : next });
    at = next + 1;
  }
  return lines;
}

/** The dist module that a source file is compiled to. */
const compiled = (file: string) => file.replace(/\/src\//, "/dist/").replace(/\.ts$/, ".js");

const isExported = new Set(exported.map(({ name }) => name));

/** The example as a module of its own: imports of the names it uses, then its code. */
function asModule({ code, file }: Example): string {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    if (ts.isImportDeclaration(node)) return;
    ts.forEachChild(node, visit);
  };
  const parsed = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  visit(parsed);
  for (const statement of parsed.statements) {
    if (ts.isVariableStatement(statement)) {
      const bind = (name: ts.BindingName): void => {
        if (ts.isIdentifier(name)) declared.add(name.text);
        else for (const part of name.elements) if (ts.isBindingElement(part)) bind(part.name);
      };
      for (const { name } of statement.declarationList.declarations) bind(name);
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name) declared.add(statement.name.text);
    }
  }
  const own = house.getSourceFile(file);
  const ownSymbol = own && checker.getSymbolAtLocation(own);
  const ownNames = ownSymbol ? checker.getExportsOfModule(ownSymbol).map(({ name }) => name) : [];
  const wanted = [...used].filter((name) => !declared.has(name));
  const fromOwn = wanted.filter((name) => ownNames.includes(name));
  const fromHouse = wanted.filter((name) => isExported.has(name) && !fromOwn.includes(name));
  const imports = [
    fromHouse.length > 0
      ? `import { ${fromHouse.join(", ")} } from ${JSON.stringify(posix(join(root, "dist/index.js")))};`
      : "",
    fromOwn.length > 0 ? `import { ${fromOwn.join(", ")} } from ${JSON.stringify(compiled(file))};` : "",
  ];
  return `${imports.join(" ")} export {};\n${code.replace(/^import .* from "nablab";?$/gm, "")}`;
}

// Examples that write files write them there.
const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "nablab-examples-"));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

/** Runs an example and returns, for each expectation, what was printed there. */
async function run(example: Example): Promise<string[]> {
  let code = example.code.replace(/^import .* from "nablab";?$/gm, (line) => " ".repeat(line.length));
  example.expectations.toReversed().forEach(({ start, end, printed }, back) => {
    const i = example.expectations.length - 1 - back;
    const expression = code.slice(start, end);
    const report = /^throws\b/.test(printed) ? "__throws" : "__prints";
    code = `${code.slice(0, start)}await ${report}(${i}, async () => (${expression}))${code.slice(end)}`;
  });
  // An inner block, so that an example may declare a name that nablab also exports.
  const { outputText } = ts.transpileModule(`const __example = async () => {\n{\n${code}\n}\n};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const printed: string[] = [];
  const scope: Record<string, unknown> = {
    ...(await import(pathToFileURL(join(root, "dist/index.js")).href)),
    ...(await import(pathToFileURL(compiled(example.file)).href)),
    __prints: async (i: number, value: () => Promise<unknown>) => {
      printed[i] = await print(await value());
    },
    __throws: async (i: number, value: () => Promise<unknown>) => {
      printed[i] = await value().then(print, (error: Error) => `throws ${error.message}`);
    },
  };
  const make = new Function(...Object.keys(scope), `${outputText}\nreturn __example;`);
  await make(...Object.values(scope))();
  return printed;
}

async function print(value: unknown): Promise<string> {
  return (await toBundle(value))["text/plain"];
}

/** Whether the printed text is the promised one, white space and quotes apart, with … for anything. */
function matches(printed: string, promised: string): boolean {
  const even = (text: string) => text.replace(/\s+/g, " ").trim();
  const pattern = even(promised)
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  const variants = [
    even(printed),
    /^'[^"]*'$/s.test(printed) ? even(`"${printed.slice(1, -1)}"`) : even(printed),
  ];
  return variants.some((text) => new RegExp(`^${pattern}$`, "s").test(text));
}

const examples = sources.flatMap(examplesOf);

describe("examples", () => {
  test("the convention of this file's head comment", () => {
    const printed = (code: string) => expectationsOf(code).map((e) => e.printed);
    expect(printed("f() // → 1\ng() // 2\nconst h = 3; // not this\n")).toEqual(["1", "2"]);
    expect(printed("f();\n// a\n//  b\n\n// not this")).toEqual(["a\n b"]);
    expect(printed("// not this\nf()\ng()")).toEqual([]);
    expect(matches("[ 1,\n  2 ]", "[ 1, 2 ]")).toBe(true);
    expect(matches("'a b'", '"a b"')).toBe(true);
    expect(matches("0.4375", "0.4…")).toBe(true);
    expect(matches("0.5", "0.4…")).toBe(false);
    expect(matches("1", "11")).toBe(false);
  });

  test("are there, and each promises a printed value", () => {
    expect(examples.length).toBeGreaterThan(20);
    expect(examples.filter((e) => e.expectations.length === 0).map((e) => e.title)).toEqual([]);
  });

  test("compile", () => {
    const modules = new Map(examples.map((example, i) => [posix(join(root, `example-${i}.ts`)), example]));
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    const textOf = (path: string) => (modules.has(path) ? asModule(modules.get(path)!) : undefined);
    host.fileExists = (path) => modules.has(path) || fileExists(path);
    host.readFile = (path) => textOf(path) ?? readFile(path);
    host.getSourceFile = (path, ...rest) => {
      const text = textOf(path);
      return text === undefined
        ? getSourceFile(path, ...rest)
        : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    };
    const program = ts.createProgram([...modules.keys()], options, host);
    const complaints = [...modules].flatMap(([path, { title }]) => {
      const file = program.getSourceFile(path)!;
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
        ({ messageText }) => `${title}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
      );
    });
    expect(complaints).toEqual([]);
  });

  test.each(examples.map((example) => [example.title, example] as const))("%s", async (_, example) => {
    const printed = await run(example);
    example.expectations.forEach((promise, i) => {
      if (!matches(printed[i] ?? "(not reached)", promise.printed)) {
        expect(`${example.code.slice(promise.start, promise.end)}\n${printed[i]}`).toBe(
          `${example.code.slice(promise.start, promise.end)}\n${promise.printed}`,
        );
      }
    });
  });
});
