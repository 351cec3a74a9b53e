/** What encoding a text is taken to have by its first bytes, however few come at a time. */
import { expect, test } from "vitest";
import { Utf8Stream } from "#nablab/data/utf8-stream.js";

/** The text that bytes are read as, so many at a time. */
function read(bytes: number[], encoding?: string, step = bytes.length || 1): string {
  const stream = new Utf8Stream("load", encoding);
  const parts: number[] = [];
  for (let i = 0; i < bytes.length; i += step)
    parts.push(...stream.convert(Uint8Array.from(bytes.slice(i, i + step))));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from([...parts, ...stream.end()]));
}

const [mark, a, é] = ["\ufeff", 0x61, 0xe9];

test.each<[what: string, bytes: number[], text: string, encoding?: string]>([
  ["nothing", [], ""],
  ["one letter", [a], "a"],
  ["UTF-8", [a, 0xc3, 0xa9, a], "aéa"],
  ["UTF-8 with a mark", [0xef, 0xbb, 0xbf, a], "a"],
  ["what only begins as the mark does", [0xef, 0xbb, 0xb7, a], "\ufef7a"],
  ["UTF-16 with a mark", [0xff, 0xfe, a, 0], "a"],
  ["UTF-16, big-endian, with a mark", [0xfe, 0xff, 0, a], "a"],
  ["UTF-16 of ASCII", [a, 0, é, 0], "aé"],
  ["UTF-16 of one letter", [a, 0], "a"],
  ["UTF-16, big-endian, of ASCII", [0, a, 0, é], "aé"],
  ["UTF-16, big-endian, of one letter", [0, a], "a"],
  ["zeros, which are no text", [0, 0, 0, a], "\0\0\0a"],
  ["one zero", [0], "\0"],
  ["the encoding that is given", [a, é, a, a], "aéaa", "windows-1252"],
])("%s", (_, bytes, text, encoding) => {
  for (const step of [bytes.length || 1, 1, 3]) expect(read(bytes, encoding, step)).toBe(text);
  expect(text).not.toContain(mark);
});

test.each([
  ["with a mark", [0xff, 0xfe, 0, 0]],
  ["big-endian, with a mark", [0, 0, 0xfe, 0xff]],
])("UTF-32 is refused, %s", (_, bytes) => {
  expect(() => read(bytes)).toThrow("load: the text is UTF-32; save it as UTF-8");
});

test("an encoding that there is not is named", () => {
  expect(() => read([a, a, a, a], "utf-9")).toThrow(/^load: encoding must be one such as .*, got 'utf-9'$/);
  expect(() => read([a], "UTF32")).toThrow("UTF-32");
});
