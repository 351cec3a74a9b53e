/** Markdown cells as HTML. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Marked, type Tokens } from "marked";
import { escapeHtml } from "../../display/escape-html.js";
import { highlight } from "./highlight.js";
import { extractMaths } from "./maths.js";

/** What is around a text. */
export interface Surroundings {
  /** The folder that its relative links start from. */
  folder?: string;
  /** Pictures that are stored with the cell: name → MIME type → base64. */
  attachments?: Record<string, Record<string, unknown>>;
}

/** A Markdown text as HTML, with its formulas typeset and its pictures in it. */
export function markdownToHtml(markdown: string, surroundings: Surroundings = {}): string {
  const { text, restore, plain } = extractMaths(markdown);
  const attribute = (value: string) => escapeHtml(plain(value));
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        // As JupyterLab names them, so that links into a notebook work in both.
        const id = attribute(text.replace(/[*_`]/g, "").trim().replace(/\s+/g, "-"));
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      code({ text, lang = "" }: Tokens.Code) {
        const known = /^(ts|typescript|js|javascript)\b/.test(lang);
        const source = plain(text);
        return `<pre><code>${known ? highlight(source) : escapeHtml(source)}</code></pre>\n`;
      },
      link({ href, title, tokens }: Tokens.Link) {
        const to = /^[a-z][a-z0-9+.-]*:/i.test(href) ? href : href.replace(/\.ipynb(?=$|#)/, ".html");
        const safe = /^\s*(javascript|vbscript|data):/i.test(to) ? "" : to;
        const hint = title ? ` title="${attribute(title)}"` : "";
        return `<a href="${attribute(safe)}"${hint}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, title, text }: Tokens.Image) {
        const source = pictureSource(href, surroundings);
        // From elsewhere: the page asks no network, so a link stands for the picture.
        if (source === undefined) return `<a href="${attribute(href)}">${escapeHtml(text || href)}</a>`;
        const hint = title ? ` title="${attribute(title)}"` : "";
        return `<img src="${escapeHtml(source)}" alt="${attribute(text)}"${hint}>`;
      },
    },
  });
  return restore(marked.parse(text, { async: false }));
}

const types: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

/** An address as a name of a file; one with a stray `%`, which is no encoding, is the name itself. */
function decoded(href: string): string {
  try {
    return decodeURI(href);
  } catch {
    return href;
  }
}

/** The picture as a data URL, where it can be had without a network. */
function pictureSource(href: string, { folder, attachments }: Surroundings): string | undefined {
  if (href.startsWith("data:image/")) return href;
  if (href.startsWith("attachment:")) {
    const [entry] = Object.entries(attachments?.[decoded(href.slice("attachment:".length))] ?? {});
    return entry && `data:${entry[0]};base64,${String(entry[1]).replace(/\s/g, "")}`;
  }
  if (/^([a-z][a-z0-9+.-]*:|\/)/i.test(href) || folder === undefined) return undefined;
  const file = path.join(folder, decoded(href));
  const type = types[path.extname(file).toLowerCase()];
  if (type === undefined || !existsSync(file) || !statSync(file).isFile()) return undefined;
  return `data:${type};base64,${readFileSync(file).toString("base64")}`;
}
