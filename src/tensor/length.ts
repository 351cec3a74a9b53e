/**
 * The length of a vector of any number of entries, of any size.
 */

/**
 * √Σ a_i²: scaled, so that squares neither overflow nor underflow, and summed with compensation (Kahan), as V8's `Math.hypot` does, to
 * whose bits this is; a list of 200,000 entries as arguments of that one overflows the stack.
 */
export function lengthOf(entries: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < entries.length; i++) largest = Math.max(largest, Math.abs(entries[i]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let [sum, compensation] = [0, 0];
  for (let i = 0; i < entries.length; i++) {
    const share = Math.abs(entries[i]!) / largest;
    const summand = share * share - compensation;
    const next = sum + summand;
    compensation = next - sum - summand;
    sum = next;
  }
  return Math.sqrt(sum) * largest;
}
