/**
 * The house is read downwards: what a folder of `src` may import, and who may name what from outside.
 * A floor may import the floors below it, never its neighbours or the floors above; all may import `display/`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

/** From the cellar upwards. */
const floors = [
  ["platform"],
  ["options"],
  ["display"],
  ["html"],
  ["widgets"],
  ["compute"],
  ["tensor"],
  ["autodiff"],
  ["data"],
  ["nn", "optim"],
  ["metrics"],
  ["theory"],
  ["engine"],
  ["train"],
  ["sweep"],
  ["coursework"],
  ["session"],
  ["protocol"],
  ["browser"],
  ["kernel"],
  ["cli"],
];

interface SourceFile {
  path: string;
  folder: string;
  /** Modules imported statically, types included. */
  imports: string[];
  /** Modules imported when they are needed. */
  lazy: string[];
  /** Node's modules and globals that it names. */
  node: string[];
  /** The text without comments. */
  code: string;
}

/** What Node's global scope has and a browser's has not. */
const nodeGlobals = new Set(
  "Buffer process require module exports __dirname __filename global setImmediate clearImmediate NodeJS".split(
    " ",
  ),
);

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".ts") && !path.startsWith("compute/assembly/"))
  .map((path) => parse(path, readFileSync(join(src, path), "utf8")));
const paths = new Set(files.map(({ path }) => path));

function parse(path: string, text: string): SourceFile {
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  (ts as unknown as { bindSourceFile(file: ts.SourceFile, options: object): void }).bindSourceFile(
    parsed,
    {},
  );
  const imports: string[] = [];
  const lazy: string[] = [];
  const named = new Set<string>();
  const comments: [number, number][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && isNodeModule(node)) named.add(node.text);
    else if (ts.isIdentifier(node) && nodeGlobals.has(node.text) && isFree(node)) named.add(node.text);
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const name = (node.moduleSpecifier as ts.StringLiteral).text;
      imports.push(name);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteral(name)) lazy.push(name.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      lazy.push((node.argument.literal as ts.StringLiteral).text);
    }
    for (const at of [node.getFullStart(), node.getEnd()]) {
      for (const found of [ts.getLeadingCommentRanges(text, at), ts.getTrailingCommentRanges(text, at)]) {
        for (const { pos, end } of found ?? []) comments.push([pos, end]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  const characters = [...Array(text.length).keys()].map((i) => text[i]!);
  for (const [start, end] of comments) characters.fill(" ", start, end);
  return {
    path,
    folder: path.includes("/") ? path.split("/")[0]! : "",
    imports,
    lazy,
    node: [...named],
    code: characters.join(""),
  };
}

/** Whether a string is the name of one of Node's modules, where a module is imported. */
function isNodeModule({ text, parent }: ts.StringLiteral): boolean {
  const imported =
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isCallExpression(parent) ||
    ts.isLiteralTypeNode(parent);
  return imported && (text.startsWith("node:") || (isBuiltin(text) && ts.isImportDeclaration(parent)));
}

/** Whether an identifier stands for itself: not the name of a property, nor declared in the file. */
function isFree(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.expression !== node) return false;
  if (ts.isQualifiedName(parent) && parent.left !== node) return false;
  const named = parent as ts.Node & { name?: ts.Node; propertyName?: ts.Node };
  if ((named.name === node && !ts.isShorthandPropertyAssignment(parent)) || named.propertyName === node)
    return false;
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if ((at as unknown as { locals?: Map<string, unknown> }).locals?.has(node.text)) return false;
  }
  return true;
}

/** The file in `src` that a relative import means. */
function target(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
}

const floorOf = (folder: string) => floors.findIndex((floor) => floor.includes(folder));

test("every folder of src has its floor, and every relative import leads to a file", () => {
  expect(files.length).toBeGreaterThan(30);
  const homeless = files.filter(({ folder }) => folder !== "" && floorOf(folder) < 0).map(({ path }) => path);
  expect(homeless).toEqual([]);
  const lost = files.flatMap(({ path, imports }) =>
    imports.map((name) => target(path, name)).filter((to) => to !== undefined && !paths.has(to)),
  );
  expect(lost).toEqual([]);
});

