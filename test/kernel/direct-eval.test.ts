/**
 * A direct `eval` sees the names around it, as in a file that Node runs: those of cells, of functions and of blocks.
 */
import { describe, expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, failure, file } = cells;

const declared = `const secret = 42; let count = 1; function twice(x: number) { return 2 * x }
  class Made { kind = "made" } const o = { secret: 5, m() { return this === o } };`;

test.each<[code: string, value: string]>([
  ['eval("secret")', "42"],
  ['eval("count = 5"); count', "5"],
  ['const local = 1; eval("local + secret")', "43"],
  ['const g = (v: number) => { const inner = v; return eval("inner + secret + v") }; g(2)', "46"],
  ['let seen; { const secret = "inner"; seen = eval("secret") } seen', "'inner'"],
  ['((secret: number) => eval("secret + 1"))(1)', "2"],
  ['(function secret(): any { return eval("typeof secret") })()', "'function'"],
  ['eval("(() => secret)()") + eval("(secret => secret)(1)")', "43"],
  ['eval("twice(4) + new Made().kind")', "'8made'"],
  ['[eval("o.m()"), eval("o.secret"), eval("({ secret: 1 }).secret")]', "[ true, 5, 1 ]"],
  ['eval("({ secret, count, twice: 1 })")', "{ secret: 42, count: 1, twice: 1 }"],
  ['eval("[count] = [9]; ({ count } = { count: 10 }); count++; count")', "11"],
  ['eval("let secret = 1; secret")', "1"],
  ["eval(\"function twice() { return 'own' } twice()\")", "'own'"],
  ['eval("for (const secret of [1]) secret; secret")', "42"],
  ['await null; eval("secret + 1")', "43"],
  ["eval('`$' + '{secret}`')", "'42'"],
  ["eval(\"eval('secret') + (count => eval('count'))(2)\")", "44"],
  ['const late = () => eval("later"); const later = "x"; late()', "'x'"],
  ['import { readFileSync } from "node:fs"; eval("typeof readFileSync")', "'function'"],
  [
    '[(0, eval)("typeof secret"), eval?.("typeof secret"), new Function("return typeof secret")()]',
    "[ 'undefined', 'undefined', 'undefined' ]",
  ],
  ["eval(5 as any)", "5"],
  ['[(eval)("secret"), (eval as any)("secret"), eval!("secret")]', "[ 42, 42, 42 ]"],
])("%s", async (code, value) => {
  await text(declared);
  expect(await text(code)).toBe(value);
});

test("in a file, too", async () => {
  file(
    "evaluating.ts",
    "let hidden = 3; export const read = (code: string) => eval(code); export const now = () => hidden;",
  );
  expect(
    await text('import { read, now } from "./evaluating"; [read("hidden"), read("hidden = 4"), now()]'),
  ).toBe("[ 3, 4, 4 ]");
});

test("a function that is only called eval gets its text as it is written", async () => {
  await text(declared);
  expect(await text('%check off\nfunction own(eval) { return eval("secret") } own((x) => "own " + x)')).toBe(
    "'own secret'",
  );
  const block = 'let said; { const eval = (x) => x + "!"; said = eval("secret") } said';
  expect(await text(`%check off\n${block}`)).toBe("'secret!'");
});

test("a variable is not deleted", async () => {
  await text(declared);
  expect(await text('[eval("delete secret"), eval("delete (count)"), secret, count]')).toBe(
    "[ false, false, 42, 1 ]",
  );
  expect(await text('eval("delete o.secret"); "secret" in o')).toBe("false");
});

test("what is wrong in it is said as in Node", async () => {
  await text(declared);
  const evalue = async (code: string): Promise<string> => (await failure(code)).evalue;
  expect(await evalue('eval("secret = 3")')).toBe("Assignment to constant variable.");
  expect(await text("secret")).toBe("42");
  expect(await evalue('eval("nowhere")')).toBe("nowhere is not defined");
  expect(await evalue('eval("secret()")')).toBe("secret is not a function");
  expect(await evalue('eval("o.nope()")')).toBe("o.nope is not a function");
  expect(await evalue('eval("early"); let early = 1')).toBe("Cannot access 'early' before initialization");
  expect(await evalue('eval("secret +")')).toBe("Unexpected end of input");
});

test("arguments is a name of functions only", async () => {
  expect(await text('[eval("typeof arguments"), (() => eval("typeof arguments"))()]')).toBe(
    "[ 'undefined', 'undefined' ]",
  );
  expect((await failure('eval("(() => arguments)()")')).evalue).toBe("arguments is not defined");
  expect((await failure('eval("({ arguments })")')).evalue).toBe("arguments is not defined");
  expect(await text('eval("(function () { return arguments.length })(1, 2)")')).toBe("2");
  expect(
    await text('(function (...all: any[]) { return eval("arguments.length + all.length") })(1, 2)'),
  ).toBe("4");
  expect(await text('eval("({ arguments: 1, a: { arguments: 2 }.arguments })")')).toBe(
    "{ arguments: 1, a: 2 }",
  );
});

