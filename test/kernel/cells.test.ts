/**
 * What TypeScript means in cells: names that live on, everything a module may hold, errors with their lines, and
 * a stop that stops. Without sockets, from an empty folder.
 */
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCells, stopper, whenBegun } from "./cells.js";

const cells = openCells();
const { text, failure, printed, file } = cells;

describe("names live on", () => {
  test("a function sees what a later cell assigns", async () => {
    expect(await text("let cnt = 0; function inc() { cnt++; return cnt }; inc()", "cnt = 100; inc()")).toBe(
      "101",
    );
  });

  test("so do classes, arrow functions, generators, getters and timers", async () => {
    await text(`let seen = 1;
      class Looks { static at = () => seen; look() { return seen } get now() { return seen } #p = () => seen; p() { return this.#p() } }
      const arrow = () => seen; function* generator() { while (true) yield seen }
      let ticked = 0; const timer = setInterval(() => { ticked = seen }, 1);`);
    expect(
      await text(`seen = 2; const looks = new Looks();
        await new Promise((go) => setTimeout(go, 30)); clearInterval(timer);
        [Looks.at(), looks.look(), looks.now, looks.p(), arrow(), generator().next().value, ticked].join()`),
    ).toBe("'2,2,2,2,2,2,2'");
  });

  test("a cell's own declarations, assignments and patterns are what a later cell sees", async () => {
    await text("let a1 = 1, { b1, c1: [d1 = 4, ...e1], ...f1 } = { b1: 2, c1: [undefined, 5, 6], g1: 7 };");
    expect(await text("[a1, b1, d1, e1, f1]")).toBe("[ 1, 2, 4, [ 5, 6 ], { g1: 7 } ]");
    expect(await text("[a1, b1] = [b1, a1]; ({ a1: d1 } = { a1: 9 })", "[a1, b1, d1]")).toBe("[ 2, 1, 9 ]");
    expect(await text("({ a1, nested: { b1 } } = { a1: 3, nested: { b1: 4 } })", "({ a1, b1 })")).toBe(
      "{ a1: 3, b1: 4 }",
    );
    expect(await text("for (var k1 = 0; k1 < 3; k1++); if (k1) { var l1 = k1 }", "[k1, l1]")).toBe(
      "[ 3, 3 ]",
    );
    expect(
      await text("for (var [m1, n1] of [[1, 2], [3, 4]]);", "const o1 = () => m1; m1 = 8; [o1(), n1]"),
    ).toBe("[ 8, 4 ]");
  });

  test("a name of an inner scope is another name", async () => {
    await text("let same = 'outer'; const same2 = 'outer';");
    const inner = `[((same: string) => same)("parameter"), (() => { const same = "local"; return { same }.same })(),
      [1].map((same) => same)[0], { same: "property" }.same, (function same() { return typeof same })(), same]`;
    expect(await text(`${inner}.join()`)).toBe("'parameter,local,1,property,function,outer'");
    expect(await text("let p2 = { same2: 1 }; const { same2: renamed } = p2; [renamed, same2]")).toBe(
      "[ 1, 'outer' ]",
    );
  });

  test("any name may be declared anew, as anything", async () => {
    expect(
      await text(
        "const x = 1",
        "const x = 'one'; x",
        "function x() { return 2 } x()",
        "class x { y = 3 } new x().y",
      ),
    ).toBe("3");
    expect(
      await text("import { sep as x } from 'node:path'; x", "let x = 4; x", "enum x { y = 5 } x.y"),
    ).toBe("5");
    expect(await text("const y = 1; const twiceY = () => 2 * y;", "const y = 21;", "twiceY()")).toBe("42");
    expect(await failure("const x: number = 1; x.nothing")).toMatchObject({ ename: "TypeScriptError" });
  });

  test("a cell that fails keeps what it came to, and what was there before", async () => {
    await text("let kept = 1; const old = 'old';");
    await cells.run("kept = 2; const fresh = 3; throw new Error(); const old = 4;");
    expect(await text("[kept, fresh, old.length]")).toBe("[ 2, 3, 3 ]");
  });

  test("names of ours and names of JavaScript are free to use", async () => {
    expect(
      await text(
        "const stop = 1, check = 2, bind = 3, after = await 4, meta = 5, module = 6, scope = 7, exports = 8; [stop, check, bind, after, meta, module, scope, exports].join('')",
      ),
    ).toBe("'12345678'");
    expect(await text("const Date = 1, URL = 2; [Date, URL, globalThis.URL === (URL as any)]")).toBe(
      "[ 1, 2, false ]",
    );
  });

  test("a promise that is not awaited is shown as one, and there is no this", async () => {
    expect(await text("new Promise(() => {})")).toBe("Promise { <pending> }  did you forget await?");
    expect(await text("typeof this")).toBe("'undefined'");
  });

  test("a function is called without a this, and is named after its variable", async () => {
    await text("function self(this: unknown) { return this } const named = () => 1, cls = class {};");
    expect(await text("[self(), self?.(), named.name, cls.name]")).toBe(
      "[ undefined, undefined, 'named', 'cls' ]",
    );
  });
});

