/**
 * Cells compiled and run, without sockets, from an empty folder with no node_modules above it.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { host } from "#nablab/display/host.js";
import { createNodeSession } from "#nablab/kernel/node-host.js";
import type { CellResult, Output, Session } from "#nablab/session/session.js";

let session: Session<number>;
let outputs: { cell: number; output: Output }[] = [];
let count = 0;
const home = process.cwd();

beforeAll(() => {
  process.chdir(mkdtempSync(path.join(tmpdir(), "nablab-cells-")));
  session = createNodeSession<number>({ onOutput: (output, cell) => outputs.push({ cell, output }) });
});

afterAll(() => {
  session.close();
  process.chdir(home);
});

async function run(code: string): Promise<CellResult> {
  outputs = [];
  return session.execute(code, ++count);
}

async function text(code: string): Promise<unknown> {
  const result = await run(code);
  if (result.status === "error") throw new Error(`${result.ename}: ${result.evalue}`);
  return result.result?.data["text/plain"];
}

// Without the colours of a terminal, which would make expectations unreadable.
const bare = (lines: string[]): string[] => lines.map(stripVTControlCharacters);

test("the value of the last expression is the result", async () => {
  expect(await text("const a = 20; let b = a + 1; a * 2 + b - 19")).toBe("42");
  expect(await text("b += 1; b")).toBe("22");
  expect(await text("const c = 1")).toBeUndefined();
  expect(await text("const a = 'redeclared'; a")).toBe("'redeclared'");
  expect(await text("await Promise.resolve([1, 2])")).toBe("[ 1, 2 ]");
});

test("a shorthand property may name what an earlier cell declared", async () => {
  await run("const eta = 0.1; let rounds = 3");
  expect(await text("({ eta, nested: [{ rounds }] })")).toBe("{ eta: 0.1, nested: [ { rounds: 3 } ] }");
  expect(await text("const twice = (eta: number) => ({ eta }); twice(7)")).toBe("{ eta: 7 }");
  expect(await text("({ rounds = 9 } = {} as { rounds?: number }); rounds")).toBe("9");
  const wrong = await run("const pair: { eta: string } = { eta };");
  expect(bare((wrong as { traceback: string[] }).traceback)[2]).toBe(
    "  │                                 ~~~",
  );
});

test("a name that is missing since its cell does not compile says which cell that is", async () => {
  const at = count + 1;
  const why = `cell ${at} declares it, but has an error itself: fix that first`;
  expect(await run('async function fetched(): Promise<number> { return "1"; }')).toMatchObject({
    evalue: expect.stringContaining("TS2322"),
  });
  const missed = (await run("await fetched(); nowhere;")) as { traceback: string[] };
  const lines = bare(missed.traceback);
  expect(lines[0]).toContain("Cannot find name 'fetched'");
  expect(lines.filter((line) => line.includes(why))).toHaveLength(1); // nobody declares the other
  await run('const fetched = () => "fixed";');
  expect(await text("fetched()")).toBe("'fixed'");
});

test("Node, its types and nablab with its types are there", async () => {
  expect(
    await text('import { sep } from "node:path"; import { readFileSync } from "fs"; typeof readFileSync'),
  ).toBe("'function'");
  expect(
    await text('import { tensor } from "nablab"; const t = tensor([[1, 2], [3, 4]]); t.matmul(t).at(0, 0)'),
  ).toBe("7");
  const wrong = await run("const shape: string = t.shape");
  expect(wrong).toMatchObject({ status: "error", ename: "TypeScriptError" });
});

test("a local file has the same nablab, and is reloaded once edited", async () => {
  const file = path.join(process.cwd(), "mine.ts");
  writeFileSync(file, 'import { tensor } from "nablab";\nexport const made = tensor([1]), version = 1;');
  expect(
    await text(
      'import { made, version } from "./mine"; import { Tensor } from "nablab"; [version, made instanceof Tensor]',
    ),
  ).toBe("[ 1, true ]");
  writeFileSync(file, 'export const version = "two";');
  expect(await text('import { version } from "./mine"; version')).toBe("'two'");
  expect(await run('import { made } from "./mine"')).toMatchObject({ ename: "TypeScriptError" });
});

test("a file that was missing is found once it is there, and later cells run", async () => {
  const missing = await run('import { late } from "./late"; late');
  expect(missing).toMatchObject({ evalue: expect.stringContaining("TS2307") });
  writeFileSync(path.join(process.cwd(), "late.ts"), "export const late = 3;");
  expect(await text('import { late } from "./late"; late')).toBe("3");
  expect(await text("1 + 1")).toBe("2");
});

test("another nablab in some node_modules is not the one", async () => {
  const folder = path.join(process.cwd(), "node_modules", "nablab");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), '{ "name": "nablab", "main": "index.js" }');
  writeFileSync(path.join(folder, "index.js"), "throw new Error('the other nablab')");
  expect(await text('import { zeros } from "nablab"; zeros([2]).size')).toBe("2");
});

test("a cell may be a module for other cells; its type errors are errors", async () => {
  expect(await text("/** @module halves */\nexport const half = (x: number) => x / 2;")).toBeUndefined();
  expect(await text('import { half } from "./halves"; half(3)')).toBe("1.5");
  expect(await run('/** @module wrong */\nexport const n: number = "";')).toMatchObject({
    ename: "TypeScriptError",
  });
});

