/** The style sheets of formulas, with the fonts that they need. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

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