describe("TypeScript", () => {
  test("await, for await, import() at the top", async () => {
    expect(
      await text("for await (const x of (async function* () { yield 1 })()) console.log(x)"),
    ).toBeUndefined();
    expect(printed()).toBe("1\n");
    expect(await text('const { sep } = await import("node:path"); sep')).toBe(
      JSON.stringify(path.sep).replaceAll('"', "'"),
    );
    expect(await text('(await import("nablab")).tensor([1, 2]).size')).toBe("2");
  });

  test("packages that are ECMAScript modules only, and packages in CommonJS", async () => {
    file(
      "node_modules/only-esm/package.json",
      '{ "name": "only-esm", "exports": { "import": "./index.js" }, "type": "module" }',
    );
    file(
      "node_modules/only-esm/index.js",
      "export const one = await Promise.resolve(1); export default () => 'default';",
    );
    file("node_modules/common/package.json", '{ "name": "common", "main": "index.js" }');
    file(
      "node_modules/common/index.js",
      "module.exports = Object.assign(() => 'called', { ['na' + 'me2']: 2 });",
    );
    file("node_modules/compiled/package.json", '{ "name": "compiled" }');
    file("node_modules/compiled/index.js", "exports.__esModule = true; exports.default = 'the default';");
    expect(await text('import made, { one } from "only-esm"; [one, made()]')).toBe("[ 1, 'default' ]");
    expect(await text('import common, { name2 } from "common"; [common(), name2]')).toBe("[ 'called', 2 ]");
    expect(await text('import compiled from "compiled"; compiled')).toBe("'the default'");
    expect(await text('require("common")()')).toBe("'called'");
  });

  test("local files, with and without their ending, JSON, and files that import one another", async () => {
    file("lib/data.json", '{ "rows": [1, 2, 3] }');
    file(
      "lib/sum.ts",
      'import data from "./data.json"; export const sum = data.rows.reduce((a, b) => a + b);',
    );
    file(
      "lib/index.ts",
      'export * from "./sum.js"; export { sum as total } from "./sum"; export default class Lib {}',
    );
    expect(await text('import { sum } from "./lib/sum"; sum')).toBe("6");
    expect(await text('import { sum as again } from "./lib/sum.ts"; again')).toBe("6");
    expect(
      await text('import Lib, * as lib from "./lib"; [lib.total, lib.sum, new Lib().constructor.name]'),
    ).toBe("[ 6, 6, 'Lib' ]");
    expect(await text('import data from "./lib/data.json"; data.rows.length')).toBe("3");
    expect(await text('const file = "./lib/sum" + ".ts"; (await import(file)).sum')).toBe("6");
  });

  test("files that import each other in a circle, and state that a file keeps", async () => {
    file(
      "circle-a.ts",
      'import { b } from "./circle-b"; export const a = () => b() + 1; export let n = 0; export const up = () => ++n;',
    );
    file(
      "circle-b.ts",
      'import { a } from "./circle-a"; export const b = () => 1; export const viaA = () => a();',
    );
    expect(
      await text(
        'import { a, n, up } from "./circle-a"; import { viaA } from "./circle-b"; up(); [a(), viaA(), n]',
      ),
    ).toBe("[ 2, 2, 1 ]");
    expect(await text('up(); import { n as now } from "./circle-a"; [n, now]')).toBe("[ 2, 2 ]");
  });

  test("an edited file is read anew, also when another file imports it", async () => {
    file("inner.ts", "export const value: number = 1;");
    file("outer.ts", 'import { value } from "./inner"; export const twice = 2 * value;');
    expect(await text('import { twice } from "./outer"; twice')).toBe("2");
    file("inner.ts", "export const value: number = 50; // edited");
    expect(await text('import { twice } from "./outer"; twice')).toBe("100");
    file("numbers.json", "[1, 2]");
    file("counts.ts", 'import numbers from "./numbers.json"; export const count = numbers.length;');
    expect(await text('import { count } from "./counts"; count')).toBe("2");
    file("numbers.json", "[1, 2, 3]");
    expect(await text('import { count } from "./counts"; count')).toBe("3");
  });

  test("a type error in a file that a cell imports is said with its place", async () => {
    file("bad.ts", 'export const fine = 1;\nexport const n: number = "text";');
    const { evalue, traceback } = await failure('import { fine } from "./bad"; fine');
    expect(evalue).toBe(
      "TS2322: Type 'string' is not assignable to type 'number'; Number(text) makes a number of it (bad.ts:2)",
    );
    expect(traceback[1]).toBe('2 │ export const n: number = "text";');
    expect(await text("1")).toBe("1");
  });

  test("export, namespaces, enums, generics, overloads, abstract classes", async () => {
    expect(
      await text(
        "export const exported = 1; export function twice(x: number) { return 2 * x }",
        "twice(exported)",
      ),
    ).toBe("2");
    await text(`namespace Shapes { export const sides = 4; export interface Square { a: number } export const area = (s: Square) => s.a ** 2 }
      enum Color { Red = 1, Blue = Red << 2 } const enum Fast { Yes = 7 }
      function first<T>(list: T[]): T { return list[0]! }
      function over(a: string): string; function over(a: number): number; function over(a: any) { return a }
      abstract class Base { abstract name(): string; hello() { return "hello " + this.name() } }`);
    expect(
      await text(`const square: Shapes.Square = { a: 3 };
        class Derived extends Base { name() { return "d" } }
        [Shapes.area(square), Color.Blue, Color[1], Fast.Yes, first([over("o")]), new Derived().hello()].join()`),
    ).toBe("'9,4,Red,7,o,hello d'");
  });

  test("interfaces and types of earlier cells, and of cells whose types cannot be written down", async () => {
    await text("interface Point { x: number } type Pair<T> = [T, T];");
    expect(await text("const points: Pair<Point> = [{ x: 1 }, { x: 2 }]; points.length")).toBe("2");
    await text("function hidden() { class Hidden { private secret = 1; shown = 2 } return new Hidden() }");
    expect(await text("hidden().shown.toFixed(1)")).toBe("'2.0'");
    expect(await failure("hidden().secret")).toMatchObject({ evalue: expect.stringContaining("TS2341") });
  });

  test("declare global is for later cells too", async () => {
    await text(
      "declare global { interface Array<T> { third(): T } } Array.prototype.third = function () { return this[2] }",
    );
    expect(await text("[1, 2, 3].third()")).toBe("3");
  });

  test("standard decorators and using", async () => {
    expect(
      await text(`function shout(method: () => string, _: ClassMethodDecoratorContext) { return function (this: object) { return method.call(this) + "!" } }
        class Decorated { @shout hello() { return "hello" } }
        new Decorated().hello()`),
    ).toBe("'hello!'");
    await text('{ using thing = { [Symbol.dispose]() { console.log("gone") } }; console.log("here") }');
    expect(printed()).toBe("here\ngone\n");
    expect(await text('using whole = { v: 1, [Symbol.dispose]() { console.log("end") } }; whole.v')).toBe(
      "1",
    );
    expect(printed()).toBe("end\n");
  });

  test("// @ts-nocheck is for a cell, %check for the session", async () => {
    expect(await text("// @ts-nocheck\nconst wrong: number = 'a'; wrong")).toBe("'a'");
    expect(await cells.run("const wrong: number = 'a'")).toMatchObject({ ename: "TypeScriptError" });
    // It counts before all code.
    for (const code of [
      "const late: number = 'a' // @ts-nocheck",
      "1;\n// @ts-nocheck\nconst late: number = 'a'",
    ])
      expect(await cells.run(code), code).toMatchObject({ ename: "TypeScriptError" });
    expect(await text("/* of */ // ours\n// @ts-nocheck\nconst early: number = 'a'; early")).toBe("'a'");
    expect(await text("%check off\nconst off: number = 'b'; off", "const off2: number = off; off2")).toBe(
      "'b'",
    );
    expect(await cells.run("%check on\nconst on: number = 'c'")).toMatchObject({ ename: "TypeScriptError" });
    expect(cells.session.isComplete("%check off\n1").status).toBe("complete");
  });

  test("import { display } from tslab, as old notebooks have it", async () => {
    await text('import { display } from "tslab"; display.html("<b>old</b>")');
    expect(cells.outputs).toMatchObject([{ type: "display_data", data: { "text/html": "<b>old</b>" } }]);
  });
});

