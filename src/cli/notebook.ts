/**
 * Notebook files (nbformat 4): validated when read, since a file may contain anything, and written as Jupyter's tools do.
 *
 * In memory every multi-line text is one string; on disk it is a list of lines.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { CellOutput } from "../html/outputs.js";
import { kernelInfo } from "../kernel/kernel-info.js";
import { kernelDisplayName, kernelName } from "../kernel/kernelspec.js";
import { InputError } from "./input-error.js";
import { nbformatJson, splitLines } from "./nbformat-json.js";
import { unreadable } from "./system-error.js";

export type { CellOutput };

type Json = Record<string, unknown>;

/** A code cell. */
export interface CodeCell {
  cell_type: "code";
  id: string;
  metadata: Json;
  source: string;
  execution_count: number | null;
  outputs: CellOutput[];
}

/** A text cell. */
export interface TextCell {
  cell_type: "markdown" | "raw";
  id: string;
  metadata: Json;
  source: string;
  attachments?: Record<string, Json>;
}

export type Cell = CodeCell | TextCell;

/** A whole notebook. */
export interface Notebook {
  cells: Cell[];
  metadata: Json;
  nbformat: 4;
  nbformat_minor: number;
}

/** The tags of a cell. */
export function tagsOf(cell: Cell): readonly string[] {
  return Array.isArray(cell.metadata.tags) ? (cell.metadata.tags as string[]) : [];
}

/**
 * Reads a notebook file.
 *
 * @throws InputError if it is not a notebook, or is for another kernel
 */
export function readNotebook(file: string): { notebook: Notebook; bytes: Buffer } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InputError(`${file}: ${unreadable(error)}`);
  }
  return { notebook: parseNotebook(bytes.toString("utf8"), file), bytes };
}

/**
 * Parses the text of a notebook file.
 *
 * @param file its name, for messages
 * @param options `anyKernel`: accepts a notebook of another kernel
 * @throws InputError as {@link readNotebook}
 */
export function parseNotebook(
  text: string,
  file: string,
  { anyKernel = false }: { anyKernel?: boolean } = {},
): Notebook {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const hint = /^<{7} /m.test(text) ? "it holds conflict marks of git" : (error as Error).message;
    throw new InputError(`${file}: not a notebook: the file is not JSON (${hint})`);
  }
  if (!isObject(json) || !("nbformat" in json)) {
    throw new InputError(`${file}: not a notebook: the JSON has no "nbformat"`);
  }
  const { nbformat, nbformat_minor: minor = 0, metadata = {}, cells } = json;
  if (nbformat !== 4) {
    const fix = Number(nbformat) < 4 ? "; open and save it in JupyterLab, which brings it to 4" : "";
    throw new InputError(`${file}: the notebook's format must be 4, got ${JSON.stringify(nbformat)}${fix}`);
  }
  if (!isObject(metadata) || !Array.isArray(cells)) {
    throw new InputError(
      `${file}: not a notebook: ${Array.isArray(cells) ? "metadata" : "cells"} is missing or malformed`,
    );
  }
  if (!anyKernel) checkKernel(metadata, file);
  const ids = new Set<string>();
  return {
    cells: cells.map((cell, i) => readCell(cell, i, file, ids)),
    metadata: withoutTransient(metadata, ["orig_nbformat", "orig_nbformat_minor", "signature"]),
    nbformat: 4,
    nbformat_minor: Math.max(5, Number(minor) || 0),
  };
}

function checkKernel(metadata: Json, file: string): void {
  const { kernelspec, language_info: info } = metadata;
  const name = isObject(kernelspec) ? kernelspec.name : undefined;
  const language =
    (isObject(kernelspec) ? kernelspec.language : undefined) ?? (isObject(info) ? info.name : undefined);
  if (name === kernelName) return;
  if (name === undefined && language === undefined) return;
  // Notebooks of tslab, Deno and JavaScript kernels run here as well.
  if (language === "typescript" || language === "javascript") return;
  const shown =
    name === undefined ? `language ${JSON.stringify(language)}` : `kernel ${JSON.stringify(name)}`;
  throw new InputError(
    `${file}: the notebook is for another kernel; choose ${JSON.stringify(kernelDisplayName)} in JupyterLab, got ${shown}`,
  );
}

function readCell(cell: unknown, i: number, file: string, ids: Set<string>): Cell {
  const type = isObject(cell) ? cell.cell_type : undefined;
  if (!isObject(cell) || (type !== "code" && type !== "markdown" && type !== "raw")) {
    throw new InputError(`${file}: cell ${i + 1} must be code, markdown or raw, got ${JSON.stringify(type)}`);
  }
  const source = joined(cell.source ?? "");
  if (typeof source !== "string") {
    throw new InputError(`${file}: cell ${i + 1} has no text as its source`);
  }
  const metadata = withoutTransient(isObject(cell.metadata) ? cell.metadata : {}, ["trusted"]);
  // Ids came with nbformat 4.5. A generated id depends only on the cell, so that two runs give the same file.
  let id = typeof cell.id === "string" && !ids.has(cell.id) ? cell.id : "";
  for (let n = 0; id === "" || ids.has(id); n++) {
    id = createHash("sha256").update(`${i} ${n} ${source}`).digest("hex").slice(0, 8);
  }
  ids.add(id);
  if (type !== "code") return { ...cell, cell_type: type, id, metadata, source };
  const outputs = Array.isArray(cell.outputs) ? cell.outputs.filter(isObject).map(readOutput) : [];
  const count = typeof cell.execution_count === "number" ? cell.execution_count : null;
  return { ...cell, cell_type: type, id, metadata, source, execution_count: count, outputs };
}

function readOutput(output: Json): CellOutput {
  const read = { ...output };
  if ("text" in read) read.text = joined(read.text);
  if (isObject(read.data)) {
    read.data = Object.fromEntries(
      Object.entries(read.data).map(([mime, value]) => [mime, isJsonMime(mime) ? value : joined(value)]),
    );
  }
  return read as unknown as CellOutput;
}

/** Sets the kernel's metadata in the notebook, as a client does when it connects. */
export function setKernel(notebook: Notebook): void {
  notebook.metadata.kernelspec ??= {
    display_name: kernelDisplayName,
    language: "typescript",
    name: kernelName,
  };
  notebook.metadata.language_info = kernelInfo().language_info;
}

/** The text of a notebook file. */
export function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: splitLines(cell.source),
    ...(cell.cell_type === "code" && { outputs: cell.outputs.map(splitOutput) }),
  }));
  return `${nbformatJson({ ...notebook, cells })}\n`;
}

function splitOutput(output: CellOutput): unknown {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    typeof value === "string" && splitMime(mime) ? splitLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

const splitMime = (mime: string): boolean =>
  mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";

const isJsonMime = (mime: string): boolean => /^application\/(json|.*\+json)$/.test(mime);

const joined = (value: unknown): unknown =>
  Array.isArray(value) && value.every((line) => typeof line === "string") ? value.join("") : value;

function withoutTransient(metadata: Json, keys: string[]): Json {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !keys.includes(key)));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
