/**
 * The types of the language and of Node, each as one file.
 *
 * They come as about 150 files, and the compiler visits all files of a program for each cell: with every
 * `/// <reference>` replaced by its file, a cell takes 2–5 ms instead of 5–15.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Declarations } from "../browser/virtual-files.js";
import type { VirtualFile } from "../session/host.js";
import { packageRoot } from "./own-packages.js";
import { loadTypeScript } from "./typescript.js";

const require = createRequire(import.meta.url);

const has = (object: object, name: string): boolean => name in object;
const parses = (pattern: string, flags = ""): boolean => {
  try {
    return Boolean(new RegExp(pattern, flags));
  } catch {
    return false;
  }
};
/** Whether a feature exists, by the library that declares it. */
const features: [library: string, isThere: boolean][] = [
  ["es2024.arraybuffer", has(ArrayBuffer.prototype, "transfer")],
  ["es2024.collection", has(Map, "groupBy")],
  ["es2024.object", has(Object, "groupBy")],
  ["es2024.promise", has(Promise, "withResolvers")],
  ["es2024.regexp", parses(".", "v")],
  ["es2024.sharedmemory", has(Atomics, "waitAsync")],
  ["es2024.string", has(String.prototype, "isWellFormed")],
  ["es2025.collection", has(Set.prototype, "union")],
  ["es2025.float16", has(globalThis, "Float16Array")],
  ["es2025.intl", has(Intl, "DurationFormat")],
  ["es2025.iterator", has(globalThis, "Iterator")],
  ["es2025.promise", has(Promise, "try")],
  ["es2025.regexp", has(RegExp, "escape")],
  ["esnext.array", has(Array, "fromAsync")],
  ["esnext.collection", has(Map.prototype, "getOrInsert")],
  ["esnext.error", has(Error, "isError")],
  ["esnext.sharedmemory", has(Atomics, "pause")],
  ["esnext.temporal", has(globalThis, "Temporal")],
  ["esnext.typedarrays", has(Uint8Array, "fromBase64")],
];

/** The libraries of the language that the running Node supports. */
const ownLibraries = ["es2023", ...features.filter(([, isThere]) => isThere).map(([library]) => library)];

/** The language's own types. */
export function languageTypes(libraries: string | string[] = ownLibraries): VirtualFile {
  const ts = loadTypeScript();
  const folder = path.dirname(ts.getDefaultLibFilePath({}));
  const text = flatten(
    [libraries, "esnext.disposable", "decorators"]
      .flat()
      .map((name) => `/// <reference lib="${name}" />\n`)
      .join(""),
    (_, kind, name) => (kind === "lib" ? path.join(folder, `lib.${name}.d.ts`) : undefined),
  );
  return { path: slashes(path.join(folder, "lib.nablab.d.ts")), text: text + globals };
}

/**
 * The type declarations for a session in a browser (browser/virtual-files.ts): those of the language, of a worker, and of
 * nablab.
 */
export function browserDeclarations(): Declarations {
  const folder = path.dirname(loadTypeScript().getDefaultLibFilePath({}));
  const isWorker = (name: string): boolean => name.startsWith("webworker");
  return {
    language: languageTypes("es2024").text,
    environment: withoutComments(
      flatten(`/// <reference lib="webworker" />\n`, (_, kind, name) =>
        kind === "lib" && isWorker(name) ? path.join(folder, `lib.${name}.d.ts`) : undefined,
      ),
    ),
    nablab: readFileSync(path.join(packageRoot, "dist", "nablab.d.ts"), "utf8"),
  };
}

/** Comments are half of a worker's types: mostly links to MDN for APIs that the cells of a course hardly use. */
const withoutComments = (types: string): string => types.replace(/[ \t]*\/\*\*[\s\S]*?\*\/\n?/g, "");

/** The additional globals of cells. */
const globals = `
/**
 * Asks the reader and waits for the answer.
 *
 * @param answer the default for an empty answer; or whether to hide the typed text
 */
declare function prompt(question?: string, answer?: string | { password?: boolean }): string;
/** Asks the reader a question; true for "y" and "yes". */
declare function confirm(question?: string): boolean;
/** Waits until the reader presses Enter. */
declare function alert(message?: string): void;
declare function n·shell(command: string): Promise<void>;
declare const n·jsx: any, n·fragment: any;
declare namespace JSX {
  interface IntrinsicElements { [name: string]: any }
  interface ElementChildrenAttribute { children: {} }
  type Element = any;
}
`;

/** A quarter of Node's types, needed by no other module: read only when a cell imports them. */
const rare = [
  "cluster",
  "http2",
  "inspector",
  "punycode",
  "repl",
  "sea",
  "sqlite",
  "test",
  "trace_events",
  "wasi",
];

/** Node's types, read lazily. */
export interface NodeTypes extends VirtualFile {
  /** The files left out, by module. */
  readonly rare: ReadonlyMap<string, string>;
}

/** Node's types: those installed in the folder, else those that nablab depends on. */
export function nodeTypes(cwd: string): NodeTypes {
  const theirs = path.join(cwd, "node_modules", "@types", "node");
  const folder = existsSync(path.join(theirs, "index.d.ts"))
    ? theirs
    : path.dirname(require.resolve("@types/node/package.json"));
  let types: Pick<NodeTypes, "text" | "rare"> | undefined;
  const read = () => (types ??= readNodeTypes(path.join(folder, "index.d.ts")));
  return {
    path: slashes(path.join(folder, "nablab.d.ts")),
    get text() {
      return read().text;
    },
    get rare() {
      return read().rare;
    },
  };
}

function readNodeTypes(index: string): Pick<NodeTypes, "text" | "rare"> {
  const leftOut = new Map<string, string>();
  const text = flatten(`/// <reference path="${slashes(index)}" />\n`, (from, kind, name) => {
    if (kind !== "path") return undefined;
    const file = path.resolve(path.dirname(from ?? index), name);
    const [module = ""] = path.basename(file).split(".");
    if (!rare.includes(module)) return file;
    leftOut.set(module, slashes(file));
    return undefined;
  });
  return { text, rare: leftOut };
}

/**
 * The part of Node's types that nablab's types and most cells need: the console, and two names whose values no cell can
 * create, since they have a property of ours. A cell that needs more fails with these and is checked again with all.
 */
export const nodeEssentials = `
interface Console {
  log(message?: any, ...optionalParams: any[]): void;
  info(message?: any, ...optionalParams: any[]): void;
  warn(message?: any, ...optionalParams: any[]): void;
  error(message?: any, ...optionalParams: any[]): void;
  table(tabularData: any, properties?: readonly string[]): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
}
declare var console: Console;
interface AbortSignal { n·whole: never }
interface URL { n·whole: never }
`;

/** Replaces each reference in `text` by its file, once; references to modules stay. */
function flatten(
  text: string,
  find: (from: string | undefined, kind: string, name: string) => string | undefined,
): string {
  const seen = new Set<string>();
  const modules: string[] = [];
  const expand = (text: string, from?: string): string =>
    text.replace(/^\/\/\/\s*<reference\s+(lib|path|types)="(.*?)".*$/gm, (_, kind, name) => {
      const file = find(from, kind, name);
      if (!file || seen.has(file)) return "";
      seen.add(file);
      const content = readFileSync(file, "utf8");
      if (/^(import|export)\b/m.test(content)) {
        modules.push(`/// <reference path="${slashes(file)}" />\n`);
        return "";
      }
      return expand(content, file);
    });
  const flat = expand(text);
  return modules.join("") + flat;
}

const slashes = (file: string): string => file.replaceAll("\\", "/");