describe("errors at run time", () => {
  test("the line of the cell that declared the function, and of the one that called it", async () => {
    await text("type Far = { y?: { z: number } };\n\nfunction deep(x: Far) {\n\treturn x.y.z;\n}");
    const { traceback } = await failure("const about: string = 'it';\ndeep({});");
    expect(traceback).toEqual([
      "TypeError: Cannot read properties of undefined (reading 'z')",
      `    at deep (cell ${cells.count - 1}:4:13)`,
      "4 │ \treturn x.y.z;",
      "  │ \t           ^",
      `    at cell ${cells.count}:2:1`,
    ]);
  });

  test("in a file, in a stack that is printed, in a timer", async () => {
    file(
      "fails.ts",
      "export interface Unused {}\n\nexport function fail(): never {\n  throw new Error('from a file');\n}",
    );
    const { traceback } = await failure('import { fail } from "./fails";\nfail()');
    expect(traceback[1]).toMatch(/ {4}at fail \(.*fails\.ts:4:9\)/);
    expect(traceback[2]).toBe("4 │   throw new Error('from a file');");
    await text("interface Gone {}\nconsole.log(new Error('seen').stack)");
    expect(printed()).toContain(`cell ${cells.count}:2:13`);
    await text(
      "\nsetTimeout(() => {\n  throw new Error('late');\n}, 1); await new Promise((go) => setTimeout(go, 30))",
    );
    expect(stripVTControlCharacters(printed())).toContain("3 │   throw new Error('late');");
  });

  test("a stack ends with the cell, also of an error that is shown", async () => {
    expect(await text("new Error('shown')")).toBe(`Error: shown\n    at cell ${cells.count}:1:1`);
  });

  test("what is not finished is said at its end", async () => {
    for (const code of ["const a =", "function f( {", "`abc", "/* c"])
      expect(await cells.run(code)).toMatchObject({ ename: "TypeScriptError" });
    expect((await failure("[1,\n2")).evalue).toBe("TS1005: ']' expected. (line 2)");
  });

  test("a name that a module does not export, where types say nothing", async () => {
    file("untyped.mjs", "export const there = 1;");
    expect(await failure('import { there, missing } from "./untyped.mjs"')).toMatchObject({
      ename: "SyntaxError",
      evalue: 'import: the module exports no "missing"',
    });
  });

  test("an error of the parser has its place too", async () => {
    expect(await failure("const a = ;")).toMatchObject({
      ename: "TypeScriptError",
      evalue: "TS1109: Expression expected. (line 1)",
    });
  });
});

