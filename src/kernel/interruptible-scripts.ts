/**
 * `node:vm` in cells: an interrupt ends what a script runs, also after an `await`, and functions of cells say their own source in
 * other contexts, too.
 *
 * Code of a script is not rewritten, as its context may have none of our names. An interrupt that no cell acknowledges comes as a
 * signal (stop-signal.ts), for which Node ends scripts alone. What a context is called for later is out of reach.
 */
import { syncBuiltinESMExports } from "node:module";
import vm from "node:vm";

// As they are before cells see them.
const { createContext, runInContext, runInThisContext } = vm;
const run = { ...Object.getOwnPropertyDescriptors(vm.Script.prototype) };

type Call = (this: unknown, ...values: unknown[]) => unknown;

/** The options of a context, by what `runInNewContext` calls them. */
function contextOptions(options: unknown): vm.CreateContextOptions {
  if (typeof options !== "object" || options === null) return {};
  const { contextName, contextOrigin, contextCodeGeneration, microtaskMode } =
    options as vm.RunningScriptInNewContextOptions;
  return {
    ...(contextName !== undefined && { name: contextName }),
    ...(contextOrigin !== undefined && { origin: contextOrigin }),
    ...(contextCodeGeneration !== undefined && { codeGeneration: contextCodeGeneration }),
    ...(microtaskMode !== undefined && { microtaskMode }),
  };
}

let isDone = false;

/**
 * Changes `node:vm` for all modules, once in a process.
 *
 * @param interruptible calls what a signal may end
 */
export function interruptScripts(interruptible: <T>(work: () => T) => T): void {
  if (isDone) return;
  isDone = true;
  const prototypeOf = new vm.Script("Function.prototype");
  const inContext = run.runInContext!.value as Call;
  const made: Call = (...values) => {
    const context = createContext(...(values as Parameters<typeof createContext>));
    const functions = inContext.call(prototypeOf, context) as object;
    const ofCells = Object.getOwnPropertyDescriptor(Function.prototype, "toString")!;
    Object.defineProperty(functions, "toString", ofCells);
    return context;
  };
  const ended = (work: Call): Call =>
    function (...values) {
      return interruptible(() => work.apply(this, values));
    };
  const inNew = (work: Call, at: number): Call =>
    function (...values) {
      const [object = {}, options] = values.slice(at);
      const context = made(object, contextOptions(options));
      return interruptible(() => work.call(this, ...values.slice(0, at), context, options));
    };
  const define = (object: object, name: string, value: Call): void => {
    const before = Object.getOwnPropertyDescriptor(object, name)!;
    Object.defineProperty(value, "name", { value: name });
    Object.defineProperty(object, name, { ...before, value });
  };
  define(vm.Script.prototype, "runInThisContext", ended(run.runInThisContext!.value as Call));
  define(vm.Script.prototype, "runInContext", ended(inContext));
  define(vm.Script.prototype, "runInNewContext", inNew(inContext, 0));
  define(vm, "createContext", made);
  define(vm, "runInThisContext", ended(runInThisContext as Call));
  define(vm, "runInContext", ended(runInContext as Call));
  define(vm, "runInNewContext", inNew(runInContext as Call, 1));
  syncBuiltinESMExports();
}

/** Runs a script as Node does it, for ourselves. */
export const runHere = (script: vm.Script, options?: vm.RunningScriptOptions): unknown =>
  (run.runInThisContext!.value as Call).call(script, options);
