/**
 * Atomic writes: at any time a file is complete, in its old or its new version, even after a crash or with a full disk.
 */
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { makeFolder } from "./make-folder.js";
import { nativeWait } from "./native-wait.js";

/** An open file of a process, as `/dev/stdout` and `/dev/fd/1` lead to. */
const descriptor = /^\/(?:dev|proc\/(\d+)(?:\/task\/\d+)?)\/fd\/(\d+)$/;

/**
 * Where writing to `file` leads: through links, also to a file that does not exist yet, but not through a descriptor to its
 * file. Creates the folders; throws if the file itself is a folder.
 */
function targetOf(file: string): string {
  let target = path.resolve(file);
  // As many links as Linux follows.
  for (let links = 0; links <= 40; links++) {
    makeFolder(path.dirname(target));
    target = path.join(realpathSync(path.dirname(target)), path.basename(target));
    if (descriptor.test(target)) return target;
    const found = lstatSync(target, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      throw new Error(`a file cannot be written where a folder is; give a file in it, got ${file}`);
    }
    if (!found?.isSymbolicLink()) return target;
    target = path.resolve(path.dirname(target), readlinkSync(target));
  }
  throw new Error(`a link that leads back to itself cannot be written to; give another file, got ${file}`);
}

/** Whether something is there that a new file must not replace: a device, a pipe, or the file of a descriptor. */
const isKept = (target: string): boolean =>
  descriptor.test(target) || statSync(target, { throwIfNoEntry: false })?.isFile() === false;

/** Throws now if `writeAtomically` would throw later: for a folder, or a read-only location. */
export function requireWritable(file: string): void {
  const target = targetOf(file);
  accessSync(isKept(target) ? target : path.dirname(target), constants.W_OK);
}

/**
 * Writes `content` to `file`; creates missing folders, follows links, keeps permissions. Devices, pipes and descriptors, such
 * as `/dev/stdout`, are written to and not replaced, wherever they lead.
 */
export function writeAtomically(file: string, content: string | Uint8Array): void {
  const target = targetOf(file);
  if (isKept(target)) {
    writeInto(target, content);
    return;
  }
  const mode = statSync(target, { throwIfNoEntry: false })?.mode;
  // Beside the target: a rename is atomic within one file system.
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`);
  try {
    writeFileSync(temporary, content, { mode: mode ?? 0o666, flush: true });
    // The umask has taken some away.
    if (mode !== undefined && mode !== statSync(temporary).mode) chmodSync(temporary, mode & 0o7777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    // A write to a full disk fails without a file name, and the temporary name would not help a reader.
    throw Object.assign(error as NodeJS.ErrnoException, { path: target });
  }
}

/** Writes to what stays; to a descriptor of this process where it stands, or what it has written before would be lost. */
function writeInto(target: string, content: string | Uint8Array): void {
  const [, pid, number] = descriptor.exec(target) ?? [];
  if (number === undefined || (pid !== undefined && Number(pid) !== process.pid)) {
    writeFileSync(target, content, { flag: number === undefined ? "w" : "a" });
    return;
  }
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(Number(number), bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error; // a full pipe
      nativeWait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
