/**
 * Errors, whatever was thrown: they are text, they end, they say what Node says of them, and the next cell runs.
 */
import { execFileSync } from "node:child_process";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { failure, file, text, printed } = cells;

/** What every error message must hold, or clients fail on it. */
async function wellFormed(code: string) {
  const error = await failure(code);
  for (const content of [error.ename, error.evalue, ...error.traceback])
    expect(typeof content, code).toBe("string");
  expect(error.ename.length, code).toBeGreaterThan(0);
  expect(JSON.stringify(error).length, code).toBeLessThan(50_000);
  expect(await text("1 + 1")).toBe("2");
  return error;
}

test("a cause that leads back is said once, a long chain is cut", async () => {
  const own = await wellFormed('const e: any = new Error("x"); e.cause = e; throw e');
  expect(own.traceback.at(-1)).toBe("caused by Error, the error that is shown above");
  const two = await wellFormed(
    'const a: any = new Error("a"), b: any = new TypeError("b"); a.cause = b; b.cause = a; throw a',
  );
  expect(two.traceback.filter((line) => line.startsWith("caused by "))).toEqual([
    "caused by TypeError: b",
    "caused by Error, the error that is shown above",
  ]);
  const long = await wellFormed(
    'let last: any = new Error("end"); for (let i = 0; i < 2000; i++) last = new Error("level " + i, { cause: last }); throw last',
  );
  expect(long.evalue).toBe("level 1999");
  expect(long.traceback.at(-1)).toBe("caused by Error … (more errors are not shown)");
  await text(
    'setTimeout(() => { const e: any = new Error("late"); e.cause = { e }; e.cause = e; throw e }); await new Promise((go) => setTimeout(go, 20))',
  );
  expect(printed()).toContain("late");
});

test("an AggregateError says its errors, also when it holds itself", async () => {
  const { traceback } = await wellFormed(
    'const all: any = new AggregateError([new Error("one"), "two"], "both"); all.errors.push(all); throw all',
  );
  expect(traceback.filter((line) => / of 3: /.test(line))).toEqual([
    "1 of 3: Error: one",
    "2 of 3: 'two'",
    "3 of 3: AggregateError, the error that is shown above",
  ]);
  const many = await wellFormed(
    "throw new AggregateError(Array.from({ length: 5000 }, (_, i) => new AggregateError([new Error(String(i))])))",
  );
  expect(many.traceback.length).toBeLessThan(100);
});

test("a cause need not be an error", async () => {
  const { traceback } = await wellFormed("throw new Error('outer', { cause: { status: 404 } })");
  expect(traceback.at(-1)).toBe("caused by { status: 404 }");
});

test("names and messages of any kind are text", async () => {
  const odd: [code: string, ename: string, evalue: string][] = [
    ["Object.assign(new Error('m'), { name: undefined })", "Error", "m"],
    ["Object.assign(new Error('m'), { name: 7 })", "Error", "m"],
    ["Object.assign(new Error('m'), { name: '' })", "Error", "m"],
    ["Object.assign(new Error(), { message: { a: 1 } })", "Error", "{ a: 1 }"],
    ["Object.assign(new Error(), { message: Symbol('s') })", "Error", "Symbol(s)"],
    ["Object.assign(new Error('m'), { stack: 1 })", "Error", "m"],
    ["Object.assign(new Error('m'), { stack: undefined })", "Error", "m"],
    ["Object.defineProperty(new Error(), 'message', { get() { throw new Error('inner') } })", "Error", ""],
    ["Object.defineProperty(new Error('m'), 'name', { get() { throw 1 } })", "Error", "m"],
    ["Object.defineProperty(new Error('m'), 'stack', { get() { throw 1 } })", "Error", "m"],
    ["Object.defineProperty(new Error('m'), 'cause', { get() { throw 1 } })", "Error", "m"],
    ["Object.defineProperty(new Error('m'), 'code', { get() { throw 1 }, enumerable: true })", "Error", "m"],
    ["new Proxy(new Error('m'), {})", "Error", "m"],
    ["new Proxy(new Error('m'), { get() { throw 1 } })", "Error", ""],
    ["Object.create(null)", "Thrown", "[Object: null prototype] {}"],
    ["null", "Thrown", "null"],
    ["undefined", "Thrown", "undefined"],
    ["Symbol('s')", "Thrown", "Symbol(s)"],
    ["1n", "Thrown", "1n"],
    ["() => 1", "Thrown", "[Function (anonymous)]"],
    ["{ [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } }", "Thrown", "[object]"],
  ];
  for (const [code, ename, evalue] of odd)
    expect(await wellFormed(`throw ${code}`), code).toMatchObject({ ename, evalue });
  await wellFormed(
    "throw new Proxy({}, { get() { throw 1 }, has() { throw 1 }, getPrototypeOf() { throw 1 } })",
  );
  await wellFormed("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy");
  await wellFormed("const { proxy: p2, revoke: r2 } = Proxy.revocable(new Error(), {}); r2(); throw p2");
});

