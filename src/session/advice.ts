/**
 * Advice on common beginners' mistakes, with the fix in the first line of the error: misspelt or missing imports, a
 * missing await, Python.
 */
import { editDistance } from "../options/edit-distance.js";
import type { Diagnostic } from "./diagnostic.js";
import { translateLine, wordsForMember, wordsForName, wordsForType } from "./from-python.js";

/** The names that may be meant: values of the session and exports of nablab. */
export interface Candidates {
  session: Iterable<string>;
  exports: readonly string[];
  /** Names that earlier cells have declared by const. */
  constants: readonly string[];
}

/** Errors of the parser: Python is reported once, in place of its syntax errors. */
export function adviseOnSyntax(diagnostics: Diagnostic[]): Diagnostic[] {
  for (const diagnostic of diagnostics) {
    const [command] = /^%%?\w+/.exec(diagnostic.text) ?? [];
    if (command) {
      const messages = [`a cell knows %check on, %check off, %install PACKAGE and !COMMAND, got ${command}`];
      return [{ ...diagnostic, messages }];
    }
    if (/^\s*(?:npm|pip3?|conda)\s+i(?:nstall)?\s/.test(diagnostic.text))
      return [{ ...diagnostic, messages: ["%install PACKAGE installs a package of npm"] }];
  }
  for (const diagnostic of diagnostics) {
    const { text, column } = diagnostic;
    const fix = translateLine(text, column);
    if (fix !== undefined)
      return [{ ...diagnostic, messages: [`this line is Python; in TypeScript: ${fix}`] }];
  }
  const [first, ...others] = diagnostics;
  const fix = first && (ofParser[first.code] ?? fixOfLine(first));
  if (first && fix) {
    const [said = "", ...more] = first.messages;
    return [{ ...first, messages: [`${said.replace(/\.$/, "")}; ${fix}`, ...more] }, ...others];
  }
  return diagnostics;
}

/** An error of the type checker, with the fix, if known, in its first line. */
export function advise(diagnostic: Diagnostic, candidates: Candidates): Diagnostic {
  const { code, messages } = diagnostic;
  const [first = "", ...rest] = messages;
  const fix =
    fixOfPromise(diagnostic) ??
    fixOfName(diagnostic, candidates) ??
    fixOfAssignment(diagnostic) ??
    fixOfModule(code, first) ??
    fixOfNode(code, first) ??
    fixOfMember(diagnostic) ??
    fixOfConstant(diagnostic, candidates) ??
    fixOfIndex(diagnostic) ??
    (diagnostic.hints?.ofTensors && tensorMethods[diagnostic.hints.ofTensors]) ??
    (diagnostic.hints?.expected && `expected ${diagnostic.hints.expected}`) ??
    fixOfOption(diagnostic) ??
    fixOfValue(diagnostic) ??
    ofCode[code];
  if (fix === ofCode[2588] && code === 2632)
    return { ...diagnostic, messages: [`${first.replace(/an import\.?$/, "a constant")}; ${fix}`, ...rest] };
  if (fix) {
    const said = first.replace(/\.( Did you mean .*| Do you need to change your target library\?.*)?$/, "");
    const short = code === 2353 ? missingIn(first) : undefined;
    return { ...diagnostic, messages: [`${short ?? said}; ${fix}`, ...rest] };
  }
  const missing = missingIn(rest.at(-1) ?? first);
  return missing && first.length > 80 ? { ...diagnostic, messages: [missing, ...messages] } : diagnostic;
}

/** Fixes for errors that the compiler describes well. */
const ofCode: Record<number, string> = {
  1141: 'the name of a module is in quotes, import { train } from "nablab"',
  1108: "the last line of a cell shows its value without return",
  2588: "declare it by let to change it",
  2451: "to change it, write it without const or let the second time",
};

/** The same for errors of the parser. */
const ofParser: Record<number, string> = {
  1002: "the closing quote is missing",
};

/** Characters that texts have and code has not. */
const signs: [RegExp, string][] = [
  [/^[“”„‟«»‘’‚]/, "texts are in \"…\", '…' or `…`"],
  [/^[−–—]/, "the minus sign is -"],
  [/^[×⋅∙]/, "the sign of a product is *"],
  [/^[≤≥≠]/, "comparisons are written <=, >= and !=="],
];

/** `int x = 5;`, as in C and Java. */
const declared =
  /^\s*(?:int|long|short|double|float|char|bool|boolean|auto|String|string|number)\s+([\w$]+)\s*=\s*([^=].*?);?\s*$/;

