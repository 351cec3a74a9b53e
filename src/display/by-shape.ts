/**
 * Displays values of other libraries by duck typing, as Deno's kernel does: they are recognised by their methods, without
 * importing their libraries. Canvases and images become pictures, DOM elements HTML, data frames tables, and Vega
 * specifications charts.
 */
import { base64 } from "#platform";
import type { MimeBundle } from "./bundle.js";
import { displaySymbol } from "./bundle.js";
import { table } from "./table.js";

/** The rows of a frame that are shown. */
const mostRows = 50;

type Shape = Record<string, unknown>;
type Method = (...values: unknown[]) => unknown;

/** What a value is shown as, with its text where that is not what any value prints; undefined for one of no known shape. */
export async function byShape(value: unknown): Promise<Partial<MimeBundle> | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const one = value as Shape;
  return image(one) ?? (await canvas(one)) ?? element(one) ?? vega(one) ?? (await frame(one));
}

const has = (value: Shape, ...methods: string[]): boolean =>
  methods.every((name) => typeof value[name] === "function");
const call = (value: Shape, method: string, ...args: unknown[]): unknown =>
  (value[method] as Method)(...args);

/** The bytes of a file of PNG, JPEG or GIF. */
function image(value: Shape): Partial<MimeBundle> | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => value[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return { "image/png": base64(value) };
  if (starts(0xff, 0xd8, 0xff) && value.at(-2) === 0xff && value.at(-1) === 0xd9)
    return { "image/jpeg": base64(value) };
  return starts(0x47, 0x49, 0x46, 0x38, 0x39, 0x61) ? { "image/gif": base64(value) } : undefined;
}

/** node-canvas, @napi-rs/canvas, skia-canvas, a canvas of a page. */
async function canvas(value: Shape): Promise<Partial<MimeBundle> | undefined> {
  if (!has(value, "toDataURL", "getContext")) return undefined;
  const [, mime, data] =
    /^data:([^;,]+);base64,(.*)$/s.exec(String(await call(value, "toDataURL", "image/png"))) ?? [];
  return mime ? { [mime]: data, "text/plain": `[canvas, ${value.width} × ${value.height}]` } : undefined;
}

/** An element of jsdom, happy-dom, linkedom, as Observable Plot draws one; a chart in `<svg>` is a picture. */
function element(value: Shape): Partial<MimeBundle> | undefined {
  const { outerHTML } = value;
  if (
    typeof outerHTML !== "string" ||
    (typeof value.nodeType !== "number" && typeof value.tagName !== "string")
  )
    return undefined;
  if (!/^\s*<svg[\s>]/i.test(outerHTML)) return { "text/html": outerHTML, "text/plain": cut(outerHTML) };
  const isNamed = /^\s*<svg[^>]*\sxmlns=/i.test(outerHTML);
  const svg = isNamed ? outerHTML : outerHTML.replace(/<svg/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  return { "image/svg+xml": svg, "text/plain": cut(outerHTML) };
}

/** A specification of Vega or Vega-Lite, or what makes one (vega-lite-api). */
function vega(value: Shape): Partial<MimeBundle> | undefined {
  const made = has(value, "toSpec")
    ? call(value, "toSpec")
    : has(value, "toObject", "mark")
      ? call(value, "toObject")
      : value;
  const { $schema } = (made ?? {}) as Shape;
  const [, kind, version] = /\/schema\/(vega|vega-lite)\/v(\d+)/.exec(String($schema ?? "")) ?? [];
  if (!kind) return undefined;
  return { [`application/vnd.${kind.replace("-", "")}.v${version}+json`]: made };
}

/** A frame of data: of arquero, danfo, nodejs-polars, data-forge and others. */
async function frame(value: Shape): Promise<Partial<MimeBundle> | undefined> {
  const found = recordsOf(value);
  if (!found || found.names.length === 0) return undefined;
  const { names, rows, total } = found;
  const shown = await table(rows, { columns: names })[displaySymbol]();
  const more = total - rows.length;
  return {
    "text/html": `${shown["text/html"]}${more > 0 ? `<p>… ${more} more rows</p>` : ""}`,
    "text/plain": `${shown["text/plain"]}${more > 0 ? `\n… ${more} more rows` : ""}`,
  };
}

const cut = (text: string): string => (text.length <= 1000 ? text : `${text.slice(0, 1000)}…`);

interface Records {
  names: string[];
  rows: Shape[];
  total: number;
}

function recordsOf(value: Shape): Records | undefined {
  if (has(value, "columnNames", "objects", "numRows")) {
    const rows = call(value, "objects", { limit: mostRows }) as Shape[];
    return { names: call(value, "columnNames") as string[], rows, total: Number(call(value, "numRows")) };
  }
  if (has(value, "head", "toRecords") && "schema" in value) {
    const rows = call(call(value, "head", mostRows) as Shape, "toRecords") as Shape[];
    return { names: namesOf(value.columns, rows), rows, total: Number(value.height ?? rows.length) };
  }
  if (
    Array.isArray(value.columns) &&
    Array.isArray(value.values) &&
    Array.isArray(value.index) &&
    "shape" in value
  ) {
    const { columns, values, index } = value as { columns: unknown[]; values: unknown[]; index: unknown[] };
    const names = columns.map(String);
    const rows = values.slice(0, mostRows).map((row, i) => ({
      "": index[i],
      ...Object.fromEntries(names.map((name, j) => [name, Array.isArray(row) ? row[j] : row])),
    }));
    return { names: ["", ...names], rows, total: values.length };
  }
  if (has(value, "getColumnNames", "toArray", "count", "head")) {
    const rows = call(call(value, "head", mostRows) as Shape, "toArray") as Shape[];
    return { names: call(value, "getColumnNames") as string[], rows, total: Number(call(value, "count")) };
  }
  return undefined;
}

const namesOf = (columns: unknown, rows: readonly Shape[]): string[] =>
  Array.isArray(columns) ? columns.map(String) : Object.keys(rows[0] ?? {});
