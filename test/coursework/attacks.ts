/**
 * What a submission may try from within: each is a cell of its own. `is` says how it must end: with an error like this, or
 * with nothing gained, where `gains` is what must not be printed.
 *
 * The headings are the sentences of the threat model in notebooks/coursework/README.md.
 */
export interface Attack {
  name: string;
  code: string;
  /** What its error says. */
  is?: RegExp;
  /** What it would print if it worked. */
  gains?: RegExp;
}

const notAllowed = (what: string): RegExp =>
  new RegExp(
    `^Error: ${what.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")} is not allowed: where notebooks are graded`,
  );
const frozen =
  /Cannot (assign to (read only )?property|define property|redefine property|add property|delete property|set property)|cannot be changed (here|where notebooks are graded)/;
/** Code that tries to change what is frozen. */
const changing = (name: string, code: string): Attack => ({ name, code, is: frozen });
const noText = /^EvalError: Code generation from strings disallowed/;
const fs = (names: string): string => `import { ${names} } from "node:fs";\n`;
const module = (name: string): Pick<Attack, "code" | "is"> => ({
  code: `const found = await import("${name}"); console.log("GOT", Object.keys(found).length);`,
  is: notAllowed(`importing the module "${name}"`),
});

/** An answer reads its own folder and nablab; nothing else. */
const reads: Attack[] = [
  {
    name: "a file by its path",
    code: `${fs("readFileSync")}readFileSync("../secret.txt", "utf8")`,
    is: notAllowed("reading ../secret.txt"),
  },
  {
    name: "a file by its URL",
    code: `${fs("readFileSync")}readFileSync(new URL("file:///etc/passwd"))`,
    is: notAllowed("reading /etc/passwd"),
  },
  {
    name: "a file by bytes",
    code: `${fs("readFileSync")}readFileSync(Buffer.from("../secret.txt"))`,
    is: notAllowed("reading ../secret.txt"),
  },
  {
    name: "a file by a promise",
    code: `${fs("promises")}await promises.readFile("../secret.txt")`,
    is: notAllowed("reading ../secret.txt"),
  },
  {
    name: "a file by a callback",
    code: `${fs("readFile")}await new Promise((done, fail) => readFile("../secret.txt", (error, data) => (error ? fail(error) : done(data))))`,
    is: notAllowed("reading ../secret.txt"),
  },
  {
    name: "a file by its type",
    code: 'type Secret = typeof import("../secret.json"); const guess: Secret = "no number" as never as Secret; const no: 41 = guess;',
    is: /TS2307/,
  },
  {
    name: "a file by a reference",
    code: '/// <reference path="../secret.json" />\n/// <reference types="../secret.json" />\n1',
  },
  {
    name: "a file by a name of a package of its own",
    code: `${fs("writeFileSync as note")}note("package.json", JSON.stringify({ name: "me", imports: { "#x": "../secret.json" }, exports: { "./x": "../secret.json" } }));
const own: string[] = ["#x", "me/x"]; const said = await Promise.all(own.map((name) => import(name, { with: { type: "json" } }).then(() => "GOT", String))); console.log(said.join()); throw new Error("refused");`,
    is: /refused/,
  },
  { name: "a folder", code: `${fs("readdirSync")}readdirSync("..")`, is: /reading \.\. is not allowed/ },
  {
    name: "the environment of the process",
    code: `${fs("readFileSync")}readFileSync("/proc/self/environ")`,
    is: notAllowed("reading /proc/self/environ"),
  },
  {
    name: "a link",
    code: `${fs("symlinkSync")}symlinkSync("../secret.txt", "link.txt")`,
    is: notAllowed("fs.symlinkSync"),
  },
  {
    name: "a second name",
    code: `${fs("linkSync")}linkSync("../secret.txt", "link.txt")`,
    is: notAllowed("fs.linkSync"),
  },
  {
    name: "a copy",
    code: `${fs("copyFileSync")}copyFileSync("../secret.txt", "copy.txt")`,
    is: /is not allowed/,
  },
  {
    name: "by nablab",
    code: 'import { loadCsv } from "nablab";\nawait loadCsv("../secret.txt")',
    is: /Access to this API has been restricted/,
  },
  {
    name: "JSON by require",
    code: 'require("../secret.json")',
    is: notAllowed('importing the package "../secret.json"'),
  },
  {
    name: "an open file by its number",
    code: `${fs("readFileSync")}readFileSync(3 as any)`,
    is: /a file is named by a path or a URL, got 3/,
  },
  {
    name: "an open file by nablab",
    code: 'import { loadCsv } from "nablab";\nawait loadCsv(3 as any)',
    is: /TypeError/,
  },
  {
    name: "the channel",
    code: `${fs("readSync")}readSync(3, Buffer.alloc(10))`,
    is: notAllowed("fs.readSync"),
  },
  {
    name: "the channel by a stream",
    code: `${fs("createReadStream")}createReadStream("", { fd: 3 })`,
    is: notAllowed("fs.createReadStream"),
  },
  {
    name: "the source of another cell by a made-up mark",
    code: "const forged = [() => '/*·0.0*/', () => '/*·1.0*/', () => '/*·2.0*/']; if (forged.some((f) => !f.toString().includes('/*·'))) console.log('GOT')",
    gains: /GOT/,
  },
  {
    name: "what was in memory before",
    code: "const bytes = Buffer.allocUnsafe(1e6); if (bytes.some((byte) => byte !== 0)) console.log('GOT');",
    gains: /GOT/,
  },
  {
    name: "what was matched last",
    code: "const legacy = RegExp as any; if ([legacy.input, legacy.$_, legacy.lastMatch, legacy['$`'], legacy.$1].some((text) => text !== undefined)) console.log('GOT')",
    gains: /GOT/,
  },
  {
    name: "what calls it",
    code: "function called() { return (called as any).caller; }\ncalled();",
    is: /^TypeError: 'caller', 'callee', and 'arguments' properties may not be accessed/,
  },
  {
    name: "what calls it, where types are not checked",
    code: "// @ts-nocheck\nfunction sly() { return arguments.callee.caller; }\nsly();",
    is: /^TypeError: 'caller', 'callee', and 'arguments' properties may not be accessed/,
  },
  {
    name: "what calls it, after checks were switched off",
    code: "%check off\nfunction slier() { return slier.caller?.arguments; }\nslier();",
    is: /^TypeError: 'caller', 'callee', and 'arguments' properties may not be accessed/,
  },
  {
    name: "what its cell is given",
    code: "%check on\n(() => arguments)()",
    is: /arguments is not defined|TS2304/,
  },
  {
    name: "the stack of what calls it",
    code: "const frames: any = {}; Error.captureStackTrace(frames); if (/session|kernel|dist/.test(frames.stack)) console.log('GOT', frames.stack)",
    gains: /GOT/,
  },
  {
    name: "call sites by a class of errors of its own",
    code: "class Sites extends Error { static prepareStackTrace(_: unknown, sites: unknown) { return sites; } }\nif (typeof new Sites().stack !== 'string') console.log('GOT')",
    gains: /GOT/,
  },
  {
    name: "whether a file is there",
    code: `${fs("existsSync")}if (existsSync("../secret.txt")) console.log("GOT")`,
    is: notAllowed("reading ../secret.txt"),
  },
  {
    name: "a file by the folder of the process",
    code: `${fs("readFileSync")}readFileSync("/proc/self/cwd/../secret.txt")`,
    is: /is not allowed|ENOENT/,
  },
  {
    name: "the memory of the process",
    code: `${fs("readFileSync")}readFileSync("/proc/self/mem")`,
    is: notAllowed("reading /proc/self/mem"),
  },
  {
    name: "the command line of the grader",
    code: `${fs("readFileSync")}readFileSync("/proc/1/cmdline")`,
    is: notAllowed("reading /proc/1/cmdline"),
  },
  {
    name: "an open file by its link",
    code: `${fs("readlinkSync")}readlinkSync("/proc/self/fd/3")`,
    is: notAllowed("fs.readlinkSync"),
  },
  {
    name: "a file by a path that changes",
    code: `${fs("readFileSync")}let turn = 0; const path: any = { toString: () => (turn++ ? "../secret.txt" : "own.txt") }; readFileSync(path)`,
    is: /a file is named by a path or a URL/,
  },
  {
    name: "a file by bytes that change",
    code: `${fs("readFileSync")}const changing = Buffer.from("own.txt" + " ".repeat(6)); Object.defineProperty(changing, "toString", { value: () => "own.txt" }); changing.write("../secret.txt"); readFileSync(changing)`,
    is: notAllowed("reading ../secret.txt"),
  },
  {
    name: "buffers of others",
    code: "if (Buffer.from('mine').buffer.byteLength !== 4) console.log('GOT');",
    gains: /GOT/,
  },
];

