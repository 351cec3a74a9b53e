/**
 * `console` for cells in a browser: it prints as Node's does, to the cell's output instead of the developer tools.
 */
import { inspect } from "#platform";
import type { StreamName } from "../session/host.js";

type Print = (name: StreamName, text: string) => void;

/** Formats values as Node does: placeholders in a string are substituted, other values are inspected. */
export function format(values: readonly unknown[]): string {
  const [first, ...rest] = values;
  if (typeof first !== "string") return values.map(plain).join(" ");
  let used = 0;
  const text =
    rest.length === 0
      ? first
      : first.replace(/%[sdifjoOc%]/g, (placeholder) => {
          if (placeholder === "%%") return "%";
          if (used === rest.length) return placeholder;
          return filled(placeholder, rest[used++]);
        });
  return [text, ...rest.slice(used).map(plain)].join(" ");
}

const plain = (value: unknown): string => (typeof value === "string" ? value : inspect(value));

function filled(placeholder: string, value: unknown): string {
  switch (placeholder) {
    case "%s":
      return typeof value === "object" && value !== null ? inspect(value, { depth: 0 }) : text(value);
    case "%d":
      return typeof value === "bigint"
        ? `${value}n`
        : typeof value === "object"
          ? "NaN"
          : text(Number(value));
    case "%i":
      return typeof value === "bigint" ? `${value}n` : text(Number.parseInt(String(value), 10));
    case "%f":
      return text(Number.parseFloat(String(value)));
    case "%j":
      return JSON.stringify(value);
    case "%c":
      return "";
    default:
      return inspect(value, placeholder === "%o" ? { depth: 4 } : {});
  }
}

const text = (value: unknown): string =>
  typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : String(value);

/** A console that prints by `print`. */
export function makeConsole(print: Print): Partial<Console> {
  let indent = "";
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const write = (name: StreamName, content: string): void =>
    print(name, `${indent}${content.replaceAll("\n", `\n${indent}`)}\n`);
  const out = (...values: unknown[]): void => write("stdout", format(values));
  const err = (...values: unknown[]): void => write("stderr", format(values));
  const elapsed = (label: string): string =>
    `${label}: ${(performance.now() - (timers.get(label) ?? performance.now())).toFixed(3)}ms`;
  const made: Partial<Console> = {
    log: out,
    info: out,
    debug: out,
    error: err,
    warn: err,
    trace: (...values) => err(`Trace: ${format(values)}`),
    dir: (value: unknown, options: object = {}) => write("stdout", inspect(value, options)),
    dirxml: out,
    assert(holds, ...values) {
      if (!holds) err(values.length > 0 ? `Assertion failed: ${format(values)}` : "Assertion failed");
    },
    count(label = "default") {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = "default") => void counts.delete(label),
    group(...values) {
      if (values.length > 0) out(...values);
      indent += "  ";
    },
    groupEnd() {
      indent = indent.slice(2);
    },
    time: (label = "default") => void timers.set(label, performance.now()),
    timeLog: (label = "default", ...values) => out(elapsed(label), ...values),
    timeEnd(label = "default") {
      out(elapsed(label));
      timers.delete(label);
    },
    table: (data: unknown, columns?: readonly string[]) =>
      write("stdout", typeof data === "object" && data !== null ? table(data, columns) : format([data])),
    clear: () => {},
  };
  return { ...made, groupCollapsed: made.group } as Partial<Console>;
}

/** A table in box characters with a row for each entry; entries that are not objects are in the column `Values`. */
function table(data: object, columns?: readonly string[]): string {
  const rows = Object.entries(data);
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null;
  const names = columns ?? [...new Set(rows.flatMap(([, row]) => (isRecord(row) ? Object.keys(row) : [])))];
  const hasValues = rows.some(([, row]) => !isRecord(row));
  const cell = (value: unknown): string => inspect(value, { depth: 0 });
  const head = ["(index)", ...names, ...(hasValues ? ["Values"] : [])];
  const body = rows.map(([index, row]) => [
    index,
    ...names.map((name) => (isRecord(row) && name in row ? cell(row[name]) : "")),
    ...(hasValues ? [isRecord(row) ? "" : cell(row)] : []),
  ]);
  const widths = head.map(
    (name, i) => Math.max(...[name, ...body.map((row) => row[i] ?? "")].map(width)) + 2,
  );
  const line = (left: string, middle: string, right: string): string =>
    left + widths.map((n) => "─".repeat(n)).join(middle) + right;
  const printed = (cells: readonly string[]): string =>
    `│${cells.map((content, i) => ` ${content}`.padEnd(widths[i] ?? 0)).join("│")}│`;
  return [
    line("┌", "┬", "┐"),
    printed(head),
    line("├", "┼", "┤"),
    ...body.map(printed),
    line("└", "┴", "┘"),
  ].join("\n");
}

const width = (content: string): number => [...content].length;
