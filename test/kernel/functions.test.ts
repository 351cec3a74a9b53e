/**
 * The source of a cell's function is the reader's own, and runs wherever it is sent.
 */
import { spawnSync } from "node:child_process";
import vm from "node:vm";
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text, file, failure } = cells;

/** What `toString` says of the value of an expression, as JSON from the session. */
async function source(...codes: string[]): Promise<string> {
  await text(...codes.slice(0, -1), `(globalThis as any).shown = String(${codes.at(-1)!})`);
  return (globalThis as unknown as { shown: string }).shown;
}

test("a function without types says what was written, to the letter", async () => {
  const written = [
    "x=>x*x",
    "(x,  y) => { /* sum */ return Math.max(x,y)  ; }",
    "async(a)=>{await a}",
    "function  named ( a ){ for(let i=0;i<3;i++)a( ) }",
    "function*(){ yield 1; yield* [2] }",
    "async function* numbers() { for await (const x of []) yield x }",
    "(f = () => Math.max(1), g = function () { return f() }) => f(g)",
    "n => ({ n, twice: Math.max(n) })",
    "(n) => (Math.max(n), n)",
    "() => () => Math.max()",
    'function () { "use strict"; return this.x() }',
    "class A { #x = 1; static y = 2; get x() { return this.#x } m() { return Math.max(...[this.#x]) } }",
    "class {}",
    "class extends Array { constructor() { super(); this.push(1) } }",
    "() => { try { Math.max() } catch (e) { console.log(e) } finally { } }",
    "() => { try { Math.max() } catch ({ message }) { console.log(message) } }",
  ];
  for (const code of written) {
    expect(
      await source(
        `// @ts-nocheck\nconst it${written.indexOf(code)} = ${code}`,
        `it${written.indexOf(code)}`,
      ),
    ).toBe(code);
  }
  expect(await source("function declared(){return  Math.max(1)}", "declared")).toBe(
    "function declared(){return  Math.max(1)}",
  );
  expect(await source("export async  function exported(){await  1}", "exported")).toBe(
    "async  function exported(){await  1}",
  );
  expect(await source("export default class  Given{m( ){}}", "Given")).toBe("class  Given{m( ){}}");
});

test("methods and accessors say theirs", async () => {
  await text(
    `class Has { static  s(){ return Math.max(1) } async  am(){ await 1 } *g(){ yield  1 } get v(){ return Math.min(1) } ["com"+"puted"](){ return  1 } }
     const literal = { m( ){ return  Math.max(1) }, async *n(){ yield  1 }, get v(){ return  1 } }; const has: any = Has.prototype;`,
  );
  expect(await source("Has.s")).toBe("s(){ return Math.max(1) }");
  expect(await source("has.am")).toBe("async  am(){ await 1 }");
  expect(await source("has.g")).toBe("*g(){ yield  1 }");
  expect(await source("has.computed")).toBe('["com"+"puted"](){ return  1 }');
  expect(await source('Object.getOwnPropertyDescriptor(has, "v")!.get')).toBe(
    "get v(){ return Math.min(1) }",
  );
  expect(await source("literal.m")).toBe("m( ){ return  Math.max(1) }");
  expect(await source("literal.n")).toBe("async *n(){ yield  1 }");
});

test("types are left out", async () => {
  expect(
    await source(
      "function typed<T extends object>(this: void, x: T, y?: number, ...z: any[]): T { const a = x as any satisfies T; return <T>a! }",
      "typed",
    ),
  ).toBe("function typed(x, y, ...z) { const a = x; return a; }");
  expect(
    await source(
      "class Typed { private readonly x: number = 1; constructor(public y: string) {} m?(): void; n(a: number): number { return Math.abs(a) } }",
      "Typed.prototype.n",
    ),
  ).toBe("n(a) { return Math.abs(a); }");
  expect(await source("enum Level { Low } const low = (): Level => Level.Low.valueOf();", "low")).toBe(
    "() => Level.Low.valueOf()",
  );
});

test("what was sent on runs in other realms and programs", async () => {
  await text(
    `const work = (n: number) => { let sum = 0; for (let i = 0; i < n; i++) sum += Math.abs(i); return sum };
     async function slow(n: number) { await null; return work2(n) } function work2(n: number): number { return n < 2 ? n : work2(n - 1) + work2(n - 2) }
     const risky = () => { try { (null as any).x() } catch (e) { return (e as Error).name } }`,
  );
  expect(await text('new Function("return (" + work + ")(10)")()')).toBe("45");
  expect(await text('(0, eval)("(" + work + ")(10)")')).toBe("45");
  expect(vm.runInNewContext(`(${await source("work")})(10)`)).toBe(45);
  expect(vm.runInNewContext(`(${await source("risky")})()`)).toBe("TypeError");
  const program = `${await source("slow")}; ${await source("work2")}; slow(10).then(console.log)`;
  expect(spawnSync(process.execPath, ["-e", program], { encoding: "utf8" }).stdout).toBe("55\n");
  expect(
    await text(`import { Worker } from "node:worker_threads";
      const worker = new Worker(\`const { parentPort } = require("node:worker_threads"); parentPort.postMessage((\${work})(10))\`, { eval: true });
      await new Promise((done) => worker.once("message", done))`),
  ).toBe("45");
});

