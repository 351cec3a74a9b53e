/**
 * V8 writes the code that fails into its messages, and the code of cells holds names that are ours: `o·.v.nope is not a
 * function`. Here they are turned back into what the reader wrote.
 */

const word = "[\\p{ID_Continue}$]+";
const spellings: [RegExp, string][] = [
  [new RegExp(`\\(0 ?, (${word})·\\.v\\)`, "gu"), "$1"], // a call without a `this`
  [new RegExp(`(${word})·\\.[vd]`, "gu"), "$1"],
  [/\bn·const\./g, ""],
  [/\bn·meta\b/g, "import.meta"],
  [/\bn·import\b/g, "import"],
  [/\bn·after\(\.\.\.\)/g, "(intermediate value)"],
  [/\/\*·[\d.]+\*\//g, ""],
];

/** A text without names that are ours. */
export function withoutInnerNames(text: string): string {
  if (!text.includes("·")) return text;
  let clean = text;
  for (const [pattern, replacement] of spellings) clean = clean.replace(pattern, replacement);
  return clean;
}

/** What a `catch` is given, its message cleaned. */
export function cleanMessage<T>(thrown: T): T {
  try {
    const { message } = thrown as { message?: unknown };
    if (thrown instanceof Error && typeof message === "string" && message.includes("·")) {
      thrown.message = withoutInnerNames(message);
    }
  } catch {
    // It is no error of V8's.
  }
  return thrown;
}
