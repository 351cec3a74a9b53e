// The picture beside each figure: that it is there, has its labels, and is the same bytes each time.
import { execFileSync } from "node:child_process";
import { contourChart, figure, heatMap, lineChart, panels, toBundle } from "nablab";
import { describe, expect, test } from "vitest";
import { thinned } from "#nablab/display/thin.js";

const gap = (n = 300) =>
  lineChart({
    title: "Gap",
    x: { title: "step k", scale: "log" },
    y: { title: "F − F*", scale: "log" },
    series: [
      { name: "bound", y: Array.from({ length: n }, (_, i) => 4 / (i + 1)), dash: "dash" },
      { name: "gap", y: Array.from({ length: n }, (_, i) => 1 / (i + 1) ** 2) },
    ],
  });
const matrix = () =>
  heatMap({
    title: "Confusion",
    z: Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => 17 * i + j)),
  });
const bowl = () =>
  contourChart({
    title: "Bowl",
    x: { title: "θ₁", range: [-3, 3] },
    y: { title: "θ₂", range: [-2, 2] },
    f: (x, y) => x * x + 4 * y * y,
    paths: [{ name: "path", x: [2, 1, 0.5], y: [1, -0.5, 0.2] }],
  });

/** The texts of an SVG, without markup. */
const texts = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([\s\S]*?)<\/text>/g)].map(([, text]) => text!.replace(/<[^>]*>|\u200b/g, ""));

describe("the static image", () => {
  test("has title, axis titles, legend and numeric tick labels", async () => {
    const svg = await gap().toSvg();
    expect(texts(svg)).toEqual(
      expect.arrayContaining(["Gap", "step k", "F − F*", "bound", "gap", "1", "10", "102", "10−2"]),
    );
    expect(svg).toMatch(/^<svg [^>]*width="700" height="445"/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.length).toBeLessThan(60_000);
  });

  test("has a heat map's cells as an image, their numbers and their labels", async () => {
    const svg = await matrix().toSvg();
    expect(svg).toMatch(/<image[^>]*href="data:image\/png;base64,iVBOR/);
    expect(texts(svg)).toEqual(expect.arrayContaining(["0", "9", "162", "155", "100"]));
    expect(svg).not.toContain("NaN");
  });

  test("has contours, a path and its legend", async () => {
    const svg = await bowl().toSvg();
    expect(texts(svg)).toEqual(expect.arrayContaining(["Bowl", "θ₁", "−2", "path", "20"]));
    expect(svg.match(/<path/g)!.length).toBeGreaterThan(20);
    expect(svg).not.toContain("NaN");
  });

  test("of panels has the titles of all", async () => {
    const svg = await panels([gap(), bowl()], { title: "Both" }).toSvg();
    expect(texts(svg)).toEqual(expect.arrayContaining(["Both", "Gap", "Bowl"]));
  });

  test("is the same bytes each time, also in another process", async () => {
    const script = `
      import { heatMap, lineChart } from "nablab";
      const chart = lineChart({ title: "t", x: { title: "k" }, y: { title: "y" }, series: [{ name: "a", y: [1, 3, 2] }, { name: "b", y: [2, 1, 3] }] });
      await heatMap({ title: "other", z: [[1]] }).toSvg();
      process.stdout.write(await chart.toSvg());`;
    const other = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    const chart = lineChart({
      title: "t",
      x: { title: "k" },
      y: { title: "y" },
      series: [
        { name: "a", y: [1, 3, 2] },
        { name: "b", y: [2, 1, 3] },
      ],
    });
    expect(await chart.toSvg()).toBe(other);
    expect(await chart.toSvg()).toBe(other);
  });

  test("has ids of its own: two figures on one page do not clip each other", async () => {
    const ids = async (svg: Promise<string>) =>
      [...(await svg).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    const first = await ids(gap().toSvg());
    const second = await ids(bowl().toSvg());
    expect(first.length).toBeGreaterThan(2);
    expect(first.filter((id) => second.includes(id))).toEqual([]);
  });

  test("comes with the bundle, between the JSON and the text", async () => {
    const bundle = await toBundle(gap());
    expect(Object.keys(bundle)).toEqual(["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
    expect(bundle["text/plain"]).toMatch(/^Gap\nx: step k, logarithmic, 1 … 300; /);
  });

  test("that cannot be drawn costs the picture alone", async () => {
    const bad = figure({ data: [{ y: [1] }], alt: "a figure", imageSize: { width: 0 } });
    const bundle = await toBundle(bad);
    expect(Object.keys(bundle)).toEqual(["application/vnd.plotly.v1+json", "text/plain"]);
    expect(bundle["text/plain"]).toMatch(/^a figure\n\(no static image: .*pixel/);
    expect(await toBundle(gap())).toHaveProperty(["image/svg+xml"]);
  });
});

test.each([1, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 7])(
  "labels of a log axis over %s decades are of one size, however its range is given",
  async (decades) => {
    const y = [0.01, 0.01 * 10 ** (decades / 2), 0.01 * 10 ** decades] as const;
    for (const range of [undefined, [y[0], y[2]] as const]) {
      const chart = lineChart({
        title: "title",
        x: { title: "x" },
        y: { title: "y", scale: "log", ...(range && { range }) },
        series: [{ name: "a", y }],
      });
      const svg = String((await toBundle(chart))["image/svg+xml"]);
      const labels = [...svg.matchAll(/<text text-anchor="end"[^>]*font-size: ([\d.]+)px/g)];
      expect(labels.length).toBeGreaterThan(1);
      expect(new Set(labels.map(([, size]) => size)).size).toBe(1);
    }
  },
);

describe("thinning", () => {
  const long = Array.from({ length: 60_000 }, (_, i) => Math.sin(i / 5000) + (i === 31_234 ? 9 : 0));

  test("keeps ends and peaks in at most 2,000 points", () => {
    const x = long.map((_, i) => i + 1);
    const [trace] = thinned([{ type: "scatter", x, y: long }], {}) as [{ x: number[]; y: number[] }];
    expect(trace.y.length).toBeLessThanOrEqual(2000);
    expect(trace.y.length).toBeGreaterThan(1000);
    expect([trace.x[0], trace.x.at(-1)]).toEqual([1, 60_000]);
    expect(trace.x).toContain(31_235);
    expect(Math.min(...trace.y)).toBe(Math.min(...long));
  });

  test("keeps the first decades of a log axis", () => {
    const x = long.map((_, i) => i + 1);
    const [trace] = thinned([{ type: "scatter", x, y: long }], { xaxis: { type: "log" } }) as [
      { x: number[] },
    ];
    expect(trace.x.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(trace.x.length).toBeLessThanOrEqual(2000);
  });

  test("leaves short series and other charts as they are", () => {
    const bars = { type: "bar", x: long, y: long };
    const short = { type: "scatter", x: [1], y: [2] };
    expect(thinned([bars, short], {})).toEqual([bars, short]);
  });
});
