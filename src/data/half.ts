/**
 * 16-bit floating-point numbers from files: float32 represents each exactly.
 */

/** A half-precision number (IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction) from its bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

const word = new DataView(new ArrayBuffer(4));

/** A bfloat16 (the upper half of a float32) from its bits. */
export function fromBfloat16(bits: number): number {
  word.setUint32(0, bits * 2 ** 16);
  return word.getFloat32(0);
}
