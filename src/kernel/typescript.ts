/**
 * The compiler: the newest TypeScript that answers from within the process (TypeScript 7 is a program of its own).
 * Loading it takes some 200 ms, so it is loaded when needed.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as TypeScript from "typescript";

const require = createRequire(import.meta.url);

/** The compiler. */
export function loadTypeScript(): typeof TypeScript {
  return require("typescript");
}

/** The compiler's version, without loading it. */
export function typeScriptVersion(): string {
  return JSON.parse(readFileSync(require.resolve("typescript/package.json"), "utf8")).version;
}
