/**
 * The files of a session in a browser: texts in memory, and the declarations that the page supplies.
 */
import type { HostFiles } from "../session/host.js";
import { dirname } from "../session/paths.js";

/** The declarations for the compiler, as created by `browserDeclarations()` of kernel/standard-types.ts. */
export interface Declarations {
  /** The types of the language. */
  language: string;
  /** Those of a worker: console, timers, fetch. */
  environment: string;
  /** Those of nablab. */
  nablab: string;
}

/** Files in memory, and the working folder of cells. */
export class VirtualFiles implements HostFiles {
  readonly cwd = "/home";
  readonly language;
  readonly environment;
  readonly #files = new Map<string, { text: string; version: number }>();
  readonly #folders = new Set(["/", this.cwd]);
  #writes = 0;

  constructor({ language, environment, nablab }: Declarations) {
    this.language = { path: "/types/language.d.ts", text: language };
    this.environment = { path: "/types/environment.d.ts", text: environment };
    this.write(nablabTypes, nablab);
  }

  /** Writes a file, under an absolute path. */
  write(file: string, text: string): void {
    this.#files.set(file, { text, version: ++this.#writes });
    for (let folder = dirname(file); !this.#folders.has(folder); folder = dirname(folder))
      this.#folders.add(folder);
  }

  readonly system: HostFiles["system"] = {
    useCaseSensitiveFileNames: true,
    fileExists: (file) => this.#files.has(file),
    readFile: (file) => this.#files.get(file)?.text,
    directoryExists: (folder) => this.#folders.has(folder.replace(/(.)\/$/, "$1")),
    getDirectories: (folder) =>
      [...this.#folders].filter((one) => one !== folder && dirname(one) === folder).map((one) => one),
    readDirectory: (folder) => [...this.#files.keys()].filter((file) => file.startsWith(`${folder}/`)),
    realpath: (file) => file,
  };

  stampOf = (file: string): string => String(this.#files.get(file)?.version ?? "");

  isFixed = (file: string): boolean => file.startsWith("/types/");

  declarationsOf = (module: string): string | undefined => (module === "nablab" ? nablabTypes : undefined);
}

const nablabTypes = "/types/nablab.d.ts";
