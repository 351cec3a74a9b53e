/** Texts that are meant as numbers and read as none, and what to do with them. */
import { expect, test } from "vitest";
import { almostNumber, isInfinite } from "#nablab/data/csv-labels.js";

const digits = "write it with digits alone";
const separators = "write it without thousands separators";
const comma = 'for a decimal comma pass decimal: ","';
const date = "a date is no number";

test.each([
  ["0x1F", "only decimal numbers"],
  ["-0b101", "only decimal numbers"],
  ["1,234", separators],
  ["-1,234,567", separators],
  ["1,5", comma],
  ["+12,25", comma],
  ["2026-11-30", date],
  ["1/2/26", date],
  ["30.11.2026 12:00", date],
  ["12%", digits],
  ["5e-3%", digits],
  ["5e+3 ‰", digits],
  ["2.5e6%", digits],
  ["$ 1.50", digits],
  ["-€2", digits],
  ["$-2", digits],
  ["−3", digits],
  ["1'000", digits],
  ["1 000 000 £", digits],
  ["12.5 ¥", digits],
])("%s is nearly a number", (text, advice) => expect(almostNumber(text)).toContain(advice));

test.each(["a", "", "%", "-", "a1", "12 apples", "1-2/3", "2026-11", "12345-1-1", "1e%", "5e-%", "1%2"])(
  "%j is no number at all",
  (text) => expect(almostNumber(text)).toBeUndefined(),
);

test.each([
  ["inf", true],
  ["-Infinity", true],
  ["+INF", true],
  ["1e999", true],
  ["-1e999", true],
  ["1e308", false],
  ["infinite", false],
  ["", false],
])("%j is infinite: %s", (text, answer) => expect(isInfinite(text)).toBe(answer));
