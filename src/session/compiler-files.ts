/**
 * What the compiler sees of the file system.
 *
 * The host says where nablab's types and those of the platform are, from any folder. Packages are read once; the reader's own files are looked
 * at before each cell, without watchers, and what was not found is looked for again.
 */
import type * as TypeScript from "typescript";
import type { HostFiles } from "./host.js";
import { dirname, resolve, withoutRegistry } from "./paths.js";

/** Text that the compiler takes for a file, in place of what may be there. */
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
  /** The names that a tsconfig.json gives for what makes JSX. */
  jsx: Pick<TypeScript.CompilerOptions, "jsxFactory" | "jsxFragmentFactory"> = {};
  /** Files beside those that are imported: the types of Node, and what a cell imports by a computed name. */
  readonly roots: string[];
  readonly #ts: typeof TypeScript;
  readonly #there: HostFiles;
  readonly #memory = new Map<string, Memory>();
  readonly #snapshots = new Map<string, { version: string; snapshot: TypeScript.IScriptSnapshot }>();
  readonly #parsed = new Map<string, Parsed>();
  readonly #system: HostFiles["system"];
  #resolutions: TypeScript.ModuleResolutionCache;
  /** Files with an import that was not found. */
  #unresolved = new Set<string>();
  #changes = 0;
  /** Whether the documentation of fixed files is there, as far as there is any. */
  #isDocumented: boolean;
  /** Whether all types of the platform are there, or those alone that nearly every cell needs. */
  #isWhole: boolean;

  constructor(ts: typeof TypeScript, files: HostFiles) {
    this.#ts = ts;
    this.#there = files;
    this.#isDocumented = files.withoutDocumentation !== "untilInspection";
    this.#isWhole = files.essentials === undefined;
    this.cwd = files.cwd;
    this.options = {
      target: ts.ScriptTarget.ES2024,
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
   * What the folder's tsconfig.json says of decorators, `paths` and JSX. How strictly cells are checked does not depend on
   * where a notebook lies.
   */
  #read({ system, cwd }: HostFiles): void {
    const ts = this.#ts;
    const file = ts.findConfigFile(cwd, system.fileExists);
    if (file === undefined) return;
    // Only the options are read: not which files there are, which takes long in a large folder.
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

  /** Puts a text in the place of a file. */
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
   * Has the compiler read all types of the platform, once: in Node they are two thirds of all types that it reads.
   *
   * @returns whether they were missing
   */
  complete(): boolean {
    if (this.#isWhole) return false;
    this.#isWhole = true;
    this.#writeStandardTypes();
    return true;
  }

  /** Has the compiler read files again for their documentation, once. */
  document(): void {
    if (this.#isDocumented) return;
    this.#isDocumented = true;
    this.#writeStandardTypes();
  }

  read = (file: string): string | undefined => this.#memory.get(file)?.text ?? this.#system.readFile(file);

  /** Call this before files are read: what was missing may exist by now, such as a package just installed. */
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
      // `@jsx h` in a file: we look that up ourselves, as `h` may be in a box (rewrite/jsx.ts).
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

  /** The file that a module is, for the compiler. */
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
    // A package that is linked from elsewhere is the reader's own, and compiled.
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

/** The file system, with what it says of foreign files remembered where they are there. */
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
