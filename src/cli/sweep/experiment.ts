/**
 * Compiles an experiment for workers: its modules become JavaScript, with the imports between them renamed. Packages are not
 * sent; their versions are part of the experiment's identity.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type * as TypeScript from "typescript";
import { versions } from "#platform";
import { packageRoot } from "../../kernel/own-packages.js";
import { loadTypeScript } from "../../kernel/typescript.js";
import { makeFolder } from "../../platform/make-folder.js";
import type { Code, Source } from "../../sweep/job.js";
import { InputError } from "../input-error.js";
import { parseNotebook } from "../notebook.js";
import { unreadable } from "../system-error.js";

const endings = ["", ".ts", ".mts", ".tsx", ".js", ".mjs", ".json", "/index.ts", "/index.js"];

/** Compiles an experiment and all files that it imports. @throws InputError with the fault in one line */
export function prepareCode({ file, texts = {}, data }: Source): Code {
  const folder = path.dirname(file);
  const name = path.basename(file);
  const hashes = Object.fromEntries(data.map((one) => [one, hashOfFile(path.resolve(folder, one))]));
  const sources = new Sources(folder, texts);
  const isNotebook = name.endsWith(".ipynb");
  const entry = isNotebook ? name : sources.add(file);
  const files = isNotebook ? { [name]: notebookText(file) } : sources.compiled();
  const parts = isNotebook ? Object.entries(files) : sources.parts();
  return {
    kind: isNotebook ? "notebook" : "module",
    name,
    folder,
    files,
    places: sources.places(),
    entry,
    data: hashes,
    hash: createHash("sha256")
      .update(JSON.stringify([parts, Object.entries(hashes)]))
      .digest("hex"),
    versions: { nablab: versions.nablab!, node: versions.node! },
    packages: sources.packages,
  };
}

function notebookText(file: string): string {
  const text = read(file);
  parseNotebook(text, path.basename(file)); // throws if it is not JSON
  return text;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(`${file}: ${unreadable(error)}`);
  }
}

/** SHA-256 of a file. @throws InputError if it cannot be read */
export function hashOfFile(file: string): string {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch (error) {
    throw new InputError(`${file}: ${unreadable(error)}`);
  }
}

