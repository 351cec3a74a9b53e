/**
 * Python in TypeScript's words: what readers who come from it type, its names, its methods, its lines.
 */

/** TypeScript's words for those of Python's builtins that have a short answer. */
const names: Record<string, string> = {
  print: "console.log(…) prints",
  len: "the length of a list or a text is x.length",
  range: "for (let i = 0; i < n; i++) { … } counts, Array.from({ length: n }, (_, i) => i) makes a list",
  None: "null or undefined",
  True: "true",
  False: "false",
  str: "String(x) makes a text",
  int: "Math.trunc(x) makes an integer of a number, Number.parseInt(text) of a text",
  float: "Number(x)",
  abs: "Math.abs(x)",
  sum: "xs.reduce((sum, x) => sum + x, 0)",
  round: "Math.round(x)",
  enumerate: "for (const [i, x] of xs.entries()) { … }",
  zip: "xs.map((x, i) => [x, ys[i]])",
  sorted: "xs.toSorted((a, b) => a - b)",
  input: "prompt(…) asks",
  elif: "else if (…) { … }",
  np: 'nablab has the tensors: import { tensor } from "nablab"',
  pd: 'nablab has the tables: import { table } from "nablab"',
  plt: 'nablab has the charts: import { lineChart } from "nablab"',
  torch: 'nablab has the networks: import { sequential, dense, train } from "nablab"',
  self: "this",
  type: "typeof x",
  list: "[...xs] makes a list",
  dict: "{ key: value }, or new Map()",
  tuple: "[x, y]",
  set: "new Set(xs)",
  open: 'readFileSync(path, "utf8") of "node:fs" reads a file',
  help: "a name with ? after it, as in train?, shows its help",
  printf: "console.log(…) prints",
  println: "console.log(…) prints",
};

/** The same for its types, and those of languages with similar ones. */
const types: Record<string, string> = {
  int: "number",
  float: "number",
  double: "number",
  str: "string",
  bool: "boolean",
  list: "number[], or of another type",
  dict: "Record<string, number>, or of another type",
  None: "null",
};

/** What has the methods of Python's lists, texts and dictionaries. */
export type Receiver = "list" | "text" | "record";

/** The same for their methods. */
const members: Record<Receiver, Record<string, string>> = {
  list: {
    append: "xs.push(x)",
    extend: "xs.push(...ys)",
    insert: "xs.splice(i, 0, x)",
    remove: "xs.splice(xs.indexOf(x), 1)",
    copy: "[...xs]",
    index: "xs.indexOf(x)",
    len: "x.length",
    get: "xs[i]",
    sum: "xs.reduce((sum, x) => sum + x, 0)",
  },
  text: {
    upper: "text.toUpperCase()",
    lower: "text.toLowerCase()",
    strip: "text.trim()",
    startswith: "text.startsWith(…)",
    endswith: "text.endsWith(…)",
    index: "text.indexOf(…)",
    len: "x.length",
    format: "`…$" + "{x}…`",
  },
  record: {
    keys: "Object.keys(record)",
    values: "Object.values(record)",
    items: "Object.entries(record)",
    get: "record[key] ?? otherwise",
    copy: "{ ...record }",
    len: "Object.keys(record).length",
  },
};

const libraries: Record<string, string> = {
  numpy: 'tensors are nablab\'s: import { tensor } from "nablab"',
  torch: 'networks are nablab\'s: import { sequential, dense, train } from "nablab"',
  tensorflow: 'networks are nablab\'s: import { sequential, dense, train } from "nablab"',
  keras: 'networks are nablab\'s: import { sequential, dense, train } from "nablab"',
  "matplotlib.pyplot": 'charts are nablab\'s: import { lineChart } from "nablab"',
  matplotlib: 'charts are nablab\'s: import { lineChart } from "nablab"',
  pandas: 'tables are nablab\'s: import { table } from "nablab"',
};

type Translation = [RegExp, (...parts: string[]) => string];

const libraryOf = (module: string): string | undefined =>
  libraries[module] ?? libraries[/^\w*/.exec(module)![0]];

