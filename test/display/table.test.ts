import { table, toBundle } from "nablab";
import { expect, test } from "vitest";
import { formatColumn } from "#nablab/display/format-number.js";

test("numbers stand right, text left, gaps stay empty", async () => {
  const bundle = await toBundle(
    table([
      { layer: "dense", parameters: 401920 },
      { layer: "relu", parameters: 0, note: "a < b" },
    ]),
  );
  expect(bundle["text/plain"]).toBe(
    [
      "layer  parameters  note",
      "─────  ──────────  ─────",
      "dense     401,920",
      "relu            0  a < b",
    ].join("\n"),
  );
  expect(bundle["text/html"]).toContain('<td align="right" style="text-align:right">401,920</td>');
});

test("a column has one format, and its points stand below each other", async () => {
  const rows = [
    { loss: 2.301, steps: 469, eta: 1e-5, size: 0 },
    { loss: 0.4512, steps: 60_000, eta: 0.5, size: Number.NaN },
    { loss: 12, steps: 7, eta: 0, size: 1.5 },
  ];
  expect((await toBundle(table(rows)))["text/plain"]).toBe(
    [
      "   loss   steps       eta  size",
      "───────  ──────  ────────  ────",
      " 2.3010     469  1.000e-5   0.0",
      " 0.4512  60,000  5.000e-1   NaN",
      "12.0000       7         0   1.5",
    ].join("\n"),
  );
});

test.each<[number[], string[]]>([
  [
    [1024, 10],
    ["1024", "10"],
  ],
  [
    [10_000, 1024, -999_999],
    ["10,000", "1,024", "-999,999"],
  ],
  [
    [401_920.5, 3],
    ["401,921", "3"],
  ],
  [
    [0.1, 0.25, 0.125],
    ["0.100", "0.250", "0.125"],
  ],
  [
    [1e-9, 2e-9],
    ["1.000e-9", "2.000e-9"],
  ],
  [[3e7 + 0.5], ["3.000e7"]],
  [
    [0, 0],
    ["0", "0"],
  ],
  [
    [Infinity, 0.5],
    ["∞", "0.5"],
  ],
  [
    [1e300, -1e-300],
    ["1.000e300", "-1.000e-300"],
  ],
  [[], []],
])("%j is written as %j", (values, texts) => expect(formatColumn(values)).toEqual(texts));

test("a long list shows its first and last rows, and how many are between them", async () => {
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ i }));
  const bundle = await toBundle(table(rows));
  const lines = bundle["text/plain"].split("\n");
  expect(lines).toHaveLength(2 + 30 + 1);
  expect(lines[22]).toBe("… 9970 more rows …");
  expect([lines[2], lines[21], lines[23], lines.at(-1)].map(Number)).toEqual([0, 19, 9990, 9999]);
  expect(String(bundle["text/html"]).match(/<tr>/g)).toHaveLength(32);
  expect(String(bundle["text/html"]).length).toBeLessThan(5000);
  const all = await toBundle(table(rows.slice(0, 100), { rows: Number.POSITIVE_INFINITY }));
  expect(all["text/plain"].split("\n")).toHaveLength(102);
  expect(() => table(rows, { rows: 1 })).toThrow("table: rows must be a number of at least 2, got 1");
});

test("names, values and caption are escaped in HTML", async () => {
  const html = (await toBundle(table([{ "<b>": "<img src=x onerror=alert(1)>" }], { caption: "\"&'" })))[
    "text/html"
  ];
  expect(html).not.toMatch(/<b>|<img/);
  expect(html).toContain("<caption>&#34;&#38;&#39;</caption>");
});

test("what is no list of records is refused with its place", () => {
  expect(() => table([{ a: 1 }, 7 as never])).toThrow("table: row 1 is not a record of named values, got 7");
  expect(() => table("x" as never)).toThrow("table: expected a list of records, got 'x'");
});

test("many columns are cut unless they are asked for; no rows say so", async () => {
  const wide = [Object.fromEntries(Array.from({ length: 200 }, (_, j) => [`c${j}`, j]))];
  const [head = "", , row = ""] = String((await toBundle(table(wide)))["text/plain"]).split("\n");
  expect(head).toMatch(/^c0 .* c11 {2}… 176 more columns … {2}c188 .* c199$/);
  const shownValues = [...Array(12).keys(), "…", ...Array.from({ length: 12 }, (_, j) => 188 + j)];
  expect(row.trim().split(/\s+/)).toEqual(shownValues.map(String));
  const asked = Object.keys(wide[0]!).slice(0, 100);
  expect(String((await toBundle(table(wide, { columns: asked })))["text/plain"])).toMatch(/^c0 .* c99$/m);
  expect((await toBundle(table([])))["text/plain"]).toBe("no rows");
  expect((await toBundle(table([], { columns: ["a"] })))["text/plain"]).toBe("a\n─\nno rows");
  expect((await toBundle(table([])))["text/html"]).toContain("no rows");
  expect((await toBundle(table([{}, {}])))["text/plain"]).toContain("no columns");
  const oneMore = Object.fromEntries(Array.from({ length: 25 }, (_, j) => [`c${j}`, j]));
  expect(String((await toBundle(table([oneMore])))["text/plain"])).toMatch(/^c0 .* c24$/m);
});
