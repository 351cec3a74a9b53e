/**
 * Names and functions of cells are what they are in a file that Node runs, however they are written.
 */
import { expect, test } from "vitest";
import { openCells } from "./cells.js";

const cells = openCells();
const { text } = cells;

test("a function of a cell is called without a this, however its name is written", async () => {
  await text(
    `function self(this: any, ..._: unknown[]): any { return this } async function later(this: any) { return this }
     class Made { self: any; constructor() { this.self = new.target } } const selves = { self };`,
  );
  const calls = [
    "self()",
    "self?.()",
    "(self)()",
    "((self))?.()",
    "(self as any)()",
    "(self as any)?.()",
    "(<any>self)()",
    "self!()",
    "(self!)()",
    "(self satisfies Function)()",
    "self`x`",
    "(self)`x`",
    "(self as any)`y`",
    "self!`x`",
    "await later()",
    "await (later as any)()",
  ];
  for (const call of calls) expect(await text(`${call} === undefined`), call).toBe("true");
  expect(await text("selves.self() === selves && (selves.self)() === selves")).toBe("true");
  expect(
    await text("[new Made().self === Made, new (Made)().self === Made, new (Made as any)().self === Made]"),
  ).toBe("[ true, true, true ]");
});