/** The version of a package as resolved from `folder`; undefined if it is not installed. */
export function versionOfPackage(name: string, folder: string): string | undefined {
  for (const place of createRequire(path.join(folder, "_.js")).resolve.paths(name) ?? []) {
    const file = path.join(place, name, "package.json");
    if (existsSync(file))
      return String((JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version);
  }
  return undefined;
}

class Sources {
  /** The versions of the imported packages. */
  readonly packages: Record<string, string> = {};
  readonly #folder: string;
  readonly #texts: Readonly<Record<string, string>>;
  /** Names of compiled modules by file, and their texts by name. */
  readonly #names = new Map<string, string>();
  readonly #sources = new Map<string, string>();
  readonly #compiled: Record<string, string> = {};

  constructor(folder: string, texts: Readonly<Record<string, string>>) {
    [this.#folder, this.#texts] = [folder, texts];
  }

  /** Compiles a file and its imports; returns its name as a compiled module. */
  add(file: string): string {
    const known = this.#names.get(file);
    if (known !== undefined) return known;
    const text = this.#texts[file] ?? read(file);
    // A name that needs no escaping in a path or an import, whatever the file's name.
    const stem = path
      .basename(file)
      .replace(/\.\w+$/, "")
      .replace(/[^\w-]/g, "_");
    const name = `${this.#names.size}-${stem.slice(0, 40)}.mjs`;
    this.#names.set(file, name);
    this.#sources.set(this.#relative(file), text);
    this.#compiled[name] = file.endsWith(".json") ? this.#json(text, file) : this.#compile(text, file);
    return name;
  }

  compiled(): Record<string, string> {
    return this.#compiled;
  }

  /** The paths of the sources relative to the experiment's folder, by the names of the compiled modules. */
  places(): Record<string, string> {
    return Object.fromEntries([...this.#names].map(([file, name]) => [name, this.#relative(file)]));
  }

  /** What identifies the experiment: the texts of its files by name, and its packages. */
  parts(): unknown[] {
    const byName = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : 1);
    return [[...this.#sources].sort(byName), Object.entries(this.packages).sort(byName)];
  }

  /** The name of a file in messages and in the hash. */
  #relative(file: string): string {
    return path.relative(this.#folder, file).split(path.sep).join("/");
  }

  #json(text: string, file: string): string {
    try {
      return `export default ${JSON.stringify(JSON.parse(text))};\n`;
    } catch (error) {
      throw new InputError(`${this.#relative(file)}: not JSON (${(error as Error).message})`);
    }
  }

  #compile(text: string, file: string): string {
    const ts = loadTypeScript();
    const { outputText, diagnostics = [] } = ts.transpileModule(text, {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        inlineSourceMap: true,
        inlineSources: true,
        allowJs: true,
      },
      transformers: { after: [this.#renaming(ts, file)] },
    });
    const [first] = diagnostics;
    if (first) {
      const { line, character } = ts.getLineAndCharacterOfPosition(
        ts.createSourceFile(file, text, ts.ScriptTarget.ES2022),
        first.start ?? 0,
      );
      const message = ts.flattenDiagnosticMessageText(first.messageText, " ");
      throw new InputError(`${this.#relative(file)}:${line + 1}:${character + 1}: ${message}`);
    }
    return outputText;
  }

  /** Renames a module's imports of compiled files. */
  #renaming(ts: typeof TypeScript, file: string): TypeScript.TransformerFactory<TypeScript.SourceFile> {
    return (context) => (source) => {
      const { factory } = context;
      const renamed = (specifier: TypeScript.Expression | undefined) =>
        specifier && ts.isStringLiteralLike(specifier)
          ? factory.createStringLiteral(this.#target(specifier.text, file))
          : undefined;
      const visit = (node: TypeScript.Node): TypeScript.Node => {
        if (ts.isImportDeclaration(node)) {
          const to = renamed(node.moduleSpecifier)!;
          const attributes = to.text.startsWith("./") ? undefined : node.attributes;
          return factory.updateImportDeclaration(node, node.modifiers, node.importClause, to, attributes);
        }
        if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
          const to = renamed(node.moduleSpecifier)!;
          const attributes = to.text.startsWith("./") ? undefined : node.attributes;
          const { modifiers, isTypeOnly, exportClause } = node;
          return factory.updateExportDeclaration(node, modifiers, isTypeOnly, exportClause, to, attributes);
        }
        if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
          const to = renamed(node.arguments[0]);
          if (to) return factory.updateCallExpression(node, node.expression, undefined, [to]);
        }
        return ts.visitEachChild(node, visit, context);
      };
      return ts.visitNode(source, visit) as TypeScript.SourceFile;
    };
  }

  /** The new specifier of an import. @throws InputError for a missing file */
  #target(specifier: string, from: string): string {
    if (!/^(\.{0,2}\/|file:)/.test(specifier)) {
      this.#notePackage(specifier);
      return specifier;
    }
    const wanted = path.resolve(path.dirname(from), specifier.replace(/^file:\/\//, ""));
    const [, stem, m = ""] = /^(.*)\.([mc]?)jsx?$/.exec(wanted) ?? [];
    const spelled = stem === undefined ? [] : [`${stem}.${m}ts`, `${stem}.${m}tsx`];
    const candidates = [...endings.map((ending) => wanted + ending), ...spelled];
    const file = candidates.find((one) => one in this.#texts || (existsSync(one) && statSync(one).isFile()));
    const name = this.#relative(from);
    if (file === undefined)
      throw new InputError(`${name}: there is no file to import, got ${JSON.stringify(specifier)}`);
    if (/\.(cjs|cts|node|wasm)$/.test(file))
      throw new InputError(
        `${name}: only ES modules and JSON travel with an experiment, got ${JSON.stringify(specifier)}`,
      );
    return `./${this.add(file)}`;
  }

  #notePackage(specifier: string): void {
    const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)!;
    if (isBuiltin(specifier) || name === "nablab") return;
    const version = versionOfPackage(name, this.#folder);
    if (version === undefined)
      throw new InputError(
        `there is no package ${JSON.stringify(name)} here; npm install ${name} in ${this.#folder}`,
      );
    this.packages[name] = version;
  }
}

/** Why an experiment cannot run here, in one line with the fix; undefined if it can. */
export function objection(
  { versions: wanted, packages, data }: Code,
  folder: string,
  host: string,
): string | undefined {
  for (const name of ["nablab", "node"] as const) {
    if (versions[name] === wanted[name]) continue;
    return `${host} has ${name} ${versions[name]}, and ${wanted[name]} is needed; install that version there`;
  }
  for (const [name, version] of Object.entries(packages)) {
    const here = versionOfPackage(name, folder);
    if (here !== version)
      return `${host} has ${here === undefined ? "no" : `version ${here} of`} ${name}; npm install ${name}@${version} in ${folder} there`;
  }
  for (const [file, hash] of Object.entries(data)) {
    const there = path.resolve(folder, file);
    if (!existsSync(there)) return `${host} lacks data of the sweep; copy ${file} there, to ${there}`;
    if (hashOfFile(there) !== hash)
      return `${host} has other data than the sweep; copy ${file} there again, to ${there}`;
  }
  return undefined;
}

/** The exports of an experiment. */
export type Run = (point: unknown, context: unknown) => unknown;

/** Imports an experiment, whose modules are written to the folder `scratch`. @throws Error of the module, or InputError */
export async function loadRun(
  { files, places, entry, name }: Code,
  folder: string,
  scratch: string,
): Promise<Run> {
  const code = path.join(scratch, "code");
  makeFolder(path.join(code, "node_modules"));
  // The nablab that runs this worker takes precedence, followed by the packages of the experiment's folder.
  link(packageRoot, path.join(code, "node_modules", "nablab"));
  const packages = nodeModulesAbove(folder);
  if (packages) link(packages, path.join(scratch, "node_modules"));
  for (const [file, text] of Object.entries(files))
    writeFileSync(path.join(code, file), placed(text, path.resolve(folder, places[file] ?? name)));
  const module = (await import(pathToFileURL(path.join(code, entry)).href)) as {
    run?: unknown;
    default?: unknown;
  };
  const run = module.run ?? module.default;
  if (typeof run === "function") return run as Run;
  throw new InputError(
    `${name}: an experiment exports a function run(point, { signal, report }), got ${run === undefined ? "none" : typeof run}`,
  );
}

const link = (target: string, file: string): void => {
  if (!existsSync(file)) symlinkSync(target, file, "junction");
};

function nodeModulesAbove(folder: string): string | undefined {
  const places = createRequire(path.join(folder, "_.js")).resolve.paths("x") ?? [];
  return places.find((place) => existsSync(place));
}

/**
 * Makes a compiled module use its source's path as its own, also in stack traces. Inserted on the first line, so that line
 * numbers do not change.
 */
function placed(text: string, file: string): string {
  const url = pathToFileURL(file).href;
  const meta = { url, filename: file, dirname: path.dirname(file) };
  const [code = "", map] = text.split(mapHead);
  if (map === undefined) return text;
  const json = { ...JSON.parse(Buffer.from(map, "base64").toString()), sources: [url], sourceRoot: "" };
  const placedMap = Buffer.from(JSON.stringify(json)).toString("base64");
  return `Object.assign(import.meta, ${JSON.stringify(meta)});${code}${mapHead}${placedMap}`;
}

const mapHead = "//# sourceMappingURL=data:application/json;base64,";
