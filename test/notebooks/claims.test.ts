/**
 * Every claim of the two lectures (A, B) and of the notebooks beyond them (C) is stated, derived, drawn and asserted by
 * cells with the tags `A6:state`, `A6:derive`, `A6:draw` and `A6:assert`. A tag must be true of its cell, and FEATURES.md's table is what the tags say:
 * `npx vitest run test/notebooks/claims.test.ts -u` writes it.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Cell, lectures } from "./lectures.js";

const features = path.resolve(import.meta.dirname, "../../FEATURES.md");

const marks = ["state", "derive", "draw", "assert"] as const;
type Mark = (typeof marks)[number];

const claims: Record<string, string> = {
  A1: "a network is the list of its matrices and vectors",
  A2: "cross-entropy of a softmax",
  A3: "squared loss",
  A4: "the number of parameters",
  A5: "gradient descent",
  A6: "convex and smooth: the gap is at most ‖θ(0) − θ*‖²/(2ηk)",
  A7: "without convexity the start decides",
  A8: "the gradient of the output layer",
  A9: "the gradient one layer down",
  A10: "the recursion of δ in matrices",
  A11: "the backpropagation algorithm",
  A12: "what a gradient costs",
  A13: "stochastic gradient descent in mini-batches",
  A14: "the Robbins–Monro algorithm",
  A15: "its convergence theorem",
  A16: "minimising as root finding",
  A17: "the empirical measure",
  B1: "steepest descent, and its price",
  B2: "a few summands: good far away, bad near the minimiser",
  B3: "the region of confusion",
  B4: "conditions on the step sizes",
  B5: "convex: the rate 1/√k",
  B6: "non-convex: the gradient tends to 0",
  B7: "AdaGrad as printed",
  B8: "layers that are not differentiable",
  B9: "Clarke's subdifferential",
  B10: "what automatic differentiation returns at kinks",
  B11: "the practical loop",
  B12: "momentum and Adam",
};

/** What the notebooks beyond the lectures claim, to the same standard. */
const beyond: Record<string, string> = {
  C1: "a linear rate under the Polyak–Łojasiewicz inequality",
  C2: "a linear rate of SGD where the model interpolates",
  C3: "the variance of a mini-batch without replacement",
  C4: "shuffled sweeps against drawing with replacement",
  C5: "the critical batch size",
  C6: "the variance of first weights, and gradients against depth",
  C7: "normalisation makes the scale of weights a step size",
  C8: "the edge of stability",
  C9: "warm-up, and what a decay leaves of the noise",
  C10: "descent finds the solution nearest to its start",
  C11: "on separable data the direction of the largest margin",
  C12: "sharpness, and what it depends on",
  C13: "the error on new data",
};

const all: Record<string, string> = { ...claims, ...beyond };

/** Why a cell is not what its mark says, or nothing. */
function flaw({ type, source, shown, texts }: Cell, claim: string, mark: Mark): string | undefined {
  const code = type === "code";
  if (mark === "state") return code ? "a statement is text" : undefined;
  if (mark === "derive")
    return !code && /\$[^$]+\$/.test(source) ? undefined : "a derivation is text with formulas";
  if (mark === "draw") {
    const isDrawn = shown.some((data) =>
      ["application/vnd.plotly.v1+json", "image/svg+xml", "image/png"].some((mime) => mime in data),
    );
    return isDrawn ? undefined : "its outputs hold no picture";
  }
  const isChecked = texts.some((text) => text.startsWith(`✓ ${claim} `));
  return isChecked ? undefined : `its outputs hold no ✓ ${claim}`;
}

const tagged = lectures.flatMap(({ name, cells }) =>
  cells.flatMap((cell, i) =>
    cell.tags
      .filter((tag) => /^[ABC]\d/.test(tag))
      .map((tag) => ({ name, cell, tag, place: `${name}, cell ${i}: ${tag}` })),
  ),
);
/** Where a claim has a mark: the numbers of the notebooks. */
const places = (claim: string, mark: Mark) => [
  ...new Set(tagged.filter(({ tag }) => tag === `${claim}:${mark}`).map(({ name }) => name.slice(0, 2))),
];

