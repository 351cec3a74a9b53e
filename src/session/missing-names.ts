/**
 * Names that cells miss since the cell that declares them did not compile: one type error, and every cell after it
 * says "Cannot find name". This module says where to look.
 */
import type { Diagnostic } from "./diagnostic.js";

/** What a cell declares, as it stands at the beginning of a line. */
const declaration =
  /^(?:export |async |abstract )*(?:function\*?|const|let|var|class|enum|type|interface)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;

const unknownName = /^Cannot find name '([^']+)'/;

export class MissingNames {
  /** By name: the cell. */
  readonly #cells = new Map<string, number>();

  /** Takes note of a cell that compiles: what it declares is there. */
  compiled(source: string): void {
    if (this.#cells.size === 0) return;
    for (const [, name] of source.matchAll(declaration)) this.#cells.delete(name!);
  }

  /** Takes note of a cell that does not compile; its errors, with a line about the names that others failed to declare. */
  failed(source: string, cell: number, diagnostics: readonly Diagnostic[]): Diagnostic[] {
    const explained = diagnostics.map((diagnostic) => {
      const name = unknownName.exec(diagnostic.messages[0]!)?.[1];
      const from = name === undefined ? undefined : this.#cells.get(name);
      if (from === undefined) return diagnostic;
      const why = `cell ${from} declares it, but has an error itself: fix that first`;
      return { ...diagnostic, messages: [...diagnostic.messages, why] };
    });
    for (const [, name] of source.matchAll(declaration)) this.#cells.set(name!, cell);
    return explained;
  }
}
