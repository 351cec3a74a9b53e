/** The style sheet of a site's pages, reading and running. */
import { widgetStyle } from "../../widgets/model.js";
import { style } from "../html/style.js";

// The renderer of figures and the widgets take their colours from JupyterLab's names.
export const siteStyle: string = `
${style}
:root { --jp-layout-color0: var(--ground); --jp-layout-color2: var(--soft); --jp-content-font-color1: var(--text); --jp-content-font-color2: var(--muted);
  --jp-ui-font-color1: var(--text); --jp-ui-font-size1: 0.94rem; --jp-ui-font-family: inherit; --jp-border-color1: var(--line); --jp-border-color2: var(--grid); --jp-brand-color1: var(--link); --jp-warn-color1: var(--error); }
body { max-width: none; padding: 0 0 5rem; }
main, .around { max-width: max(56rem, min(62vw, 76rem)); margin-inline: auto; }
main { padding: 0 1.25rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 0.5rem; top: 0.5rem; background: var(--ground); padding: 0.5em 1em; z-index: 30; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bar { position: sticky; top: 0; z-index: 20; display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 0.6rem; padding: 0.45rem 1.25rem; min-height: 3rem;
  background: var(--ground); border-bottom: 1px solid var(--grid); font-size: 0.94rem; }
.bar .home { margin-right: auto; font-weight: 600; color: var(--text); text-decoration: none; }
html { scroll-padding-top: 4rem; }
.around { display: flex; flex-wrap: wrap; gap: 0.3em 1.5em; padding: 0 1.25rem; margin-block: 1.5rem 2rem; font-size: 0.94em; }
.around a { text-decoration: none; } .around a:hover { text-decoration: underline; }
.index { list-style: none; padding: 0; } .index li { margin: 0 0 2em; } .index h2, .index h3 { margin: 0 0 0.3em; font-size: 1.35rem; } .index .number { color: var(--muted); font-weight: 400; font-variant-numeric: tabular-nums; } .index p { margin: 0; color: var(--muted); }
.presenting main:not(.reveal) { visibility: hidden; }
body > main { padding-top: 2rem; }
.contents { font-size: 0.9rem; padding: 0 1.25rem; max-width: 56rem; margin: 1.5rem auto 0; }
.contents ol { list-style: none; margin: 0.5em 0; padding: 0; } .contents li { margin: 0.35em 0; } .contents .depth3 { padding-left: 1em; }
.contents a { text-decoration: none; } .contents a:hover { text-decoration: underline; }
@media (min-width: 80rem) {
  .columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr) 15rem; }
  .contents { position: sticky; top: 3.5rem; align-self: start; max-height: calc(100vh - 4rem); overflow-y: auto; margin: 1.5rem 0 0; }
  .middle { grid-column: 2; }
}
figure { margin: 0; } .figure { position: relative; }
.figure > picture > img, .figure > img { display: block; border-radius: 0.3em; }
.figure > .drawn { position: absolute; inset: 0; visibility: hidden; } .figure.live > .drawn { position: static; visibility: visible; } .figure.live > :first-child { display: none; }
.folded > summary { font-size: 0.9em; margin: 1em 0 0.3em; }
.folded > .code { margin-top: 0; }
.code > pre, .folded pre { white-space: pre-wrap; }
button, .button { font: inherit; font-size: 0.9rem; color: var(--text); background: var(--soft); border: 1px solid var(--line); border-radius: 0.35em; padding: 0.25em 0.8em; cursor: pointer; }
button:hover { border-color: var(--link); } button:disabled { color: var(--muted); cursor: default; border-color: var(--grid); }
button.main { background: var(--link); border-color: var(--link); color: var(--ground); font-weight: 600; }
.cell { position: relative; }
.cell .tools { display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; margin: 0.35rem 0 0; min-height: 1.9rem; }
.cell .tools button { padding: 0.1em 0.65em; font-size: 0.85rem; }
.cell .tools .state { color: var(--muted); font-size: 0.85rem; }
.cell[data-state="running"] > .code > :first-child, .cell[data-state="running"] > .folded { border-left-color: var(--link); }
.cell[data-state="failed"] > .code > :first-child { border-left-color: var(--error); }
.cell.stale > .outputs { box-shadow: -0.7rem 0 var(--ground), -0.85rem 0 var(--name); }
.code .cm-editor { background: var(--soft); border-radius: 0.4em; border-left: 3px solid var(--line); padding: 0.5em 0.4em; color: var(--text); }
.code .cm-editor.cm-focused { outline: 2px solid var(--link); outline-offset: 1px; }
.code .cm-scroller { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: 0.86em; line-height: 1.5; }
.code .cm-content { caret-color: var(--text); } .code .cm-cursor { border-left-color: var(--text) !important; }
.code .cm-selectionBackground, .code .cm-focused .cm-selectionBackground { background: color-mix(in srgb, var(--link) 25%, transparent) !important; }
.code .cm-matchingBracket { background: color-mix(in srgb, var(--link) 30%, transparent) !important; }
.code .cm-tooltip { background: var(--ground); color: var(--text); border: 1px solid var(--line); border-radius: 0.3em; max-width: min(40rem, 90vw); }
.code .cm-tooltip-autocomplete > ul > li { color: var(--text); } .code .cm-tooltip-autocomplete > ul > li[aria-selected] { background: var(--link) !important; color: var(--ground) !important; }
.code .hover { max-height: 18rem; overflow: auto; padding: 0.4em 0.8em; font-size: 0.9rem; } .code .hover pre { white-space: pre-wrap; margin: 0; }
.status { color: var(--muted); font-size: 0.88rem; font-variant-numeric: tabular-nums; }
.note { flex-basis: 100%; color: var(--text); font-size: 0.88rem; border-left: 3px solid var(--name); padding-left: 0.7em; margin: 0.2rem 0; max-width: none; }
.search { position: relative; }
.search input { font: inherit; font-size: 0.9rem; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 0.35em; padding: 0.25em 0.7em; width: 12rem; max-width: 38vw; }
.search .found { position: absolute; right: 0; top: calc(100% + 0.4rem); width: min(32rem, calc(100vw - 2rem)); max-height: 70vh; overflow-y: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 0.4em; padding: 0.4rem 0.8rem; margin: 0; list-style: none; box-shadow: 0 6px 24px rgb(0 0 0 / 25%); }
.search .found li { margin: 0.5rem 0; } .search .found a { text-decoration: none; } .search .found p { margin: 0; color: var(--muted); font-size: 0.86rem; }
.search .found mark { background: none; color: inherit; font-weight: 700; }
${widgetStyle.trim()}
.nablab-widget { margin: 0.3em 0; }
.nablab-Figure-note { color: var(--text); }
.series img { display: block; max-width: 100%; }
.score { border-left: 3px solid var(--string); padding: 0.2rem 0.9rem; margin: 1.5rem 0; }
@media (max-width: 40rem) { body { font-size: 1rem; } h1 { font-size: 1.6rem; } .bar { padding-inline: 0.8rem; } main, .around, .contents { padding-inline: 0.9rem; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print { .figure.live > :first-child { display: block; } .figure > .drawn { display: none; }
  .bar, .around, .contents, .tools, .skip { display: none !important; } body { padding: 0; } main { padding: 0; max-width: none; } .folded > summary { display: none; } }
`.trim();
