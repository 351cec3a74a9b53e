/**
 * Arithmetic of large float32 arrays, entry by entry, on the calling thread; `Tensor` uses it instead of a loop that
 * calls a function for each entry. A million additions take 1 ms, mostly for copies to and from the kernels' memory; a
 * plain loop takes 2, one that calls a function 12. Each result is rounded once, so the bits are those of the loop.
 */
import { Arena, release, view } from "./arena.js";
import { wasmElementwise } from "./wasm.js";

/** The operations, in the order of assembly/elementwise.ts. */
const operations = ["add", "sub", "mul", "div", "maximum", "minimum", "greater", "less", "same"];

/** From this many entries on, copying them pays off. */
const worthCopying = 65_536;

/** For shorter rows of b the call would take longer than the computation. */
const shortestRow = 64;

/**
 * out = a ∘ b, where b has as many entries as a, or one, or one row, which is broadcast to all rows.
 *
 * @returns whether it was done: the operation is known and the arrays are large enough
 */
export function elementwiseSingle(
  operation: string,
  a: Float32Array,
  b: Float32Array,
  out: Float32Array,
): boolean {
  const which = operations.indexOf(operation);
  const isShort = b.length > 1 && b.length < shortestRow;
  if (which < 0 || isShort || a.length < worthCopying || a.length % b.length !== 0) return false;
  const arena = new Arena();
  const regions = [a.length, Math.max(4, b.length), out.length].map((n) => arena.reserve("Float32Array", n));
  const memory = arena.allocate();
  const [left, right, result] = regions.map((region) => view(memory, region)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  left.set(a);
  if (b.length === 1) right.fill(b[0]!);
  else right.set(b);
  const kernel = wasmElementwise(memory);
  if (b.length === 1) kernel(which, result.byteOffset, left.byteOffset, right.byteOffset, 0, a.length);
  else {
    // In order: a row may write up to three entries into the next.
    for (let at = 0; at < a.length; at += b.length) {
      kernel(which, result.byteOffset + 4 * at, left.byteOffset + 4 * at, right.byteOffset, 16, b.length);
    }
  }
  out.set(result);
  release(memory);
  return true;
}
