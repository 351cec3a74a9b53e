/**
 * A result that a notebook reports: `nablab sweep notebook.ipynb` collects it from the executed copy.
 */
import { inspect } from "#platform";
import type { MimeBundle } from "../display/bundle.js";
import { host } from "../display/host.js";
import { checkedValues, encode } from "./values.js";

/** The type of a recorded value in the outputs of a notebook. */
export const recordMime = "application/vnd.nablab.record+json";

/**
 * Records a result of a notebook under a name and shows it as a line. `npx nablab sweep notebook.ipynb` collects the
 * recorded values; the last value of a name counts.
 *
 * @param name the name of the column in the sweep's table
 * @param value a number, a string, a boolean, or a list, typed array or tensor of numbers
 * @throws TypeError for anything else
 * @example
 * record("accuracy", 0.98) // → undefined
 */
export function record(name: string, value: unknown): void {
  if (typeof name !== "string" || name === "")
    throw new TypeError(`record: the first argument is a name, got ${inspect(name)}`);
  const [plain] = Object.values(checkedValues({ [name]: value }));
  const data: MimeBundle = {
    [recordMime]: JSON.parse(encode({ name, value: plain })),
    "text/plain": `${name} = ${inspect(plain, { maxArrayLength: 5 })}`,
  };
  host().display({ data });
}
