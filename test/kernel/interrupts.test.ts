/**
 * An interrupt reaches what a cell does after an await as well, though the thread receives no message meanwhile: it
 * is raised in shared memory, as the sockets' thread does it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { raiseStop, stopFlag } from "#nablab/session/stop.js";
import { interruptedElsewhere, openCells, stopper, whenBegun } from "./cells.js";

const cells = openCells();
const { text, run, file } = cells;

let worker: Worker;
beforeAll(() => {
  worker = stopper();
});
afterAll(async () => void (await worker.terminate()));

/** Runs a cell that would go on for ever, and interrupts it. */
async function interrupted(code: string): Promise<void> {
  const cell = whenBegun(code, () => worker.postMessage(50));
  expect(await run(cell), code).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
  expect(await text("1 + 1")).toBe("2");
  await text("await new Promise((go) => setTimeout(go, 5))"); // nothing of it holds up the event loop
}

describe("loop-free code after an await", () => {
  const fib = "(n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))";
  const forms: [name: string, code: string][] = [
    ["a loop in an eval", 'await null; eval("while (true) ;")'],
    ["a loop in an eval within a function", 'const f = () => eval("for (;;) { }"); await null; f()'],
    [
      "recursion in an eval",
      'await null; eval("(function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) })(80)")',
    ],
    ["an arrow in an eval", 'await null; eval("var f = (n) => n < 2 ? n : f(n - 1) + f(n - 2); f(80)")'],
    [
      "Atomics.wait",
      "const word = new Int32Array(new SharedArrayBuffer(4)); await null; Atomics.wait(word, 0, 0)",
    ],
    [
      "recursion that catches a full stack, and calls itself again",
      "function deep(): void { try { deep() } catch { deep() } } await null; deep()",
    ],
    [
      "the same in finally",
      "function deeper(): void { try { deeper() } finally { deeper() } } await null; deeper()",
    ],
    ...["catch", "finally"].map((clause): [string, string] => [
      `the same in ${clause} of an eval`,
      `await null; eval("(function deep() { try { deep() } ${clause} { deep() } })()")`,
    ]),
    [
      "the same in a getter with all three, and large frames",
      "class Deep { get all(): number { try { const [a, b, c] = [this.all, 1, 2]; return a + b + c } catch ({ message }) { return this.all } finally { this.all } } } await null; new Deep().all",
    ],
    ["recursion", `const fib = ${fib}; await null; fib(80)`],
    [
      "recursion in a declaration",
      "function f2(n: number): number { return n < 2 ? n : f2(n - 1) + f2(n - 2) } await null; f2(80)",
    ],
    [
      "recursion in a method",
      "class F { f(n: number): number { return n < 2 ? n : this.f(n - 1) + this.f(n - 2) } } await null; new F().f(80)",
    ],
    [
      "recursion in a getter",
      "class G { constructor(public n: number) {} get f(): number { return this.n < 2 ? this.n : new G(this.n - 1).f + new G(this.n - 2).f } } await null; new G(80).f",
    ],
    [
      "recursion in constructors",
      "class H { constructor(n: number) { if (n > 0) { new H(n - 1); new H(n - 1) } } } await null; new H(80)",
    ],
    [
      "recursion through a template tag",
      "const tag = (_: any, n: number): any => n < 1 || [tag`#{n - 1}`, tag`#{n - 1}`]; await null; tag`#{80}`",
    ],
    [
      "array callbacks",
      "const many = Array.from({ length: 3000 }); await null; many.map(() => many.map(() => many.forEach(() => many.length)))",
    ],
    [
      "a comparison in sort",
      "const list = Array.from({ length: 5000 }, Math.random); await null; list.forEach(() => list.map(() => [...list].sort((a, b) => a - b)))",
    ],
    [
      "generators",
      "function* gen(n: number): any { if (n > 0) { yield* gen(n - 1); yield* gen(n - 1) } } await null; Array.from(gen(80))",
    ],
    [
      "an iterator that calls nothing",
      "let taken = 0; const endless = { [Symbol.iterator]: () => ({ next: () => ({ done: taken++ < 0, value: 1 }) }) }; await null; new Set(endless)",
    ],
    [
      "getters that read each other",
      "class L { constructor(public n: number) {} get f(): number { return this.n < 1 ? 1 : below[this.n - 1].f + below[this.n - 1].f } } const below = Array.from({ length: 70 }, (_, n) => new L(n)); await null; below[69].f",
    ],
    [
      "conversions to numbers",
      "const v = (n: number): any => ({ valueOf: () => (n < 1 ? 1 : +chain[n - 1] + +chain[n - 1]) }); const chain: any[] = Array.from({ length: 70 }, (_, n) => v(n)); await null; +chain[69]",
    ],
    [
      "callbacks that call nothing",
      "const flat = Array.from({ length: 4e6 }, (_, i) => i); await null; flat.sort((a, b) => b % 1013 - a % 1013).sort((a, b) => a % 2027 - b % 2027).map((x) => x + 1).sort((a, b) => a % 71 - b % 71)",
    ],
    [
      "promises that follow each other",
      "const spin = (): Promise<unknown> => Promise.resolve().then(spin); await null; await spin()",
    ],
    [
      "async functions that call each other",
      "const again = async (): Promise<unknown> => { await null; return again() }; await again()",
    ],
    [
      "queueMicrotask",
      "const micro = () => queueMicrotask(micro); await null; micro(); await new Promise(() => {})",
    ],
    [
      "nextTick",
      "const tick = () => process.nextTick(tick); await null; tick(); await new Promise(() => {})",
    ],
    [
      "setImmediate",
      "const turn = () => { setImmediate(turn) }; await null; turn(); await new Promise(() => {})",
    ],
    [
      "a replacer",
      "const replace = (): any => 'aaaa'.replace(/a/g, replace); await null; try { replace() } catch (e) { if (e instanceof RangeError) { const r2 = (n: number): any => n && 'aa'.replace(/a/g, () => r2(n - 1)); r2(60) } else throw e }",
    ],
    [
      "a loop in a function made of a text",
      'const made = new Function("while (true) ;"); await null; made()',
    ],
    [
      "recursion in one",
      'const rec = Function("n", "const f = (n) => n < 2 ? n : f(n - 1) + f(n - 2); return f(n)"); await null; rec(80)',
    ],
    [
      "recursion in one that catches a full stack",
      'const nc = new Function("(function d() { try { d() } catch { d() } })()"); await null; nc()',
    ],
    ["an indirect eval", 'await null; (0, eval)("for (;;) ;")'],
    ["one of globalThis", "await null; globalThis.eval('for (;;) ;')"],
    ["one with ?.", 'await null; eval?.("for (;;) ;")'],
    [
      "a function that an indirect eval made",
      'const fe = (0, eval)("(function () { for (;;) ; })"); await null; fe()',
    ],
  ];
  test.each(forms)("%s", (_, code) => interrupted(code.replaceAll("#{", "${")));

  test("promises that take a full stack", () => {
    const cells = [
      "async function r(): Promise<void> { r(); r() } await null; r()",
      "const ra = async (): Promise<any> => [ra(), ra()]; await null; ra()",
      "class RG { async *m(): any { this.m().next(); this.m().next() } } await null; new RG().m().next()",
      "const rp = (): any => new Promise(() => { rp(); rp() }); await null; rp()",
      'await null; eval("(async function q() { q(); q() })()")',
      'await null; eval("(function p() { new Promise(() => { p(); p() }) })()")',
    ];
    const stopped = cells.map((code) => whenBegun(code, () => {}));
    expect(interruptedElsewhere(stopped)).toEqual(cells.map(() => "KeyboardInterrupt"));
  });

  test("recursion in a file that a cell imports", async () => {
    file("deep.ts", `export const fib = ${fib};`);
    await interrupted('import { fib as deep } from "./deep"; await null; deep(80)');
  });

  test("a function of an earlier cell, called in a timer", async () => {
    await text(`const slow = ${fib.replaceAll("fib", "slow")}`);
    await interrupted(
      "setTimeout(() => { (globalThis as any).begun(); slow(80) }, 10); await new Promise(() => {})",
    );
  });
});