test("a type error stops the cell before it runs, with code, place and caret", async () => {
  const result = await run('console.log("ran");\nconst n: number = "seven";');
  expect(outputs).toEqual([]);
  expect(result.status).toBe("error");
  const { ename, evalue, traceback } = result as Extract<CellResult, { status: "error" }>;
  expect(ename).toBe("TypeScriptError");
  expect(evalue).toBe(
    "TS2322: Type 'string' is not assignable to type 'number'; Number(text) makes a number of it (line 2)",
  );
  expect(bare(traceback)).toEqual([
    "cell:2:7 - error TS2322: Type 'string' is not assignable to type 'number'; Number(text) makes a number of it",
    '2 │ const n: number = "seven";',
    "  │       ~",
  ]);
});

test("a type error is explained under its line, each line once", async () => {
  const result = await run("let p: { x: { y: number } };\n\tp = { x: { y: '', z: 1 } };\nnowhere()");
  expect(bare((result as { traceback: string[] }).traceback)).toEqual([
    "cell:2:13 - error TS2322: Type 'string' is not assignable to type 'number'; Number(text) makes a number of it",
    "2 │ \tp = { x: { y: '', z: 1 } };",
    "  │ \t           ~",
    "cell:3:1 - error TS2304: Cannot find name 'nowhere'.",
    "3 │ nowhere()",
    "  │ ~~~~~~~",
  ]);
  const explained = await run("const f: (x: number) => number = (x: string) => 1");
  expect(bare((explained as { traceback: string[] }).traceback)).toEqual([
    "cell:1:7 - error TS2322: Type '(x: string) => number' is not assignable to type '(x: number) => number'.",
    "1 │ const f: (x: number) => number = (x: string) => 1",
    "  │       ~",
    "    Types of parameters 'x' and 'x' are incompatible.",
    "    Type 'number' is not assignable to type 'string'.",
  ]);
});

test("an error reads as name, message, and the frames that are the reader's", async () => {
  const result = await run(
    "function step() { throw new RangeError('too far', { cause: new Error('eta') }) }\nstep()",
  );
  expect(result).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
  expect(bare((result as { traceback: string[] }).traceback)).toEqual([
    "RangeError: too far",
    `    at step (cell ${count}:1:25)`,
    "1 │ function step() { throw new RangeError('too far', { cause: new Error('eta') }) }",
    "  │                         ^",
    `    at cell ${count}:2:1`,
    "caused by Error: eta",
    `    at step (cell ${count}:1:60)`,
    "1 │ function step() { throw new RangeError('too far', { cause: new Error('eta') }) }",
    "  │                                                            ^",
    `    at cell ${count}:2:1`,
  ]);
  expect(await run("throw 7")).toMatchObject({ status: "error", ename: "Thrown", evalue: "7" });
});