describe("each tag", () => {
  test("names a claim and a mark", () => {
    const known = new Set(Object.keys(all).flatMap((claim) => marks.map((mark) => `${claim}:${mark}`)));
    expect(tagged.filter(({ tag }) => !known.has(tag)).map(({ place }) => place)).toEqual([]);
  });

  test("is true of its cell", () => {
    const wrong = tagged.flatMap(({ cell, tag, place }) => {
      const [claim, mark] = tag.split(":") as [string, Mark];
      const found = flaw(cell, claim, mark);
      return found ? [`${place}: ${found}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test("is on every check: a cell that shows ✓ A6 is tagged A6:assert", () => {
    const silent = lectures.flatMap(({ name, cells }) =>
      cells.flatMap(({ texts, tags }, i) =>
        tags.includes("solution")
          ? []
          : texts
              .flatMap((text) => /^✓ ([ABC]\d+) /.exec(text)?.[1] ?? [])
              .filter((claim) => !tags.includes(`${claim}:assert`))
              .map((claim) => `${name}, cell ${i}: ${claim}`),
      ),
    );
    expect(silent).toEqual([]);
  });
});

test("each of the 29 claims, and of those beyond them, is stated, derived, drawn and asserted", () => {
  expect(Object.keys(claims)).toHaveLength(29);
  const missing = Object.fromEntries(
    Object.keys(all).flatMap((claim) => {
      const open = marks.filter((mark) => places(claim, mark).length === 0);
      return open.length > 0 ? [[claim, open]] : [];
    }),
  );
  expect(missing).toEqual({});
});

test("a tag that is not true of its cell is found", () => {
  const cell = (parts: Partial<Cell>): Cell => ({
    type: "code",
    source: "",
    lines: [],
    tags: [],
    isFolded: false,
    shown: [],
    texts: [],
    ...parts,
  });
  expect(flaw(cell({ texts: ["✓ A6 the gap"] }), "A6", "assert")).toBeUndefined();
  expect(flaw(cell({ texts: ["✓ A61 the gap"] }), "A6", "assert")).toBeDefined();
  expect(flaw(cell({ shown: [{ "text/html": "<p>" }] }), "A6", "draw")).toBeDefined();
  expect(flaw(cell({ shown: [{ "image/png": "" }] }), "A6", "draw")).toBeUndefined();
  expect(flaw(cell({ type: "markdown", source: "It follows." }), "A6", "derive")).toBeDefined();
  expect(flaw(cell({ type: "markdown", source: "$a = b$" }), "A6", "derive")).toBeUndefined();
  expect(flaw(cell({ source: "// $a = b$" }), "A6", "state")).toBeDefined();
});

/** The table of the tags, in Markdown. */
function table(): string {
  const rows = Object.entries(all).map(([claim, words]) => {
    const cells = marks.map((mark) => places(claim, mark).join(", ") || "**not yet**");
    return `| ${claim} | ${words} | ${cells.join(" | ")} |`;
  });
  return ["| claim | | stated | derived | drawn | asserted |", "|---|---|---|---|---|---|", ...rows, ""].join(
    "\n",
  );
}

test("FEATURES.md has the table of the tags (-u writes it)", async () => {
  const heading = "## Claims of the lectures\n";
  const text = readFileSync(features, "utf8");
  const section = /(?<=^## Claims of the lectures\n\n[^|]*)\|[\s\S]*?\n(?=\n|$(?![\s\S]))/m;
  expect(text).toContain(heading);
  expect(text).toMatch(section);
  await expect(text.replace(section, () => table())).toMatchFileSnapshot(features);
});
