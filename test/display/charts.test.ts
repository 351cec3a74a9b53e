// What the charts send, as JSON snapshots, and how they refuse input that does not fit.
import { contourChart, figure, graphChart, heatMap, lineChart, panels } from "nablab";
import { describe, expect, test } from "vitest";

const gap = () =>
  lineChart({
    title: "Gap",
    note: "η = 1/L",
    x: { title: "step k", scale: "log" },
    y: { title: "F(θ<sub>k</sub>) − F*", scale: "log" },
    series: [
      { name: "bound", y: [4, 2, 1], dash: "dash" },
      { name: "gap", y: [1, 0.1, 0.01], band: { low: [0.5, 0, 0.005], high: [2, 0.2, 0.02] } },
    ],
  });
const matrix = () =>
  heatMap({
    title: "A",
    z: [
      [1, 0.5],
      [0, Number.NaN],
    ],
    xTitle: "column",
    yTitle: "row",
  });
const bowl = () =>
  contourChart({
    title: "F",
    x: { title: "θ₁", range: [-1, 1] },
    y: { title: "θ₂", range: [-1, 1] },
    f: (x, y) => x * x + y * y,
    paths: [{ name: "path", x: [1, 0], y: [1, 0] }],
    resolution: 5,
  });
const graph = () =>
  graphChart({
    title: "A product",
    nodes: [
      { name: "a", x: 0, y: 1, above: "2", below: "∂ 3", colour: 0 },
      { name: "b", label: "b₁", x: 0, y: 0 },
      { name: "ab", label: "×", x: 1, y: 0.5, above: "6" },
    ],
    edges: [
      { from: "a", to: "ab", colour: 1, label: "3" },
      { from: "b", to: "ab" },
    ],
  });

