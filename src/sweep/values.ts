/**
 * The values of points and of runs, and their text in a record: JSON, extended by the numbers that it lacks.
 */
import { inspect } from "#platform";

/** A value of a parameter. */
export type ParameterValue = number | string | boolean;

/** A value that a run returns. */
export type RecordValue = number | string | boolean | readonly RecordValue[];

/** Parameters by name: one point of a sweep. */
export type Point = Readonly<Record<string, ParameterValue>>;

/** Results by name. */
export type Values = Readonly<Record<string, RecordValue>>;

/** The key of an object that represents a number that JSON lacks, `{ "$number": "NaN" }`. */
const numberKey = "$number";

/** Encodes a value: equal bits give equal text, which decodes to the same bits. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one !== "number" || (Number.isFinite(one) && !Object.is(one, -0))) return one;
    return { [numberKey]: Object.is(one, -0) ? "-0" : String(one) };
  });
}

/** Decodes the text of {@link encode}. @throws SyntaxError for other text */
export function decode(text: string): unknown {
  // A reviver takes three times as long.
  if (!text.includes(numberKey)) return JSON.parse(text);
  return JSON.parse(text, (_, one: unknown) => {
    if (typeof one !== "object" || one === null || !(numberKey in one)) return one;
    return Object.keys(one).length === 1 && typeof one[numberKey] === "string" ? Number(one[numberKey]) : one;
  });
}

/**
 * The recorded form of what a run returned: typed arrays and tensors become lists.
 *
 * @throws TypeError naming the part that is neither a number, a string, a boolean nor a list of these, or a reserved name
 */
export function checkedValues(returned: unknown): Values {
  if (
    typeof returned !== "object" ||
    returned === null ||
    Array.isArray(returned) ||
    ArrayBuffer.isView(returned)
  ) {
    throw new TypeError(
      `run: a point must return a record of values, such as { loss }, got ${inspect(returned, { depth: 0 })}`,
    );
  }
  return Object.fromEntries(
    Object.entries(returned).map(([name, value]) => {
      if (isReserved(name)) throw new TypeError(`run: a value must have another name, got ${inspect(name)}`);
      return [name, plain(name, value)];
    }),
  );
}

/** Whether a name is reserved: in a record it would be decoded as something else. */
export const isReserved = (name: string): boolean =>
  name === numberKey || name === "__proto__" || name === "";

function plain(name: string, value: unknown): RecordValue {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  const list = listOf(value);
  if (list) return Array.from(list, (one, i) => plain(`${name}[${i}]`, one)); // holes, too
  throw new TypeError(
    `run: ${name} must be a number, a string, a boolean or a list of these, got ${inspect(value, { depth: 0 })}`,
  );
}

/** The entries of a list, a typed array or a tensor; undefined for anything else. */
export function listOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<unknown>);
  const { toArray } = (value ?? {}) as { toArray?: unknown };
  return typeof toArray === "function" ? listOf(toArray.call(value)) : undefined;
}