describe("stop", () => {
  let worker: Worker;
  beforeAll(() => {
    worker = stopper();
  });
  afterAll(async () => void (await worker.terminate()));

  /** A cell that would go on for ever ends by a stop that is pressed once it runs, and names live on. */
  const stops = async (code: string, press: () => void): Promise<void> => {
    await text("let survivor = 'alive'");
    const stopped = await cells.run(whenBegun(code, press));
    expect(stopped).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
    expect(await text("survivor")).toBe("'alive'");
  };
  const interrupt = (): void => cells.session.interrupt();
  const press = (): void => void setTimeout(interrupt, 20);
  /** As the sockets' thread does it, while no message is received. */
  const pressFromThread = (code: string): Promise<void> => stops(code, () => worker.postMessage(50));

  test("a promise that never settles", () => stops("await new Promise(() => {})", press));
  test("a sleep", () => stops("await new Promise((go) => setTimeout(go, 60_000))", press));
  test("a loop of awaits", () => stops("while (true) await new Promise((go) => setTimeout(go, 1))", press));
  test("a loop", () => pressFromThread("let turns = 0; while (true) turns++"));
  test("a loop after an await", () => pressFromThread("await null; for (;;);"));
  test("a loop in a function of another cell, after an await", async () => {
    await text("function spin() { do {} while (true) }");
    await pressFromThread("await null; spin()");
    await text("for (let i = 0; i < 10; i++);");
  });
  test("a loop in a file, after an await", async () => {
    file("spins.ts", "export function spin() { while (true) {} }");
    await pressFromThread('import { spin } from "./spins"; await null; spin()');
  });
  test("a loop that swallows errors", () =>
    pressFromThread("await null; while (true) { try { while (true) {} } catch {} }"));

  test("nothing of a stopped cell goes on", async () => {
    setTimeout(interrupt, 30);
    await cells.run("let went = 0; while (true) { await new Promise((go) => setTimeout(go, 5)); went++ }");
    const went = await text("went");
    await text("await new Promise((go) => setTimeout(go, 50))");
    expect(await text("went")).toBe(went);
    setTimeout(interrupt, 10);
    await cells.run("let wentOn = false; await new Promise((go) => setTimeout(go, 40)); wentOn = true");
    await text("await new Promise((go) => setTimeout(go, 80))");
    expect(await text("wentOn")).toBe("false");
  });

  test("SIGINT ends what a cell calls before its first await", async () => {
    if (process.platform === "win32") return; // there is no signal to send to oneself
    const source = `require("node:worker_threads").parentPort.on("message", () =>
      setTimeout(() => process.kill(process.pid, "SIGINT"), 50))`;
    const sender = new Worker(source, { eval: true });
    await stops("/(a+)+b/.test('a'.repeat(40))", () => sender.postMessage("now"));
    await sender.terminate();
  });
});

