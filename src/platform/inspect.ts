/**
 * Prints values in a browser as Node's `util.inspect` does, so that a cell shows the same text in both: the same layout,
 * quotes, limits and markers. Engines hide a few things from scripts (a promise's state, a proxy's target), which are omitted
 * here; the tests compare everything else with Node.
 *
 * Documentation: https://nodejs.org/api/util.html#utilinspectobject-options
 */
import type { Inspect, InspectOptions } from "./platform.js";

type Settings = { [K in keyof InspectOptions]-?: number };

/** The most levels of nested objects on one line. */
const compact = 3;
/** Lists with more entries than this are printed in columns, and the most columns. */
const [fewEntries, mostColumns] = [6, 15];

const custom: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

const print = (value: unknown, options: InspectOptions = {}): string => new Printer(options).print(value, 0);

/** Prints a value; see {@link Inspect}. */
export const inspect: Inspect = Object.assign(print, { custom }) as unknown as Inspect;

/** The printed parts of a value. */
interface Parts {
  /** The text before the bracket, such as `Map(2) `. */
  prefix: string;
  brackets: "{}" | "[]";
  /** The text of a value without entries: a function, a date, an error. */
  base?: string;
  /** The number of entries; 0 for an object with keys only. */
  size?: number;
  entries(): string[];
  isList?: boolean;
}

class Printer {
  readonly #settings: Settings;
  readonly #open: object[] = [];
  /** Objects with circular references to them, in order of discovery. */
  readonly #circular: object[] = [];
  #indent = 0;
  /** The depth of the object opened last. */
  #deepest = 0;

