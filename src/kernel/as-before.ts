/**
 * A folder as it was before: what has been put into it since is removed, whatever it is called and however deep it lies,
 * folders get back their permissions, and notebooks their text: those of the assignment graded earlier lie there, too.
 *
 * Names are bytes here. As text one that is not UTF-8 would name another file.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  type Dirent,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** Looks at a folder; returns what removes all that was not there then, and throws where that is refused. */
export function asBefore(folder: string): () => void {
  const there = new Set<string>();
  const modes = new Map<string, number>();
  const notebooks = new Map<string, Buffer>();
  const remember = (file: Buffer): void => void modes.set(keyOf(file), lstatSync(file).mode & 0o7777);
  const restore = (file: Buffer): void => {
    const mode = modes.get(keyOf(file));
    if (mode !== undefined && mode !== (lstatSync(file).mode & 0o7777)) chmodSync(file, mode);
  };
  const root = Buffer.from(folder);
  remember(root);
  look(root, (file, isFolder) => {
    there.add(keyOf(file));
    if (isFolder) remember(file);
    else if (isNotebook(file)) notebooks.set(keyOf(file), readFileSync(file));
    return isFolder;
  });
  return () => {
    restore(root);
    look(root, (file, isFolder) => {
      if (!there.has(keyOf(file))) {
        remove(file, folder);
        return false;
      }
      if (isFolder) restore(file);
      return isFolder;
    });
    for (const [key, text] of notebooks) putBack(Buffer.from(key, "latin1"), text);
  };
}

const isNotebook = (file: Buffer): boolean => keyOf(file).endsWith(".ipynb");

/** Writes a file as it was, unless it is. */
function putBack(file: Buffer, text: Buffer): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file).equals(text)) return;
  rmSync(file, { recursive: true, force: true });
  mkdirSync(file.subarray(0, file.lastIndexOf(separator)), { recursive: true });
  writeFileSync(file, text);
}

const separator = Buffer.from(path.sep);
const keyOf = (file: Buffer): string => file.toString("latin1");

/** Calls `at` for what is in a folder, and in those in it for which it returns true. */
function look(folder: Buffer, at: (file: Buffer, isFolder: boolean) => boolean): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: "buffer" }) as Dirent<Buffer>[]) {
    const file = Buffer.concat([folder, separator, entry.name]);
    if (at(file, entry.isDirectory())) look(file, at);
  }
}

let count = 0;

/** Opens each folder before `find` enters it, then removes; both enter folder by folder, whatever the length of a path. */
const thorough = 'find "$1" -type d -execdir chmod u+rwx {} \\;; rm -rf -- "$1"';

/** Removes a file, or a folder with all that is in it, even if its paths are too long for the system or it is read-only. */
function remove(file: Buffer, folder: string): void {
  const short = path.join(folder, `.removed-${process.pid}-${count++}`);
  let left: Buffer | string = file;
  try {
    renameSync(file, short);
    left = short;
    rmSync(left, { recursive: true, force: true });
  } catch (error) {
    // Not as an argument of ours, which would be text.
    spawnSync("xargs", ["-0", "sh", "-c", thorough, "sh"], { input: left });
    if (lstatSync(left, { throwIfNoEntry: false })) throw error;
  }
}
