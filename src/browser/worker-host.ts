/**
 * A browser's worker as the host of a session (`session/host.ts`).
 *
 * Names, the console and the global scope belong to the worker, so it has one session. Output is attributed to the cell that
 * was started last, since browsers do not track work across an await.
 */
import type * as TypeScript from "typescript";
import type { Namespace, SessionHost, StreamName } from "../session/host.js";
import { makeConsole } from "./console.js";
import { type Declarations, VirtualFiles } from "./virtual-files.js";

/** The part of a worker's scope that is used here. */
interface Scope {
  addEventListener(type: string, listener: (event: LateError) => void): void;
  removeEventListener(type: string, listener: (event: LateError) => void): void;
}
interface LateError {
  error?: unknown;
  reason?: unknown;
  preventDefault(): void;
}
const scope = globalThis as unknown as Scope;

/** The console of the developer tools. */
export const toolsConsole: Console = { ...globalThis.console };

type Method = (...values: unknown[]) => void;
let printsTo = toolsConsole as unknown as Record<string, Method>;

// Installed before the library is loaded: checks capture `console.log` then, so that no cell can replace it.
globalThis.console = Object.fromEntries(
  Object.keys(toolsConsole).map((name) => [name, (...values: unknown[]) => printsTo[name]?.(...values)]),
) as unknown as Console;

/** Options that the page passes to a session. */
export interface WorkerHostOptions {
  /** The compiler. */
  typescript: typeof TypeScript;
  declarations: Declarations;
  /** Modules by the name under which cells import them; nablab at least. */
  modules: Readonly<Record<string, () => Promise<Namespace>>>;
  /** The URL of the page's code, whose lines are left out of tracebacks. */
  ownUrl: string;
}

/** A session's host in this worker. */
export function workerHost({ typescript, declarations, modules, ownUrl }: WorkerHostOptions): SessionHost {
  const files = new VirtualFiles(declarations);
  return {
    files,
    typescript: () => typescript,
    import(specifier) {
      const load = Object.hasOwn(modules, specifier) ? modules[specifier] : undefined;
      if (load) return load();
      if (/^https?:/.test(specifier)) return import(/* @vite-ignore */ specifier);
      const known = Object.keys(modules).join(", ");
      const expected = `a page has ${known}, and modules by their whole address (https://…)`;
      return Promise.reject(new Error(`import: ${expected}; got ${JSON.stringify(specifier)}`));
    },
    async importFile(file) {
      const text = files.system.readFile(file) ?? "";
      const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      try {
        return await import(/* @vite-ignore */ url);
      } finally {
        URL.revokeObjectURL(url);
      }
    },
    metaOf: (file) => ({ url: `file://${file}`, filename: file }),
    scopeOf: () => ({}),
    // biome-ignore lint/security/noGlobalEval: cells are code
    evaluate: (code, name) => globalThis.eval(`${code}\n//# sourceURL=${encodeURI(name)}`),
    hoistsReads: true,
    interruptible: (work) => work(),
    settleInterrupts: () => {},
    capture(write) {
      const before = printsTo;
      const print = (name: StreamName, text: string): void => {
        if (!write(name, text)) toolsConsole[name === "stdout" ? "log" : "error"](text);
      };
      printsTo = { ...toolsConsole, ...makeConsole(print) } as unknown as Record<string, Method>;
      return () => {
        printsTo = before;
      };
    },
    printError: (text) => console.error(text.replace(/\n$/, "")),
    context: () => ({ run: (_, work) => work(), current: () => undefined }),
    onLateError(listener) {
      const report = (event: LateError): void => {
        event.preventDefault();
        listener(event.reason ?? event.error);
      };
      for (const type of ["unhandledrejection", "error"]) scope.addEventListener(type, report);
      return () => {
        for (const type of ["unhandledrejection", "error"]) scope.removeEventListener(type, report);
      };
    },
    isOwn: (place) => place.includes(ownUrl) || place.includes("<anonymous>"),
    ready: () => {},
    collectGarbage: () => {},
  };
}
