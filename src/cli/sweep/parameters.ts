/**
 * Parses the parameters of a sweep on the command line: `eta=0.1,0.01`, `seed=1..20`, `eta=log:1e-3..1:7`.
 */
import { logspace, mostValues } from "../../sweep/grid.js";
import type { ParameterValue } from "../../sweep/values.js";
import { InputError } from "../input-error.js";

/** Values of parameters by name. @throws InputError naming the invalid part */
export function readParameters(texts: readonly string[]): Record<string, ParameterValue[]> {
  const found: Record<string, ParameterValue[]> = {};
  for (const text of texts) {
    const [, name, values] = /^([\p{ID_Continue}$][\p{ID_Continue}$.-]*)=(.+)$/su.exec(text) ?? [];
    if (name === undefined || values === undefined) {
      throw new InputError(
        `-p takes a name and values, as in eta=0.1,0.01 or seed=1..20 or eta=log:1e-3..1:7, got ${JSON.stringify(text)}`,
      );
    }
    // Assigning `__proto__` would not define a property; grid.ts refuses the other reserved names.
    if (name === "__proto__") throw new InputError(`-p: a parameter cannot be called ${name}`);
    if (Object.hasOwn(found, name))
      throw new InputError(`-p gives ${name} twice; write all its values in one, as in ${name}=1,2`);
    found[name] = valuesOf(name, values);
  }
  return found;
}

function valuesOf(name: string, text: string): ParameterValue[] {
  const [, kind, first, last, count] =
    /^(?!")(?:(log|lin):)?([^.,:]+(?:\.\d[^.,:]*)?)\.\.([^,:]+)(?::(\d+))?$/.exec(text) ?? [];
  if (first === undefined) {
    if (/^(log|lin):/.test(text))
      throw new InputError(`-p ${name}: a range is written as log:1e-3..1:7 or lin:0..1:5, got ${text}`);
    const values = split(text);
    const range = values.find((one) => /^-?\d+\.\.-?\d+$/.test(one));
    if (range === undefined) return values.map((one) => parameterValue(name, one));
    throw new InputError(
      `-p ${name}: a range stands alone; in double quotes, as in '${name}="${range}"', it is a text, got ${text}`,
    );
  }
  const [from, to, n] = [Number(first), Number(last), Number(count)];
  if (kind === undefined) {
    if (to - from >= mostValues)
      throw new InputError(`-p ${name}: a range has at most ${mostValues} numbers, got ${text}`);
    if (count === undefined && Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    throw new InputError(
      `-p ${name}: a range is of whole numbers, as in 1..20; log:1e-3..1:7 and lin:0..1:5 are 7 and 5 numbers between two, got ${text}`,
    );
  }
  if (
    !Number.isFinite(from) ||
    !Number.isFinite(to) ||
    !(n >= 2) ||
    (kind === "log" && !(from > 0 && to > 0))
  )
    throw new InputError(
      `-p ${name}: ${kind}:FROM..TO:COUNT takes two numbers${kind === "log" ? " > 0" : ""} and a count ≥ 2, got ${text}`,
    );
  if (n > mostValues) throw new InputError(`-p ${name}: COUNT is at most ${mostValues}, got ${text}`);
  if (kind === "log") return logspace(from, to, n);
  return Array.from({ length: n }, (_, i) => Number((from + ((to - from) * i) / (n - 1)).toPrecision(15)));
}

/** Splits at commas outside quotes. */
const split = (text: string): string[] => text.match(/(?:"(?:[^"\\]|\\.)*"|[^,])+/g) ?? [text];

/** Parses a number, a boolean, or a string; text in double quotes is always a string. */
function parameterValue(name: string, text: string): ParameterValue {
  if (/^".*"$/s.test(text)) {
    try {
      return JSON.parse(text) as string;
    } catch {
      return text;
    }
  }
  if (text === "true" || text === "false") return text === "true";
  const value = Number(text);
  if (text === "NaN" || Math.abs(value) === Number.POSITIVE_INFINITY)
    throw new InputError(
      `-p ${name}: a number must be finite; in double quotes, as in '${name}="${text}"', it is a text, got ${text}`,
    );
  return text.trim() !== "" && Number.isFinite(value) ? value : text;
}

/** A point as a line: `eta=0.1 seed=2`. */
export const pointText = (point: Readonly<Record<string, ParameterValue>>): string =>
  Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
