import { expect, test } from "vitest";
import { positionsOf } from "#nablab/cli/site/slider-pictures.js";

const texts = (state: Record<string, unknown>) => {
  const found = positionsOf({ label: "", log: false, ...state });
  return found && { at: found.at, texts: found.positions.map(({ text }) => text) };
};

test("a slider of few steps has all of them, its first value among them", () => {
  expect(texts({ min: 1, max: 5, step: 1, value: 2 })).toEqual({ at: 1, texts: ["1", "2", "3", "4", "5"] });
  const between = { min: 0, max: 0.3, step: 0.1, value: 0.15 };
  expect(texts(between)).toEqual({ at: 1, texts: ["0", "0.15", "0.2", "0.3"] });
});

test("more steps are thinned out to nine, from one end to the other", () => {
  expect(texts({ min: 0, max: 1, step: 0.01, value: 0.5 })).toEqual({
    at: 4,
    texts: ["0", "0.13", "0.25", "0.38", "0.5", "0.63", "0.75", "0.88", "1"],
  });
});

test("a logarithmic slider is divided by factors", () => {
  expect(texts({ min: 1e-4, max: 1, step: 0.01, value: 0.01, log: true })).toEqual({
    at: 4,
    texts: ["0.0001", "0.000331", "0.001", "0.00331", "0.01", "0.0331", "0.1", "0.331", "1"],
  });
});

test("a menu has its options; a button and a menu of one have no positions", () => {
  expect(texts({ index: 1, names: ["SGD", "Adam"] })).toEqual({ at: 1, texts: ["SGD", "Adam"] });
  expect(texts({ index: 0, names: ["SGD"] })).toBeUndefined();
  expect(texts({})).toBeUndefined();
});