test("errors that cannot be read are errors all the same, in a timer as well", async () => {
  const odd = [
    "Object.assign(new Error('m'), { errors: new Proxy([], { get() { throw 1 } }) })",
    "Object.assign(new Error('m'), { errors: Object.defineProperty([1], 0, { get() { throw 1 } }) })",
    "Object.assign(new Error('m'), { errors: new (class extends Array { slice(): any { throw 1 } })(3) })",
    "(() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return Object.assign(new Error('m'), { errors: proxy }) })()",
  ];
  for (const code of odd) {
    expect(await wellFormed(`throw ${code}`), code).toMatchObject({ ename: "Error", evalue: "m" });
    await text(`setTimeout(() => { throw ${code} }); await new Promise((go) => setTimeout(go, 20))`);
    expect(printed(), code).toMatch(/Error.*: m\n/);
  }
  for (const fields of ["resource: Symbol('s')", "permission: { toString() { throw 1 } }"])
    await wellFormed(`throw Object.assign(new Error('m'), { code: 'ERR_ACCESS_DENIED', ${fields} })`);
  await text(
    "const { proxy: p3, revoke: r3 } = Proxy.revocable({}, {}); r3(); setTimeout(() => { throw p3 }); await new Promise((go) => setTimeout(go, 20))",
  );
  expect(printed()).toContain("Thrown");
});

test("the frame of a function that was assigned to a property says the reader's names", async () => {
  const { traceback } = await failure(
    "const holder: any = {}; holder.fn = () => { throw new Error('in fn') }; holder.fn()",
  );
  expect(traceback[1]).toMatch(/^ {4}at holder\.fn \(cell \d+:1:\d+\)$/);
});

test("huge messages, names, fields and stacks are cut", async () => {
  const { evalue } = await wellFormed("throw new Error('x'.repeat(5_000_000))");
  expect(evalue).toMatch(/x… \(4990000 more characters\)$/);
  await wellFormed("throw Object.assign(new Error('m'), { name: 'N'.repeat(100_000) })");
  await wellFormed(
    "throw Object.assign(new Error('m'), { rows: Array.from({ length: 10_000 }, () => ({ a: { b: 1 } })) })",
  );
  await wellFormed("throw 'x'.repeat(5_000_000)");
  const { traceback } = await wellFormed(
    "Error.stackTraceLimit = Infinity; const dive = (n: number): number => { if (n === 0) throw new Error('deep'); return dive(n - 1) + 1 }; try { dive(5000) } finally { Error.stackTraceLimit = 10 }",
  );
  expect(traceback).toContain("    … (more frames are not shown)");
  expect(await failure("const endless = (): number => endless() + 1; endless()")).toMatchObject({
    ename: "RangeError",
    evalue:
      "Maximum call stack size exceeded: a function calls itself without end, or is given a list of too many arguments, f(...xs)",
  });
});

test("what else an error says of itself is shown, as Node does", async () => {
  const { traceback } = await failure("import { readFileSync } from 'node:fs'; readFileSync('nowhere.txt')");
  expect(traceback.join("\n")).toMatch(
    /errno: -\d+,\s+code: 'ENOENT',\s+syscall: 'open',\s+path: 'nowhere.txt'/,
  );
  expect((await failure("throw Object.assign(new Error('m'), { code: 7 })")).traceback.at(-1)).toBe(
    "    { code: 7 }",
  );
});