test("scripts of node:vm are Node's own: their traces, names and contexts", async () => {
  await text(`import vm from "node:vm"; const own = vm.createContext({})`);
  const { traceback } = await failure("const line = 1;\nvm.runInThisContext('null.x', 'script.js')");
  expect(traceback.join("\n")).toMatch(/script\.js:1/);
  expect(traceback.join("\n")).toMatch(/:2:4/); // the cell's line
  expect(
    await text(
      "[vm.createContext.length, vm.Script.prototype.runInContext.length, String(vm.runInContext).includes('runInContext')]",
    ),
  ).toBe("[ 0, 2, true ]");
  expect(
    await text(
      "vm.runInContext('Function.prototype.toString = () => `mine`', own); vm.createContext(own); vm.runInContext('String(() => 1)', own)",
    ),
  ).toBe("'mine'");
  expect(
    await text("vm.runInContext('Object.freeze(Function.prototype)', own); vm.createContext(own) === own"),
  ).toBe("true");
});

test("functions of a file that a cell imports say theirs", async () => {
  file(
    "functions.ts",
    "export const inFile = (x) => {  return  Math.max(x) };\nexport default function  () { return inFile(1) }",
  );
  await text('import given, { inFile } from "./functions"; given()');
  expect(await source("inFile")).toBe("(x) => {  return  Math.max(x) }");
  expect(await source("given")).toBe("function  () { return inFile(1) }");
  expect(await text("given.name")).toBe("'default'");
});

test("other functions, and toString itself, are as they were", async () => {
  expect(await text("Math.max.toString()")).toBe("'function max() { [native code] }'");
  expect(await text("Function.prototype.toString.toString()")).toBe(
    "'function toString() { [native code] }'",
  );
  expect(await text("Function.prototype.toString.name + Function.prototype.toString.length")).toBe(
    "'toString0'",
  );
  expect(await failure("Function.prototype.toString.call({})")).toMatch(/requires that 'this' be a Function/);
  async function failure(code: string): Promise<string> {
    return (await cells.failure(code)).evalue;
  }
});

test("comments of a reader's that look like marks are theirs", async () => {
  const source = 'function marked() { return "/*·0.0*/" + "/*·1.0*/"; }';
  expect(await text(source, `marked.toString() === ${JSON.stringify(source)}`)).toBe("true");
  const { evalue } = await failure('throw new Error("/*·1.0*/ stays")');
  expect(evalue).toBe("/*·1.0*/ stays");
});

test("a function in what V8 says is not said as it was rewritten", async () => {
  await text("const f = (x: number): number => x + 1");
  const receiver = "Method Map.prototype.get called on incompatible receiver a function";
  const ofReceiver = (code: string): [string, string] => [
    `Map.prototype.get.call((${code}) as any, 1)`,
    receiver,
  ];
  const said: [code: string, message: string][] = [
    [
      "const none: any = undefined; none[(() => 5) as any]",
      "Cannot read properties of undefined (reading 'a function')",
    ],
    ["class B extends (f as any) {}", "Class extends value a function is not a constructor or null"],
    ["Symbol.keyFor(f as any)", "a function is not a symbol"],
    ["Reflect.construct(f, [])", "a function is not a constructor"],
    ["Promise.all.call(f as any, [])", "a function is not a constructor"],
    [
      '(() => { "use strict"; Object.freeze(Object.assign(class K { m() {} }, { a: 1 })).a = 2 })()',
      "Cannot assign to read only property 'a' of function 'a function'",
    ],
    [
      '(() => { "use strict"; delete Object.freeze(Object.assign(() => f, { a: 1 })).a })()',
      "Cannot delete property 'a' of a function",
    ],
    ["(f as any) in (1 as any)", "Cannot use 'in' operator to search for 'a function' in 1"],
    ...[
      "f",
      "x => f",
      "async (x) => f",
      "async function* g(x) { yield f }",
      "{ m(a, b) { return f } }.m",
    ].map(ofReceiver),
    ...["class extends Array { x = f }", "class { *[Symbol.iterator]() {} }.prototype[Symbol.iterator]"].map(
      ofReceiver,
    ),
    ...['eval("(function (x) { return f })")', "(x) => ({ a: '}' })"].map(ofReceiver),
    ofReceiver(
      "(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, ccccccccccccccccccccccccc) => f",
    ),
  ];
  for (const [code, message] of said) {
    const { evalue, traceback } = await failure(`// @ts-nocheck\n${code}`);
    expect(evalue, code).toBe(message);
    expect(traceback.join("\n"), code).not.toMatch(/n·|\/\*·/);
  }
});
