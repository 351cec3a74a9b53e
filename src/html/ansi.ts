/** Text with the colours of a terminal, as HTML. */
import { escapeHtml } from "../display/escape-html.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const sequence = /\x1b\[([0-9;]*)m|\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

/** `text` escaped, its colours and weights as classes (`a31` is red); other control sequences are left out. */
export function ansiToHtml(text: string): string {
  let colour = "";
  let weight = "";
  let html = "";
  let from = 0;
  const put = (piece: string): void => {
    const classes = [weight, colour].filter(Boolean).join(" ");
    if (piece !== "")
      html += classes ? `<span class="${classes}">${escapeHtml(piece)}</span>` : escapeHtml(piece);
  };
  for (const match of text.matchAll(sequence)) {
    put(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] === undefined) continue;
    const codes = match[1].split(";").map(Number);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      if (code === 0) colour = weight = "";
      else if (code === 1 || code === 2) weight = `a${code}`;
      else if (code === 22) weight = "";
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour = `a${code}`;
      else if (code === 39) colour = "";
      else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4; // one of 256, or of all colours
    }
  }
  put(text.slice(from));
  return html;
}
