/** The style sheet of an exported page. */
import { type Colours, dark, light } from "./colours.js";

const variables = (colours: Colours): string =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");

export const style: string = `
:root { color-scheme: light dark; ${variables(light)} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--text); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 5rem; max-width: 56rem;
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; margin: 2.2em 0 0.6em; text-wrap: balance; }
h1 { font-size: 2rem; margin-top: 0; } h2 { font-size: 1.45rem; } h3 { font-size: 1.2rem; } h4 { font-size: 1rem; }
h1 + *, h2 + *, h3 + *, h4 + * { margin-top: 0; }
p, ul, ol, blockquote, table, pre { margin: 0 0 1em; }
p, li, blockquote { max-width: 46rem; }
a { color: var(--link); text-underline-offset: 0.15em; }
hr { border: 0; border-top: 1px solid var(--grid); margin: 2.5em 0; }
blockquote { margin-inline: 0; padding: 0.1em 0 0.1em 1em; border-left: 3px solid var(--line); color: var(--muted); }
blockquote > :last-child, li > p:last-child { margin-bottom: 0; }
img, svg { max-width: 100%; height: auto; }
code, pre, kbd { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 0.86em; }
pre > code { font-size: inherit; }
:not(pre) > code { background: var(--soft); border-radius: 0.25em; padding: 0.1em 0.3em; }
kbd { border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 0.25em; padding: 0.05em 0.35em; }
pre { line-height: 1.5; overflow-x: auto; tab-size: 2; }
table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto; font-size: 0.94em; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3em 0.8em; text-align: left; vertical-align: top; }
thead th { border-bottom: 1px solid var(--line); } tr + tr > td, tr + tr > th { border-top: 1px solid var(--grid); }
caption { text-align: left; color: var(--muted); padding: 0.3em 0; }
.code { margin: 1.4em 0 0.8em; }
.code > pre, .text pre { background: var(--soft); border-radius: 0.4em; padding: 0.8em 1em; margin: 0; }
.code > pre { border-left: 3px solid var(--line); }
.text pre { margin-bottom: 1em; }
.k { color: var(--keyword); } .s { color: var(--string); } .n { color: var(--number); } .c { color: var(--comment); font-style: italic; } .f { color: var(--name); }
.outputs { margin: 0.8em 0 1.8em; }
.outputs > * { margin: 0 0 0.8em; }
.outputs > pre { padding: 0 1em; white-space: pre; }
.outputs table tr > td:has(> img), .outputs table tr + tr > td:has(> img) { border: 0; }
.outputs .stderr, .outputs .error { border-left: 3px solid var(--error); padding: 0.3em 1em; }
.outputs .error { background: var(--soft); white-space: pre-wrap; }
.figure { overflow-x: auto; overflow-y: hidden; }
.picture { display: block; border-radius: 0.3em; }
details > summary { color: var(--muted); cursor: pointer; }
.a1 { font-weight: bold; } .a31, .a91 { color: var(--error); } .a32, .a92 { color: var(--string); } .a33, .a93 { color: var(--name); }
.a34, .a94 { color: var(--link); } .a35, .a95 { color: var(--keyword); } .a36, .a96 { color: var(--number); } .a2, .a37, .a90 { color: var(--muted); }
@media print {
  @page { margin: 18mm 16mm; }
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  pre { white-space: pre-wrap !important; }
  h1, h2, h3, h4 { break-after: avoid; }
  .figure, .picture, .code > pre, tr { break-inside: avoid; }
  .modebar { display: none !important; }
}
`.trim();
