/**
 * Converts an answer of any type to numbers with a shape, or explains why it is not numeric.
 */
import { inspect } from "#platform";
import { type Tensor, type TensorLike, tensor } from "../tensor/index.js";
import { formatShape } from "../tensor/shapes.js";

/** What an answer is instead of numbers, and a likely cause, if known. */
export interface NoNumbers {
  problem: string;
  cause?: string;
}

/** `value` as a tensor. Never throws, since an answer may be anything. */
export function numbersOf(value: unknown): Tensor | NoNumbers {
  if (value === undefined) {
    return {
      problem: "undefined",
      cause: "a function whose body stands in { } returns only what follows `return`",
    };
  }
  if (value instanceof Promise) {
    return { problem: "a Promise", cause: "the call needs `await` in front of it" };
  }
  if (typeof value === "function") {
    const { name } = value;
    return { problem: `the function ${name}`.trim(), cause: "a function is called by ( ) behind its name" };
  }
  if (typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) {
    return {
      problem: `the text ${inspect(value)}`,
      cause: "toFixed and template strings give text, not numbers",
    };
  }
  try {
    return tensor(value as TensorLike);
  } catch (error) {
    if (typeof value !== "object" || value === null) return { problem: inspect(value) };
    return { problem: inspect(value, { depth: 1, breakLength: 80 }), cause: (error as Error).message };
  }
}

/** Formats a number with just enough digits to show a difference. */
export const readable = (value: number): string => String(Number(value.toPrecision(8)));

/** Formats numbers; long lists are truncated. */
export function shown(numbers: Tensor): string {
  const { data, shape } = numbers;
  if (shape.length === 0) return readable(data[0]!);
  const most = 8;
  const first = Array.from(data.slice(0, most), readable).join(", ");
  const rest = data.length > most ? `, … (${data.length} numbers)` : "";
  return shape.length === 1 ? `[${first}${rest}]` : `${first}${rest} of shape ${formatShape(shape)}`;
}
