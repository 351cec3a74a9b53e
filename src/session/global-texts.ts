/**
 * Texts that become code and see no names around them: those that `Function` and its three relatives make functions of, and those
 * that an indirect `eval` runs. Their loops and functions are guarded as those of a direct `eval` are (direct-eval.ts), so that an
 * interrupt ends them after an `await`, too; what guards read and call are global variables then.
 */
import type * as TypeScript from "typescript";
import { markOf, translateEval } from "./direct-eval.js";
import { addEvaluated } from "./source-positions.js";
import { stopFlag } from "./stop.js";

/** What guards read (kernel/main-thread.ts), and what `catch`, `finally` and async functions begin with (rewrite/functions.ts). */
const raised = "n·stop";
export const look = "n·flag[0] && (n·stop = 1)";

/** A text that runs where it sees globals only, with guards. */
export function translateGlobal(ts: typeof TypeScript, text: unknown): unknown {
  if (typeof text !== "string") return text;
  return addEvaluated(text, guarded(ts, text));
}

const guarded = (ts: typeof TypeScript, text: string): string =>
  translateEval(ts, text, {
    isBoxed: () => false,
    isConstant: () => false,
    hidden: ["arguments"],
    raised,
    look,
  });

type Constructor = (new (...texts: unknown[]) => unknown) & { prototype: object };

/**
 * Lets an interrupt end functions that are made of texts.
 *
 * @param check throws if the code that runs was stopped
 * @returns what undoes it
 */
export function guardMadeFunctions(typescript: () => typeof TypeScript, check: () => void): () => void {
  const restore: (() => void)[] = [];
  const define = (object: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(object, name);
    Object.defineProperty(object, name, { writable: true, configurable: true, ...before, value });
    restore.push(() => {
      if (before) Object.defineProperty(object, name, before);
      else Reflect.deleteProperty(object, name);
    });
  };
  define(globalThis, "n·check", check);
  define(globalThis, "n·flag", stopFlag);
  define(globalThis, "n·eval", (text: unknown) => translateGlobal(typescript(), text));
  // biome-ignore lint/security/noGlobalEval: what the reader's text is given to
  const run = globalThis.eval;
  const source = Function.prototype.toString;
  for (const example of [() => {}, async () => {}, function* () {}, async function* () {}]) {
    const { prototype } = Object.getPrototypeOf(example).constructor as Constructor;
    const native = prototype.constructor as Constructor;
    const make = (texts: unknown[], target: Constructor): unknown => {
      const made = Reflect.construct(native, texts, target); // V8 says what is wrong with it
      const text = source.call(made);
      const translated = guarded(typescript(), `({ anonymous: ${text} }).anonymous`);
      // It has its name, but does not see itself by it.
      const unnamed = translated.replace(/(?<=function\*?) anonymous/, (name) => markOf(name, ""));
      const result = run(addEvaluated(text, unnamed)) as object;
      return Object.setPrototypeOf(result, Object.getPrototypeOf(made));
    };
    const target = function (this: unknown, ...texts: unknown[]): unknown {
      return make(
        texts,
        new.target && new.target !== target ? (new.target as unknown as Constructor) : native,
      );
    };
    target.prototype = prototype;
    // Bound, it says that its code is native, as it should, and is no Proxy, which Node 26 would print.
    const ours = target.bind(undefined);
    Object.defineProperties(ours, {
      name: { value: native.name, configurable: true },
      length: { value: native.length, configurable: true },
      prototype: { value: prototype },
    });
    define(prototype, "constructor", ours);
    if (native === (Function as unknown)) define(globalThis, "Function", ours);
    else Object.setPrototypeOf(ours, Function);
  }
  return () => {
    for (const undo of restore.reverse()) undo();
  };
}