test("promises, timers and traces print as in any program", async () => {
  const prints = async (code: string): Promise<string> => {
    await text(code);
    return printed();
  };
  expect(await prints("console.log(Promise.resolve(1))")).toBe("Promise { 1 }\n");
  expect(await prints("console.log([Promise.resolve({ a: 1 })], { p: (async () => 2)() })")).toBe(
    "[ Promise { { a: 1 } } ] { p: Promise { 2 } }\n",
  );
  expect(await prints("console.log(new Promise(() => {}))")).toBe("Promise { <pending> }\n");
  expect(await text("[Promise.resolve(1)]")).toBe("[ Promise { 1 } ]");
  expect(await prints("const t = setTimeout(() => {}, 5); console.log(t); clearTimeout(t)")).not.toContain(
    "kResourceStore",
  );
  expect(await prints("console.log(Object.assign(Promise.resolve(1), { [Symbol('mine')]: 2 }))")).toBe(
    `${inspect(Object.assign(Promise.resolve(1), { [Symbol("mine")]: 2 }))}\n`,
  );
  expect(await prints('console.trace("x", 1)')).toMatch(/^Trace: x 1\n {4}at .*cell \d+:1:9/);
  expect(
    await prints(
      "const o: any = { name: 'Mine', message: 'm' }; Error.captureStackTrace(o); console.log(o.stack)",
    ),
  ).toMatch(/^Mine: m\n/);
});

describe("a hook of the reader's for stacks", () => {
  const fails = "function fails(): never {\n  throw new Error('at 2')\n}";
  const lines = (traceback: string[]) => traceback.join("\n").match(/cell \d+:\d+/g);

  test.each([
    "Error.prepareStackTrace = undefined",
    "delete (Error as any).prepareStackTrace",
    'Object.defineProperty(Error, "prepareStackTrace", { value: undefined, configurable: true, writable: true })',
    "const before = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites; new Error().stack; Error.prepareStackTrace = before",
  ])("%s: lines are still those of the TypeScript", async (code) => {
    await text(fails, code);
    const at = cells.count - 1;
    expect(lines((await failure("1;\n\n\nfails()")).traceback)).toEqual([
      `cell ${at}:2`,
      `cell ${cells.count}:4`,
    ]);
    expect(lines((await failure(`${code};\n\n\nfails()`)).traceback)).toEqual([
      `cell ${at}:2`,
      `cell ${cells.count}:4`,
    ]);
    expect(
      await text(
        "try { fails() } catch (e) { String(e.stack) } let stack = ''; try { fails() } catch (e) { stack = e.stack } stack",
      ),
    ).toContain(`cell ${at}:2`);
  });

  test("it is given places in the TypeScript, of the reader's frames", async () => {
    await text(fails);
    expect(
      await text(
        "Error.prepareStackTrace = (e, sites) => sites.map((site) => [site.getFunctionName(), site.getLineNumber(), site].join(' ')).join(); let stack; try { fails() } catch (e) { stack = e.stack } Error.prepareStackTrace = undefined; stack",
      ),
    ).toMatch(/^'fails 2 fails \(cell \d+:2:9\), 1 cell \d+:1:\d+'$/);
  });
});

test("errors of defaults, files and clones hold no name of ours, wherever they are caught", async () => {
  file("fails-at-once.ts", "const q: any = {}; export const v = q.zap()");
  await text("const o: any = {}; const message = (e: any) => e.message");
  for (const [code, message] of [
    ["await (async (x = o.nope()) => x)().catch(message)", "'o.nope is not a function'"],
    [
      "await (async ({ y: [x = o.nope()] }: any) => x)({ y: [] }).catch(message)",
      "'o.nope is not a function'",
    ],
    ['await import("./fails-at-once.ts").catch(message)', "'q.zap is not a function'"],
    [
      "(() => { try { structuredClone(() => o) } catch (e) { return message(e) } })()",
      "'a function could not be cloned.'",
    ],
  ] as const)
    expect(await text(code), code).toBe(message);
  expect(await text("(function (a = 1, f = () => a, C = class {}) { return [f(), f.name, C.name] })()")).toBe(
    "[ 1, 'f', 'C' ]",
  );
  expect(await text("({ n: 5, m(x = this.n + (o.k ?? 1)) { return x } }).m()")).toBe("6");
});

