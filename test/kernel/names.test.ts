/**
 * Names and functions of cells are what they are in a file that Node runs, however they are written.
 */
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, failure } = cells;

test("a function of a cell is called without a this, however its name is written", async () => {
  await text(
    `function self(this: any, ..._: unknown[]): any { return this } async function later(this: any) { return this }
     class Made { self: any; constructor() { this.self = new.target } } const selves = { self };`,
  );
  const calls = [
    "self()",
    "self?.()",
    "(self)()",
    "((self))?.()",
    "(self as any)()",
    "(self as any)?.()",
    "(<any>self)()",
    "self!()",
    "(self!)()",
    "(self satisfies Function)()",
    "self`x`",
    "(self)`x`",
    "(self as any)`y`",
    "self!`x`",
    "await later()",
    "await (later as any)()",
  ];
  for (const call of calls) expect(await text(`${call} === undefined`), call).toBe("true");
  expect(await text("selves.self() === selves && (selves.self)() === selves")).toBe("true");
  expect(
    await text("[new Made().self === Made, new (Made)().self === Made, new (Made as any)().self === Made]"),
  ).toBe("[ true, true, true ]");
});

test("names with underscores, which TypeScript escapes, are as any other", async () => {
  const names =
    "JSON.stringify([__x, __f(), new __C().y, __d, __rest, ___t, __dirname, __filename, __proto__, __sep, __E.A, __export])";
  const values = `'[1,1,2,3,{"z":4},5,"/other","file",7,"/",0,8]'`;
  expect(
    await text(`const __x = 1; function __f() { return __x } class __C { y = 2 } enum __E { A }
      const { __d, ...__rest } = { __d: 3, z: 4 } as any, ___t = 5, __dirname = "/other", __filename = "file", __export = 8;
      let __proto__ = 7; import { posix as __posix } from "node:path"; const { sep: __sep } = __posix; ${names}`),
  ).toBe(values);
  expect(await text(names)).toBe(values);
  expect(
    await text("__x + (({ __x }: { __x: number }) => __x)({ __x: 9 }) + [10].map((__x) => __x)[0]"),
  ).toBe("20");
  expect(await text("Object.keys({ __x, __proto__ }).join()")).toBe("'__x,__proto__'");
  expect(await text("let __count = 0; const __up = () => ++__count;", "__count = 5; __up()")).toBe("6");
  expect(
    await text('import { basename as __basename } from "node:path"; __basename("a/b")', '__basename("c/d")'),
  ).toBe("'d'");
});

test("a constant cannot be written to, where types are not checked either", async () => {
  await text("const fixed: any = { a: 1 }; import { sep as imported } from 'node:path';");
  const writes = [
    "fixed = 2",
    "fixed += 1",
    "fixed++",
    "--fixed",
    "[fixed] = [1]",
    "({ fixed } = { fixed: 1 })",
    "({ a: fixed } = { a: 1 })",
    "({ ...fixed } = { a: 1 })",
    "for (fixed of [1]);",
    "imported = 1",
    "const own = 1; own = 2",
    "const own = 1; (() => { own = 2 })()",
  ];
  for (const write of writes) {
    expect(await failure(`// @ts-nocheck\n${write}`), write).toMatchObject({
      ename: "TypeError",
      evalue: "Assignment to constant variable.",
    });
  }
  expect(await text("// @ts-nocheck\nfixed ??= 1; fixed.a = 2; fixed")).toBe("{ a: 2 }");
  expect(await text("// @ts-nocheck\nlet fixed = 3; fixed = 4; fixed")).toBe("4");
});