/** Lines of Python that TypeScript cannot parse, with what they are in TypeScript. */
const lines: Translation[] = [
  [
    /^\s*import\s+([\w.]+)(?:\s+as\s+(\w+))?\s*$/,
    (_, module = "", name = module.split(".").at(-1)!) =>
      libraryOf(module) ?? `import * as ${name} from "${module}"`,
  ],
  [
    /^\s*from\s+([\w.]+)\s+import\s+(.+?)\s*$/,
    (_, module = "", names = "") => libraryOf(module) ?? `import { ${names} } from "${module}"`,
  ],
  [
    /^\s*(async\s+)?def\s+(\w+)\s*\((.*)\)\s*(?:->[^:]*)?:/,
    (_, isAsync = "", name = "", parameters = "") => `${isAsync}function ${name}(${parameters}) { … }`,
  ],
  [/^\s*class\s+(\w+)\s*(?:\([^{]*\))?\s*:[^{]*$/, (_, name = "") => `class ${name} { … }`],
  [
    /^\s*for\s+(\w+(?:\s*,\s*\w+)*)\s+in\s+(.+?):/,
    (_, names = "", list = "") =>
      `for (const ${names.includes(",") ? `[${names}]` : names} of ${list}) { … }`,
  ],
  // A condition without parentheses, or a line that ends with the colon: others have it in a text, or in `a ? b : c`.
  [
    /^\s*(if|while)\s+((?!\()[^{]+?):/,
    (_, word = "", condition = "") => `${word} (${condition.trim()}) { … }`,
  ],
  [/^\s*(if|while)\s*(\(.*\))\s*:\s*$/, (_, word = "", condition = "") => `${word} ${condition} { … }`],
  [/^\s*elif\s+(.+?):/, (_, condition = "") => `else if (${condition}) { … }`],
  [/^\s*else\s*:/, () => "else { … }"],
  [/^\s*(try|finally)\s*:/, (_, word = "") => `${word} { … }`],
  [/^\s*except\b[^{]*:/, () => "catch (error) { … }"],
  [/^\s*with\s+(.+?)\s+as\s+(\w+)\s*:/, (_, value = "", name = "") => `using ${name} = ${value}`],
  [/\blambda\s+([\w, ]+):\s*(.+)$/, (_, parameters = "", value = "") => `(${parameters}) => ${value}`],
  [/^\s*(?:"""|''')/, () => "/* … */ is a comment, `…` a text, also of several lines"],
  [/^\s*print\s+(["'].*)$/, (_, text = "") => `console.log(${text})`],
];

/** What Python has in the middle of a line, from the place of the error on. */
const parts: Translation[] = [
  [/^for\s+(\w+)\s+in\s+([^\]]*)\]/, (_, name = "", list = "") => `${list.trim()}.map((${name}) => …)`],
  [/^if\b(?!\s*\().+\belse\b/, () => "condition ? x : y"],
  [/^not\b/, () => "!x"],
  [/^and\b/, () => "x && y"],
  [/^or\b/, () => "x || y"],
  [/^is\b/, () => "x === y"],
  [/^[fr]["']/, () => "`…$" + "{x}…` is a text with values in it"],
  [/^assert\b\s*(.*)/, (_, condition = "") => `console.assert(${condition})`],
  [/^raise\b/, () => 'throw new Error("…")'],
  [/^del\b/, () => "delete record.key, or xs.splice(i, 1)"],
  [/^#(?!\w)/, () => "// begins a comment"],
];

/** What a name of Python is in TypeScript. */
export const wordsForName = (name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

/** What a type of Python is in TypeScript. */
export const wordsForType = (name: string): string | undefined =>
  Object.hasOwn(types, name) ? types[name] : undefined;

/** What a method or property of Python is in TypeScript, of a receiver of this kind. */
export const wordsForMember = (name: string, receiver: Receiver): string | undefined =>
  Object.hasOwn(members[receiver], name) ? members[receiver][name] : undefined;

/** What a line of Python, in which the parser stumbles at a column, is in TypeScript. */
export const translateLine = (text: string, column: number): string | undefined =>
  translated(lines, text) ?? translated(parts, text.slice(column)) ?? sliceOf(text, column);

/** `xs[1:3]`: a colon between the index of something and the end of the brackets. */
const sliceOf = (text: string, column: number): string | undefined =>
  /[\w)\]]\[\s*-?\w*\s*$/.test(text.slice(0, column)) && /^:\s*-?\w*\s*\]/.test(text.slice(column))
    ? "xs.slice(from, to)"
    : undefined;

function translated(translations: readonly Translation[], text: string): string | undefined {
  for (const [pattern, fix] of translations) {
    const found = pattern.exec(text);
    if (found) return fix(...found);
  }
  return undefined;
}
