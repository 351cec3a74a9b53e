/**
 * Small grey images in rows, each with a caption: digits of a data set, first-layer weights, mistakes.
 *
 * Each image is a separate PNG at its true size, inside one HTML table; the reader's browser enlarges it
 * without smoothing. A data URL in `<img>` survives both JupyterLab's cleaning of untrusted notebooks and GitHub's.
 */

import { base64 } from "#platform";
import { checkWhole } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import type { Displayable } from "./bundle.js";
import { escapeHtml } from "./escape-html.js";
import { shown } from "./shown.js";

/** One image of a grid. */
export interface GridImage {
  /** Row by row, `height × width` values. */
  pixels: ArrayLike<number>;
  /** A short line under the image. */
  caption?: string;
  /** Marks the image as right (✓) or wrong (✗): by a sign before the caption, not by colour. */
  tone?: "good" | "bad";
}

/** How a grid of images is laid out. */
export interface ImageGridOptions {
  /** Height and width of every image, in pixels. */
  shape: readonly [number, number];
  /** Images in a row. */
  columns?: number;
  /** Screen pixels per image pixel. */
  scale?: number;
  /** The values shown as black and as white; by default 0…255 for bytes, 0…1 for numbers in that range, else least…greatest. */
  range?: readonly [number, number];
  /** A line above the grid. */
  title?: string;
  /** What the grid shows, in words; by default title, number and captions. */
  alt?: string;
}

/**
 * Shows images in a grid.
 *
 * @param images grey images, all of the same shape
 * @throws RangeError when an image has another number of pixels than the shape says
 * @example
 * imageGrid([{ pixels: [0, 255, 255, 0], caption: "7" }], { shape: [2, 2] })
 * // 1 image of 2 × 2 pixels: 7
 */
export function imageGrid(images: readonly GridImage[], options: ImageGridOptions): Displayable {
  optionsOf("imageGrid", options, ["shape", "columns", "scale", "range", "title", "alt"]);
  const { shape, columns = Math.min(10, Math.max(1, images.length)), title } = options;
  const [height, width] = shape;
  checkWhole("imageGrid", {
    "the height of shape [height, width]": height,
    "the width of shape [height, width]": width,
  });
  checkWhole("imageGrid", { columns });
  for (const [i, { pixels }] of images.entries()) {
    if (pixels.length !== height * width) {
      throw new RangeError(
        `imageGrid: image ${i} has ${pixels.length} pixels but shape [${height}, ${width}] needs ${height * width}`,
      );
    }
  }
  const scale = options.scale ?? Math.max(1, Math.round(56 / Math.max(height, width)));
  const captions = images.map(({ caption = "", tone }) => `${tone ? signs[tone] : ""} ${caption}`.trim());
  const alt = options.alt ?? gridText(captions, shape, columns, title);
  return shown(alt, async () => {
    const { encode } = await import("fast-png"); // 26 ms to load: not before an image is shown
    const range = options.range ?? rangeOf(images);
    const cells = images.map(({ pixels }, i) => {
      const bytes = encode({ width, height, data: greys(pixels, range), channels: 1, depth: 8 });
      const data = base64(bytes);
      const label = escapeHtml(captions[i] || `image ${i + 1}`);
      // The sign of a captionless image still has to be seen.
      const below = captions[i] ? `<br>${escapeHtml(captions[i])}` : "";
      return (
        `<td align="center" style="text-align:center;padding:2px 4px"><img src="data:image/png;base64,${data}" alt="${label}" ` +
        `width="${width * scale}" height="${height * scale}" style="image-rendering:pixelated;max-width:none">${below}</td>`
      );
    });
    const rows: string[] = [];
    for (let i = 0; i < cells.length; i += columns)
      rows.push(`<tr>${cells.slice(i, i + columns).join("\n")}</tr>`);
    const head = title ? `<caption>${escapeHtml(title)}</caption>` : "";
    return { "text/html": `<table>${head}<tbody>\n${rows.join("\n")}\n</tbody></table>` };
  });
}

const signs = { good: "✓", bad: "✗" };

function gridText(
  captions: string[],
  [height, width]: readonly [number, number],
  columns: number,
  title?: string,
): string {
  const what = `${captions.length} image${captions.length === 1 ? "" : "s"} of ${height} × ${width} pixels`;
  const head = title ? `${title} (${what})` : what;
  if (captions.every((caption) => caption === "")) return head;
  if (captions.length <= columns) return `${head}: ${captions.join(", ")}`;
  const rows: string[] = [];
  for (let i = 0; i < captions.length; i += columns) rows.push(captions.slice(i, i + columns).join(", "));
  return `${head}:\n${rows.join("\n")}`;
}

function rangeOf(images: readonly GridImage[]): readonly [number, number] {
  if (images.every(({ pixels }) => pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray))
    return [0, 255];
  let low = Infinity;
  let high = -Infinity;
  for (const { pixels } of images) {
    for (let i = 0; i < pixels.length; i++) {
      const value = pixels[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low >= 0 && high <= 1) return [0, 1];
  return [low, high > low ? high : low + 1];
}

/** Pixels as bytes: `range[0]` becomes black, `range[1]` white; what is no number becomes black. */
function greys(pixels: ArrayLike<number>, [low, high]: readonly [number, number]): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < bytes.length; i++) {
    const grey = Math.round((255 * (pixels[i]! - low)) / (high - low));
    bytes[i] = grey > 255 ? 255 : Math.max(grey, 0);
  }
  return bytes;
}
