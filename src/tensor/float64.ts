/** Converts the results of custom functions to float64, the dtype of networks. */
import { inspect } from "#platform";
import { Tensor } from "./tensor.js";

/**
 * The tensor itself if it is float64, else a copy that is.
 *
 * @param who the function that returned it, for the message
 * @throws TypeError unless it is a tensor
 */
export function inFloat64(who: string, returned: Tensor): Tensor {
  if (!(returned instanceof Tensor)) {
    const hint = Array.isArray(returned) ? "; make one of a list with tensor(…)" : "";
    throw new TypeError(`${who} must return a tensor${hint}, got ${inspect(returned, { depth: 0 })}`);
  }
  return returned.dtype === "float64" ? returned : returned.astype("float64");
}
