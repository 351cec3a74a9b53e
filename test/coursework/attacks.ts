/**
 * What a submission may try from within: each is a cell of its own. `is` says how it must end: with an error like this, or
 * with nothing gained, where `gains` is what must not be printed.
 *
 * `says` is the sentence of the manual (notebooks/coursework/README.md) that an attack tries the opposite of;
 * `threat-model.test.ts` asks for one of each.
 */
export interface Attack {
  name: string;
  says: string;
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
/** An attack that may leave out which sentence it is about, where that is the one of the list. */
type Listed = Omit<Attack, "says"> & Partial<Pick<Attack, "says">>;
const about = (says: string, attacks: readonly Listed[]): Attack[] =>
  attacks.map((attack) => ({ says, ...attack }));
/** Code that tries to change what is frozen. */
const changing = (name: string, code: string, says?: string): Listed => ({
  name,
  code,
  is: frozen,
  ...(says && { says }),
});
const noText = /^EvalError: Code generation from strings disallowed/;
const fs = (names: string): string => `import { ${names} } from "node:fs";\n`;
const module = (name: string): Pick<Attack, "code" | "is"> => ({
  code: `const found = await import("${name}"); console.log("GOT", Object.keys(found).length);`,
  is: notAllowed(`importing the module "${name}"`),
});

/** An answer reads its own folder and nablab; nothing else. */
const reads = about("R2", [
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
    says: "S2",
    name: "a file by a name of a package of its own",
    code: `${fs("writeFileSync as note")}note("package.json", JSON.stringify({ name: "me", imports: { "#x": "../secret.json" }, exports: { "./x": "../secret.json" } }));
const own: string[] = ["#x", "me/x"]; const said = await Promise.all(own.map((name) => import(name, { with: { type: "json" } }).then(() => "GOT", String))); console.log(said.join()); throw new Error("refused");`,
    is: /refused/,
  },
  { name: "a folder", code: `${fs("readdirSync")}readdirSync("..")`, is: /reading \.\. is not allowed/ },
  {
    says: "R1",
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
    says: "S2",
    name: "JSON by require",
    code: 'require("../secret.json")',
    is: notAllowed('importing the package "../secret.json"'),
  },
  {
    says: "R3",
    name: "an open file by its number",
    code: `${fs("readFileSync")}readFileSync(3 as any)`,
    is: /a file is named by a path or a URL, got 3/,
  },
  {
    says: "R3",
    name: "an open file by nablab",
    code: 'import { loadCsv } from "nablab";\nawait loadCsv(3 as any)',
    is: /TypeError/,
  },
  {
    says: "R3",
    name: "the channel",
    code: `${fs("readSync")}readSync(3, Buffer.alloc(10))`,
    is: notAllowed("fs.readSync"),
  },
  {
    says: "R3",
    name: "the channel by a stream",
    code: `${fs("createReadStream")}createReadStream("", { fd: 3 })`,
    is: notAllowed("fs.createReadStream"),
  },
  {
    says: "T1",
    name: "the source of another cell by a made-up mark",
    code: "const forged = [() => '/*·0.0*/', () => '/*·1.0*/', () => '/*·2.0*/']; if (forged.some((f) => !f.toString().includes('/*·'))) console.log('GOT')",
    gains: /GOT/,
  },
  {
    says: "T2",
    name: "what was in memory before",
    code: "const bytes = Buffer.allocUnsafe(1e6); if (bytes.some((byte) => byte !== 0)) console.log('GOT');",
    gains: /GOT/,
  },
  {
    says: "T2",
    name: "what was matched last",
    code: "const legacy = RegExp as any; if ([legacy.input, legacy.$_, legacy.lastMatch, legacy['$`'], legacy.$1].some((text) => text !== undefined)) console.log('GOT')",
    gains: /GOT/,
  },
  {
    says: "T1",
    name: "what calls it",
    code: "function called() { return (called as any).caller; }\ncalled();",
    is: /^TypeError: 'caller', 'callee', and 'arguments' properties may not be accessed/,
  },
  {
    says: "T1",
    name: "what calls it, where types are not checked",
    code: "// @ts-nocheck\nfunction sly() { return arguments.callee.caller; }\nsly();",
    is: /^TypeError: 'caller', 'callee', and 'arguments' properties may not be accessed/,
  },
  {
    says: "T1",
    name: "what calls it, after checks were switched off",
    code: "%check off\nfunction slier() { return slier.caller?.arguments; }\nslier();",
    is: /^TypeError: 'caller', 'callee', and 'arguments' properties may not be accessed/,
  },
  {
    says: "T1",
    name: "what its cell is given",
    code: "%check on\n(() => arguments)()",
    is: /arguments is not defined|TS2304/,
  },
  {
    says: "T1",
    name: "the stack of what calls it",
    code: "const frames: any = {}; Error.captureStackTrace(frames); if (/session|kernel|dist/.test(frames.stack)) console.log('GOT', frames.stack)",
    gains: /GOT/,
  },
  {
    says: "T1",
    name: "call sites by a class of errors of its own",
    code: "class Sites extends Error { static prepareStackTrace(_: unknown, sites: unknown) { return sites; } }\nif (typeof new Sites().stack !== 'string') console.log('GOT')",
    gains: /GOT/,
  },
  {
    name: "whether a file is there, by where it really lies",
    code: `${fs("realpathSync")}realpathSync("../secret.txt")`,
    is: notAllowed("fs.realpathSync"),
  },
  {
    name: "files of the system by other paths",
    code: `${fs("readFileSync, statSync, accessSync, readdirSync, lstatSync")}for (const file of ["/proc/self/fd/0", "/proc/self/fd/3", "/proc/self/maps", "/proc/self/root/etc/passwd", "/proc/thread-self/environ", "/dev/shm/x", "/dev/fd/3", "/dev/stdin", "/dev/tty", "own.txt/../../secret.txt", "./../secret.txt", "//etc/passwd", process.cwd() + "/../secret.txt", "/sys/kernel", "/tmp"]) for (const look of [readFileSync, statSync, accessSync, readdirSync, lstatSync]) try { (look as any)(file); console.log("GOT", file); } catch (error: any) { if (!/is not allowed|restricted/.test(error.message)) console.log("GOT", file, error.message); }`,
    gains: /GOT/,
  },
  {
    name: "a file by a URL that changes",
    code: `${fs("readFileSync")}let looks = 0; const sly: any = Object.create(URL.prototype, { href: { get: () => (looks++ ? "file:///etc/passwd" : "file:///x") }, protocol: { value: "file:" }, hostname: { value: "" }, pathname: { get: () => (looks++ > 1 ? "/etc/passwd" : "/x") } }); readFileSync(sly)`,
    is: /instance of class URL|is not allowed|Cannot read private member/,
  },
  {
    says: "R1",
    name: "what Node knows of the system",
    code: "if ([process.report, process.config, process.execArgv, process.channel, process.mainModule, process.stdin, process.moduleLoadList, process.permission, process.features, process.finalization].some((one) => one !== undefined)) console.log('GOT')".replaceAll(
      "process.",
      "(process as any).",
    ),
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
    says: "R3",
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
    says: "T2",
    name: "buffers of others",
    code: "if (Buffer.from('mine').buffer.byteLength !== 4) console.log('GOT');",
    gains: /GOT/,
  },
]);

