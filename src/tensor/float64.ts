/** What a custom function returned, in the dtype of all that networks compute with. */
import type { Tensor } from "./tensor.js";

/** The tensor itself if it is float64, else a copy that is. */
export const inFloat64 = (t: Tensor): Tensor<Float64Array> =>
  t.data instanceof Float64Array ? (t as Tensor<Float64Array>) : t.astype("float64");
