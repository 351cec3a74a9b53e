/** A line for the user beside the results. */
import { host } from "./host.js";

const said = new Set<string>();

/** Shows a line once in a session, however often what it is about happens. */
export function note(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  host().display({ data: { "text/plain": text } });
}
