/**
 * The Euclidean norm of a vector of any length, with entries of any size.
 */

/**
 * √Σ a_i²: scaled, so that squares neither overflow nor underflow, and summed with compensation (Kahan), with the same bits as
 * V8's `Math.hypot`, whose argument list overflows the stack from about 125,000 entries on (Node 20).
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
