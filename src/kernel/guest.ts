/**
 * What the code of a graded notebook can reach: the language, a list of globals and modules, and nablab.
 *
 * Code can reach the names in its scope and whatever follows from them. Cells and the files that they import are compiled by
 * nablab and get these names in place of all of Node's: their code is loaded in no other way (V8 refuses code from strings,
 * see `isolation.ts`), nothing here leads to the rest of Node, and objects shared with the grading code are frozen
 * (`lockdown.ts`). So there is no channel to write to, no message to intercept, no module to replace and no process to
 * signal. Node's permission model restricts the paths of files.
 */
import assert from "node:assert";
import buffer from "node:buffer";
import { Console } from "node:console";
import crypto from "node:crypto";
import events from "node:events";
import fs from "node:fs";
import { isBuiltin } from "node:module";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import querystring from "node:querystring";
import stringDecoder from "node:string_decoder";
import timersPromises from "node:timers/promises";
import url from "node:url";
import util from "node:util";
import zlib from "node:zlib";
import { Box } from "../session/box.js";
import type { SessionHost } from "../session/host.js";
import { guestFiles } from "./guest-files.js";
import { lockdown } from "./lockdown.js";
import { refusal } from "./refusal.js";

type Names = Record<string, unknown>;

/** What the cells of a graded notebook get in place of all of Node. */
export type Guest = Pick<SessionHost, "import" | "importFile" | "scopeOf"> &
  Required<Pick<SessionHost, "reserved" | "ofPlatform" | "runCommand" | "install">>;

/**
 * Creates the guest's scope, and freezes the objects it shares with the grading code.
 *
 * @param nablab what cells import as "nablab"
 * @param classes nablab's classes, including those that are not exported
 * @param exit ends the process
 */
export function makeGuest(nablab: Names, classes: readonly unknown[], exit: (code?: number) => never): Guest {
  Buffer.poolSize = 0; // otherwise small buffers share a block of memory
  const guestProcess = processFor(exit);
  const timers = timersFor();
  const modules = modulesFor(guestProcess, timers);
  const shared = shareGlobals();
  // Cells may change their console, and what is in their global object; what the assignment's cells print they do not see.
  const [names, locked] = [namesFor(guestProcess, timers), namesFor(guestProcess, timers)];
  lockdown(
    [
      ...shared,
      ...Object.values(modules),
      ...results(timers),
      nablab,
      ...classes,
      Box,
      Console,
      events,
      util,
      assert,
      path,
      url,
    ],
    [process, globalThis, console],
  );
  const load = (specifier: string): Names => {
    if (specifier === "nablab") return nablab;
    const name = specifier.replace(/^node:/, "");
    if (Object.hasOwn(modules, name)) return modules[name]!;
    throw refusal(
      `importing the ${isBuiltin(specifier) ? "module" : "package"} ${JSON.stringify(specifier)}`,
    );
  };
  const scopeOf = (file: string, isLocked = false): Names => ({
    ...(isLocked ? locked : names),
    require: load,
    __filename: path.normalize(file),
    __dirname: path.dirname(file),
  });
  return {
    import: async (specifier) => load(specifier),
    // Node would load it with full access.
    async importFile(file) {
      throw refusal(`importing the JavaScript file ${JSON.stringify(path.basename(file))}`);
    },
    scopeOf,
    reserved: ofTheLanguage,
    ofPlatform: new Set([...sharedNames, ...Object.keys(scopeOf("/"))]),
    // For `!command` and `%install`, which Node's permission model would refuse as well.
    runCommand: async () => refused("running programs")(),
    install: async () => refused("installing packages")(),
  };
}

/** What syntax and functions give that no name leads to: their classes are shared like all others. */
function results({ setTimeout, clearTimeout }: Names): unknown[] {
  const timer = (setTimeout as (call: () => void) => unknown)(() => {});
  (clearTimeout as (timer: unknown) => void)(timer);
  const segments = new Intl.Segmenter().segment("a");
  const syntax = [function* () {}, async () => {}, async function* () {}, [][Symbol.iterator]()];
  const iterators = [new Map().entries(), new Set().entries(), "".matchAll(/a/g), ""[Symbol.iterator]()];
  // In Node 22 and later: iterators with `map`, and those made of any other.
  const { Iterator: Any, CryptoKey } = globalThis as unknown as {
    Iterator?: { from(one: unknown): Record<string, unknown> };
    CryptoKey: unknown;
  };
  const made = Any ? [Any.from({ next() {} }), (Any.from([]).map as (f: unknown) => unknown)(() => {})] : [];
  // Their streams are Node's; `text` and `arrayBuffer` do without.
  Reflect.deleteProperty(Blob.prototype, "stream");
  return [
    ...[...syntax, ...iterators, ...made, segments, segments[Symbol.iterator]()],
    ...[new URLSearchParams().entries(), timer, crypto.webcrypto.subtle, performance.timerify, CryptoKey],
    ...[fs.statSync("."), fs.statSync(".", { bigint: true }), fs.Dirent],
    new events.EventEmitterAsyncResource({ name: "nablab" }).asyncResource,
  ];
}

