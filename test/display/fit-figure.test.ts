// What of a figure follows from its width. What a browser makes of it is in test/browser/charts.spec.ts.
import { contourChart, type Figure, figure, heatMap, lineChart, panels } from "nablab";
import { describe, expect, test } from "vitest";
import { drawnWidth, fitFigure } from "#nablab/display/fit-figure.js";
import { typeset } from "#nablab/display/typeset.js";
import { lineWidth, rewrapped, wrap } from "#nablab/display/wrap.js";

/** Ten pixels a character, of whatever size. */
const measure = (text: string) => 10 * [...text].length;

interface Layout {
  title: { text: string };
  legend: { orientation?: string; x: number };
  margin: { t: number; r: number; b: number };
  height: number;
  meta: { fit: { title: string } };
  annotations: { text: string; x: number; y: number; yshift: number }[];
  [axis: `${"x" | "y"}axis${string}`]: { domain: [number, number]; title: { text: string } };
}

/** The layout of a figure at a width, as a page would draw what a notebook holds. */
const at = (width: number, chart: Figure, more = {}) =>
  fitFigure(chart.toJSON(), { width, measure, ...more }).layout as unknown as Layout;

const chart = (names: string[], title = "t") =>
  lineChart({
    title,
    x: { title: "the number of steps taken so far" },
    y: { title: "y" },
    series: names.map((name) => ({ name, y: [1, 2] })),
  });
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => `${i}${"m".repeat(length - 1)}`);
const plotOf = ({ height, margin }: Layout) => height - margin.t - margin.b;

describe("a chart", () => {
  const title = "One title of some sixty characters that is too long for a phone";

  test("breaks its title by its width, into lines of about equal length, again at another width", () => {
    const long = chart(["a", "b"], title);
    expect(at(800, long).title.text).toBe(title);
    expect(at(300, long).title.text.split("<br>")).toEqual([
      "One title of some sixty",
      "characters that is too",
      "long for a phone",
    ]);
    expect(plotOf(at(300, long))).toBe(plotOf(at(800, long)));
  });

  test.each([
    ["a line chart", chart(names(3, 18), title)],
    [
      "a plane",
      contourChart({
        title,
        x: { title: "a long title of x", range: [0, 1] },
        y: { title: "y", range: [0, 1] },
        f: (x) => x,
      }),
    ],
    [
      "a figure",
      figure({ data: [{ y: [1] }], layout: { title, margin: { l: 20, r: 90 }, height: 300 }, alt: "t" }),
    ],
  ])("%s is laid out the same from any layout before", (_, one) => {
    const once = fitFigure(one.toJSON(), { width: 800, measure });
    expect(fitFigure(fitFigure(one.toJSON(), { width: 260, measure }), { width: 800, measure })).toEqual(
      once,
    );
  });

  test("keeps the first line of the title clear of the toolbar", () => {
    const [first] = at(700, chart([], title), { toolbar: 120 }).title.text.split("<br>");
    expect(10 * first!.length).toBeLessThanOrEqual(700 - 24 - 120);
  });

  test("has its legend in as many rows as it needs, for which the plot gives no room", () => {
    const [one, more] = [at(700, chart(names(3, 5))), at(700, chart(names(6, 18)))];
    expect([one.legend.orientation, more.legend.orientation]).toEqual(["h", "h"]);
    expect(more.margin.t - one.margin.t).toBe(40); // three rows for one
    expect(plotOf(more)).toBe(plotOf(one));
  });

  test("has a long legend beside the plot if there is room, and above it on a phone", () => {
    const many = chart(names(12, 16));
    expect(at(900, many).legend).toMatchObject({ x: 1.02 });
    expect(at(390, many).legend).toMatchObject({ x: 0, orientation: "h" });
    expect(plotOf(at(390, many))).toBe(plotOf(at(900, many)));
  });

  test("takes the height of a legend from the page, once it is drawn", () => {
    const two = chart(names(2, 5));
    const [guess, known] = [at(700, two), at(700, two, { legends: { legend: 66 } })];
    expect(known.height - guess.height).toBe(40);
  });

  test("breaks the titles of its axes, and joins them again", () => {
    const phone = fitFigure(chart(["a"]).toJSON(), { width: 260, measure });
    const { xaxis, margin } = phone.layout as unknown as Layout;
    expect(xaxis!.title.text).toBe("the number of<br>\u200bsteps taken so far");
    const wide = fitFigure(phone, { width: 800, measure }).layout as unknown as Layout;
    expect(wide.xaxis!.title.text).toBe("the number of steps taken so far");
    expect(margin.b - wide.margin.b).toBe(18);
  });

  test("has fewer powers of ten under it on a phone, where their labels would be turned and overlap", () => {
    const decades = (powers: number) =>
      lineChart({
        title,
        x: { title: "b", scale: "log" },
        y: { title: "y", scale: "log" },
        series: [{ name: "a", x: [1, 10 ** powers], y: [1, 10 ** powers] }],
      });
    const ticks = (width: number, powers: number) => {
      const { xaxis, yaxis } = at(width, decades(powers)) as unknown as Record<string, { nticks: number }>;
      return [xaxis!.nticks, yaxis!.nticks];
    };
    expect(ticks(700, 8)).toEqual([7, 9]);
    expect(ticks(362, 8)).toEqual([6, 9]);
    expect(ticks(362, 4)).toEqual([5, 5]);
  });

  test("in a plane is as high as its width and its ranges ask for", () => {
    const plane = (range: [number, number]) =>
      contourChart({ title: "t", x: { title: "x", range: [-1, 1] }, y: { title: "y", range }, f: (x) => x });
    const inside = (width: number, { margin }: Layout) => width - 72 - 52 - margin.r;
    const square = at(400, plane([3, 5]));
    expect(plotOf(square)).toBe(400 - 52 - 20 - 72);
    // On a wide page it stays on the screen, and is narrower than the page.
    const wide = at(1400, plane([3, 5]));
    expect(plotOf(wide)).toBe(Math.round(inside(1400, wide) - 12));
    expect(plane([0, 100]).layout.yaxis).not.toHaveProperty("scaleanchor");
    expect(plane([0, 6]).layout.yaxis).toHaveProperty("scaleanchor", "x");
  });
});

