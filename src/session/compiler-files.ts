/**
 * The compiler's view of the file system.
 *
 * The host says where nablab's types and those of the platform are, from any folder. Packages are read once; the
 * reader's files are checked before each cell, without watchers, and unresolved imports are retried.
 */
import type * as TypeScript from "typescript";
import type { HostFiles } from "./host.js";
import { dirname, resolve, withoutRegistry } from "./paths.js";

/** Text that the compiler sees as a file, in place of the one on disk. */
interface Memory {
  text: string;
  version: string;
}

type Parsed = TypeScript.SourceFile & { version: string };

/**
 * The fixed files of this process's sessions, parsed: for a session after another one they are most of its time. They are not those
 * that a session has read again, with their documentation, so that a process with one session holds nothing twice.
 */
const shared = new Map<string, Parsed>();

export class CompilerFiles {
  readonly cwd: string;
  readonly options: TypeScript.CompilerOptions;
  /** The JSX factory and fragment that a tsconfig.json names. */
  jsx: Pick<TypeScript.CompilerOptions, "jsxFactory" | "jsxFragmentFactory"> = {};
  /** Files besides those imported: the types of Node, and modules that a cell imports by a computed name. */
  readonly roots: string[];
  readonly #ts: typeof TypeScript;
  readonly #there: HostFiles;
  readonly #memory = new Map<string, Memory>();
  readonly #snapshots = new Map<string, { version: string; snapshot: TypeScript.IScriptSnapshot }>();
  readonly #parsed = new Map<string, Parsed>();
  readonly #system: HostFiles["system"];
  #resolutions: TypeScript.ModuleResolutionCache;
  /** Files with an unresolved import. */
  #unresolved = new Set<string>();
  #changes = 0;
  /** Whether the documentation of fixed files is loaded. */
  #isDocumented: boolean;
  /** Whether all types of the platform are loaded, or only those that nearly every cell needs. */
  #isWhole: boolean;

  constructor(ts: typeof TypeScript, files: HostFiles) {
    this.#ts = ts;
    this.#there = files;
    this.#isDocumented = files.withoutDocumentation !== "untilInspection";
    this.#isWhole = files.essentials === undefined;
    this.cwd = files.cwd;
    this.options = {
      target: ts.ScriptTarget.ES2024,
      // Cells are modules, whatever package.json says, with imports resolved as by bundlers.
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
      jsx: ts.JsxEmit.React,
      jsxFactory: "n·jsx",
      jsxFragmentFactory: "n·fragment",
    };
    this.#read(files);
    this.#writeStandardTypes();
    this.roots = [files.environment.path];
    this.#system = remembering(files);
    this.#resolutions = this.#emptyResolutions();
  }

