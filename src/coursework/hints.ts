/**
 * Hints for the answers of an assignment, in three stages: a nudge, the idea, and the first line.
 */
import { inspect } from "#platform";
import type { Displayable } from "../display/bundle.js";
import { shown } from "../display/shown.js";
import { hintTexts } from "./hint-texts/index.js";
import type { HintTexts } from "./hint-texts/texts.js";

/** Shows a hint; the result of {@link hints}. */
export type Hint = (stage?: 1 | 2 | 3, answer?: string) => Displayable;

const stages: readonly string[] = ["A nudge", "The idea", "The first line"];

/**
 * The hints of an assignment: `hint(1, "loss")` shows a nudge for the answer `loss`, then `hint(2)` the idea and
 * `hint(3)` the first line of code; `hint()` lists the answers with hints.
 *
 * @param of the name of one of nablab's assignments, or custom hints: for each answer a nudge, the idea, the first line
 * @throws RangeError for an unknown assignment or answer, and for a stage other than 1, 2 and 3; TypeError unless each answer
 *   has three texts.
 * @example
 * const hint = hints({ slope: ["What is the derivative of x²?", "Twice x.", "return 2 * x;"] });
 * hint(1, "slope")
 * // Hint 1 of 3 for slope
 * // A nudge: What is the derivative of x²?
 * // Next: hint(2), the idea
 */
export function hints(of: string | Readonly<Record<string, HintTexts>>): Hint {
  const texts = textsOf(of);
  let current: string | undefined;
  return (stage, answer = current) => {
    if (stage === undefined && answer === current) return list(texts);
    if (stage !== undefined && stage !== 1 && stage !== 2 && stage !== 3) {
      throw new RangeError(
        `hint: expected a stage, 1 for a nudge, 2 for the idea or 3 for the first line, got ${inspect(stage)}`,
      );
    }
    if (answer === undefined) return list(texts);
    if (typeof answer !== "string" || !texts.has(answer)) {
      throw new RangeError(
        `hint: expected one of ${[...texts.keys()].join(", ")}, such as hint(1, ${JSON.stringify(first(texts))}), got ${inspect(answer)}`,
      );
    }
    current = answer;
    return show(answer, texts.get(answer)!, stage ?? 1);
  };
}

const first = (texts: ReadonlyMap<string, HintTexts>): string => texts.keys().next().value ?? "";

function textsOf(of: string | Readonly<Record<string, HintTexts>>): ReadonlyMap<string, HintTexts> {
  if (typeof of === "string") {
    const known = Object.entries(hintTexts).find(([name]) => name === of)?.[1];
    if (known) return new Map(Object.entries(known));
    throw new RangeError(
      `hints: expected hints of your own, or the name of an assignment of nablab, ${Object.keys(hintTexts).join(", ")}, got ${inspect(of)}`,
    );
  }
  const entries = typeof of === "object" && of !== null ? Object.entries(of) : [];
  if (entries.length === 0) {
    throw new TypeError(
      `hints: expected { answer: [nudge, idea, firstLine], … }, got ${inspect(of, { depth: 1 })}`,
    );
  }
  for (const [name, texts] of entries) {
    const isThree = Array.isArray(texts) && texts.length === 3 && texts.every((text) => isText(text));
    if (!isThree) {
      throw new TypeError(
        `hints: expected three texts for ${name}, a nudge, the idea and the first line, got ${inspect(texts)}`,
      );
    }
  }
  return new Map(entries);
}

const isText = (text: unknown): boolean => typeof text === "string" && text.trim() !== "";

/** Lists the answers with hints, and how to get them. */
function list(texts: ReadonlyMap<string, HintTexts>): Displayable {
  const names = [...texts.keys()];
  const how = `hint(1, ${JSON.stringify(names[0])}) gives a nudge, hint(2) then the idea, hint(3) the first line.`;
  const markdown = how.replace(/hint\([^)]*\)/g, "`$&`");
  return shown(`There are hints for ${names.join(", ")}.\n${how}`, () => ({
    "text/markdown": `There are hints for ${names.map((name) => `\`${name}\``).join(", ")}.\n\n${markdown}`,
  }));
}

/** Shows a stage and those before it. */
function show(answer: string, texts: HintTexts, stage: 1 | 2 | 3): Displayable {
  const parts = stages.slice(0, stage).map((title, i) => ({ title, text: texts[i]! }));
  const title = `Hint ${stage} of 3 for ${answer}`;
  const following = stages[stage];
  const next = following ? `Next: hint(${stage + 1}), ${following.toLowerCase()}` : "That was the last hint";
  const plain = [title, ...parts.map(({ title, text }) => `${title}: ${text}`), next].join("\n");
  return shown(plain, () => ({
    "text/markdown": [
      `**Hint ${stage} of 3 for \`${answer}\`**`,
      ...parts.map(({ title, text }, i) =>
        i === 2 && isCode(text) ? `*${title}.*\n\n\`\`\`ts\n${text}\n\`\`\`` : `*${title}.* ${text}`,
      ),
      `<small>${next.replace(/hint\(\d\)/, "`$&`")}.</small>`,
    ].join("\n\n"),
  }));
}

/** Whether a first line is code; the first line of a proof is a sentence. */
const isCode = (text: string): boolean => /[;{,]$|=>$/.test(text);
