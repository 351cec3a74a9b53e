/**
 * nablab: everything a notebook imports, by `import { … } from "nablab"`.
 * Names only; each folder's index says what its part is for. In tslab's kernel or Deno's, things show themselves there.
 */
import { joinForeignKernel } from "./display/foreign-host.js";

export * from "./autodiff/index.js";
export * from "./coursework/index.js";
export * from "./data/index.js";
export * from "./display/index.js";
export * from "./metrics/index.js";
export * from "./nn/index.js";
export * from "./optim/index.js";
export * from "./sweep/index.js";
export * from "./tensor/index.js";
export * from "./theory/index.js";
export * from "./train/index.js";
export * from "./widgets/index.js";

joinForeignKernel();
