/** Regular expressions that would try every way to match end. */
import "#nablab/kernel/linear-regexps.js";
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const { text } = openCells();

// Each takes the 10⁸ steps, seconds.
test.each<[code: string, value: string]>([
  ['await null; /(a+)+b/.test("a".repeat(40))', "false"],
  ['"x".repeat(50).replace(/(x+x+)+y/g, "<$1>").length', "50"],
])("%s", async (code, value) => expect(await text(code)).toBe(value));
