/** TypeScript in colours, by the compiler's own scanner. */
import { escapeHtml } from "../../display/escape-html.js";
import { loadTypeScript } from "../../kernel/typescript.js";

/** `code` escaped, with its keywords, strings, numbers, comments and called names marked. */
export function highlight(code: string): string {
  const ts = loadTypeScript();
  const { TokenClass } = ts;
  const marks: Partial<Record<number, string>> = {
    [TokenClass.Keyword]: "k",
    [TokenClass.StringLiteral]: "s",
    [TokenClass.RegExpLiteral]: "s",
    [TokenClass.NumberLiteral]: "n",
    [TokenClass.BigIntLiteral]: "n",
    [TokenClass.Comment]: "c",
  };
  const classifier = ts.createClassifier();
  let state = ts.EndOfLineState.None;
  const lines = code.split("\n").map((line) => {
    const { entries, finalLexState } = classifier.getClassificationsForLine(line, state, true);
    state = finalLexState;
    let at = 0;
    let html = "";
    for (const { classification, length } of entries) {
      const text = line.slice(at, (at += length));
      const called =
        classification === TokenClass.Identifier && /^\s*(<[\w\s,[\]]*>)?\(/.test(line.slice(at));
      const mark = called ? "f" : marks[classification];
      html +=
        mark && text.trim() !== "" ? `<span class="${mark}">${escapeHtml(text)}</span>` : escapeHtml(text);
    }
    return html + escapeHtml(line.slice(at));
  });
  return lines.join("\n");
}
