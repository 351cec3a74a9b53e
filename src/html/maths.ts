/**
 * Formulas in text: taken out before Markdown can read their underscores and asterisks as its own, typeset
 * when the page is made, and put back.
 */
import katex from "katex";

/** A formula as HTML (and MathML, for screen readers); one that cannot be read is shown as it is, marked. */
export function typeset(tex: string, display: boolean): string {
  const typed = katex.renderToString(tex, {
    displayMode: display,
    throwOnError: false,
    strict: "ignore",
    maxSize: 100, // em: no rule of a formula covers the page
  });
  // KaTeX gives `\lambda_{\max}` an index of two elements, which Firefox refuses: msub has two children.
  const html = typed.replace(/<mi(?: [^>]*)?>[^<]*<\/mi><mo>\u2061<\/mo>/g, "<mrow>$&</mrow>");
  return display ? `<span class="maths">${html}</span>` : html;
}

// Places in which a dollar sign is no formula come first. A single dollar opens a formula only before, and closes
// it only after, something that is no space, and not before a digit: "$5 and $6" are prices.
const scanner = new RegExp(
  [
    String.raw`(?<skip>^ {0,3}(?<fence>\`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\k<fence>[\`~]*[ \t]*$|$(?![\s\S]))`,
    String.raw`(?<tick>\`+)(?!\`)[\s\S]*?[^\`]\k<tick>(?!\`)|\\\$)`,
    String.raw`\$\$(?<block>[\s\S]+?)\$\$`,
    String.raw`\\\\?\[(?<bracket>[\s\S]+?)\\\\?\]`,
    String.raw`\\\\?\((?<paren>[\s\S]+?)\\\\?\)`,
    String.raw`(?<env>\\begin\{(?<name>\w+\*?)\}[\s\S]+?\\end\{\k<name>\})`,
    String.raw`\$(?<inline>(?!\s)(?:\\[\s\S]|[^$\\\n\`]|\n(?!\s*\n))+?(?<!\s))\$(?!\d)`,
  ].join("|"),
  "gm",
);

/** A text without its formulas. */
export interface WithoutMaths {
  text: string;
  /** Puts the formulas, typeset, back into what became of the text. */
  restore(html: string): string;
  /** Puts them back as they were written: for a piece of the text that goes where no HTML can stand. */
  plain(piece: string): string;
}

/** Takes the formulas out of a Markdown text. */
export function extractMaths(markdown: string): WithoutMaths {
  const formulas: { html: string; source: string }[] = [];
  const text = markdown.replace(scanner, (...args) => {
    const whole = args[0] as string;
    const { skip, block, bracket, paren, env, inline } = args.at(-1) as Record<string, string | undefined>;
    if (skip !== undefined) return whole;
    const display = block ?? bracket ?? env;
    formulas.push({
      html: typeset((display ?? paren ?? inline)!, display !== undefined),
      source: whole,
    });
    return `\uE000${formulas.length - 1}\uE001`; // private to us, and nothing to Markdown
  });
  const put = (into: string, as: "html" | "source") =>
    into.replace(/\uE000(\d+)\uE001/g, (whole, i) => formulas[Number(i)]?.[as] ?? whole);
  return {
    text,
    restore: (html) => put(together(html, formulas), "html"),
    plain: (piece) => put(piece, "source"),
  };
}

/** A browser may break a line beside a formula: not where a comma follows a short one, or a bracket opens before it. */
function together(html: string, formulas: readonly { source: string }[]): string {
  return html.replace(/(\(?)\uE000(\d+)\uE001([.,;:!?)]*)/g, (whole, before, i, after) =>
    before + after !== "" && (formulas[Number(i)]?.source.length ?? 0) < 40
      ? `<span class="together">${whole}</span>`
      : whole,
  );
}
