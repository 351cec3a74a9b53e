/**
 * Until a cell needs more, the compiler has an excerpt of Node's types: what passes with it passes with the whole, and a cell
 * that needs the whole gets it.
 */
import { describe, expect, test } from "vitest";
import { nodeFiles } from "#nablab/kernel/node-files.js";
import { languageTypes, nodeEssentials } from "#nablab/kernel/standard-types.js";
import { loadTypeScript } from "#nablab/kernel/typescript.js";
import { allTypesNeeded } from "#nablab/session/all-types-needed.js";
import { openCells } from "./cells.js";

const ts = loadTypeScript();

/** What is wrong in some files, or in those of them that are named, with the types of the language. */
function problems(files: Record<string, string>, named = Object.keys(files)): string[] {
  const language = languageTypes();
  const texts: Record<string, string> = { ...files, [language.path]: language.text };
  const options = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    skipDefaultLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.getDefaultLibFileName = () => language.path;
  host.fileExists = (file) => file in texts || fileExists(file);
  host.getSourceFile = (file, ...more) =>
    texts[file] === undefined
      ? getSourceFile(file, ...more)
      : ts.createSourceFile(file, texts[file], ts.ScriptTarget.ES2024);
  const program = ts.createProgram(Object.keys(files), options, host);
  return named
    .map((file) => program.getSourceFile(file))
    .flatMap((file) => [...program.getSemanticDiagnostics(file), ...program.getSyntacticDiagnostics(file)])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test("nablab's types need no more of Node's than the excerpt has", () => {
  const nablab = nodeFiles().declarationsOf("nablab", "")!;
  const types = ts.sys.readFile(nablab)!;
  expect(problems({ "/essentials.d.ts": nodeEssentials, [nablab]: types })).toEqual([]);
  expect(problems({ [nablab]: types })).toContain("Cannot find name 'AbortSignal'.");
});

test("each method of the excerpt's console is one of Node's, and as it", () => {
  const whole = nodeFiles().environment;
  const excerpt = nodeEssentials.replaceAll(/\b(Console|console)\b/g, "few$1");
  const cell = "const all: Pick<Console, keyof fewConsole> = fewconsole;\nconst few: fewConsole = console;";
  const files = { [whole.path]: whole.text, "/few.d.ts": excerpt, "/cell.ts": cell };
  const found = problems(files, ["/few.d.ts", "/cell.ts"]);
  expect(found.filter((message) => /Console/.test(message))).toEqual([]);
});

describe("a cell", () => {
  const cells = openCells();
  const { text, failure } = cells;

  test("that makes up a signal is refused, before and after all types are there", async () => {
    const code =
      'import { sweep } from "nablab";\nsweep(() => ({ a: 1 }), {}, { signal: { aborted: true } });';
    for (const _ of [1, 2]) expect((await failure(code)).evalue).toMatch(/signal/i);
  });

  test("keeps its types when the next one reads the others", async () => {
    await text('import { tensor } from "nablab";\nlet v = tensor([1, 2]);\nlet count = 0');
    await text("const timer = setTimeout(() => {}, 1); clearTimeout(timer); count += 1");
    expect((await failure("v = 5")).evalue).toMatch(/TS2322.*Tensor/);
    expect((await failure("timer.nothing()")).evalue).toContain("Timeout");
    expect((await failure('count = "a"')).evalue).toContain("number");
  });

  test("is completed with all names of Node", () => {
    const { entries } = cells.session.complete("proc", 4);
    expect(entries.map(({ name }) => name)).toContain("process");
  });
});

test("a cell that would mean something else with the excerpt is checked with all types", () => {
  const needs = allTypesNeeded(nodeEssentials);
  const whole = [
    "// @ts-ignore\nprocess.nothing()",
    "/* @ts-expect-error */ process.pid",
    "const quiet = { ...console, log() {} }",
    "const { log } = console",
    "console.debug(1)",
    "console.logs",
    'console["log"](1)',
    "c\\u006fnsole",
    "const mine: Console = { log() {} }",
    "type All = Record<keyof Console, number>",
    "type A = URL extends { href: string } ? 1 : 2",
    "type A = AbortSignal extends { aborted: boolean } ? 1 : 2",
    'type A = SweepOptions["signal"] extends { aborted: boolean } ? 1 : 2',
    "type A = keyof ImportMeta",
    "const { env = 1 } = import.meta",
    "const Mine: typeof Error = class extends Error {}",
    'import { x } from "./mine.ts"',
  ];
  const part = [
    'import { tensor } from "nablab"; console.log(tensor([1]))',
    "console.table([1]); console.time(); console.timeEnd()",
    "[1, 2].forEach(console.log)",
    "const consoles = 1, myURL = 2",
    "const f = (x: number): number => x ** 2; f(3)",
  ];
  expect(whole.filter((source) => !needs(source))).toEqual([]);
  expect(part.filter(needs)).toEqual([]);
});

describe.each([
  ["const quiet = { ...console, log() {} };", "typeof process.pid; quiet.debug", "[Function: debug]"],
  ["// @ts-expect-error\nconst n = process.pid;", "0", /TS2578/],
  [
    "const mine: Console = { log() {}, info() {}, warn() {}, error() {}, table() {}, time() {}, timeEnd() {} };",
    "0",
    /TS2740/,
  ],
  ["type A = URL extends { href: string } ? 1 : 2; const two: A = 2;", "0", /TS2322/],
])("a first cell %j", (first, then, value) => {
  const { text, failure } = openCells();

  test("is checked as any later one", async () => {
    if (typeof value === "string") expect(await text(first, then)).toBe(value);
    else expect((await failure(first)).evalue).toMatch(value);
  });
});
