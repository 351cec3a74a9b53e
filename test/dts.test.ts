/**
 * The declarations that a notebook's cells are checked against must be readable by the kernel's compiler,
 * TypeScript 5.0, which is older than the one that writes them. Its complaints about other packages are theirs.
 */
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "@tslab/typescript-for-tslab";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist").split(sep).join("/");

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
  typeRoots: [join(root, "node_modules/@types")],
};

test("TypeScript 5.0 reads dist/index.d.ts and all that it leads to", () => {
  expect(ts.version).toMatch(/^5\.0\./);
  const program = ts.createProgram([join(dist, "index.d.ts")], options);
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${dist}/`));
  expect(ours.length).toBeGreaterThan(20);
  const complaints = ours.flatMap((file) =>
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start, messageText }) =>
        `${file.fileName.slice(dist.length + 1)}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1} ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    ),
  );
  expect(complaints).toEqual([]);
});
