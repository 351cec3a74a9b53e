/**
 * Atomic writes: at any time a file is complete, in its old or its new version, even after a crash or with a full disk.
 */
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "./make-folder.js";

/** Creates the file's folder; throws if the file itself is a folder. */
function requireFile(file: string): void {
  makeFolder(path.dirname(file));
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`a file cannot be written where a folder is; give a file in it, got ${file}`);
  }
}

/** Throws now if `writeAtomically` would throw later: for a folder, or a read-only location. */
export function requireWritable(file: string): void {
  requireFile(file);
  accessSync(path.dirname(file), constants.W_OK);
}

/**
 * Writes `content` to `file`; creates missing folders, follows links, keeps permissions. Devices and pipes, such as
 * `/dev/stdout`, are written to and not replaced.
 */
export function writeAtomically(file: string, content: string | Uint8Array): void {
  requireFile(file);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(file, content);
    return;
  }
  let target = file;
  let mode: number | undefined;
  try {
    target = realpathSync(file);
    mode = statSync(target).mode;
  } catch {
    // a new file
  }
  // Beside the target: a rename is atomic within one file system.
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, content, { mode: mode ?? 0o666, flush: true });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    // A write to a full disk fails without a file name, and the temporary name would not help a reader.
    throw Object.assign(error as NodeJS.ErrnoException, { path: target });
  }
}
