/**
 * Formulas in text: taken out before Markdown can read their underscores and asterisks as its own, typeset
 * when the page is made, and put back.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import katex from "katex";

/** A formula as HTML (and MathML, for screen readers); one that cannot be read is shown as it is, marked. */
export function typeset(tex: string, display: boolean): string {
  const html = katex.renderToString(tex, { displayMode: display, throwOnError: false, strict: "ignore" });
  return display ? `<span class="maths">${html}</span>` : html;
}

// Places in which a dollar sign is no formula come first. A single dollar opens a formula only before, and closes
// it only after, something that is no space, and not before a digit: "$5 and $6" are prices.
const scanner = new RegExp(
  [
    String.raw`(?<skip>^ {0,3}(?<fence>\`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\k<fence>[\`~]*[ \t]*$|$(?![\s\S]))`,
    String.raw`(?<tick>\`+)(?!\`)[\s\S]*?[^\`]\k<tick>(?!\`)|\\\$)`,
    String.raw`\$\$(?<block>[\s\S]+?)\$\$`,
    String.raw`\\\\?\[(?<bracket>[\s\S]+?)\\\\?\]`,
    String.raw`\\\\?\((?<paren>[\s\S]+?)\\\\?\)`,
    String.raw`(?<env>\\begin\{(?<name>\w+\*?)\}[\s\S]+?\\end\{\k<name>\})`,
    String.raw`\$(?<inline>(?!\s)(?:\\[\s\S]|[^$\\\n\`]|\n(?!\s*\n))+?(?<!\s))\$(?!\d)`,
  ].join("|"),
  "gm",
);

/** A text without its formulas. */
export interface WithoutMaths {
  text: string;
  /** Puts the formulas, typeset, back into what became of the text. */
  restore(html: string): string;
  /** Puts them back as they were written: for a piece of the text that goes where no HTML can stand. */
  plain(piece: string): string;
}

/** Takes the formulas out of a Markdown text. */
export function extractMaths(markdown: string): WithoutMaths {
  const formulas: { html: string; source: string }[] = [];
  const text = markdown.replace(scanner, (...args) => {
    const whole = args[0] as string;
    const { skip, block, bracket, paren, env, inline } = args.at(-1) as Record<string, string | undefined>;
    if (skip !== undefined) return whole;
    const display = block ?? bracket ?? env;
    formulas.push({
      html: typeset((display ?? paren ?? inline)!, display !== undefined),
      source: whole,
    });
    return `\uE000${formulas.length - 1}\uE001`; // private to us, and nothing to Markdown
  });
  const put = (into: string, as: "html" | "source") =>
    into.replace(/\uE000(\d+)\uE001/g, (whole, i) => formulas[Number(i)]?.[as] ?? whole);
  return {
    text,
    restore: (html) => put(together(html, formulas), "html"),
    plain: (piece) => put(piece, "source"),
  };
}

/** A browser may break a line after a formula: not where a comma follows a short one. */
function together(html: string, formulas: readonly { source: string }[]): string {
  return html.replace(/\uE000(\d+)\uE001[.,;:!?)]+/g, (whole, i) =>
    (formulas[Number(i)]?.source.length ?? 0) < 40 ? `<span class="together">${whole}</span>` : whole,
  );
}

/** The style sheet for the formulas in `html`, with the fonts that they need in it; empty where there are none. */
export function mathsStyle(html: string): string {
  if (!html.includes('class="katex')) return "";
  const file = createRequire(import.meta.url).resolve("katex/dist/katex.min.css");
  const css = readFileSync(file, "utf8");
  const classes = new Set([...html.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names!.split(/\s+/)));
  const used = new Set(["KaTeX_Main"]);
  for (const [, selectors, family] of css.matchAll(/([^{}]*)\{[^}]*font-family:\s*(KaTeX_\w+)/g)) {
    if (selectors!.includes("@font-face")) continue;
    const present = (selector: string) =>
      (selector.match(/\.([\w-]+)/g) ?? []).every((name) => classes.has(name.slice(1)));
    if (selectors!.split(",").some(present)) used.add(family!);
  }
  const fonts = css.replace(/@font-face\{([^}]*)\}/g, (_, face: string) => {
    const family = /font-family:\s*["']?(\w+)/.exec(face)![1]!;
    if (!used.has(family)) return "";
    return `@font-face{${face.replace(/src:[^;]*/, (src) => {
      const font = readFileSync(path.join(path.dirname(file), /url\(([^)]+\.woff2)\)/.exec(src)![1]!));
      return `src:url(data:font/woff2;base64,${font.toString("base64")}) format("woff2")`;
    })}}`;
  });
  return `${fonts}\n${ownStyle}`;
}

/** What formulas on our pages need beside KaTeX's own style. */
const ownStyle = `.maths { display: block; overflow-x: auto; overflow-y: hidden; padding: 0.1em 0; }
.together { white-space: nowrap; } .katex { font-size: 1.1em; } .katex-display { margin: 0.6em 0; }`;

/** The style sheet for all formulas, and the fonts that it names, as files: name → content. */
export function mathsFiles(): Map<string, Buffer> {
  const folder = path.dirname(createRequire(import.meta.url).resolve("katex/dist/katex.min.css"));
  const css = readFileSync(path.join(folder, "katex.min.css"), "utf8");
  const modern = css.replace(
    /src:[^;}]*?(url\(fonts\/[\w-]+\.woff2\) format\(["']woff2["']\))[^;}]*/g,
    "src:$1",
  );
  const fonts = [...modern.matchAll(/url\((fonts\/[\w-]+\.woff2)\)/g)].map(([, name]) => name!);
  return new Map([
    ["katex.css", Buffer.from(`${modern}\n${ownStyle}`)],
    ...fonts.map((name) => [name, readFileSync(path.join(folder, name))] as const),
  ]);
}
