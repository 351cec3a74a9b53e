/**
 * A folder as it was before: what has been put into it since is removed, whatever it is called and however deep it lies.
 *
 * Names are bytes here. As text one that is not UTF-8 would name another file.
 */
import { spawnSync } from "node:child_process";
import { type Dirent, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

/** Looks at a folder; returns what removes all that was not there then. */
export function asBefore(folder: string): () => void {
  const there = new Set<string>();
  look(Buffer.from(folder), (file, isFolder) => {
    there.add(keyOf(file));
    return isFolder;
  });
  return () =>
    look(Buffer.from(folder), (file, isFolder) => {
      if (there.has(keyOf(file))) return isFolder;
      remove(file, folder);
      return false;
    });
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

/** Removes a file, or a folder with all that is in it; a path in it may be longer than the system takes. */
function remove(file: Buffer, folder: string): void {
  const short = path.join(folder, `.removed-${process.pid}-${count++}`);
  try {
    renameSync(file, short);
    rmSync(short, { recursive: true, force: true });
  } catch (error) {
    const { status } = spawnSync("rm", ["-rf", "--", short]); // it goes into each folder
    if (status !== 0) throw error;
  }
}
