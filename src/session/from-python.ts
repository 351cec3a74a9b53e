/**
 * Translates Python that readers may type into TypeScript: names, methods, lines.
 */

/** TypeScript equivalents of Python builtins. */
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
  System: "console.log(…) prints",
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

/** The counterparts of Python's lists, strings and dictionaries. */
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

const libraries = new Map([
  ["numpy", 'tensors are nablab\'s: import { tensor } from "nablab"'],
  ...["torch", "tensorflow", "keras"].map((name): [string, string] => [
    name,
    'networks are nablab\'s: import { sequential, dense, train } from "nablab"',
  ]),
  ["matplotlib", 'charts are nablab\'s: import { lineChart } from "nablab"'],
  ["pandas", 'tables are nablab\'s: import { table } from "nablab"'],
  ["math", "Math is there without an import: Math.sqrt(x), Math.PI"],
  ["random", "Math.random() is there without an import"],
  ["json", "JSON is there without an import: JSON.parse(text), JSON.stringify(value)"],
  ["time", "performance.now() is there without an import"],
  ["sys", "process is there without an import"],
  ["os", 'import os from "node:os"'],
]);

type Translation = [RegExp, (...parts: string[]) => string | undefined];

const libraryOf = (module: string): string | undefined => libraries.get(/^\w*/.exec(module)![0]);

