/** The library's sources as one TypeScript program, shared by the tests that read their types: parsing it takes seconds. */
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The compiler options of the library, as its tests use them. */
export const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
};

const index = fileURLToPath(new URL("../src/index.ts", import.meta.url)).replaceAll("\\", "/");
export const program = ts.createProgram([index], options);
export const checker = program.getTypeChecker();

/** The exports of nablab; of a re-export, the symbol that it stands for. */
export const exported = checker
  .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(index)!)!)
  .map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
