import { expect, test } from "vitest";
import { KeptTexts } from "#nablab/session/kept-texts.js";

test("the oldest go: beyond 500 texts, and beyond ten million characters; the newest stays, however long it is", () => {
  const dropped: number[] = [];
  const kept = new KeptTexts<number>((value) => dropped.push(value));
  for (let i = 0; i < 502; i++) kept.set(`text ${i}`, i);
  expect(dropped).toEqual([0, 1]);
  expect([kept.get("text 1"), kept.get("text 2")]).toEqual([undefined, 2]);
  kept.set("x".repeat(6e6), -1);
  expect(dropped.length).toBe(3);
  const long = "y".repeat(12e6);
  kept.set(long, -2);
  expect(dropped.length).toBe(503); // all but the newest
  expect(kept.get(long)).toBe(-2);
  kept.set("next", -3);
  expect([kept.get(long), kept.get("next")]).toEqual([undefined, -3]);
});
