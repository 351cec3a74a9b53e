/**
 * Showing something from the middle of a cell, and replacing it later.
 */

import { optionsOf } from "../options/options-of.js";
import { type Host, host } from "./host.js";
import { toBundle } from "./to-bundle.js";

/** A handle to update what was shown. */
export interface DisplayHandle {
  /** The display id under which it was shown. */
  readonly id: string;
  /** Replaces the output by `value`. */
  update(value: unknown): Promise<void>;
  /** Hides the output; a later `update` shows it again. */
  close(): void;
}

// Ids count up from 1 in each host: a notebook that is run again sends the same messages.
const counters = new WeakMap<Host, number>();

/** A display id not used before in this host. */
export function nextDisplayId(target: Host): string {
  const count = (counters.get(target) ?? 0) + 1;
  counters.set(target, count);
  return `nablab-${count}`;
}

/**
 * Shows a value in the output of the running cell. The last expression of a cell is shown without it.
 *
 * @param value anything; how it looks is its own affair (`Symbol.for("Jupyter.display")`)
 * @param options `id`: a custom display id; by default the next of `nablab-1`, `nablab-2`, …
 * @returns a handle, once the message is on its way
 * @throws what the value's display method throws
 * @example
 * const shown = await display("thinking…");
 * await shown.update("37");
 * shown.id // → "nablab-…"
 */
export async function display(value: unknown, options: { id?: string } = {}): Promise<DisplayHandle> {
  const { id } = optionsOf("display", options, ["id"]);
  const target = host();
  const displayId = id ?? nextDisplayId(target);
  target.display({ data: await toBundle(value), displayId });
  return {
    id: displayId,
    async update(next) {
      target.display({ data: await toBundle(next), displayId, update: true });
    },
    close() {
      target.display({ data: { "text/plain": "" }, displayId, update: true });
    },
  };
}

/**
 * Removes what the running cell has shown so far.
 *
 * @param options `wait`: keep it until something new is shown, so that nothing flickers
 * @example
 * clearOutput({ wait: true }) // → undefined
 */
export function clearOutput(options: { wait?: boolean } = {}): void {
  const { wait = false } = optionsOf("clearOutput", options, ["wait"]);
  host().clearOutput(wait);
}
