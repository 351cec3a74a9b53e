/**
 * A cache of values by recently evaluated texts: as many as a session may need again, within a small part of its memory.
 */
const [mostTexts, mostCharacters] = [500, 10e6];

export class KeptTexts<Value> {
  readonly #values = new Map<string, Value>();
  readonly #drop: (value: Value) => void;
  #characters = 0;

  /** @param drop receives evicted values */
  constructor(drop: (value: Value) => void = () => {}) {
    this.#drop = drop;
  }

  get(text: string): Value | undefined {
    return this.#values.get(text);
  }

  /** Caches a value for a new text and evicts the oldest; the newest stays, however long it is. */
  set(text: string, value: Value): void {
    this.#values.set(text, value);
    this.#characters += text.length;
    for (const [oldest, its] of this.#values) {
      if (oldest === text || (this.#values.size <= mostTexts && this.#characters <= mostCharacters)) return;
      this.#values.delete(oldest);
      this.#characters -= oldest.length;
      this.#drop(its);
    }
  }
}