test("a stop that came after the cell was sent, and before it began, is for it", async () => {
  const before = Atomics.load(stopFlag, 1);
  raiseStop(stopFlag);
  const stopped = await cells.session.execute(
    "await null; 'ran'",
    ++cells.count,
    cells.count,
    undefined,
    before,
  );
  expect(stopped).toMatchObject({ ename: "KeyboardInterrupt" });
  raiseStop(stopFlag);
  const sentLater = await cells.session.execute("'ran'", ++cells.count, cells.count, undefined, before + 2);
  expect(sentLater).toMatchObject({ status: "ok", result: { data: { "text/plain": "'ran'" } } });
});

test("one that comes while the cell is compiled is for it, and not for the next", async () => {
  const ending = cells.session.execute("await null; 'ran'", ++cells.count);
  raiseStop(stopFlag); // the cell is compiled and has come to its await
  expect(await ending).toMatchObject({ ename: "KeyboardInterrupt" });
  expect(await text("for (let i = 0; i < 3; i++); 'next'")).toBe("'next'");
});

describe("after a stop of what is awaited for ever", () => {
  /** How often a loop of a million turns asks which cell it belongs to. */
  const lookups = async (): Promise<number> => {
    const cell =
      "// @ts-nocheck\n(globalThis as any).begun(); for (let i = 0; i < 1e6; i++); (globalThis as any).ended()";
    let count = 0;
    const getStore = vi.spyOn(AsyncLocalStorage.prototype, "getStore");
    Object.assign(globalThis, { ended: () => (count = getStore.mock.calls.length) });
    await text(whenBegun(cell, () => getStore.mockClear()));
    getStore.mockRestore();
    return count;
  };

  /** As the kernel does it while the thread is idle: by a message. */
  async function abandoned(): Promise<void> {
    setTimeout(() => cells.session.interrupt(), 20);
    expect(await run("await new Promise(() => {})")).toMatchObject({ ename: "KeyboardInterrupt" });
  }

  test("loops of later cells look up in a thousandth of their turns whether it is theirs", async () => {
    await abandoned();
    // A lookup in each turn made loops 30 times slower.
    const found = await lookups();
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(1000);
  });

  test("a later cell still ends when its time is over, and when it is stopped", async () => {
    await abandoned();
    expect(await cells.session.execute("await 1; while (true) {}", 0, 0, 0.3)).toMatchObject({
      ename: "TimeoutError",
    });
    await interrupted("await 1; while (true) {}");
  });

  test("what a stopped cell left behind ends as well", async () => {
    await abandoned();
    await interrupted(
      "let ticks = 0; const poll = async () => { for (;;) { try { await new Promise((go) => setTimeout(go, 1)); ticks++ } catch {} } }; await poll()",
    );
    const ticks = await text("await new Promise((go) => setTimeout(go, 20)); ticks");
    expect(await text("await new Promise((go) => setTimeout(go, 50)); ticks")).toBe(ticks);
  });
});

test("Atomics.wait means what it means", async () => {
  await text("const word = new Int32Array(new SharedArrayBuffer(4)); await null");
  expect(
    await text("[Atomics.wait(word, 0, 1), Atomics.wait(word, 0, 0, 250), Atomics.wait(word, 0, 0, 0)]"),
  ).toBe("[ 'not-equal', 'timed-out', 'timed-out' ]");
  const woken = `import { Worker } from "node:worker_threads";
    const wakes = \`setTimeout(() => { const { word } = require("node:worker_threads").workerData;
      word[0] = 1; Atomics.notify(word, 0) }, 350)\`;
    new Worker(wakes, { eval: true, workerData: { word } }); Atomics.wait(word, 0, 0)`;
  expect(await text(woken)).toBe("'ok'");
  expect((await cells.failure("Atomics.wait([] as any, 0, 0)")).ename).toBe("TypeError");
});
