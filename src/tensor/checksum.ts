/** A checksum of a list of numbers, so that the texts of rules and losses differ if their lists do. */

/** FNV-1a of the bytes, eight hexadecimal digits: two different lists collide with probability one in four billion. */
export function checksumOf({ buffer, byteOffset, byteLength }: Uint8Array | Float64Array): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