/** It writes into its own folder, up to a limit. */
const writes = about("W2", [
  {
    says: "W3",
    name: "files whose names are no text",
    code: `${fs("writeFileSync, mkdirSync")}writeFileSync(Buffer.from([0xff, 0xfe, 0x61]), "x"); mkdirSync(Buffer.from([0x62, 0xe4]));`,
  },
  {
    says: "W3",
    name: "folders deeper than a path is long",
    code: `${fs("mkdirSync, renameSync")}const long = "d".repeat(200), deep = (n: number) => Array(n).fill(long).join("/"); mkdirSync(deep(18), { recursive: true }); for (let i = 0; i < 3; i++) { mkdirSync("t" + i + "/" + deep(17), { recursive: true }); renameSync("t" + i, deep(17) + "/t" + i); }`,
  },
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
    says: "R3",
    name: "into the channel",
    code: `${fs("writeSync")}writeSync(3, '{"result":{"status":"ok"},"cell":1}\\n')`,
    is: notAllowed("fs.writeSync"),
  },
  {
    says: "R3",
    name: "into the channel by a file function",
    code: `${fs("writeFileSync, appendFileSync")}try { writeFileSync(3, "x"); } catch { appendFileSync(3, "x"); }`,
    is: /a file is named by a path or a URL, got 3/,
  },
  {
    says: "R3",
    name: "the channel closed",
    code: `${fs("closeSync")}closeSync(3)`,
    is: notAllowed("fs.closeSync"),
  },
  {
    says: "W1",
    name: "a full disk",
    code: `${fs("writeFileSync")}const block = new Uint8Array(5e7); for (let i = 0; i < 100; i++) writeFileSync("large.bin", block);`,
    is: notAllowed("writing more than 500 MB"),
  },
  {
    says: "W1",
    name: "a full disk by arrays that lie",
    code: `${fs("writeFileSync")}class Small extends Uint8Array { get byteLength() { return 0; } }\nconst small = new Small(5e7); for (let i = 0; i < 100; i++) writeFileSync("large.bin", small);`,
    is: notAllowed("writing more than 500 MB"),
  },
  {
    says: "W1",
    name: "many small files",
    code: `${fs("writeFileSync")}for (let i = 0; i < 1e6; i++) writeFileSync("small.txt", "");`,
    is: notAllowed("writing more than 500 MB"),
  },
  {
    says: "W1",
    name: "a file with a hole",
    code: `${fs("truncateSync")}truncateSync("own.txt", 1e13)`,
    is: notAllowed("fs.truncateSync"),
  },
]);