test("no message, caught or not, holds a name of ours", async () => {
  await text(`const o: any = {}, three: any = 3; const later = async () => { await null; three() };
    class Wrong { static make() { return new three() } }`);
  const messages: [code: string, message: string][] = [
    ["o.nope()", "o.nope is not a function"],
    ["o.a.b", "Cannot read properties of undefined (reading 'b')"],
    ["three()", "three is not a function"],
    ["three?.()", "three is not a function"],
    ["(three as any)()", "three is not a function"],
    ["three`x`", "three is not a function"],
    ["new three()", "three is not a constructor"],
    ["new o.a()", "o.a is not a constructor"],
    ["Wrong.make()", "three is not a constructor"],
    ["for (const x of three);", "three is not iterable"],
    ["for await (const x of three);", "three is not async iterable"],
    ["const [first] = three", "number 3 is not iterable (cannot read property Symbol(Symbol.iterator))"],
    ["[...three]", "three is not iterable"],
    ["new Map([three]).x", "Iterator value 3 is not an entry object"],
    ["(await Promise.resolve(three))()", "(intermediate value) is not a function"],
    ["await later()", "three is not a function"],
    ["(import.meta as any).nope()", "import.meta.nope is not a function"],
    ["o.a.b.c = 1", "Cannot read properties of undefined (reading 'b')"],
  ];
  for (const [code, message] of messages) {
    const checked = `// @ts-nocheck\n${code}`;
    const { evalue, traceback } = await failure(checked);
    expect(evalue.replace(/^undefined is not a function.*/, message), code).toBe(message);
    expect(traceback.join("\n"), code).not.toContain("·");
    const caught = await text(
      `// @ts-nocheck\nlet caught; try { ${code} } catch (e) { caught = e.message } String(caught)`,
    );
    expect(caught, code).not.toContain("·");
    expect(
      await text(
        `// @ts-nocheck\nlet parts; try { ${code} } catch ({ message }) { parts = message } String(parts)`,
      ),
    ).toBe(caught);
    for (const handler of [".catch((e) => e.message)", ".then(null, function (e) { return e.message })"]) {
      const promised = `// @ts-nocheck\nString(await (async () => { ${code} })()${handler})`;
      expect(await text(promised), promised).toBe(caught);
    }
  }
});

test("nor does one that reaches a handler that is named, a list of results, or another function", async () => {
  await text(`const bare: any = {}; const messageOf = (e: any) => e.message;
    class Broken { field = bare.a.b; method() { return bare.m() } get value() { return bare.v.w } *each() { yield bare.y() } }`);
  const promises =
    "[Promise.resolve().then(() => bare.x()), (async () => (await bare.q).z)(), (async () => bare.f.g)()]";
  const results = [
    `await Promise.all(${promises}.map((one) => one.catch(messageOf)))`,
    `(await Promise.allSettled(${promises})).map(({ reason }: any) => reason.message)`,
    "[() => new Broken(), () => Object.create(Broken.prototype).method(), () => Broken.prototype.value].map((f) => { try { return f() } catch (e) { return messageOf(e) } })",
    "[() => [...Object.create(Broken.prototype).each()], () => [1].map(() => bare.i()), function () { return bare`t` }].map((f) => { let e: any; try { f() } catch (x) { e = x } return e.message + e.stack })",
  ];
  for (const code of results) {
    const shown = String(await text(code));
    expect(shown, code).toMatch(/bare|undefined/);
    expect(shown, code).not.toContain("·");
  }
});

test("a let, const or class that is not come to cannot be read, a var can", async () => {
  const message = "Cannot access 'early' before initialization";
  for (const declaration of [
    "let early = 1",
    "const early = 1",
    "class early {}",
    "const { early } = { early: 1 }",
  ]) {
    const read = "const look = () => early; let said = ''; try { look() } catch (e) { said = e.message }";
    const names = declaration.replaceAll("early", `early${cells.count}`);
    const name = names.match(/early\d+/)![0];
    expect(await text(`${read.replaceAll("early", name)} ${names}; said`)).toBe(
      `"${message.replace("early", name)}"`,
    );
  }
  expect(
    await text("const lookVar = () => unset; const saw = lookVar(); var unset = 1; [saw, lookVar()]"),
  ).toBe("[ undefined, 1 ]");
  // A cell that fails before it comes to a name leaves nothing behind.
  await failure("const lookLater = () => afterwards; throw 1; let afterwards = 2");
  expect(await text("var afterwards; afterwards")).toBe(undefined);
  await failure("throw 1; const never = 2");
  expect(await text("function never() { return 3 } never()")).toBe("3");
  // One that an earlier cell declared is what it was.
  await text("const known = 1");
  expect(
    await text(
      "const lookKnown = () => known; const before = lookKnown(); const known = 2; [before, lookKnown()]",
    ),
  ).toBe("[ 1, 2 ]");
});

