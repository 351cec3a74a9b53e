/**
 * Implements `import` in a cell and in the files that it imports.
 *
 * The reader's TypeScript files are compiled like cells, and again after they, or files they import, were edited. The host
 * loads everything else: nablab, packages, modules of the platform, JavaScript files.
 */
import { Scope } from "./box.js";
import { putBackBuiltIns } from "./built-ins.js";
import type { Compiled } from "./compiled.js";
import type { Compiler } from "./compiler.js";
import type { Namespace, SessionHost } from "./host.js";
import { cleanMessage } from "./inner-names.js";
import { basename, dirname, resolve, withoutRegistry } from "./paths.js";
import { runScript } from "./run-script.js";

/** A TypeScript file that was run, or is about to be. */
interface Loaded {
  version: string;
  namespace: Namespace;
  /** The files it imports, in the version that it got. */
  needs: Map<string, string>;
  ready: Promise<unknown>;
}

const typeScript = /\.[mc]?tsx?$/;
/** The endings that a specifier may omit or replace. */
const endings = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];

export class Modules {
  readonly #host: SessionHost;
  readonly #compiler: Compiler;
  readonly #check: () => void;
  readonly #loaded = new Map<string, Loaded>();

  /** @param check see `Script.check` */
  constructor(host: SessionHost, compiler: Compiler, check: () => void) {
    this.#host = host;
    this.#compiler = compiler;
    this.#check = check;
  }

  /**
   * @param from the file that imports
   * @param ancestors the chain of importing files, outermost first
   */
  async import(module: string, from: string, ancestors: readonly string[] = []): Promise<Namespace> {
    putBackBuiltIns();
    const specifier = withoutRegistry(module);
    const isPath = /^\.{0,2}\//.test(specifier);
    // `#name`, a name of `paths` in tsconfig.json, or a package that is linked here, may be TypeScript.
    const source = isPath ? undefined : this.#compiler.sourceOf(specifier, from);
    if (!isPath && source === undefined) return this.#host.import(specifier, dirname(from));
    const file = source ?? this.#find(resolve(dirname(from), specifier));
    if (file === undefined) {
      throw new Error(`import: there is no file ${JSON.stringify(specifier)} beside ${basename(from)}`);
    }
    this.#loaded.get(from)?.needs.set(file, this.#compiler.versionOf(file));
    if (typeScript.test(file)) return this.#typeScript(file, ancestors);
    if (file.endsWith(".json")) {
      const content = JSON.parse(this.#host.files.system.readFile(file)!);
      return { ...(typeof content === "object" ? content : {}), default: content };
    }
    return this.#host.importFile(file, this.#compiler.versionOf(file));
  }

  #find(file: string): string | undefined {
    const isFile = (file: string): boolean => this.#compiler.isFile(file);
    const [, stem, m] = /^(.*)\.([mc]?)jsx?$/.exec(file) ?? [];
    const spelled = stem === undefined ? [] : [`${stem}.${m}ts`, `${stem}.${m}tsx`];
    return [file, ...spelled, ...endings.map((ending) => file + ending)].find(isFile);
  }

  async #typeScript(file: string, ancestors: readonly string[]): Promise<Namespace> {
    let loaded = this.#loaded.get(file);
    if (!loaded || !this.#isFresh(file)) {
      loaded = { version: this.#compiler.versionOf(file), namespace: {}, needs: new Map(), ready: never };
      this.#loaded.set(file, loaded);
      loaded.ready = this.#runFile(file, loaded, [...ancestors, file]);
      loaded.ready.catch(() => this.#loaded.delete(file));
    }
    // In a cycle of imports, a module gets the exports defined so far.
    if (!ancestors.includes(file)) await loaded.ready;
    return loaded.namespace;
  }

  #isFresh(file: string, seen = new Set<string>()): boolean {
    if (seen.has(file)) return true;
    seen.add(file);
    const loaded = this.#loaded.get(file);
    if (!loaded) return !typeScript.test(file);
    if (loaded.version !== this.#compiler.versionOf(file)) return false;
    return [...loaded.needs].every(
      ([needed, version]) => version === this.#compiler.versionOf(needed) && this.#isFresh(needed, seen),
    );
  }

  async #runFile(file: string, loaded: Loaded, ancestors: string[]): Promise<void> {
    const compiled: Compiled = this.#compiler.compileFile(file);
    const { namespace } = loaded;
    Object.defineProperty(namespace, Symbol.toStringTag, { value: "Module" });
    const ended = runScript({
      host: this.#host,
      compiled,
      file,
      scope: new Scope(),
      check: this.#check,
      import: (specifier) => this.import(specifier, file, ancestors),
      publish(getters, star) {
        for (const [name, get] of Object.entries(getters)) {
          Object.defineProperty(namespace, name, { get, enumerable: true, configurable: true });
        }
        for (const name of Object.keys(star ?? {})) {
          if (name === "default" || name in namespace) continue;
          Object.defineProperty(namespace, name, {
            get: () => star![name],
            enumerable: true,
            configurable: true,
          });
        }
      },
    });
    await ended.catch((error) => {
      throw cleanMessage(error);
    });
  }
}

const never = new Promise<never>(() => {});
