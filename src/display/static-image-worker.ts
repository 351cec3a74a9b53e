/**
 * The thread that draws static images: Plotly in happy-dom, with polyfills for the browser features that it lacks.
 *
 * Plotly reads `window` and `document` from the global scope, which a thread keeps apart from the
 * program's. The drawing depends on the figure alone: Plotly's random ids come from a generator
 * seeded by the figure, so that the same figure gives the same bytes and two figures on one page have
 * different ids.
 */

import { encode } from "fast-png";
import { Window } from "happy-dom";
import { base64, onParentMessage, postToParent, sha256 } from "#platform";
import { type Box, boxOf, type ElementLike } from "./svg-boxes.js";
import { pathLength, pointAtLength } from "./svg-path.js";

/** A figure to draw. */
export interface ImageRequest {
  id: number;
  figure: { data: unknown[]; layout: Record<string, unknown> };
  width: number;
  height: number;
}

/** The picture, or why there is none. */
export type ImageReply = { id: number; svg: string } | { id: number; error: string };

const plotly = loadPlotly();
let queue = Promise.resolve();

onParentMessage((request: ImageRequest) => {
  queue = queue.then(async () => {
    let reply: ImageReply;
    try {
      reply = { id: request.id, svg: await draw(request) };
    } catch (error) {
      reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
    }
    postToParent(reply);
  });
});

/** Draws a picture. */
export async function draw({ figure, width, height }: ImageRequest): Promise<string> {
  const [a, b, c, d] = sha256(JSON.stringify([figure, width, height])).match(/../g)!;
  Math.random = seeded(Number.parseInt(`${d}${c}${b}${a}`, 16));
  const options = { format: "svg", width, height, imageDataOnly: true };
  const svg = await (await plotly).toImage({ ...figure, config: { staticPlot: true, logging: 0 } }, options);
  return smaller(svg);
}

interface Plotly {
  toImage(figure: object, options: object): Promise<string>;
}

/** Mulberry32: enough for ids. */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Without the empty groups, the hooks for style sheets and the defaults that Plotly writes out: half the size. */
function smaller(svg: string): string {
  let text = svg
    .replace(/ class="[^"]*"/g, "")
    .replace(/ data-(?:unformatted|math|notex|index)="[^"]*"/g, "")
    .replace(/(?:fill|stroke)-opacity: 1; ?/g, "")
    .replace(
      / ?(?:white-space: pre|font-style: normal|font-variant: normal|font-weight: normal|vector-effect: none);/g,
      "",
    )
    .replace(/ style="\s*"/g, "")
    .replace(/ d="[^"]*"/g, (path) =>
      path.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
    );
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/<(g|path|text|defs)(?: (?!d=|id=)[\w:-]+="[^"]*")*(?:\/>|><\/\1>)/g, "");
  }
  return text;
}

async function loadPlotly(): Promise<Plotly> {
  const window = new Window({ url: "about:blank", width: 1024, height: 768 });
  const scope = globalThis as unknown as Record<string, unknown>;
  const page = window as unknown as Record<string, unknown>;
  const set = (name: string, value: unknown) =>
    Object.defineProperty(scope, name, { value, configurable: true, writable: true });
  set("window", window);
  set("self", window);
  for (const name of ["document", "navigator", "getComputedStyle", "XMLSerializer", "DOMParser", "Image"]) {
    set(name, page[name]);
  }
  for (const name of ["Node", "Element", "HTMLElement", "SVGElement", "MutationObserver"])
    set(name, page[name]);
  // Lets Plotly draw heat maps as one pixel a cell, enlarged by the viewer without smoothing.
  Object.defineProperty(window, "CSS", { value: { supports: () => true } });
  measureElements(page);
  giveCanvas(page);
  const { default: plotly } = await import("plotly.js-cartesian-dist-min");
  return plotly;
}

type Prototype = { prototype: object };

function measureElements(page: Record<string, unknown>): void {
  const rectangle = ({ left, top, right, bottom }: Box) => {
    const [width, height] = [right - left, bottom - top];
    return { x: left, y: top, left, top, right, bottom, width, height };
  };
  function rect(this: ElementLike) {
    return rectangle(boxOf(this) ?? { left: 0, top: 0, right: 0, bottom: 0 });
  }
  Object.assign((page.SVGElement as Prototype).prototype, { getBoundingClientRect: rect, getBBox: rect });
  const outlineOf = (path: ElementLike) => path.getAttribute?.("d") ?? "";
  const lengths = {
    getTotalLength(this: ElementLike) {
      return pathLength(outlineOf(this));
    },
    getPointAtLength(this: ElementLike, length: number) {
      return pointAtLength(outlineOf(this), length);
    },
  };
  // Found on the prototype of the most special class first.
  for (const name of ["SVGElement", "SVGGeometryElement", "SVGPathElement"]) {
    Object.assign((page[name] as Prototype | undefined)?.prototype ?? {}, lengths);
  }
}

/** As much of a canvas as Plotly's heat maps use: filled rectangles, whole images, and a PNG of it all. */
function giveCanvas(page: Record<string, unknown>): void {
  interface Canvas {
    width: number;
    height: number;
    surface?: Surface;
  }
  class Surface {
    fillStyle = "rgba(0,0,0,0)";
    readonly width: number;
    readonly height: number;
    readonly data: Uint8ClampedArray;

    constructor({ width, height }: Canvas) {
      this.width = width;
      this.height = height;
      this.data = new Uint8ClampedArray(4 * width * height);
    }

    fillRect(x: number, y: number, width: number, height: number): void {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (this.fillStyle.match(/[\d.]+/g) ?? []).map(Number);
      for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++) {
        for (let column = Math.max(0, x); column < Math.min(this.width, x + width); column++) {
          this.data.set([red, green, blue, 255 * alpha], 4 * (row * this.width + column));
        }
      }
    }

    createImageData(width: number, height: number) {
      return { width, height, data: new Uint8ClampedArray(4 * width * height) };
    }

    putImageData({ data }: { data: Uint8ClampedArray }): void {
      this.data.set(data);
    }
  }
  Object.assign((page.HTMLCanvasElement as Prototype).prototype, {
    getContext(this: Canvas) {
      return (this.surface = new Surface(this));
    },
    toDataURL(this: Canvas) {
      const { width, height, data } = this.surface ?? new Surface(this);
      const png = encode({ width, height, data, channels: 4, depth: 8 });
      return `data:image/png;base64,${base64(png)}`;
    },
  });
}