/** It starts nothing. */
const starts = about("S1", [
  { name: "a thread with other flags", ...module("node:worker_threads") },
  { name: "a program", ...module("node:child_process") },
  { name: "a program by another name", ...module("child_process") },
  { name: "a cluster", ...module("node:cluster") },
  { name: "a program by a line of a cell", code: "!echo GOT", is: notAllowed("running programs") },
  {
    says: "S2",
    name: "a package by a line of a cell",
    code: "%install left-pad",
    is: notAllowed("installing packages"),
  },
  {
    name: "native code",
    code: "process.dlopen({ exports: {} }, 'x.node')",
    is: notAllowed("process.dlopen"),
  },
  {
    says: "S2",
    name: "a native package",
    code: 'require("zeromq")',
    is: notAllowed('importing the package "zeromq"'),
  },
  { name: "WASI", ...module("node:wasi") },
  { name: "an inspector", ...module("node:inspector") },
  {
    says: "N2",
    name: "an inspector of the grader",
    code: "(process as any)._debugProcess(1)",
    is: notAllowed("process._debugProcess"),
  },
  {
    says: "N2",
    name: "its own inspector by a signal",
    code: 'process.kill(process.pid, "SIGUSR1")',
    is: notAllowed("sending signals to processes"),
  },
  ...["_linkedBinding", "reallyExit", "loadEnvFile", "setSourceMapsEnabled", "_getActiveHandles"].map(
    (name) => ({
      name: `process.${name}`,
      code: `(process as any).${name}("x")`,
      is: notAllowed(`process.${name}`),
    }),
  ),
  ...[
    "data:application/json,1",
    "blob:nodedata:1",
    "node:stream",
    "node:sqlite",
    "node:test",
    "npm:typescript",
    "nablab/package.json",
    "node:__proto__",
    "constructor",
  ].map((address, i) => ({
    says: "S2",
    name: `import of ${address} by a computed name`,
    code: `const computed${i} = "${address}"; await import(computed${i})`,
    is: /is not allowed/,
  })),
  {
    says: "S2",
    name: "a module by a name that changes",
    code: "let names = 0; await import({ toString: () => (names++ ? 'node:net' : 'nablab') } as any).then((all) => all.sgd ?? console.log('GOT'))",
    gains: /GOT/,
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
  {
    name: "a built-in module by the process",
    code: "(process as any).getBuiltinModule('fs')",
    is: notAllowed("process.getBuiltinModule"),
  },
  {
    name: "a linked binding",
    code: "(process as any)._linkedBinding('fs')",
    is: notAllowed("process._linkedBinding"),
  },
  {
    name: "native code by the process",
    code: "(process as any).dlopen({ exports: {} }, 'x.node')",
    is: notAllowed("process.dlopen"),
  },
  {
    name: "a require of its own",
    code: "import { createRequire } from 'node:module'; createRequire('/x')('fs')",
    is: notAllowed('importing the module "node:module"'),
  },
  { name: "asynchronous hooks", ...module("node:async_hooks") },
  { name: "channels of diagnostics", ...module("node:diagnostics_channel") },
  { name: "traces", ...module("node:trace_events") },
  { name: "a runner of tests", ...module("node:test") },
  { name: "streams", ...module("node:stream") },
  { name: "domains", ...module("node:domain") },
  { name: "a realm", code: "new (globalThis as any).ShadowRealm()", is: /is not a constructor/ },
  {
    says: "S2",
    name: "a module of data",
    code: "const data: string = 'data:text/javascript,export default 1'; await import(data)",
    is: notAllowed('importing the package "data:text/javascript,export default 1"'),
  },
  {
    says: "S2",
    name: "JSON of data",
    code: "const json: string = 'data:application/json,1'; await import(json, { with: { type: 'json' } })",
    is: notAllowed('importing the package "data:application/json,1"'),
  },
  {
    says: "R2",
    name: "a file by where import.meta finds it",
    code: `${fs("readFileSync as readAt")}readAt(new URL((import.meta as any).resolve("../secret.txt")))`,
    is: /reading .*secret\.txt is not allowed/,
  },
  {
    says: "S2",
    name: "a function of text by the error of a refusal",
    code: `${fs("readFileSync as refusedRead")}try { refusedRead("../secret.txt"); } catch (error: any) { error.constructor.constructor("return process")(); }`,
    is: noText,
  },
  {
    says: "S2",
    name: "an asynchronous generator of text",
    code: "new (Object.getPrototypeOf(async function* () {}).constructor)('yield process')",
    is: noText,
  },
  { says: "S2", name: "code of text", code: "eval('1')", is: noText },
  { says: "S2", name: "a function of text", code: "Function('return process')()", is: noText },
  {
    says: "S2",
    name: "a function of text by a constructor",
    code: "(async () => {}).constructor('return process')()",
    is: noText,
  },
  {
    says: "S2",
    name: "a generator of text",
    code: "(function* () {}).constructor('yield process')()",
    is: noText,
  },
  {
    says: "S2",
    name: "a function of text by Reflect",
    code: "Reflect.construct(Object.getPrototypeOf(async function* () {}).constructor as any, ['1'])",
    is: noText,
  },
  {
    says: "S2",
    name: "a module of text",
    code: "const address = 'data:text/javascript,console.log(process)'; await import(address)",
    is: /is not allowed/,
  },
  {
    says: "S2",
    name: "a JavaScript file of its own",
    code: `${fs("writeFileSync")}writeFileSync("own.mjs", "import 'node:net'; console.log('GOT')"); const own = "./own.mjs"; await import(own)`,
    is: notAllowed('importing the JavaScript file "own.mjs"'),
  },
  {
    says: "S2",
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
    says: "S2",
    name: `import of ${address}`,
    code: `const address${address.length} = "${address}"; await import(address${address.length})`,
    is: /is not allowed|Only URLs|not found|there is no|Invalid/i,
  })),
  {
    says: "S2",
    name: "Node's insides by its errors",
    code: "try { Buffer.alloc(-1); } catch (error: any) { const made = error.constructor; if (Object.getOwnPropertyNames(made).some((name) => /bind|require|process/.test(name))) console.log('GOT'); made.constructor('return process')(); }",
    is: noText,
  },
  {
    says: "S2",
    name: "a function of text by WebAssembly",
    code: "const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0); const instance = new (globalThis as any).WebAssembly.Instance(new (globalThis as any).WebAssembly.Module(bytes), { env: {} }); (instance as any).constructor.constructor('return process')()",
    is: noText,
  },
  {
    says: "S2",
    name: "a function of text by a timer",
    code: "setTimeout('console.log(\"GOT\")' as any, 0)",
    is: /TypeError/,
  },
  {
    says: "N4",
    name: "streams behind what was packed",
    code: 'import packing from "node:zlib"; for (const pack of [packing.gzipSync, packing.deflateSync, packing.deflateRawSync]) for (let link: any = pack("x", { info: true } as any); link; link = Object.getPrototypeOf(link)) if (link.engine ?? link.pipe ?? link._write) console.log("GOT")',
    gains: /GOT/,
  },
  {
    says: "N4",
    name: "streams behind what was unpacked",
    code: 'import unpacking from "node:zlib"; const packed = unpacking.gzipSync("x"); let asked = 0; const options: any = { get info() { return asked++ > 0; } }; if ((unpacking.gunzipSync(packed, options) as any).engine) console.log("GOT")',
    gains: /GOT/,
  },
  {
    says: "N4",
    name: "streams behind a blob",
    code: "new Blob(['x']).stream()",
    is: /stream is not a function/,
  },
  {
    says: "N4",
    name: "streams behind a hash",
    code: 'import cryptography from "node:crypto"; let link: any = cryptography.createHash("md5"); for (; link; link = Object.getPrototypeOf(link)) if (link.pipe ?? link._write) console.log("GOT")',
    gains: /GOT/,
  },
  {
    says: "S2",
    name: "nablab's insides",
    code: "const inside = 'nablab/dist/session/source-positions.js'; await import(inside)",
    is: /is not allowed/,
  },
  {
    says: "S2",
    name: "nablab's insides by their short name",
    code: "const inside2 = '#nablab/session/stop.js'; await import(inside2)",
    is: /is not allowed/,
  },
  {
    says: "S2",
    name: "nablab by a cell of its name",
    code: "/** @module nablab */\nexport const fooled = 1; export function checkThat() {} export async function credit(points: number) { return points; }",
  },
  {
    says: "S2",
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
]);