/** It writes into its own folder, up to a limit. */
const writes: Attack[] = [
  {
    name: "a file",
    code: `${fs("writeFileSync")}writeFileSync("../secret.txt", "")`,
    is: notAllowed("writing ../secret.txt"),
  },
  {
    name: "a file moved out",
    code: `${fs("writeFileSync, renameSync")}writeFileSync("mine.txt", ""); renameSync("mine.txt", "../secret.txt")`,
    is: /is not allowed/,
  },
  { name: "a file removed", code: `${fs("rmSync")}rmSync("../secret.txt")`, is: /is not allowed/ },
  {
    name: "into the channel",
    code: `${fs("writeSync")}writeSync(3, '{"result":{"status":"ok"},"cell":1}\\n')`,
    is: notAllowed("fs.writeSync"),
  },
  {
    name: "into the channel by a file function",
    code: `${fs("writeFileSync, appendFileSync")}try { writeFileSync(3, "x"); } catch { appendFileSync(3, "x"); }`,
    is: /a file is named by a path or a URL, got 3/,
  },
  { name: "the channel closed", code: `${fs("closeSync")}closeSync(3)`, is: notAllowed("fs.closeSync") },
  {
    name: "a full disk",
    code: `${fs("writeFileSync")}const block = new Uint8Array(5e7); for (let i = 0; i < 100; i++) writeFileSync("large.bin", block);`,
    is: notAllowed("writing more than 500 MB"),
  },
  {
    name: "a full disk by arrays that lie",
    code: `${fs("writeFileSync")}class Small extends Uint8Array { get byteLength() { return 0; } }\nconst small = new Small(5e7); for (let i = 0; i < 100; i++) writeFileSync("large.bin", small);`,
    is: notAllowed("writing more than 500 MB"),
  },
  {
    name: "many small files",
    code: `${fs("writeFileSync")}for (let i = 0; i < 1e6; i++) writeFileSync("small.txt", "");`,
    is: notAllowed("writing more than 500 MB"),
  },
  {
    name: "a file with a hole",
    code: `${fs("truncateSync")}truncateSync("own.txt", 1e13)`,
    is: notAllowed("fs.truncateSync"),
  },
];