/** Lines of Python that TypeScript cannot parse, with their translations. */
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
    /^\s*(async\s+)?def\s+(\w+)\s*\((.*)\)\s*(?:->[^:]*)?(?::|$)/,
    (_, isAsync = "", name = "", parameters = "") => `${isAsync}function ${name}(${parameters}) { … }`,
  ],
  [/^\s*class\s+(\w+)\s*(?:\([^{]*\))?\s*:[^{]*$/, (_, name = "") => `class ${name} { … }`],
  [/^\s*for\s+(\w+(?:\s*,\s*\w+)*)\s+in\s+(.+?):/, (_, names = "", list = "") => loop(names, list)],
  // Without the colon, or with a brace: the rest of the line may be anything.
  [
    /^\s*for\s+(\w+(?:\s*,\s*\w+)*)\s+in\s+([\w.]+(?:\(.*\)|\[[^\]]*\])?)\s*$/,
    (_, names = "", list = "") => loop(names, list),
  ],
  [/^\s*for\s+(\w+)\s+in\s+(range\(.*\))\s*\{/, (_, name = "", list = "") => counted(name, list)],
  [
    /\{\s*([^{}:]+?)\s*:\s*([^{}]+?)\s+for\s+(\w+(?:\s*,\s*\w+)*)\s+in\s+([^{}]+?)(?:\s+if\s+([^{}]+?))?\s*\}/,
    (_, key = "", value = "", names = "", list = "", condition) => {
      const name = pattern(names);
      const isPlain = /^[\w\s.*+()[\]-]+$/.test(key + value);
      const entries = list.replace(/^([\w.]+)\.items\(\)$/, "Object.entries($1)");
      return `Object.fromEntries(${mapped(name, entries, { condition, value: isPlain ? `[${key}, ${value}]` : "[…, …]" })})`;
    },
  ],
  // A condition without parentheses, or a final colon: elsewhere a colon may be in a string, or in `a ? b : c`.
  [
    /^\s*(if|while)\s+((?!\()[^{]+?):/,
    (_, word = "", condition = "") => `${word} (${inTypeScript(condition.trim())}) { … }`,
  ],
  [
    /^\s*(if|while)\s*(\(.*\))\s*:\s*$/,
    (_, word = "", condition = "") => `${word} ${inTypeScript(condition)} { … }`,
  ],
  [
    /^\s*(if|while)\s+((?![\s(])[^{}();=]+(?:[=!<>]=[^{}();=]+)?)$/,
    (_, word = "", condition = "") => `${word} (${inTypeScript(condition.trim())}) { … }`,
  ],
  [/^\s*elif\s+(.+?):/, (_, condition = "") => `else if (${inTypeScript(condition)}) { … }`],
  [/(?:^|\})\s*(?:elif|elseif|elsif)\s*(\(.*?\))\s*\{/, (_, condition = "") => `else if ${condition} { … }`],
  [/^\s*else\s*:/, () => "else { … }"],
  [/^\s*(try|finally)\s*:/, (_, word = "") => `${word} { … }`],
  [/^\s*except\b[^{]*:/, () => "catch (error) { … }"],
  [/^\s*with\s+(.+?)\s+as\s+(\w+)\s*:/, (_, value = "", name = "") => `using ${name} = ${value}`],
  [/\blambda\s+([\w, ]+):\s*(.+)$/, (_, parameters = "", value = "") => `(${parameters}) => ${value}`],
  [/^\s*(?:"""|''')/, () => "/* … */ is a comment, `…` a text, also of several lines"],
  [/^\s*print\s+(["'].*)$/, (_, text = "") => `console.log(${text})`],
];

/** Python in the middle of a line, from the position of the error. */
const parts: Translation[] = [
  [
    /^for\s+(\w+)\s+in\s+(.*)\]/,
    (_, name = "", rest = "") => {
      const [, list = "", inner, condition] =
        /^(.+?)(?:\s+(for)\b.*|\s+if\b(.*))?$/.exec(untilClosed(rest).trim()) ?? [];
      return mapped(name, list, { inner, condition });
    },
  ],
  [
    /^def\s+(\w+)\s*\(([^)]*)\)\s*\{/,
    (_, name = "", all = "") => `${name}(${all.replace(/^self\b[,\s]*/, "")}) { … }`,
  ],
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

/** `for names in list`. */
const loop = (names: string, list: string): string =>
  counted(names, list) ?? `for (const ${pattern(names)} of ${list}) { … }`;

/** `x`, or of `x, y` the pattern `[x, y]`. */
const pattern = (names: string): string => (names.includes(",") ? `[${names}]` : names);

/** `for i in range(a, b, step)`. */
function counted(name: string, list: string): string | undefined {
  const range = /^range\(\s*([^,()]+?)\s*(?:,\s*([^,()]+?)\s*)?(?:,\s*(-?)([^,()]+?)\s*)?\)$/;
  const [, first, second, minus, step = "1"] =
    range.exec(list.trim().replace(/\blen\(([\w.]+)\)/g, "$1.length")) ?? [];
  if (first === undefined) return undefined;
  const [start, end] = second === undefined ? ["0", first] : [first, second];
  const [order, sign] = minus ? [">", "-"] : ["<", "+"];
  const next = step === "1" ? `${name}${sign}${sign}` : `${name} ${sign}= ${step}`;
  return `for (let ${name} = ${start}; ${name} ${order} ${end}; ${next}) { … }`;
}

/** `[value for x in list if condition]`, or with an inner `for` after the list. */
function mapped(
  name: string,
  list: string,
  {
    inner,
    condition,
    value = "…",
  }: { inner?: string | undefined; condition?: string | undefined; value?: string },
): string {
  const [, count] = /^range\(\s*([^,()]+?)\s*\)$/.exec(list) ?? [];
  if (count !== undefined && !inner && condition === undefined && value === "…")
    return `Array.from({ length: ${count} }, (_, ${name}) => …)`;
  const isSimple = /^(?:\[.*\]|[\w.$]+(?:\[[^\]]*\]|\([^)]*\))*)$/.test(list);
  const values =
    count !== undefined
      ? `[...Array(${count}).keys()]`
      : /^(?:range|enumerate|zip|sorted|reversed|map|filter)\(/.test(list)
        ? "xs"
        : isSimple
          ? list
          : `(${list})`;
  const kept = condition === undefined ? "" : `.filter((${name}) => ${inTypeScript(condition.trim())})`;
  return `${values}${kept}.${inner ? "flatMap" : "map"}((${name}) => ${value})`;
}

/** A text up to the first bracket that it closes without having opened it. */
function untilClosed(text: string): string {
  let depth = 0;
  for (const [i, char] of [...text].entries()) {
    if ("([{".includes(char)) depth++;
    else if (")]}".includes(char) && depth-- === 0) return text.slice(0, i);
  }
  return text;
}

/** A condition with the words of Python replaced; one with texts is left alone. */
function inTypeScript(condition: string): string {
  if (/["'`]/.test(condition)) return condition;
  const words: Record<string, string> = { True: "true", False: "false", None: "null", and: "&&", or: "||" };
  return condition
    .replace(/\bnot\s+/g, "!")
    .replace(/\b(?:True|False|None|and|or)\b/g, (word) => words[word]!);
}

/** The TypeScript equivalent of a Python name. */
export const wordsForName = (name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

/** What a type of Python is in TypeScript. */
export const wordsForType = (name: string): string | undefined =>
  Object.hasOwn(types, name) ? types[name] : undefined;

/** The TypeScript equivalent of a Python method or property of a receiver. */
export const wordsForMember = (name: string, receiver: Receiver): string | undefined =>
  Object.hasOwn(members[receiver], name) ? members[receiver][name] : undefined;

/** The translation of a Python line with a syntax error at a column. */
export const translateLine = (text: string, column: number): string | undefined =>
  translated(lines, text) ?? translated(parts, text.slice(column)) ?? sliceOf(text, column);

/** `xs[1:3]`: a colon within index brackets. */
const sliceOf = (text: string, column: number): string | undefined =>
  /[\w)\]]\[\s*-?\w*\s*$/.test(text.slice(0, column)) && /^:\s*-?\w*\s*\]/.test(text.slice(column))
    ? "xs.slice(from, to)"
    : undefined;

function translated(translations: readonly Translation[], text: string): string | undefined {
  for (const [pattern, fix] of translations) {
    const found = pattern.exec(text);
    const fixed = found && fix(...found);
    if (fixed) return fixed;
  }
  return undefined;
}
