/**
 * How a dataset shows itself: images, points or numbers, and how many samples each class has.
 */
import type { Displayable, MimeBundle } from "../display/bundle.js";
import { escapeHtml } from "../display/escape-html.js";
import { formatNumber } from "../display/format-number.js";
import { imageGrid } from "../display/image-grid.js";
import { lineChart } from "../display/line-chart.js";
import { table } from "../display/table.js";
import { toBundle } from "../display/to-bundle.js";
import { checkWhole } from "../options/check.js";
import { formatShape } from "../tensor/shapes.js";
import { Tensor } from "../tensor/tensor.js";
import type { Dataset, ShowImagesOptions } from "./dataset-interface.js";

/** More points than this add nothing to a picture. */
const mostPoints = 2000;

/** The dataset in one line: its name, size, shape and answers, and its description in a second. */
export function datasetSummary(data: Dataset): string {
  const what =
    data.classes === undefined
      ? `${data.outputs} ${data.outputs === 1 ? "target" : "targets"} each`
      : `${data.classes} classes`;
  const shape = data.sampleShape.join(" × ");
  const line = `${data.name}: ${formatNumber(data.size)} samples of ${shape}, ${what}`;
  return data.description === undefined ? line : `${line}\n${data.description}`;
}

/** The summary, a picture of the first samples, and the samples of each class. */
export async function datasetBundle(data: Dataset): Promise<MimeBundle> {
  const parts = [picture(data), ...(data.classes === undefined ? [] : [countTable(data)])];
  const bundles = await Promise.all(parts.map(toBundle));
  const summary = datasetSummary(data);
  return {
    "text/html": [
      ...summary.split("\n").map((line) => `<p>${escapeHtml(line)}</p>`),
      ...bundles.map((b) => b["text/html"]),
    ].join("\n"),
    "text/plain": [summary, ...bundles.map((b) => b["text/plain"])].join("\n\n"),
  };
}

/** The first samples as images, with labels and predictions under them. */
export function showImages(data: Dataset, options: number | ShowImagesOptions): Displayable {
  const {
    count = 20,
    columns = 10,
    predicted,
  } = typeof options === "number" ? { count: options, predicted: undefined } : options;
  checkWhole("showImages", { count });
  const n = Math.min(count, data.size);
  const images = Array.from({ length: n }, (_, i) => ({
    pixels: data.x.subarray(i * data.features, (i + 1) * data.features),
    ...caption(data.classes === undefined ? undefined : data.y[i]!, predicted?.[i]),
  }));
  return imageGrid(images, {
    shape: imageShape("showImages", data),
    columns,
    title: `${data.name}: the first ${formatNumber(n)} of ${formatNumber(data.size)}`,
  });
}

/** Height and width of a sample that is an image; throws for any other shape, in the name of `operation`. */
export function imageShape(operation: string, { name, sampleShape }: Dataset): [number, number] {
  if (sampleShape.length !== 2) {
    throw new TypeError(
      `${operation}: a sample of ${name} is not an image, its shape must be [height, width]; sampleShape ${formatShape(sampleShape)}`,
    );
  }
  return [sampleShape[0]!, sampleShape[1]!];
}

function picture(data: Dataset): Displayable {
  const { features, classes, outputs } = data;
  if (data.sampleShape.length === 2) return showImages(data, {});
  if ((features === 2 && classes !== undefined) || (features === 1 && outputs === 1)) return scatter(data);
  const { x, y } = data.batch(0, Math.min(5, data.size));
  const rows = Array.from({ length: x.shape[0]! }, (_, i) => ({
    sample: i,
    x: String(Array.from(x.row(i).data.subarray(0, 6), (v) => formatNumber(v))) + (features > 6 ? ", …" : ""),
    y: y instanceof Tensor ? Array.from(y.row(i).data, (v) => formatNumber(v)).join(", ") : String(y[i]),
  }));
  return table(rows, { caption: `the first ${rows.length} samples` });
}

/** Points in the plane by class, or one target over one feature; of the first samples. */
function scatter(data: Dataset): Displayable {
  const { x, features, scale, y } = data;
  const n = Math.min(data.size, mostPoints);
  const at = (i: number, j: number): number => x[i * features + j]! * scale;
  const all = Array.from({ length: n }, (_, i) => i);
  const groups =
    data.classes === undefined
      ? [{ name: "target", of: all }]
      : Array.from({ length: data.classes }, (_, label) => ({
          name: `class ${label}`,
          of: all.filter((i) => y[i] === label),
        }));
  return lineChart({
    title:
      n < data.size ? `${data.name}: the first ${formatNumber(n)} of ${formatNumber(data.size)}` : data.name,
    x: { title: "x<sub>1</sub>" },
    y: { title: data.classes === undefined ? "y" : "x<sub>2</sub>" },
    series: groups
      .filter(({ of }) => of.length > 0)
      .map(({ name, of }) => ({
        name,
        mode: "markers" as const,
        x: of.map((i) => at(i, 0)),
        y: of.map((i) => (data.classes === undefined ? y[i]! : at(i, 1))),
      })),
  });
}

function countTable(data: Dataset): Displayable {
  const row: Record<string, unknown> = { class: "samples" };
  data.counts().forEach((count, label) => {
    row[String(label)] = count;
  });
  const columns = ["class", ...Array.from({ length: data.classes! }, (_, label) => String(label))];
  return table([row], { columns, caption: "samples of each class" });
}

/** Label and prediction under an image. */
function caption(
  label: number | undefined,
  predicted: number | undefined,
): { caption: string; tone?: "good" | "bad" } {
  if (predicted === undefined) return { caption: label === undefined ? "" : String(label) };
  if (label === undefined) return { caption: `→ ${predicted}` };
  return {
    caption: label === predicted ? String(label) : `${label} → ${predicted}`,
    tone: label === predicted ? "good" : "bad",
  };
}
