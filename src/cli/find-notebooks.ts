/**
 * Finds the notebooks that a command's arguments name, and the path where each is written.
 */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { InputError } from "./input-error.js";
import { unreadable } from "./system-error.js";

/** A notebook to run. */
export interface Place {
  /** Where it is read. */
  source: string;
  /** Where it is written. */
  target: string;
}

/**
 * The notebooks that `paths` name: files, and folders with all notebooks in them, in the order of their names.
 *
 * @param out the output folder, which keeps paths below a named folder; by default in place
 * @throws InputError for a missing file, nothing to run, or two notebooks with the same output path
 */
export function findNotebooks(paths: readonly string[], out?: string): Place[] {
  const places = new Map<string, Place>();
  const sources = new Map<string, string>();
  for (const given of paths) {
    const folder = isFolder(given);
    const found = folder ? notebooksBelow(given) : [path.basename(given)];
    if (found.length === 0) throw new InputError(`${given}: no notebooks (.ipynb) in this folder`);
    for (const name of found) {
      const source = folder ? path.join(given, name) : given;
      const target = out === undefined ? source : path.join(out, name);
      const other = places.get(path.resolve(target));
      if (sources.has(path.resolve(source))) continue; // named twice
      if (other) throw new InputError(`${source} and ${other.source} would both be written to ${target}`);
      sources.set(path.resolve(source), source);
      places.set(path.resolve(target), { source, target });
    }
  }
  return [...places.values()];
}

function isFolder(given: string): boolean {
  try {
    return statSync(given).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(code === "ENOENT" ? `${given}: no such file` : `${given}: ${unreadable(error)}`);
  }
}

function notebooksBelow(folder: string): string[] {
  const found: string[] = [];
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) {
      found.push(...notebooksBelow(path.join(folder, entry.name)).map((name) => path.join(entry.name, name)));
    } else if (entry.name.endsWith(".ipynb")) found.push(entry.name);
  }
  return found;
}
