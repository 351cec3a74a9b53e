/**
 * Rows of records as a table: aligned columns in plain text, and an HTML table.
 */
import { inspect } from "#platform";
import { type Displayable, isDisplayable } from "./bundle.js";
import { escapeHtml } from "./escape-html.js";
import { formatNumber } from "./format-number.js";
import { shown } from "./shown.js";

/**
 * Shows records as a table: one row each, numbers to four significant digits and to the right.
 *
 * @param rows the records; a value that a row lacks leaves its cell empty
 * @param options `caption`: a line above the table; `columns`: which keys to show, in which order, by default all, in the
 *   order they first occur
 * @throws TypeError when `rows` is not a list of objects
 * @example
 * table([{ layer: "dense", parameters: 401920 }, { layer: "relu", parameters: 0 }])
 * // layer  parameters
 * // ─────  ──────────
 * // dense     401,920
 * // relu            0
 */
export function table(
  rows: readonly Record<string, unknown>[],
  { caption, columns }: { caption?: string; columns?: readonly string[] } = {},
): Displayable {
  if (!Array.isArray(rows))
    throw new TypeError(`table: expected a list of records, got ${inspect(rows, { depth: 0 })}`);
  for (const [i, row] of rows.entries()) {
    if (row === null || typeof row !== "object") {
      throw new TypeError(`table: row ${i} is not a record of named values, got ${inspect(row)}`);
    }
  }
  const names = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => names.map((name) => cell(row[name])));
  // A column goes to the right when it has numbers and nothing but numbers and gaps.
  const right = names.map((name) => {
    const present = rows.map((row) => row[name]).filter((value) => value !== undefined && value !== null);
    return (
      present.length > 0 && present.every((value) => typeof value === "number" || typeof value === "bigint")
    );
  });
  return shown(plain(names, cells, right, caption), () => ({
    "text/html": markup(names, cells, right, caption),
  }));
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return value;
  if (typeof value === "object" && !isDisplayable(value)) return inspect(value, { breakLength: Infinity });
  return typeof value === "object" || typeof value === "function" ? inspect(value) : String(value);
}

const width = (text: string) => [...text.replace(/\p{Mn}/gu, "")].length;

function plain(names: readonly string[], cells: string[][], right: boolean[], caption?: string): string {
  const oneLine = cells.map((row) => row.map((text) => text.replace(/\s*\n\s*/g, " ")));
  const widths = names.map((name, j) => Math.max(width(name), ...oneLine.map((row) => width(row[j]!))));
  const line = (row: readonly string[]) =>
    row
      .map((text, j) => {
        const gap = " ".repeat(widths[j]! - width(text));
        return right[j] ? gap + text : text + gap;
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((w) => "─".repeat(w)).join("  ");
  return [...(caption ? [caption] : []), line(names), rule, ...oneLine.map(line)].join("\n");
}

// `style` is for JupyterLab, whose style sheet overrules `align`; `align` is for GitHub, which strips `style`.
function markup(names: readonly string[], cells: string[][], right: boolean[], caption?: string): string {
  const row = (tag: "th" | "td", texts: readonly string[]) => {
    const parts = texts.map((text, j) => {
      const side = right[j] ? "right" : "left";
      return `<${tag} align="${side}" style="text-align:${side}">${escapeHtml(text)}</${tag}>`;
    });
    return `<tr>${parts.join("")}</tr>`;
  };
  const head = caption ? `<caption>${escapeHtml(caption)}</caption>` : "";
  return `<table>${head}<thead>${row("th", names)}</thead><tbody>\n${cells.map((texts) => row("td", texts)).join("\n")}\n</tbody></table>`;
}
