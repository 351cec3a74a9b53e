import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, nablab, write } from "./nablab.js";

const figure = {
  output_type: "display_data",
  data: {
    "application/vnd.plotly.v1+json": { data: [{ y: [1, 2] }], layout: {} },
    "image/svg+xml": "<svg/>",
    "text/plain": "a line from 1 to 2",
  },
  metadata: {},
};
const dir = folder();
const site = path.join(dir, "site");
const page = (name: string): string => readFileSync(path.join(site, name), "utf8");

beforeAll(async () => {
  mkdirSync(path.join(dir, "notebooks", "deep"), { recursive: true });
  const cells = [
    "md:# One *and*\n\nWhat it is, $x^2$.",
    "md:more",
    { source: "1 + 1;", outputs: [figure] },
    { source: "2", outputs: [figure] },
  ];
  write(path.join(dir, "notebooks"), "1 a.ipynb", cells);
  write(path.join(dir, "notebooks", "deep"), "2.ipynb", [
    "md:# Two <b>\n\n[one](../1%20a.ipynb)",
    "md:## Part",
    {
      source: "// on the slide before",
      metadata: { slideshow: { slide_type: "-" } },
      outputs: [{ output_type: "stream", name: "stdout", text: "said\n" }],
    },
    { source: "// never shown on slides", metadata: { slideshow: { slide_type: "skip" } } },
    { source: "md:for me", metadata: { slideshow: { slide_type: "notes" } } },
    { source: "3", outputs: [figure] },
  ]);
  const { status, stderr } = await nablab(
    dir,
    "export",
    "notebooks",
    "--html",
    "site",
    "--slides",
    "--title",
    "All of it",
  );
  expect([status, stderr]).toEqual([0, expect.stringContaining("2 pages with slides: open site/index.html")]);
});

describe("a site", () => {
  test("has an index with the beginning of each notebook", () => {
    const index = page("index.html");
    expect(index).toContain("<title>All of it</title>");
    expect(index).toContain('<a href="1%20a.html">One and</a>');
    expect(index).toContain('<a href="deep/2.html">Two &#60;b&#62;</a>');
    expect(index).toMatch(/<p>What it is, .*<span class="katex">/);
  });

  test("shares styles, fonts and one file of Plotly", () => {
    expect(readdirSync(path.join(site, "assets")).sort()).toEqual([
      "figures.js",
      "fonts",
      "katex.css",
      "page.css",
      "plotly.js",
      "reveal.css",
      "reveal.js",
      "slides.css",
      "slides.js",
    ]);
    expect(page("1 a.html").length).toBeLessThan(20_000);
    const fonts = [...page("assets/katex.css").matchAll(/url\(([^)]+)\)/g)].map(([, name]) => name!);
    expect(fonts.length).toBeGreaterThan(10);
    for (const name of fonts) expect(existsSync(path.join(site, "assets", name)), name).toBe(true);
  });

  test("every link and file that a page names is there, and nothing is asked of a network", () => {
    for (const name of ["index.html", "1 a.html", "1 a.slides.html", "deep/2.html", "deep/2.slides.html"]) {
      const names = [...page(name).matchAll(/ (?:src|href)="([^"#]*)"/g)].map(([, to]) => decodeURI(to!));
      expect(names.length).toBeGreaterThan(2);
      for (const to of names.filter((to) => !to.startsWith("data:"))) {
        expect(existsSync(path.join(site, path.dirname(name), to)), `${to} in ${name}`).toBe(true);
      }
      expect(page(name)).toContain("default-src 'none'");
    }
  });

  test("a page leads to the one before, the next, and its slides", () => {
    const [first, second] = [page("1 a.html"), page("deep/2.html")];
    expect(first).toContain('<a href="deep/2.html" rel="next">Two &#60;b&#62; →</a>');
    expect(first).not.toContain('rel="prev"');
    expect(second).toContain('<a href="../1%20a.html" rel="prev">← One and</a>');
    expect(second).toContain('<a href="../deep/2.slides.html">Slides</a>');
  });

  test("slides: a column for each larger heading, a slide for each text and cell, as the metadata says", () => {
    const slides = page("deep/2.slides.html");
    const sections = slides.split("<section>\n<section>").slice(1);
    expect(sections).toHaveLength(2);
    expect(sections[1]).toMatch(
      /Part<\/h2>\n<\/div>\n<div class="code">[\s\S]*on the slide before[\s\S]*said/,
    );
    expect(sections[1]).toMatch(/<aside class="notes"><div class="text">\n<p>for me/);
    expect(sections[1]!.match(/<section>/g)).toHaveLength(1); // the figure, below
    expect(slides).not.toContain("never shown");
    const first = page("1 a.slides.html");
    expect(first.match(/<section>/g)).toHaveLength(1 + 3);
    expect(first).toMatch(/<p>more<\/p>\n<\/div>\s*<div class="code">/); // a few words stand above the cell that they lead to
  });
});

test("says when there is nothing to see yet, and refuses a file for a folder and a page named index", async () => {
  const other = folder();
  write(other, "plain.ipynb", ["1"]);
  const plain = await nablab(other, "export", "plain.ipynb", "--html", "site");
  expect([plain.status, plain.stderr]).toEqual([
    0,
    expect.stringContaining("plain.ipynb: holds no outputs; to get them: npx nablab run plain.ipynb"),
  ]);
  expect(plain.stderr).toContain("1 page: open");
  expect(existsSync(path.join(other, "site", "assets", "reveal.js"))).toBe(false);
  writeFileSync(path.join(other, "file"), "");
  expect((await nablab(other, "export", "plain.ipynb", "--html", "file")).stderr).toContain(
    "--html must name a folder",
  );
  write(other, "index.ipynb", ["1"]);
  const index = await nablab(other, "export", "index.ipynb", "--html", "site");
  expect([index.status, index.stderr]).toEqual([
    2,
    expect.stringContaining("would take the place of the index"),
  ]);
});
