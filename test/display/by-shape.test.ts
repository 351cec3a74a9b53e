/** Values of other libraries, by what they have. */
import { expect, test } from "vitest";
import { toBundle } from "#nablab/display/to-bundle.js";

const rows = [
  { city: "Aachen", x: 1.5 },
  { city: "Bonn", x: 2 },
];
const plainTable = "city      x\n──────  ───\nAachen  1.5\nBonn    2.0";
const canvas = {
  width: 3,
  height: 2,
  getContext: () => null,
  toDataURL: (mime: string) => `data:${mime};base64,QUJD`,
};

test.each<[name: string, frame: object]>([
  ["arquero", { columnNames: () => ["city", "x"], numRows: () => 2, objects: () => rows }],
  [
    "nodejs-polars",
    {
      schema: {},
      columns: ["city", "x"],
      height: 2,
      head: () => ({ toRecords: () => rows }),
      toRecords: () => rows,
    },
  ],
  [
    "data-forge",
    {
      getColumnNames: () => ["city", "x"],
      count: () => 2,
      head: () => ({ toArray: () => rows }),
      toArray: () => rows,
    },
  ],
])("a frame of %s is a table", async (_, frame) => {
  const bundle = await toBundle(frame);
  expect(bundle["text/plain"]).toBe(plainTable);
  expect(bundle["text/html"]).toMatch(/<th[^>]*>city<.*Bonn/s);
});

test("a frame of danfo has its index, and says how many rows are not shown", async () => {
  const values = Array.from({ length: 60 }, (_, i) => [i, 2 * i]);
  const bundle = await toBundle({
    columns: ["a", "b"],
    values,
    index: values.map(([i]) => `r${i}`),
    shape: [60, 2],
  });
  expect(String(bundle["text/plain"]).split("\n").slice(2, 4)).toEqual(["r0    0   0", "r1    1   2"]);
  expect(bundle["text/html"]).toContain("… 10 more rows");
  expect(bundle["text/html"]).not.toContain("r50");
});

test("a canvas is a picture, whether it makes it now or later", async () => {
  const expected = { "image/png": "QUJD", "text/plain": "[canvas, 3 × 2]" };
  expect(await toBundle(canvas)).toEqual(expected);
  expect(await toBundle({ ...canvas, toDataURL: async (mime: string) => canvas.toDataURL(mime) })).toEqual(
    expected,
  );
});

test("elements of a page are HTML, drawings pictures with their namespace", async () => {
  expect(await toBundle({ nodeType: 1, outerHTML: "<p>x</p>" })).toEqual({
    "text/html": "<p>x</p>",
    "text/plain": "<p>x</p>",
  });
  expect(await toBundle({ nodeType: 1, outerHTML: '<svg width="1"></svg>' })).toMatchObject({
    "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="1"></svg>',
  });
  expect(await toBundle({ nodeType: 1, outerHTML: "<figure><svg></svg></figure>" })).toHaveProperty([
    "text/html",
  ]);
});

test.each([
  ["https://vega.github.io/schema/vega-lite/v5.json", "application/vnd.vegalite.v5+json"],
  ["https://vega.github.io/schema/vega-lite/v6.1.0.json", "application/vnd.vegalite.v6+json"],
  ["https://vega.github.io/schema/vega/v5.json", "application/vnd.vega.v5+json"],
])("a specification of %s", async ($schema, mime) => {
  const spec = { $schema, mark: "bar" };
  expect((await toBundle(spec))[mime]).toEqual(spec);
  expect((await toBundle({ toSpec: () => spec }))[mime]).toEqual(spec);
});

test("bytes of a picture are one, other bytes are numbers", async () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);
  expect((await toBundle(png))["image/png"]).toBe("iVBORw0KGgoA");
  for (const bytes of [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
    Uint8Array.of(255, 216, 255),
    new Uint8Array(0),
  ])
    expect(Object.keys(await toBundle(bytes))).toEqual(["text/plain"]);
});

test.each<[string, object]>([
  [
    "fails when it is asked",
    {
      ...canvas,
      toDataURL: () => {
        throw new Error("no");
      },
    },
  ],
  ["has only some of the methods", { columnNames: () => ["a"], outerHTML: "<b>" }],
  ["has columns, but no rows", { columns: [1], values: 3, index: [], shape: [0, 1] }],
  ["is a schema of something else", { $schema: "https://json-schema.org/draft/2020-12/schema" }],
  ["answers any name", new Proxy({}, { get: () => () => 1 })],
])("what %s is text", async (_, value) => {
  expect(Object.keys(await toBundle(value))).toEqual(["text/plain"]);
});
