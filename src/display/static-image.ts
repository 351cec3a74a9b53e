/** placeholder so that types land; replaced below */
import type { ImageSize } from "./figure.js";
export async function staticImage(_json: unknown, _size: ImageSize): Promise<string> {
  throw new Error("not drawn yet");
}
