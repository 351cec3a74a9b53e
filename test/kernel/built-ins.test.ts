import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { SessionProcess } from "#nablab/kernel/session-process.js";
import type { Output } from "#nablab/session/session.js";

// In a process of its own: what a cell replaces, the test runner uses too.
let outputs: Output[] = [];
let begun: (() => void) | undefined;
const start = () =>
  new SessionProcess(tmpdir(), (output) => {
    outputs.push(output);
    begun?.();
    begun = undefined;
  });
let child = start();
afterAll(() => child.kill());
const restart = async () => {
  child.kill();
  child = start();
  await child.ready;
};

let count = 0;
const run = (code: string) => {
  outputs = [];
  return child.execute(code, ++count, { seconds: 20 });
};
const printed = () => outputs.map((one) => (one.type === "stream" ? one.text : "")).join("");

/** What a cell replaces, and the names that the session then says that it has put back. */
const replaced: [code: string, names?: string][] = [
  ["Array.prototype.push = () => 0", "Array.prototype.push"],
  ["Array.prototype.map = () => { throw 1 }", "Array.prototype.map"],
  ["Array.prototype.indexOf = () => 7", "Array.prototype.indexOf"],
  ["Array.prototype[Symbol.iterator] = () => { throw 1 }", "Array.prototype[Symbol.iterator]"],
  ["delete Array.prototype.filter", "Array.prototype.filter"],
  ["Array.isArray = () => false", "Array.isArray"],
  [
    "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })",
    "(Array Iterator).prototype.next",
  ],
  ["String.prototype.includes = () => { throw 1 }", "String.prototype.includes"],
  ["String.prototype.split = () => []", "String.prototype.split"],
  ["String.prototype.replace = () => { throw 1 }", "String.prototype.replace"],
  ["RegExp.prototype.exec = () => null", "RegExp.prototype.exec"],
  ["RegExp.prototype[Symbol.replace] = () => ''", "RegExp.prototype[Symbol.replace]"],
  ["Promise.prototype.then = () => {}", "Promise.prototype.then"],
  ["Promise.race = Promise.all = () => new Promise(() => {})", "Promise.all, Promise.race"],
  ["Promise.prototype.constructor = null", "Promise.prototype.constructor"],
  ["Map.prototype.get = () => undefined", "Map.prototype.get"],
  ["Map.prototype.set = Map.prototype.has = null", "Map.prototype.set, Map.prototype.has"],
  ["Set.prototype.add = null", "Set.prototype.add"],
  ["WeakMap.prototype.get = () => undefined", "WeakMap.prototype.get"],
  ["JSON.stringify = () => 'x'", "JSON.stringify"],
  ["JSON.parse = () => { throw 1 }", "JSON.parse"],
  ["Object.keys = () => { throw 1 }", "Object.keys"],
  [
    "Object.defineProperty = Object.getOwnPropertyDescriptor = () => { throw 1 }",
    "Object.getOwnPropertyDescriptor, Object.defineProperty",
  ],
  ["Reflect.get = Reflect.defineProperty = null", "Reflect.defineProperty, Reflect.get"],
  [
    "Function.prototype.call = Function.prototype.apply = () => {}",
    "Function.prototype.apply, Function.prototype.call",
  ],
  ["Function.prototype.toString = () => ''", "Function.prototype.toString"],
  ["Number.isInteger = () => false", "Number.isInteger"],
  ["Math.max = Math.min = Math.floor = () => NaN", "Math.floor, Math.max, Math.min"],
  ["Atomics.wait = Atomics.load = null", "Atomics.load, Atomics.wait"],
  ["Object.prototype.toJSON = () => 'x'", "Object.prototype.toJSON"],
  ["Object.prototype.then = (f: any) => {}", "Object.prototype.then"],
  ["Object.prototype.get = () => 1", "Object.prototype.get"],
  ["globalThis.Promise = globalThis.Map = globalThis.Error = null", "Map, Promise, Error"],
  ["globalThis.process = globalThis.Buffer = null", "process, Buffer"],
  ["Buffer.from = Buffer.concat = null", "Buffer.from, Buffer.concat"],
  ["process.nextTick = process.on = () => {}", "process.nextTick, process.on"],
  ["queueMicrotask = () => {}", "queueMicrotask"],
  ["Error.prototype.toString = () => { throw 1 }", "Error.prototype.toString"],
  ["process.send = process.exit = () => {}"],
  ["process.emit = () => false"],
  ["process.removeAllListeners()"],
  ["process.stdout.write = process.stderr.write = () => true"],
  ["Error.prepareStackTrace = () => { throw 1 }"],
  ["setTimeout = setImmediate = clearTimeout = () => { throw 1 }"],
  ["Date = performance.now = null; performance = { now: () => NaN }"],
  ["require('events').prototype.emit = () => false"],
  ["console = null"],
];

