/**
 * What `import` means in a cell, and in a file that a cell imports.
 *
 * Files of the reader's in TypeScript are compiled as cells are, and again once they, or a file they import, were
 * edited. `"nablab"` is the nablab whose kernel runs. Everything else is Node's: packages, its own modules,
 * JavaScript files.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { MimeBundle } from "../display/bundle.js";
import { host } from "../display/host.js";
import { Scope } from "./box.js";
import type { Compiled, Compiler } from "./compiler.js";
import { packageRoot } from "./own-packages.js";
import { runScript } from "./run-script.js";

type Namespace = Record<string, unknown>;

/** What cells can reach that may not reach everything: see `kernel/guest.ts`. */
export interface Guest {
  /** What global names mean in them. */
  readonly names: Readonly<Record<string, unknown>>;
  /** Names that no cell may declare, as the cells that test it count on them. */
  readonly reserved: ReadonlySet<string>;
  /** What an import means that is no file beside them. @throws Error when it is not allowed */
  load(specifier: string): Namespace;
}

/** A TypeScript file that was run, or is about to be. */
interface Loaded {
  version: string;
  namespace: Namespace;
  /** The files it imports, in the version that it got. */
  needs: Map<string, string>;
  ready: Promise<unknown>;
}

const require = createRequire(import.meta.url);

const typeScript = /\.[mc]?tsx?$/;
/** What may be left out, or be said otherwise, in the name of a file. */
const endings = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"];

export class Modules {
  readonly #compiler: Compiler;
  readonly #check: () => void;
  readonly #loaded = new Map<string, Loaded>();
  /** What cells may import beside files, where that is not everything. */
  guest: Guest | undefined;
  readonly #importers = new Map<string, (specifier: string) => Promise<Namespace>>();

  /** @param check see `Script.check` */
  constructor(compiler: Compiler, check: () => void) {
    this.#compiler = compiler;
    this.#check = check;
  }

  /**
   * @param from the file that imports
   * @param ancestors the files whose import this is part of, outermost first
   */
  async import(specifier: string, from: string, ancestors: readonly string[] = []): Promise<Namespace> {
    const isFile = /^\.{0,2}\//.test(specifier);
    if (this.guest && !isFile) return this.guest.load(specifier);
    if (specifier === "nablab") return import(pathToFileURL(path.join(packageRoot, "dist", "index.js")).href);
    if (specifier === "tslab") return tslab();
    if (!isFile) return this.#native(specifier, from);
    const file = this.#find(path.resolve(path.dirname(from), specifier));
    if (file === undefined) {
      throw new Error(`import: there is no file ${JSON.stringify(specifier)} beside ${path.basename(from)}`);
    }
    this.#loaded.get(from)?.needs.set(file, this.#compiler.versionOf(file));
    if (typeScript.test(file)) return this.#typeScript(file, ancestors);
    if (file.endsWith(".json")) {
      const content = JSON.parse(readFileSync(file, "utf8"));
      return { ...(typeof content === "object" ? content : {}), default: content };
    }
    // Node would load it with all that Node has.
    if (this.guest) return this.guest.load(specifier);
    delete require.cache[file]; // where the file is CommonJS, its version in the address says nothing
    return this.#native(`${pathToFileURL(file).href}?${this.#compiler.versionOf(file)}`, from);
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
    // In a circle of imports, whoever comes round gets what is there so far.
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
    await runScript({
      compiled,
      file,
      scope: new Scope(),
      check: this.#check,
      names: this.guest?.names,
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
  }

  /** Node's own import, as from a file beside `from`. */
  #native(specifier: string, from: string): Promise<Namespace> {
    const folder = path.dirname(from);
    let load = this.#importers.get(folder);
    if (!load) this.#importers.set(folder, (load = importer(folder)));
    return load(specifier);
  }
}

/** `import()` as files of a folder have it. */
function importer(folder: string): (specifier: string) => Promise<Namespace> {
  const load = new vm.Script("(specifier) => import(specifier)", {
    filename: path.join(folder, "cell.js"),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as (specifier: string) => Promise<Namespace>;
  return (specifier) => {
    // Node says at the first call that this is experimental, which is no concern of the cell's.
    const { emitWarning } = process;
    process.emitWarning = () => {};
    try {
      return load(specifier);
    } finally {
      process.emitWarning = emitWarning;
    }
  };
}

const never = new Promise<never>(() => {});

/** tslab's `display` for the notebooks that were written for it. */
async function tslab(): Promise<Namespace> {
  const jupyter = require("tslab/dist/jupyter.js") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData = (
    content: {
      data: MimeBundle;
      metadata: Record<string, unknown>;
      transient: { display_id?: string };
    },
    update?: boolean,
  ) => {
    const { data, metadata, transient } = content;
    host().display({ data, metadata, displayId: transient.display_id, update });
  };
  return { ...require("tslab"), default: require("tslab") };
}
