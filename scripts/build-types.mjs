// Writes dist/nablab.d.ts: every declaration reachable from dist/index.d.ts, rolled up into one file. A notebook's compiler
// reads it when a cell first imports nablab, and visits all files of a program for each cell: with one file instead of
// some 140, the first import takes two thirds of the time, and later cells less as well.
//
// Clashing names of two modules get a number; what nablab does not export stays unexported, except types, which the
// declarations of a cell may have to name.
import { existsSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const target = path.join(dist, "nablab.d.ts");
const index = path.join(dist, "index.d.ts");
const made = (/** @type {string} */ file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const sources = [path.join(dist, ".tsbuildinfo"), fileURLToPath(import.meta.url)];
if (sources.every((file) => made(file) < made(target))) process.exit();
const { default: ts } = await import("typescript");
/** @import { Declaration, Node, SourceFile, Symbol } from "typescript" */
/** @typedef {{ symbol: Symbol, found: { start: number, end: number, symbol: Symbol }[] }} Mention */

// Names are resolved, nothing is checked: the types of the language and of Node are not needed.
const program = ts.createProgram([index], {
  noLib: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
});
const checker = program.getTypeChecker();
const isOurs = (/** @type {SourceFile} */ file) => path.resolve(file.fileName).startsWith(dist);

/** @type {<T extends Symbol | undefined>(symbol: T) => T | Symbol} */
const resolved = (symbol) =>
  symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/**
 * The top-level statements of nablab's files that declare a symbol; none for any other symbol.
 *
 * @returns {Node[]}
 */
function statementsOf(/** @type {Symbol | undefined} */ symbol) {
  return (symbol?.declarations ?? []).flatMap((declaration) => {
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return ts.isSourceFile(statement.parent) && isOurs(statement.getSourceFile()) ? [statement] : [];
  });
}

/**
 * The exported symbols and all symbols that they mention, transitively, with their names in the roll-up.
 *
 * @type {Map<Symbol, string>}
 */
const names = new Map();
/** @type {Set<string>} */
const taken = new Set();
const entry = program.getSourceFile(index);
const whole = entry && checker.getSymbolAtLocation(entry);
if (!whole) throw new Error(`build-types: ${index} is missing or exports nothing`);
for (const symbol of checker.getExportsOfModule(whole)) {
  names.set(resolved(symbol), symbol.name);
  taken.add(symbol.name);
}
const exported = new Set(names.keys());
/** @type {Map<string, Set<string>>} */
const imports = new Map();
/**
 * For each statement, the places that mention a symbol of nablab.
 *
 * @type {Map<Node, Mention>}
 */
const mentions = new Map();
for (const symbol of names.keys()) {
  for (const statement of statementsOf(symbol)) {
    /** @type {Mention["found"]} */
    const found = [];
    mentions.set(statement, { symbol, found });
    const visit = (/** @type {Node} */ node) => {
      if (ts.isIdentifier(node)) {
        const mentioned = checker.getSymbolAtLocation(node);
        const meant = resolved(mentioned);
        if (meant && statementsOf(meant).length > 0) {
          if (!names.has(meant)) names.set(meant, free(meant.name));
          found.push({ start: node.getStart(), end: node.end, symbol: meant });
        } else if (mentioned !== meant && mentioned?.declarations?.[0]) addImport(mentioned.declarations[0]);
      }
      ts.forEachChild(node, visit);
    };
    visit(statement);
  }
}

/** A name that is not taken yet. */
function free(/** @type {string} */ name) {
  let one = name;
  for (let i = 1; taken.has(one); i++) one = `${name}_${i}`;
  taken.add(one);
  return one;
}

function addImport(/** @type {Declaration} */ declaration) {
  const statement = ts.findAncestor(declaration, ts.isImportDeclaration);
  const from = statement?.moduleSpecifier;
  if (!ts.isImportSpecifier(declaration) || declaration.propertyName || !from || !ts.isStringLiteral(from)) {
    throw new Error(
      `build-types: an import of another package by its name was expected, got ${declaration.getText()}`,
    );
  }
  imports.set(from.text, (imports.get(from.text) ?? new Set()).add(declaration.name.text));
  taken.add(declaration.name.text);
}

/** A statement with the names of the roll-up, and its doc comment. */
function written(/** @type {Node} */ statement, /** @type {Mention} */ { symbol, found }) {
  const text = statement.getSourceFile().text;
  const start = statement.getStart();
  let code = text.slice(start, statement.end);
  for (const { start: from, end, symbol: named } of found.toSorted((a, b) => b.start - a.start)) {
    code = code.slice(0, from - start) + names.get(named) + code.slice(end - start);
  }
  code = code.replace(/^(export |declare |default )*/, "");
  const comment = (ts.getLeadingCommentRanges(text, statement.pos) ?? [])
    .map(({ pos, end }) => text.slice(pos, end))
    .findLast((one) => one.startsWith("/**"));
  const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  const before = exported.has(symbol) || isType ? "export " : "";
  return `${comment && start > statement.pos ? `${comment}\n` : ""}${before}${isType ? "" : "declare "}${code}`;
}

const files = program.getSourceFiles();
const place = (/** @type {Node} */ one) => files.indexOf(one.getSourceFile());
const statements = [...mentions].sort(([a], [b]) => place(a) - place(b) || a.pos - b.pos);
const lines = [
  "// All that `nablab` exports, rolled up by scripts/build-types.mjs.",
  ...[...imports].map(([module, some]) => `import { ${[...some].join(", ")} } from "${module}";`),
  ...statements.map(([statement, mention]) => written(statement, mention)),
  "export {};\n",
];
writeFileSync(target, lines.join("\n"));
