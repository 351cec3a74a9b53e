/**
 * Node as the host of a session (`session/host.ts`). A process has one session, since names, the console and the working
 * directory belong to the process.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Console } from "node:console";
import { createRequire } from "node:module";
import path from "node:path";
import { StringDecoder } from "node:string_decoder";
import { pathToFileURL } from "node:url";
import type { InspectOptions } from "node:util";
import vm from "node:vm";
import { putBackBuiltIns } from "../session/built-ins.js";
import { isInterruption, KeyboardInterrupt } from "../session/cell-error.js";
import type { CellContext, SessionHost, StreamName } from "../session/host.js";
import { createSession, type Session, type SessionOptions } from "../session/session.js";
import { isStopAcknowledged, stopFlag } from "../session/stop.js";
import { hideAsyncMarks, hideMarksIn } from "./async-marks.js";
import { captureChildren } from "./child-output.js";
import { install, runCommand } from "./commands.js";
import { collectGarbage } from "./garbage.js";
import { emitBy, keepHooks, keepListening, listen } from "./listeners.js";
import { defineGuarded, isReachable } from "./main-thread.js";
import { memoryError } from "./memory-limit.js";
import { nodeFiles } from "./node-files.js";
import { importFile, importModule, requireTypeScript, resolveModule } from "./node-modules.js";
import { packageRoot, resolveOwnPackage } from "./own-packages.js";
import { answerStandardInput, inputState } from "./standard-input.js";
import {
  allowSignals,
  holdSignals,
  isSignalUnderWay,
  meetSignal,
  settleSignals,
  signalArrived,
} from "./stop-signal.js";
import { timeSpent } from "./time-spent.js";
import { keepCompiledTypeScript, loadTypeScript } from "./typescript.js";

// Cells may replace it.
const { apply } = Reflect;

/** Starts a session in the working directory of the process. Takes about 0.6 s, nearly all of it the compiler. */
export function createNodeSession<Cell>(options: SessionOptions<Cell>, host = nodeHost()): Session<Cell> {
  resolveOwnPackage();
  requireTypeScript();
  const session = createSession(host, options);
  answerStandardInput(session);
  return session;
}

/**
 * This process as a host.
 *
 * @param isAlone whether no other thread can reach this one, as in a grading process
 */
export function nodeHost({ isAlone = false } = {}): SessionHost {
  defineConstant("n·called", called);
  return {
    ...(!isAlone && isReachable() && { updateGuarded: defineGuarded(stopFlag, defineConstant) }),
    ...(isAlone && { stopwatch: timeSpent }),
    files: nodeFiles(),
    typescript: loadTypeScript,
    import: importModule,
    importFile,
    metaOf: (file) => ({
      url: pathToFileURL(file).href,
      filename: path.normalize(file),
      dirname: path.dirname(path.normalize(file)),
      resolve: (specifier: string) => resolveModule(specifier, file),
    }),
    scopeOf(file) {
      const require = createRequire(file);
      const filename = path.normalize(file);
      const exports = {};
      const module = { exports, require, id: ".", filename, loaded: false, children: [], paths: [] };
      // So that `require.main === module` is true.
      (require as { main: unknown }).main = module;
      return { require, module, exports, __filename: filename, __dirname: path.dirname(filename) };
    },
    runCommand,
    install,
    defineConstant,
    evaluate: (code, filename) => new vm.Script(code, { filename }).runInThisContext(),
    needs: {
      "": [globalThis, ["process", "Buffer"]],
      process: [process, ["nextTick", "on", "off", "listeners"]],
      Buffer: [Buffer, ["from", "concat", "alloc", "isBuffer"]],
      "Buffer.prototype": [Buffer.prototype, ["toString", "equals", "write"]],
    },
    keepListening,
    interruptible,
    async settleInterrupts() {
      await settleSignals();
      Object.assign(inputState, { isTouched: false, isAsking: false });
    },
    capture: (print) =>
      capture((name, text) => {
        if (name === "stdout") inputState.isAsking = !text.endsWith("\n");
        return print(name, text);
      }),
    printError: (text) => void process.stderr.write(text),
    context: cellContext,
    onLateError: listenForErrors,
    isOwn: (place) => place.includes("node:") || own.some((folder) => place.includes(folder)),
    ready: keepCompiledTypeScript,
    memoryError,
    collectGarbage,
  };
}

// `src` where Node follows the source maps.
const own = ["dist", "src"].map((folder) => path.join(packageRoot, folder) + path.sep);

/** What the script runs. */
const called = { work: (): void => {} };
const call = new vm.Script("n·called.work()", { filename: "node:nablab" });

