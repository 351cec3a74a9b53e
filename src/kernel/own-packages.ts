/**
 * What the name "nablab" means in a cell when it runs: the nablab whose kernel runs it, even where no
 * node_modules is above the notebook, or another version of nablab is installed. That the compiler
 * sees the same is in `node-files.ts`.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connectTslab } from "./tslab.js";

const require = createRequire(import.meta.url);

/** The folder of the running nablab: where its package.json lies. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** Whether this is a clone, with the set-up, and no installed package. */
export const isClone = (): boolean => existsSync(path.join(packageRoot, "scripts", "setup.mjs"));

/** The command that brings what Python needs: in a clone the set-up, elsewhere pip. */
export const pythonPackages = (packages: string): string =>
  isClone() ? "npm run setup" : `pip install ${packages}`;

let resolving = false;
const entry = path.join(packageRoot, "dist", "index.js");

/** Makes `require("nablab")`, from wherever it is called, load the running nablab, and `require("tslab")` the tslab that shows things in it. */
export function resolveOwnPackage(): void {
  if (resolving) return;
  resolving = true;
  const Module = require("node:module") as {
    _resolveFilename(request: string, ...rest: unknown[]): string;
  };
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    if (request === "tslab") return connectTslab();
    return request === "nablab" ? entry : resolve.call(this, request, ...rest);
  };
}
