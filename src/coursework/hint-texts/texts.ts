/** The types of hint texts. */

/** The hints for one answer: a nudge, the idea, and the first line of code (or the first sentence of a proof). */
export type HintTexts = readonly [nudge: string, idea: string, firstLine: string];

/** The hints for the answers of an assignment, by their names and in their order. */
export type AssignmentHints = Readonly<Record<string, HintTexts>>;
