/**
 * Reads a submitted notebook in any encoding and format, and of any kernel.
 */
import { readFileSync } from "node:fs";
import { wellFormedJson } from "../../protocol/well-formed-json.js";
import { InputError } from "../input-error.js";
import { type Notebook, parseNotebook } from "../notebook.js";
import { unreadable } from "../system-error.js";

/**
 * Reads a notebook of nbformat 3 or 4.
 *
 * @param label the name of the file in messages
 * @throws InputError if it is not a notebook, or cannot be read
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

/** The same for bytes. */
export function parseSubmission(bytes: Uint8Array, file: string): Notebook {
  const notebook = parseNotebook(wellFormedJson(upgraded(decoded(bytes))), file, { anyKernel: true });
  for (const cell of notebook.cells) cell.source = cell.source.replace(/\r\n?/g, "\n");
  return notebook;
}

/** Decodes UTF-8 or UTF-16, with or without a byte order mark, else Windows-1252. */
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

/** Converts a notebook of nbformat 3 to 4; anything else is returned unchanged. */
function upgraded(text: string): string {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return text; // the parser refuses it
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

/** Outputs are left out, since they are never used. */
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
