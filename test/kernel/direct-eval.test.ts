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

  test("Function and its relatives are Node's own, and nothing more is listed", async () => {
    expect(
      await text(
        "[Function, (async () => {}).constructor, (function* () {}).constructor, (async function* () {}).constructor].map(String)",
      ),
    ).toBe(
      "[\n  'function Function() { [native code] }',\n  'function AsyncFunction() { [native code] }',\n  'function GeneratorFunction() { [native code] }',\n  'function AsyncGeneratorFunction() { [native code] }'\n]",
    );
    expect(
      await text(
        'import vm from "node:vm"; [Function === (() => 1).constructor, Object.getOwnPropertyNames(Function).join(), vm.runInThisContext("Function") === Function]',
      ),
    ).toBe("[ true, 'length,name,prototype', true ]");
  });

  test("a library's function imports as in Node, and one of a cell keeps what import says", async () => {
    file("node_modules/imports/index.js", 'exports.load = new Function("s", "return import(s)")');
    file("node_modules/imports/node_modules/beside/index.js", "exports.whose = 'library'");
    file("node_modules/beside/index.js", "exports.whose = 'folder'");
    const load = "const { load } = require('imports') as any; (await load('beside')).default.whose";
    expect(await text(load)).toBe("'library'");
    expect(
      await text("await new Function('s', 'for (;;) return import(s)')('node:fs').catch((e: any) => e.code)"),
    ).toBe("'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING'");
  });

  test("traces say lines as Node counts them, and no file of ours", async () => {
    const stack = (made: string): string =>
      `(() => { try { ${made} } catch (e: any) { return e.stack.split("\\n").slice(1).join("|") } })()`;
    const looped = String(await text(stack(String.raw`new Function("for (;;) {\n  null.x }")()`)));
    expect(looped).toMatch(/at eval#\d+:4:8\|/);
    const plain = String(await text(stack(String.raw`new Function("\nreturn null.x")()`)));
    expect(plain).toMatch(/<anonymous>:4:13\)\|/);
    const named = String(
      await text(stack(String.raw`new Function("for (;;)\n  null.x\n//# sourceURL=mine.js")()`)),
    );
    expect(named).toMatch(/mine\.js:4:/);
    const wrong = String(await text(stack(`new Function("for (;;) (")`)));
    expect(wrong).toMatch(/^' {4}at new Function \(<anonymous>\)\| {4}at cell /);
    for (const one of [looped, plain, named, wrong]) expect(one).not.toMatch(/nablab|global-texts/);
  });

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

describe("guards change nothing in texts", () => {
  test.each<[code: string, value: string]>([
    // A line that began with a bracket would call the line before.
    [String.raw`eval("let a = 1\nnew Promise(r => r(1))\na")`, "1"],
    [String.raw`(0, eval)("var qa = 1\nnew Promise(r => r(1))\nqa")`, "1"],
    [
      String.raw`new Function("c", "var cb = c\nnew Promise(r => r(1))\nreturn typeof cb")(Math.abs)`,
      "'function'",
    ],
    [String.raw`new Function("const f = x => x\nnew Promise(r => r(1))\nreturn f(3)")()`, "3"],
    ["await eval('new Promise(r => r(7))')", "7"],
    ["eval('try { new Promise } catch (e) { e.message }')", "'Promise resolver undefined is not a function'"],
    // What a statement is worth.
    ["[eval(`try { JSON.parse('{') } catch (e) {}`)]", "[ undefined ]"],
    ['[(0, eval)("1; try { throw 1 } catch {}")]', "[ undefined ]"],
    ['eval("try { 1 } finally { 2 }")', "1"],
    ['eval("try { throw 1 } catch { 3 }")', "3"],
    ['eval("for (const i of [4, 5]) { i }")', "5"],
    // An object in a `with` is asked for names of the text alone.
    [
      `const asked: string[] = []; new Function("o", "with (o) { for (let i = 0; i < 1; i++) { try { throw x } catch (e) {} } }")(new Proxy({}, { has: (_, k) => { if (typeof k === "string") asked.push(k); return true }, get: () => undefined })); asked`,
      "[ 'x' ]",
    ],
    [
      "// @ts-nocheck\nconst asked = []; with (new Proxy({}, { has: (_, k) => { asked.push(String(k)); return false } })) { for (let i = 0; i < 1; i++) { try { throw 1 } catch { } finally { } } (() => 5)(); (async () => { await 1 })(); new Promise((r) => r()) }\nasked",
      "[ 'Promise' ]",
    ],
    // Where texts may begin and end.
    ['new Function("--> hi\\nreturn 5")()', "5"],
    ['new Function("<!-- hi\\nfor (;;) return 5")()', "5"],
    ['(0, eval)("#!x\\nfor (;;) break; 5")', "5"],
    ["[new Function('\"use strict\"\\nfor (;;) return this')()]", "[ undefined ]"],
    ["new Function(...['a', 'b'], 'while (1) return [a, b, eval(\"a + b\")]')(1, 2)", "[ 1, 2, 3 ]"],
    ["new Function('x', 'for (;;) return new Function(\"for (;;) return 8\")() + x')(1)", "9"],
    ["const of = (Function: any) => Function('for (;;) ;'); of((text: string) => text)", "'for (;;) ;'"],
    ["Reflect.construct(Function, ['for (;;) return 1'])()", "1"],
  ])("%s", async (code, value) => expect(await text(code)).toBe(value));

  test("a cell that ends in try shows nothing", async () => {
    expect(await text("try { throw 1 } catch { }")).toBeUndefined();
    expect(await text("try { 5 } catch { 6 }")).toBeUndefined();
  });

  test("a text that holds nothing to guard is V8's alone", async () => {
    const made = "new Function('d', 'return {a: d[0]}').toString()";
    expect(await text(made)).toBe("'function anonymous(d\\n) {\\nreturn {a: d[0]}\\n}'");
    const inner = "vm.runInNewContext('Function.prototype.toString').call(f)";
    expect(await text(`import vm from "node:vm"; const f = new Function('if_ = 1'); ${inner}`)).toBe(
      "'function anonymous(\\n) {\\nif_ = 1\\n}'",
    );
  });
});