  constructor({
    depth = 2,
    breakLength = 80,
    maxArrayLength = 100,
    maxStringLength = 10_000,
  }: InspectOptions) {
    const limit = (n: number | null): number => n ?? Number.POSITIVE_INFINITY;
    this.#settings = {
      depth: limit(depth),
      breakLength,
      maxArrayLength: limit(maxArrayLength),
      maxStringLength: limit(maxStringLength),
    };
  }

  print(value: unknown, depth: number): string {
    if ((typeof value !== "object" && typeof value !== "function") || value === null)
      return this.#primitive(value);
    const own = (value as { [custom]?: unknown })[custom];
    if (typeof own === "function" && own !== print) return this.#custom(value, own as () => unknown, depth);
    if (this.#open.includes(value)) {
      if (!this.#circular.includes(value)) this.#circular.push(value);
      return `[Circular *${this.#circular.indexOf(value) + 1}]`;
    }
    return this.#object(value, depth);
  }

  #primitive(value: unknown): string {
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "string") return String(value);
    const { breakLength, maxStringLength } = this.#settings;
    const more = value.length - maxStringLength;
    const trailer = more > 0 ? `... ${more} more character${more > 1 ? "s" : ""}` : "";
    const text = more > 0 ? value.slice(0, maxStringLength) : value;
    if (text.length <= 16 || text.length <= breakLength - this.#indent - 4) return quoted(text) + trailer;
    return (
      text
        .split(/(?<=\n)/)
        .map(quoted)
        .join(` +\n${" ".repeat(this.#indent + 2)}`) + trailer
    );
  }

  #custom(value: object, method: (...given: unknown[]) => unknown, depth: number): string {
    const left = this.#settings.depth - depth;
    const printed = method.call(value, left, { ...this.#settings, depth: left }, inspect);
    if (printed === value) return this.#object(value, depth);
    if (typeof printed === "object") return this.print(printed, depth);
    return String(printed).replaceAll("\n", `\n${" ".repeat(this.#indent)}`);
  }

  #object(value: object, depth: number): string {
    const keys = keysOf(value);
    const parts = this.#parts(value, depth);
    const { prefix, brackets, base = "", size = 0, entries, isList = false } = parts;
    if (keys.length === 0 && (base !== "" || size === 0)) return base || `${prefix}${brackets}`;
    if (depth > this.#settings.depth) {
      return `[${nameOf(value) ?? "Object: null prototype"}]`;
    }
    this.#open.push(value);
    this.#deepest = depth;
    const printed = entries();
    for (const key of keys) printed.push(this.#property(value, key, depth));
    this.#open.pop();
    const reference = this.#circular.indexOf(value);
    const mark = reference < 0 ? "" : `<ref *${reference + 1}> `;
    const head = base === "" ? mark : `${mark}${base} `;
    return this.#join(printed, head, prefix, brackets, depth, isList ? value : undefined);
  }

  #parts(value: object, depth: number): Parts {
    const label = (fallback: string, size = ""): string => prefixOf(value, fallback, size);
    const inside = (entry: unknown): string => this.#nested(entry, depth);
    const none = (): string[] => [];
    const named = (fallback: string, size: number): string => {
      const text = label(fallback, `(${size})`);
      return text === `Array(${size}) ` ? "" : text;
    };
    if (Array.isArray(value)) {
      const entries = (): string[] => this.#elements(value, depth);
      return {
        prefix: named("Array", value.length),
        brackets: "[]",
        size: value.length,
        entries,
        isList: true,
      };
    }
    if (value instanceof Set) {
      return {
        prefix: label("Set", `(${value.size})`),
        brackets: "{}",
        size: value.size,
        entries: () => this.#limited([...value], inside),
      };
    }
    if (value instanceof Map) {
      const pair = ([key, entry]: [unknown, unknown]): string => `${inside(key)} => ${inside(entry)}`;
      return {
        prefix: label("Map", `(${value.size})`),
        brackets: "{}",
        size: value.size,
        entries: () => this.#limited([...value], pair),
      };
    }
    if (isTypedArray(value)) {
      const list = value as unknown as ArrayLike<number>;
      const entries = (): string[] => this.#limited(Array.from(list), (n) => this.#primitive(n));
      const prefix = label("TypedArray", `(${list.length})`);
      return { prefix, brackets: "[]", size: list.length, entries, isList: true };
    }
    if (typeof value === "function") {
      return { prefix: "", brackets: "{}", base: functionText(value as () => void), entries: none };
    }
    if (value instanceof RegExp) return { prefix: "", brackets: "{}", base: String(value), entries: none };
    if (value instanceof Date) {
      const base = Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
      return { prefix: "", brackets: "{}", base, entries: none };
    }
    if (value instanceof Error) {
      return { prefix: "", brackets: "{}", base: this.#error(value), entries: none };
    }
    if (value instanceof ArrayBuffer || isShared(value)) {
      const { maxArrayLength } = this.#settings;
      const bytes = new Uint8Array(value as ArrayBuffer);
      const shown = Array.from(bytes.subarray(0, maxArrayLength), (byte) =>
        byte.toString(16).padStart(2, "0"),
      );
      const more = bytes.length - shown.length;
      const tail = more > 0 ? ` ... ${more} more byte${more > 1 ? "s" : ""}` : "";
      return {
        prefix: label("ArrayBuffer"),
        brackets: "{}",
        size: 1,
        entries: () => [`[Uint8Contents]: <${shown.join(" ")}${tail}>`, `byteLength: ${bytes.length}`],
      };
    }
    if (value instanceof WeakSet || value instanceof WeakMap) {
      return { prefix: label("WeakSet"), brackets: "{}", size: 1, entries: () => ["<items unknown>"] };
    }
    for (const Boxed of [Number, String, Boolean, Symbol, BigInt]) {
      if (!(value instanceof Boxed)) continue;
      const type = nameOf(value) ?? Boxed.name;
      const base = `[${type}: ${this.#primitive((value as { valueOf(): unknown }).valueOf())}]`;
      return { prefix: "", brackets: "{}", base, entries: none };
    }
    if (Object.prototype.toString.call(value) === "[object Arguments]") {
      return { prefix: "[Arguments] ", brackets: "{}", entries: none };
    }
    const isPlain = nameOf(value) === "Object" && tagOf(value) === "";
    return { prefix: isPlain ? "" : label("Object"), brackets: "{}", entries: none };
  }

  /** The entries of an array, with its holes. */
  #elements(list: readonly unknown[], depth: number): string[] {
    const { maxArrayLength } = this.#settings;
    const printed: string[] = [];
    let i = 0;
    while (i < list.length && printed.length < maxArrayLength) {
      if (i in list) {
        printed.push(this.#nested(list[i++], depth));
        continue;
      }
      const from = i;
      while (i < list.length && !(i in list)) i++;
      printed.push(`<${i - from} empty item${i - from > 1 ? "s" : ""}>`);
    }
    if (i < list.length) printed.push(moreItems(list.length - i));
    return printed;
  }

  #limited<T>(all: readonly T[], printOne: (one: T) => string): string[] {
    const { maxArrayLength } = this.#settings;
    const printed = all.slice(0, maxArrayLength).map(printOne);
    if (all.length > printed.length) printed.push(moreItems(all.length - printed.length));
    return printed;
  }

  #nested(value: unknown, depth: number): string {
    this.#indent += 2;
    const text = this.print(value, depth + 1);
    this.#indent -= 2;
    return text;
  }

  #property(value: object, key: PropertyKey, depth: number): string {
    const { value: held, get, set, enumerable } = Object.getOwnPropertyDescriptor(value, key)!;
    let text: string;
    if (get) text = set ? "[Getter/Setter]" : "[Getter]";
    else if (set) text = "[Setter]";
    else text = this.#nested(held, depth);
    if (typeof key === "symbol") return `[${String(key)}]: ${text}`;
    if (!enumerable) return `[${String(key)}]: ${text}`;
    return `${/^[a-zA-Z_]\w*$/.test(String(key)) ? String(key) : quoted(String(key))}: ${text}`;
  }

  /** The stack, made to begin with name and message in all browsers; without one, both in brackets. */
  #error(error: Error): string {
    const head = String(error);
    const stack = typeof error.stack === "string" ? error.stack : "";
    if (stack === "") return `[${head}]`;
    const text =
      stack.startsWith(head) || /^\s*at /m.test(stack.split("\n")[1] ?? "") ? stack : `${head}\n${stack}`;
    return text.trimEnd().replaceAll("\n", `\n${" ".repeat(this.#indent)}`);
  }

  /** Joins the parts on one line if they fit, else one per line; long lists in columns. */
  #join(
    printed: string[],
    head: string,
    prefix: string,
    brackets: string,
    depth: number,
    list: object | undefined,
  ): string {
    const [open, close] = [`${prefix}${brackets[0]}`, brackets[1]];
    const lines = list && printed.length > fewEntries ? this.#columns(printed, list) : printed;
    const isShallow = this.#deepest - depth < compact;
    if (isShallow && lines.length === printed.length) {
      const overhead = printed.length + this.#indent + open.length + head.trimEnd().length + 10;
      const length = printed.reduce((sum, text) => sum + text.length, printed.length + overhead);
      const joined = printed.join(", ");
      if (length <= this.#settings.breakLength && !joined.includes("\n") && !head.includes("\n")) {
        return `${head}${open} ${joined} ${close}`;
      }
    }
    const margin = `\n${" ".repeat(this.#indent)}`;
    return `${head}${open}${margin}  ${lines.join(`,${margin}  `)}${margin}${close}`;
  }

  /** Entries in columns of equal width, numbers to the right: about as high as wide, a character being 2.5 times as high. */
  #columns(printed: string[], list: object): string[] {
    const { breakLength, maxArrayLength } = this.#settings;
    const count = printed.length > maxArrayLength ? printed.length - 1 : printed.length;
    const widths = printed.slice(0, count).map((text) => [...text].length);
    const total = widths.reduce((sum, width) => sum + width + 2, 0);
    const widest = Math.max(...widths) + 2;
    const pays = total / widest > 5 || widest - 2 <= 6;
    if (widest * 3 + this.#indent >= breakLength || !pays) return printed;
    const typical = Math.max(widest - 3 - Math.sqrt(widest - total / printed.length), 1);
    const columns = Math.min(
      Math.round(Math.sqrt(2.5 * typical * count) / typical),
      Math.floor((breakLength - this.#indent) / widest),
      4 * compact,
      mostColumns,
    );
    if (columns <= 1) return printed;
    const columnWidths = Array.from({ length: columns }, (_, column) =>
      Math.max(...widths.filter((_, i) => i % columns === column)),
    );
    const isNumbers = Array.from(
      { length: printed.length },
      (_, i) => (list as Record<number, unknown>)[i],
    ).every((entry) => typeof entry === "number" || typeof entry === "bigint");
    const rows: string[] = [];
    for (let start = 0; start < count; start += columns) {
      const end = Math.min(start + columns, count);
      const cells = printed.slice(start, end).map((text, column) => {
        const padding = " ".repeat(columnWidths[column]! - widths[start + column]!);
        const cell = start + column === end - 1 ? text : `${text}, `;
        if (isNumbers) return padding + cell;
        return cell === text ? cell : cell + padding;
      });
      rows.push(cells.join(""));
    }
    if (count < printed.length) rows.push(printed[count]!);
    return rows;
  }
}

const moreItems = (count: number): string => `... ${count} more item${count > 1 ? "s" : ""}`;

const isTypedArray = (value: object): boolean => ArrayBuffer.isView(value) && !(value instanceof DataView);
const isShared = (value: object): boolean =>
  typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;

/** The own enumerable properties printed by name; for an error, its cause as well. */
function keysOf(value: object): PropertyKey[] {
  const isIndexed = Array.isArray(value) || isTypedArray(value);
  const names = Object.keys(value).filter((name) => !isIndexed || !/^(?:0|[1-9]\d*)$/.test(name));
  const symbols = Object.getOwnPropertySymbols(value).filter((symbol) =>
    Object.prototype.propertyIsEnumerable.call(value, symbol),
  );
  const hidden =
    value instanceof Error
      ? ["cause", "errors"].filter((name) => Object.hasOwn(value, name) && !names.includes(name))
      : [];
  const shown = value instanceof String ? names.filter((name) => !(Number(name) < value.length)) : names;
  return [...shown, ...symbols, ...hidden];
}

/** The name of the class; undefined for an object without one. */
function nameOf(value: object): string | undefined {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    const { value: made } = Object.getOwnPropertyDescriptor(at, "constructor") ?? {};
    if (typeof made === "function" && made.name !== "" && value instanceof made) return made.name;
  }
  return undefined;
}