/** The allowed names of a module; all other functions throw that they are not allowed. */
function only(name: string, whole: object, allowed: string, instead: Names = {}): Names {
  const kept = new Set(allowed.split(" "));
  const found: Names = {};
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(whole))) {
    if (kept.has(key)) found[key] = (whole as Names)[key];
    else if (typeof descriptor.value === "function" && !key.startsWith("_"))
      found[key] = refused(`${name}.${key}`);
  }
  Object.assign(found, instead);
  return { ...found, default: found };
}

const refused = (what: string) => (): never => {
  throw refusal(what);
};

/** Node's modules for cells. */
function modulesFor(guestProcess: Names, timers: Names): Record<string, Names> {
  const { promises, ...here } = guestFiles();
  const files = only("fs", fs, "constants", { ...here, promises });
  const strict = { ...(assert.strict as unknown as Names), default: assert.strict };
  const pathNames = { ...path, default: path };
  return {
    assert: { ...(assert as unknown as Names), default: assert },
    "assert/strict": strict,
    buffer: only("buffer", buffer, "Buffer Blob File atob btoa constants kMaxLength isUtf8 isAscii"),
    crypto: only(
      "crypto",
      crypto,
      "randomBytes randomUUID randomInt getRandomValues timingSafeEqual hash getHashes",
      {
        createHash: hashing(crypto.createHash as unknown as Hashing),
        createHmac: hashing(crypto.createHmac as unknown as Hashing),
      },
    ),
    events: { ...(events as unknown as Names), default: events },
    fs: files,
    "fs/promises": { ...promises, default: promises },
    os: only(
      "os",
      os,
      "EOL arch availableParallelism cpus devNull endianness freemem platform release tmpdir totalmem type uptime version machine",
    ),
    path: pathNames,
    "path/posix": { ...path.posix, default: path.posix },
    perf_hooks: { performance, default: { performance } },
    process: { ...guestProcess, default: guestProcess },
    querystring: { ...(querystring as unknown as Names), default: querystring },
    string_decoder: { ...(stringDecoder as unknown as Names), default: stringDecoder },
    timers: { ...timers, default: timers },
    "timers/promises": only("timers/promises", timersPromises, "setTimeout setImmediate setInterval"),
    url: only(
      "url",
      url,
      "URL URLSearchParams fileURLToPath pathToFileURL urlToHttpOptions domainToASCII domainToUnicode",
    ),
    util: only(
      "util",
      util,
      "format inspect isDeepStrictEqual promisify callbackify types stripVTControlCharacters TextDecoder TextEncoder styleText inherits toUSVString",
    ),
    zlib: only("zlib", zlib, "crc32 constants", packing()),
  };
}

/** Compression without the option `info`, which gives out a stream: much of Node is made of their classes. */
function packing(): Names {
  const { gzipSync, gunzipSync, deflateSync, inflateSync, deflateRawSync, inflateRawSync } = zlib;
  return Object.fromEntries(
    Object.entries({ gzipSync, gunzipSync, deflateSync, inflateSync, deflateRawSync, inflateRawSync }).map(
      ([name, pack]) => [name, (data: string, options?: object) => pack(data, { ...options, info: false })],
    ),
  );
}

interface Hash {
  update(data: unknown, encoding?: unknown): unknown;
  digest(encoding?: unknown): unknown;
  copy?(): Hash;
}
type Hashing = (...values: unknown[]) => Hash;

/** Hashes with their own methods only: Node's are streams, which lead to much of Node. */
function hashing(start: Hashing): Hashing {
  const only = (hash: Hash): Hash => {
    const own: Hash = {
      update(data, encoding) {
        hash.update(data, encoding);
        return own;
      },
      digest: (encoding) => hash.digest(encoding),
      ...(hash.copy && { copy: () => only(hash.copy!()) }),
    };
    return own;
  };
  return (...values) => only(start(...values));
}