test("console.dir prints promises as in any program, at any depth", async () => {
  await text("const p: any = { a: [Promise.resolve(2)] }; p.self = p; console.dir(p)");
  expect(printed()).toBe("<ref *1> { a: [ Promise { 2 } ], self: [Circular *1] }\n");
  await text("console.dir({ a: { b: { c: { d: Promise.resolve(1) } } } }, { depth: null })");
  expect(printed()).toContain("d: Promise { 1 }");
});

test("an error in a timer is survived after all listeners were removed", async () => {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const theirs = events.map((event) => process.listeners(event as "exit"));
  for (const removal of [
    'process.removeAllListeners("uncaughtException")',
    'process.removeAllListeners("unhandledRejection")',
    "for (const f of process.listeners('uncaughtException')) process.off('uncaughtException', f)",
  ]) {
    await text(
      `${removal}; await new Promise((go) => setTimeout(go, 5)); setTimeout(() => { throw new Error("late one") }); Promise.reject(new Error("nobody's")); await new Promise((go) => setTimeout(go, 20))`,
    );
    expect(printed(), removal).toContain("late one");
    expect(printed(), removal).toContain("nobody's");
  }
  events.forEach((event, i) => {
    for (const listener of theirs[i]!)
      if (!process.listeners(event as "exit").includes(listener)) process.on(event, listener);
  });
});

test("a cell that fills the memory ends with an error, and the next one runs", () => {
  // The sockets' thread asks for a look at the memory; here the cell itself, so that nothing depends on time.
  const script = `import { createNodeSession } from ${JSON.stringify(import.meta.resolve("#nablab/kernel/node-host.js"))};
    import { raiseMemory, stopFlag } from ${JSON.stringify(import.meta.resolve("#nablab/session/stop.js"))};
    globalThis.look = () => { raiseMemory(stopFlag); (0, eval)("n·look()"); };
    const session = createNodeSession({ onOutput() {} });
    await session.execute("%check off", 0);
    const first = await session.execute("let large = []; for (;;) { large.push(new Array(10000).fill(1.5)); look() }", 1);
    const freed = await session.execute("large = undefined; 1 + 1", 2);
    // Garbage alone, many times as much as fits, is none of its business.
    const garbage = await session.execute("let kept = 0; for (let i = 0; i < 2e4; i++) { kept += new Array(10000).fill(1.5).length; look() } kept", 3);
    session.close();
    console.log(JSON.stringify([first.evalue, freed.result?.data, garbage.result?.data ?? garbage]));`;
  const shown = execFileSync(
    process.execPath,
    ["--max-old-space-size=300", "--input-type=module", "-e", script],
    {
      encoding: "utf8",
    },
  );
  const [error, freed, garbage] = JSON.parse(shown);
  expect(error).toMatch(
    /^out of memory: cells hold 0\.\d of the 0\.3 GB that Node has; .*--max-old-space-size=\d+/,
  );
  expect([freed, garbage]).toEqual([{ "text/plain": "2" }, { "text/plain": "200000000" }]);
});

test("and after all listeners of all events were, in a process of its own", () => {
  const removals = [
    "process.removeAllListeners()",
    "require('node:events').prototype.removeAllListeners.call(process)",
    "(process as any)._events = {}",
  ];
  const script = `import { createNodeSession } from ${JSON.stringify(import.meta.resolve("#nablab/kernel/node-host.js"))};
    let printed = "";
    const session = createNodeSession({ onOutput: (output) => (printed += output.text ?? "") });
    const alive = setInterval(() => {}, 1000);
    const found = [];
    for (const removal of ${JSON.stringify(removals)}) {
      printed = "";
      await session.execute(\`\${removal}; Promise.reject(new Error("at once"));
        setTimeout(() => { throw new Error("later") }); await new Promise((go) => setTimeout(go, 20))\`, 1);
      const { result } = await session.execute("1 + 1", 2);
      found.push([printed, result.data["text/plain"]]);
    }
    session.close();
    clearInterval(alive);
    console.log(JSON.stringify(found));`;
  const shown = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const found = JSON.parse(shown) as [string, string][];
  expect(found).toHaveLength(removals.length);
  for (const [i, [printed, value]] of found.entries()) {
    for (const text of ["at once", "later"]) expect(printed, removals[i]).toContain(text);
    expect(value, removals[i]).toBe("2");
  }
});
