/**
 * What the compiler sees of the file system.
 *
 * `import … from "nablab"` means the nablab whose kernel runs, with its types, from any folder; `console` and
 * `Buffer` have types in a folder that never saw npm. Packages are read once; the reader's own files are looked
 * at before each cell, without watchers, and what was not found is looked for again.
 */
import { existsSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import type * as TypeScript from "typescript";
import { packageRoot } from "./own-packages.js";
import { languageTypes, nodeTypes } from "./standard-types.js";
import { loadTypeScript } from "./typescript.js";

const require = createRequire(import.meta.url);
const slashes = (file: string): string => (path.sep === "/" ? file : file.replaceAll("\\", "/"));

/** Text that the compiler takes for a file, in place of what may be there. */
interface Memory {
  text: string;
  version: string;
}

export class CompilerFiles {
  readonly cwd = slashes(process.cwd());
  readonly options: TypeScript.CompilerOptions;
  /** Files beside those that are imported: the types of Node, and what a cell imports by a computed name. */
  readonly roots: string[];
  readonly #ts = loadTypeScript();
  readonly #memory = new Map<string, Memory>();
  readonly #snapshots = new Map<string, { version: string; snapshot: TypeScript.IScriptSnapshot }>();
  readonly #parsed = new Map<string, TypeScript.SourceFile & { version: string }>();
  readonly #language = languageTypes();
  readonly #node = nodeTypes(this.cwd);
  readonly #system: TypeScript.System;
  #resolutions: TypeScript.ModuleResolutionCache;
  /** Files with an import that was not found. */
  #unresolved = new Set<string>();
  #changes = 0;

  constructor() {
    const ts = this.#ts;
    this.options = {
      target: ts.ScriptTarget.ES2022,
      // Cells are modules, whatever package.json is near: `import` as written, resolved as bundlers do.
      module: ts.ModuleKind.Preserve,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      esModuleInterop: true,
      strict: false,
      types: [],
      declaration: true,
      sourceMap: true,
      preserveConstEnums: true,
      skipLibCheck: true,
      skipDefaultLibCheck: true,
    };
    for (const file of [this.#language, this.#node]) this.#memory.set(file.path, { ...file, version: "1" });
    this.roots = [this.#node.path];
    this.#system = remembering(ts.sys);
    this.#resolutions = this.#emptyResolutions();
  }

  /** Puts a text in the place of a file. */
  write(file: string, text: string): void {
    if (this.#memory.get(file)?.text === text) return;
    this.#memory.set(file, { text, version: `m${++this.#changes}` });
  }

  isFile = (file: string): boolean =>
    this.#memory.has(slashes(file)) || this.#system.fileExists(slashes(file));

  versionOf = (file: string): string => {
    const memory = this.#memory.get(slashes(file));
    if (memory) return memory.version;
    return isForeign(slashes(file)) ? "1" : stampOf(file);
  };

  read = (file: string): string | undefined =>
    this.#memory.get(slashes(file))?.text ?? this.#system.readFile(slashes(file));

  /** To be called before files are looked at: what was missing may be there now, a package installed. */
  lookAgain(): void {
    if (this.#unresolved.size === 0) return;
    this.#resolutions = this.#emptyResolutions();
  }

  #emptyResolutions(): TypeScript.ModuleResolutionCache {
    return this.#ts.createModuleResolutionCache(this.cwd, (file) => file, this.options);
  }

  /** What a language service asks of its host. */
  host(): TypeScript.LanguageServiceHost {
    const ts = this.#ts;
    return {
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => this.roots,
      getScriptVersion: this.versionOf,
      getScriptSnapshot: (file) => this.#snapshot(file),
      getCurrentDirectory: () => this.cwd,
      getDefaultLibFileName: () => this.#language.path,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      fileExists: this.isFile,
      readFile: this.read,
      directoryExists: this.#system.directoryExists,
      getDirectories: this.#system.getDirectories,
      readDirectory: this.#system.readDirectory,
      realpath: this.#system.realpath!,
      resolveModuleNameLiterals: (literals, from) => {
        const resolved = literals.map(({ text }) => this.#resolve(text, from));
        const isThere = resolved.every(
          ({ resolvedModule }, i) => resolvedModule || isBuiltin(literals[i]!.text),
        );
        if (isThere) this.#unresolved.delete(from);
        else if (!isForeign(from)) this.#unresolved.add(from);
        return resolved;
      },
      // `/// <reference types="node" />` in packages.
      resolveTypeReferenceDirectiveReferences: (references, from, _, options) =>
        references.map((reference) => {
          const name = typeof reference === "string" ? reference : reference.fileName;
          return name === "node"
            ? { resolvedTypeReferenceDirective: { primary: true, resolvedFileName: this.#node.path } }
            : ts.resolveTypeReferenceDirective(name, from, options, this.#system);
        }),
      // Asked for by the compiler, though not in its types.
      ...{
        getModuleResolutionCache: () => this.#resolutions,
        hasInvalidatedResolutions: (file: string) => this.#unresolved.has(file),
      },
    };
  }

  /**
   * Parsed files, each kept as long as the session: the compiler's own registry forgets a library whenever
   * a cell does not import it.
   */
  registry(): TypeScript.DocumentRegistry {
    const acquire: TypeScript.DocumentRegistry["acquireDocumentWithKey"] = (
      file,
      _path,
      _host,
      _key,
      snapshot,
      version,
      kind,
      options,
    ) => {
      const known = this.#parsed.get(file);
      if (known?.version === version) return known;
      const target = options ?? this.options.target!;
      const parsed = this.#ts.createLanguageServiceSourceFile(file, snapshot, target, version, false, kind);
      this.#parsed.set(file, parsed as TypeScript.SourceFile & { version: string });
      return parsed;
    };
    const unused = (): never => {
      throw new Error("compiler: only the functions with a key are called");
    };
    return {
      acquireDocument: unused,
      updateDocument: unused,
      acquireDocumentWithKey: acquire,
      updateDocumentWithKey: acquire,
      getKeyForCompilationSettings: () => "" as TypeScript.DocumentRegistryBucketKey,
      releaseDocument: () => {},
      releaseDocumentWithKey: () => {},
      reportStats: () => "",
    };
  }

  #snapshot(file: string): TypeScript.IScriptSnapshot | undefined {
    const version = this.versionOf(file);
    const known = this.#snapshots.get(file);
    if (known?.version === version) return known.snapshot;
    const text = this.read(file);
    if (text === undefined) return undefined;
    const snapshot = this.#ts.ScriptSnapshot.fromString(text);
    this.#snapshots.set(file, { version, snapshot });
    return snapshot;
  }

  #resolve(name: string, from: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
    const { Extension } = this.#ts;
    const to = (file: string, extension: string, isExternalLibraryImport: boolean) =>
      ({
        resolvedModule: { resolvedFileName: slashes(file), extension, isExternalLibraryImport },
      }) as TypeScript.ResolvedModuleWithFailedLookupLocations;
    if (name === "nablab") return to(path.join(packageRoot, "dist", "nablab.d.ts"), Extension.Dts, true);
    if (name === "tslab") return to(require.resolve("tslab/dist/public.d.ts"), Extension.Dts, true);
    if (isBuiltin(name)) {
      // Node's modules are declared in one file, but for a few.
      const file = this.#node.seldom.get(name.replace(/^node:/, "").split("/")[0]!);
      if (file !== undefined && from !== this.#node.path) return to(file, Extension.Dts, true);
      return { resolvedModule: undefined };
    }
    if (name.startsWith(".")) {
      const file = path.posix.resolve(path.posix.dirname(from), name);
      for (const extension of [Extension.Dts, Extension.Ts])
        if (this.#memory.has(file + extension)) return to(file + extension, extension, false);
    }
    return this.#ts.resolveModuleName(name, from, this.options, this.#lookup, this.#resolutions);
  }

  readonly #lookup: TypeScript.ModuleResolutionHost = {
    fileExists: this.isFile,
    readFile: this.read,
    directoryExists: (folder) => this.#system.directoryExists(folder),
    realpath: (file) => this.#system.realpath!(file),
    getCurrentDirectory: () => this.cwd,
  };
}

const nablab = `${slashes(packageRoot).replace(/\/$/, "")}/dist/`;
// Packages do not change while a notebook is open; if they do, Node holds on to the old code as well.
const isForeign = (file: string): boolean => file.includes("/node_modules/") || file.startsWith(nablab);

/** The file system, with what it says of foreign files remembered where they are there. */
function remembering(sys: TypeScript.System): TypeScript.System {
  const remember = <T>(ask: (file: string) => T): ((file: string) => T) => {
    const answers = new Map<string, T>();
    return (file) => {
      if (!isForeign(file)) return ask(file);
      let answer = answers.get(file);
      if (!answer && (answer = ask(file))) answers.set(file, answer);
      return answer as T;
    };
  };
  return {
    ...sys,
    fileExists: remember(sys.fileExists),
    readFile: remember(sys.readFile),
    directoryExists: remember(sys.directoryExists),
    realpath: remember(sys.realpath!),
  };
}

/** The state of a file: another one each time it is written, none where there is no file. */
export function stampOf(file: string): string {
  if (!existsSync(file)) return "";
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs}-${size}`;
}