  /**
   * Reads the settings for decorators, `paths` and JSX from the folder's tsconfig.json. The strictness of checks does not
   * depend on a notebook's folder.
   */
  #read({ system, cwd }: HostFiles): void {
    const ts = this.#ts;
    const file = ts.findConfigFile(cwd, system.fileExists);
    if (file === undefined) return;
    // Only the options are read: listing the files is slow in a large folder.
    const { config } = ts.readConfigFile(file, system.readFile);
    const host = { ...system, readDirectory: () => [] };
    const theirs = ts.parseJsonConfigFileContent(config ?? {}, host, dirname(file)).options;
    const names = ["experimentalDecorators", "emitDecoratorMetadata", "useDefineForClassFields"];
    for (const name of [...names, "paths", "baseUrl", "pathsBasePath"])
      if (theirs[name] !== undefined) this.options[name] = theirs[name];
    if (theirs.experimentalDecorators && (theirs.target ?? ts.ScriptTarget.ES2022) < ts.ScriptTarget.ES2022)
      this.options.useDefineForClassFields ??= false;
    const { jsxFactory, jsxFragmentFactory } = theirs;
    this.jsx = { jsxFactory, jsxFragmentFactory };
  }

  /** Replaces the content of a file by a text. */
  write(file: string, text: string): void {
    if (this.#memory.get(file)?.text === text) return;
    this.#memory.set(file, { text, version: `m${++this.#changes}` });
  }

  isFile = (file: string): boolean => this.#memory.has(file) || this.#system.fileExists(file);

  versionOf = (file: string): string => {
    const memory = this.#memory.get(file);
    if (memory) return memory.version;
    return this.#there.isFixed(file) ? this.#fixedVersion() : this.#there.stampOf(file);
  };

  #fixedVersion(): string {
    return this.#isDocumented ? "documented" : "undocumented";
  }

  #writeStandardTypes(): void {
    const { language, environment, essentials } = this.#there;
    const version = this.#fixedVersion();
    this.#memory.set(language.path, { text: language.text, version });
    const whole = (): Memory => ({ text: environment.text, version });
    const part = (): Memory => ({ text: essentials!, version: "essentials" });
    this.#memory.set(environment.path, this.#isWhole ? whole() : part());
  }

  /**
   * Makes the compiler read all types of the platform, once: in Node they are two thirds of all types that it reads.
   *
   * @returns whether they were missing
   */
  complete(): boolean {
    if (this.#isWhole) return false;
    this.#isWhole = true;
    this.#writeStandardTypes();
    return true;
  }

  /** Makes the compiler reread files with their documentation, once. */
  document(): void {
    if (this.#isDocumented) return;
    this.#isDocumented = true;
    this.#writeStandardTypes();
  }

  read = (file: string): string | undefined => this.#memory.get(file)?.text ?? this.#system.readFile(file);

  /** Call this before files are read: a missing package may have been installed meanwhile. */
  lookAgain(): void {
    if (this.#unresolved.size === 0) return;
    this.#resolutions = this.#emptyResolutions();
  }

  #emptyResolutions(): TypeScript.ModuleResolutionCache {
    return this.#ts.createModuleResolutionCache(this.cwd, (file) => file, this.options);
  }

  /** The host of a language service. */
  host(): TypeScript.LanguageServiceHost {
    const ts = this.#ts;
    return {
      getCompilationSettings: () => this.options,
      getScriptFileNames: () => this.roots,
      getScriptVersion: this.versionOf,
      getScriptSnapshot: (file) => this.#snapshot(file),
      getCurrentDirectory: () => this.cwd,
      getDefaultLibFileName: () => this.#there.language.path,
      useCaseSensitiveFileNames: () => this.#system.useCaseSensitiveFileNames,
      fileExists: this.isFile,
      readFile: this.read,
      directoryExists: this.#system.directoryExists,
      getDirectories: this.#system.getDirectories,
      readDirectory: this.#system.readDirectory,
      realpath: this.#system.realpath,
      resolveModuleNameLiterals: (literals, from) => {
        const resolved = literals.map(({ text }) => this.resolve(text, from));
        const isThere = resolved.every(
          ({ resolvedModule }, i) =>
            resolvedModule || this.#there.declarationsOf(literals[i]!.text, from) === "ambient",
        );
        if (isThere) this.#unresolved.delete(from);
        else if (!this.#there.isFixed(from)) this.#unresolved.add(from);
        return resolved;
      },
      // `/// <reference types="node" />` in packages.
      resolveTypeReferenceDirectiveReferences: (references, from, _, options) =>
        references.map((reference) => {
          const name = typeof reference === "string" ? reference : reference.fileName;
          return name === "node"
            ? {
                resolvedTypeReferenceDirective: {
                  primary: true,
                  resolvedFileName: this.#there.environment.path,
                },
              }
            : ts.resolveTypeReferenceDirective(name, from, options, this.#system);
        }),
      // Used by the compiler, though missing from its types.
      ...{
        getModuleResolutionCache: () => this.#resolutions,
        hasInvalidatedResolutions: (file: string) => this.#unresolved.has(file),
      },
    };
  }

  /**
   * Parsed files, cached for the whole session: the compiler's own registry drops a library whenever a cell does not import
   * it.
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
      const keep = (parsed: Parsed): Parsed => {
        this.#parsed.set(file, parsed);
        return parsed;
      };
      const languageVersion = this.options.target!;
      const target = typeof options === "object" ? options : { languageVersion: options ?? languageVersion };
      const { ParseAll, ParseNone } = this.#ts.JSDocParsingMode;
      const isBare =
        this.#there.withoutDocumentation === true || version === "undocumented" || version === "essentials";
      const jsDocParsingMode = isBare ? ParseNone : ParseAll;
      const how = { ...target, jsDocParsingMode };
      const keyOf = (version: string): string => `${version} ${this.#there.withoutDocumentation} ${file}`;
      const isShared = this.#there.isFixed(file);
      if (known?.version === "undocumented") shared.delete(keyOf(known.version));
      const other = isShared ? shared.get(keyOf(version)) : undefined;
      if (other && other.text === snapshot.getText(0, snapshot.getLength())) return keep(other);
      const parsed = this.#ts.createLanguageServiceSourceFile(file, snapshot, how, version, false, kind);
      // `@jsx h` in a file is resolved by rewrite/jsx.ts, since `h` may be in a box.
      const { pragmas } = parsed as unknown as { pragmas?: Map<string, unknown> };
      for (const pragma of ["jsx", "jsxfrag", "jsximportsource", "jsxruntime"]) pragmas?.delete(pragma);
      if (isShared) shared.set(keyOf(version), parsed as Parsed);
      return keep(parsed as Parsed);
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

  /** Resolves a module to a file, for the compiler. */
  resolve(module: string, from: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
    const { Extension } = this.#ts;
    const name = withoutRegistry(module);
    const to = (file: string, extension: string, isExternalLibraryImport: boolean) =>
      ({
        resolvedModule: { resolvedFileName: file, extension, isExternalLibraryImport },
      }) as TypeScript.ResolvedModuleWithFailedLookupLocations;
    const declared = this.#there.declarationsOf(name, from);
    if (declared === "ambient") return { resolvedModule: undefined };
    if (declared !== undefined) return to(declared, Extension.Dts, true);
    if (name.startsWith(".")) {
      const file = resolve(dirname(from), name);
      for (const extension of [Extension.Dts, Extension.Ts, Extension.Tsx])
        if (this.#memory.has(file + extension)) return to(file + extension, extension, false);
    }
    const found = this.#ts.resolveModuleName(name, from, this.options, this.#lookup, this.#resolutions);
    const { resolvedModule } = found;
    // A linked package belongs to the reader and is compiled.
    if (
      !resolvedModule?.isExternalLibraryImport ||
      resolvedModule.resolvedFileName.includes("/node_modules/")
    )
      return found;
    return { ...found, resolvedModule: { ...resolvedModule, isExternalLibraryImport: false } };
  }

  readonly #lookup: TypeScript.ModuleResolutionHost = {
    fileExists: this.isFile,
    readFile: this.read,
    directoryExists: (folder) => this.#system.directoryExists(folder),
    realpath: (file) => this.#system.realpath(file),
    getCurrentDirectory: () => this.cwd,
  };
}

/** The file system, with its answers about existing fixed files cached. */
function remembering({ system, isFixed }: HostFiles): HostFiles["system"] {
  const remember = <T>(ask: (file: string) => T): ((file: string) => T) => {
    const answers = new Map<string, T>();
    return (file) => {
      if (!isFixed(file)) return ask(file);
      let answer = answers.get(file);
      if (!answer && (answer = ask(file))) answers.set(file, answer);
      return answer as T;
    };
  };
  return {
    ...system,
    fileExists: remember(system.fileExists),
    readFile: remember(system.readFile),
    directoryExists: remember(system.directoryExists),
    realpath: remember(system.realpath),
  };
}
