/**
 * The k-th smallest of n numbers in O(n), without sorting them all.
 */

/**
 * The value that sorting would put at index k; rearranges the array in place (Hoare's quickselect, with the median of
 * three as pivot).
 *
 * @param values finite numbers
 * @param k from 0 to n − 1
 * @see C. A. R. Hoare, Algorithm 65: Find, Communications of the ACM 4 (1961).
 */
export function nthSmallest(values: Float64Array, k: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const [a, b, c] = [values[low]!, values[(low + high) >> 1]!, values[high]!];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    // Entries up to j are ≤ the pivot, entries from i on are ≥ it; any between them equal it.
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return values[k]!;
  }
  return values[k]!;
}