test("a function without a name gets that of what it is assigned to", async () => {
  await text("let named: any, later: any, pattern: any");
  const forms: [code: string, name: string][] = [
    ["named = () => 1", "named"],
    ["named = (function () {})", "named"],
    ["named = (() => 1) as any", "named"],
    ["named = class {}", "named"],
    ["later ??= () => 1", "later"],
    ["later &&= class {}", "later"],
    ["later = 0; later ||= function () {}", "later"],
    ["[pattern = () => 1] = []", "pattern"],
    ["({ pattern = class {} } = {} as any)", "pattern"],
    ["({ x: pattern = () => 1 } = {} as any)", "pattern"],
    ["const { inner = () => 1 }: any = {}", "inner"],
    ["const { x: other = () => 1 }: any = {}", "other"],
    ["const [listed = function () {}]: any = []", "listed"],
    ["const cast = (() => 1) as any", "cast"],
    ["(later) = () => 1", ""],
  ];
  for (const [code, name] of forms) {
    const variable = /named|later|pattern|inner|other|listed|cast/.exec(code)![0];
    expect(await text(`${code}; ${variable}.name`), code).toBe(`'${name}'`);
  }
});

test("a catch that takes apart what it is given leaves a variable e alone", async () => {
  expect(
    await text(
      "const e = 5",
      "let seen: any; try { throw new Error('m') } catch ({ message }: any) { seen = [message, e] }; seen",
    ),
  ).toBe("[ 'm', 5 ]");
  expect((await failure("try { throw null } catch ({ message }: any) { message }")).evalue).toBe(
    "Cannot destructure property 'message' of '.catch' as it is null.",
  );
});

test("several variables are the body of a loop", async () => {
  expect(
    await text(
      "for (let i = 0; i < 3; i++) var once = i, twice = 2 * i; do var thrice = 3, more = 4; while (false); [once!, twice!, thrice, more]",
    ),
  ).toBe("[ 2, 4, 3, 4 ]");
});

test("arguments is a name of functions only", async () => {
  expect(
    await text("%check off\n[typeof arguments, (() => typeof arguments)(), { arguments: 1 }.arguments]"),
  ).toBe("[ 'undefined', 'undefined', 1 ]");
  expect((await failure("(() => arguments)()")).evalue).toBe("arguments is not defined");
  expect(await text("function counted() { return (() => arguments.length)() } counted(1, 2)")).toBe("2");
  await text("%check on\n1");
});

test("a name of an earlier cell may be written with escapes", async () => {
  expect(await text("let \\u0061bc = 1, \\u{61}bd = 2; abc", "[\\u0061bc, \\u{61}bd, abc, abd]")).toBe(
    "[ 1, 2, 1, 2 ]",
  );
});

test("a sum of any length is compiled", async () => {
  await text("const one = 1");
  expect(await text(Array(3000).fill("one").join(" + "))).toBe("3000");
});

test("the names of what runs a cell cannot be mentioned, however they are written; others with a middle dot can", async () => {
  for (const code of [
    "let own = 1; declare const own·: any; own·.v = 2;",
    "%check off\nown; own\\u00b7.follow(() => 3);",
    "%check off\n(() => n·import('node:net'))()",
    "%check off\nown\\u{b7}",
  ])
    expect((await failure(code)).evalue).toMatch(
      /^names that begin with n· or end with · are nablab's own; choose another/,
    );
  await text("%check on\n1");
  expect(await text("const col·lecció = 5; col·lecció + 1", "col·lecció")).toBe("5");
});

test("no inner name is a property of the global object", async () => {
  const found = await text(
    `[...Object.getOwnPropertyNames(globalThis), ...Object.getOwnPropertySymbols(globalThis).map(String)]
      .filter((name) => /·|nablab/.test(name))`,
  );
  expect(found).toBe("[]");
});
