/**
 * Resolves "nablab" in a running cell to the nablab of its kernel, even if there is no node_modules above the notebook or
 * another version is installed. `node-files.ts` does the same for the compiler.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connectTslab } from "./tslab.js";

const require = createRequire(import.meta.url);

/** The root folder of the running nablab, which contains its package.json. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** Whether this is a clone with its set-up script, not an installed package. */
export const isClone = (): boolean => existsSync(path.join(packageRoot, "scripts", "setup.mjs"));

/** The command that installs Python packages: the set-up in a clone, elsewhere pip. */
export const pythonPackages = (packages: string): string =>
  isClone() ? "npm run setup" : `pip install ${packages}`;

let resolving = false;
const entry = path.join(packageRoot, "dist", "index.js");

/** Makes `require("nablab")`, from wherever it is called, load the running nablab, and `require("tslab")` the tslab connected to it. */
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
