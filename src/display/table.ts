/**
 * Rows of records as a table: aligned columns in plain text, and an HTML table.
 */
import { inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { type Displayable, isDisplayable } from "./bundle.js";
import { escapeHtml } from "./escape-html.js";
import { formatColumn, formatNumber } from "./format-number.js";
import { shown } from "./shown.js";

/**
 * Shows records as a table: one row each, the numbers of a column in one format, to four significant digits, and to the right. Of a
 * long list the first and the last rows are shown, of many columns the first and the last, and how many are not.
 *
 * @param rows the records; a value that a row lacks leaves its cell empty
 * @param options `caption`: a line above the table; `columns`: which keys to show, in which order, by default at most 24, in
 *   the order they first occur; `rows`: how many rows are shown at most, 30 by default
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
  options: { caption?: string; columns?: readonly string[]; rows?: number } = {},
): Displayable {
  const { caption, columns, rows: most = 30 } = optionsOf("table", options, ["caption", "columns", "rows"]);
  if (!(most >= 2)) throw new RangeError(`table: rows must be a number of at least 2, got ${inspect(most)}`);
  if (!Array.isArray(rows))
    throw new TypeError(`table: expected a list of records, got ${inspect(rows, { depth: 0 })}`);
  for (const [i, row] of rows.entries()) {
    if (row === null || typeof row !== "object") {
      throw new TypeError(`table: row ${i} is not a record of named values, got ${inspect(row)}`);
    }
  }
  const keys = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const tail = rows.length <= most ? 0 : Math.floor(most / 3);
  const head = rows.length <= most ? rows.length : most - tail;
  const shownRows = [...rows.slice(0, head), ...rows.slice(rows.length - tail)];
  const isWide = columns === undefined && keys.length > mostColumns + 1; // a gap hides two at least
  const left = isWide ? mostColumns / 2 : keys.length;
  const columnOf = (key: string) => cellsOf(shownRows.map((row) => row[key]));
  const names = keys.slice(0, left);
  const columnsOfCells = names.map(columnOf);
  if (isWide) {
    const last = keys.slice(-left);
    names.push(`… ${formatNumber(keys.length - mostColumns)} more columns …`, ...last);
    columnsOfCells.push({ texts: shownRows.map(() => "…"), numeric: false }, ...last.map(columnOf));
  }
  const cells = shownRows.map((_, i) => columnsOfCells.map(({ texts }) => texts[i]!));
  const right = columnsOfCells.map(({ numeric }) => numeric);
  const hidden = rows.length - shownRows.length;
  const gap =
    rows.length === 0 || keys.length === 0
      ? { at: 0, text: rows.length === 0 ? "no rows" : "no columns" }
      : hidden > 0
        ? { at: head, text: `… ${formatNumber(hidden)} more rows …` }
        : undefined;
  return shown(plain(names, cells, right, caption, gap), () => ({
    "text/html": markup(names, cells, right, caption, gap),
  }));
}

/** More columns than these are more than a page is wide. */
const mostColumns = 24;

/** Rows that are not shown: after how many that are, and the words for them. */
interface Gap {
  at: number;
  text: string;
}

/** The texts of a column, and whether it has numbers and nothing but numbers and gaps, and so goes to the right. */
function cellsOf(values: readonly unknown[]): { texts: string[]; numeric: boolean } {
  const present = values.filter((value) => value !== undefined && value !== null);
  const numeric =
    present.length > 0 && present.every((value) => typeof value === "number" || typeof value === "bigint");
  if (!numeric || present.some((value) => typeof value === "bigint"))
    return { texts: values.map(cell), numeric };
  const formatted = formatColumn(present as number[]);
  let next = 0;
  return {
    texts: values.map((value) => (value === undefined || value === null ? "" : formatted[next++]!)),
    numeric,
  };
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return value;
  if (typeof value === "object" && !isDisplayable(value)) return inspect(value, { breakLength: Infinity });
  return typeof value === "object" || typeof value === "function" ? inspect(value) : String(value);
}

const width = (text: string) => [...text.replace(/\p{Mn}/gu, "")].length;

function plain(
  names: readonly string[],
  cells: string[][],
  right: boolean[],
  caption?: string,
  gap?: Gap,
): string {
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
  const lines = oneLine.map(line);
  if (gap) lines.splice(gap.at, 0, gap.text);
  const heading = names.length > 0 ? [line(names), rule] : [];
  return [...(caption ? [caption] : []), ...heading, ...lines].join("\n");
}

// `style` is for JupyterLab, whose style sheet overrules `align`; `align` is for GitHub, which strips `style`.
function markup(
  names: readonly string[],
  cells: string[][],
  right: boolean[],
  caption?: string,
  gap?: Gap,
): string {
  const row = (tag: "th" | "td", texts: readonly string[]) => {
    const parts = texts.map((text, j) => {
      const side = right[j] ? "right" : "left";
      return `<${tag} align="${side}" style="text-align:${side}">${escapeHtml(text)}</${tag}>`;
    });
    return `<tr>${parts.join("")}</tr>`;
  };
  const lines = cells.map((texts) => row("td", texts));
  if (gap) lines.splice(gap.at, 0, `<tr><td colspan="${names.length}">${gap.text}</td></tr>`);
  const head = caption ? `<caption>${escapeHtml(caption)}</caption>` : "";
  return `<table>${head}<thead>${row("th", names)}</thead><tbody>\n${lines.join("\n")}\n</tbody></table>`;
}
