/**
 * A file is there whole, in its old or its new version, whenever one looks; also after a crash or a full disk.
 */
import { accessSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "./make-folder.js";

/** Makes the file's folder; throws for what is itself a folder. */
function requireFile(file: string): void {
  makeFolder(path.dirname(file));
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`a file cannot be written where a folder is; give a file in it, got ${file}`);
  }
}

/** Throws now where `writeAtomically` would later: for a folder, or a place where nothing may be written. */
export function requireWritable(file: string): void {
  requireFile(file);
  accessSync(path.dirname(file), constants.W_OK);
}

/**
 * Writes `content` to `file`; folders that are missing are made, a link is followed, permissions stay. What is no file, such as
 * `/dev/stdout` or a pipe, is written to, and not replaced.
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
    // A full disk is found by a write, which names no file; and the temporary one says nothing to a reader.
    throw Object.assign(error as NodeJS.ErrnoException, { path: target });
  }
}
