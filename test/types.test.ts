/**
 * The types help: each of these mistakes is an error before anything runs, in an editor and in a notebook's cell; and the
 * right use beside it is none.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** What the compiler says of a snippet that may use all names of nablab. */
function errors(code: string, lib?: string): string[] {
  const file = join(root, "test", "snippet.ts");
  const text = `import * as nablab from "nablab";\nconst { ${names.join(", ")} } = nablab;\nexport {};\n${code}\n`;
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    ...(lib && { lib: [`lib.${lib}.d.ts`] }),
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
      : (cache.get(name) ?? remember(name, getSourceFile(name, ...rest)));
  const program = ts.createProgram([file], options, host, before);
  before = program;
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
let before: ts.Program | undefined;
const cache = new Map<string, ts.SourceFile>();
function remember(name: string, file: ts.SourceFile | undefined): ts.SourceFile | undefined {
  if (file) cache.set(name, file);
  return file;
}

const names = [
  "adam",
  "chain",
  "check",
  "conv2d",
  "crossEntropy",
  "dataset",
  "defineLayer",
  "dense",
  "descend",
  "dropout",
  "flatten",
  "gradientCheck",
  "gradientDescentBound",
  "lineChart",
  "quadratic",
  "relu",
  "scaleBy",
  "sequential",
  "sgd",
  "slider",
  "tensor",
  "train",
  "logSumExp",
  "grad",
];
const setting = `
const net = sequential([dense(2, 3), relu(), dense(3, 2)]);
const data = dataset({ x: [[1, 2]], y: [0], classes: 2 });
`;

describe.each([
  [
    "a rule where its call was meant",
    `${setting} train(net, data, { rule: sgd({ eta: 0.1 }) })`,
    `${setting} train(net, data, { rule: sgd })`,
  ],
  [
    "an option that does not exist",
    `${setting} train(net, data, { epochs: 3 })`,
    `${setting} train(net, data, { epoch: 3 })`,
  ],
  [
    "a word that is none of the choices",
    `${setting} train(net, data, { shuffle: "once" })`,
    `${setting} train(net, data, { shuffle: "always" })`,
  ],
  ["arguments the wrong way round", `${setting} train(net, data)`, `${setting} train(data, net)`],
  [
    "a loss by its name",
    `${setting} train(net, data, { loss: crossEntropy() })`,
    `${setting} train(net, data, { loss: "crossEntropy" })`,
  ],
  ["a forgotten await", `${setting} (await train(net, data)).epochs`, `${setting} train(net, data).epochs`],
  [
    "an activation without its brackets",
    "sequential([dense(1, 2), relu(), dense(2, 1)])",
    "sequential([dense(1, 2), relu, dense(2, 1)])",
  ],
  ["widths as a list", "dense(2, 3)", "dense([2, 3])"],
  ["a kernel of two numbers", "conv2d(1, 6, { kernel: 5 })", "conv2d(1, 6, { kernel: [5, 5] })"],
  ["an objective without what is needed", "quadratic({ spectrum: [1, 2] })", "quadratic([1, 2])"],
  [
    "a descent without a start",
    "descend(quadratic({ spectrum: [1] }), { theta0: [1], eta: 1 })",
    "descend(quadratic({ spectrum: [1] }), { eta: 1 })",
  ],
  ["a bound without a step size", "gradientDescentBound({ R: 1, eta: 1 })", "gradientDescentBound({ R: 1 })"],
  ["text in a tensor", "tensor([[1, 2]])", 'tensor([["1", "2"]])'],
  ["an axis as text", "tensor([1]).sum(0)", 'tensor([1]).sum("rows")'],
  [
    "a chart without axes",
    'lineChart({ title: "t", x: { title: "x" }, y: { title: "y" }, series: [] })',
    'lineChart({ title: "t", series: [] })',
  ],
  ["a number that is asked for as text", 'check("A1", "holds", true)', 'check("A1", "holds", "true")'],
  [
    "a layer without a way forward",
    'defineLayer({ name: "a", forward: (x) => x })',
    'defineLayer({ name: "a" })',
  ],
  ["a rule where a link was meant", "chain(scaleBy(0.1))", "chain(sgd({ eta: 0.1 }))"],
  [
    "a check of a function that returns a number, without its gradient",
    "gradientCheck((x) => x.mul(x).sum(), [1])",
    "gradientCheck((x: Float64Array) => x[0]! ** 2, [1])",
  ],
  ["a layer by the wrong options", "dropout(0.5)", "dropout({ p: 0.5 })"],
  ["a dtype that is none", 'tensor([1], { dtype: "float32" })', 'tensor([1], { dtype: "float16" })'],
] as const)("%s", (_, right, wrong) => {
  test("is an error, and the right use is none", () => {
    expect(errors(right)).toEqual([]);
    expect(errors(wrong)).not.toEqual([]);
  });
});

test("no public signature has any", () => {
  const rolled = join(root, "dist", "nablab.d.ts");
  const file = ts.createSourceFile(rolled, readFileSync(rolled, "utf8"), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(node.parent.getText());
    ts.forEachChild(node, visit);
  };
  visit(file);
  expect(file.statements.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

describe("a tensor of any dtype is a Tensor", () => {
  test.each([
    "const step = (x: nablab.Tensor): nablab.Tensor => x.mul(2); let theta = tensor([1, 2]); theta = step(theta)",
    "class Model { W = nablab.zeros([2, 2]); set(w: nablab.Tensor) { this.W = w; } }",
    "const f = (t: nablab.Tensor) => t.mul(2); const path = [tensor([1])]; path.push(f(path[0]!))",
    'let w = nablab.zeros(2); w = w.astype("float32"); w = nablab.concat([w, [1]])',
    'const t = tensor([1]), either = Math.random() > 2 ? t : t.astype("float32"); t.add(either).matmul(either); t.equals(either)',
    "const parts: any[] = [[1], tensor([2])]; const t: nablab.Tensor = nablab.stack(parts).add(nablab.concat(parts))",
    "const dA: readonly nablab.Tensor[] = [], db: nablab.Tensor[] = []; nablab.flatGradient({ dA, db })",
    "nablab.Tensor.prototype.matmul = function (this: nablab.Tensor, other) { return this.mul(other); }",
    "const f = (dtype: nablab.DType): nablab.Tensor => tensor([1], { dtype })",
  ])("%s", (code) => expect(errors(code)).toEqual([]));

  test("whose data may be of either kind", () => {
    const code = "const f = (t: nablab.Tensor): Float64Array => t.data";
    expect(errors(code).join()).toContain("is not assignable to type");
    const single =
      "const f = (t: nablab.Tensor) => t.data instanceof Float32Array ? t.data.length : t.data.at(0)";
    expect(errors(single)).toEqual([]);
  });
});

test("the numbers of a tensor, a dataset and a file may be summed, mapped and sorted without knowing their kind", () => {
  const code = `
const t = tensor([[1, 2]]), data = dataset({ x: [[1, 2]], y: [0], classes: 2 });
const sums: number[] = [t.data, data.x, data.y].length ? [
  t.data.reduce((sum, x) => sum + x), t.data.reduce((sum, x) => sum + x, 0), t.data.reduceRight((sum, x) => sum + x, 0),
  data.x.reduce((sum, x) => sum + x, 0), data.y.reduce((sum, y) => Math.max(sum, y), 0),
  t.data.map((x) => x * x).filter((x, i) => x > i).slice(1).reduce((sum, x) => sum + x, 0),
  t.data.slice().sort((a, b) => b - a).subarray(0, 1).reduce((sum, x) => sum + x, 0),
] : [];
const texts: string[] = t.data.reduce<string[]>((list, x) => [...list, x.toFixed(1)], []);
const either: Float64Array | Float32Array = t.data;
const wide: Float64Array = t.data instanceof Float64Array ? t.data : Float64Array.from(t.data);
const zeros: nablab.Numbers = new Float64Array(2), single: nablab.Numbers = Float32Array.of(1), plain: nablab.Numbers = either;
const bytes: nablab.Numbers<Uint8Array | Float64Array> = new Uint8Array(2);
const copy: Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> = t.data.slice();
const squares: ArrayBuffer = t.data.map((x) => x * x).buffer, some: ArrayBuffer = t.data.filter((x) => x > 0).slice().buffer;
new nablab.Tensor([1, 2], t.data); dataset({ x: t.data, y: [0], sampleShape: [2], classes: 2 });
const mine = (numbers: Float64Array | Float32Array) => numbers.length;
mine(t.data); mine(t.data.map((x) => x + 1)); Math.max(...t.data); for (const x of t.data) x.toFixed();
const byIndex: number = t.data[0]!; t.data[1] = 3; t.data.set([1, 2]); t.data.fill(0); t.data.sort();`;
  const newer = `
const t = tensor([[1, 2]]);
t.data.toSorted((a, b) => b - a).subarray(0, 1).toReversed().with(0, 1).reduce((sum, x) => sum + x, 0);
const last: number | undefined = t.data.findLast((x) => x > 1), at: number = t.data.findLastIndex((x) => x > 1);
const sorted: ArrayBuffer = t.data.toSorted().buffer;`;
  for (const lib of ["es2022", "es2023", "esnext"]) expect(errors(code, lib)).toEqual([]);
  for (const lib of ["es2023", "esnext"]) expect(errors(newer, lib)).toEqual([]);
  expect(errors("tensor([1]).data.toSorted()", "es2022").join()).toContain("possibly 'undefined'");
  expect(errors("const words: string[] = tensor([1]).data.map((x) => x + 1)")).not.toEqual([]);
  expect(errors("tensor([1]).data.reduce((sum, x) => sum + x.length, 0)")).not.toEqual([]);
  expect(errors("const kept: ArrayBuffer = tensor([1]).data.subarray(1).buffer")).not.toEqual([]);
});
