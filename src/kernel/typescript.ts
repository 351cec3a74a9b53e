/**
 * The compiler behind tslab: its own build of TypeScript, with a few internals exported.
 *
 * It is looked up from tslab's folder, so that it is the very copy that tslab's converter has: we change what it
 * sees of the file system (`compiler-files.ts`). Loading it takes some 200 ms, so it is loaded when needed.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as TypeScript from "@tslab/typescript-for-tslab";

const packageName = "@tslab/typescript-for-tslab";
const tslab = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"));

/** The compiler. */
export function loadTypeScript(): typeof TypeScript {
  return tslab(packageName);
}

/**
 * Replaces functions of the compiler for those who load it from now on, that is for tslab. Its exports cannot be
 * assigned to, so the whole export is exchanged; inside the compiler nothing changes.
 */
export function replaceInTypeScript(replacements: Partial<typeof TypeScript>): void {
  const ts = loadTypeScript();
  tslab.cache[tslab.resolve(packageName)]!.exports = { ...ts, ...replacements };
}

/** The compiler's version, without loading it. */
export function typeScriptVersion(): string {
  return JSON.parse(readFileSync(tslab.resolve(`${packageName}/package.json`), "utf8")).version;
}
