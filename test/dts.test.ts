/**
 * The declarations that a notebook's cells are checked against: one file, which the kernel's compiler accepts, and which
 * says of every name what the modules say.
 */
import { fileURLToPath } from "node:url";
import * as nablab from "nablab";
import ts from "typescript";
import { expect, test } from "vitest";

const dist = fileURLToPath(new URL("../dist", import.meta.url))
  .split("\\")
  .join("/");
const rolled = `${dist}/nablab.d.ts`;
const index = `${dist}/index.d.ts`;

const program = ts.createProgram([rolled, index], {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
});
const checker = program.getTypeChecker();
const exportsOf = (file: string) =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!);

test("it is one file that imports nothing, without a complaint", () => {
  const file = program.getSourceFile(rolled)!;
  const imported = file.statements
    .filter(ts.isImportDeclaration)
    .map(({ moduleSpecifier }) => moduleSpecifier.getText());
  expect(imported).toEqual([]);
  expect(file.text).not.toMatch(/^\/\/\/ <reference|\bimport\(/m);
  const complaints = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  expect(complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).toEqual([]);
});

test("it says of each name what its module says", () => {
  const said = (file: string) =>
    exportsOf(file)
      .map((symbol) => {
        const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const declarations = meant.declarations!.map((declaration) =>
          // Two of the same name are numbered.
          declaration
            .getText()
            .replace(/^(export |declare )*/, "")
            .replaceAll(/\b([A-Za-z]\w*?)_\d+\b/g, "$1"),
        );
        const comment = ts.displayPartsToString(meant.getDocumentationComment(checker));
        return { name: symbol.name, declarations, comment: comment.replaceAll(/ ?}/g, "}"), meant };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const plain = ({ meant: _, ...rest }: ReturnType<typeof said>[number]) => rest;
  const [all, modules] = [said(rolled), said(index)];
  const known = new Set(modules.map(({ name }) => name));
  expect(all.filter(({ name }) => known.has(name)).map(plain)).toEqual(modules.map(plain));
  // Beyond them there are only types that they are made of, which a cell's own declarations may have to name.
  const isType = (one: ts.Declaration) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one);
  const others = all.filter(({ name }) => !known.has(name));
  expect(others.filter(({ meant }) => !meant.declarations!.every(isType))).toEqual([]);
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(nablab)));
  expect(all.length).toBeGreaterThan(Object.keys(nablab).length);
});
