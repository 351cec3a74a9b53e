/**
 * What beginners get wrong most has its fix in the first line; no line says where the compiler keeps cells.
 */
import { expect, test } from "vitest";
import { inspectReply } from "#nablab/protocol/assistance.js";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, failure } = cells;

/** The first line of an error, without its place. */
const first = async (code: string): Promise<string> =>
  (await failure(code)).traceback[0]!.replace(/^.*?: /, "");

test("a name that is misspelt or not imported", async () => {
  await text("const learningRate = 0.1; function gradient() {}");
  expect(await first("sequental()")).toBe(
    "Cannot find name 'sequental'; did you mean sequential? import { sequential } from \"nablab\"",
  );
  expect(await first("momentum({ eta: 0.1 })")).toBe(
    "Cannot find name 'momentum'; import { momentum } from \"nablab\"",
  );
  expect(await first("let t: Tensor;")).toBe("Cannot find name 'Tensor'; import { Tensor } from \"nablab\"");
  expect(await first("learningRat + 1")).toBe("Cannot find name 'learningRat'; did you mean learningRate?");
  expect(await first("learnignRate")).toBe("Cannot find name 'learnignRate'; did you mean learningRate?");
  expect(await first("gradeint()")).toBe("Cannot find name 'gradeint'; did you mean gradient?");
  expect(await first("cosnole.log(1)")).toBe("Cannot find name 'cosnole'. Did you mean 'console'?");
  expect(await first("xyzzyPlugh")).toBe("Cannot find name 'xyzzyPlugh'.");
});

