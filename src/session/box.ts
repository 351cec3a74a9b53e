// Cells may replace these.
const { defineProperty, getOwnPropertyDescriptor, hasOwn } = Object;

/**
 * The storage of a top-level name of a cell, or of a file that cells import. Code from `rewrite/` reads and writes it as
 * `v`; a declaration writes `d`.
 */
export class Box {
  readonly #name: string;
  /** How many declarations have assigned it: one that was not reached leaves the old value. */
  declarations = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** There is no value until a `let`, `const` or `class` is reached; then it is an own property of the box. */
  get v(): unknown {
    throw this.#isEarly();
  }

  set v(_: unknown) {
    throw this.#isEarly();
  }

  #isEarly(): Error {
    return new ReferenceError(`Cannot access '${this.#name}' before initialization`);
  }

  set d(value: unknown) {
    this.declarations++;
    if (getOwnPropertyDescriptor(this, "v")?.writable) this.v = value;
    else this.#hold(value);
  }

  /** Becomes undefined, like a `var`, unless it has a value. */
  initialise(): void {
    if (!hasOwn(this, "v")) this.#hold(undefined);
  }

  #hold(value: unknown): void {
    defineProperty(this, "v", { value, writable: true, enumerable: true, configurable: true });
  }

  /** Follows a name of another module, read on each access (a live binding of ECMAScript). */
  follow(read: () => unknown): void {
    this.declarations++;
    defineProperty(this, "v", { get: read, enumerable: true, configurable: true });
  }
}

/** The boxes of names, created lazily. */
export class Scope {
  readonly #boxes = new Map<string, Box>();

  /** @param isLexical whether a `let`, `const` or `class` declares it, so that it cannot be read earlier */
  box(name: string, isLexical = false): Box {
    let box = this.#boxes.get(name);
    if (!box) this.#boxes.set(name, (box = new Box(name)));
    if (!isLexical) box.initialise();
    return box;
  }

  /** Whether code has mentioned it. */
  has(name: string): boolean {
    return this.#boxes.has(name);
  }

  /**
   * Gives names new boxes: code that has run keeps those that it was given, and does not see what they hold from now on.
   *
   * @returns what gives a name its old box back, where it had one
   */
  renew(names: readonly string[]): (name: string) => void {
    const before = new Map(names.map((name) => [name, this.#boxes.get(name)]));
    for (const name of names) this.#boxes.delete(name);
    return (name) => {
      const box = before.get(name);
      if (box) this.#boxes.set(name, box);
    };
  }

  /** How many declarations have assigned a name. */
  declarationsOf(name: string): number {
    return this.#boxes.get(name)?.declarations ?? 0;
  }
}

/**
 * Binds a name to the export `imported` of a module. CommonJS modules export more names than Node detects, and mark their
 * default export by `__esModule`.
 */
export function bind(box: Box, module: Record<string, unknown>, imported: string): void {
  const whole = module.default as Record<string, unknown> | undefined;
  const holds = (value: unknown): value is Record<string, unknown> =>
    value !== null && (typeof value === "object" || typeof value === "function");
  if (imported === "*") box.d = module;
  else if (getOwnPropertyDescriptor(module, imported)?.get) box.follow(() => module[imported]);
  else if (imported === "default" && holds(whole) && whole.__esModule && "default" in whole)
    box.d = whole.default;
  else if (imported in module) box.d = module[imported];
  else if (holds(whole) && imported in whole) box.d = whole[imported];
  else
    throw new SyntaxError(
      imported === "default"
        ? 'import: the module exports no "default"; import { name } or import * as name does'
        : `import: the module exports no ${JSON.stringify(imported)}`,
    );
}
