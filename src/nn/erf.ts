/**
 * The error function to the last digit or two, which JavaScript lacks.
 */

/**
 * Φ(z) = P(Z ≤ z) for a standard normal Z.
 *
 * Near 0 by Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …), whose terms are all positive; farther out by the continued
 * fraction 1 − Φ(z) = φ(z) / (z + 1/(z + 2/(z + …))), which keeps the digits of small tails.
 *
 * Source: Abramowitz, Stegun, Handbook of mathematical functions, 26.2.11 and 26.2.14.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return z;
  const size = Math.abs(z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (size < 3) {
    let term = size;
    let sum = size;
    for (let n = 3; term > 1e-17 * sum; n += 2) {
      term *= (size * size) / n;
      sum += term;
    }
    return z < 0 ? 0.5 - density * sum : 0.5 + density * sum;
  }
  let fraction = size;
  for (let n = 60; n >= 1; n--) fraction = size + n / fraction;
  const tail = density / fraction;
  return z < 0 ? tail : 1 - tail;
}