/** Timers whose objects lead to no others: Node's form a linked list with those of the grader. */
function timersFor(): Names {
  const real = new WeakMap<object, NodeJS.Timeout | NodeJS.Immediate>();
  class Timer {
    ref(): this {
      real.get(this)?.ref();
      return this;
    }
    unref(): this {
      real.get(this)?.unref();
      return this;
    }
    hasRef(): boolean {
      return real.get(this)?.hasRef() ?? false;
    }
  }
  const starting =
    (start: (call: () => void, milliseconds?: number) => NodeJS.Timeout | NodeJS.Immediate) =>
    (call: unknown, milliseconds?: number, ...values: unknown[]): Timer => {
      if (typeof call !== "function")
        throw new TypeError(`a timer calls a function, got ${util.inspect(call)}`);
      const timer = new Timer();
      real.set(
        timer,
        start(() => Reflect.apply(call, undefined, values), milliseconds),
      );
      return timer;
    };
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearImmediate } = globalThis;
  const clear = (timer: unknown): void => {
    const found = typeof timer === "object" && timer !== null ? real.get(timer) : undefined;
    if (!found) return;
    clearTimeout(found as NodeJS.Timeout);
    clearImmediate(found as NodeJS.Immediate);
  };
  const immediate = starting((call) => setImmediate(call));
  return {
    setTimeout: starting(setTimeout),
    setInterval: starting(setInterval),
    setImmediate: (call: unknown, ...values: unknown[]) => immediate(call, undefined, ...values),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
}

/** The `process` object of cells: harmless information, and `exit`. */
function processFor(exit: (code?: number) => never): Names {
  const { argv0, platform, arch, version, versions, pid } = process;
  const stream = (name: "stdout" | "stderr") => {
    const { write } = process[name];
    return { isTTY: false, write: (text: unknown) => write.call(process[name], text as string) };
  };
  const { hrtime, memoryUsage, nextTick, uptime, cpuUsage } = process;
  const allowed: Names = {
    ...{ argv: [argv0, "notebook"], env: { ...process.env }, platform, arch, version, pid },
    versions: { ...versions },
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    cwd: process.cwd.bind(process),
    hrtime: Object.assign((before?: [number, number]) => hrtime.call(process, before), {
      bigint: () => hrtime.bigint(),
    }),
    memoryUsage: () => memoryUsage.call(process),
    cpuUsage: () => cpuUsage.call(process),
    uptime: () => uptime.call(process),
    nextTick: (call: (...values: unknown[]) => void, ...values: unknown[]) =>
      nextTick.call(process, call, ...values),
    exit,
    kill(id: unknown, signal: unknown = "SIGTERM") {
      if (id !== pid || (signal !== "SIGTERM" && signal !== "SIGKILL"))
        throw refusal("sending signals to processes");
      return exit(signal === "SIGKILL" ? 137 : 143); // the first process of a sandbox cannot send itself one
    },
  };
  const everything = new Set([
    ...Object.getOwnPropertyNames(process),
    "on",
    "once",
    "emit",
    "off",
    "prependListener",
  ]);
  for (const key of everything) {
    if (key in allowed) continue;
    const { value } = Object.getOwnPropertyDescriptor(process, key) ?? { value: events.prototype.on };
    if (typeof value === "function") allowed[key] = refused(`process.${key}`);
  }
  return allowed;
}

/** Names of the language, on which tests rely. */
const ofTheLanguage = new Set(
  (
    "Object Function Array Number Boolean String Symbol BigInt Math JSON Reflect Proxy Promise Date RegExp Map Set WeakMap " +
    "WeakSet WeakRef FinalizationRegistry Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError " +
    "URIError SuppressedError ArrayBuffer SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray " +
    "Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array Float64Array " +
    "Intl WebAssembly undefined NaN Infinity isNaN isFinite parseFloat parseInt structuredClone queueMicrotask"
  ).split(" "),
);

/** Names of the global scope that cells share with what grades them. */
const sharedNames = new Set([
  ...ofTheLanguage,
  ...(
    "Iterator Temporal DisposableStack AsyncDisposableStack decodeURI decodeURIComponent encodeURI encodeURIComponent escape " +
    "unescape AbortController AbortSignal Event EventTarget URL URLSearchParams TextEncoder TextDecoder Blob Buffer " +
    "DOMException atob btoa crypto performance prompt"
  ).split(" "),
]);

/** Makes them read-only; returns their values. */
function shareGlobals(): unknown[] {
  const scope = globalThis as unknown as Names;
  return [...sharedNames]
    .filter((name) => name in scope)
    .map((name) => {
      const value = scope[name];
      Object.defineProperty(scope, name, { value, writable: false, configurable: false });
      return value;
    });
}

/** The names that have another value in cells, often undefined. */
function namesFor(guestProcess: Names, timers: Names): Names {
  const scope = globalThis as unknown as Names;
  const { stdout, stderr } = guestProcess as { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream };
  const names: Names = {
    ...timers,
    process: guestProcess,
    console: new Console({ stdout, stderr, ignoreErrors: false, colorMode: false }), // cells may modify it
  };
  const global: Names = { ...names };
  for (const name of sharedNames)
    if (name in scope) Object.defineProperty(global, name, { value: scope[name] });
  global.global = global.globalThis = global;
  names.global = names.globalThis = global;
  // `undefined` and the like cannot mean anything else; `eval` is refused by V8.
  const fixed = /^(undefined|NaN|Infinity|eval)$/;
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!sharedNames.has(name) && !fixed.test(name) && !(name in names)) names[name] = undefined;
  }
  return names;
}
