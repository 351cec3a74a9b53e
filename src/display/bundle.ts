/**
 * How a value shows itself: the Jupyter display protocol that Deno introduced.
 *
 * Any object with a method under `Symbol.for("Jupyter.display")` is shown by what that method returns,
 * a MIME bundle. No base class is needed, and the symbol is a registered one, so a value made by another
 * library, or by another copy of this one, is shown just the same.
 */
/** The key of the method by which a value shows itself in Jupyter. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;

/** The contents of an output in several formats; a front end picks the richest it knows. */
export interface MimeBundle {
  /** Always there: what a terminal, a diff or a screen reader gets. */
  "text/plain": string;
  [mime: string]: unknown;
}

/** A value that shows itself. */
export interface Displayable {
  [displaySymbol](): MimeBundle | Promise<MimeBundle>;
}

/**
 * Whether `value` has a display method.
 *
 * @example
 * isDisplayable(37) // → false
 */
export function isDisplayable(value: unknown): value is Displayable {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  try {
    // A proxy may have an answer for any name; one that it says it has counts.
    return displaySymbol in value && typeof (value as Partial<Displayable>)[displaySymbol] === "function";
  } catch {
    return false; // a proxy that refuses, or was revoked
  }
}
