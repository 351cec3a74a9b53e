import { describe, expect, test } from "vitest";
import {
  checkBetween0And1,
  checkFinite,
  checkFunction,
  checkNotNegative,
  checkNumbers,
  checkOneOf,
  checkPositive,
  checkShare,
  checkWhole,
} from "#nablab/options/check.js";

describe("checks of numeric options", () => {
  test("what is allowed passes, at the ends too", () => {
    checkWhole("f", { a: 1, b: Number.MAX_SAFE_INTEGER });
    checkWhole("f", { a: 0, b: 256 }, 0, 256);
    checkPositive("f", { a: Number.MIN_VALUE });
    checkNotNegative("f", { a: 0, b: -0 });
    checkFinite("f", { a: -1e308 });
    checkShare("f", { a: 0, b: 1 - 2 ** -53 });
    checkBetween0And1("f", { a: Number.MIN_VALUE, b: 1 - 2 ** -53 });
    checkOneOf("f", { by: "b", too: "a" }, ["a", "b"]);
    checkFunction("f", { g: () => 0 });
    checkNumbers("f", {}, () => false, "nothing");
  });

  test.each([
    [() => checkWhole("f", { a: 1, steps: 0 }), "f: steps must be a whole number ≥ 1, got 0"],
    [() => checkWhole("f", { steps: -0 }), "f: steps must be a whole number ≥ 1, got -0"],
    [() => checkWhole("f", { steps: 2.5 }), "f: steps must be a whole number ≥ 1, got 2.5"],
    [
      () => checkWhole("f", { steps: 2 ** 53 }),
      "f: steps must be a whole number from 1 to 2^53 − 1, got 9007199254740992",
    ],
    [() => checkWhole("f", { k: -1 }, 0), "f: k must be a whole number ≥ 0, got -1"],
    [() => checkWhole("f", { k: 257 }, 1, 256), "f: k must be a whole number from 1 to 256, got 257"],
    [() => checkWhole("f", { k: "3" }), "f: k must be a whole number ≥ 1, got '3'"],
    [() => checkWhole("f", { k: undefined }), "f: k must be a whole number ≥ 1, got undefined"],
    [() => checkWhole("f", { k: Number.POSITIVE_INFINITY }), "f: k must be a whole number ≥ 1, got Infinity"],
    [
      () => checkWhole("f", { k: 4 }, 1, 3, "the number of samples"),
      "f: k must be a whole number from 1 to 3, the number of samples, got 4",
    ],
    [() => checkFinite("f", { a: Number.NaN }), "f: a must be a finite number, got NaN"],
    [() => checkShare("f", { p: 1 }), "f: p must be at least 0 and below 1, got 1"],
    [() => checkShare("f", { p: -1e-9 }), "f: p must be at least 0 and below 1, got -1e-9"],
    [() => checkBetween0And1("f", { p: 1 }), "f: p must be between 0 and 1, got 1"],
    [() => checkBetween0And1("f", { p: 0 }), "f: p must be between 0 and 1, got 0"],
    [() => checkPositive("f", { eta: 0 }), "f: eta must be a finite number > 0, got 0"],
    [() => checkPositive("f", { eta: Number.NaN }), "f: eta must be a finite number > 0, got NaN"],
    [() => checkNotNegative("f", { to: -1e-300 }), "f: to must be a finite number ≥ 0, got -1e-300"],
    [
      () => checkNotNegative("f", { to: Number.POSITIVE_INFINITY }),
      "f: to must be a finite number ≥ 0, got Infinity",
    ],
    [() => checkNumbers("f", { p: 1 }, (p) => p < 1, "below 1"), "f: p must be below 1, got 1"],
  ])("%#: the function, the option, what is expected, the value", (call, message) => {
    expect(call).toThrow(new RangeError(message));
  });

  test.each([
    [() => checkOneOf("f", { by: "c" }, ["a", "b"]), 'f: by must be "a" or "b", got \'c\''],
    [() => checkOneOf("f", { by: 1 }, ["a", "b", "c"]), 'f: by must be "a", "b" or "c", got 1'],
    [() => checkFunction("f", { g: undefined }), "f: g must be a function, got undefined"],
  ])("%#: what is no number is a TypeError", (call, message) => {
    expect(call).toThrow(new TypeError(message));
  });
});
