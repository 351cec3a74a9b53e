/**
 * SHA-256 for browsers, whose built-in one is asynchronous.
 *
 * Source: NIST, FIPS 180-4, "Secure Hash Standard", 2015, sections 4.1.2, 5.1.1 and 6.2.
 */

/** The first 32 bits of the fractional part of ∛p for the first 64 primes, and of √p for the first 8. */
const { rounds, start } = (() => {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0;
  return {
    rounds: Int32Array.from(primes, (p) => fraction(Math.cbrt(p))),
    start: Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p))),
  };
})();

const blockSize = 64;

/** The hash of the concatenated parts, in hexadecimal; strings as UTF-8. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const state = start.slice();
  const block = new Uint8Array(blockSize);
  let filled = 0;
  let length = 0;
  for (const part of parts) {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    length += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      if (filled === 0 && bytes.length - at >= blockSize) {
        compress(state, bytes, at);
        at += blockSize;
        continue;
      }
      const count = Math.min(blockSize - filled, bytes.length - at);
      block.set(bytes.subarray(at, at + count), filled);
      filled = (filled + count) % blockSize;
      at += count;
      if (filled === 0) compress(state, block, 0);
    }
  }
  // A bit 1, zeros, and the length in bits as a 64-bit number.
  block.fill(0, filled);
  block[filled] = 0x80;
  if (filled >= blockSize - 8) {
    compress(state, block, 0);
    block.fill(0);
  }
  new DataView(block.buffer).setBigUint64(blockSize - 8, 8n * BigInt(length));
  compress(state, block, 0);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const schedule = new Int32Array(64);
const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

function compress(state: Int32Array, bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let t = 0; t < 16; t++) {
    const i = at + 4 * t;
    w[t] = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const [x, y] = [w[t - 15]!, w[t - 2]!];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + rounds[t]! + w[t]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + s0 + majority) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i]! + word) | 0;
}
