/** Hints: what they show, what they refuse, and that each answer of the assignments has some that are true of its solution. */
import { hints, toBundle } from "nablab";
import { describe, expect, test } from "vitest";
import { hintTexts } from "#nablab/coursework/hint-texts/index.js";
import { assignments, sourceOf } from "./source.js";

const own = {
  slope: ["A nudge.", "The idea.", "return 2 * x;"],
  words: ["What?", "How?", "Let x be …"],
} as const;
const plain = async (shown: unknown) => (await toBundle(shown))["text/plain"];
const markdown = async (shown: unknown) => (await toBundle(shown))["text/markdown"];

test("a stage shows what came before it, and keeps the answer", async () => {
  const hint = hints(own);
  expect(await plain(hint(1, "slope"))).toBe(
    "Hint 1 of 3 for slope\nA nudge: A nudge.\nNext: hint(2), the idea",
  );
  expect(await plain(hint(2))).toBe(
    "Hint 2 of 3 for slope\nA nudge: A nudge.\nThe idea: The idea.\nNext: hint(3), the first line",
  );
  expect((await toBundle(hint(3)))["text/markdown"]).toBe(
    "**Hint 3 of 3 for `slope`**\n\n*A nudge.* A nudge.\n\n*The idea.* The idea.\n\n*The first line.*\n\n```ts\nreturn 2 * x;\n```\n\n<small>That was the last hint.</small>",
  );
  // The first line of a proof is a sentence.
  expect((await toBundle(hint(3, "words")))["text/markdown"]).toContain("*The first line.* Let x be …");
});

test("what to call stands as code in the Markdown, and only a first line of code is a block", async () => {
  const hint = hints({ slope: ["A nudge;", "The idea {", "Let x be 2"] });
  expect(await markdown(hint())).toContain(
    '`hint(1, "slope")` gives a nudge, `hint(2)` then the idea, `hint(3)` the first line.',
  );
  expect(await markdown(hint(1, "slope"))).toBe(
    "**Hint 1 of 3 for `slope`**\n\n*A nudge.* A nudge;\n\n<small>Next: `hint(2)`, the idea.</small>",
  );
  expect(await markdown(hint(3))).not.toContain("```");
});

test.each([
  ["return 2 * x;", true],
  ["for (const x of xs) {", true],
  ["[x,", true],
  ["const f = (x) =>", true],
  ["Let x => 2x be the map.", false],
  ["Sum { x, y }; then divide.", false],
])("the first line %j is code: %s", async (line, isCode) => {
  const shown = await markdown(hints({ slope: ["A nudge.", "The idea.", line] })(3, "slope"));
  expect(shown).toContain(isCode ? `\n\`\`\`ts\n${line}\n\`\`\`` : `*The first line.* ${line}`);
});

test("without an answer it lists them, whether or not one was asked about before", async () => {
  const hint = hints(own);
  const list = /^There are hints for slope, words\.\nhint\(1, "slope"\) gives a nudge/;
  expect(await plain(hint(1))).toMatch(list);
  expect(await plain(hint())).toMatch(list);
  hint(1, "words");
  expect(await plain(hint())).toMatch(list);
  expect(await plain(hint(1))).toContain("for words");
});

test("refuses other stages and answers, and names those that there are", () => {
  const hint = hints(own);
  for (const stage of [0, 4, 1.5, "1", null, Number.NaN]) {
    expect(() => hint(stage as never, "slope")).toThrow("hint: expected a stage, 1 for a nudge");
  }
  for (const answer of ["Slope", "toString", "", 1, null]) {
    expect(() => hint(1, answer as never)).toThrow(
      `hint: expected one of slope, words, such as hint(1, "slope"), got `,
    );
  }
});

test.each([
  ["6-more", "RangeError", "the name of an assignment of nablab, 1-gradient-descent, "],
  ["toString", "RangeError", "got 'toString'"],
  [{}, "TypeError", "hints: expected { answer: [nudge, idea, firstLine], … }, got {}"],
  [undefined, "TypeError", "got undefined"],
  [null, "TypeError", "got null"],
  [
    { a: ["one", "two"] },
    "TypeError",
    "hints: expected three texts for a, a nudge, the idea and the first line, got [",
  ],
  [{ a: ["one", "two", " "] }, "TypeError", "three texts for a"],
  [{ a: "one" }, "TypeError", "three texts for a"],
])("refuses %j", (of, name, message) => {
  expect(() => hints(of as never)).toThrow(
    expect.objectContaining({ name, message: expect.stringContaining(message) }),
  );
});

/** Code as it is compared: without comments and spacing. */
const bare = (code: string): string => code.replace(/\/\*.*?\*\/|\/\/.*$/gm, "").replace(/\s+/g, "");

describe.each(assignments)("%s", (assignment) => {
  const { cells } = sourceOf(assignment);
  const texts = hintTexts[assignment]!;
  const answers = cells.filter((cell) => cell.metadata.nbgrader?.solution);
  const code = answers.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
  const functions = code.flatMap((source) =>
    [...source.matchAll(/^function (\w+)/gm)].map((match) => match[1]!),
  );

  test("each answer has hints, and there are hints for nothing else", () => {
    const named = Object.keys(texts);
    const inWords = named.filter((name) => !functions.includes(name));
    expect(inWords).toHaveLength(answers.length - code.length);
    // Functions that go together with another share its hints.
    const alone = code.filter((source) => !named.some((name) => source.includes(`function ${name}(`)));
    expect(alone).toEqual([]);
    expect(named.filter((name) => functions.includes(name)).length).toBeGreaterThanOrEqual(code.length);
  });

  test("a first line of code is in the solution, unless it leaves gaps", () => {
    for (const [name, [, , line]] of Object.entries(texts)) {
      if (!functions.includes(name) || line.startsWith("//") || /\/\*|\/\/|: 1\b/.test(line)) continue;
      const source = code.find((text) => text.includes(`function ${name}(`))!;
      expect(bare(source), `${name}: ${line}`).toContain(bare(line));
    }
  });

  test("each has three texts; the first two are sentences of their own", () => {
    for (const stage of [0, 1] as const) {
      const sentences = Object.values(texts).map((three) => three[stage]);
      expect(new Set(sentences).size).toBe(sentences.length);
    }
    for (const [name, [nudge, idea, line]] of Object.entries(texts)) {
      for (const text of [nudge, idea]) expect(text, name).toMatch(/^\S.{8,}[.?…]$/s);
      expect(line.trim(), name).not.toBe("");
    }
  });

  test("the first two stages give no code away", () => {
    for (const [name, [nudge, idea]] of Object.entries(texts)) {
      expect(nudge, name).not.toMatch(/\breturn \w|=>|\b(const|let) \w+ =/);
      expect(idea, name).not.toMatch(/\breturn \w|=>|\b(const|let) \w+ =/);
      expect(nudge.length, name).toBeLessThan(200);
    }
  });

  test("students find them at the top, by an answer that there is", () => {
    const named = /\*\*Stuck\?\*\* `hint\(1, "(\w+)"\)`/.exec(cells[0]!.source)![1]!;
    expect(Object.keys(texts)).toContain(named);
    expect(
      cells.find((cell) => cell.source.includes(`hints("${assignment}")`))?.metadata.nbgrader?.locked,
    ).toBe(true);
  });
});
