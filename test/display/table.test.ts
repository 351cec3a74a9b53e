import { table, toBundle } from "nablab";
import { expect, test } from "vitest";

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