/** It reaches no network and no process. */
const reaches = about("N1", [
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
    says: "R1",
    name: "the kernel's sockets",
    code: `${fs("readFileSync")}readFileSync((process.env.JUPYTER_RUNTIME_DIR ?? "/root/.local/share/jupyter/runtime") + "/kernel.json")`,
    is: /^Error: reading .* is not allowed/,
  },
  {
    says: "R1",
    name: "tokens in the environment",
    code: "if (Object.keys(process.env).some((name) => /TOKEN|KEY|SECRET|JPY/.test(name))) console.log('GOT')",
    gains: /GOT/,
  },
  {
    says: "N2",
    name: "another thread's channel",
    code: 'new BroadcastChannel("x")',
    is: /BroadcastChannel is not/,
  },
  {
    says: "N2",
    name: "the grader by a signal",
    code: "process.kill(process.ppid ?? 999_999, 'SIGKILL')",
    is: notAllowed("sending signals to processes"),
  },
  {
    says: "N2",
    name: "its whole group by a signal",
    code: "process.kill(0, 'SIGKILL')",
    is: notAllowed("sending signals to processes"),
  },
  {
    says: "N2",
    name: "priorities",
    code: 'import os from "node:os"; os.setPriority(19)',
    is: notAllowed("os.setPriority"),
  },
  { says: "N3", name: "another folder", code: 'process.chdir("/")', is: notAllowed("process.chdir") },
  {
    name: "a channel of messages",
    code: "new (globalThis as any).MessageChannel()",
    is: /is not a constructor/,
  },
  {
    name: "a channel to other programs",
    code: "new (globalThis as any).BroadcastChannel('x')",
    is: /is not a constructor/,
  },
  {
    says: "N4",
    name: "who watches its times",
    code: "new (globalThis as any).PerformanceObserver(() => {})",
    is: /is not a constructor/,
  },
  { says: "N2", name: "another user", code: "process.setuid!(0)", is: notAllowed("process.setuid") },
  {
    says: "N4",
    name: "the streams behind the output",
    code: "console.log('GOT', typeof (process.stdout as any)._handle.constructor)",
    is: /^TypeError/,
  },
  {
    says: "T3",
    name: "the true global object",
    code: "const sloppy = (function (this: unknown) { return this; })(); if (sloppy !== undefined || 'fetch' in globalThis) console.log('GOT')",
    gains: /GOT/,
  },
]);

