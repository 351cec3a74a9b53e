/**
 * The types of the language and of Node, each as one file.
 *
 * They come as some 150 files, and the compiler goes through all files of a program for each cell: with every
 * file put in the place of its `/// <reference>`, a cell takes 2–5 ms in place of 5–15.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Declarations } from "../browser/virtual-files.js";
import type { VirtualFile } from "../session/host.js";
import { packageRoot } from "./own-packages.js";
import { loadTypeScript } from "./typescript.js";

const require = createRequire(import.meta.url);

/** What the running Node has of the language. */
const ownLibraries = Number.parseInt(process.versions.node, 10) >= 22 ? "es2024" : "es2023";

/** The language's own types. */
export function languageTypes(libraries = ownLibraries): VirtualFile {
  const ts = loadTypeScript();
  const folder = path.dirname(ts.getDefaultLibFilePath({}));
  const text = flatten(
    [libraries, "esnext.disposable", "decorators"]
      .map((name) => `/// <reference lib="${name}" />\n`)
      .join(""),
    (_, kind, name) => (kind === "lib" ? path.join(folder, `lib.${name}.d.ts`) : undefined),
  );
  return { path: slashes(path.join(folder, "lib.nablab.d.ts")), text: text + globals };
}

/**
 * What a session in a browser is given as data (browser/virtual-files.ts): the types of the language, of a worker, and
 * of nablab.
 */
export function browserDeclarations(): Declarations {
  const folder = path.dirname(loadTypeScript().getDefaultLibFilePath({}));
  const isWorker = (name: string): boolean => name.startsWith("webworker");
  return {
    language: languageTypes("es2024").text,
    environment: flatten(`/// <reference lib="webworker" />\n`, (_, kind, name) =>
      kind === "lib" && isWorker(name) ? path.join(folder, `lib.${name}.d.ts`) : undefined,
    ),
    nablab: readFileSync(path.join(packageRoot, "dist", "nablab.d.ts"), "utf8"),
  };
}

/** What a cell has beside. */
const globals = `
/**
 * Asks the reader and waits for the answer.
 *
 * @param options.password hide what is typed
 */
declare function prompt(message?: string, options?: { password?: boolean }): string;
`;

/** A quarter of Node's types, which no other module needs: they are read when a cell imports them. */
const seldom = [
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

/** Node's types, those of the folder where it has some, else those we depend on; and the files left out, by module. */
export function nodeTypes(cwd: string): VirtualFile & { seldom: Map<string, string> } {
  const theirs = path.join(cwd, "node_modules", "@types", "node");
  const folder = existsSync(path.join(theirs, "index.d.ts"))
    ? theirs
    : path.dirname(require.resolve("@types/node/package.json"));
  const index = path.join(folder, "index.d.ts");
  const leftOut = new Map<string, string>();
  const text = flatten(`/// <reference path="${slashes(index)}" />\n`, (from, kind, name) => {
    if (kind !== "path") return undefined;
    const file = path.resolve(path.dirname(from ?? index), name);
    const [module = ""] = path.basename(file).split(".");
    if (!seldom.includes(module)) return file;
    leftOut.set(module, slashes(file));
    return undefined;
  });
  return { path: slashes(path.join(folder, "nablab.d.ts")), text, seldom: leftOut };
}

/** `text` with each file it refers to in place of the reference, once; modules cannot be, they stay references. */
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
