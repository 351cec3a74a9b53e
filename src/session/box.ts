/**
 * Where a top-level name of a cell, or of a file that cells import, is kept. `rewrite/` lets code read and write
 * it as `v`; a declaration writes `d`.
 */
export class Box {
  readonly #name: string;
  /** How many declarations have given it a value: a declaration that was not reached leaves the old value. */
  declarations = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Until a `let`, `const` or `class` is reached there is no value; from then on it is a property of the box itself. */
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
    if (Object.getOwnPropertyDescriptor(this, "v")?.writable) this.v = value;
    else this.#hold(value);
  }

  /** Has the value undefined, as `var` has it, unless there is one. */
  initialise(): void {
    if (!Object.hasOwn(this, "v")) this.#hold(undefined);
  }

  #hold(value: unknown): void {
    Object.defineProperty(this, "v", { value, writable: true, enumerable: true, configurable: true });
  }

  /** Follows a name of another module: it is read there each time, as ECMAScript has it. */
  follow(read: () => unknown): void {
    this.declarations++;
    Object.defineProperty(this, "v", { get: read, enumerable: true, configurable: true });
  }
}

/** The boxes of names, created lazily. */
export class Scope {
  readonly #boxes = new Map<string, Box>();

  /** @param isLexical whether a `let`, `const` or `class` declares it, before which it cannot be read */
  box(name: string, isLexical = false): Box {
    let box = this.#boxes.get(name);
    if (!box) this.#boxes.set(name, (box = new Box(name)));
    if (!isLexical) box.initialise();
    return box;
  }

  /** Whether code has named it. */
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

  /** How many declarations have given a name a value. */
  declarationsOf(name: string): number {
    return this.#boxes.get(name)?.declarations ?? 0;
  }
}

/**
 * Gives a name the value that a module exports as `imported`. Modules in CommonJS export more names than Node
 * finds in them, and say by `__esModule` what their default is.
 */
export function bind(box: Box, module: Record<string, unknown>, imported: string): void {
  const whole = module.default as Record<string, unknown> | undefined;
  const holds = (value: unknown): value is Record<string, unknown> =>
    value !== null && (typeof value === "object" || typeof value === "function");
  if (imported === "*") box.d = module;
  else if (Object.getOwnPropertyDescriptor(module, imported)?.get) box.follow(() => module[imported]);
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
