/**
 * Makes nbgrader's feedback page self-contained: formulas are typeset in it, for which nbgrader needs the network, and long
 * messages are wrapped. The outputs of a submission are kept, but cannot run, load anything, or navigate by themselves.
 */
import { extractMaths } from "../../html/maths.js";
import { mathsStyle } from "../html/maths-style.js";

/** Allows styles and pictures of the page itself and files beside it; no scripts, frames or forms, no network. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data: file:; base-uri 'none'; form-action 'none'";

/** The page, ready to be returned; parts with an unexpected format are not changed. */
export function finishFeedback(page: string): string {
  const body = page
    .replace(/<!-- Load mathjax -->[\s\S]*?<!-- End of mathjax configuration -->/, "")
    .replace(/(<div class="text_cell_render[^>]*>)([\s\S]*?)(<\/div>)/g, (_, open, text, close) =>
      [open, typesetHtml(text), close].join(""),
    );
  const style = `<style>${mathsStyle(body)}\n.output_subarea pre { white-space: pre-wrap; }</style>`;
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return (
    body
      // No policy can prevent a page from navigating by itself.
      .replace(/<meta\b[^>]*>/gi, (tag) =>
        /charset=["']?utf-8/i.test(tag) && !/http-equiv/i.test(tag) ? tag : "",
      )
      .replace(/<head[^>]*>/i, (tag) => `${tag}\n${head}`)
      .replace("</head>", () => `${style}\n</head>`)
  );
}

/** Typesets the formulas in HTML, except in code and tags. */
function typesetHtml(html: string): string {
  return html
    .split(/(<(pre|code)\b[\s\S]*?<\/\2>|<[^>]*>)/)
    .map((piece, i) => {
      // Every third piece is text; after it come the tag, and the name of the tag if that was code.
      if (i % 3 === 2) return "";
      if (i % 3 === 1 || !/\$|\\begin/.test(piece)) return piece;
      const { text, restore } = extractMaths(unescaped(piece));
      return restore(escaped(text));
    })
    .join("");
}

const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
