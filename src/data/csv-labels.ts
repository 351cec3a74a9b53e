/**
 * The values of the target column, until their kind is known: labels if all are words, targets if all are numbers.
 */
import { inspect } from "#platform";
import { parseNumber } from "./csv-scanner.js";
import { Grower } from "./grower.js";

/** A label is a byte. */
export const mostClasses = 256;

const hints: [RegExp, string][] = [
  [/^[+-]?0[xob][\da-f]+$/i, "only decimal numbers are read"],
  [
    /^[+-]?\d{1,3}(,\d{3})+$/,
    'write it without thousands separators, or for a decimal comma pass decimal: ","',
  ],
  [/^[+-]?\d+,\d+$/, 'for a decimal comma pass decimal: ","'],
  [/^\d{1,4}([-/.])\d{1,2}\1\d{1,4}(\D|$)/, "a date is no number: write it as one, such as days"],
  [
    /^[+\-−]?\s*[$€£¥]?\s*[+-]?[\d.,][\d.,'’\s]*(e[+-]?\d+)?\s*[%‰$€£¥]?$/i,
    "write it with digits alone, without percent or currency signs, thousands separators, or a minus sign other than -",
  ],
];

/** What to do with a text that `parseNumber()` does not read but is meant as a number, such as `12%` or `1,234`. */
export function almostNumber(text: string): string | undefined {
  return /\d/.test(text) ? hints.find(([pattern]) => pattern.test(text))?.[1] : undefined;
}

/** Whether a text is an infinite number, or one beyond the range of numbers. */
export function isInfinite(text: string): boolean {
  return /^[+-]?inf(inity)?$/i.test(text) || Math.abs(Number(text)) === Number.POSITIVE_INFINITY;
}

/** Collects the texts of a column as labels, as long as they may be labels. */
export class CsvLabels {
  readonly #decimal: string;
  readonly #saidToBe: true | undefined;
  /** The label of each text, in the order of their first rows. */
  readonly #found = new Map<string, number>();
  readonly #ids = new Grower(1, (length) => new Uint8Array(length));
  #kind: "words" | "numbers" | undefined;
  #first = "";

  /** @param areLabels whether the options say that they are labels */
  constructor(areLabels: true | undefined, decimal: string) {
    this.#saidToBe = areLabels;
    this.#decimal = decimal;
  }

  /** Whether all so far are numbers that are not said to be labels. */
  get areNumbers(): boolean {
    return !this.#saidToBe && this.#kind === "numbers";
  }

  /** Whether they are labels. */
  get areLabels(): boolean {
    return this.#saidToBe === true || this.#kind === "words";
  }

  /** Adds an answer, of numbers without its text; returns what is wrong with it, if something is. */
  add(line: number, text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    if (!this.#saidToBe) {
      const kind = Number.isNaN(parseNumber(text, this.#decimal)) ? "words" : "numbers";
      if (this.#kind === undefined) this.#first = `line ${line} has ${inspect(text)}`;
      this.#kind ??= kind;
      if (this.#kind !== kind) {
        const expected = kind === "words" ? "a number" : "a word";
        return `expected ${expected}, as ${this.#first}; if these are names of classes pass labels: true, if it counts as missing name it in missingValues; got ${inspect(text)}`;
      }
    }
    if (this.areNumbers) return undefined;
    if (!this.#saidToBe) {
      const hint = isInfinite(text) ? "numbers must be finite" : almostNumber(text);
      // Otherwise a regression could become a classification with a class for each row.
      if (hint) {
        return `this is neither a number nor clearly the name of a class; ${hint}; if it names a class pass labels: true; got ${inspect(text)}`;
      }
    }
    let id = this.#found.get(text);
    if (id === undefined) {
      id = this.#found.size;
      if (id === mostClasses) {
        return `there are more than ${mostClasses} different values, which are too many for labels; of numbers take labels: false`;
      }
      this.#found.set(text, id);
    }
    this.#ids.push([id]);
    return undefined;
  }

  /** The classes in order, numbers by size and then words, and the label of each row; a number may be written in many ways. */
  finish(): { classes: string[]; y: Uint8Array } {
    const sorted = [...this.#found.keys()]
      .map((text) => ({ text, value: parseNumber(text, this.#decimal) }))
      .sort((a, b) => {
        const [isWord, otherIsWord] = [Number.isNaN(a.value), Number.isNaN(b.value)];
        if (isWord !== otherIsWord) return isWord ? 1 : -1;
        return isWord ? (a.text < b.text ? -1 : 1) : a.value - b.value;
      });
    const classes: string[] = [];
    const label: number[] = [];
    sorted.forEach(({ text, value }, i) => {
      if (value !== sorted[i - 1]?.value) classes.push(text);
      label[this.#found.get(text)!] = classes.length - 1;
    });
    return { classes, y: Uint8Array.from(this.#ids.finish(), (id) => label[id]!) };
  }
}
