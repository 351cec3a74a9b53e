/**
 * Texts that become code and see no names around them: those that a cell gives to `Function`, and those that it runs by an
 * indirect `eval`. Their loops and functions are guarded as those of a direct `eval` are (direct-eval.ts), so that an interrupt
 * ends them after an `await`, too; what guards read and call are global constants then.
 *
 * Only the texts change, where a cell passes them on: `Function` and `eval` stay Node's own, for libraries as well.
 */
import type * as TypeScript from "typescript";
import { globalScope, isGuarded, markOf, translateBody, translateEval } from "./direct-eval.js";
import type { SessionHost } from "./host.js";
import { addEvaluated } from "./source-positions.js";
import { stopFlag } from "./stop.js";

/** The compiler recurses into brackets, with a deeper stack than V8's. */
function orElse(text: string, translate: () => string): string {
  try {
    return translate();
  } catch (error) {
    if (error instanceof RangeError) return text;
    throw error;
  }
}

/** The text of an indirect `eval`, with guards. */
export function translateGlobal(ts: typeof TypeScript, text: unknown): unknown {
  if (typeof text !== "string" || !isGuarded(text)) return text;
  const translated = orElse(text, () => translateEval(ts, text, globalScope));
  return translated === text ? text : addEvaluated(text, translated);
}

/** What `Function` makes a function of: parameters, then the body, which gets guards. */
export function translateMade(ts: typeof TypeScript, texts: readonly unknown[]): readonly unknown[] {
  const parameters = texts.slice(0, -1);
  const body = texts.at(-1);
  if (typeof body !== "string" || !isGuarded(body)) return texts;
  if (!parameters.every((one) => typeof one === "string")) return texts;
  const translated = orElse(body, () => translateBody(ts, parameters.join(), body));
  if (translated === body) return texts;
  // As V8 writes the function: its lines are counted from there.
  const whole = (text: string): string => `(function anonymous(${parameters.join()}\n) {\n${text}\n})`;
  const named = addEvaluated(whole(body), whole(translated));
  const name = named.slice(whole(translated).length);
  return [...parameters, translated + (name && markOf("", `${name}\n`))];
}

/** What guards in such texts call: constants of all scripts, so of the session that there is now. */
let session: { readonly host: SessionHost; readonly check: () => void } | undefined;
const values = {
  n·check: () => session?.check(),
  n·flag: stopFlag,
  n·eval: (text: unknown) => (session ? translateGlobal(session.host.typescript(), text) : text),
  n·function: (...texts: unknown[]) => (session ? translateMade(session.host.typescript(), texts) : texts),
};

/** Defines what guards in such texts read and call, until the result is called. */
export function defineGuards(host: SessionHost, check: () => void): () => void {
  const own = { host, check };
  session = own;
  for (const [name, value] of Object.entries(values)) host.defineConstant?.(name, value);
  return () => {
    if (session === own) session = undefined;
  };
}
