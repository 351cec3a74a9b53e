/** Markdown cells as HTML. */
import { Marked, type Tokens } from "marked";
import { escapeHtml } from "../display/escape-html.js";
import { extractMaths } from "./maths.js";
import { sanitise } from "./sanitise.js";

/** What is around a text. */
export interface Surroundings {
  /** Finds a picture by the address in the text, as a `data:` URL; undefined for one that cannot be had without a network. */
  picture?(href: string): string | undefined;
  /** Escapes TypeScript and marks its tokens. */
  highlight?(code: string): string;
  /** Pictures that are stored with the cell: name → MIME type → base64. */
  attachments?: Record<string, Record<string, unknown>>;
}

/** A Markdown text as HTML, with its formulas typeset and its pictures in it. */
export function markdownToHtml(markdown: string, surroundings: Surroundings = {}): string {
  const { highlight = escapeHtml } = surroundings;
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
        const hint = title ? ` title="${attribute(title)}"` : "";
        return `<a href="${attribute(href)}"${hint}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, title, text }: Tokens.Image) {
        const hint = title ? ` title="${attribute(title)}"` : "";
        return `<img src="${attribute(href)}" alt="${attribute(text)}"${hint}>`;
      },
    },
  });
  // Before the formulas are put back: KaTeX's elements are ours.
  // A picture from elsewhere becomes a link: the page asks no network.
  const html = sanitise(marked.parse(text, { async: false }), (href) => pictureSource(href, surroundings));
  // In a tag no element can stand.
  return restore(html.replace(/<[^>]*>/g, (tag) => tag.replace(/\uE000\d+\uE001/g, attribute)));
}

/** The picture as a data URL, where it can be had without a network. */
function pictureSource(href: string, { picture, attachments }: Surroundings): string | undefined {
  if (href.startsWith("attachment:")) {
    const [entry] = Object.entries(attachments?.[decoded(href.slice("attachment:".length))] ?? {});
    return entry && `data:${entry[0]};base64,${String(entry[1]).replace(/\s/g, "")}`;
  }
  return picture?.(href);
}

/** An address as a name of a file; one with a stray `%`, which is no encoding, is the name itself. */
export function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}
