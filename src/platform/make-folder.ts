/**
 * Makes a folder and those around it, as `mkdirSync` does with `recursive`, which Node 20 to 26 never end where a file system
 * refuses a folder as `/proc` does, by saying that it does not exist.
 */
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

/** @throws Error of the system where it cannot be made */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(folder).isDirectory()) return;
    if (code !== "ENOENT" || path.dirname(folder) === folder || isFolder(path.dirname(folder))) throw error;
    makeFolder(path.dirname(folder));
    makeFolder(folder);
  }
}

const isFolder = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
