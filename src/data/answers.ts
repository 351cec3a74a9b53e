/**
 * The classes of samples, stored as labels or as one-hot rows.
 */
import type { Dataset } from "./dataset-interface.js";

/**
 * The class of each sample: its label, or for one-hot targets the index of the 1. Undefined for other targets.
 */
export function answersOf({
  kind,
  y,
  outputs,
  size,
}: Pick<Dataset, "kind" | "y" | "outputs" | "size">): Uint8Array | undefined {
  if (kind === "labels") return y as Uint8Array;
  if (outputs < 2 || outputs > 256) return undefined;
  const answers = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const row = y.subarray(i * outputs, (i + 1) * outputs);
    const at = row.indexOf(1);
    if (at < 0 || row.some((value, j) => value !== 0 && j !== at)) return undefined;
    answers[i] = at;
  }
  return answers;
}