test("imports only go downwards", () => {
  const upwards: string[] = [];
  for (const { path, folder, imports, lazy } of files) {
    if (folder === "") continue; // src/index.ts names what all floors export
    for (const name of [...imports, ...lazy]) {
      const to = target(path, name);
      if (to === undefined || !paths.has(to)) continue;
      const there = to.split("/")[0]!;
      if (!to.includes("/") || (there !== folder && floorOf(there) >= floorOf(folder))) {
        upwards.push(`${path} imports ${to}`);
      }
    }
  }
  expect(upwards).toEqual([]);
});

type Imports = Pick<SourceFile, "path" | "imports" | "lazy">;

/** The ways by which a file imports itself. */
function cyclesOf(files: readonly Imports[]): string[] {
  const cycles: string[] = [];
  const state = new Map<string, "open" | "done">();
  const byPath = new Map(files.map((file) => [file.path, file]));
  const walk = (path: string, trail: string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    const { imports, lazy } = byPath.get(path)!;
    for (const name of [...imports, ...lazy]) {
      const to = target(path, name);
      if (to !== undefined && byPath.has(to)) walk(to, [...trail, path]);
    }
    state.set(path, "done");
  };
  for (const { path } of files) walk(path, []);
  return cycles;
}

test("no file imports itself by way of others, not even for types", () => {
  expect(cyclesOf(files)).toEqual([]);
});

test.each([
  ["value", 'import { b } from "./b.js";'],
  ["type", 'import type { B } from "./b.js";'],
  ["export", 'export type { B } from "./b.js";'],
  ["import type", 'let b: import("./b.js").B;'],
  ["import when needed", 'const b = await import("./b.js");'],
])("a circle by %s is seen", (_, text) => {
  const circle = [parse("x/a.ts", text), parse("x/b.ts", 'import { c } from "./c.js";')];
  expect(cyclesOf(circle)).toEqual([]);
  circle.push(parse("x/c.ts", 'import type { A } from "./a.js";'));
  expect(cyclesOf(circle)).toEqual(["x/a.ts → x/b.ts → x/c.ts → x/a.ts"]);
});

describe("who may name what", () => {
  test("only kernel/ and cli/ import tslab", () => {
    const named = /["'`](@tslab\/|tslab["'`/])/; // also by require(…)
    const found = files.filter(({ folder, code }) => !["kernel", "cli"].includes(folder) && named.test(code));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test("only platform/, kernel/ and cli/ name Node's modules and globals", () => {
    const found = files
      .filter(({ folder, node }) => !["platform", "kernel", "cli"].includes(folder) && node.length > 0)
      .map(({ path, node }) => `${path} names ${node.join(", ")}`);
    expect(found).toEqual([]);
    // The instrument sees what it should.
    const seen = new Set(files.flatMap(({ node }) => node));
    expect([...seen]).toEqual(expect.arrayContaining(["node:fs", "Buffer", "process", "NodeJS"]));
  });

  test("only display/ names Plotly (comments may)", () => {
    const found = files.filter(({ folder, code }) => folder !== "display" && /plotly/i.test(code));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test("packages are imported by name only if package.json lists them", () => {
    const root = dirname(src);
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    const listed = { ...dependencies, ...optionalDependencies };
    const foreign = files.flatMap(({ path, imports, lazy }) =>
      [...imports, ...lazy]
        .filter((name) => !name.startsWith(".") && !name.startsWith("node:") && name !== "#platform")
        .map((name) =>
          name
            .split("/")
            .slice(0, name.startsWith("@") ? 2 : 1)
            .join("/"),
        )
        .filter((name) => !(name in listed))
        .map((name) => `${relative(root, join(src, path))} imports ${name}`),
    );
    expect(foreign).toEqual([]);
  });
});
