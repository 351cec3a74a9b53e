import fc from "fast-check";
import { expect, test } from "vitest";
import { wellFormedJson } from "#nablab/protocol/well-formed-json.js";

test.each([
  ["\ud800", "\ufffd"],
  ["\udc00\ud800", "\ufffd\ufffd"],
  ["\ud800😀\udfff", "\ufffd😀\ufffd"],
  ["\\ud800", "\\ud800"],
  ["\\\ud800", "\\\ufffd"],
  ["é😀", "é😀"],
])("%j is read as %j", (text, right) => {
  expect(JSON.parse(wellFormedJson(JSON.stringify(text)))).toBe(right);
});

test("what comes out is what went in, with a replacement for each half", () => {
  const unit = fc.constantFrom("\\", "u", "d800", "\ud83d", "\ude00", '"', "é");
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const right = [...text]
        .map((one) => (/[\ud800-\udfff]/.test(one) && one.length === 1 ? "\ufffd" : one))
        .join("");
      expect(JSON.parse(wellFormedJson(JSON.stringify({ [text]: [text] })))).toEqual({ [right]: [right] });
    }),
  );
});

test("escapes that other programs wrote, in capitals too", () => {
  expect(JSON.parse(wellFormedJson('"\\uD83D\\uDE00 \\uDC00 \\uD83Dx"'))).toBe("😀 \ufffd \ufffdx");
});