describe("completion and hover", () => {
  const names = (code: string, at = code.length): string[] =>
    cells.session.complete(code, at).entries.map(({ name }) => name);

  test("names of earlier cells, members, properties, modules, texts", async () => {
    await text(
      'import { tensor } from "nablab"; let learningRate = 0.1; const settings = { epochs: 3, batch: "small" as "small" | "large" }; class Momentum { velocity = 0 }',
    );
    // The second is an export of nablab.
    expect(names("learn")).toEqual(["learningRate", "learningRateRange"]);
    expect(names("settings.")).toEqual(expect.arrayContaining(["epochs", "batch"]));
    expect(names("new Momentum().vel")).toEqual(["velocity"]);
    expect(names("tensor([1]).mat")).toContain("matmul");
    expect(names('settings.batch = "')).toEqual(["small", "large"]);
    expect(names("Math.sqr")[0]).toBe("sqrt");
    expect(names("const inCell = 1; inC")[0]).toBe("inCell");
    const { start, end } = cells.session.complete("1 + learn", 9);
    expect([start, end]).toEqual([4, 9]);
  });

  test("types and documentation", async () => {
    await text(
      "/** How fast. */\nlet rate: number = 1;\n/** Doubles. */\nfunction twiceOf(x: number) { return 2 * x }",
    );
    const hover = (code: string, at: number): string =>
      [
        ...(cells.session.inspect(code, at)?.displayParts ?? []),
        ...(cells.session.inspect(code, at)?.documentation ?? []),
      ]
        .map((part) => part.text)
        .join("");
    expect(hover("rate + 1", 2)).toMatch(/rate: number[\s\S]*How fast\./);
    expect(hover("twiceOf(1)", 2)).toMatch(/twiceOf\(x: number\): number[\s\S]*Doubles\./);
    expect(hover("Math.max(1)", 6)).toMatch(/max\(.*number[\s\S]*larger/);
    expect(cells.session.inspect("   ", 1)).toBeUndefined();
  });

  test("are answered while a cell awaits", async () => {
    const running = cells.run("const during = 1; await new Promise((go) => setTimeout(go, 60)); during");
    await new Promise((go) => setTimeout(go, 10));
    expect(names("settings.epo")).toEqual(["epochs"]);
    expect(await running).toMatchObject({ status: "ok", result: { data: { "text/plain": "1" } } });
  });
});
