/** What the compiler takes and returns. */

/** How a cell is compiled. */
export interface CellOptions {
  /** Whether its types are checked. */
  check?: boolean;
  /** The reader's text, if it differs from the TypeScript. */
  shown?: string;
  /** Names whose declarations in earlier cells are ignored. */
  isHidden?: (name: string) => boolean;
  /** Whether it is the assignment's, where notebooks are graded. */
  isLocked?: boolean;
}

/** JavaScript for `run-script.ts`. */
export interface Compiled {
  /** The name of the script in V8. */
  name: string;
  code: string;
  source: string;
  /** The source map, JSON. */
  map: string;
  /** The number of lines before the source in the compiled text. */
  sourceOffset: number;
  /** The names whose boxes it takes. */
  boxes: string[];
  /** Those of them declared by `let`, `const` or `class`. */
  lexical: ReadonlySet<string>;
  /** Whether it runs in sloppy mode, in which `x = 1` creates a global: if types are not checked. */
  isSloppy?: boolean;
}

/** A cell that may run. */
export interface CompiledCell extends Compiled {
  /** Makes the declarations of this cell visible to later ones: all, or the names for which `isThere` holds. */
  keep(isThere?: (name: string) => boolean): void;
  /** Mistakes that the compiler allows; lines from 1. */
  mistakes: { message: string; line: number }[];
  /** The names it declares that have a value, also one that it only says is there (`declare`). */
  declares: string[];
  /** Those of them that it gives their value. */
  values: string[];
  /** Those of them that are imported, and those that can be assigned to. */
  imported: ReadonlySet<string>;
  variables: ReadonlySet<string>;
}
