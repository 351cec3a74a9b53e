/**
 * What docstrings promise is held here.
 *
 * 1. Every name exported from `nablab` has a docstring of at least a sentence. A function also has an `@example`, and a
 *    `@throws` where its file throws; of a class, every public method and property has a sentence of its own.
 *
 * 2. What is exported from the mathematical folders names where it comes from (a numbered claim of the lectures, a paper or
 *    book with its year, or the rule of another library that it equals), has a formula, and says the shape of each tensor
 *    or list that it takes; what has nothing to cite is named below, with the reason.
 *
 * 3. Every `@example` in `src` runs. An example is TypeScript, checked by the compiler, in whose scope are all
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
import { checker, exported, program as house, options } from "./program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const posix = (path: string) => path.split(sep).join("/");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((path) => posix(join(root, "src", path)))
  .filter((path) => path.endsWith(".ts") && !path.includes("/compute/assembly/"));

// ---- 1. every exported name has a docstring ----

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

// ---- 2. mathematics says where it comes from, its formula, and its shapes ----

const isMathematics = (file: string) =>
  /\/src\/((tensor|autodiff|nn|optim|theory|metrics)\/|train\/measures\.ts$)/.test(file);

/** Functions and classes with neither a source nor a formula, each for the reason before it. */
const nothingToCite = {
  "makes or shapes tensors of given numbers": [
    ...["arange", "concat", "eye", "full", "linspace", "ones", "stack", "tensor", "zeros", "formatShape"],
  ],
  "draws what another function documents": ["Random", "randomNormal", "randomUniform"],
  "is what a function gives back, which has the source": [
    ...[
      "Basins",
      "Calibration",
      "RocCurve",
      "ConfusionMatrix",
      "Dense",
      "Ensemble",
      "GradientCheck",
      "Landscape",
      "Path",
    ],
    ...["Sequential", "WorstMistakes"],
  ],
  "shows what others computed": ["ensembleChart", "gapChart", "pathChart", "worstMistakes"],
  "holds together what others compute": [
    ...[
      "addSchedules",
      "averageOf",
      "check",
      "CheckFailed",
      "defineLayer",
      "everyEpochs",
      "everySteps",
      "flatGradient",
    ],
    ...["multiplySchedules", "objective", "withPenalty"],
  ],
};
/** What has a source, but is a generator of bits, or a class of many formulas. */
const withoutFormula = ["random", "Tensor"];
const exempt = Object.values(nothingToCite).flat();

/** What stands in a docstring, all but its example. */
function wordsOf(symbol: ts.Symbol): string {
  const tags = symbol.getJsDocTags(checker).filter(({ name }) => name !== "example");
  return [sentence(symbol), ...tags.map(({ text }) => ts.displayPartsToString(text))]
    .join(" ")
    .replace(/\s+/g, " ");
}

// Claims stand in brackets, so that the matrix A1 is none, and there are A1 to A17 and B1 to B12. A year follows a name.
const claim = /\((?:[^()]*[^()\w[])?(?:A(?:[1-9]|1[0-7])|B(?:[1-9]|1[0-2]))\b(?!\[)[^()]*\)/;
const publication = /\p{Lu}\p{L}{2,}[\s\S]{0,250}?(?<!=)[ (](?:1[6-9]|20)\d\d(?=[).,;:]| \()/u;
const otherLibrary = /\b(?:PyTorch|NumPy|Keras|Optax)(?:'s)?\s/;
const formula = /[=≈≤Σ√∂∇‖↦←∫]| < \d|N\(0,/;
const shape =
  /[\w)] × [\w(]|\bof (?:length|shape|any shape|the shape|the same shape|the length|one shape|equal length|both length)\b|\b(?:for|of) each (?:sample|step|output|entry)\b|\brow-major\b|\bdimension\b/;
const takesNumbers =
  /\b(?:Tensor|TensorLike|Float64Array|Float32Array|Vector|Targets|ArrayLike<number>|number\[\])/;

/** What the docstring of something mathematical lacks. */
function unsourced(name: string, symbol: ts.Symbol): string[] {
  const declarations = (symbol.declarations ?? []).filter(
    (one) => ts.isFunctionDeclaration(one) || ts.isClassDeclaration(one),
  );
  if (!declarations.some((one) => isMathematics(one.getSourceFile().fileName))) return [];
  const words = wordsOf(symbol);
  const lacking: string[] = [];
  if (!exempt.includes(name)) {
    if (![claim, publication, otherLibrary].some((form) => form.test(words)))
      lacking.push(`${name}: no source`);
    if (!formula.test(words) && !withoutFormula.includes(name)) lacking.push(`${name}: no formula`);
  }
  const lists = declarations
    .filter(ts.isFunctionDeclaration)
    .flatMap(({ parameters }) => [...parameters])
    .filter(({ type }) => type && !ts.isFunctionTypeNode(type) && takesNumbers.test(type.getText()));
  if (lists.length > 0 && !shape.test(words)) {
    lacking.push(`${name}: no shape of ${lists.map((one) => one.name.getText()).join(", ")}`);
  }
  return lacking;
}

test("what is mathematics names its source, its formula, and the shapes of what it takes", () => {
  expect(exported.flatMap(({ name, symbol }) => unsourced(name, symbol))).toEqual([]);
});

test("what has nothing to cite is exported, and named once", () => {
  const names = exported.map(({ name }) => name);
  expect(exempt.filter((name) => !names.includes(name))).toEqual([]);
  expect(new Set(exempt).size).toBe(exempt.length);
});

test("the forms of a source", () => {
  const cites = (words: string) => [claim, publication, otherLibrary].some((form) => form.test(words));
  for (const words of [
    "so it is (A11, corrected)",
    "(claim B7)",
    "Huber, Robust estimation, 1964.",
    "PyTorch's Tanh.",
  ]) {
    expect(cites(words)).toBe(true);
  }
  for (const words of ["the weights (A[1], b[1])", "(A18)", "(B13)", "a clever trick", "in 1964"]) {
    expect(cites(words)).toBe(false);
  }
});

// ---- 3. every example runs ----

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
        ? (house.getSourceFile(path) ?? getSourceFile(path, ...rest))
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
