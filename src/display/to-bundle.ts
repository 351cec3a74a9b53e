/**
 * The MIME bundle of any value: a displayable value's own; a list with displayable values, one below the other; a list of
 * records as a table; everything else as `util.inspect` prints it. Long output is truncated with a note.
 */
import { base64, inspect } from "#platform";
import { type Displayable, displaySymbol, isDisplayable, type MimeBundle } from "./bundle.js";
import { byShape } from "./by-shape.js";
import { escapeHtml } from "./escape-html.js";
import { table } from "./table.js";

/** The longest text that is shown whole, in characters. */
const longest = 50_000;
/** The rows of a list of records that are shown, and the columns that still make a table. */
const [mostRows, mostColumns] = [50, 20];
/** At most how many members of a list show themselves. */
const mostShown = 50;

/**
 * The MIME bundle of any value. A display method that returns no `text/plain` gets one; one that throws makes this
 * throw.
 *
 * @throws TypeError when a display method gives no bundle.
 * @example
 * (await toBundle(37))["text/plain"] // → "37"
 */
export async function toBundle(value: unknown): Promise<MimeBundle> {
  if (isDisplayable(value)) return ownBundle(value);
  const shape = shapeOf(value);
  if (shape === "list") return listBundle(value as unknown[]);
  const shaped = await shapeSafely(value);
  const text = shaped?.["text/plain"] ?? plainText(value);
  if (shaped) return { ...shaped, "text/plain": text };
  if (shape === "records")
    return { "text/plain": text, "text/html": await recordsHtml(value as Record<string, unknown>[]) };
  return { "text/plain": text };
}

/** What a value of another library is shown as; one that cannot be looked at, or fails meanwhile, is text. */
async function shapeSafely(value: unknown): Promise<Partial<MimeBundle> | undefined> {
  try {
    return await byShape(value);
  } catch {
    return undefined;
  }
}

/** What a value is shown as; a proxy that refuses to be looked at is text. */
function shapeOf(value: unknown): "list" | "records" | "text" {
  try {
    if (Array.isArray(value) && value.some(isDisplayable)) return "list";
    return isRecords(value) ? "records" : "text";
  } catch {
    return "text";
  }
}

async function ownBundle(value: Displayable): Promise<MimeBundle> {
  const bundle = await value[displaySymbol]();
  if (bundle === null || typeof bundle !== "object") {
    throw new TypeError(
      `display: the method under Symbol.for("Jupyter.display") must return an object from MIME types to contents, got ${inspect(bundle)}`,
    );
  }
  return typeof bundle["text/plain"] === "string" ? bundle : { ...bundle, "text/plain": plainText(value) };
}

/** The members of a list one below the other, each in the richest way that a page of HTML can hold. */
async function listBundle(values: readonly unknown[]): Promise<MimeBundle> {
  const bundles = await Promise.all(values.slice(0, mostShown).map(toBundle));
  const more = values.length - bundles.length;
  const note = more > 0 ? [`… ${more} more`] : [];
  return {
    "text/plain": [...bundles.map((bundle) => bundle["text/plain"]), ...note].join("\n\n"),
    "text/html": [...bundles.map(toHtml), ...note.map((text) => `<p>${text}</p>`)].join("\n"),
  };
}

function toHtml(bundle: MimeBundle): string {
  const alt = escapeHtml(bundle["text/plain"]);
  const [html, svg, png] = [bundle["text/html"], bundle["image/svg+xml"], bundle["image/png"]];
  if (typeof html === "string") return `<div>${html}</div>`;
  if (typeof png === "string") return `<img src="data:image/png;base64,${png}" alt="${alt}">`;
  if (typeof svg === "string") {
    return `<img src="data:image/svg+xml;base64,${base64(svg)}" alt="${alt}">`;
  }
  return `<pre>${alt}</pre>`;
}

/** Whether a value is a list of plain objects, with few enough names to be columns. */
function isRecords(value: unknown): value is Record<string, unknown>[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const names = new Set<string>();
  for (const row of value.slice(0, mostRows)) {
    if (row === null || typeof row !== "object") return false;
    const prototype = Object.getPrototypeOf(row);
    if (prototype !== Object.prototype && prototype !== null) return false;
    for (const name of Object.keys(row)) names.add(name);
  }
  return names.size > 0 && names.size <= mostColumns;
}

async function recordsHtml(rows: readonly Record<string, unknown>[]): Promise<string> {
  const bundle = await ownBundle(table(rows, { rows: mostRows }));
  return bundle["text/html"] as string;
}

function plainText(value: unknown): string {
  const text =
    typeof value === "string"
      ? inspect(value)
      : inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000 });
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}\n… ${text.length - longest} more characters; console.log() prints all of a text`;
}
