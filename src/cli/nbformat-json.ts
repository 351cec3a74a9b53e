/**
 * JSON as Python's nbformat writes notebooks: sorted keys, an indent of one space, unescaped non-ASCII text, numbers as
 * Python prints them. A notebook saved by JupyterLab and run by `nablab run` then differs only in its outputs.
 */

/** The text of `value`, without a final newline. */
export function nbformatJson(value: unknown): string {
  return written(value, "\n");
}

function written(value: unknown, newline: string): string {
  if (typeof value === "number") return number(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const inner = `${newline} `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${inner}${value.map((item) => written(item, inner)).join(`,${inner}`)}${newline}]`;
  }
  const keys = Object.keys(value)
    .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
    .sort();
  if (keys.length === 0) return "{}";
  const members = keys.map(
    (key) => `${JSON.stringify(key)}: ${written((value as Record<string, unknown>)[key], inner)}`,
  );
  return `{${inner}${members.join(`,${inner}`)}${newline}}`;
}

/** Python uses an exponent below 1e-4, JavaScript below 1e-6; and Python writes at least two digits of it. */
function number(value: number): string {
  if (!Number.isFinite(value)) return "null";
  const size = Math.abs(value);
  if (size === 0 || size >= 1e-4) return JSON.stringify(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}

// Python's line ends, besides a carriage return with a newline.
const end = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";
const line = new RegExp(`[^${end}]*(?:\r\n|[${end}])|[^${end}]+$`, "g");

/** The lines of `text` with their ends, as in Python's `splitlines(True)`. */
export function splitLines(text: string): string[] {
  return text.match(line) ?? [];
}
