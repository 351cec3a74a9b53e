import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { highlight } from "#nablab/cli/html/highlight.js";
import { notebookHtml } from "#nablab/cli/html/notebook-html.js";
import { picturesOf } from "#nablab/cli/html/pictures.js";
import type { Cell, CellOutput } from "#nablab/cli/notebook.js";
import { ansiToHtml } from "#nablab/html/ansi.js";
import { markdownToHtml } from "#nablab/html/markdown.js";
import { folder } from "./nablab.js";

const text = (source: string): Cell => ({ cell_type: "markdown", id: "m", metadata: {}, source });
const code = (source: string, ...outputs: CellOutput[]): Cell => ({
  cell_type: "code",
  id: "c",
  metadata: {},
  source,
  execution_count: 1,
  outputs,
});
const shows = (data: Record<string, unknown>): Cell =>
  code("", { output_type: "display_data", data, metadata: {} });
const page = (...cells: Cell[]) =>
  notebookHtml({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, { name: "the name" });
const head = (html: string) => html.slice(0, html.indexOf("<style>")); // all of it is too long for a message
const body = (...cells: Cell[]) => /<main>\n([\s\S]*)\n<\/main>/.exec(page(...cells))![1]!;
const visible = (html: string) =>
  html.replace(/<annotation[\s\S]*?<\/annotation>/g, "").replace(/<[^>]*>/g, "");

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title></svg>';
const figure = {
  "application/vnd.plotly.v1+json": { data: [{ y: [1, 2], name: "</script><b>" }], layout: { height: 300 } },
  "image/svg+xml": svg,
  "text/plain": 'a line from "1" to 2',
};

describe("a page", () => {
  test("without figures and formulas is small", () => {
    const html = page(text("# A *title*\n\ntext"), code("const x = 1;"));
    expect(html.length).toBeLessThan(12_000);
    expect(html).toContain("<title>A title</title>");
    expect(html).not.toMatch(/<script|katex|plotly/i);
    expect(page()).toContain("<title>the name</title>");
  });

  test("asks no network", () => {
    const html = page(text("$x$ ![far](https://example.org/a.png)"), shows(figure));
    expect(html).toContain("default-src 'none'");
    const withoutScripts = html.replace(/<script>[\s\S]*?<\/script>/g, "");
    expect(withoutScripts).not.toMatch(
      /(src|srcset)="(?!data:)|@import|url\((?!data:)|<link rel="stylesheet"/,
    );
  });

  test("runs no script but its own", () => {
    const html = page(shows({ "text/html": "<p>hi</p><script>alert(1)</script>" }));
    expect(head(html)).toContain("script-src 'none'");
    expect(head(page(shows(figure)))).toMatch(/script-src 'sha256-[\w+/]+=*'/);
  });

  test("holds the source of Plotly once, however many figures there are", () => {
    const html = page(shows(figure), shows(figure));
    expect(html.match(/plotly\.js \(/g)).toHaveLength(1);
    expect(html.match(/<div class="figure">/g)).toHaveLength(2);
    expect(html.length).toBeLessThan(1_700_000);
  });
});

describe("a figure", () => {
  const html = body(shows(figure));
  test("says in words what it shows", () => {
    expect(html).toContain('aria-label="a line from &#34;1&#34; to 2"');
    const meta = { data: [], layout: { meta: { alt: "its own words" } } };
    expect(body(shows({ ...figure, "application/vnd.plotly.v1+json": meta }))).toContain(
      'aria-label="its own words"',
    );
  });
  test("is there as a picture for readers without scripts", () => {
    const base64 = Buffer.from(svg).toString("base64");
    expect(html).toMatch(/<noscript><img [^>]*src="data:image\/svg\+xml;base64,[^>]*><\/noscript>/);
    expect(html).toContain(base64);
  });
  test("cannot end its script element", () => {
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    const json = /<script type="application\/json">(.*?)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(json)).toEqual(figure["application/vnd.plotly.v1+json"]);
  });
});

describe("an output", () => {
  const bundle = {
    "text/plain": "p <lain>",
    "image/png": "AAAA",
    "image/svg+xml": svg,
    "text/latex": "$y$",
    "text/markdown": "m *ark*",
    "text/html": "<b>h</b>",
  };
  test.each([
    ["text/html", '<div class="html"><b>h</b></div>'],
    ["text/markdown", "m <em>ark</em>"],
    ["text/latex", 'class="katex"'],
    ["image/svg+xml", 'src="data:image/svg+xml;base64,'],
    ["image/png", '<img class="picture" src="data:image/png;base64,AAAA" alt="p &#60;lain&#62;">'],
    ["text/plain", "<pre>p &#60;lain&#62;</pre>"],
  ])("is shown as %s where nothing better is there", (mime, expected) => {
    const mimes = Object.keys(bundle);
    const left = Object.entries(bundle).filter(([other]) => mimes.indexOf(other) <= mimes.indexOf(mime));
    expect(body(shows(Object.fromEntries(left)))).toContain(expected);
  });

  test("of text is escaped, in colours where it has them", () => {
    const html = body(
      code("", { output_type: "stream", name: "stderr", text: "<b>\n" }),
      code("", {
        output_type: "error",
        ename: "E",
        evalue: "",
        traceback: ["\x1b[31mE\x1b[39m: <i>", "at f"],
      }),
    );
    expect(html).toContain('<pre class="stderr">&#60;b&#62;</pre>');
    expect(html).toContain('<span class="a31">E</span>: &#60;i&#62;\nat f</pre>');
    expect(ansiToHtml("\x1b[1;92mok\x1b[0m \x1b[38;5;31mblue\x1b[2K.")).toBe(
      '<span class="a1 a92">ok</span> blue.',
    );
    // Of 256 colours and of all, also behind the text, the numbers are no colours and weights of their own.
    expect(ansiToHtml("\x1b[48;5;31mon\x1b[48;2;31;1;92m any\x1b[38;2;91;34;1m colour")).toBe(
      "on any colour",
    );
    expect(ansiToHtml("\x1b[48;2;31;1;92;33mon")).toBe('<span class="a33">on</span>');
    expect(ansiToHtml("\x1b[1;31mbold\x1b[22mred\x1b[39mplain\x1b[2mfaint\x1b[0m")).toBe(
      '<span class="a1 a31">bold</span><span class="a31">red</span>plain<span class="a2">faint</span>',
    );
  });

  test("may be folded away, a cell left out", () => {
    const cell = code("secret()", { output_type: "stream", name: "stdout", text: "told" });
    expect(body({ ...cell, metadata: { jupyter: { source_hidden: true } } })).toContain(
      "<summary>Code</summary>",
    );
    expect(body({ ...cell, metadata: { tags: ["remove-cell"] } })).toBe("");
  });
});

describe("code", () => {
  test("is escaped and coloured", () => {
    expect(highlight('const a = f("<b>"); // why')).toBe(
      '<span class="k">const</span> a = <span class="f">f</span>(<span class="s">&#34;&#60;b&#62;&#34;</span>); <span class="c">// why</span>',
    );
  });
  test("loses no character, over lines of templates and comments too", () => {
    const source = "/* a\n b */ `x\n$" + "{y < 1 ? `in $" + "{z}` : 'no'}\n`;\n\n\tconst r = /[<>&]/g;";
    const back = highlight(source)
      .replace(/<[^>]*>/g, "")
      .replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n));
    expect(back).toBe(source);
    expect(highlight("/* a\n b */ c")).toContain('<span class="c"> b */</span>');
  });
});

