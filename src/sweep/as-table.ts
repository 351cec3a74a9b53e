/**
 * The base of results that show and print themselves as tables.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { printing } from "../display/host.js";

/** A value that shows itself as a table. */
export abstract class AsTable implements Displayable {
  /** The table, rebuilt for each display. */
  protected abstract table(): Displayable;

  toString(): string {
    return inspect(this.table());
  }

  [inspect.custom](): string {
    return printing(this, this.toString());
  }

  async [displaySymbol](): Promise<MimeBundle> {
    return this.table()[displaySymbol]();
  }
}
