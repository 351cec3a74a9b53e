/**
 * Prints a tensor: as aligned text for a terminal and as an HTML table for a notebook. Both show the same
 * numbers with the same digits, and both truncate a large tensor and say so.
 */
import type { FloatArray } from "./kernels.js";
import { formatShape, placeOf, type Shape, sizeOf } from "./shapes.js";

/** The largest number of rows, columns and matrices shown; the middle is omitted. */
const shown = { rows: 12, columns: 12, matrices: 3 };

interface View {
  shape: Shape;
  dtype: string;
  data: FloatArray;
}

/** A tensor as text: one line with its shape and dtype, then its entries in columns. */
export function tensorText(t: View): string {
  const head = `Tensor ${formatShape(t.shape)} ${t.dtype}`;
  if (t.data.length === 0) return `${head}, no entries`;
  const blocks = matrices(t).map(({ title, rows }) => {
    const width = Math.max(...rows.flat().map((cell) => cell.length));
    const lines = rows.map((row) => `  ${row.map((cell) => cell.padStart(width)).join("  ")}`);
    return (title === "" ? lines : [`${title}`, ...lines]).join("\n");
  });
  return [cutNote(t) === "" ? head : `${head}, ${cutNote(t)}`, ...blocks].join("\n");
}

/** A tensor as HTML: a line with its shape and dtype, then a table with row and column numbers for each matrix. */
export function tensorHtml(t: View): string {
  const head = `Tensor ${formatShape(t.shape)} ${t.dtype}`;
  if (t.data.length === 0) return `<p>${head}, no entries</p>`;
  const tables = matrices(t).map(({ title, rows, rowNames, columnNames }) => {
    const corner = t.shape.length > 1 ? "<th></th>" : "";
    const header =
      t.shape.length > 0
        ? `<thead><tr>${corner}${columnNames.map((name) => cellHtml("th", name)).join("")}</tr></thead>`
        : "";
    const body = rows.map((row, i) => {
      const name = t.shape.length > 1 ? cellHtml("th", rowNames[i]!) : "";
      return `<tr>${name}${row.map((entry) => cellHtml("td", entry)).join("")}</tr>`;
    });
    const above = title === "" ? "" : `<p>${title}</p>\n`;
    return `${above}<table>${header}<tbody>\n${body.join("\n")}\n</tbody></table>`;
  });
  return [`<p>${cutNote(t) === "" ? head : `${head}, ${cutNote(t)}`}</p>`, ...tables].join("\n");
}

/** A right-aligned cell: by `style` for JupyterLab, by `align` for GitHub, which strips styles. */
function cellHtml(tag: "th" | "td", text: string): string {
  return `<${tag} align="right" style="text-align:right">${text}</${tag}>`;
}

/** Which of n positions to show, at most `most`: the first and last ones, with −1 for the gap in between. */
function visible(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  const half = most / 2;
  return [
    ...Array.from({ length: Math.ceil(half) }, (_, i) => i),
    -1,
    ...Array.from({ length: Math.floor(half) }, (_, i) => n - Math.floor(half) + i),
  ];
}

function cutNote({ shape }: View): string {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.at(-2) ?? 1;
  const count = sizeOf(shape.slice(0, -2));
  const isCut = columns > shown.columns || rows > shown.rows || count > shown.matrices;
  return isCut ? "cut (… stands for what is not shown)" : "";
}

function matrices({ shape, data }: View) {
  const n = shape.at(-1) ?? 1;
  const m = shape.at(-2) ?? 1;
  const outer = shape.slice(0, -2);
  const rowsAt = visible(m, shown.rows);
  const columnsAt = visible(n, shown.columns);
  const blocks = Math.min(shown.matrices, sizeOf(outer));
  const entries: number[] = [];
  for (let block = 0; block < blocks; block++) {
    for (const i of rowsAt) {
      for (const j of columnsAt) if (i >= 0 && j >= 0) entries.push(data[(block * m + i) * n + j]!);
    }
  }
  const write = numberFormat(entries);
  return Array.from({ length: blocks }, (_, block) => ({
    title: outer.length === 0 ? "" : `[${placeOf(block, outer).join(", ")}, ·, ·]`,
    rowNames: rowsAt.map((i) => (i < 0 ? "⋮" : String(i))),
    columnNames: columnsAt.map((j) => (j < 0 ? "…" : String(j))),
    rows: rowsAt.map((i) =>
      columnsAt.map((j) => {
        if (i < 0) return "⋮";
        return j < 0 ? "…" : write(data[(block * m + i) * n + j]!);
      }),
    ),
  }));
}

/**
 * A common format for numbers: whole numbers in full; others with the same number of decimals, at most 4 and no
 * more than needed; or as powers of ten, if that would lose small or large numbers.
 */
export function numberFormat(entries: readonly number[]): (x: number) => string {
  const finite = entries.filter(Number.isFinite);
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const largest = Math.max(0, ...sizes);
  const smallest = Math.min(Number.POSITIVE_INFINITY, ...sizes);
  let write: (x: number) => string;
  if (finite.every(Number.isInteger) && largest < 1e15) write = String;
  else if (largest < 1e6 && smallest >= 1e-3) {
    const decimals = (x: number) =>
      x
        .toFixed(4)
        .replace(/\.?0+$/, "")
        .split(".")[1]?.length ?? 0;
    const digits = Math.max(...finite.map(decimals));
    write = (x) => x.toFixed(digits);
  } else write = (x) => (x === 0 ? "0" : x.toExponential(4));
  return (x) => {
    if (Number.isNaN(x)) return "NaN";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : "-∞";
    return write(Object.is(x, -0) ? 0 : x);
  };
}
