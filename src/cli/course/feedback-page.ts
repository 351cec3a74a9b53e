/**
 * nbgrader's page of feedback, made such that it can be read anywhere: formulas are typeset in it, where nbgrader has
 * the network do that, and long messages are wrapped.
 */
import { extractMaths, mathsStyle } from "../html/maths.js";

/** The page, ready to be given back; what nbgrader does not do as expected stays as it is. */
export function finishFeedback(page: string): string {
  const body = page
    .replace(/<!-- Load mathjax -->[\s\S]*?<!-- End of mathjax configuration -->/, "")
    .replace(/(<div class="text_cell_render[^>]*>)([\s\S]*?)(<\/div>)/g, (_, open, text, close) =>
      [open, typesetHtml(text), close].join(""),
    );
  const style = `<style>${mathsStyle(body)}\n.output_subarea pre { white-space: pre-wrap; }</style>`;
  return body.replace("</head>", () => `${style}\n</head>`);
}

/** Typesets the formulas in text that is HTML already, code and tags apart. */
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
