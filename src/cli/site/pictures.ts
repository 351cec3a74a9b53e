/** The pictures and figures of the pages, as files beside them: a page is small, and pictures come as they scroll in. */
import { escapeHtml } from "../../display/escape-html.js";
import type { Ways } from "../../html/outputs.js";
import { dark } from "../html/colours.js";
import { addressOf } from "./addresses.js";
import type { SiteFiles } from "./site-files.js";

const endings: Record<string, string> = {
  "image/svg+xml": ".svg",
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
  "image/webp": ".webp",
};

/** What a cell shows with a control at one position: a figure of Plotly and its text, or HTML. */
export type Moved = { figure: unknown; text: string } | { html: string };

/** A page's lists of what is loaded when it is wanted, as scripts: a page that is opened from its folder fetches nothing. */
export interface Lists {
  /** Of its figures, for page/figures.ts; the name of the file. */
  figures(): string | undefined;
  /** Of what its controls show at their positions, for page/sliders.ts: by cell and control. */
  sliders(cells: readonly Moved[][][]): string | undefined;
}

/** Where pictures for phones are shown, and where those in dark colours. */
const phone = "(max-width: 27rem)";
const isDark = "(prefers-color-scheme: dark)";

/**
 * How a page at `file` shows pictures and figures, and lists them.
 *
 * @param narrow the pictures for phones, by the pictures that they stand for
 */
export function picturesIn(
  files: SiteFiles,
  file: string,
  narrow: ReadonlyMap<string, string> = new Map(),
): { ways: Ways; lists: Lists } {
  const figures: unknown[] = [];
  const list = (folder: string, name: string, content: readonly unknown[]): string | undefined =>
    content.length === 0
      ? undefined
      : files.addOnce(
          folder,
          ".js",
          // JSON allows line separators in strings, older JavaScript does not.
          `${name}(${JSON.stringify(content)
            .replace(/</g, "\\u003c")
            .replace(/\u2028|\u2029/g, (c) => (c === "\u2028" ? "\\u2028" : "\\u2029"))});\n`,
        );
  const put = (mime: string, content: string | Uint8Array): string =>
    addressOf(files.addOnce("pictures", endings[mime] ?? "", content), file);
  return {
    lists: {
      figures: () => list("figures", "nablabFigures", figures),
      sliders: (cells) => (cells.length === 0 ? undefined : list("sliders", "nablabSliders", shared(cells))),
    },
    ways: {
      picture(mime, content, alt) {
        const isSvg = mime === "image/svg+xml";
        const night = isSvg ? inDark(content) : undefined;
        const day = night === undefined ? content : withClasses(content);
        const source = put(mime, isSvg ? day : Buffer.from(content, "base64"));
        const size = isSvg ? sizeOf(content) : "";
        const img = `<img class="picture" loading="lazy" src="${source}"${size} alt="${escapeHtml(alt)}">`;
        if (night === undefined) return img;
        const onScreen = (media: string, svg: string): string =>
          `<source media="screen and ${media}" srcset="${put(mime, withClasses(svg))}"${sizeOf(svg)}>`;
        const small = narrow.get(content);
        const sources = [
          small && onScreen(`${phone} and ${isDark}`, inDark(small) ?? small),
          small && onScreen(phone, small),
          onScreen(isDark, night),
        ];
        return `<picture>${sources.filter(Boolean).join("")}${img}</picture>`;
      },
      figure: (figure, _, picture) =>
        `<figure class="figure" data-figure="${figures.push(figure) - 1}">${picture}</figure>`,
    },
  };
}

/** Figures of one control differ in little: traces and layouts are listed once, and named by their numbers. */
function shared(cells: readonly Moved[][][]): [parts: unknown[], cells: Moved[][][]] {
  const parts: unknown[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (part: unknown): number => {
    const text = JSON.stringify(part);
    if (!numbers.has(text)) numbers.set(text, parts.push(part) - 1);
    return numbers.get(text)!;
  };
  const share = (moved: Moved): Moved => {
    if ("html" in moved) return moved;
    const { data = [], layout, ...rest } = moved.figure as { data?: unknown[]; layout?: unknown };
    return { ...moved, figure: { ...rest, data: data.map(numberOf), layout: numberOf(layout ?? {}) } };
  };
  return [parts, cells.map((controls) => controls.map((positions) => positions.map(share)))];
}

/** A figure that nablab drew on white, in the colours of a dark page; undefined for any other picture. */
export function inDark(svg: string): string | undefined {
  if (!/^<svg[^>]*><rect x="0" y="0" [^>]*style="fill: rgb\(255, 255, 255\)/.test(svg)) return undefined;
  // The paper, and what lies behind a legend; white marks stay white.
  const onDark = svg.replace(/<rect [^>]*>/g, (rect) =>
    rect.replace("fill: rgb(255, 255, 255)", `fill: ${dark.ground}`),
  );
  return onDark.replaceAll("rgb(34, 34, 34)", dark.text);
}

/** The width and the height of an SVG as attributes: nothing moves when it comes. */
function sizeOf(svg: string): string {
  const [, width, height] = /<svg[^>]*? width="([\d.]+)"[^>]*? height="([\d.]+)"/.exec(svg) ?? [];
  return width ? ` width="${width}" height="${height}"` : "";
}

/**
 * A picture that nablab drew, with each of its styles once, as a class: of those that Plotly writes styles are a third, and few
 * differ. It looks the same, as classes, too, take precedence over attributes of presentation.
 */
export function withClasses(svg: string): string {
  const classes = new Map<string, string>();
  const classOf = (style: string): string => {
    const name = classes.get(style) ?? `s${classes.size}`;
    classes.set(style, name);
    return ` class="${name}"`;
  };
  const short = svg.replace(/<[a-z][^<>]*>/gi, (tag) =>
    tag.includes(" class=") ? tag : tag.replace(/ style="([^"]*)"/, (_, style: string) => classOf(style)),
  );
  const rules = [...classes].map(([style, name]) => `.${name}{${style.trim()}}`);
  return short.replace(/^<svg[^>]*>/, (start) => `${start}<style>${rules.join("")}</style>`);
}
