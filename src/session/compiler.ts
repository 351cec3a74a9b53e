/**
 * The compiler of cells: TypeScript's language service over a folder in memory.
 *
 * A cell is a module, `[cell].ts`. A line prepended to it imports the names of earlier cells that it
 * mentions: `import { sgd } from "./[3]"`, where `[3].d.ts` holds the declarations of the third cell. So the cost of a cell
 * does not depend on the number of cells before it. A variable that can be assigned to cannot be imported; for it the line
 * has `declare let cnt: typeof import("./[1]").cnt`. A redeclared name simply replaces the old one.
 *
 * `rewrite/` turns the checked code into the code that runs.
 */
import type * as TypeScript from "typescript";
import { advise, adviseOnSyntax } from "./advice.js";
import { allTypesNeeded } from "./all-types-needed.js";
import { CellNames, type Given } from "./cell-names.js";
import {
  declaredIn,
  isObjectLiteral,
  isUnchecked,
  mayHaveTags,
  mentionedIn,
  moduleIn,
} from "./cell-syntax.js";
import type { CellOptions, Compiled, CompiledCell } from "./compiled.js";
import { CompilerFiles } from "./compiler-files.js";
import { type Completions, completionsAt, nablabNames } from "./completion.js";
import type { Diagnostic } from "./diagnostic.js";
import { addFunctions, sourceNumber } from "./function-source.js";
import type { HostFiles, SessionHost } from "./host.js";
import { withoutModules } from "./inner-names.js";
import { hintsAt } from "./place-hints.js";
import { refuseReservedNames } from "./reserved-names.js";
import { type Guard, topLevel } from "./rewrite/context.js";
import { jsxRoots } from "./rewrite/jsx.js";
import { type Rewriting, type RewritingOptions, rewriting } from "./rewrite/rewrite.js";
import { silentMistakes } from "./silent-mistakes.js";
import { linesOf } from "./source-positions.js";

// A package without types is no error: its exports are any.
const ignored = new Set([7016]);

export class Compiler {
  readonly #ts: typeof TypeScript;
  readonly #files: CompilerFiles;
  readonly #service: TypeScript.LanguageService;
  readonly #cell: string;
  /** The same with JSX, in which type assertions cannot use angle brackets. */
  readonly #jsxCell: string;
  /** The number of lines before the reader's in the text compiled last. */
  #linesBefore = 1;
  readonly #names: CellNames;
  readonly #hostFiles: HostFiles;
  readonly #isStrict: boolean;
  readonly #needsAllTypes: (source: string) => boolean;
  readonly #guard: Guard;
  /** The reader's name of a cell, such as `cell 3`. */
  readonly #labels = new Map<number, string>();
  readonly #labelOf = (cell: number): string => this.#labels.get(cell) ?? "an earlier cell";
  #count = 0;
  /** The texts of cells that are modules, by their paths as files. */
  readonly moduleTexts: Record<string, string> = {};
  /** Those of them that are the assignment's, where notebooks are graded. */
  readonly #lockedModules = new Set<string>();
  /** The state of the reader's files when they last passed the check. */
  #checked = "";

  constructor(host: SessionHost) {
    this.#ts = host.typescript();
    this.#files = new CompilerFiles(this.#ts, host.files);
    this.#hostFiles = host.files;
    this.#needsAllTypes = allTypesNeeded(host.files.essentials ?? "");
    this.#isStrict = host.isStrict ?? false;
    this.#guard = host.updateGuarded ? "variable" : host.hoistsReads ? "atomic" : "shared";
    this.#names = new CellNames(this.#ts, (cell) => this.#files.read(`${this.#files.cwd}/[${cell}].d.ts`));
    this.#cell = `${this.#files.cwd}/[cell].ts`;
    this.#jsxCell = `${this.#files.cwd}/[cell with jsx].tsx`;
    this.#files.roots.unshift(this.#cell);
    this.#files.write(this.#cell, "");
    this.#service = this.#ts.createLanguageService(this.#files.host(), this.#files.registry());
  }

  /** The folder in which cells run. */
  get cwd(): string {
    return this.#files.cwd;
  }

  /** A text that changes whenever the file is written. */
  versionOf = (file: string): string => this.#files.versionOf(file);

  /** Whether a file exists. */
  isFile = (file: string): boolean => this.#files.isFile(file);

