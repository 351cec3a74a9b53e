/**
 * What beginners get wrong most, with its fix in the first line of the error: names that are misspelt or not imported,
 * an await that is missing, Python.
 */
import type { Diagnostic } from "./diagnostic.js";

/** What may be meant: values of the session, and what nablab exports. */
export interface Candidates {
  session: Iterable<string>;
  exports: readonly string[];
}

/** TypeScript's words for those of Python's builtins that have a short answer. */
const python: Record<string, string> = {
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
};

/** The same for methods of its lists, texts and dictionaries. */
const pythonMembers: Record<string, string> = {
  append: "xs.push(x)",
  extend: "xs.push(...ys)",
  insert: "xs.splice(i, 0, x)",
  remove: "xs.splice(xs.indexOf(x), 1)",
  copy: "[...xs] or { ...record }",
  index: "xs.indexOf(x)",
  len: "x.length",
  upper: "text.toUpperCase()",
  lower: "text.toLowerCase()",
  strip: "text.trim()",
  startswith: "text.startsWith(…)",
  endswith: "text.endsWith(…)",
  format: "`…$" + "{x}…`",
  keys: "Object.keys(record)",
  values: "Object.values(record)",
  items: "Object.entries(record)",
  get: "record[key] ?? otherwise",
  sum: "xs.reduce((sum, x) => sum + x, 0)",
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
    (_, module = "", name = module) => libraryOf(module) ?? `import * as ${name} from "${module}"`,
  ],
  [
    /^\s*from\s+([\w.]+)\s+import\s+(.+?)\s*$/,
    (_, module = "", names = "") => libraryOf(module) ?? `import { ${names} } from "${module}"`,
  ],
  [
    /^\s*(async\s+)?def\s+(\w+)\s*\((.*)\)\s*(?:->[^:]*)?:/,
    (_, isAsync = "", name = "", parameters = "") => `${isAsync}function ${name}(${parameters}) { … }`,
  ],
  [/^\s*class\s+(\w+)\s*(?:\([^{]*\))?\s*:/, (_, name = "") => `class ${name} { … }`],
  [
    /^\s*for\s+(\w+(?:\s*,\s*\w+)*)\s+in\s+(.+?):/,
    (_, names = "", list = "") =>
      `for (const ${names.includes(",") ? `[${names}]` : names} of ${list}) { … }`,
  ],
  [/^\s*(if|while)\s+([^{]+?):/, (_, word = "", condition = "") => `${word} (${condition}) { … }`],
  [/^\s*elif\s+(.+?):/, (_, condition = "") => `else if (${condition}) { … }`],
  [/^\s*else\s*:/, () => "else { … }"],
  [/^\s*(try|finally)\s*:/, (_, word = "") => `${word} { … }`],
  [/^\s*except\b[^{]*:/, () => "catch (error) { … }"],
  [/^\s*with\s+(.+?)\s+as\s+(\w+)\s*:/, (_, value = "", name = "") => `using ${name} = ${value}`],
  [/\blambda\s+([\w, ]+):\s*(.+)$/, (_, parameters = "", value = "") => `(${parameters}) => ${value}`],
  [/^\s*print\s+(["'].*)$/, (_, text = "") => `console.log(${text})`],
];

/** What Python has in the middle of a line, from the place of the error on. */
const parts: Translation[] = [
  [/^for\s+(\w+)\s+in\s+([^\]]*)\]/, (_, name = "", list = "") => `${list.trim()}.map((${name}) => …)`],
  [/^if\b.+\belse\b/, () => "condition ? x : y"],
  [/^not\b/, () => "!x"],
  [/^and\b/, () => "x && y"],
  [/^or\b/, () => "x || y"],
  [/^is\b/, () => "x === y"],
  [/^[fr]["']/, () => "`…$" + "{x}…` is a text with values in it"],
  [/^:\s*-?\w*\s*\]/, () => "xs.slice(from, to)"],
  [/^assert\b\s*(.*)/, (_, condition = "") => `console.assert(${condition})`],
  [/^raise\b/, () => 'throw new Error("…")'],
  [/^del\b/, () => "delete record.key, or xs.splice(i, 1)"],
  [/^#/, () => "// begins a comment"],
];

/** Errors of the parser: Python is reported once, instead of what the parser makes of it. */
export function adviseOnSyntax(diagnostics: Diagnostic[]): Diagnostic[] {
  for (const diagnostic of diagnostics) {
    const [command] = /^%\w+/.exec(diagnostic.text) ?? [];
    if (command) {
      const messages = [`a cell knows %check on, %check off, %install PACKAGE and !COMMAND, got ${command}`];
      return [{ ...diagnostic, messages }];
    }
  }
  for (const diagnostic of diagnostics) {
    const { text, column } = diagnostic;
    const fix = translated(lines, text) ?? translated(parts, text.slice(column));
    if (fix !== undefined)
      return [{ ...diagnostic, messages: [`this line is Python; in TypeScript: ${fix}`] }];
  }
  return diagnostics;
}

function translated(translations: readonly Translation[], text: string): string | undefined {
  for (const [pattern, fix] of translations) {
    const found = pattern.exec(text);
    if (found) return fix(...found);
  }
  return undefined;
}

/** An error of the type checker, with the fix in its first line where it is known. */
export function advise(diagnostic: Diagnostic, candidates: Candidates): Diagnostic {
  const { code, messages } = diagnostic;
  const [first = "", ...rest] = messages;
  const fix = forgotAwait(diagnostic)
    ? "did you forget await?"
    : (fixOfName(code, first, candidates) ??
      fixOfAssignment(diagnostic) ??
      fixOfModule(code, first) ??
      fixOfNode(code, first) ??
      fixOfMember(diagnostic) ??
      fixOfOperator(diagnostic) ??
      (diagnostic.hints?.wanted && `it is an object: ${diagnostic.hints.wanted}`));
  if (fix) {
    const said = first.replace(/\.( Did you mean .*| Do you need to change your target library\?.*)?$/, "");
    return { ...diagnostic, messages: [`${said}; ${fix}`, ...rest] };
  }
  const missing = missingIn(rest.at(-1) ?? first);
  return missing && first.length > 80 ? { ...diagnostic, messages: [missing, ...messages] } : diagnostic;
}

/** Whether what is wrong is a promise where its value is wanted. */
function forgotAwait({ forgotAwait, code, messages: [first = ""], hints }: Diagnostic): boolean {
  if (forgotAwait || hints?.operand?.startsWith("Promise<")) return true;
  const [, wanted] =
    /^(?:Type|Argument of type) 'Promise<.*>' is not assignable to .*'([^']*)'\.?$/.exec(first) ?? [];
  if (wanted !== undefined) return !/Promise/.test(wanted);
  return (
    (code === 2339 && / does not exist on type 'Promise</.test(first) && !nearMember(first, hints)) ||
    (code === 2365 && / cannot be applied to types .*'Promise</.test(first))
  );
}

function nearMember(message: string, hints: Diagnostic["hints"]): string | undefined {
  const [, name = ""] = /^Property '([^']+)' does not exist/.exec(message) ?? [];
  return hints?.members && closest(name, hints.members);
}

/** A member that is misspelt where the compiler has no suggestion, or Python's. */
function fixOfMember({ code, messages: [first = ""], hints }: Diagnostic): string | undefined {
  const [, name = ""] = /^Property '([^']+)' does not exist/.exec(first) ?? [];
  if (code !== 2339 || name === "") return undefined;
  const near = nearMember(first, hints);
  if (near) return `did you mean ${near}?`;
  if (Object.hasOwn(pythonMembers, name)) return `in TypeScript ${pythonMembers[name]}`;
  return / on type '(<.*>)?\(.*\) => /.test(first) ? "did you forget to call it, f()?" : undefined;
}

/** Arithmetic with tensors, which have methods for it. */
function fixOfOperator({ code, messages: [first = ""], hints }: Diagnostic): string | undefined {
  const isTensor = /^(Tensor|Traced|Variable)$/.test(hints?.operand ?? "");
  if (!isTensor && !(code === 2365 && /'(Tensor|Traced|Variable)'/.test(first))) return undefined;
  return "tensors have methods: a.add(b), a.sub(b), a.mul(b), a.div(b)";
}

/** What an object lacks: the compiler says it last, behind all that the object has. */
function missingIn(message: string): string | undefined {
  const [, several, all] =
    /^Type '.*' is missing the following properties from type '([^']+)': (.+)$/.exec(message) ?? [];
  if (several) return `${several} also needs ${all}`;
  const [, one, type] =
    /^Property '([^']+)' is missing in type '.*' but required in type '([^']+)'/.exec(message) ?? [];
  if (one) return `${type} also needs ${one}`;
  const [, unknown, known] =
    /^Object literal may only specify known properties, and '([^']+)' does not exist in type '([^']+)'/.exec(
      message,
    ) ?? [];
  return unknown && `${known} has no ${unknown}`;
}

function fixOfName(code: number, message: string, { session, exports }: Candidates): string | undefined {
  if (code !== 2304 && code !== 2552 && code !== 2503) return undefined;
  const [, name = ""] = /^Cannot find (?:name|namespace) '([^']+)'/.exec(message) ?? [];
  if (exports.includes(name)) return `import { ${name} } from "nablab"`;
  if (name === "Deno" || name === "$$")
    return 'this is Node; import { display, html } from "nablab" shows what Deno.jupyter does';
  if (Object.hasOwn(python, name)) return `in TypeScript ${python[name]}`;
  const near = closest(name, [...session]);
  if (near) return `did you mean ${near}?`;
  if (code === 2552) return undefined; // the compiler has a suggestion
  const exported = closest(name, exports);
  return exported && `did you mean ${exported}? import { ${exported} } from "nablab"`;
}