test("a value shows itself, synchronously or not, and a failing hook is the cell's error", async () => {
  const hook = 'Symbol.for("Jupyter.display")';
  const shown = await run(`({ [${hook}]: async () => ({ "text/html": "<b>b</b>", "text/plain": "b" }) })`);
  expect(shown).toEqual({
    status: "ok",
    result: { data: { "text/html": "<b>b</b>", "text/plain": "b" }, metadata: {} },
  });
  const failing = await run(`({ [${hook}]: () => { throw new Error("no picture") } })`);
  expect(failing).toMatchObject({ status: "error", ename: "Error", evalue: "no picture" });
});

test("streams and displays come in order, under their cell", async () => {
  const result = await run(
    'import { display, clearOutput } from "nablab"; console.log("a"); await display(1, { id: "one" }); console.error("b"); clearOutput({ wait: true })',
  );
  expect(result).toEqual({ status: "ok" });
  expect(outputs.map(({ output }) => output)).toEqual([
    { type: "stream", name: "stdout", text: "a\n" },
    { type: "display_data", data: { "text/plain": "1" }, metadata: {}, transient: { display_id: "one" } },
    { type: "stream", name: "stderr", text: "b\n" },
    { type: "clear_output", wait: true },
  ]);
  const first = count + 1;
  await run('setTimeout(() => console.log("late"), 30)');
  const collected = outputs;
  await session.execute("await new Promise((go) => setTimeout(go, 80))", ++count);
  expect(collected).toEqual([{ cell: first, output: { type: "stream", name: "stdout", text: "late\n" } }]);
});

test("a loop that prints much sends few messages: JupyterLab lays out all text anew at each", async () => {
  const began = performance.now();
  await run('for (let i = 0; i < 20_000; i++) console.log("line", i)');
  const most = 32 + (performance.now() - began) / 10; // a busy machine pauses the loop, and what follows is sent at once
  expect(outputs.map(({ output }) => (output as { text: string }).text).join("").length).toBe(208_890);
  expect(outputs.length).toBeLessThan(most);
});

test("what was displayed under a name is updated where it stands", async () => {
  await run(
    'import { display } from "nablab"; const two = await display(1, { id: "two" }); await two.update(2)',
  );
  expect(outputs.map(({ output }) => output)).toEqual([
    { type: "display_data", data: { "text/plain": "1" }, metadata: {}, transient: { display_id: "two" } },
    {
      type: "update_display_data",
      data: { "text/plain": "2" },
      metadata: {},
      transient: { display_id: "two" },
    },
  ]);
});

test("a stop ends an await, and long work that listens ends by itself", async () => {
  setTimeout(() => session.interrupt(), 50);
  expect(await run("await new Promise(() => {})")).toMatchObject({
    status: "error",
    ename: "KeyboardInterrupt",
  });
  expect(await text("1")).toBe("1");
});

test("a stop ends a display method that waits", async () => {
  setTimeout(() => session.interrupt(), 50);
  const waiting = await run('({ [Symbol.for("Jupyter.display")]: () => new Promise(() => {}) })');
  expect(waiting).toMatchObject({ ename: "KeyboardInterrupt" });
});

test("what a stopped cell ends with is the stop, whatever error its work makes of it", async () => {
  Object.assign(globalThis, { signal: () => host().interruptSignal() });
  setTimeout(() => session.interrupt(), 50);
  const stopped = await run(`
    await new Promise((_, reject) => {
      (globalThis as any).signal().addEventListener("abort", () => setTimeout(() => {
        console.log("tidied up");
        reject(new Error("aborted"));
      }, 20));
    })`);
  expect(stopped).toMatchObject({ ename: "KeyboardInterrupt" });
  expect(outputs).toMatchObject([{ output: { text: "tidied up\n" } }]);
});

