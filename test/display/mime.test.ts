// The one-format helpers, image grids, palette and number format.
import { decode } from "fast-png";
import { html, imageGrid, latex, markdown, palette, png, svg, toBundle } from "nablab";
import { describe, expect, test } from "vitest";
import { formatNumber } from "#nablab/display/format-number.js";

describe("one format", () => {
  test.each([
    [
      "html",
      html("<p>a &lt; b</p><script>alert(1)</script>"),
      { "text/html": "<p>a &lt; b</p><script>alert(1)</script>", "text/plain": "a < b" },
    ],
    ["markdown", markdown("**a**"), { "text/markdown": "**a**", "text/plain": "**a**" }],
    ["latex", latex("\\eta"), { "text/latex": "$$\\eta$$", "text/plain": "\\eta" }],
    ["latex with delimiters", latex("$\\eta$"), { "text/latex": "$\\eta$", "text/plain": "$\\eta$" }],
    [
      "svg",
      svg("<svg><title>a dot</title></svg>"),
      { "image/svg+xml": "<svg><title>a dot</title></svg>", "text/plain": "a dot" },
    ],
  ])("%s", async (_, value, bundle) => {
    expect(await toBundle(value)).toEqual(bundle);
  });

  test("png takes the bytes of a PNG and says its size", async () => {
    const dot = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAACCAAAAABS1v3aAAAAC0lEQVR4nGNgAAMAAAcAAQ==",
      "base64",
    );
    expect(await toBundle(png(dot))).toEqual({
      "image/png": dot.toString("base64"),
      "text/plain": "PNG picture, 1 × 2 pixels",
    });
    expect(() => png(new Uint8Array(4))).toThrow(
      "png: expected the bytes of a PNG file, got Uint8Array(4) [ 0, 0, 0, 0 ]",
    );
    expect(() => svg("<p>")).toThrow("svg: expected an <svg> element, got '<p>'");
    expect(() => html(7 as never)).toThrow("html: expected a string, got 7");
  });
});

describe("imageGrid", () => {
  const pixelsOf = (html: string) =>
    [...html.matchAll(/base64,([^"]+)"/g)].map(([, data]) =>
      Array.from(decode(Buffer.from(data!, "base64")).data),
    );

  test("draws each image at its own size, with caption and tone", async () => {
    const grid = imageGrid(
      [
        { pixels: Uint8Array.of(0, 255, 128, 7), caption: "7 → 1", tone: "bad" },
        { pixels: Uint8Array.of(0, 0, 0, 255), caption: "3", tone: "good" },
        { pixels: Uint8Array.of(0, 1, 2, 3) },
      ],
      { shape: [2, 2], columns: 2, title: "Digits" },
    );
    const bundle = await toBundle(grid);
    const html = bundle["text/html"] as string;
    expect(pixelsOf(html)).toEqual([
      [0, 255, 128, 7],
      [0, 0, 0, 255],
      [0, 1, 2, 3],
    ]);
    expect(html.match(/<tr>/g)).toHaveLength(2);
    expect(html).toContain('alt="✗ 7 → 1"');
    expect(html).toContain("image-rendering:pixelated");
    expect(bundle["text/plain"]).toBe("Digits (3 images of 2 × 2 pixels):\n✗ 7 → 1, ✓ 3\n");
  });

  test.each([
    ["0 … 1", [0, 0.5, 1, 2 / 255], [0, 128, 255, 2]],
    ["least … greatest", [-2, 2, 0, -1], [0, 255, 128, 64]],
    ["no number is black", [0, Number.NaN, 1, 1], [0, 0, 255, 255]],
  ])("maps plain numbers to greys: %s", async (_, pixels, greys) => {
    const { "text/html": html } = await toBundle(imageGrid([{ pixels }], { shape: [2, 2] }));
    expect(pixelsOf(html as string)).toEqual([greys]);
  });

  test("escapes captions and title", async () => {
    const grid = imageGrid([{ pixels: [1], caption: '"><script>' }], { shape: [1, 1], title: "<b>" });
    expect((await toBundle(grid))["text/html"]).not.toMatch(/<script>|<b>/);
  });

  test("refuses pixels that do not fill the shape", () => {
    expect(() => imageGrid([{ pixels: [1, 2, 3] }], { shape: [2, 2] })).toThrow(
      "imageGrid: image 0 has 3 pixels but shape [2, 2] needs 4",
    );
    expect(() => imageGrid([], { shape: [0, 2] })).toThrow(
      "imageGrid: the height of shape [height, width] must be a whole number ≥ 1, got 0",
    );
  });
});

test("every palette colour has contrast 2 : 1 on white and on JupyterLab's dark ground", () => {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };
  for (const colour of palette) {
    expect(contrast(colour, "#ffffff"), `${colour} on white`).toBeGreaterThan(2);
    expect(contrast(colour, "#111111"), `${colour} on dark`).toBeGreaterThan(2);
  }
  expect(new Set(palette).size).toBe(8);
});

test.each([
  [0, "0"],
  [602762, "602,762"],
  [-1234, "-1234"],
  [0.1234567, "0.1235"],
  [1.5e-9, "1.5e-9"],
  [0.00005, "5e-5"],
  [12345.678, "12,346"],
  [1.5e300, "1.5e300"],
  [0.1 + 0.2, "0.3"],
  [Number.NaN, "NaN"],
  [-Infinity, "-∞"],
])("formatNumber(%d) is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});