/** `x = 1` of a name that was never declared, as Python has it. */
function fixOfAssignment({ code, messages: [first = ""], text, column }: Diagnostic): string | undefined {
  const [, name = ""] = /^Cannot find name '([^']+)'/.exec(first) ?? [];
  const rest = text.slice(column + name.length);
  if ((code !== 2304 && code !== 2552) || name === "") return undefined;
  if (/^\s*=(?!=|>)/.test(rest)) return `a new name is declared: let ${name} = …`;
  return /^\s*([-+*/%]|\*\*)=/.test(rest) ? `it needs a first value: let ${name} = 0` : undefined;
}

/** A module that is not there. */
function fixOfModule(code: number, message: string): string | undefined {
  const [, module = ""] = /^Cannot find module .*?'([^']+)'/.exec(message) ?? [];
  if ((code !== 2307 && code !== 2882) || /^[./#]/.test(module)) return undefined;
  if (/^(jsr|https?):/.test(module))
    return 'only packages of npm can be imported: %install NAME, then import … from "NAME"';
  const name = module.replace(/^npm:\/?/, "");
  if (closest(name, ["nablab"])) return 'did you mean "nablab"?';
  return `%install ${/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name} installs it`;
}

/** What the language has, and the Node that runs has not. */
function fixOfNode(code: number, message: string): string | undefined {
  return code === 2550 || / Do you need to change your target library\?/.test(message)
    ? "a newer Node has it"
    : undefined;
}

/** The name that differs least, if it differs in few letters. */
function closest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  // One letter of one or two is as likely another name.
  let least = name.length < 3 ? 0 : Math.max(1, Math.floor(name.length / 4)) + 0.5;
  for (const other of names) {
    if (Math.abs(other.length - name.length) > least || other === name) continue;
    const distance = distanceOf(name, other);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** How many letters must be added, left out, replaced or swapped with the next (Damerau and Levenshtein). */
function distanceOf(a: string, b: string): number {
  let [before, previous]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(previous![j]! + 1, row[j - 1]! + 1, previous![j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before![j - 2]! + 1);
    }
    [before, previous] = [previous, row];
  }
  return previous!.at(-1)!;
}