describe("what the charts send", () => {
  test.each([
    ["lineChart", gap],
    ["heatMap", matrix],
    ["contourChart", bowl],
    ["graphChart", graph],
    ["panels", () => panels([gap(), matrix(), bowl()], { title: "Three" })],
  ])("%s", (_, chart) => {
    expect(chart().toJSON()).toMatchSnapshot();
    expect(chart().alt).toMatchSnapshot();
  });

  test("a graph says its values and arrows in words, and names what does not fit", () => {
    expect(graph().alt).toBe("A product\na (2; ∂ 3), b₁, × (6)\na → ab (3), b → ab");
    const nodes = [{ name: "a", x: 0, y: 0 }];
    const edges = [{ from: "a", to: "c" }];
    expect(() => graphChart({ title: "t", nodes, edges })).toThrow('is not there: "c"');
    expect(() => graphChart({ title: "t", nodes: [...nodes, ...nodes], edges: [] })).toThrow('two named "a"');
  });

  test("a path has a circle and a star at its ends, a closed curve none", () => {
    const path = { name: "ring", x: [0, 1, 0], y: [0, 1, 0] };
    const traces = (ends?: boolean) =>
      contourChart({
        title: "t",
        x: { title: "x", range: [-1, 1] },
        y: { title: "y", range: [-1, 1] },
        f: (x) => x,
        paths: [{ ...path, ...(ends !== undefined && { ends }) }],
      }).data.length;
    expect([traces(), traces(true), traces(false)]).toEqual([3, 3, 2]);
  });

  test("nothing in a figure depends on when or how often it is made", () => {
    expect(JSON.stringify(panels([gap(), bowl()]))).toBe(JSON.stringify(panels([gap(), bowl()])));
  });

  test("a figure is valid JSON: no NaN, no infinity, no undefined", () => {
    const y = [1, Number.NaN, Infinity, undefined as never];
    const json = figure({
      data: [{ y }, { z: [[1, Infinity]] }],
      layout: { a: undefined },
      alt: "x",
    }).toJSON();
    expect(json.data).toEqual([{ y: [1, null, null, null] }, { z: [[1, null]] }]);
    expect(json.layout).not.toHaveProperty("a");
  });

  test("a figure's text is its title, unless there is another, and its heat maps have the colours of heatMap", () => {
    const titled = figure({
      data: [{ type: "heatmap", z: [[1, 2]] }],
      layout: { title: "A<sub>1</sub> of 10<sup>2</sup>" },
    });
    expect(titled.alt).toBe("A1 of 10^2");
    expect(titled.layout).toMatchObject({ colorscale: { sequential: "Cividis" } });
    expect(() => figure({ data: [] })).toThrow("alt, or the title, must say in words");
  });

  test("ranges of a log axis are given as they are and sent as powers", () => {
    const chart = lineChart({
      title: "t",
      x: { title: "x" },
      y: { title: "y", scale: "log", range: [0.01, 10] },
      series: [],
    });
    expect((chart.layout.yaxis as { range: number[] }).range).toEqual([-2, 1]);
  });

  test("colours of counts at equal ratios: the numbers stay, the colour bar says them", () => {
    const { data, alt } = heatMap({ title: "t", z: [[99, 0]], colours: "log" });
    expect(data[0]).toMatchObject({
      z: [[2, 0]],
      text: [["99", "0"]],
      colorbar: { ticktext: ["0", "1", "10"] },
    });
    expect(alt).toContain("0: 99 0");
    expect(() => heatMap({ title: "t", z: [[1, -1]], colours: "log" })).toThrow(
      'heatMap: colours "log" needs z ≥ 0, but z[0][1] is -1',
    );
  });

  test("values that a log axis cannot show are counted in the text", () => {
    const chart = lineChart({
      title: "t",
      x: { title: "x" },
      y: { title: "y", scale: "log" },
      series: [{ name: "a", y: [1, 0, -1] }],
    });
    expect(chart.alt).toContain("(2 at or below 0: not on the log axis)");
  });

  test("panels keep each chart's axes, legend and data apart", () => {
    const { data, layout } = panels([gap(), bowl()]).toJSON() as {
      data: { xaxis: string; legend?: string }[];
      layout: Record<"xaxis" | "xaxis2", unknown>;
    };
    expect(data.map(({ xaxis }) => xaxis)).toEqual(["x", "x", "x", "x2", "x2", "x2"]);
    expect(data.map(({ legend }) => legend)).toEqual([
      undefined,
      undefined,
      undefined,
      "legend2",
      "legend2",
      "legend2",
    ]);
    const [left, right] = [layout.xaxis, layout.xaxis2] as {
      domain: number[];
      anchor: string;
      type?: string;
    }[];
    expect(left!.domain[1]).toBeLessThan(right!.domain[0]!);
    expect([left!.anchor, right!.anchor]).toEqual(["y", "y2"]);
    expect([left!.type, right!.type]).toEqual(["log", undefined]);
  });

  test("panels of panels keep every trace in a cell of its own", () => {
    const inner = panels([gap(), gap()]);
    const { layout } = panels([inner, gap()]).toJSON();
    const domains = ["xaxis", "xaxis2", "xaxis3"].map(
      (key) => (layout[key] as { domain: [number, number] }).domain,
    );
    // Half of the page is too narrow for two: they stand one below the other, at the left of the third.
    expect(domains[0]).toEqual(domains[1]);
    expect(domains[1]![1]).toBeLessThan(domains[2]![0]);
  });
});

