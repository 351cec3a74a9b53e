/** Links that carry the edit of a cell. */
import { afterAll, beforeAll, expect, test } from "vitest";

type Edits = typeof import("../../page/edits.ts");

const scope = globalThis as { location?: unknown };
let linkWith: Edits["linkWith"];
let editInLink: Edits["editInLink"];
beforeAll(async () => {
  scope.location = { href: "https://example.org/a/b.html?slides", hash: "" };
  ({ linkWith, editInLink } = await import("../../page/edits.ts"));
});
afterAll(() => {
  delete scope.location;
});

/** Code that packs badly: a link is as long as it can be. */
const noise = (length: number): string => {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 94));
  }).join("");
};

test.each(["1", "", "const θ = '🧠 ü\u0000 ñ 漢字';\n// ~ # % &", noise(50_000), noise(100_000)])(
  "code comes back from its link",
  async (code) => {
    const link = await linkWith("a-b", code);
    expect(link).toMatch(/^https:\/\/example\.org\/a\/b\.html#edit=a-b~[\w-]+$/);
    expect(await editInLink(new URL(link).hash)).toEqual({ cell: "a-b", code });
  },
);

test("longer code is refused where the link is made, not where it is read", async () => {
  await expect(linkWith("a", noise(100_001))).rejects.toThrow("too long for a link: more than 100 kB");
  await expect(linkWith("a", "ü".repeat(50_001))).rejects.toThrow("too long");
});

test("a damaged link brings nothing", async () => {
  const { hash } = new URL(await linkWith("a", "let k = 1;"));
  for (const damaged of [hash.slice(0, -4), `${hash}!`, "#edit=a~", "#edit=~AA", "#edit=%~AA", "#other"])
    expect(await editInLink(damaged)).toBeUndefined();
});