test.each<[code: string, place: string, line: string]>([
  ['eval("\\n\\n nope()")', "at eval#", "3 │  nope()"],
  ['eval("1;  secret + o.nope(secret)")', "at eval#", "1 │ 1;  secret + o.nope(secret)"],
  ['eval("for (const x of [1]) {\\n  secret; null.x }")', "at eval#", "2 │   secret; null.x }"],
  [
    'const f = () => eval("(function inner() { secret.nope() })()"); f()',
    "at inner (eval#",
    "1 │ (function inner() { secret.nope() })()",
  ],
])("a trace says the place in the text: %s", async (code, place, line) => {
  await text(declared);
  const { traceback } = await failure(code);
  expect(traceback[1]).toContain(place);
  expect(traceback[2]).toBe(line);
  // The mark is under what fails.
  const wrong = /nope|x }/.exec(line)!.index;
  expect(traceback[3]!.indexOf("^")).toBe(wrong);
  expect(traceback.at(-1)).toMatch(/^ +at cell \d+:1:\d+$/);
  expect(traceback.join()).not.toMatch(/·|eval at/);
});

test("functions say their own source, and values of statements stay what they are", async () => {
  await text(declared);
  for (const source of [
    "(function f(){ for (;;) { return secret } })",
    "(() => secret + 1)",
    '((n) => { "use strict"; while (n-- > 0) secret; return () => secret })',
    "(class A { m() { return secret } get p() { while (false) ; return 1 } })",
  ])
    expect(await text(`eval(${JSON.stringify(source)}).toString()`)).toBe(
      await text(JSON.stringify(source.slice(1, -1))),
    );
  for (const [code, value] of [
    ["let t = 0; for (const x of [1, 2]) for (const y of [1, 2]) t += x * y; t", "9"],
    ["let i = 0\ndo i++\nwhile (i < 3)\nif (i) while (i > 1) i--; else i = 0\ni", "1"],
    ["[...(function* () { yield 1; yield secret })()]", "[ 1, 42 ]"],
    ["((a, b = () => a) => ({ a, b: b() }))(1)", "{ a: 1, b: 1 }"],
    ["for (var f, k = 0; k < 1; k++) f = () => 1", "[Function: f]"],
    ['(function () { "use strict"; return this })() === undefined', "true"],
    ["outer: for (;;) { for (;;) break outer } 7", "7"],
    [`${"1 + ".repeat(5000)}(() => 1)()`, "5001"],
  ] as const)
    expect(await text(`eval(${JSON.stringify(code)})`), code).toBe(value);
});

test("comments of the reader's that look like ours stay, in texts and in functions", async () => {
  const written = "function keep() { return '/*·3·abc*/xyz' }";
  expect(await text(`eval(${JSON.stringify(`(${written})`)}).toString()`)).toBe(
    await text(JSON.stringify(written)),
  );
  expect(await text('function keep7() { return "/*·3·abc*/xyz" }\nkeep7.toString()')).toBe(
    await text(JSON.stringify('function keep7() { return "/*·3·abc*/xyz" }')),
  );
});

describe("texts that see globals only are what they are in Node, though they are guarded", () => {
  const made = "const mul = new Function('a', 'b', 'for (;;) return a * b');";
  test.each<[code: string, value: string]>([
    ["mul(3, 4)", "12"],
    ["mul.toString()", "'function anonymous(a,b\\n) {\\nfor (;;) return a * b\\n}'"],
    [
      "[mul.name, mul.length, mul instanceof Function, mul.constructor === Function]",
      "[ 'anonymous', 2, true, true ]",
    ],
    [
      "[Function.name, Function.length, Function.prototype.constructor === Function, Function]",
      "[ 'Function', 1, true, [Function: Function] ]",
    ],
    [
      "new Function('return [typeof anonymous, this === globalThis, arguments.length]')(1)",
      "[ 'undefined', true, 1 ]",
    ],
    ["new Function('\"use strict\"; return this === undefined')()", "true"],
    ["new Function('...xs', 'return eval(\"xs.length\")')(1, 2)", "2"],
    ["new Function('a = () => { for (;;) break; return 4 }', 'return a() // end')()", "4"],
    [
      "class Sum extends Function { constructor() { super('n', 'let s = 0; for (let i = 0; i < n; i++) s += i; return s') } twice(n: number) { return 2 * this(n) } }; const sum = new Sum(); [sum(4), sum.twice(4), sum instanceof Sum]",
      "[ 6, 12, true ]",
    ],
    ["(0, eval)('var ofAll = 3; let sum = 0; for (let i = 0; i < ofAll; i++) sum += i; sum')", "3"],
    [
      "(0, eval)('(function named() { for (;;) return arguments.length })').toString()",
      "'function named() { for (;;) return arguments.length }'",
    ],
    ["[...new ((function* () {}).constructor as any)('yield* [1, 2]')()]", "[ 1, 2 ]"],
    ["await new ((async () => {}).constructor as any)('return await 5')()", "5"],
  ])("%s", async (code, value) => expect(await text(`${made} ${code}`)).toBe(value));

  test("what is wrong in them is said as in Node", async () => {
    const evalue = async (code: string): Promise<string> => (await failure(code)).evalue;
    expect(await evalue("new Function('return (')")).toBe("Unexpected token '}'");
    expect(await evalue("new Function('/*', '*/){')")).toBe("Unexpected end of arg string");
    expect(await evalue("(0, eval)('for (;;) {')")).toBe("Unexpected end of input");
    expect(await evalue("new Function('for (;;) null.x')()")).toBe(
      "Cannot read properties of null (reading 'x')",
    );
    expect(await evalue("(0, eval)('arguments')")).toBe("arguments is not defined");
  });
});
