/**
 * Reads source maps: maps positions in generated code to the source. Lines and columns from 0.
 *
 * Source: Ecma International, ECMA-426, "Source map format specification", section 6.
 */

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Map([...digits].map((digit, value) => [digit, value]));

interface Mapping {
  line: number;
  column: number;
  source: { line: number; column: number } | undefined;
}

export class SourceMap {
  readonly #mappings: readonly Mapping[];

  /** @param json a map of one source file */
  constructor(json: string) {
    const { mappings } = JSON.parse(json) as { mappings: string };
    this.#mappings = decode(mappings);
  }

  /** The source position of the last mapping at or before a position of the code. */
  find(line: number, column: number): { line: number; column: number } | undefined {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#mappings[middle] as Mapping;
      if (at.line < line || (at.line === line && at.column <= column)) low = middle + 1;
      else high = middle;
    }
    return this.#mappings[low - 1]?.source;
  }
}

function decode(mappings: string): Mapping[] {
  const decoded: Mapping[] = [];
  let [sourceLine, sourceColumn] = [0, 0];
  mappings.split(";").forEach((segments, line) => {
    let column = 0;
    for (const segment of segments.split(",")) {
      if (segment === "") continue;
      const [columns = 0, file, lines = 0, sourceColumns = 0] = numbers(segment);
      column += columns;
      if (file === undefined) {
        decoded.push({ line, column, source: undefined });
        continue;
      }
      sourceLine += lines;
      sourceColumn += sourceColumns;
      decoded.push({ line, column, source: { line: sourceLine, column: sourceColumn } });
    }
  });
  return decoded;
}

/** Base64 VLQ: five bits a digit, the lowest first; bit 5 marks continuation, the lowest bit of all is the sign. */
function numbers(segment: string): number[] {
  const found: number[] = [];
  let [bits, shift] = [0, 0];
  for (const digit of segment) {
    const value = values.get(digit);
    if (value === undefined) throw new Error(`source map: expected a base64 digit, got ${digit}`);
    bits += (value & 31) * 2 ** shift;
    shift += 5;
    if (value & 32) continue;
    found.push(bits % 2 === 1 ? -Math.floor(bits / 2) : bits / 2);
    [bits, shift] = [0, 0];
  }
  return found;
}
