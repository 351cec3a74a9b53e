/**
 * The compiler: the newest TypeScript that runs in the process (TypeScript 7 is a separate program).
 *
 * It is nine megabytes of JavaScript, which V8 takes about 200 ms to parse. V8's compiled code is cached in the user's cache
 * folder, including the functions that a first cell needs; with the cache it loads in 70 ms, and the first cell is sooner.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import v8 from "node:v8";
import vm from "node:vm";
import type * as TypeScript from "typescript";
import { boundCache, cacheFolder, noteUse } from "../platform/cache-folder.js";
import { makeFolder } from "../platform/make-folder.js";

const require = createRequire(import.meta.url);

let loaded: typeof TypeScript | undefined;
let uncached: vm.Script | undefined;

/** The compiler, loaded lazily. */
export function loadTypeScript(): typeof TypeScript {
  if (loaded) return loaded;
  const filename = require.resolve("typescript");
  const parameters = "exports, require, module, __filename, __dirname";
  const script = new vm.Script(`(function (${parameters}) { ${readFileSync(filename, "utf8")}\n})`, {
    filename,
    cachedData: readCache(),
  });
  if (script.cachedDataRejected !== false) uncached = script;
  const module = { exports: {} as typeof TypeScript };
  const run = script.runInThisContext() as (...values: unknown[]) => void;
  run.call(module.exports, module.exports, createRequire(filename), module, filename, path.dirname(filename));
  return (loaded = module.exports);
}

/** Caches V8's compiled code of the compiler for the next start, unless it is cached already. */
export function keepCompiledTypeScript(): void {
  if (!uncached) return;
  try {
    const file = cacheFile();
    const temporary = `${file}.${process.pid}.tmp`;
    makeFolder(path.dirname(file));
    writeFileSync(temporary, uncached.createCachedData());
    renameSync(temporary, file);
    boundCache();
  } catch {
    // Without write permission every start compiles it again.
  }
  uncached = undefined;
}

/** The compiler's version, without loading it. */
export function typeScriptVersion(): string {
  return JSON.parse(readFileSync(require.resolve("typescript/package.json"), "utf8")).version;
}

/** A file for each version of the compiler and of V8, with its flags. */
function cacheFile(): string {
  const name = `typescript-${typeScriptVersion()}-${process.arch}-${v8.cachedDataVersionTag()}.bin`;
  return path.join(cacheFolder(), name);
}

function readCache(): Buffer | undefined {
  try {
    const file = cacheFile();
    const code = readFileSync(file);
    noteUse(file);
    return code;
  } catch {
    return undefined;
  }
}
