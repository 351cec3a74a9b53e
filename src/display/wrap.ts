/**
 * Text of figures in lines that fit a width, with Plotly's few tags (`<b>`, `<i>`, `<sub>`, `<sup>`, `<span style="font-size">`).
 */

/** The width in pixels of a piece of plain text in one line. */
export type Measure = (text: string, size: number, bold: boolean) => number;

const [small, tag] = [0.7, /<(\/?)(\w+)([^>]*)>/g]; // Plotly draws what is raised or lowered at 70 %

/** The width of a line with tags. */
export function lineWidth(text: string, size: number, measure: Measure): number {
  const scales = [1];
  let [width, bold, from] = [0, 0, 0];
  const add = (until: number) => {
    const plain = text.slice(from, until);
    if (plain) width += measure(unescaped(plain), size * scales.at(-1)!, bold > 0);
  };
  for (const { 0: whole, 1: closing, 2: name = "", 3: attributes = "", index } of text.matchAll(tag)) {
    add(index);
    from = index + whole.length;
    const kind = name.toLowerCase();
    if (kind === "b") bold += closing ? -1 : 1;
    else if (closing && scales.length > 1 && /^(sub|sup|span)$/.test(kind)) scales.pop();
    else if (!closing && /^su[bp]$/.test(kind)) scales.push(scales.at(-1)! * small);
    else if (!closing && kind === "span") {
      const own = /font-size:\s*([\d.]+)px/.exec(attributes)?.[1];
      scales.push(own === undefined ? scales.at(-1)! : Number(own) / size);
    }
  }
  add(text.length);
  return width;
}

const unescaped = (text: string): string =>
  text.replace(/&(lt|gt|amp|nbsp|quot);/g, (_, name: string) => entities[name]!);
const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", nbsp: "\u00a0", quot: '"' };

/**
 * A text in as few lines as fit, and these of about equal length, so that no word is left alone in the last.
 *
 * @param width the room in a line, in pixels
 * @param first the room in the first line
 */
export function wrap(text: string, size: number, width: number, measure: Measure, first = width): string[] {
  return text.split(/<br\s*\/?>/i).flatMap((line, i) => {
    // A number and its per cent sign stay together, as do the words inside of a tag.
    const words = line.split(/ (?!%)(?![^<]*>)/);
    const widths = words.map((word) => lineWidth(word, size, measure));
    const gap = measure(" ", size, false);
    const room = (row: number, most: number) => Math.min(most, row === 0 && i === 0 ? first : width);
    const lines = filled(words, widths, gap, (row) => room(row, width));
    if (lines.length === 1) return lines;
    // The least width that takes no more lines.
    let [low, high] = [0, width];
    while (high - low > 1) {
      const middle = (low + high) / 2;
      const fits = filled(words, widths, gap, (row) => room(row, middle)).length <= lines.length;
      if (fits) high = middle;
      else low = middle;
    }
    return filled(words, widths, gap, (row) => room(row, high));
  });
}

/** Words in lines, each as full as it gets. */
function filled(
  words: readonly string[],
  widths: readonly number[],
  gap: number,
  room: (row: number) => number,
): string[] {
  const lines: string[] = [];
  let [line, used] = ["", 0];
  words.forEach((word, i) => {
    const longer = used + gap + widths[i]!;
    if (i > 0 && longer > room(lines.length)) {
      lines.push(line);
      [line, used] = [word, widths[i]!];
    } else [line, used] = i === 0 ? [word, widths[i]!] : [`${line} ${word}`, longer];
  });
  return [...lines, line];
}

// A break of this library's is followed by a character of no width, so that another width can undo it.
const softBreak = "<br>\u200b";

/** A text with breaks that fit a width, in place of those that fitted another. */
export function rewrapped(text: string, size: number, width: number, measure: Measure): string {
  return wrap(text.replaceAll(softBreak, " "), size, width, measure).join(softBreak);
}