describe("text", () => {
  const html = (source: string) => markdownToHtml(source);

  test("a name with a stray % is the name of a picture that is not there", () => {
    const folder = import.meta.dirname;
    expect(markdownToHtml("![half](100%.png)", { picture: picturesOf(folder) })).toContain("half");
  });

  test("has its formulas typeset, untouched by Markdown", () => {
    const both = html("*a $x_1 * y_1$ b* and $x_2 * y_2$");
    expect(both.match(/class="katex"/g)).toHaveLength(2);
    expect(both).toMatch(/^<p><em>a <span class="katex">[\s\S]*b<\/em> and /);
    for (const display of ["$$\nx\n- y\n$$", "\\begin{align} x &= y \\end{align}", "\\\\[ x \\\\]"]) {
      expect(html(display)).toContain("katex-display");
    }
    expect(html("| $|x|$ |\n|--|\n| $\\frac{1}{2}$ |").match(/<t[hd]>/g)).toHaveLength(2);
  });

  test.each([
    "$5 and $6",
    "a \\$x\\$ b",
    "`$x$`",
    "`` `$x$ ``",
    "```\n$x$\n```",
    "~~~\n$x$",
    "$ x $",
    "$x\n\ny$",
  ])("has no formula in %j", (source) => expect(html(source)).not.toContain("katex"));

  test("shows a formula that cannot be read as it is", () => {
    expect(visible(html("before $\\nonsense{$ after"))).toContain("\\nonsense{");
  });

  test("has headings to link to, by the names that JupyterLab gives; none is what a script of the page asks for", () => {
    expect(html("## The *loss* of $f_1$")).toContain('<h2 id="-The-loss-of-$f_1$">');
    expect(html("# Plotly")).toContain('<h1 id="-Plotly">');
    expect(html('<h3 id="module"></h3><a id="a" name="b"></a>')).toContain(
      '<h3 id="-module"></h3><a id="-a" name="-b"></a>',
    );
  });

  test("links to pages where notebooks are meant", () => {
    expect(html("[a](01-a.ipynb#B-c)")).toContain('href="01-a.html#-B-c"');
    expect(html('<a href="../01-a.ipynb?slides">a</a>')).toContain('href="../01-a.html?slides"');
    expect(html("[a](#B%20c) [b](#) [c](x.html#d)")).toMatch(/"#-B%20c".*"#".*"x\.html#d"/);
    expect(html("[a](//example.org/a.ipynb#x)")).not.toContain("href");
    expect(html("[a](https://example.org/a.ipynb)")).toContain('href="https://example.org/a.ipynb"');
    expect(html("[a](javascript:alert(1))")).not.toContain("javascript");
  });

  test("has its pictures in it", () => {
    const dir = folder();
    mkdirSync(path.join(dir, "my pictures"));
    writeFileSync(path.join(dir, "my pictures/a.png"), "png");
    const attachments = { "b.png": { "image/png": "QUJD" } };
    const page = markdownToHtml("![one](<my pictures/a.png>) ![two](attachment:b.png) ![three](none.png)", {
      picture: picturesOf(dir),
      attachments,
    });
    expect(page).toContain('<img src="data:image/png;base64,cG5n" alt="one" />');
    expect(page).toContain('<img src="data:image/png;base64,QUJD" alt="two" />');
    expect(page).toContain('<a href="none.png">three</a>');
    // Also those of HTML, which would else be asked of the host, with the reader's cookies.
    const tags = markdownToHtml(
      '<img src="my%20pictures/a.png" width="9"> <img src="/log-out" alt="four"> x',
      {
        picture: picturesOf(dir),
      },
    );
    expect(tags).toContain(
      '<img src="data:image/png;base64,cG5n" width="9" /> <a href="/log-out">four</a> x',
    );
    expect(markdownToHtml('<b><img src="https://example.org/x.png"></b>')).toContain(
      '<b><a href="https://example.org/x.png">https://example.org/x.png</a></b>',
    );
  });

  test("brings only the fonts that its formulas use", () => {
    const faces = (source: string) =>
      [...page(text(source)).matchAll(/@font-face\{[^}]*?font-family:(\w+)/g)].map(([, family]) => family);
    expect(new Set(faces("$x$"))).toEqual(new Set(["KaTeX_Main", "KaTeX_Math"]));
    expect(faces("$\\mathfrak{g}$").filter((family) => family === "KaTeX_Fraktur")).toHaveLength(2);
    const elsewhere = /url\((?!data:)[^)]*/.exec(page(text("$x$ $\\mathfrak{g}$")));
    expect(elsewhere).toBe(null);
  });
});
