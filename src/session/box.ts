/**
 * Where a top-level name of a cell, or of a file that cells import, is kept. `rewrite/` lets code read and write
 * it as `v`; a declaration writes `d`.
 */
export class Box {
  v: unknown = undefined;
  /** How many declarations have given it a value: what a cell has not come to is still what it was. */
  declarations = 0;

  constructor() {
    Object.preventExtensions(this); // a `d` of its own would keep what later declarations write
  }

  set d(value: unknown) {
    this.declarations++;
    const { get } = Object.getOwnPropertyDescriptor(this, "v") as PropertyDescriptor;
    if (get)
      Object.defineProperty(this, "v", { value, writable: true, enumerable: true, configurable: true });
    else this.v = value;
  }

  /** Follows a name of another module: it is read there each time, as ECMAScript has it. */
  follow(read: () => unknown): void {
    this.declarations++;
    Object.defineProperty(this, "v", { get: read, enumerable: true, configurable: true });
  }
}

/** The boxes of some names, made when they are first asked for. */
export class Scope {
  readonly #boxes = new Map<string, Box>();

  box(name: string): Box {
    let box = this.#boxes.get(name);
    if (!box) this.#boxes.set(name, (box = new Box()));
    return box;
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
  else throw new SyntaxError(`import: the module exports no ${JSON.stringify(imported)}`);
}