/** It changes nothing that tests count on, and nothing of what it says counts for a result. */
const results = about("C1", [
  changing("Math.floor", "Math.floor = () => 300"),
  changing("Math", "(globalThis as any).Math = {}; Math = {} as any", "C2"),
  changing(
    "a Math of its own for later cells",
    "const Math = { abs: () => 0, max: () => Infinity, floor: () => 300 };",
    "C2",
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
  changing("numbers as text", "Number.prototype.toString = () => '3'", "C5"),
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
    says: "T3",
    name: "the boxes of names, written with escapes",
    code: "let held = 1; declare const held\\u00b7: any; held; held\\u00b7.follow(() => 2);",
    is: /^SyntaxError: names that begin with n· or end with · are nablab's own/,
  },
  {
    says: "T3",
    name: "what compiled code is given",
    code: "%check off\nn·const.held = 3; n·import('node:net')",
    is: /^SyntaxError: names that begin with n· or end with · are nablab's own/,
  },
  {
    says: "C5",
    name: "how numbers are printed",
    code: '%check on\nimport util from "node:util"; util.inspect.defaultOptions = { colors: true, numericSeparator: true };',
    gains: /GOT/,
  },
  changing(
    "all random streams",
    'import { random } from "nablab"; Object.getPrototypeOf(random(1)).uniform = () => 0.5;',
    "C6",
  ),
  changing(
    "all data sets",
    'import { dataset } from "nablab"; Object.getPrototypeOf(dataset({ x: [[1], [2]], y: [0, 1] })).take = () => 1;',
    "C6",
  ),
  changing(
    "how things compare by species",
    "Object.defineProperty(Array, Symbol.species, { get: () => Object })",
  ),
  ...[
    ["what is said of files", 'require("node:fs").statSync("own.txt")', "isFile"],
    ["what is said of large files", 'require("node:fs").statSync("own.txt", { bigint: true })', "isFile"],
    ["what is in a folder", 'require("node:fs").readdirSync(".", { withFileTypes: true })[0]', "isFile"],
    ["timers", "setTimeout(() => {}, 0)", "ref"],
    ["hashes of the browser's kind", "crypto.subtle", "digest"],
    ["parts of texts", 'new Intl.Segmenter().segment("a")', "containing"],
    ["steps over parts of texts", 'new Intl.Segmenter().segment("a")[Symbol.iterator]()', "next"],
    ["steps over parameters of addresses", 'new URLSearchParams("a=1").entries()', "next"],
    ["steps over matches", '"a".matchAll(/a/g)', "next"],
    [
      "resources of events",
      'new (require("node:events") as any).EventEmitterAsyncResource({ name: "x" }).asyncResource',
      "runInAsyncScope",
    ],
  ].map(([name, made, key]) =>
    changing(
      `the class of ${name}`,
      `%check off\nfor (let link: any = ${made}; ; link = Object.getPrototypeOf(link)) if (Object.hasOwn(link, "${key}")) { link.${key} = () => 1; break; }`,
    ),
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
    says: "C2",
    name: "Math by a namespace of its own",
    code: "namespace Math { export const floor = () => 300; }",
    is: /Math cannot be changed where notebooks are graded/,
  },
  {
    says: "C7",
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
    "C7",
  ),
  changing(
    "a setter for all objects",
    "Object.defineProperty(Object.prototype, 'secret', { set(value) { console.log('GOT', value) } })",
    "C7",
  ),
  changing("thenables for all", "Object.defineProperty(Object.prototype, 'then', { value: () => {} })"),
  {
    says: "C7",
    name: "a result that is JSON of its own",
    code: "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'x', 'application/json': { toJSON: () => ({ secret: 1 }) } }) })",
    gains: /GOT/,
  },
  changing("stack traces", "Error.prepareStackTrace = (_, sites) => sites"),
  changing("every object", "Object.defineProperty(Object.prototype, 'status', { value: 'ok' })"),
  changing("Reflect", "Reflect.apply = () => 1 as any"),
  changing("every object, by JSON", "Object.assign(({} as any).__proto__, JSON.parse('{\"ok\": true}'))"),
  changing(
    "maps, by those that a console keeps",
    "(console as any)._times.constructor.prototype.get = () => 1",
  ),
  changing("how long stacks are", "Error.stackTraceLimit = 1e6"),
  {
    says: "C7",
    name: "an error whose stack runs",
    code: "throw Object.defineProperty(new Error('x'), 'stack', { get() { console.log('now'); return { split: () => ['GOT'], toString: () => 'GOT' }; } })",
    is: /^Error: x$/,
  },
  {
    says: "C7",
    name: "an error that is its own cause",
    code: "const endless: any = new Error('x'); endless.cause = endless; throw endless;",
    is: /^Error: x$/,
  },
  ...["ProcessEnded", "MemoryLimitError"].map((name) => ({
    says: "C7",
    name: `an ending by the machine, ${name}`,
    code: `throw Object.assign(new Error("the notebook's process was killed from outside"), { name: "${name}" });`,
    is: /^Error: the notebook's process was killed from outside$/,
  })),
  {
    says: "C7",
    name: "errors after its end",
    code: "queueMicrotask(() => { throw new Error('late'); }); process.nextTick(() => { throw new Error('late'); }); Promise.reject(new Error('late')); new EventTarget().addEventListener('x', () => {}); 1",
  },
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
    says: "T3",
    name: "boxes of names",
    code: "let boxed = 1; declare const n·boxed: any; Object.getPrototypeOf(n·boxed).constructor; Object.defineProperty(n·boxed, 'd', { set() {} })",
    is: /^SyntaxError: names that begin with n· or end with · are nablab's own/,
  },
  {
    says: "C7",
    name: "messages that come",
    code: "process.on('message', () => {})",
    is: notAllowed("process.on"),
  },
  {
    says: "C7",
    name: "messages that come, first",
    code: "process.prependListener('message', () => {})",
    is: notAllowed("process.prependListener"),
  },
  {
    says: "C7",
    name: "messages made up",
    code: "(process as any).emit('message', { execute: '3', cell: 1 })",
    is: notAllowed("process.emit"),
  },
  {
    says: "C7",
    name: "messages sent",
    code: "process.send!({ result: { status: 'ok' }, cell: 1 })",
    is: /process\.send is not|is not allowed/,
  },
  {
    says: "C7",
    name: "exit handlers",
    code: "process.once('exit', () => {})",
    is: notAllowed("process.once"),
  },
  {
    says: "N4",
    name: "timers of others",
    code: "const timer: any = setTimeout(() => {}, 1000); clearTimeout(timer); if (Reflect.ownKeys(timer).length > 0) console.log('GOT')",
    gains: /GOT/,
  },
  {
    says: "N4",
    name: "all timers by number",
    code: "for (let i = 0; i < 1000; i++) clearTimeout(i); console.log('nothing')",
    gains: /GOT/,
  },
  {
    says: "L6",
    name: "output taken back",
    code: 'import { clearOutput } from "nablab"; clearOutput?.(); setTimeout(() => clearOutput?.(), 1);',
    gains: /GOT/,
  },
  {
    says: "C8",
    name: "its own console",
    code: "console.log = () => {}; console.error = () => {};",
    gains: /GOT/,
  },
]);

export const attacks: Readonly<Record<string, readonly Attack[]>> = {
  reads,
  starts,
  reaches,
  results,
  writes, // last, as they use up what may be written
};
