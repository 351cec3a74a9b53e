/**
 * A folder as it was before: what has been put into it since, or is of another kind now, is removed, whatever it is called and
 * however deep it lies; folders get back their permissions, and notebooks these and their text: those of the assignment graded
 * earlier lie there, too.
 *
 * Names are bytes here. As text one that is not UTF-8 would name another file.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  constants,
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
  /** The kind and the permissions of each entry. */
  const modes = new Map<string, number>();
  const notebooks = new Map<string, Buffer>();
  const restore = (file: Buffer): void => {
    const mode = modes.get(keyOf(file))!;
    if (mode !== modeOf(file)) chmodSync(file, mode & 0o7777);
  };
  const root = Buffer.from(folder);
  modes.set(keyOf(root), modeOf(root));
  look(root, (file) => {
    const [key, mode] = [keyOf(file), modeOf(file)];
    modes.set(key, mode);
    if (kindOf(mode) === constants.S_IFREG && key.endsWith(".ipynb")) notebooks.set(key, readFileSync(file));
    return kindOf(mode) === constants.S_IFDIR;
  });
  return () => {
    restore(root);
    look(root, (file) => {
      const key = keyOf(file);
      const mode = modes.get(key);
      if (mode === undefined || kindOf(mode) !== kindOf(modeOf(file))) {
        remove(file, folder);
        return false;
      }
      const isFolder = kindOf(mode) === constants.S_IFDIR;
      if (isFolder || notebooks.has(key)) restore(file);
      return isFolder;
    });
    for (const [key, text] of notebooks) {
      const file = Buffer.from(key, "latin1");
      putBack(file, text);
      restore(file);
    }
  };
}

const modeOf = (file: Buffer): number => lstatSync(file).mode;
const kindOf = (mode: number): number => mode & constants.S_IFMT;

/** Writes a file as it was, unless it is. */
function putBack(file: Buffer, text: Buffer): void {
  if (lstatSync(file, { throwIfNoEntry: false }) && readFileSync(file).equals(text)) return;
  rmSync(file, { force: true });
  mkdirSync(file.subarray(0, file.lastIndexOf(separator)), { recursive: true });
  writeFileSync(file, text);
}

const separator = Buffer.from(path.sep);
const keyOf = (file: Buffer): string => file.toString("latin1");

/** Calls `at` for what is in a folder, and in those in it for which it returns true. */
function look(folder: Buffer, at: (file: Buffer) => boolean): void {
  for (const name of readdirSync(folder, { encoding: "buffer" })) {
    const file = Buffer.concat([folder, separator, name]);
    if (at(file)) look(file, at);
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
