/**
 * What values look like that do not show themselves, or not alone.
 */
import { display, displaySymbol, html, json, type MimeBundle, png, svg, toBundle } from "nablab";
import { afterEach, expect, test } from "vitest";
import { consoleHost, type DisplayMessage, setHost } from "#nablab/display/host.js";

afterEach(() => {
  setHost(consoleHost);
});

const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("a list in which some show themselves shows each, one below the other", async () => {
  const bundle = await toBundle([
    html("<b>bold</b>"),
    37,
    svg("<svg><title>a <line</title></svg>"),
    png(dot),
  ]);
  expect(bundle["text/plain"]).toBe("bold\n\n37\n\na <line\n\nPNG picture, 1 × 1 pixels");
  const lines = String(bundle["text/html"]).split("\n");
  expect(lines.slice(0, 2)).toEqual(["<div><b>bold</b></div>", "<pre>37</pre>"]);
  expect(lines[2]).toMatch(/^<img src="data:image\/svg\+xml;base64,[\w+/=]+" alt="a &#60;line">$/);
  expect(lines[3]).toBe(
    `<img src="data:image/png;base64,${dot.toString("base64")}" alt="PNG picture, 1 × 1 pixels">`,
  );
  const many = await toBundle(Array.from({ length: 60 }, () => html("x")));
  expect(many["text/plain"].split("\n\n").at(-1)).toBe("… 10 more");
});

test("one that fails in a list is the error of the whole", async () => {
  const broken = {
    [displaySymbol](): MimeBundle {
      throw new RangeError("no colours left");
    },
  };
  await expect(toBundle([1, broken])).rejects.toThrow("no colours left");
});

test("a list of records is a table, and its text; other lists are text alone", async () => {
  const bundle = await toBundle([{ eta: 0.1, name: "<sgd>" }, { eta: 0.5 }]);
  expect(bundle["text/plain"]).toBe("[ { eta: 0.1, name: '<sgd>' }, { eta: 0.5 } ]");
  expect(bundle["text/html"]).toContain('<th align="right" style="text-align:right">eta</th>');
  expect(bundle["text/html"]).toContain("&#60;sgd&#62;");
  const long = await toBundle(Array.from({ length: 1000 }, (_, i) => ({ i })));
  expect(String(long["text/html"]).match(/<tr>/g)?.length).toBe(52); // a head, 50 rows and what is between them
  expect(long["text/html"]).toContain("… 950 more rows …");
  expect(long["text/plain"]).toContain("... 900 more items");
  for (const value of [
    [],
    [1, 2],
    [{}],
    [new Date(0)],
    [{ a: 1 }, null],
    [Object.fromEntries(Array(21).entries())],
  ]) {
    expect(Object.keys(await toBundle(value))).toEqual(["text/plain"]);
  }
});

test("what is too long is cut and says so", async () => {
  const text = async (value: unknown) => (await toBundle(value))["text/plain"];
  expect((await text("x".repeat(60_000))).endsWith("... 50000 more characters")).toBe(true);
  const long = await text(Array(100).fill("x".repeat(1000)));
  expect(long.length).toBeLessThan(50_100);
  expect(long.split("\n").at(-1)).toMatch(
    /^… 5\d{4} more characters; console\.log\(\) prints all of a text$/,
  );
});

test("json holds what it was given, as it was then", async () => {
  const value = { eta: [0.1, 0.2] };
  const shown = json(value);
  value.eta.push(7);
  expect((await toBundle(shown))["application/json"]).toEqual({ eta: [0.1, 0.2] });
  expect(() => json(undefined)).toThrow("json: JSON cannot hold this, got undefined");
  expect(() => json(1n)).toThrow("json: JSON cannot hold this: Do not know how to serialize a BigInt");
});

test("what was shown can be changed, and closed", async () => {
  const sent: DisplayMessage[] = [];
  setHost({ ...consoleHost, display: (message) => sent.push(message) });
  const handle = await display("a", { id: "mine" });
  await handle.update("b");
  handle.close();
  expect(sent).toEqual([
    { data: { "text/plain": "'a'" }, displayId: "mine" },
    { data: { "text/plain": "'b'" }, displayId: "mine", update: true },
    { data: { "text/plain": "" }, displayId: "mine", update: true },
  ]);
});
