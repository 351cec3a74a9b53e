/** `prompt`, `confirm` and `alert`, which Node lacks. */

/** A question to the reader. */
export interface Question {
  prompt: string;
  /** Whether to hide the typed text. */
  password: boolean;
}

/**
 * Defines them as globals.
 *
 * @param ask shows the question and waits for the answer
 * @returns a function that restores the earlier globals
 */
export function defineQuestions(ask: (question: Question) => string): () => void {
  return defineGlobals({
    prompt: (question = "", answer: unknown = undefined) => {
      const { password = false } = (typeof answer === "object" && answer ? answer : {}) as {
        password?: boolean;
      };
      const given = answer === undefined || typeof answer === "object" ? undefined : String(answer);
      const text = given === undefined ? String(question) : `${question} [${given}] `;
      return ask({ prompt: text, password }) || (given ?? "");
    },
    confirm: (question = "") =>
      /^\s*y(es)?\s*$/i.test(ask({ prompt: `${question} [y/N] `, password: false })),
    alert: (message = "") => void ask({ prompt: `${message} [Enter] `, password: false }),
  });
}

/** Defines globals; returns a function that restores them. */
function defineGlobals(values: Record<string, unknown>): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}
