/**
 * The compiler of cells: tslab's converter, which knows the declarations of earlier cells and turns a cell into
 * JavaScript, with the files around it in order and a memory for what was wrong.
 */
import { createRequire } from "node:module";
import type { Converter, Diagnostic } from "tslab/dist/converter.js";
import { lookAgain, lookAtFiles, prepareCompilerFiles } from "./compiler-files.js";
import { expandShorthand } from "./expand-shorthand.js";
import { loadTypeScript } from "./typescript.js";

/** tslab's converter, as its executor takes it. */
export interface Compiler extends Converter {
  /** What is wrong with the code converted last; with anything wrong it does not run. */
  readonly diagnostics: readonly Diagnostic[];
}

// TS2307 and TS2792: cannot find a module.
const moduleNotFound = new Set([2307, 2792]);

/** A compiler of cells that run in the process's working directory. */
export function createCompiler(): Compiler {
  prepareCompilerFiles(process.cwd());
  const { createConverter } = createRequire(import.meta.url)(
    "tslab/dist/converter.js",
  ) as typeof import("tslab/dist/converter.js");
  const converter = createConverter();
  let diagnostics: readonly Diagnostic[] = [];
  return {
    ...converter,
    get diagnostics() {
      return diagnostics;
    },
    convert(declarations, source) {
      diagnostics = [];
      lookAtFiles();
      const written = expandShorthand(loadTypeScript(), source);
      let result = converter.convert(declarations, written);
      if (result.diagnostics.some(({ code }) => moduleNotFound.has(code))) {
        lookAgain();
        result = converter.convert(declarations, written);
      }
      // Places in a message are those of what was typed.
      if (result.diagnostics.length > 0 && written !== source)
        result = converter.convert(declarations, source);
      diagnostics = result.diagnostics;
      return result;
    },
    // A cell that starts with `/** @module name */` becomes a file that other cells import.
    addModule(name, content, meta) {
      diagnostics = converter.addModule(name, content, meta);
      return [...diagnostics];
    },
  };
}