describe("a cell replaces built-ins, and later cells are compiled, run and shown", () => {
  test.each(replaced)("%s", async (code, names = "") => {
    await run("%check off");
    for (const cell of [`${code}; 0`, `await null; ${code}; await null; 0`]) {
      expect(await run(cell), cell).toMatchObject({ status: "ok", result: { data: { "text/plain": "0" } } });
      expect(printed(), cell).toBe(
        names &&
          `${names}: the notebook itself needs what the cell replaced here, so the original is back; write a function or a class of your own instead\n`,
      );
      expect(await run("1 + 1"), cell).toMatchObject({ result: { data: { "text/plain": "2" } } });
      expect(printed()).toBe("");
    }
    await run("%check on");
    expect(await run("function twice(x: number) { return 2 * x } await null; [1, twice(1)]")).toMatchObject({
      result: { data: { "text/plain": "[ 1, 2 ]" } },
    });
    expect(await run("const text: string = 1")).toMatchObject({ ename: "TypeScriptError" });
    expect(await run("(null as any).x")).toMatchObject({ status: "error", ename: "TypeError" });
  });
});

describe("cells themselves", () => {
  test("find what they replace, print with it, and keep what they add", async () => {
    await restart();
    await run("%check off");
    await run(`JSON.stringify = () => "x"; Map.prototype.get = () => 1; Array.prototype.map = () => [7];
      Array.prototype.last = function () { return this.at(-1) }; Math.random = () => 0.5;
      console.log([1].map((x) => x)); console.log(JSON.stringify(1))`);
    expect(printed()).toMatch(/^\[ 7 \]\nx\nArray\.prototype\.map, Map\.prototype\.get, JSON\.stringify: /);
    expect(await run("[[1, 2].last(), Math.random(), [1].map((x) => x)]")).toMatchObject({
      result: { data: { "text/plain": "[ 2, 0.5, [ 1 ] ]" } },
    });
  });

  test.each([
    ["WeakRef.prototype", "deref", ""],
    ["SharedArrayBuffer.prototype", "slice", "console.log(1)"], // to print uses built-ins within the cell
  ])("what they make unchangeable is said: %s.%s", async (owner, key, more) => {
    await run(
      `Object.defineProperty(${owner}, "${key}", { value: null, writable: false, configurable: false }); ${more}`,
    );
    expect(printed()).toBe(
      `${more && "1\n"}${owner}.${key}: the notebook itself needs what the cell replaced here and made unchangeable; if cells fail now, restart the kernel\n`,
    );
    await run("0");
    expect(printed()).toBe("");
  });

  test("packages that wrap process.emit are left alone", async () => {
    await run(
      "const before = process.emit; const wrapped = (...args) => before.apply(process, args); process.emit = wrapped; 0",
    );
    expect(await run("process.emit === wrapped")).toMatchObject({
      result: { data: { "text/plain": "true" } },
    });
  });

  test.each([
    "Promise.prototype.then = () => {}; while (true) {}",
    "Map.prototype.get = Set.prototype.add = null; await new Promise(() => {})",
    "await null; Array.prototype.push = Atomics.load = null; while (true) {}",
    "await null; Promise.race = null; AbortController.prototype.abort = null; while (true) await null",
    "process.emit = () => false; await new Promise(() => {})",
    "process.removeAllListeners(); await new Promise(() => {})",
  ])("can be interrupted: %s", async (code) => {
    const stop = (): void => child.interrupt();
    begun = stop;
    expect(await run(`console.log("begun"); ${code}`)).toMatchObject({ ename: "KeyboardInterrupt" });
    expect(await run("1 + 1")).toMatchObject({ result: { data: { "text/plain": "2" } } });
  });
});

test("a signal ends a cell that replaces process.listeners, and no listener is added twice", async () => {
  await restart();
  await run("%check off");
  const countListeners = "await null; process.listenerCount('SIGINT') + process.listenerCount('message')";
  for (const code of ["process.listeners = Array", "process.listeners = process.on = process = null"]) {
    begun = () => child.interrupt();
    // A call of a regular expression does not read the stop word.
    const slow = `console.log("begun"); ${code}; /(a+)+\\1b/.test("a".repeat(40))`;
    expect(await run(slow)).toMatchObject({ ename: "KeyboardInterrupt" });
    expect(await run(countListeners)).toMatchObject({ result: { data: { "text/plain": "2" } } });
  }
});

test("what is no message of the session ends nothing", async () => {
  await restart();
  const send = "(require('node:fs') as typeof import('node:fs')).writeSync(3, 'null\\n7\\n{}\\n'); 0";
  expect(await run(send)).toMatchObject({ status: "ok" });
  expect(await run("1 + 1")).toMatchObject({ status: "ok" });
});