test("an await that is missing", async () => {
  expect(await first('import { mnist } from "nablab"; mnist().train')).toMatch(
    /^Property 'train' does not exist.*; did you forget await\?$/,
  );
  await text("const load = async () => ({ rows: [1] });");
  expect(await first("const loaded = load(); loaded.rows")).toMatch(/; did you forget await\?$/);
  expect(await first("for (const row of load()) {}")).toMatch(/^Type 'Promise/);
  expect(await text("const slow = async () => { await new Promise(() => {}) }; slow()")).toBe(
    "Promise { <pending> }  did you forget await?",
  );
});

test.each([
  "const { rows } = load()",
  "const count: number = load()",
  "Math.max(load())",
  "load() + 1",
  "2 * load()",
  "load().rows[0]",
  "[...load()]",
])("a promise where its value is wanted: %s", async (code) => {
  await text("const load = async () => ({ rows: [1] });");
  expect(await first(code)).toMatch(/; did you forget await\?$/);
});

test.each([
  ["type Lazy = Promise<number[]>; const lazy = (): Lazy => Promise.resolve([1]); lazy().length"],
  ["const lazy = async () => [1]; const n: number[] = lazy()"],
  ["interface Later<T> extends PromiseLike<T> {} let l: Later<number>; l + 1"],
  ["class Job<T> extends Promise<T> {} new Job<string>(() => {}).length"],
  ["let either: number | Promise<number>; either * 2"],
  ["let n: number; n = load()"],
  ["const f = (): number => load()"],
  ["load()++"],
  ["load()()"],
  ["for (const row of load()) {}"],
])("whatever its type is called: %s", async (code) => {
  await text("const load = async () => ({ rows: [1] });");
  expect(await first(code)).toMatch(/; did you forget await\?$/);
});

test.each([
  ["class PromiseBox { a = 1 } const n: number = new PromiseBox()"],
  ["class Odd { then = 3 } const n: number = new Odd()"],
  ["function f<T>(x: T) { return x.nothing }"],
  ["function g(x: Promise<number>) {} g('a')"],
  ["load().then((one) => one.nothing)"],
])("what only looks like a promise is none: %s", async (code) => {
  await text("const load = async () => ({ rows: [1] });");
  expect(await first(code)).not.toContain("await");
});

test("a list of promises where their values are expected", async () => {
  expect(await first("const xs: number[] = [1].map(async (x) => x)")).toMatch(
    /; did you forget await Promise\.all\(…\)\?$/,
  );
});

test("a promise where another is wanted, or a misspelt member of one, is none", async () => {
  await text("const later = async () => 1;");
  expect(await first("const other: Promise<string> = later()")).not.toContain("await");
  expect(await first("later().thne(String)")).toContain("did you mean then?");
});

/** What is said under a cell. */
const noted = async (code: string): Promise<string> => {
  await text(`${code}\n1`);
  return cells.printed();
};

test("work that a cell does not wait for", async () => {
  await text(
    'import { credit, display, loadCsv } from "nablab"; const nothing = () => {}, tests = { one: () => {} };',
  );
  await text("const own = 1, load = async () => ({ rows: [1] }), main = async () => { await load() };");
  const goesOn = (name: string, line = 1): string =>
    `line ${line}: ${name}(…) goes on while the rest of the cell runs; did you forget await?\n`;
  for (const [code, note] of [
    ["\ncredit(1, tests)", goesOn("credit", 2)],
    ["for (let i = 0; i < 1; i++) load()", goesOn("load")],
    ["for (const i of [1]) {\n  load();\n}", goesOn("load", 2)],
    ["if (1 < 2) { load() } else main()", goesOn("load")],
    ["const go = async () => { load() }", goesOn("load")],
    [
      "[1].forEach(async (x) => { await load() })",
      "line 1: forEach(…) does not wait for an async function; for (const x of xs) { await … } does, one after another\n",
    ],
  ] as const)
    expect(await noted(code), code).toBe(note);
  for (const code of [
    "await credit(1, tests)",
    "for (const i of [1]) await load()",
    "void credit(1, tests)",
    "credit(1, tests).then(nothing)",
    "display(1)",
    "[1].forEach((x) => display(x))",
    "[1].forEach((x) => own)",
    "main()",
    "[1].map(async (x) => load())",
    "const kept = load()",
  ])
    expect(await noted(code), code).toBe("");
  expect(await text("credit(1, tests)")).toBeDefined(); // the last value shows that it is a promise
  expect(cells.outputs).toEqual([]);
});

test("a promise or a tensor that is taken for a number, a truth or a text", async () => {
  await text('import { tensor } from "nablab"; const load = async () => 1, t = tensor([1, 2]);');
  await text("class Tensor { add() {} sub() {} mul() {} at() {} } const own: any = 1, mine = new Tensor();");
  for (const [code, note] of [
    ["if (load()) own", "load() is a promise, which is always true; did you forget await?"],
    ["while (!load()) own", "load() is a promise, which is always true; did you forget await?"],
    ["const text = `$" + "{load()}`", "load() is a promise in a text; did you forget await?"],
    ["const less = -load()", "load() is a promise, no number; did you forget await?"],
    ["const minus = -t", "t is a tensor, no number; a.neg() is −a"],
    ["const entry = t[0]", "t[0] of a tensor is undefined; a.at(i) is an entry, a.row(i) a row"],
    [
      "const is = t < t",
      "t < t compares no entries; tensors have methods: a.less(b), a.greater(b), a.equals(b)",
    ],
  ])
    expect(await noted(code!), code).toBe(`line 1: ${note}\n`);
  for (const code of [
    "if (await load()) own",
    "if (own) own",
    "-own",
    "t.data[0]",
    "-mine",
    "t === t",
    't["size"]',
    // There may be no promise yet.
    "let pending: Promise<number> | undefined; const wait = async () => { if (pending) await pending; };",
    "const cache = new Map<string, Promise<number>>(); const memo = (k: string) => { const hit = cache.get(k); if (hit) return hit };",
    "const byName: Record<string, Promise<number>> = {}; if (!byName.a) byName.a = load();",
    "const all: Promise<number>[] = []; const [begun] = all; if (!begun) own; while (!all[0]) all[0] = load();",
    "const orZero = async (p?: Promise<number>) => (p ? await p : 0);",
    "const orNull = async (p: Promise<number> | null) => (!p ? 0 : await p);",
    "class Lazy { #p: Promise<number> | null = null; get() { while (!this.#p) this.#p = load(); return this.#p } }",
    "const either = async (v: number | Promise<number>) => (!v ? 1 : await v);",
    "const shown = (v: number | Promise<number>) => -(v instanceof Promise ? 0 : v);",
  ])
    expect(await noted(code), code).toBe("");
});

test("a member that is misspelt, or of Python; a function that is not called; an object in short", async () => {
  expect(await first("console.lgo(1)")).toMatch(/; did you mean log\?$/);
  expect(await first("[1].append(2)")).toMatch(/; in TypeScript xs\.push\(x\)$/);
  expect(await first("'a'.upper()")).toMatch(/; in TypeScript text\.toUpperCase\(\)$/);
  expect(await first("({ a: 1 }).items()")).toMatch(/; in TypeScript Object\.entries\(record\)$/);
  expect(await first("[1].xyzzyPlugh")).toBe("Property 'xyzzyPlugh' does not exist on type 'number[]'.");
  expect(await first('import { mnist } from "nablab"; mnist.train')).toMatch(
    /did you forget to call it, f\(\)\?$/,
  );
  expect(
    await first('import { lineChart } from "nablab"; lineChart({ title: "a", series: [], x: "k", y: "F" })'),
  ).toBe(
    "Type 'string' is not assignable to type 'Axis'; expected an object: { title, scale?, range?, tickStep? }",
  );
  expect(await first('import { tensor } from "nablab"; tensor([1]) + tensor([2])')).toBe(
    "Operator '+' cannot be applied to types 'Tensor' and 'Tensor'; tensors have methods: a.add(b), a.sub(b), a.mul(b), a.div(b)",
  );
  expect(await first('import { tensor } from "nablab"; tensor([1]) * 2')).toContain("a.mul(b)");
  expect(await first('import { tensor } from "nablab"; tensor([1]) > 2')).toContain("a.greater(b)");
  expect(await first("class Tensor { v = 1 } new Tensor() + new Tensor()")).toBe(
    "Operator '+' cannot be applied to types 'Tensor' and 'Tensor'.",
  );
  expect(await first('import { train } from "nabla"')).toContain('did you mean "nablab"?');
  expect(await first("Deno.jupyter.html`<b>x</b>`")).toMatch(/import \{ display, html \} from "nablab"/);
  expect(await first("counted += 1")).toContain("it needs a first value: let counted = …");
  expect(await first("'  a '.strip()")).toMatch(/; in TypeScript text\.trim\(\)$/);
  expect(await first("[1].copy()")).toMatch(/; in TypeScript \[\.\.\.xs\]$/);
});

test("promises in a list; what is no object that could be written down", async () => {
  expect(await first("const all: number[] = [1, 2].map(async (x) => x)")).toMatch(
    /; these are promises; did you forget await Promise\.all\(…\)\?$/,
  );
  expect(await first("const one: number = Promise.resolve(1)")).toMatch(/; did you forget await\?$/);
  // Of a class there are objects by `new` alone.
  expect(await first("class Pair { x = 1; y = 2 } const pair: Pair = 3")).toBe(
    "Type 'number' is not assignable to type 'Pair'.",
  );
});

test.each([
  ["f([1])"],
  ["f(() => 1)"],
  ['const o: Options = "a"'],
  ["let o: Options; o = 3"],
  ["const g = (o: Options = 3) => o"],
  ["function h(): Options { return 3 }"],
  ["const h = (): Options => 3"],
  ["class Holder { o: Options = 3 }"],
  ["const all: Options[] = [3]"],
])("the object that is expected: %s", async (code) => {
  await text("interface Options { eta: number; steps?: number } function f(o: Options) {}");
  expect(await first(code)).toMatch(/; expected an object: \{ eta, steps\? \}$/);
});

test.each([
  "new Set<number>().append(3)",
  "new Map<string, number>().items()",
  "class Stack { xs = [1] } new Stack().remove(1)",
  "new Date().strip()",
  "(5).copy()",
  "((a: number) => a).value",
  "((s: string) => s.length).toUpperCase()",
])("advice that would not help is not given: %s", async (code) => {
  expect(await first(code)).toMatch(/^Property '\w+' does not exist on type '[^']*'\.$/);
});

test.each<[code: string, message: string]>([
  ['if (1) console.log("time: " + 1', "')' expected."],
  [
    'if (1) console.log("sign: +") else console.log("-")',
    "';' expected; put ; before else, or the operator that is missing",
  ],
  ['while (true) console.log(1 > 2 ? "a" : "b" "c")', "',' expected."],
  ['console.log("a"\nif (1) { 2 } else { 3 }', "',' expected."],
  ['const m = ["a": 1]', "',' expected."],
])("an error of TypeScript is not taken for Python: %s", async (code, message) => {
  expect(await first(code)).toBe(message);
});

test("Python", async () => {
  const said: [code: string, fix: string][] = [
    ["import numpy as np", 'tensors are nablab\'s: import { tensor } from "nablab"'],
    ["import matplotlib.pyplot as plt", 'charts are nablab\'s: import { lineChart } from "nablab"'],
    ["import scipy as sp", 'import * as sp from "scipy"'],
    ["from sklearn import datasets", 'import { datasets } from "sklearn"'],
    ["def f(x):\n    return x", "function f(x) { … }"],
    ["for x in rows:\n    x", "for (const x of rows) { … }"],
    ["if x > 1:\n    x", "if (x > 1) { … }"],
    ["if (x > 1):\n    x", "if (x > 1) { … }"],
    ["while x: x -= 1", "while (x) { … }"],
    ["f = lambda x: x * x", "(x) => x * x"],
    ['print "hi"', 'console.log("hi")'],
    ["import torch.nn as nn", 'networks are nablab\'s: import { sequential, dense, train } from "nablab"'],
    ["import nablab", 'import * as nablab from "nablab"'],
    ["def f(x): return x", "function f(x) { … }"],
    ["async def f(x: int) -> int:\n    pass", "async function f(x: int) { … }"],
    ["for i, x in rows: f(x)", "for (const [i, x] of rows) { … }"],
    ["try:\n    f()", "try { … }"],
    ["not done", "!x"],
    ["true and false", "x && y"],
    ["const squares = [x * x for x in rows]", "rows.map((x) => …)"],
    ["const a = 1 if done else 2", "condition ? x : y"],
    ['f"{x}"', "`…$" + "{x}…` is a text with values in it"],
    ["rows[1:3]", "xs.slice(from, to)"],
    ["# first", "// begins a comment"],
    ["raise ValueError()", 'throw new Error("…")'],
  ];
  for (const [code, fix] of said)
    expect(await first(code), code).toBe(`this line is Python; in TypeScript: ${fix}`);
  expect(await first('print("hi")')).toBe("Cannot find name 'print'; in TypeScript console.log(…) prints");
  expect(await first("len([1])")).toContain("x.length");
  expect(await first("None")).toContain("null or undefined");
  expect(await first("const a = ;")).toBe("Expression expected.");
  expect(await first('const s = "this and not that" "or"')).toBe("',' expected.");
  expect(await first("if (x == 1 {\n}")).toBe("')' expected.");
});

test("what an object lacks comes before all that it has", async () => {
  expect(
    await first(
      'import { lineChart } from "nablab"; lineChart({ title: "a", series: [{ y: [1, 2], name: "b" }] })',
    ),
  ).toBe("LineChartOptions also needs x, y");
  await text(
    "interface Wide { a: number; b: { c: number; d: { e: number }[] }; wanted: number } function takes(_: Wide) {}",
  );
  expect(await first("takes({ a: 1, b: { c: 1, d: [{ e: 1 }, { e: 2 }] } })")).toBe("Wide also needs wanted");
});

test("types are said without the file of their cell; two of one name, by their cells", async () => {
  await text("class Twice { a = 1 } const old = new Twice();");
  const before = cells.count;
  expect(await first("const wrong: string = old")).toBe("Type 'Twice' is not assignable to type 'string'.");
  await text("class Twice { a = 1; b = 2 }");
  const { traceback } = await failure("const renewed: Twice = old");
  expect(traceback[0]).toMatch(new RegExp(`: Twice \\(of cell ${before + 2}\\) also needs b$`));
  expect(traceback.at(-1)).toBe(
    `    Property 'b' is missing in type 'Twice (of cell ${before})' but required in type 'Twice (of cell ${before + 2})'.`,
  );
  await text(
    'import { tensor } from "nablab"; const made = { tensor: tensor([1]), twice: new Twice() }, promised = Promise.resolve(made);',
  );
  for (const code of ["made", "promised", "old", "promised.then"]) {
    const { data } = inspectReply(cells.session, code, code.length) as { data: Record<string, string> };
    expect(data["text/plain"], code).not.toMatch(/import\("|\[\d+\]/);
    expect(data["text/plain"], code).toContain("Twice");
  }
});

test.each<[code: string, fix: string]>([
  ["list(1)", "expected a list: [1]"],
  ["list(new Map() as any as Date)", "expected a list: […]"],
  ["const v: number[] = 2 * 3", "expected a list: [2 * 3]"],
  ['options({ eta: "0.1" })', "Number(text) makes a number of it"],
  ["Number.parseFloat(3)", "String(x) makes a text of it"],
  ["options({ lr: 1 })", "it takes eta, steps"],
  ['2 * "3"', "Number(text) makes a number of it"],
  [
    "[1] + [2]",
    "[...a, ...b] joins lists, xs.map((x) => …) calculates with each entry, tensors have a.add(b)",
  ],
  ["'a'.length()", "it is no function: leave out ()"],
  ["[1, 2](0)", "entries of a list are xs[0], xs[1], …"],
  ["2(1 + 1)", "a product is written a * (b + c)"],
  [
    "((a) => { a: 1 })(1).a",
    "the call gives nothing; in a function of your own, did you forget return, or ( ) around { … }?",
  ],
  ["const c = 1; c = 2", "declare it by let to change it"],
  ["const c = 1; const c = 2", "to change it, write it without const or let the second time"],
  ["Console.log(1)", "did you mean console?"],
  ["pi", "did you mean Math.PI?"],
  ["sqrt(2)", "did you mean Math.sqrt?"],
  ["counter++", "it needs a first value: let counter = …"],
  ['import x from "./nothere"', "there is no such .ts, .js or .json file"],
  ["import { train } from nablab", 'the name of a module is in quotes, import { train } from "nablab"'],
  ['const s = "abc', "the closing quote is missing"],
  ["const s = 'it's'", "the text ends at the ' before; put it in other quotes, or write \\'"],
  ["let z = 1 z = 2", "put ; before z, or the operator that is missing"],
  ["for (let i = 0, i < 3, i++) {}", "semicolons are between the parts: for (let i = 0; i < n; i++)"],
  ['console.log(f"loss {1}")', "this is Python; in TypeScript `…$" + "{x}…` is a text with values in it"],
  ["return 5", "the last line of a cell shows its value without return"],
])("a beginner's mistake has its fix in the first line: %s", async (code, fix) => {
  await text("function list(xs: number[]) {} function options(o: { eta?: number; steps?: number }) {}");
  const line = await first(code);
  expect(line.slice(-fix.length - 2)).toBe(`; ${fix}`);
});

test.each([
  "const n: number = { a: 1 } as Date",
  "const t: string[] = ['a', 1n as any as string, 2 as any]; t.nope",
  "new Date()(1)",
  "1n + 1",
  "const zz = (1 + ",
])("where no fix is known none is said: %s", async (code) => {
  expect(await first(code)).not.toContain("; ");
});

test("an option that there is not", async () => {
  await text("interface Steps { eta?: number; steps?: number } function take(o: Steps) {}");
  expect(await first("take({ lr: 1 })")).toBe("Steps has no lr; it takes eta, steps");
  expect(await first("take({ stpes: 1 })")).toMatch(/Did you mean to write 'steps'\?$/);
});

test("a recursion without end, and a module without a default", async () => {
  expect((await failure("const r = (): number => r(); r()")).evalue).toContain("calls itself without end");
  expect((await failure('import nablab from "nablab"')).evalue).toBe(
    'import: the module exports no "default"; import { name } or import * as name does',
  );
});

test.each([
  ["if x > 3 { }", /'\(' expected; what is between \( \) is missing/],
  ["console.log(a b)", /^(?!.*put ;)/],
  ["const n = { a: 1 b: 2 }", /^(?!.*put ;)/],
  ["class A extend B {}", /^(?!.*put ;)/],
  ["const n1 = 5\n(() => 1)()", /put ; at the end of the line before \(/],
  ["const id: keyof { a: 1 } = 5", /^(?!.*String\(x\))/],
  ["const p: [number, number] = 3", /^(?!.*a list)/],
  ["const s: number[] = new Set([1])", /expected a list: \[\.\.\.x\]/],
  ['const either = (x: number | number[]) => x; either("3")', /Number\(text\)/],
  [
    'type Shape = { kind: "a"; r: number } | { kind: "b"; w: number }; const s: Shape = { kind: "b", w: 1, hh: 3 }',
    /it takes kind, r, w$/,
  ],
])("no fix that cannot be meant, nor a wrong one: %s", async (code, said) => {
  expect(await first(code)).toMatch(said);
});

test.each([
  [
    'import { dense, relu, sequential } from "nablab"; sequential(dense(2, 3), relu(), dense(3, 1))',
    "expected a list: sequential([…])",
  ],
  [
    'import { dense, relu, sequential } from "nablab"; sequential(dense(2, 3), relu, dense(3, 1))',
    "expected a list: sequential([…])",
  ],
  ["const joined = (xs: number[]) => xs; joined(1, 2)", "expected a list: joined([…])"],
  ["const b: int = 3", "in TypeScript number"],
  ["const f = (s: str) => s", "in TypeScript string"],
  ["let flag: bool", "in TypeScript boolean"],
  ["type(5)", "in TypeScript typeof x"],
  ["tuple(1)", "in TypeScript [x, y]"],
  ["println('x')", "in TypeScript console.log(…) prints"],
  ["int x = 5;", "in TypeScript: let x = 5"],
  ['String s = "a; b"', 'in TypeScript: let s = "a; b"'],
  ["console.log(“hello”)", "texts are in \"…\", '…' or `…`"],
  ["const n = 3 − 2", "the minus sign is -"],
  ["const m = 3 × 2", "the sign of a product is *"],
  ["if (1 ≤ 2) {}", "comparisons are written <=, >= and !=="],
])("%s: %s", async (code, fix) =>
  expect((await first(code)).endsWith(`; ${fix}`), await first(code)).toBe(true),
);

test("too many arguments where the first is no entry of a list keep what the compiler says", async () => {
  expect(await first("const one = (xs: number[]) => xs; one('a', 2)")).toBe(
    "Expected 1 arguments, but got 2.",
  );
  expect(await first("Math.abs(1, 2)")).toBe("Expected 1 arguments, but got 2.");
});

test("lists that behave otherwise than in other languages", async () => {
  await text('const xs = [3, 10, 2], words = ["a"], some: any = [1], exact = new Float64Array([3, 10]);');
  for (const [code, note] of [
    ["xs[-1]", "line 1: xs[-1]: only at counts from the end, xs.at(-1)\n"],
    ['"a" in words', 'line 1: in looks for an index; words.includes("a") looks for an entry\n'],
    [
      "[...xs].sort()",
      "line 1: sort() orders numbers as texts, 10 before 9; sort((a, b) => a - b) orders them by size\n",
    ],
    [
      "xs.map((x) => { y: 2 * x })",
      "line 1: { … } after => is a block, and gives nothing; an object is in parentheses: => ({ y: … })\n",
    ],
  ] as const)
    expect(await noted(code), code).toBe(note);
  for (const code of [
    "xs[1]",
    "xs.at(-1)",
    '"length" in { length: 1 }',
    '"length" in words',
    "0 in xs",
    "some[-1]; some.sort()",
    "words.sort()",
    "exact.sort()",
    "[...xs].sort((a, b) => a - b)",
    "xs.map((x) => ({ y: x }))",
    "xs.forEach((x) => { console.assert(x > 0) })",
  ])
    expect(await noted(code), code).toBe("");
});

test("operators that mean something else in other languages", async () => {
  await text("let n = 7, lo = 2; const flags = { a: 1 };");
  for (const [code, note] of [
    ["7 // 2", "// begins a comment, and divides nothing; Math.floor(7 / 2) divides"],
    ["(n + 1) // 10", "// begins a comment, and divides nothing; Math.floor((n + 1) / 10) divides"],
    [
      "const mid = (lo + n) // 2",
      "// begins a comment, and divides nothing; Math.floor((lo + n) / 2) divides",
    ],
    ["3 ^ 2", "3 ^ 2 combines bits; 3 ** 2 is a power"],
    ["10 ^ -3", "10 ^ -3 combines bits; 10 ** -3 is a power"],
    ["const square = (x: number) => x ^ 2", "x ^ 2 combines bits; x ** 2 is a power"],
    ["(n - lo) ^ 2", "(n - lo) ^ 2 combines bits; (n - lo) ** 2 is a power"],
    ["n =+ 1", "=+ assigns +1; += adds"],
    ["n =- lo", "=- assigns -lo; -= subtracts"],
  ] as const)
    expect(await noted(code), code).toBe(`line 1: ${note}\n`);
  for (const code of [
    "const eta = 0.1 // 0.1",
    "const rate = 0.1 // 0.01",
    "const epochs = 5 // 20",
    "const layers = 20 // 5",
    "(7 + 2) // 9",
    "7 // 7",
    "2 // 7",
    "7 // 0.5",
    "7.5 // 2",
    "const seeds = 3 // 3 runs",
    "1 + 2 // 3",
    "n // 7",
    "const sum = n + lo // 9",
    "Math.max(n, lo) // 7",
    "(lo + n)",
    "n ^ 1",
    "n ^ lo",
    "flags.a ^ 2 | 1",
    "0x3 ^ 2",
    "n ^ 0xff",
    "let hash = 5; hash ^= 2",
    "n =-1",
    "n = +lo",
    "n = - lo",
    "const text = '7 // 2'",
    "const url = 'http://2'",
  ])
    expect(await noted(code), code).toBe("");
});

test.each([
  ["if (1 > 2) { 1 } elif (2 > 1) { 2 }", "else if (2 > 1) { … }"],
  ["const twice = [2 * x for x in [1, 2]]", "[1, 2].map((x) => …)"],
  ["const some = [x for x in xs if x > 1 and x < 3]", "xs.filter((x) => x > 1 && x < 3).map((x) => …)"],
  ["const all = [2 * x for x in range(10)]", "Array.from({ length: 10 }, (_, x) => …)"],
  ["for i in range(2, n):", "for (let i = 2; i < n; i++) { … }"],
  ["while True:", "while (true) { … }"],
  ["import math", "Math is there without an import: Math.sqrt(x), Math.PI"],
  ["class A { def init(self, x) { } }", "init(x) { … }"],
  ["[x for x in [[1], [2]]]", "[[1], [2]].map((x) => …)"],
  ["const big = [x for x in [1, 2] if x > 1]", "[1, 2].filter((x) => x > 1).map((x) => …)"],
  ["[x for row in rows for x in row]", "rows.flatMap((row) => …)"],
  ["[a for a in sorted(xs)]", "xs.map((a) => …)"],
  ["for i in range(0, len(xs), 2):", "for (let i = 0; i < xs.length; i += 2) { … }"],
  ["for i in range(n, 0, -1):", "for (let i = n; i > 0; i--) { … }"],
  ["for i in range(n)", "for (let i = 0; i < n; i++) { … }"],
  ["for i in range(len(xs)) {\n  console.log(i) }", "for (let i = 0; i < xs.length; i++) { … }"],
  ["for x in xs", "for (const x of xs) { … }"],
  ["for x in rows[0]\n  console.log(x)", "for (const x of rows[0]) { … }"],
  ["while n > 1\n  n = n - 1", "while (n > 1) { … }"],
  ["if x == 1 and not y\n  console.log(x)", "if (x == 1 && !y) { … }"],
  ["def f(x)\n  return x", "function f(x) { … }"],
  ["const d = {x: x ** 2 for x in xs}", "Object.fromEntries(xs.map((x) => [x, x ** 2]))"],
  [
    "const d = {k: v for k, v in rows.items() if v > 1}",
    "Object.fromEntries(Object.entries(rows).filter(([k, v]) => v > 1).map(([k, v]) => [k, v]))",
  ],
  [
    "const d = {str(i): 'n' for i in range(3)}",
    "Object.fromEntries([...Array(3).keys()].map((i) => […, …]))",
  ],
])("Python in TypeScript: %s", async (code, fix) => {
  expect(await first(code)).toContain(`this line is Python; in TypeScript: ${fix}`);
});

test.each([
  ["class P { constructor(x: number) { this.x = x } }", "declare it in the class first, x: …;"],
  [
    "const rows = [[1, 2], [3, 4]]; rows[0, 1]",
    "an entry of a list of lists is rows[i][j], of a tensor a.at(i, j)",
  ],
  ["for (const i of 10) console.log(i)", "for (let i = 0; i < n; i++) { … } counts to a number"],
  ["const draw = Math.random; draw + 1", "did you forget to call it, f()?"],
])("the fix of %s", async (code, fix) => {
  expect(await first(code)).toContain(`; ${fix}`);
});

test.each(["class S { static f() { return this.q } }", "[...3]"])(
  "nothing that would not help: %s",
  async (code) => {
    expect(await first(code)).not.toContain(";");
  },
);

test.each(["npm install lodash", "pip install numpy"])("%s", async (code) => {
  expect(await first(code)).toBe("%install PACKAGE installs a package of npm");
});

test("a constant of an earlier cell is one, not an import", async () => {
  await text("const rate = 0.1;");
  expect(await first("rate = 0.2")).toMatch(/because it is a constant; declare it by let to change it$/);
});