/** Runs `work` so that SIGINT ends it, even within a loop: Node can do so for scripts, not for functions. */
function interruptible<T>(work: () => T): T {
  let ended: { result: T } | { error: unknown } | undefined;
  called.work = () => {
    try {
      allowSignals();
      const result = work();
      keepHooks();
      ended = { result };
    } catch (error) {
      ended = { error };
    }
    holdSignals();
    meetSignal();
  };
  holdSignals();
  if (isSignalUnderWay()) {
    allowSignals();
    throw new KeyboardInterrupt(); // it is for this cell, and arrives at the listener
  }
  let stopped: unknown;
  try {
    call.runInThisContext({ breakOnSigint: true });
  } catch (error) {
    stopped = error;
  }
  holdSignals(); // a signal ends scripts at once
  putBackBuiltIns();
  keepListening();
  if (isInterruption(stopped)) signalArrived();
  allowSignals();
  // A signal that arrives once the work has ended, for a stop that it has seen, changes nothing.
  if (!ended || (stopped !== undefined && !isStopAcknowledged())) throw stopped;
  if ("error" in ended) throw ended.error;
  return ended.result;
}

/**
 * Which cell running code belongs to. Node 20 and 22 write what a storage holds into each promise, where cells can read it: an
 * object that says nothing, and leads nowhere.
 */
function cellContext<Cell>(): CellContext<Cell> {
  const storage = new AsyncLocalStorage<object>();
  const cells = new WeakMap<object, Cell>();
  return {
    run(cell, work) {
      const token = Object.freeze(Object.create(null)) as object;
      cells.set(token, cell);
      return storage.run(token, work);
    },
    current() {
      const token = storage.getStore();
      return token && cells.get(token);
    },
  };
}

const constants = new Set<string>();

function defineConstant(name: string, value: unknown): void {
  if (constants.has(name)) return;
  constants.add(name);
  const key = Symbol.for("nablab.constant");
  Object.defineProperty(globalThis, key, { value, configurable: true });
  new vm.Script(`const ${name} = globalThis[Symbol.for("nablab.constant")]`).runInThisContext();
  Reflect.deleteProperty(globalThis, key);
}

/**
 * Listens for uncaught errors. Node ends the process if `emit` finds no listener; a cell can remove ours in many ways, so it
 * is checked at each error.
 */
function listenForErrors(listener: (error: unknown) => void): () => void {
  const events = ["unhandledRejection", "uncaughtException"] as const;
  const listenToAll = (): void => {
    for (const event of events) listen(event, listener);
  };
  const emit = process.emit as (...args: unknown[]) => boolean;
  const undo = emitBy((...args) => {
    const isError = args[0] === "unhandledRejection" || args[0] === "uncaughtException";
    try {
      if (isError) listenToAll();
      return apply(emit, process, args);
    } catch (error) {
      if (!isError) throw error;
      listener(error); // of another listener
      return true;
    }
  });
  listenToAll();
  return () => {
    undo();
    for (const event of events) process.off(event as "exit", listener);
  };
}

/** Takes over `process.stdout`, `process.stderr` and `console`. */
function capture(print: (name: StreamName, text: string) => boolean): () => void {
  const restore = [hideAsyncMarks(), captureChildren()];
  for (const name of ["stdout", "stderr"] as const) {
    const stream = process[name];
    const write = stream.write;
    const decoder = new StringDecoder("utf8"); // a character may be split between two chunks
    stream.write = ((data: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      const callback = typeof encoding === "function" ? encoding : done;
      const text = typeof data === "string" ? data : decoder.write(Buffer.from(data));
      if (!print(name, text)) return apply(write, stream, [data]);
      if (typeof callback === "function") queueMicrotask(callback as () => void);
      return true;
    }) as typeof stream.write;
    restore.push(() => {
      stream.write = write;
    });
  }
  // Never coloured, though the process may have a terminal: a notebook must not differ by where it was run. The
  // stream is looked up at each call, so that a cell may replace process.stdout.write as in any program.
  const before = globalThis.console;
  const stream = (name: StreamName) =>
    ({ write: (text: string) => process[name].write(text) }) as NodeJS.WritableStream;
  const [stdout, stderr] = [stream("stdout"), stream("stderr")];
  globalThis.console = new Console({ stdout, stderr, ignoreErrors: false, colorMode: false });
  const { dir } = globalThis.console;
  globalThis.console.dir = (value: unknown, options?: InspectOptions) => {
    hideMarksIn(value, options?.depth === null ? Number.POSITIVE_INFINITY : options?.depth); // `dir` ignores custom inspection
    dir(value, options);
  };
  restore.push(() => {
    globalThis.console = before;
  });
  return () => {
    for (const undo of restore) undo();
  };
}
