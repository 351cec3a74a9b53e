/** The index's beginnings of notebooks, and the places on their pages. */
import { describe, expect, test } from "vitest";
import { notebookHtml } from "#nablab/cli/html/notebook-html.js";
import { indexPage } from "#nablab/cli/site/index-page.js";
import { type Page, readingPage, type Site } from "#nablab/cli/site/page.js";
import { picturesIn } from "#nablab/cli/site/pictures.js";
import { searchIndex } from "#nablab/cli/site/search-index.js";
import { SiteFiles } from "#nablab/cli/site/site-files.js";
import { folder } from "./nablab.js";

const notebookOf = (...sources: string[]) => ({
  cells: sources.map((source, i) => ({
    cell_type: "markdown" as const,
    id: `c${i}`,
    metadata: {},
    source,
  })),
  metadata: {},
  nbformat: 4 as const,
  nbformat_minor: 5,
});
const pageOf = (file: string, ...sources: string[]): Page => ({
  notebook: notebookOf(...sources),
  source: file,
  folder: ".",
  title: "T",
  file,
  part: undefined,
  slides: undefined,
  sliders: new Map(),
});
const site: Site = {
  title: "S",
  assets: "assets/x",
  hasLab: false,
  pages: new Set(["deep/a.html", "b ä.html"]),
};
const files = new SiteFiles(folder());
const read = (page: Page): string =>
  /<main id="content">(.*)<\/main>/s.exec(
    readingPage(page, site, { before: undefined, after: undefined, ...picturesIn(files, page.file) }),
  )![1]!;
const links = (html: string): string[] => [...html.matchAll(/<a href="([^"]*)"/g)].map(([, to]) => to!);
const ids = (html: string): string[] => [...html.matchAll(/<h\d id="([^"]*)"/g)].map(([, id]) => id!);

describe("the index shows a notebook's first paragraph up to a sentence that ends outside of markup", () => {
  const beginning = (text: string): string =>
    /<\/h2>(.*?)\s*<\/li>/s.exec(indexPage([pageOf("a.html", `# T\n\n${text}`)], site))![1]!;
  const shows = (text: string, html: string): void => expect(beginning(text).trim()).toBe(`<p>${html}</p>`);
  test("whole where it ends with one", () => {
    shows("One. Two!", "One. Two!");
    shows("One. **Two.**", "One. <strong>Two.</strong>");
  });
  test("without what leads to a formula", () => {
    shows("One. Two (**bold**). It follows that", "One. Two (<strong>bold</strong>).");
    shows("One *is it.* So:", "One <em>is it.</em>");
  });
  test.each([
    ["See **the book. It is good** and more:", "See <strong>the book. It is good</strong> and more:"],
    ["One. See *the book. It is* so:", "One."],
    ["Call `a. b` as:", "Call <code>a. b</code> as:"],
    ["See [the book. It is](x) as:", "See the book. It is as:"],
    ["Take rules, e.g. Adam, as:", "Take rules, e.g. Adam, as:"],
    ["One. By D. Kingma et al. 2014 and so on:", "One."],
    ["no sentence at all", "no sentence at all"],
  ])("%s", (text, html) => shows(text, html));
  test("not within a formula", () => {
    const html = beginning("One $x. y$ gives:");
    expect(html).toContain('class="katex"');
    expect(html).toContain("gives:");
    expect(html).not.toContain("$");
  });
});

describe("places", () => {
  test("of two headings with the same text the second gets a number, in the text, contents and search", () => {
    const page = pageOf(
      "a.html",
      "# T\n\n## Aim\n\nfirst",
      "## Aim\n\nsecond\n\n### *Aim*\n\nthird",
      "## Aim-2",
    );
    expect(ids(read(page))).toEqual(["-T", "-Aim", "-Aim-2", "-Aim-3", "-Aim-2-2"]);
    const whole = readingPage(page, site, {
      before: undefined,
      after: undefined,
      ...picturesIn(files, "a.html"),
    });
    const contents = /<nav class="contents".*?<\/nav>/s.exec(whole)![0];
    expect(links(contents)).toEqual(["#-Aim", "#-Aim-2", "#-Aim-3", "#-Aim-2-2"]);
    const found = JSON.parse(/^nablabSections\((.*)\);$/m.exec(searchIndex([page]))![1]!);
    expect(found.map(({ to, text }: { to: string; text: string }) => [to, text])).toEqual([
      ["./a.html", ""],
      ["./a.html#-Aim", "first"],
      ["./a.html#-Aim-2", "second"],
      ["./a.html#-Aim-3", "third"],
      ["./a.html#-Aim-2-2", ""],
    ]);
  });

  test("`#top` is the top of the page unless a heading has that name", () => {
    expect(links(read(pageOf("a.html", "[up](#top) [Up](#Top) [x](#x)")))).toEqual(["#top", "#top", "#-x"]);
    expect(links(read(pageOf("a.html", "[up](#top)", "## top")))).toEqual(["#-top"]);
    const alone = notebookHtml(notebookOf("[up](#top)"), { name: "x" });
    expect(links(alone)).toEqual(["#top"]);
  });

  test("a link from an address bar stays as it is", () => {
    expect(links(read(pageOf("a.html", "[x](#-x) [y](#x)", "## x")))).toEqual(["#-x", "#-x"]);
  });

  test("a link to a heading on another page of the site leads there; one to elsewhere is left alone", () => {
    const text =
      "[a](../b%20%C3%A4.html#Aim) [b](../b%20%C3%A4.html?slides#Aim) [c](../b%20%C3%A4.html#-Aim) [d](../b%20%C3%A4.html#top) [e](../b%20%C3%A4.ipynb#Aim) [f](../other.html#Aim) [g](https://example.org/a.html#Aim) [h](a.html#Aim)";
    expect(links(read(pageOf("deep/a.html", text)))).toEqual([
      "../b%20%C3%A4.html#-Aim",
      "../b%20%C3%A4.html?slides#-Aim",
      "../b%20%C3%A4.html#-Aim",
      "../b%20%C3%A4.html#top",
      "../b%20%C3%A4.html#-Aim",
      "../other.html#Aim",
      "https://example.org/a.html#Aim",
      "a.html#-Aim",
    ]);
  });
});
