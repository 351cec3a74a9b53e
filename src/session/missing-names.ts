/**
 * Names missing because the cell that declares them did not compile: after one type error, every later cell reports "Cannot
 * find name". This module points to the cause.
 */
import type { Diagnostic } from "./diagnostic.js";

/** A declaration at the beginning of a line. */
const declaration =
  /^(?:export |async |abstract )*(?:function\*?|const|let|var|class|enum|type|interface)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;

const unknownName = /^Cannot find name '([^']+)'/;

export class MissingNames {
  /** The cells by name. */
  readonly #cells = new Map<string, number>();

  /** Records a cell that compiles: its names are defined. */
  compiled(source: string): void {
    if (this.#cells.size === 0) return;
    for (const [, name] of source.matchAll(declaration)) this.#cells.delete(name!);
  }

  /** Records a cell that does not compile; returns its errors, with a line about names that others failed to declare. */
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
