/**
 * Runs compiled TypeScript: the body of an async function whose parameters are the boxes of its names and the few functions
 * that code from `rewrite/` calls.
 */
import { bind, type Scope } from "./box.js";
import { putBackBuiltIns } from "./built-ins.js";
import type { Compiled } from "./compiled.js";
import { translateEval } from "./direct-eval.js";
import { translateGlobal, translateMade } from "./global-texts.js";
import type { Namespace, SessionHost } from "./host.js";
import { cleanMessage } from "./inner-names.js";
import { Fragment, jsx } from "./jsx.js";
import { boxName } from "./rewrite/context.js";
import { addEvaluated, addSource } from "./source-positions.js";
import { stopFlag } from "./stop.js";

export interface Script {
  host: SessionHost;
  compiled: Compiled;
  /** Its path, real or virtual. */
  file: string;
  scope: Scope;
  import: (specifier: string) => Promise<Namespace>;
  /** Receives its exports. */
  publish: (getters: Record<string, () => unknown>, star?: Namespace) => void;
  /** Called in loops and after awaits once the reader has interrupted; throws to end the code. */
  check: () => void;
  /** Whether a name of an earlier cell is read-only. */
  isConstant?: (name: string) => boolean;
  /** Runs a line of a cell that is a shell command. */
  shell?: (command: string) => Promise<void>;
  /** Whether it is the assignment's, where notebooks are graded. */
  isLocked?: boolean;
}

/** Runs a script and returns its result. Before its first await, the host can interrupt it. */
export function runScript({
  host,
  compiled,
  file,
  scope,
  import: load,
  publish,
  check,
  isConstant = () => false,
  shell,
  isLocked,
}: Script): Promise<unknown> {
  const { name, code, source, map, sourceOffset } = compiled;
  addSource(name, source, map, { script: 1, source: sourceOffset });
  const raised = host.updateGuarded ? "n·guard.stop" : host.hoistsReads ? "n·raised()" : "n·stop[0]";
  const parameters: Record<string, unknown> = {
    n·import: (specifier: unknown) => load(String(specifier)),
    n·meta: host.metaOf(file),
    n·bind: bind,
    n·export: publish,
    n·after: (value: unknown) => {
      if (stopFlag[0]) check();
      return value;
    },
    n·check: check,
    ...(host.updateGuarded ? { n·flag: stopFlag } : {}),
    ...(host.defineConstant || host.updateGuarded ? {} : { n·stop: stopFlag }),
    ...(host.hoistsReads ? { n·turn: 0, n·raised: () => Atomics.load(stopFlag, 0) } : {}),
    n·clean: cleanMessage,
    n·const: constants(scope),
    n·shell: shell,
    n·function: (...texts: unknown[]) =>
      host.updateGuarded ? translateMade(host.typescript(), texts) : texts,
    // Where notebooks are graded, V8 refuses eval.
    ...(host.isStrict
      ? { n·eval: (text: unknown) => text }
      : {
          n·boxes: new Proxy({}, { get: (_, name) => scope.box(String(name), true) }),
          n·eval: (text: unknown, hidden?: readonly string[]) => {
            if (typeof text !== "string") return text;
            if (!hidden) return host.updateGuarded ? translateGlobal(host.typescript(), text) : text;
            const isBoxed = (name: string): boolean => scope.has(name);
            const translated = translateEval(host.typescript(), text, {
              isBoxed,
              isConstant,
              hidden,
              raised,
              looks: !!host.updateGuarded,
            });
            return addEvaluated(text, translated);
          },
        }),
    ...jsxRuntime(),
    ...host.scopeOf(file, isLocked),
  };
  for (const box of compiled.boxes) parameters[boxName(box)] = scope.box(box, compiled.lexical.has(box));
  const run = host.evaluate(
    `(async function (${Object.keys(parameters)}) { ${compiled.isSloppy ? "" : '"use strict";'}\n${code}\n})`,
    name,
  ) as (...values: unknown[]) => Promise<unknown>;
  const values = Object.values(parameters);
  try {
    return host.interruptible(() => {
      const ended = run(...values);
      putBackBuiltIns(); // Node itself calls some after the script
      return ended;
    });
  } catch (error) {
    putBackBuiltIns();
    throw error;
  }
}

/** The JSX runtime; the script first sets the factory, if there is one in scope. */
function jsxRuntime() {
  let make = (): typeof jsx => jsx;
  let fragment = (): typeof Fragment => Fragment;
  return {
    n·factory(theirs: typeof make, theirFragment = fragment) {
      [make, fragment] = [theirs, theirFragment];
    },
    n·jsx: (type: typeof Fragment | string, props: Record<string, unknown> | null, ...children: unknown[]) =>
      make()(type === Fragment ? fragment() : type, props, ...children),
    n·fragment: Fragment,
  };
}

/** The target of writes to constants, which fail at run time if types were not checked. */
const constants = (scope: Scope): object =>
  new Proxy(
    {},
    {
      get: (_, name) => scope.box(String(name)).v,
      set() {
        throw new TypeError("Assignment to constant variable.");
      },
    },
  );
