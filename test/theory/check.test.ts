import { CheckFailed, check, toBundle } from "nablab";
import { describe, expect, test } from "vitest";

describe("check", () => {
  test("shows what holds", async () => {
    expect(await toBundle(check("A6", "the gap is < 1", true, "0.5"))).toEqual({
      "text/html": "<p>✓ <b>A6</b> the gap is &#60; 1: 0.5</p>",
      "text/plain": "✓ A6 the gap is < 1: 0.5",
    });
    expect((await toBundle(check("B12", "so it is", () => true)))["text/plain"]).toBe("✓ B12 so it is");
  });

  test("throws what does not", () => {
    expect(() => check("A6", "the gap is below the bound", false, "2 > 1")).toThrow(CheckFailed);
    expect(() => check("A6", "the gap is below the bound", () => false, "2 > 1")).toThrow(
      "A6 does not hold: the gap is below the bound (2 > 1)",
    );
  });

  test("takes nothing but true for true", () => {
    expect(() => check("A1", "…", Promise.resolve(true) as never)).toThrow("did you forget await?");
    expect(() => check("A1", "…", 1 as never)).toThrow("must be true or false; got 1");
    expect(() => check("A1", "…", (() => undefined) as never)).toThrow("got undefined");
    expect(() => check("C1", "…", true)).toThrow("such as \"A6\", got 'C1'");
  });
});