/** The fix for a syntax error, by the text of its line. */
function fixOfLine({ code, text, column, messages: [message = ""] }: Diagnostic): string | undefined {
  const [before, after] = [text.slice(0, column), text.slice(column)];
  const sign = signs.find(([pattern]) => code === 1127 && pattern.test(after));
  if (sign) return sign[1];
  const [, name, value] = code === 1434 || code === 1435 ? (declared.exec(text) ?? []) : [];
  if (name) return `in TypeScript: let ${name} = ${value}`;
  if (code !== 1005) return undefined;
  if (/\bfor\s*\(\s*(?:let|var|const)\b[^;()]*,[^;]*$/.test(before) && /^[<>=]|^\s*[<>]/.test(after))
    return "semicolons are between the parts: for (let i = 0; i < n; i++)";
  if (/(["'])[^"'`]*\1$/.test(before) && /^\w/.test(after)) {
    const quote = before.at(-1);
    return `the text ends at the ${quote} before; put it in other quotes, or write \\${quote}`;
  }
  if (/^["'].*["']/.test(after) && /(?:^|[^\w$])[fr]$/.test(before))
    return "this is Python; in TypeScript `…$" + "{x}…` is a text with values in it";
  if (message.startsWith("'('") && /\b(?:if|while|for|switch)\s+$/.test(before))
    return "what is between ( ) is missing";
  // In a list, a parameter or a type, something else is missing.
  const isStatement =
    message.startsWith("';'") ||
    (message.startsWith("','") && /^\s*(?:let|const|var)\s+[\w$]+\s*=[^([{]*$/.test(before));
  return isStatement && /^[\p{ID_Start}$_]/u.test(after) && /[\w)\]"'`]\s+$/.test(before)
    ? `put ; before ${/^[\p{ID_Continue}$]+/u.exec(after)?.[0]}, or the operator that is missing`
    : undefined;
}

/** For an unknown option, the valid ones. */
function fixOfOption({ code, messages: [first = ""], hints }: Diagnostic): string | undefined {
  const [, name = ""] = /properties, (?:and|but) '([^']+)' does not exist/.exec(first) ?? [];
  if (code !== 2353 || name === "" || !hints?.members || hints.members.length === 0) return undefined;
  const near = closest(name, hints.members);
  if (near) return `did you mean ${near}?`;
  return hints.members.length <= 12 ? `it takes ${hints.members.join(", ")}` : undefined;
}

/** A string for a number, added lists, a call of a non-function, a missing return value. */
function fixOfValue({ code, hints }: Diagnostic): string | undefined {
  if (hints?.called) return hints.called;
  if (hints?.value === "text") return "Number(text) makes a number of it";
  if (hints?.value === "number" && (code === 2322 || code === 2345)) return "String(x) makes a text of it";
  if (hints?.value === "list")
    return "[...a, ...b] joins lists, xs.map((x) => …) calculates with each entry, tensors have a.add(b)";
  return hints?.value === "nothing"
    ? "the call gives nothing; in a function of your own, did you forget return, or ( ) around { … }?"
    : undefined;
}

/** The methods that tensors have instead of operators. */
export const tensorMethods = {
  arithmetic: "tensors have methods: a.add(b), a.sub(b), a.mul(b), a.div(b)",
  order: "tensors have methods: a.less(b), a.greater(b), a.equals(b)",
};

/** A promise where its value is expected, unless a member of the promise itself is misspelt. */
function fixOfPromise({ messages: [first = ""], hints }: Diagnostic): string | undefined {
  if (!hints?.forgotAwait || nearMember(first, hints)) return undefined;
  return hints.forgotAwait === "one"
    ? "did you forget await?"
    : "these are promises; did you forget await Promise.all(…)?";
}

function nearMember(message: string, hints: Diagnostic["hints"]): string | undefined {
  const [, name = ""] = /^Property '([^']+)' does not exist/.exec(message) ?? [];
  return hints?.members && closest(name, hints.members);
}

/** A member of Python, or a misspelt one for which the compiler has no suggestion. */
function fixOfMember({ code, messages: [first = ""], hints }: Diagnostic): string | undefined {
  const [, name = ""] = /^Property '([^']+)' does not exist/.exec(first) ?? [];
  if (code !== 2339 || name === "") return undefined;
  const near = nearMember(first, hints);
  if (near) return `did you mean ${near}?`;
  const words = hints?.receiver && wordsForMember(name, hints.receiver);
  if (words) return `in TypeScript ${words}`;
  return hints?.isToBeCalled ? "did you forget to call it, f()?" : undefined;
}

/** The missing property of an object: the compiler names it last, after the whole type. */
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

function fixOfName(
  { code, messages: [message = ""], text, column }: Diagnostic,
  { session, exports }: Candidates,
): string | undefined {
  const [, type = ""] = /^'([^']+)' only refers to a type/.exec(message) ?? [];
  if (type !== "" && type !== type.toLowerCase() && type.toLowerCase() in globalThis)
    return `did you mean ${type.toLowerCase()}?`;
  if (code !== 2304 && code !== 2552 && code !== 2503) return undefined;
  const [, name = ""] = /^Cannot find (?:name|namespace) '([^']+)'/.exec(message) ?? [];
  if (exports.includes(name)) return `import { ${name} } from "nablab"`;
  if (name === "Deno" || name === "$$")
    return 'this is Node; import { display, html } from "nablab" shows what Deno.jupyter does';
  const isType = /(?::|<|\||\bas)\s*$/.test(text.slice(0, column));
  const words = isType ? wordsForType(name) : wordsForName(name);
  if (words) return `in TypeScript ${words}`;
  const ofMath = [name, name.toUpperCase()].find((one) => Object.hasOwn(Math, one));
  if (ofMath) return `did you mean Math.${ofMath}?`;
  const near = closest(name, [...session]);
  if (near) return `did you mean ${near}?`;
  if (code === 2552) return undefined; // the compiler has a suggestion
  const exported = closest(name, exports);
  return exported && `did you mean ${exported}? import { ${exported} } from "nablab"`;
}

