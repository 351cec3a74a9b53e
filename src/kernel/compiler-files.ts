/**
 * What the compiler sees of the file system.
 *
 * `import … from "nablab"` must mean the nablab whose kernel runs, with its types, from any folder; and
 * `console` or `Buffer` must have types in a folder that never saw npm. So the compiler is told that every
 * `node_modules/nablab` is this very package, and that `<cwd>/node_modules/@types/node` is the one we depend on
 * (unless the folder has its own). tslab forwards the paths of its own package in the same way.
 *
 * The compiler's file watchers are replaced too. They hold hundreds of handles, watch all of `node_modules`, tell
 * of a change only some time later, perhaps after the cell that imports the changed file, and a file that
 * appears where an import missed it made every later cell fail (see `withoutSecondTimer`). Here the files
 * of the reader are looked at before each cell, and folders only after an import was not found.
 */
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { packageRoot } from "./own-packages.js";
import { loadTypeScript, replaceInTypeScript } from "./typescript.js";

type System = typeof TypeScript.sys;
interface Watched {
  path: string;
  changed: TypeScript.FileWatcherCallback;
  stamp: string;
}

const files = new Set<Watched>();
const folders = new Set<{ path: string; changed: TypeScript.DirectoryWatcherCallback }>();
let modules = "";
let prepared = false;

const slashes = (file: string): string => file.replaceAll("\\", "/");
const nablab = slashes(packageRoot).replace(/\/$/, "");

/** Makes the compiler see the world from `cwd`. Called again, it moves to another folder. */
export function prepareCompilerFiles(cwd: string): void {
  modules = `${slashes(cwd)}/node_modules`;
  if (prepared) return;
  prepared = true;

  const ts = loadTypeScript();
  const { sys } = ts;
  const { fileExists, readFile, directoryExists, getDirectories, readDirectory, realpath } = sys;
  const nodeTypes = slashes(path.dirname(createRequire(import.meta.url).resolve("@types/node/package.json")));

  const forward = (file: string): string => {
    const inNablab = /^.*\/node_modules\/nablab(?=\/|$)(.*)$/.exec(file);
    if (inNablab) return nablab + inNablab[1];
    const types = `${modules}/@types/node`;
    const inTypes = file === types || file.startsWith(`${types}/`);
    return inTypes && !directoryExists(types) ? nodeTypes + file.slice(types.length) : file;
  };
  const isTypeRoot = (folder: string): boolean => folder === `${modules}/@types`;

  sys.fileExists = (file) => fileExists(forward(file));
  sys.readFile = (file, encoding) => readFile(forward(file), encoding);
  sys.realpath = (file) => realpath!(forward(file));
  sys.readDirectory = (folder, ...rest) => readDirectory(forward(folder), ...rest);
  sys.directoryExists = (folder) => isTypeRoot(folder) || directoryExists(forward(folder));
  sys.getDirectories = (folder) =>
    isTypeRoot(folder) ? [...new Set([...getDirectories(folder), "node"])] : getDirectories(forward(folder));
  sys.watchFile = (file, changed) =>
    isForeign(file) ? unwatched : watch(files, { path: file, changed, stamp: stampOf(file) });
  sys.watchDirectory = (folder, changed) =>
    folder.endsWith("/@types") ? unwatched : watch(folders, { path: folder, changed });

  replaceInTypeScript({
    // Typed as unknown: there are two overloads, and only `system` matters here.
    createWatchCompilerHost: ((rootFiles: string[], options: object, system: System, ...rest: unknown[]) =>
      (ts.createWatchCompilerHost as (...args: unknown[]) => unknown)(
        rootFiles,
        options,
        withoutSecondTimer(system),
        ...rest,
      )) as typeof TypeScript.createWatchCompilerHost,
  });
}

/** Tells the compiler of every file of the reader that changed since the last look. */
export function lookAtFiles(): void {
  for (const file of [...files]) {
    const now = stampOf(file.path);
    if (now === file.stamp) continue;
    const event = file.stamp === "" ? created : now === "" ? deleted : changed;
    file.stamp = now;
    file.changed(file.path, event);
  }
}
// TypeScript's enum FileWatcherEventKind.
const [created, changed, deleted] = [0, 1, 2];

/** Makes the compiler forget what it did not find: the file may be there now, the package installed. */
export function lookAgain(): void {
  for (const folder of [...folders]) folder.changed(folder.path);
}

/**
 * The compiler sets two timers: to rebuild the program, and to forget what it did not find. tslab's `sys` has
 * room for one and throws at a second, at every cell from then on. The second is not needed: each rebuild
 * forgets first.
 */
function withoutSecondTimer(system: System): System {
  const { setTimeout, clearTimeout } = system;
  const dropped = {};
  return Object.assign(system, {
    setTimeout: (callback: (...args: unknown[]) => void, milliseconds: number, ...rest: unknown[]) =>
      callback.name === "invalidateResolutionsOfFailedLookup"
        ? dropped
        : setTimeout!(callback, milliseconds, ...rest),
    clearTimeout: (timer: unknown) => timer !== dropped && clearTimeout!(timer),
  });
}

// Packages do not change while a notebook is open; if they do, Node holds on to the old code as well.
const isForeign = (file: string): boolean =>
  /\/node_modules\/|\/lib\.[^/]*\.d\.ts$/.test(file) || file.startsWith(`${nablab}/dist/`);

const unwatched: TypeScript.FileWatcher = { close() {} };

function watch<T>(set: Set<T>, entry: T): TypeScript.FileWatcher {
  set.add(entry);
  return { close: () => void set.delete(entry) };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : "";
}
