/**
 * The files of a site: collected, and written at the end. A manifest lists them, so that the next site in the same folder
 * removes those of this one that it has not.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { requireWritable, writeAtomically } from "#platform";
import { InputError } from "../input-error.js";

const manifest = "nablab-site.json";

/** The first digits of a SHA-256, to name a file by its content. */
export const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 16);
};

export class SiteFiles {
  readonly #folder: string;
  readonly #files = new Map<string, { content: string | Uint8Array; from: string }>();

  /**
   * Creates the folder, so that a failure is reported before the pages are made.
   *
   * @throws InputError when the folder is a file
   */
  constructor(folder: string) {
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      throw new InputError(`--out must name a folder, but this is a file: ${folder}`);
    }
    this.#folder = folder;
    requireWritable(path.join(folder, manifest));
  }

  /**
   * Adds a file.
   *
   * @param from what it is made of, for the message when two have one name
   * @throws InputError when another file has that name, on some systems in other letters
   */
  add(name: string, content: string | Uint8Array, from: string): void {
    const key = name.toLowerCase().normalize("NFC");
    const other = this.#files.get(key);
    if (other) throw new InputError(`${from} and ${other.from} would both be written to ${name}; rename one`);
    this.#files.set(key, { content, from: from });
    this.#names.set(key, name);
  }
  readonly #names = new Map<string, string>();

  /** Adds a file named by its content, once; returns its name. */
  addOnce(folder: string, ending: string, content: string | Uint8Array): string {
    const name = `${folder}/${digest(content)}${ending}`;
    if (!this.#files.has(name)) this.add(name, content, name);
    return name;
  }

  /** The names so far, and the contents. */
  *entries(): Generator<[name: string, content: string | Uint8Array]> {
    for (const [key, { content }] of this.#files) yield [this.#names.get(key)!, content];
  }

  /** Writes all files, and removes those of the previous site. */
  write(): void {
    const before = this.#before();
    for (const [name, content] of this.entries()) {
      writeAtomically(path.join(this.#folder, ...name.split("/")), content);
      before.delete(name);
    }
    for (const name of before) this.#remove(name);
    const files = [...this.#names.values()].sort();
    writeAtomically(path.join(this.#folder, manifest), `${JSON.stringify({ nablab: 1, files }, null, 1)}\n`);
  }

  /** The files of the previous site; none where the manifest is damaged or names others. */
  #before(): Set<string> {
    try {
      const { files } = JSON.parse(readFileSync(path.join(this.#folder, manifest), "utf8"));
      const inside = (name: unknown): name is string =>
        typeof name === "string" && !name.split("/").some((part) => part === ".." || part === "");
      return new Set((files as unknown[]).filter(inside));
    } catch {
      return new Set();
    }
  }

  #remove(name: string): void {
    const file = path.join(this.#folder, ...name.split("/"));
    rmSync(file, { force: true });
    // Folders that are empty now.
    for (
      let at = path.dirname(file);
      at !== path.resolve(this.#folder) && at.length > this.#folder.length;
    ) {
      if (!existsSync(at) || readdirSync(at).length > 0) return;
      rmdirSync(at);
      at = path.dirname(at);
    }
  }
}
