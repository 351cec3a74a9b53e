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
