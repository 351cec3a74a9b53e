/** Data files that notebooks read from beside them, for their pages to read. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { isInside } from "../html/pictures.js";
import { InputError } from "../input-error.js";
import { say } from "../progress.js";
import type { Page } from "./page.js";

/** A text that may name a data file of the same folder. */
const named = /(["'`])([\w .+-]+\.(?:npz|npy|csv|tsv|txt|json|safetensors|gz))\1/g;

/**
 * The files beside notebooks that their code names, by name: they are copied beside the kernel's program, where a page's relative paths resolve.
 *
 * @param tells says of each that it is published, or left out, as a link to what lies elsewhere is
 * @throws InputError where two notebooks read different files of one name
 */
export function dataBeside(pages: readonly Page[], tells: boolean): Map<string, Uint8Array> {
  const found = new Map<string, { content: Uint8Array; of: string }>();
  const outside = new Set<string>();
  for (const { notebook, folder, source } of pages) {
    const code = notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
    for (const [, , name] of code.join("\n").matchAll(named)) {
      const file = path.join(folder, name!);
      if (!existsSync(file) || !statSync(file).isFile()) continue;
      if (!isInside(file, folder)) {
        if (tells && !outside.has(file))
          say(`${file}: a link to what lies outside of ${folder}, left out; to publish it, copy it there`);
        outside.add(file);
        continue;
      }
      const content = readFileSync(file);
      const other = found.get(name!);
      if (other && !content.equals(other.content)) {
        throw new InputError(`${source} and ${other.of} read different files named ${name}; rename one`);
      }
      if (tells && !other) say(`${file}: published with the site, as ${path.basename(source)} names it`);
      found.set(name!, { content, of: source });
    }
  }
  return new Map([...found].map(([name, { content }]) => [name, content]));
}
