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

/** Lines of Python that TypeScript cannot parse, with what they are in TypeScript. */
const lines: [RegExp, (...parts: string[]) => string][] = [
  [
    /^\s*import\s+([\w.]+)(?:\s+as\s+(\w+))?\s*$/,
    (_, module = "", name = module) => libraries[module] ?? `import * as ${name} from "${module}"`,
  ],
  [
    /^\s*from\s+([\w.]+)\s+import\s+(.+?)\s*$/,
    (_, module = "", names = "") => libraries[module] ?? `import { ${names} } from "${module}"`,
  ],
  [
    /^\s*def\s+(\w+)\s*\((.*)\).*:\s*$/,
    (_, name = "", parameters = "") => `function ${name}(${parameters}) { … }`,
  ],
  [/^\s*class\s+(\w+).*:\s*$/, (_, name = "") => `class ${name} { … }`],
  [/^\s*for\s+(\w+)\s+in\s+(.+):\s*$/, (_, name = "", list = "") => `for (const ${name} of ${list}) { … }`],
  [/^\s*(if|while)\s+(.+):\s*$/, (_, word = "", condition = "") => `${word} (${condition}) { … }`],
  [/^\s*elif\s+(.+):\s*$/, (_, condition = "") => `else if (${condition}) { … }`],
  [/\blambda\s+([\w, ]+):\s*(.+)$/, (_, parameters = "", value = "") => `(${parameters}) => ${value}`],
  [/^\s*print\s+(["'].*)$/, (_, text = "") => `console.log(${text})`],
];

/** Errors of the parser: Python is reported once, instead of what the parser makes of it. */
export function adviseOnSyntax(diagnostics: Diagnostic[]): Diagnostic[] {
  for (const diagnostic of diagnostics) {
    const [command] = /^%\w+/.exec(diagnostic.text) ?? [];
    if (command) {
      const messages = [`a cell knows %check on, %check off, %install PACKAGE and !COMMAND, got ${command}`];
      return [{ ...diagnostic, messages }];
    }
    for (const [pattern, fix] of lines) {
      const found = pattern.exec(diagnostic.text);
      if (found)
        return [{ ...diagnostic, messages: [`this line is Python; in TypeScript: ${fix(...found)}`] }];
    }
  }
  return diagnostics;
}

/** An error of the type checker, with the fix in its first line where it is known. */
export function advise(diagnostic: Diagnostic, candidates: Candidates): Diagnostic {
  const { code, messages } = diagnostic;
  const [first = "", ...rest] = messages;
  const fix = diagnostic.forgotAwait
    ? "did you forget await?"
    : (fixOfName(code, first, candidates) ??
      fixOfAssignment(diagnostic) ??
      fixOfModule(code, first) ??
      fixOfNode(code, first));
  if (fix) {
    const said = first.replace(/\.( Did you mean .*| Do you need to change your target library\?.*)?$/, "");
    return { ...diagnostic, messages: [`${said}; ${fix}`, ...rest] };
  }
  const missing = missingIn(rest.at(-1) ?? first);
  return missing && first.length > 80 ? { ...diagnostic, messages: [missing, ...messages] } : diagnostic;
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
  const isAssigned = /^\s*=(?!=|>)/.test(text.slice(column + name.length));
  return (code === 2304 || code === 2552) && name !== "" && isAssigned
    ? `a new name is declared: let ${name} = …`
    : undefined;
}

/** A module that is not there. */
function fixOfModule(code: number, message: string): string | undefined {
  const [, module = ""] = /^Cannot find module .*?'([^']+)'/.exec(message) ?? [];
  if ((code !== 2307 && code !== 2882) || /^[./#]/.test(module)) return undefined;
  if (/^(jsr|https?):/.test(module))
    return 'only packages of npm can be imported: %install NAME, then import … from "NAME"';
  const name = module.replace(/^npm:\/?/, "");
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
