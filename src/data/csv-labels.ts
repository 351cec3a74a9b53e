/**
 * The answers of one column, until it is known what they are: labels if all are words, targets if all are numbers.
 */
import { inspect } from "#platform";
import { parseNumber } from "./csv-scanner.js";
import { Grower } from "./grower.js";

/** As a label is a byte. */
export const mostClasses = 256;

/** Collects the texts of a column as labels, as long as they may be some. */
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
