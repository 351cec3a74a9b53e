import { expect, test } from "vitest";
import { finishFeedback } from "#nablab/cli/course/feedback-page.js";

const page = (text: string): string => `<html><head>
<!-- Load mathjax -->
<script src="https://cdnjs.cloudflare.com/mathjax.js"> </script>
<!-- End of mathjax configuration -->
</head><body><div class="text_cell_render border-box-sizing rendered_html">
${text}
</div><div class="output_subarea"><pre>costs $5 and $6</pre></div></body></html>`;

test("formulas are typeset in the page, which then needs no network", () => {
  const done = finishFeedback(page("<p>for $a &lt; b_1$ and <em>not</em> this:</p>\n$$\\eta \\le 1/L$$"));
  expect(done).not.toContain("cdnjs");
  expect(done.match(/class="katex"/g)).toHaveLength(2);
  expect(done).toContain('<annotation encoding="application/x-tex">a &lt; b_1</annotation>');
  expect(done).toContain("<em>not</em> this:");
  expect(done).toMatch(/@font-face\{[^}]*url\(data:font\/woff2/);
});

test("code, output and what is no formula stay as they are", () => {
  const text =
    '<p>a <code>$x$</code> &amp; <a href="?a=1&amp;b=$2$">$5 &lt; $6</a></p><pre><code>$y$</code></pre>';
  const done = finishFeedback(page(text));
  expect(done).toContain(text);
  expect(done).toContain("<pre>costs $5 and $6</pre>");
  expect(done).not.toContain("katex");
});

test("nothing that a submission displayed runs, loads or leads away", () => {
  const evil = [
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    "<META HTTP-EQUIV=refresh CONTENT=0>",
    "<meta\ncharset=utf-8 http-equiv='refresh' content='1'>",
    '<meta/http-equiv="refresh"/content="0">',
  ];
  const done = finishFeedback(page(`<p>fine</p>${evil.join("")}`));
  const [first, ...more] = done.match(/<meta\b[^>]*>/gi) ?? [];
  expect(first).toMatch(/^<meta http-equiv="Content-Security-Policy" content="default-src 'none';/);
  expect(more).toEqual([]);
  expect(first).not.toMatch(/script-src|https?:|frame-src/);
  expect(done.indexOf(first!)).toBeLessThan(done.indexOf("<style>"));
  expect(finishFeedback('<html><head><meta charset="utf-8"/></head></html>')).toContain(
    '<meta charset="utf-8"/>',
  );
});
