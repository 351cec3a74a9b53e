/**
 * Node's modules for cells: packages, JavaScript files, nablab itself.
 */
import { readFileSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { Namespace } from "../session/host.js";
import { packageRoot } from "./own-packages.js";
import { connectTslab } from "./tslab.js";
import { loadTypeScript } from "./typescript.js";

const require = createRequire(import.meta.url);

type Importer = (specifier: string) => Promise<Namespace>;
const importers = new Map<string, Importer>();

/** Imports a module as from a file in `folder`; `"nablab"` is the nablab of the running kernel. */
export async function importModule(specifier: string, folder: string): Promise<Namespace> {
  if (specifier === "nablab") return import(pathToFileURL(path.join(packageRoot, "dist", "index.js")).href);
  if (specifier === "tslab") return asBundled({ default: require(connectTslab()) });
  let load = importers.get(folder);
  if (!load) importers.set(folder, (load = importerOf(folder)));
  try {
    return asBundled(await load(specifier));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "ERR_UNSUPPORTED_DIR_IMPORT") throw error;
    const file = findAsCommonJs(specifier, folder);
    if (file !== undefined) return asBundled(await load(pathToFileURL(file).href));
    if (!isNameOf(specifier, error as Error)) throw error; // it exists, but one of its own imports is missing
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
    throw Object.assign(
      new Error(
        `import: there is no ${JSON.stringify(specifier)} here; \`npm install ${name}\` in ${folder} brings it`,
      ),
      { code },
    );
  }
}

const isNameOf = (specifier: string, { message }: Error): boolean =>
  !/^(\.|\/|file:|node:|#)/.test(specifier) &&
  message.includes(`'${/^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]}`);

/** `dayjs/plugin/utc`: packages without `exports` may omit the extension, as with `require`. */
function findAsCommonJs(specifier: string, folder: string): string | undefined {
  try {
    return createRequire(path.join(folder, "cell.js")).resolve(specifier);
  } catch {
    return undefined;
  }
}

const bundled = new WeakMap<Namespace, Namespace>();

/**
 * The exports of a CommonJS module, as bundlers and its types define them: every property of `module.exports`. Node finds
 * only those that it detects statically, so `import * as _ from "lodash"` would lack `_.sum`.
 */
function asBundled(module: Namespace): Namespace {
  const exports = module.default as Namespace | null | undefined;
  if (exports === null || (typeof exports !== "object" && typeof exports !== "function")) return module;
  const known = bundled.get(module);
  if (known) return known;
  const isCommonJs =
    "module.exports" in module || Object.values(require.cache).some((one) => one?.exports === exports);
  if (!isCommonJs) return module;
  const whole = Object.create(Object.getPrototypeOf(exports)) as Namespace;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
    const { get, value } = descriptor;
    const property = get ? { get: () => exports[name] } : { value };
    Object.defineProperty(whole, name, {
      ...property,
      enumerable: descriptor.enumerable === true,
      configurable: true,
    });
  }
  const ofItself = exports.__esModule && "default" in exports;
  Object.defineProperty(whole, "default", {
    value: ofItself ? exports.default : exports,
    enumerable: true,
    configurable: true,
  });
  bundled.set(module, whole);
  return whole;
}

/** Imports a JavaScript file; a new version loads it again. */
export function importFile(file: string, version: string): Promise<Namespace> {
  delete require.cache[path.resolve(file)]; // CommonJS ignores the version in the URL
  return importModule(`${pathToFileURL(file).href}?${version}`, path.dirname(file));
}

/** `import()` resolved from a folder. */
function importerOf(folder: string): Importer {
  const load = new vm.Script("(specifier) => import(specifier)", {
    filename: path.join(folder, "cell.js"),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as Importer;
  return (specifier) => {
    // Suppresses Node's warning that this is experimental.
    const { emitWarning } = process;
    process.emitWarning = () => {};
    try {
      return load(specifier);
    } finally {
      process.emitWarning = emitWarning;
    }
  };
}

/** `import.meta.resolve` of a file. */
export function resolveModule(specifier: string, file: string): string {
  if (/^(\.{0,2}\/|[a-z]+:)/.test(specifier)) return new URL(specifier, pathToFileURL(file)).href;
  if (isBuiltin(specifier)) return `node:${specifier}`;
  return pathToFileURL(createRequire(file).resolve(specifier)).href;
}

/** Lets `require` load TypeScript in every version of Node; such a file is not type-checked and cannot be interrupted. */
export function requireTypeScript(): void {
  const { _extensions: extensions } = Module as unknown as {
    _extensions: Record<
      string,
      (module: { _compile(code: string, file: string): void }, file: string) => void
    >;
  };
  for (const ending of [".ts", ".cts", ".tsx"]) {
    extensions[ending] ??= (module, file) => {
      const ts = loadTypeScript();
      const compilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        esModuleInterop: true,
      };
      const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
        compilerOptions,
        fileName: file,
      });
      module._compile(outputText, file);
    };
  }
}