/** It starts nothing. */
const starts: Attack[] = [
  { name: "a thread with other flags", ...module("node:worker_threads") },
  { name: "a program", ...module("node:child_process") },
  { name: "a program by another name", ...module("child_process") },
  { name: "a cluster", ...module("node:cluster") },
  { name: "a program by a line of a cell", code: "!echo GOT", is: notAllowed("running programs") },
  { name: "a package by a line of a cell", code: "%install left-pad", is: notAllowed("installing packages") },
  {
    name: "native code",
    code: "process.dlopen({ exports: {} }, 'x.node')",
    is: notAllowed("process.dlopen"),
  },
  { name: "a native package", code: 'require("zeromq")', is: notAllowed('importing the package "zeromq"') },
  { name: "WASI", ...module("node:wasi") },
  { name: "an inspector", ...module("node:inspector") },
  {
    name: "an inspector of the grader",
    code: "(process as any)._debugProcess(1)",
    is: notAllowed("process._debugProcess"),
  },
  {
    name: "its own inspector by a signal",
    code: 'process.kill(process.pid, "SIGUSR1")',
    is: notAllowed("sending signals to processes"),
  },
  { name: "a heap snapshot", ...module("node:v8") },
  { name: "another context", ...module("node:vm") },
  { name: "a report", code: "(process as any).report.writeReport('report.json')", is: /^TypeError/ },
  { name: "hooks of modules", ...module("node:module") },
  {
    name: "the module that is behind require",
    code: "console.log('GOT', (require as any).cache.size, (require as any).main)",
    is: /^TypeError/,
  },
  {
    name: "a module that only the process has",
    code: "(process as any).getBuiltinModule('net')",
    is: notAllowed("process.getBuiltinModule"),
  },
  { name: "Node's insides", code: "(process as any).binding('fs')", is: notAllowed("process.binding") },
  { name: "code of text", code: "eval('1')", is: noText },
  { name: "a function of text", code: "Function('return process')()", is: noText },
  {
    name: "a function of text by a constructor",
    code: "(async () => {}).constructor('return process')()",
    is: noText,
  },
  { name: "a generator of text", code: "(function* () {}).constructor('yield process')()", is: noText },
  {
    name: "a function of text by Reflect",
    code: "Reflect.construct(Object.getPrototypeOf(async function* () {}).constructor as any, ['1'])",
    is: noText,
  },
  {
    name: "a module of text",
    code: "const address = 'data:text/javascript,console.log(process)'; await import(address)",
    is: /is not allowed/,
  },
  {
    name: "a JavaScript file of its own",
    code: `${fs("writeFileSync")}writeFileSync("own.mjs", "import 'node:net'; console.log('GOT')"); const own = "./own.mjs"; await import(own)`,
    is: notAllowed('importing the JavaScript file "own.mjs"'),
  },
  {
    name: "a TypeScript file of its own",
    code: `${fs("writeFileSync")}writeFileSync("own.ts", "import net from 'node:net'; console.log('GOT', net)"); const typed = "./own.ts"; await import(typed)`,
    is: notAllowed('importing the module "node:net"'),
  },
  ...[
    "file:///etc/passwd",
    "https://127.0.0.1/x.mjs",
    "node:fs/../net",
    "internal/child_process",
    "#platform",
  ].map((address) => ({
    name: `import of ${address}`,
    code: `const address${address.length} = "${address}"; await import(address${address.length})`,
    is: /is not allowed|Only URLs|not found|there is no|Invalid/i,
  })),
  {
    name: "Node's insides by its errors",
    code: "try { Buffer.alloc(-1); } catch (error: any) { const made = error.constructor; if (Object.getOwnPropertyNames(made).some((name) => /bind|require|process/.test(name))) console.log('GOT'); made.constructor('return process')(); }",
    is: noText,
  },
  {
    name: "a function of text by WebAssembly",
    code: "const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0); const instance = new (globalThis as any).WebAssembly.Instance(new (globalThis as any).WebAssembly.Module(bytes), { env: {} }); (instance as any).constructor.constructor('return process')()",
    is: noText,
  },
  {
    name: "a function of text by a timer",
    code: "setTimeout('console.log(\"GOT\")' as any, 0)",
    is: /TypeError/,
  },
  {
    name: "streams behind a hash",
    code: 'import cryptography from "node:crypto"; let link: any = cryptography.createHash("md5"); for (; link; link = Object.getPrototypeOf(link)) if (link.pipe ?? link._write) console.log("GOT")',
    gains: /GOT/,
  },
  {
    name: "nablab's insides",
    code: "const inside = 'nablab/dist/session/source-positions.js'; await import(inside)",
    is: /is not allowed/,
  },
  {
    name: "nablab's insides by their short name",
    code: "const inside2 = '#nablab/session/stop.js'; await import(inside2)",
    is: /is not allowed/,
  },
  {
    name: "nablab by a cell of its name",
    code: "/** @module nablab */\nexport const fooled = 1; export function checkThat() {} export async function credit(points: number) { return points; }",
  },
  {
    name: "nablab by a package beside the notebook",
    code: `${fs("mkdirSync as make, writeFileSync as put")}make("node_modules/nablab", { recursive: true });
put("node_modules/nablab/package.json", JSON.stringify({ name: "nablab", type: "module", exports: "./index.js" }));
put("node_modules/nablab/index.js", "export const fooled = 1; export const checkThat = () => {};");
put("tsconfig.json", JSON.stringify({ compilerOptions: { baseUrl: ".", paths: { nablab: ["./node_modules/nablab/index.js"] } } }));
if ("fooled" in (await import("nablab"))) console.log("GOT");`,
  },
  {
    name: "processes by a sweep",
    code: `${fs("writeFileSync as write1")}import { sweep } from "nablab"; write1("point.ts", "console.log('GOT'); export const run = () => ({});"); await sweep("./point.ts", { a: [1] }, { live: false })`,
    is: notAllowed("starting programs"),
  },
  {
    name: "a cluster by a sweep",
    code: `${fs("writeFileSync as write2")}import { sweep as sweepThere } from "nablab"; write2("point.ts", "export const run = () => ({});"); await sweepThere("./point.ts", { a: [1] }, { live: false, cluster: "local", out: "../out" })`,
    is: /is not allowed|Dask is missing: Access to this API has been restricted/,
  },
];

