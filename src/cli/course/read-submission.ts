/**
 * A notebook as it was handed in: in whichever encoding, format and for whichever kernel it was saved last.
 */
import { readFileSync } from "node:fs";
import { wellFormedJson } from "../../protocol/well-formed-json.js";
import { InputError } from "../input-error.js";
import { type Notebook, parseNotebook } from "../notebook.js";
import { unreadable } from "../system-error.js";

/**
 * Reads a notebook of nbformat 3 or 4.
 *
 * @param label what the file is called in messages
 * @throws InputError when it is no notebook, or cannot be read
 */
export function readSubmission(file: string, label: string = file): Notebook {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError(`${label}: ${unreadable(error)}`);
  }
  return parseSubmission(bytes, label);
}

/** The same of bytes. */
export function parseSubmission(bytes: Uint8Array, file: string): Notebook {
  const notebook = parseNotebook(wellFormedJson(upgraded(decoded(bytes))), file, { anyKernel: true });
  for (const cell of notebook.cells) cell.source = cell.source.replace(/\r\n?/g, "\n");
  return notebook;
}

/** Text in UTF-8 or UTF-16, with a byte order mark or without; else it must be Windows' own. */
export function decoded(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0)) return new TextDecoder("utf-16le").decode(bytes);
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0)) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

type Json = Record<string, unknown>;

/** A notebook of nbformat 3 as one of 4; anything else as it is. */
function upgraded(text: string): string {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return text; // refused where it is parsed
  }
  if (json?.nbformat !== 3 || !Array.isArray(json.worksheets)) return text;
  const cells = (json.worksheets as Json[]).flatMap(({ cells }) =>
    Array.isArray(cells) ? (cells as Json[]) : [],
  );
  return JSON.stringify({
    cells: cells.map(upgradedCell),
    metadata: json.metadata ?? {},
    nbformat: 4,
    nbformat_minor: 0,
  });
}

/** Outputs are left out: they are never looked at. */
function upgradedCell({ cell_type, metadata = {}, source = "", input = "", level }: Json): Json {
  const text = (value: unknown): string => [value].flat().join("");
  if (cell_type === "code") {
    return { cell_type, metadata, source: text(input), execution_count: null, outputs: [] };
  }
  if (cell_type === "heading") {
    return { cell_type: "markdown", metadata, source: `${"#".repeat(Number(level) || 1)} ${text(source)}` };
  }
  return { cell_type: cell_type === "raw" ? "raw" : "markdown", metadata, source: text(source) };
}
