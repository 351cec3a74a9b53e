/**
 * One value, one format: text that is already html, markdown, LaTeX or SVG, and bytes that are already a
 * PNG. Each also holds the plain text that a terminal, a diff or a screen reader gets.
 */
import { base64, inspect } from "#platform";
import { optionsOf } from "../options/options-of.js";
import type { Displayable } from "./bundle.js";
import { shown } from "./shown.js";

function text(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${name}: expected a string, got ${inspect(value, { depth: 0 })}`);
}

/** What is left of markup when its tags are taken away. */
function withoutTags(markup: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " };
  return markup
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<\/(p|div|tr|li|h\d|table)\s*>|<br\s*\/?>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
      const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
      return code !== undefined
        ? code <= 0x10ffff
          ? String.fromCodePoint(code)
          : whole
        : (entities[name] ?? whole);
    })
    .replace(/[ \t]*\n\s*/g, "\n")
    .trim();
}

/**
 * Shows HTML. The caller answers for what is in it: text from elsewhere must be escaped.
 *
 * @param source the HTML; its text without tags is the plain text
 * @throws TypeError for anything that is no string.
 * @example
 * html("<b>37</b> steps") // → 37 steps
 */
export function html(source: string): Displayable {
  return shown(withoutTags(text("html", source)), () => ({ "text/html": source }));
}

/**
 * Shows Markdown, with `$…$` for mathematics.
 *
 * @throws TypeError for anything that is no string.
 * @example
 * markdown("The gap is at most $R^2 / (2 \\eta k)$.") // → The gap is at most $R^2 / (2 \eta k)$.
 */
export function markdown(source: string): Displayable {
  return shown(text("markdown", source), () => ({ "text/markdown": source }));
}

/**
 * Shows a formula in LaTeX, displayed on its own line unless it brings delimiters (`$…$`, `\(…\)`, `\begin`).
 *
 * @throws TypeError for anything that is no string.
 * @example
 * latex("\\theta_{k+1} = \\theta_k - \\eta \\nabla F(\\theta_k)") // → \theta_{k+1} = \theta_k - \eta \nabla F(\theta_k)
 */
export function latex(source: string): Displayable {
  const delimited = /^\s*(\$|\\\(|\\\[|\\begin\b)/.test(text("latex", source));
  return shown(source, () => ({ "text/latex": delimited ? source : `$$${source}$$` }));
}

/**
 * Shows an SVG picture.
 *
 * @param source the `<svg>` element
 * @param options `alt`: what the picture shows, in words; by default its `<title>`
 * @throws TypeError when there is no such element
 * @example
 * const dot = svg('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4" cx="4" cy="4"/></svg>', { alt: "a dot" });
 * (await toBundle(dot))["text/plain"] // → "a dot"
 */
export function svg(source: string, options: { alt?: string } = {}): Displayable {
  const { alt } = optionsOf("svg", options, ["alt"]);
  if (!/<svg[\s>]/.test(text("svg", source))) {
    throw new TypeError(`svg: expected an <svg> element, got ${inspect(source.slice(0, 60))}`);
  }
  const title = /<title[^>]*>([\s\S]*?)<\/title>/.exec(source)?.[1];
  return shown(alt ?? (title === undefined ? "SVG picture" : withoutTags(title)), () => ({
    "image/svg+xml": source,
  }));
}

/**
 * Shows a PNG picture.
 *
 * @param bytes the whole file
 * @param options `alt`: what the picture shows, in words; by default its size
 * @throws TypeError when the bytes are no PNG
 * @example
 * png(new Uint8Array([1, 2, 3])) // throws png: expected the bytes of a PNG file, got Uint8Array(3) [ 1, 2, 3 ]
 */
export function png(bytes: Uint8Array, options: { alt?: string } = {}): Displayable {
  const { alt } = optionsOf("png", options, ["alt"]);
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (!(bytes instanceof Uint8Array) || bytes.length < 24 || signature.some((byte, i) => bytes[i] !== byte)) {
    throw new TypeError(
      `png: expected the bytes of a PNG file, got ${inspect(bytes, { maxArrayLength: 8 })}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = `${view.getUint32(16)} × ${view.getUint32(20)}`;
  return shown(alt ?? `PNG picture, ${size} pixels`, () => ({
    "image/png": base64(bytes),
  }));
}

/**
 * Shows a value as JSON, which JupyterLab draws as a tree that can be opened.
 *
 * @param value anything that JSON can hold
 * @throws TypeError when it cannot: a function, undefined, a value that holds itself, a bigint
 * @example
 * (await toBundle(json({ eta: 0.1 })))["text/plain"] // → '{\n  "eta": 0.1\n}'
 */
export function json(value: unknown): Displayable {
  let written: string | undefined;
  try {
    written = JSON.stringify(value, null, 2);
  } catch (error) {
    throw new TypeError(`json: JSON cannot hold this: ${(error as Error).message.split("\n")[0]}`, {
      cause: error,
    });
  }
  if (written === undefined) throw new TypeError(`json: JSON cannot hold this, got ${inspect(value)}`);
  return shown(written, () => ({ "application/json": JSON.parse(written) as unknown }));
}
