/**
 * Compiled TypeScript, run: the body of an async function whose parameters are the boxes of its names and the few
 * functions that `rewrite/` writes calls of.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import { bind, type Scope } from "./box.js";
import type { Compiled } from "./compiler.js";
import { boxName } from "./rewrite/context.js";
import { addSource } from "./source-positions.js";
import { stopFlag } from "./stop.js";

type Namespace = Record<string, unknown>;

export interface Script {
  compiled: Compiled;
  /** Where it lies, or would lie. */
  file: string;
  scope: Scope;
  import: (specifier: string) => Promise<Namespace>;
  /** Receives what it exports. */
  publish: (getters: Record<string, () => unknown>, star?: Namespace) => void;
  /** What names of the global scope mean in it, where that is something else. */
  names?: Readonly<Record<string, unknown>> | undefined;
  /** Called in loops and after awaits once the reader has pressed stop; throws to end the code. */
  check: () => void;
}

/** Runs a script; the result is what it returned. Ends at once on SIGINT, while it has not yet awaited anything. */
export function runScript({
  compiled,
  file,
  scope,
  import: load,
  publish,
  names,
  check,
}: Script): Promise<unknown> {
  const { name, code, source, map, sourceOffset } = compiled;
  addSource(name, source, map, { script: 1, source: sourceOffset });
  const meta = { url: pathToFileURL(file).href, filename: file, dirname: path.dirname(file) };
  const parameters: Record<string, unknown> = {
    n·import: (specifier: unknown) => load(String(specifier)),
    n·meta: meta,
    n·bind: bind,
    n·export: publish,
    n·after: (value: unknown) => {
      if (stopFlag[0]) check();
      return value;
    },
    n·check: check,
    n·stop: stopFlag,
    ...(names ?? { require: createRequire(file) }),
    __filename: file,
    __dirname: path.dirname(file),
  };
  for (const box of compiled.boxes) parameters[boxName(box)] = scope.box(box);
  const run = new vm.Script(`(async function (${Object.keys(parameters)}) { "use strict";\n${code}\n})`, {
    filename: name,
  }).runInThisContext() as (...values: unknown[]) => Promise<unknown>;
  return breakable(() => run(...Object.values(parameters)));
}

const call = new vm.Script('globalThis[Symbol.for("nablab.run")]()', { filename: "node:nablab" });

/** Runs `work` so that SIGINT ends it, also within a loop: Node ends scripts so, and no functions. */
function breakable<T>(work: () => T): T {
  Object.defineProperty(globalThis, Symbol.for("nablab.run"), { value: work, configurable: true });
  return call.runInThisContext({ breakOnSigint: true }) as T;
}