describe("panels", () => {
  const three = panels([chart(["a", "b"]), heatMap({ title: "h", z: [[1]] }), chart(["c", "d"])], {
    title: "Three",
  });
  const domains = (layout: Layout) =>
    [layout.xaxis!, layout.xaxis2!, layout.xaxis3!].map(({ domain }) => domain);

  test("stand side by side, with a wide one below two, or one below the other", () => {
    const [wide, middle, phone] = [at(1300, three), at(800, three), at(390, three)];
    expect(new Set(domains(wide).map(([from]) => from)).size).toBe(3);
    expect(domains(middle)[2]).toEqual([0, 1]);
    expect(domains(middle)[0]![1]).toBeLessThan(domains(middle)[1]![0]);
    expect(domains(phone)).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect(phone.height).toBeGreaterThan(middle.height);
  });

  test("are laid out the same from any layout before", () => {
    const once = fitFigure(three.toJSON(), { width: 800, measure });
    const after = fitFigure(fitFigure(three.toJSON(), { width: 390, measure }), { width: 800, measure });
    const rounded = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (_, v) => (typeof v === "number" ? Math.round(1e9 * v) / 1e9 : v)));
    expect(rounded(after)).toEqual(rounded(once));
  });

  test("of panels keep their own title above their first chart", () => {
    const nested = panels([panels([chart(["a"]), chart(["b"])], { title: "run 1" }), chart(["c"])]);
    const { annotations, yaxis } = at(1300, nested);
    const [group, first] = ["run 1", "t"].map((title) => annotations.find(({ text }) => text === title)!);
    expect([group!.x, group!.y]).toEqual([0, yaxis!.domain[1]]);
    expect(group!.yshift).toBeGreaterThan(first!.yshift + 15);
  });
});

test("a figure that places its own title is left alone", () => {
  const own = figure({ data: [{ y: [1] }], layout: { title: { text: "t", x: 0.5 }, height: 300 }, alt: "t" });
  expect(at(390, own)).toEqual(own.toJSON().layout);
  const plain = figure({
    data: [{ y: [1] }],
    layout: { title: "a title too long for a phone by far" },
    alt: "t",
  });
  expect(at(300, plain).title.text).toContain("<br>");
});

test("tags take no room, and what is raised takes less", () => {
  const sized = (text: string, size: number) => size * [...text].length;
  expect(lineWidth("a<sub>b</sub><b>c</b> &lt;", 10, sized)).toBeCloseTo(10 + 7 + 10 + 10 + 10);
  expect(lineWidth('<span style="font-size:5px">ab</span>c', 10, sized)).toBe(20);
});

test("lines: hard breaks stay, a word too long for one has its own, a number keeps its per cent sign", () => {
  expect(wrap("a<br>b c", 10, 100, measure)).toEqual(["a", "b c"]);
  expect(wrap("incomprehensibilities are 97 %", 10, 60, measure)).toEqual([
    "incomprehensibilities",
    "are",
    "97 %",
  ]);
  expect(rewrapped(rewrapped("aa bb cc dd", 10, 50, measure), 10, 200, measure)).toBe("aa bb cc dd");
});

test.each([
  ["k^−1.493, k^-2", "k<sup>−1.493</sup>, k<sup>−2</sup>"],
  ["from (-0.4,-1) to -.5", "from (−0.4,−1) to −.5"],
  ["0.5^(k−1) and 2^{p+1}", "0.5<sup>k−1</sup> and 2<sup>p+1</sup>"],
  ["x^k y, 1-2, AdaGrad-norm, e-3", "x<sup>k</sup> y, 1-2, AdaGrad-norm, e-3"],
])("%s is set as %s", (typed, set) => expect(typeset(typed)).toBe(set));

test("a figure scrolls where its place is too narrow for ticks and a title", () => {
  const chart = lineChart({
    title: "t",
    x: { title: "x" },
    y: { title: "y" },
    series: [{ name: "a", y: [1, 2] }],
  });
  expect([10, 240, 300].map((place) => drawnWidth(chart, place))).toEqual([240, 240, 300]);
});