test("interrupted twice, a cell ends without waiting for work that has asked for time", async () => {
  let listening = () => {};
  const listens = new Promise<void>((resolve) => {
    listening = resolve;
  });
  Object.assign(globalThis, { listening, signal: () => host().interruptSignal() });
  const ended = run(
    "(globalThis as any).signal(); (globalThis as any).listening(); await new Promise(() => {})",
  );
  await listens;
  // The time that work is given never passes on this clock.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    session.interrupt();
    session.interrupt();
    expect(await ended).toMatchObject({ ename: "KeyboardInterrupt" });
  } finally {
    vi.useRealTimers();
  }
});

test("a bundle that JSON cannot hold is the cell's error", async () => {
  const hook = 'Symbol.for("Jupyter.display")';
  const value = `({ [${hook}]: () => ({ "text/plain": "n", "application/json": { n: 1n } }) })`;
  const message = "display: the content for application/json must be text or JSON, got { n: 1n }";
  expect(await run(value)).toMatchObject({ ename: "TypeError", evalue: message });
  expect(await run(`import { display } from "nablab"; await display(${value})`)).toMatchObject({
    evalue: message,
  });
  // nbformat refuses a notebook with such a picture.
  expect(await run(`({ [${hook}]: () => ({ "text/plain": "n", "image/png": null }) })`)).toMatchObject({
    evalue: "display: the content for image/png must be text, got null",
  });
});

test("what is printed before a silent loop is put out before the loop ends", async () => {
  Object.assign(globalThis, { seen: () => outputs.map(({ output }) => (output as { text?: string }).text) });
  expect(await text('console.log("a"); console.log("b"); (globalThis as any).seen().join("")')).toBe(
    "'a\\nb\\n'",
  );
});

test("many lines are few messages, in order", async () => {
  await run("for (let i = 0; i < 20000; i++) console.log(i)");
  const printed = outputs.map(({ output }) => (output as { text: string }).text).join("");
  expect(printed).toBe(Array.from({ length: 20000 }, (_, i) => `${i}\n`).join(""));
  expect(outputs.length).toBeLessThan(2000);
});

test("a character printed in two pieces stays whole, and nothing is coloured", async () => {
  await run(
    'const nabla = Buffer.from("∇"); process.stdout.write(nabla.subarray(0, 1)); process.stdout.write(nabla.subarray(1));',
  );
  expect(outputs).toMatchObject([{ output: { text: "∇" } }]);
  const { isTTY } = process.stdout;
  process.stdout.isTTY = true;
  await run("console.log([1])");
  process.stdout.isTTY = isTTY;
  expect(outputs).toMatchObject([{ output: { text: "[ 1 ]\n" } }]);
});

test("code is complete, incomplete or invalid", () => {
  const status = (code: string): string => session.isComplete(code).status;
  expect(["1 + 1", "await f()", "for await (const x of y) {}", ""].map(status)).toEqual(
    Array(4).fill("complete"),
  );
  expect(["{", "f(", "`a", "/* b", "const x ="].map(status)).toEqual(Array(5).fill("incomplete"));
  expect(["const = 5 5 )", '"abc', "}"].map(status)).toEqual(Array(3).fill("invalid"));
  expect(session.isComplete("  if (a) {")).toEqual({ status: "incomplete", indent: "    " });
});

test("completion and hover know earlier cells", async () => {
  await run("/** How far we go. */ const stepSize = 0.1");
  expect(session.complete("stepS", 5).entries).toEqual([{ name: "stepSize", kind: "const" }]);
  const info = session.inspect("stepSize", 3)!;
  expect(info.documentation?.map((part) => part.text).join("")).toBe("How far we go.");
});
