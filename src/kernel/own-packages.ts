/**
 * What the name "nablab" means in a cell: the nablab whose kernel runs it, with its types, from any folder.
 *
 * A notebook may lie where no node_modules is above it, or where another version of nablab is installed.
 * So its packages are looked up as if `<cwd>/node_modules` held this very package (and the types of Node,
 * without which even `console` is unknown there): at run time by a hook in Node's resolver, for the compiler by
 * forwarding its file system calls. tslab forwards the paths of its own package in the same way.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type * as TypeScript from "@tslab/typescript-for-tslab";

const require = createRequire(import.meta.url);

/** The folder of the running nablab: where its package.json lies. */
export const packageRoot: string = fileURLToPath(new URL("../..", import.meta.url));

const entry = path.join(packageRoot, "dist", "index.js");

/** Makes `require("nablab")`, from wherever it is called, load the running nablab. */
export function resolveOwnPackage(): void {
  const Module = require("node:module") as {
    _resolveFilename(request: string, ...rest: unknown[]): string;
  };
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    return request === "nablab" ? entry : resolve.call(this, request, ...rest);
  };
}

type System = typeof TypeScript.sys;

/** Makes the compiler find nablab and the types of Node under `<cwd>/node_modules`. */
export function forwardOwnTypes(sys: System, cwd: string): void {
  const modules = `${cwd.replaceAll("\\", "/")}/node_modules`;
  const nodeTypes = path.dirname(require.resolve("@types/node/package.json"));
  const forwarded: [from: string, to: string][] = [[`${modules}/nablab`, packageRoot.replace(/[\\/]$/, "")]];
  // A project that has types of Node keeps its own.
  if (!sys.fileExists(`${modules}/@types/node/package.json`)) {
    forwarded.push([`${modules}/@types/node`, nodeTypes]);
    // Found by Node's upward search in an ordinary install, but not from a cell in an empty folder.
    forwarded.push([`${modules}/undici-types`, packageFolder("undici-types", nodeTypes)]);
  }
  const forward = (file: string): string => {
    for (const [from, to] of forwarded) {
      if (file === from || file.startsWith(`${from}/`)) return to + file.slice(from.length);
    }
    return file;
  };
  const { fileExists, readFile, directoryExists, getDirectories, realpath, readDirectory } = sys;
  sys.fileExists = (file) => fileExists(forward(file));
  sys.readFile = (file, encoding) => readFile(forward(file), encoding);
  sys.realpath = (file) => realpath!(forward(file));
  sys.readDirectory = (folder, ...rest) => readDirectory(forward(folder), ...rest);
  sys.directoryExists = (folder) =>
    forwarded.some(([from]) => from.startsWith(`${folder}/`)) || directoryExists(forward(folder));
  sys.getDirectories = (folder) => {
    const inside = forwarded.flatMap(([from]) =>
      path.posix.dirname(from) === folder ? [path.posix.basename(from)] : [],
    );
    const real = directoryExists(forward(folder)) ? getDirectories(forward(folder)) : [];
    return [...new Set([...real, ...inside])];
  };
}

function packageFolder(name: string, from: string): string {
  return path.dirname(createRequire(path.join(from, "package.json")).resolve(`${name}/package.json`));
}
