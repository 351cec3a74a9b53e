/**
 * Errors of the system, such as a full disk, in one line with the fix.
 */
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

const fixes: Record<string, string> = {
  ENOENT: "there is no such file or folder; check its name",
  ENOTDIR: "a part of this path is a file, not a folder; check it",
  EISDIR: "this is a folder, and a file is needed; name a file in it",
  EEXIST: "there is something of this name already; choose another",
  ENOTEMPTY: "the folder is not empty; choose another",
  EACCES: "no permission; choose a folder that you may write, or change its permissions",
  EPERM: "no permission; choose a folder that you may write, or change its permissions",
  EROFS: "the file system is read-only; choose another folder",
  ENOSPC: "the disk is full; free some space, and run it again",
  EFBIG: "the file would exceed the limit of this shell; raise it (ulimit -f unlimited), and run it again",
  EDQUOT: "your quota on this disk is used up; free some space, and run it again",
  EMFILE: "too many files are open; raise the limit (ulimit -n 1024), and run it again",
  ENFILE: "too many files are open on this machine; end other programs, and run it again",
  ENAMETOOLONG: "the name is too long; choose a shorter one",
  EADDRINUSE: "another program listens on this port; choose another",
};

/** Errors of where a copy goes, never of what it copies. */
const ofTarget = ["ENOSPC", "EDQUOT", "EFBIG", "EROFS"];

/** A message for a system error, with its path and the fix; undefined for any other error. */
export function systemProblem(thrown: unknown): string | undefined {
  const error = behindMkdir(thrown);
  const {
    code,
    path: file,
    dest,
    address,
    port,
  } = error as {
    code?: unknown;
    path?: unknown;
    dest?: unknown;
    address?: unknown;
    port?: unknown;
  };
  const fix = typeof code === "string" ? fixes[code] : undefined;
  if (fix === undefined || !(error instanceof Error)) return undefined;
  const named = ofTarget.includes(String(code)) ? (dest ?? file) : (file ?? dest);
  const place = named ?? (port === undefined ? undefined : `${address ?? ""}:${port}`);
  return `${fix} (${code})${place === undefined ? "" : `: ${place}`}`;
}

/** When it creates a path on a read-only file system, Node reports that its first part does not exist. */
function behindMkdir(thrown: unknown): unknown {
  const { code, syscall, path: folder } = thrown as Partial<NodeJS.ErrnoException>;
  if (code !== "ENOENT" || syscall !== "mkdir" || folder === undefined) return thrown;
  let there = path.resolve(folder);
  while (!existsSync(there) && there !== path.dirname(there)) there = path.dirname(there);
  try {
    accessSync(there, constants.W_OK);
    return thrown;
  } catch (error) {
    return error;
  }
}

/** Why a file cannot be read, for the end of a message. */
export function unreadable(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return `cannot be read: ${(code && fixes[code]) ?? "of an error of the system"} (${code})`;
}