/** An assignment to an undeclared name, `x = 1`, as in Python. */
function fixOfAssignment({ code, messages: [first = ""], text, column }: Diagnostic): string | undefined {
  const [, name = ""] = /^Cannot find name '([^']+)'/.exec(first) ?? [];
  const rest = text.slice(column + name.length);
  if ((code !== 2304 && code !== 2552) || name === "") return undefined;
  if (/^\s*=(?!=|>)/.test(rest)) return `a new name is declared: let ${name} = …`;
  return /^\s*(([-+*/%]|\*\*)=|\+\+|--)/.test(rest) ? `it needs a first value: let ${name} = …` : undefined;
}

/** An assignment to what another cell has declared by const: to the compiler, an import of this cell. */
function fixOfConstant(
  { code, messages: [first = ""] }: Diagnostic,
  { constants }: Candidates,
): string | undefined {
  const [, name = ""] = /^Cannot assign to '([^']+)' because it is an import/.exec(first) ?? [];
  return code === 2632 && constants.includes(name) ? ofCode[2588] : undefined;
}

/** `rows[0, 1]`, a count in place of a list, a field that a class lacks. */
function fixOfIndex({ code, messages: [first = ""], text, column }: Diagnostic): string | undefined {
  const before = text.slice(0, column);
  if (code === 2695 && /\w\[\s*$/.test(before))
    return "an entry of a list of lists is rows[i][j], of a tensor a.at(i, j)";
  if (code === 2488 && /^Type '(?:number|[\d.]+)'/.test(first) && /\bfor\s*\(.*\bof\s+$/.test(before))
    return "for (let i = 0; i < n; i++) { … } counts to a number";
  if (code === 2365 && /types? '\(\) => |and '\(\) => /.test(first)) return "did you forget to call it, f()?";
  const [, field] = /^Property '([^']+)' does not exist on type '[\w$]+(?:<.*>)?'/.exec(first) ?? [];
  if (code === 2339 && field && /\bthis\.$/.test(before))
    return `declare it in the class first, ${field}: …;`;
  return undefined;
}

/** A missing module. */
function fixOfModule(code: number, message: string): string | undefined {
  const [, module = ""] = /^Cannot find module .*?'([^']+)'/.exec(message) ?? [];
  if ((code !== 2307 && code !== 2882) || module.startsWith("#")) return undefined;
  if (/^[./]/.test(module)) return "there is no such .ts, .js or .json file";
  if (/^(jsr|https?):/.test(module))
    return 'only packages of npm can be imported: %install NAME, then import … from "NAME"';
  const name = module.replace(/^npm:\/?/, "");
  if (closest(name, ["nablab"])) return 'did you mean "nablab"?';
  return `%install ${/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name} installs it`;
}

/** A feature of the language that the running Node lacks. */
function fixOfNode(code: number, message: string): string | undefined {
  return code === 2550 || / Do you need to change your target library\?/.test(message)
    ? "a newer Node has it"
    : undefined;
}

/** The closest name, if it differs in few letters. */
function closest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  // With one or two letters, a difference of one is as likely another name.
  let least = name.length < 3 ? 0 : Math.max(1, Math.floor(name.length / 4)) + 0.5;
  for (const other of names) {
    if (Math.abs(other.length - name.length) > least || other === name) continue;
    const distance = editDistance(name, other);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