  /** Whether a name has a value in the session. */
  knows = (name: string): boolean => this.#names.get(name)?.value !== undefined;

  /** Whether a name of the session is read-only. */
  isConstant = (name: string): boolean => /^(const|alias)$/.test(this.#names.get(name)?.value?.kind ?? "");

  /** The TypeScript file of a module, also by `paths` of tsconfig.json; undefined for all others. */
  sourceOf(module: string, from: string): string | undefined {
    const file = module.startsWith("file:")
      ? decodeURIComponent(new URL(module).pathname)
      : this.#files.resolve(module, from).resolvedModule?.resolvedFileName;
    if (file === undefined || /\.d\.[mc]?ts$/.test(file)) return undefined;
    return /\.[mc]?tsx?$/.test(file) || this.#isInPaths(module) ? file : undefined;
  }

  #isInPaths(module: string): boolean {
    const patterns = Object.keys(this.#files.options.paths ?? {}).map((pattern) => pattern.split("*"));
    return patterns.some(([head = "", foot]) =>
      foot === undefined ? module === head : module.startsWith(head) && module.endsWith(foot) && head !== "",
    );
  }

  /** Reads the types of the language and of Node and checks a line, so that the first cell does not wait for this. */
  warmUp(): void {
    this.compileCell("console.log(Math.PI)", "");
  }

  /**
   * Checks and compiles a cell.
   *
   * @param name its name in V8
   */
  compileCell(
    source: string,
    name: string,
    options: CellOptions = {},
  ): CompiledCell | { diagnostics: Diagnostic[] } {
    const { check = true, shown = source, isHidden = () => false, isLocked = false } = options;
    const ts = this.#ts;
    this.#files.lookAgain();
    const isChecked = check && !isUnchecked(source);
    if (!isChecked || this.#needsAllTypes(source)) this.#files.complete();
    const module = moduleIn(source);
    if (module) {
      const path = `${this.#files.cwd}/${module}.ts`;
      if (isLocked) this.#lockedModules.add(path);
      else if (this.#isStrict && this.#isGiven(module, path))
        throw new SyntaxError(`the module ${module} is there already: give yours another name`);
      return this.#module(path, source, name);
    }

    const isObject = isObjectLiteral(ts, source);
    const body = isObject ? `(\n${source}\n)` : source;
    this.#linesBefore = isObject ? 2 : 1;
    let path = this.#cell;
    let declared = this.#declaredIn(body);
    if (declared.errors.length > 0 && mayHaveTags(source)) {
      const asJsx = this.#declaredIn(body, true);
      if (asJsx.errors.length === 0) [path, declared] = [this.#jsxCell, asJsx];
    }
    if (declared.errors.length > 0) return { diagnostics: adviseOnSyntax(declared.errors) };
    const mentioned = mentionedIn(source);
    if (path === this.#jsxCell) for (const name of jsxRoots(source, this.#files.jsx)) mentioned.add(name);
    for (const name of mentioned) if (isHidden(name)) mentioned.delete(name);
    const before = this.#names.before(mentioned, declared.names, false);
    const unexported = [...declared.names].filter(([, { isExported }]) => !isExported).map(([name]) => name);
    const text = `${before}${body}\nexport { ${unexported.join(", ")} };`;
    this.#files.write(path, text);
    const program = this.#programWith(path);
    const file = program.getSourceFile(path)!;
    const end = before.length + body.length;
    if (text.includes("·") || text.includes("\\u")) refuseReservedNames(ts, file, before.length, end);

    const problems: TypeScript.Diagnostic[] = [];
    if (isChecked) {
      problems.push(...program.getSemanticDiagnostics(file));
      const importsFiles = /["'](\.{1,2})?\//.test(source);
      if (problems.length === 0 && importsFiles) problems.push(...this.#problemsOfFiles(program));
    }
    const own = this.#hostFiles.declarationsOf("nablab", "");
    const diagnostics = problems
      .filter((problem) => problem.file !== file || isWithin(problem.start!, before.length, end))
      .filter(({ code, category }) => category === ts.DiagnosticCategory.Error && !ignored.has(code))
      .map((problem) => ({
        ...this.#describe(problem),
        ...(problem.file && {
          hints: hintsAt({ ts, checker: program.getTypeChecker(), file: problem.file, own }, problem),
        }),
      }));
    if (diagnostics.length > 0) {
      if (this.#files.complete()) return this.compileCell(source, name, options);
      const session = [...this.#names.entries()].filter(([, { value }]) => value).map(([name]) => name);
      const exports = nablabNames(this.#hostFiles);
      const constants = session.filter((name) => this.#names.get(name)?.value?.kind === "const");
      return { diagnostics: diagnostics.map((one) => advise(one, { session, exports, constants })) };
    }

    const place = { ts, checker: program.getTypeChecker(), file, own };
    const mistakes = (isChecked ? silentMistakes(place, { start: before.length, end }) : []).map(
      ({ message, start }) => ({
        message,
        line: file.getLineAndCharacterOfPosition(start).line - this.#linesBefore + 1,
      }),
    );

    const rewritten = rewriting(ts, program.getTypeChecker(), file, this.#rewritingOptions(), {
      start: before.length,
      end,
      isBoxed: this.knows,
      isConstant: this.isConstant,
      mergesNamespace: (name) =>
        declared.names.has(name) &&
        this.#names.mergedInto(name, declared.names.get(name)!.symbol) !== undefined,
    });
    const { code, map, types } = this.#emit(program, file, rewritten);
    const names = this.#names.given(declared.names, {
      checker: program.getTypeChecker(),
      symbols: topLevel(ts, file),
      isBoxed: (name) => rewritten.isBoxed(name),
    });
    const having = (is: (name: Given) => boolean): string[] =>
      names.filter((name) => name.givesValue && is(name)).map(({ name }) => name);
    const values = having(() => true);
    return {
      name,
      code,
      map,
      source: shown,
      sourceOffset: this.#linesBefore,
      boxes: [...rewritten.boxes],
      lexical: rewritten.lexical(),
      isSloppy: !isChecked && !this.#isStrict,
      mistakes,
      declares: names.filter(({ isDeclared }) => isDeclared).map(({ name }) => name),
      values,
      imported: new Set(having(({ isImported }) => isImported)),
      variables: new Set(having(({ isVariable }) => isVariable)),
      keep: (isThere = () => true) => {
        if (names.length === 0 && !declared.isGlobal) return;
        const cell = ++this.#count;
        // If a type cannot be emitted, later cells see the source itself.
        const file = `${this.#files.cwd}/[${cell}]`;
        if (types === undefined) this.#files.write(`${file}${path === this.#jsxCell ? ".tsx" : ".ts"}`, text);
        else this.#files.write(`${file}.d.ts`, types);
        this.#labels.set(cell, name);
        if (declared.isGlobal) this.#names.addGlobal(cell);
        for (const { name: declaredName, givesValue, entry } of names)
          if (!givesValue || isThere(declaredName)) this.#names.set(declaredName, entry(cell));
      },
    };
  }

  /** Compiles a file of the reader. It is checked with the cell that imports it. */
  compileFile(file: string): Compiled {
    const program = this.#programWith(file);
    const source = program.getSourceFile(file)!;
    const [problem] = program.getSyntacticDiagnostics(source);
    if (problem) {
      const { messages, line } = this.#describe(problem);
      throw new SyntaxError(`${messages[0]} (${file}, line ${line + 1})`);
    }
    refuseReservedNames(this.#ts, source);
    const rewritten = rewriting(this.#ts, program.getTypeChecker(), source, this.#rewritingOptions());
    const { code, map } = this.#emit(program, source, rewritten);
    return {
      name: file,
      code,
      map,
      source: source.text,
      sourceOffset: 0,
      boxes: [...rewritten.boxes],
      lexical: rewritten.lexical(),
    };
  }

  /** The completions at `position`. */
  complete(source: string, position: number): Completions {
    this.#files.complete();
    const offset = this.#look(source).length;
    return completionsAt({
      service: this.#service,
      file: this.#cell,
      offset,
      source,
      position,
      names: this.#names,
      files: this.#hostFiles,
    });
  }

  /** The type and documentation of the code at `position`. */
  inspect(source: string, position: number): TypeScript.QuickInfo | undefined {
    this.#files.complete();
    this.#files.document();
    const before = this.#look(source);
    return this.#service.getQuickInfoAtPosition(this.#cell, before.length + position);
  }

  /** Passes an unfinished cell to the service; returns the line prepended to it. */
  #look(source: string): string {
    const before = this.#names.before(mentionedIn(source), this.#declaredIn(source).names, true);
    this.#files.write(this.#cell, before + source);
    return before;
  }

  #declaredIn(source: string, isJsx = false) {
    const { errors, ...declared } = declaredIn(this.#ts, source, {
      path: this.#cell,
      options: this.#files.options,
      isJsx,
    });
    return { ...declared, errors: errors.map((problem) => this.#describe(problem)) };
  }

  #rewritingOptions(): RewritingOptions {
    return { source: sourceNumber(), guard: this.#guard, jsx: this.#files.jsx };
  }

  /** A program that contains a file, even if no cell imports it by its name. */
  #programWith(file: string): TypeScript.Program {
    const program = this.#service.getProgram()!;
    if (program.getSourceFile(file)) return program;
    const { roots } = this.#files;
    roots.push(file);
    try {
      return this.#service.getProgram()!;
    } finally {
      roots.pop();
    }
  }

  /** Whether a module is the assignment's: of a locked cell, or of a file beside the notebook. */
  #isGiven(module: string, path: string): boolean {
    if (this.#lockedModules.has(path)) return true;
    const found = this.#files.resolve(`./${module}`, this.#cell).resolvedModule?.resolvedFileName;
    return found !== undefined && !Object.hasOwn(this.moduleTexts, found);
  }

  /** A cell that is a module: it is checked, and runs when imported. */
  #module(path: string, source: string, name: string): CompiledCell | { diagnostics: Diagnostic[] } {
    this.#files.write(path, source);
    const program = this.#programWith(path);
    const file = program.getSourceFile(path)!;
    const problems = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    if (problems.length > 0) {
      const diagnostics = problems.map((problem) => ({ ...this.#describe(problem), file: undefined }));
      return { diagnostics };
    }
    this.moduleTexts[path] = source;
    const map = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });
    return {
      name,
      code: "",
      source,
      map,
      sourceOffset: 0,
      boxes: [],
      lexical: new Set(),
      mistakes: [],
      declares: [],
      values: [],
      imported: new Set(),
      variables: new Set(),
      keep: () => {},
    };
  }

  /** The errors in the reader's files that cells import; rechecked when one of them has changed. */
  #problemsOfFiles(program: TypeScript.Program): readonly TypeScript.Diagnostic[] {
    const files = program
      .getSourceFiles()
      .filter(
        ({ fileName, isDeclarationFile }) => !isDeclarationFile && !/\/(node_modules\/|\[)/.test(fileName),
      );
    const state = files.map(({ fileName }) => `${fileName} ${this.versionOf(fileName)}`).join("\n");
    if (state === this.#checked) return [];
    const problems = files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]);
    if (problems.length === 0) this.#checked = state;
    return problems;
  }

  #emit(program: TypeScript.Program, file: TypeScript.SourceFile, { transformers, functions }: Rewriting) {
    const output: Record<string, string> = {};
    program.emit(
      file,
      (name, text) => {
        output[/\.d\.[mc]?ts$|\.map$/.exec(name)?.[0].replace(/[mc]ts/, "ts") ?? ".js"] = text;
      },
      undefined,
      false,
      transformers,
    );
    addFunctions(file.text, functions);
    return {
      code: (output[".js"] ?? "").replace(/^\/\/# sourceMappingURL=.*$/m, ""),
      map: output[".map"] ?? "",
      types: output[".d.ts"],
    };
  }

  #describe({ file, start = 0, length = 1, code, messageText }: TypeScript.Diagnostic): Diagnostic {
    const { line, character } = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
    const isCell = file?.fileName === this.#cell || file?.fileName === this.#jsxCell;
    const messages: string[] = [];
    const explain = (message: string | TypeScript.DiagnosticMessageChain): void => {
      if (typeof message === "string") messages.push(withoutModules(message, this.#labelOf));
      else {
        messages.push(withoutModules(message.messageText, this.#labelOf));
        message.next?.forEach(explain);
      }
    };
    explain(messageText);
    const text = (file && linesOf(file.text)[line]) ?? "";
    return {
      code,
      messages,
      file: isCell ? undefined : file?.fileName.replace(`${this.#files.cwd}/`, ""),
      line: isCell ? line - this.#linesBefore : line,
      column: character,
      length: Math.max(1, Math.min(length, text.length - character)),
      text,
    };
  }

  close(): void {
    this.#service.dispose();
  }
}

const isWithin = (at: number, start: number, end: number): boolean => at >= start && at <= end;
