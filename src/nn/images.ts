/**
 * Shared by convolutions and pooling: images as channels × height × width, and windows that slide over them.
 */
import { slide, type Windows } from "../compute/windows.js";
import { formatShape, type Shape } from "../tensor/index.js";

/** The windows on images of this shape. Throws if samples are not images, or smaller than a window. */
export function windowsOn(
  who: string,
  input: Shape,
  { kernel, stride, padding }: { kernel: number; stride: number; padding: number },
): Windows {
  if (input.length !== 3) {
    throw new RangeError(
      `${who}: a sample must be an image of channels × height × width; declare the input with sequential([…], { input: [1, 28, 28] }); its shape is ${formatShape(input)}`,
    );
  }
  const windows = slide(input as readonly [number, number, number], { kernel, stride, padding });
  if (windows.rows < 1 || windows.columns < 1) {
    throw new RangeError(
      `${who}: a window of ${kernel} × ${kernel} is larger than the image, ${windows.height} × ${windows.width}`,
    );
  }
  return windows;
}

/**
 * Calls back for each window of an image with the position of its first pixel (which may lie in the padding), and the
 * index of the window.
 */
export function eachWindow(
  { rows, columns, stride, padding }: Windows,
  visit: (top: number, left: number, window: number) => void,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) visit(r * stride - padding, c * stride - padding, r * columns + c);
  }
}
