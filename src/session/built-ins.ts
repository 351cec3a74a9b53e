/**
 * Cells may replace built-ins (`Array.prototype.push = …`), as a file that Node runs may. The session and its compiler call the
 * same ones, and would break with them: no later cell would run. So those that they need are compared, before each cell, at its
 * first `await` and at its end, with what they were when the session started; what differs is put back, and the session says so.
 * What cells add (`Array.prototype.last = …`) stays, and so does what the session does not need: timers, clocks, `Math.random`,
 * `console`.
 *
 * A comparison takes 15 µs. It calls nothing that a cell can replace.
 */

const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;

type Owner = Record<PropertyKey, unknown>;

interface BuiltIn {
  readonly owner: Owner;
  readonly key: PropertyKey;
  readonly name: string;
  readonly value: unknown;
  /** Undefined if it is inherited, or must not be there. */
  readonly property: PropertyDescriptor | undefined;
  /** Whether a cell has replaced it for good. */
  isLost: boolean;
}

/** A built-in as a cell has left it. */
interface Replaced {
  readonly builtIn: BuiltIn;
  readonly value: unknown;
  readonly property: PropertyDescriptor | undefined;
}

let builtIns: readonly BuiltIn[] = [];
/** What was put back, or is lost, and not yet reported. */
let reported: BuiltIn[] = [];

/** Puts back what cells have replaced, for good. */
export function putBackBuiltIns(): void {
  const replaced = putBack();
  for (let i = 0; i < replaced.length; i++) reported[reported.length] = replaced[i]!.builtIn;
}

/** Runs a part of the session that a cell calls: the cell finds what it has replaced again. */
export function withBuiltIns<T>(work: () => T): T {
  const replaced = putBack();
  if (replaced.length === 0) return work();
  try {
    return work();
  } finally {
    for (let i = replaced.length - 1; i >= 0; i--) put(replaced[i]!.builtIn, replaced[i]!);
  }
}

function putBack(): Replaced[] {
  const replaced: Replaced[] = [];
  for (let i = 0; i < builtIns.length; i++) {
    const builtIn = builtIns[i]!;
    const { owner, key, value } = builtIn;
    if (valueAt(owner, key) === value || builtIn.isLost) continue;
    replaced[replaced.length] = {
      builtIn,
      value: valueAt(owner, key),
      property: getOwnPropertyDescriptor(owner, key),
    };
    put(builtIn, builtIn);
    builtIn.isLost = valueAt(owner, key) !== value;
    if (builtIn.isLost) reported[reported.length] = builtIn;
  }
  return replaced;
}

function valueAt(owner: Owner, key: PropertyKey): unknown {
  try {
    return owner[key];
  } catch {
    return valueAt; // a getter of a cell
  }
}

function put({ owner, key }: BuiltIn, { property, value }: Omit<Replaced, "builtIn">): void {
  if (!property) deleteProperty(owner, key);
  else defineProperty(owner, key, property);
  if (valueAt(owner, key) === value) return;
  try {
    owner[key] = value; // `process` and `Buffer` keep it behind their accessors
  } catch {
    // A cell has made it unchangeable.
  }
}

/** What a cell has replaced, in words for the reader; empty if nothing. */
export function takeReplaced(): string {
  if (reported.length === 0) return "";
  const names = (isLost: boolean): string =>
    [...new Set(reported.filter((one) => one.isLost === isLost).map(({ name }) => name))].join(", ");
  const [lost, restored] = [names(true), names(false)] as const;
  reported = [];
  return (
    (restored &&
      `${restored}: the notebook itself needs what the cell replaced here, so the original is back; write a function or a class of your own instead\n`) +
    (lost &&
      `${lost}: the notebook itself needs what the cell replaced here and made unchangeable; if cells fail now, restart the kernel\n`)
  );
}

/**
 * Remembers the built-ins as they are now.
 *
 * @param more others that the host needs, by the name of their owner
 * @returns a function that forgets them
 */
export function rememberBuiltIns(
  more: Readonly<Record<string, [owner: object, keys: string[]]>>,
): () => void {
  const all: BuiltIn[] = [];
  const remember = (owner: object, name: string, keys: readonly PropertyKey[]): void => {
    for (const key of keys) {
      const own = owner as Owner;
      const inner = typeof key === "symbol" ? `[${key.description}]` : `.${key}`;
      const property = getOwnPropertyDescriptor(owner, key);
      all.push({
        owner: own,
        key,
        name: owner === globalThis ? String(key) : name + inner,
        value: own[key],
        property,
        isLost: false,
      });
    }
  };
  // First, since property descriptors inherit them.
  remember(Object.prototype, "Object.prototype", [
    ...["get", "set", "value", "writable", "enumerable", "configurable"],
    ...["then", "toJSON"],
  ]);
  for (const { prototype, name } of [Array, String, Number, Boolean])
    remember(prototype, `${name}.prototype`, ["toJSON"]);
  const methods = (owner: object): PropertyKey[] =>
    ownKeys(owner).filter((key) => {
      const { value, configurable } = getOwnPropertyDescriptor(owner, key)!;
      return typeof value === "function" && configurable && value !== Math.random;
    });
  const globals = globalThis as unknown as Record<string, { prototype?: object }>;
  // A page that is not isolated has no SharedArrayBuffer.
  const present = constructors.filter((name) => name in globals);
  remember(globalThis, "", [...present, ...namespaces, ...functions]);
  for (const name of present) {
    const { prototype } = globals[name]!;
    if (!/Error$/.test(name)) remember(globals[name]!, name, methods(globals[name]!));
    if (prototype) remember(prototype, `${name}.prototype`, methods(prototype));
  }
  for (const name of namespaces) remember(globals[name]!, name, methods(globals[name]!));
  const typed = getPrototypeOf(Uint8Array.prototype)!;
  remember(typed, "TypedArray.prototype", methods(typed));
  const iterators = [[], "", new Map(), new Set(), "".matchAll(/x/g), (function* () {})()];
  const seen = new Set<object>();
  for (const iterated of iterators) {
    let prototype = getPrototypeOf(iterated[Symbol.iterator]());
    for (
      ;
      prototype && prototype !== Object.prototype && !seen.has(prototype);
      prototype = getPrototypeOf(prototype)
    ) {
      seen.add(prototype);
      const name = (prototype as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "Generator";
      remember(prototype, `(${name}).prototype`, methods(prototype));
    }
  }
  for (const [name, [owner, keys]] of Object.entries(more)) remember(owner, name, keys);
  builtIns = all;
  return () => {
    if (builtIns === all) [builtIns, reported] = [[], []];
  };
}

const constructors = (
  "Object Function Array String Number Boolean Symbol BigInt RegExp Map Set WeakMap WeakSet WeakRef Promise Proxy Error " +
  "TypeError RangeError SyntaxError ReferenceError AggregateError ArrayBuffer SharedArrayBuffer Uint8Array Int32Array " +
  "Float64Array TextEncoder TextDecoder EventTarget AbortController AbortSignal"
).split(" ");
const namespaces = ["Reflect", "JSON", "Math", "Atomics"];
const functions = ["parseInt", "parseFloat", "isNaN", "isFinite", "queueMicrotask"];
