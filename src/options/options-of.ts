/**
 * Validates the options object of a function. TypeScript checks it in a cell; after `%check off`, in JavaScript, or behind `any`,
 * nothing else does, and `null` or a misspelt name would cause an obscure error inside the function, or be ignored.
 */
import { inspect } from "#platform";
import { editDistance } from "./edit-distance.js";

/** The names of an object's properties, also of a union's members. */
type NamesOf<O> = O extends unknown ? keyof O & string : never;

/**
 * Returns the options, to be destructured.
 *
 * Other properties are allowed, as TypeScript allows those of a variable, unless one is a misspelt name, or none of the names is
 * present. A name that extends another one is not a misspelling if known names are present: one object may hold `beta` for one
 * rule and `beta1` for another, or the `seeds` of many runs.
 *
 * @param who the function whose options they are, which opens the message
 * @param options what it was given
 * @param names all of its options
 * @throws TypeError unless it is an object with known names
 */
export function optionsOf<O extends object>(who: string, options: O, names: readonly NamesOf<O>[]): O {
  if (
    typeof options !== "object" ||
    options === null ||
    Array.isArray(options) ||
    ArrayBuffer.isView(options)
  ) {
    const example = `{ ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""} }`;
    const what = `the options must be an object such as ${example}`;
    throw new TypeError(`${who}: ${what}, got ${inspect(options, { depth: 0 })}`);
  }
  const known: readonly string[] = names;
  const given = Object.keys(options).filter((name) => options[name as keyof O] !== undefined);
  const others = given.filter((name) => !known.includes(name));
  if (others.length === 0) return options;
  const isAnyKnown = known.some((name) => name in options);
  const missing = known.filter((name) => !(name in options));
  for (const other of others) {
    const isLonger = (name: string) => name.startsWith(other) || other.startsWith(name);
    const meant = missing.find((name) => isMisspelt(other, name) && !(isAnyKnown && isLonger(name)));
    if (meant) throw new TypeError(`${who}: did you mean the option ${meant}? got ${other}`);
  }
  if (isAnyKnown) return options;
  const list = known.length > 1 ? `the options are ${known.join(", ")}` : `the only option is ${known[0]}`;
  throw new TypeError(`${who}: ${list}; got ${others.join(", ")}`);
}

/** Whether a name is another one up to a typo, capitals and separators. */
function isMisspelt(name: string, meant: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  const [a, b] = [plain(name), plain(meant)];
  return editDistance(a, b) <= Math.floor((Math.max(a.length, b.length) + 1) / 4);
}