/** The object's `Symbol.toStringTag`, unless it is printed among its properties. */
function tagOf(value: object): string {
  if (Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag)) return "";
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === "string" && tag !== nameOf(value) ? tag : "";
}

function prefixOf(value: object, fallback: string, size: string): string {
  const [name, tag] = [nameOf(value), tagOf(value)];
  if (name === undefined) {
    return `[${fallback}${size}: null prototype] ${tag !== "" && tag !== fallback ? `[${tag}] ` : ""}`;
  }
  return `${name}${size} ${tag === "" ? "" : `[${tag}] `}`;
}

function functionText(f: { name: string }): string {
  const source = Function.prototype.toString.call(f);
  if (/^class\b/.test(source)) {
    const parent = Object.getPrototypeOf(f)?.name;
    return `[class ${f.name || "(anonymous)"}${parent ? ` extends ${parent}` : ""}]`;
  }
  const type = nameOf(f) ?? "Function";
  return f.name === "" ? `[${type} (anonymous)]` : `[${type}: ${f.name}]`;
}

const escapes: Record<string, string> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

/** A string in quotes that it does not contain, with control characters and lone surrogates escaped. */
function quoted(text: string): string {
  const quote =
    ["'", '"', "`"].find((one) => !text.includes(one) && !(one === "`" && text.includes("${"))) ?? "'";
  const escaped = text.replace(/[\p{Cc}\p{Cs}'\\]/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    const code = character.charCodeAt(0);
    return escapes[character] ?? (code > 255 ? `\\u${code.toString(16)}` : hex(code));
  });
  return `${quote}${escaped}${quote}`;
}

const hex = (code: number): string => `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