describe("long lists", () => {
  interface Sent {
    dtype: string;
    bdata: string;
  }
  const decode = ({ dtype, bdata }: Sent) => {
    const bytes = new Uint8Array(Buffer.from(bdata, "base64")).buffer;
    const types = {
      f8: Float64Array,
      f4: Float32Array,
      u1: Uint8Array,
      i1: Int8Array,
      u2: Uint16Array,
      i2: Int16Array,
      i4: Int32Array,
    };
    return Array.from(new types[dtype as keyof typeof types](bytes));
  };
  const sent = (y: ArrayLike<number>) =>
    (figure({ data: [{ y }], alt: "x" }).toJSON().data as { y: Sent }[])[0]!.y;
  const list = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));

  test.each([
    ["u1", list(100, (i) => i)],
    ["i1", list(100, (i) => i - 50)],
    ["u2", list(100, (i) => 600 * i)],
    ["i2", list(100, (i) => 600 * i - 30_000)],
    ["i4", list(100, (i) => 1e6 * i)],
    ["f8", list(100, (i) => 1e10 * i)],
    ["f8", list(100, (i) => i / 7)],
    ["f8", list(2000, (i) => 10 ** -(i / 10))], // too small for float32
  ])("are sent exactly as %s", (dtype, y) => {
    expect(sent(y).dtype).toBe(dtype);
    expect(decode(sent(y))).toEqual(y);
  });

  test("are sent to seven digits when there are very many", () => {
    const y = list(5000, (i) => Math.sin(i));
    expect(sent(y).dtype).toBe("f4");
    expect(decode(sent(y))).toEqual(Array.from(Float32Array.from(y)));
  });

  test("have NaN for what is not finite", () => {
    const y = list(100, (i) => (i === 3 ? Infinity : i + 0.5));
    expect(decode(sent(y))[3]).toBeNaN();
  });

  test("of a matrix are one block with its shape", () => {
    const z = list(20, (i) => i).map((i) => list(30, (j) => i + j / 2));
    const block = (figure({ data: [{ z }], alt: "x" }).toJSON().data as { z: Sent & { shape: string } }[])[0]!
      .z;
    expect(block.shape).toBe("20, 30");
    expect(decode(block)).toEqual(z.flat());
  });
});

describe("what does not fit is refused", () => {
  const axes = { title: "t", x: { title: "x" }, y: { title: "y" } };
  test.each([
    [
      "lengths of a series",
      () => lineChart({ ...axes, series: [{ name: "gap", x: [1, 2, 3], y: [1, 2] }] }),
      'lineChart: series "gap" has 3 x values but 2 y values; does one list include the start θ0 and the other not?',
    ],
    [
      "lengths of a band",
      () => lineChart({ ...axes, series: [{ name: "gap", y: [1, 2], band: { low: [1], high: [1, 2] } }] }),
      'lineChart: series "gap" has 1 band.low values but 2 y values',
    ],
    [
      "a series without values",
      () => lineChart({ ...axes, series: [{ name: "gap" } as never] }),
      'lineChart: y of series "gap" must be a list of numbers, got undefined',
    ],
    [
      "a scale there is not",
      () => lineChart({ ...axes, y: { title: "y", scale: "ln" as never }, series: [] }),
      `lineChart: the scale of the y axis is "linear" or "log", got 'ln'`,
    ],
    [
      "a log range with 0",
      () => lineChart({ ...axes, y: { title: "y", scale: "log", range: [0, 1] }, series: [] }),
      "lineChart: the y axis is logarithmic, so its range must be above 0, got [ 0, 1 ]",
    ],
    [
      "ragged rows",
      () => heatMap({ title: "t", z: [[1, 2], [1]] }),
      "heatMap: row 1 has 1 values but row 0 has 2",
    ],
    [
      "labels",
      () => heatMap({ title: "t", z: [[1, 2]], x: ["a"] }),
      "heatMap: z has 2 columns but x has 1 labels",
    ],
    [
      "a path's lengths",
      () =>
        contourChart({
          title: "t",
          x: { title: "x", range: [0, 1] },
          y: { title: "y", range: [0, 1] },
          f: () => 1,
          paths: [{ name: "p", x: [1], y: [] }],
        }),
      'contourChart: path "p" has 1 x values but 0 y values',
    ],
    [
      "log levels of a negative function",
      () =>
        contourChart({
          title: "t",
          x: { title: "x", range: [0, 1] },
          y: { title: "y", range: [0, 1] },
          f: (x) => x - 1,
          logLevels: true,
        }),
      "contourChart: logLevels needs f ≥ 0 (pass F − F*), but f(0, 0) is -1",
    ],
    [
      "no text",
      () => figure({ data: [], alt: " " }),
      "figure: alt, or the title, must say in words what the figure shows, got ' '",
    ],
    [
      "a function in a trace",
      () => figure({ data: [{ y: () => 1 }], alt: "x" }).toJSON(),
      "figure: data.y is neither",
    ],
    ["no figure", () => panels([{} as never]), "panels: entry 0 is not a figure, got {}"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