/** It reaches no network and no process. */
const reaches: Attack[] = [
  ...[
    "net",
    "http",
    "https",
    "http2",
    "dgram",
    "tls",
    "dns",
    "repl",
    "async_hooks",
    "diagnostics_channel",
    "trace_events",
  ].map((name) => ({ name, ...module(`node:${name}`) })),
  { name: "a page", code: 'await fetch("http://127.0.0.1:1")', is: /fetch is not (a function|defined)/ },
  {
    name: "a web socket",
    code: 'new (WebSocket as any)("ws://127.0.0.1:1")',
    is: /WebSocket is not (a constructor|defined)/,
  },
  {
    name: "a page by its class",
    code: 'new (Request as any)("http://127.0.0.1:1")',
    is: /Request is not|TS\d+/,
  },
  {
    name: "an event source",
    code: 'new (globalThis as any).EventSource("http://127.0.0.1:1")',
    is: /is not a constructor/,
  },
  { name: "an HTTP request", code: "new (globalThis as any).XMLHttpRequest()", is: /is not a constructor/ },
  {
    name: "the kernel's sockets",
    code: `${fs("readFileSync")}readFileSync((process.env.JUPYTER_RUNTIME_DIR ?? "/root/.local/share/jupyter/runtime") + "/kernel.json")`,
    is: /^Error: reading .* is not allowed/,
  },
  {
    name: "tokens in the environment",
    code: "if (Object.keys(process.env).some((name) => /TOKEN|KEY|SECRET|JPY/.test(name))) console.log('GOT')",
    gains: /GOT/,
  },
  { name: "another thread's channel", code: 'new BroadcastChannel("x")', is: /BroadcastChannel is not/ },
  {
    name: "the grader by a signal",
    code: "process.kill(process.ppid ?? 999_999, 'SIGKILL')",
    is: notAllowed("sending signals to processes"),
  },
  {
    name: "its whole group by a signal",
    code: "process.kill(0, 'SIGKILL')",
    is: notAllowed("sending signals to processes"),
  },
  {
    name: "priorities",
    code: 'import os from "node:os"; os.setPriority(19)',
    is: notAllowed("os.setPriority"),
  },
  { name: "another folder", code: 'process.chdir("/")', is: notAllowed("process.chdir") },
  { name: "another user", code: "process.setuid!(0)", is: notAllowed("process.setuid") },
  {
    name: "the streams behind the output",
    code: "console.log('GOT', typeof (process.stdout as any)._handle.constructor)",
    is: /^TypeError/,
  },
  {
    name: "the true global object",
    code: "const sloppy = (function (this: unknown) { return this; })(); if (sloppy !== undefined || 'fetch' in globalThis) console.log('GOT')",
    gains: /GOT/,
  },
];

