/**
 * Turns the messages of cells into the outputs of a notebook file, as a Jupyter client does.
 */
import { overwritten } from "../html/overwritten.js";
import type { Output } from "../session/session.js";
import type { CellOutput, CodeCell } from "./notebook.js";

/** Collects the outputs of a notebook's cells. */
export class CellOutputs {
  /** The outputs with each display id, in any cell. */
  readonly #shown = new Map<string, (CellOutput & { output_type: "display_data" })[]>();
  /** Cells to be cleared by the next output. */
  readonly #clearing = new Set<CodeCell>();

  /** Handles a message of a cell. */
  receive(message: Output, cell: CodeCell): void {
    switch (message.type) {
      case "stream":
        this.#stream(message.name, message.text, cell);
        return;
      case "display_data":
      case "update_display_data": {
        const { type, data, metadata, transient } = message;
        const id = transient.display_id;
        // A second display with the same id updates the first one, and is shown itself.
        for (const output of id === undefined ? [] : (this.#shown.get(id) ?? [])) {
          output.data = data;
          output.metadata = metadata;
        }
        if (type === "update_display_data") return;
        const output = { output_type: "display_data" as const, data, metadata };
        this.add(output, cell);
        if (id !== undefined) this.#shown.set(id, [...(this.#shown.get(id) ?? []), output]);
        return;
      }
      case "clear_output":
        if (message.wait) this.#clearing.add(cell);
        else cell.outputs = [];
    }
  }

  /** Adds a complete output. */
  add(output: CellOutput, cell: CodeCell): void {
    if (this.#clearing.delete(cell)) cell.outputs = [];
    cell.outputs.push(output);
  }

  #stream(name: string, text: string, cell: CodeCell): void {
    const last = this.#clearing.has(cell) ? undefined : cell.outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text = overwritten(last.text + text);
    else this.add({ output_type: "stream", name, text: overwritten(text) }, cell);
  }
}
