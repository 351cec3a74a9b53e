/**
 * Pictures for phones: a notebook stores each figure as a picture 700 pixels wide, whose text is illegible at half that
 * width. Here figures are drawn again with the layout that live figures have on a phone.
 */
import { figureMime } from "../../display/figure-page.js";
import { drawnWidth, fitFigure } from "../../display/fit-figure.js";
import type { Fittable } from "../../display/fit-parts.js";
import { staticImage } from "../../display/static-image.js";
import { textWidth } from "../../display/text-metrics.js";
import type { Layout, Trace } from "../../display/trace.js";
import type { Measure } from "../../display/wrap.js";
import type { Notebook } from "../notebook.js";
import { inDark } from "./pictures.js";

/** The width of a page's text on a phone, in pixels. */
const phoneWidth = 360;

/** The pictures for phones, by the pictures in the notebook that they stand for. */
export async function phonePictures(notebook: Notebook): Promise<ReadonlyMap<string, string>> {
  const drawn = new Map<string, string>();
  const outputs = notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
  for (const output of outputs) {
    if (!("data" in output)) continue;
    const { [figureMime]: figure, "image/svg+xml": svg } = output.data;
    if (typeof svg !== "string" || !inDark(svg) || !saysHowItFits(figure)) continue;
    try {
      drawn.set(svg, await draw(figure));
    } catch {
      // A phone shrinks the picture that there is.
    }
  }
  return drawn;
}

/** Whether it is a figure that can be laid out for a width. */
function saysHowItFits(figure: unknown): figure is Fittable {
  const { data, layout } = (figure ?? {}) as { data?: unknown; layout?: { meta?: { fit?: unknown } } };
  return Array.isArray(data) && layout?.meta?.fit !== undefined;
}

/**
 * Where ticks are wider than a phone's margin, the plot is narrower than the layout assumes, and a legend may need a row more. A
 * figure that is live is then laid out again; a picture takes texts for a little wider than they are.
 */
const measure: Measure = (text, size, bold) => 1.06 * textWidth(text, size, bold);

function draw(figure: Fittable): Promise<string> {
  const width = drawnWidth(figure, phoneWidth);
  const { data, layout } = fitFigure(figure, { width, measure });
  return staticImage(
    { data: (data as Trace[]).map(unpacked), layout: layout as Layout },
    { width, height: Number(layout?.height) || 420 },
  );
}

const listOf = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** A trace with its packed lists of numbers as lists, so that long ones can be thinned. */
function unpacked(trace: Trace): Trace {
  const list = (value: unknown): unknown => {
    const { dtype, bdata, shape } = (value ?? {}) as { dtype?: unknown; bdata?: unknown; shape?: unknown };
    const Numbers = listOf[dtype as keyof typeof listOf];
    if (Numbers === undefined || typeof bdata !== "string" || shape !== undefined) return value;
    return new Numbers(Uint8Array.from(Buffer.from(bdata, "base64")).buffer);
  };
  return Object.fromEntries(Object.entries(trace).map(([key, value]) => [key, list(value)])) as Trace;
}