/** It changes nothing that tests count on, and nothing of what it says counts for a result. */
const results: Attack[] = [
  changing("Math.floor", "Math.floor = () => 300"),
  changing("Math", "(globalThis as any).Math = {}; Math = {} as any"),
  changing(
    "a Math of its own for later cells",
    "const Math = { abs: () => 0, max: () => Infinity, floor: () => 300 };",
  ),
  changing("Object.is", "Object.is = () => true"),
  changing("Object.keys", "Object.defineProperty(Object, 'keys', { value: () => [] })"),
  changing("Array.prototype.every", "Array.prototype.every = (() => true) as any"),
  changing("a new method of arrays", "(Array.prototype as any).extra = 1"),
  changing("iteration over arrays", "Array.prototype[Symbol.iterator] = function* () {} as any"),
  changing(
    "the iterator of arrays",
    "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })",
  ),
  changing("Number.isNaN", "Number.isNaN = () => false"),
  changing("numbers as text", "Number.prototype.toString = () => '3'"),
  changing("JSON", "JSON.stringify = () => 'null'"),
  changing("Map", "Map.prototype.get = () => 1 as any"),
  changing(
    "Float64Array",
    "Float64Array.prototype.slice = function () { return new Float64Array(1) as any }",
  ),
  changing("all typed arrays", "Object.getPrototypeOf(Float64Array.prototype).every = () => true"),
  changing("Promise", "Promise.prototype.then = (() => {}) as any"),
  changing("instanceof", "Object.defineProperty(Error, Symbol.hasInstance, { value: () => true })"),
  {
    name: "the boxes of names, written with escapes",
    code: "let held = 1; declare const held\\u00b7: any; held; held\\u00b7.follow(() => 2);",
    is: /^SyntaxError: names that begin with n· or end with · are nablab's own/,
  },
  {
    name: "what compiled code is given",
    code: "%check off\nn·const.held = 3; n·import('node:net')",
    is: /^SyntaxError: names that begin with n· or end with · are nablab's own/,
  },
  {
    name: "how numbers are printed",
    code: '%check on\nimport util from "node:util"; util.inspect.defaultOptions = { colors: true, numericSeparator: true };',
    gains: /GOT/,
  },
  changing(
    "all random streams",
    'import { random } from "nablab"; Object.getPrototypeOf(random(1)).uniform = () => 0.5;',
  ),
  changing(
    "all data sets",
    'import { dataset } from "nablab"; Object.getPrototypeOf(dataset({ x: [[1], [2]], y: [0, 1] })).take = () => 1;',
  ),
  changing(
    "how things compare by species",
    "Object.defineProperty(Array, Symbol.species, { get: () => Object })",
  ),
  changing("Math.random", "Math.random = () => 0.5"),
  changing("Date", "Date.now = () => 0"),
  changing("sorting", "Array.prototype.toSorted = function () { return this; } as any"),
  changing(
    "generators",
    "Object.getPrototypeOf(function* () {}).prototype.next = () => ({ done: true, value: 1 })",
  ),
  changing("asynchronous functions", "Object.getPrototypeOf(async () => {}).call = () => 1"),
  changing("Intl", "Intl.NumberFormat.prototype.format = (() => '3') as any"),
  {
    name: "what objects inherit from",
    code: "Object.setPrototypeOf(Object.prototype, { tolerance: 1e9 })",
    is: /Immutable prototype object/,
  },
  {
    name: "what lists inherit from",
    code: "Object.setPrototypeOf(Array.prototype, { x: 1 })",
    is: /is not extensible/,
  },
  {
    name: "what functions inherit from",
    code: "Object.setPrototypeOf(Function.prototype, { call: () => 1 })",
    is: /is not extensible/,
  },
  {
    name: "the class of what typed arrays return",
    code: "Object.defineProperty(Float64Array, Symbol.species, { value: Array })",
    is: /is not extensible/,
  },
  changing("steps of generators", "Object.getPrototypeOf((function* () {})()).next = () => ({ done: true })"),
  {
    name: "Math by a namespace of its own",
    code: "namespace Math { export const floor = () => 300; }",
    is: /Math cannot be changed where notebooks are graded/,
  },
  {
    name: "the reading of errors, by one that cannot be read",
    code: "throw new Proxy(new Error('x'), { get() { throw 1; }, getPrototypeOf() { throw 2; } });",
    is: /^Thrown: /,
  },
  changing("WebAssembly", "(globalThis as any).WebAssembly.Module = class {}"),
  changing("Atomics", "Atomics.load = () => 1 as any"),
  changing("weak references", "WeakRef.prototype.deref = () => 1 as any"),
  changing("clean-up", "FinalizationRegistry.prototype.register = () => {}"),
  changing("structuredClone", "(globalThis as any).structuredClone = () => 1"),
  changing("JSON of numbers", "Object.defineProperty(Number.prototype, 'toJSON', { value: () => 3 })"),
  changing(
    "JSON of all that is sent",
    "Object.defineProperty(Object.prototype, 'toJSON', { value: () => ({ status: 'ok' }) })",
  ),
  changing(
    "a setter for all objects",
    "Object.defineProperty(Object.prototype, 'secret', { set(value) { console.log('GOT', value) } })",
  ),
  changing("thenables for all", "Object.defineProperty(Object.prototype, 'then', { value: () => {} })"),
  {
    name: "a result that is JSON of its own",
    code: "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'x', 'application/json': { toJSON: () => ({ secret: 1 }) } }) })",
    gains: /GOT/,
  },
  changing("stack traces", "Error.prepareStackTrace = (_, sites) => sites"),
  changing("every object", "Object.defineProperty(Object.prototype, 'status', { value: 'ok' })"),
  changing("Reflect", "Reflect.apply = () => 1 as any"),
  {
    name: "by a prototype",
    code: "Object.setPrototypeOf(Float64Array.prototype, {})",
    is: /^TypeError: (#<Object>|.*) (is|not) .*extensible/,
  },
  changing("text", "String.prototype.split = () => []"),
  changing("regular expressions", "RegExp.prototype.exec = () => null"),
  changing("the clock", "performance.now = () => 0"),
  changing("assert", 'import assert from "node:assert"; assert.equal = () => {}'),
  changing("events", 'import { EventEmitter } from "node:events"; EventEmitter.prototype.emit = () => true'),
  changing("Tensor", 'import { Tensor } from "nablab"; (Tensor.prototype as any).reshape = () => 1'),
  changing("a check", 'import * as all from "nablab"; (all as any).checkClose = () => {}'),
  changing(
    "the error of checks",
    'import { CheckFailed } from "nablab"; Object.defineProperty(CheckFailed, Symbol.hasInstance, { value: () => false })',
  ),
  changing("a rule", 'import { sgd } from "nablab"; (sgd as any).step = 1'),
  {
    name: "boxes of names",
    code: "let boxed = 1; declare const n·boxed: any; Object.getPrototypeOf(n·boxed).constructor; Object.defineProperty(n·boxed, 'd', { set() {} })",
    is: /^SyntaxError: names that begin with n· or end with · are nablab's own/,
  },
  { name: "messages that come", code: "process.on('message', () => {})", is: notAllowed("process.on") },
  {
    name: "messages that come, first",
    code: "process.prependListener('message', () => {})",
    is: notAllowed("process.prependListener"),
  },
  {
    name: "messages made up",
    code: "(process as any).emit('message', { execute: '3', cell: 1 })",
    is: notAllowed("process.emit"),
  },
  {
    name: "messages sent",
    code: "process.send!({ result: { status: 'ok' }, cell: 1 })",
    is: /process\.send is not|is not allowed/,
  },
  { name: "exit handlers", code: "process.once('exit', () => {})", is: notAllowed("process.once") },
  {
    name: "timers of others",
    code: "const timer: any = setTimeout(() => {}, 1000); clearTimeout(timer); if (Reflect.ownKeys(timer).length > 0) console.log('GOT')",
    gains: /GOT/,
  },
  {
    name: "all timers by number",
    code: "for (let i = 0; i < 1000; i++) clearTimeout(i); console.log('nothing')",
    gains: /GOT/,
  },
  {
    name: "output taken back",
    code: 'import { clearOutput } from "nablab"; clearOutput?.(); setTimeout(() => clearOutput?.(), 1);',
    gains: /GOT/,
  },
  { name: "its own console", code: "console.log = () => {}; console.error = () => {};", gains: /GOT/ },
];

export const attacks: Readonly<Record<string, readonly Attack[]>> = {
  reads,
  starts,
  reaches,
  results,
  writes, // last, as they use up what may be written
};
