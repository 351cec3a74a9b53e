/**
 * The content of `kernel_info_reply` in Node.
 */
import { versions } from "#platform";
import { kernelInfoReply } from "../protocol/kernel-info.js";
import type { Content } from "../protocol/message.js";
import { typeScriptVersion } from "./typescript.js";

/** Does not load the compiler. */
export const kernelInfo = (): Content =>
  kernelInfoReply(
    { nablab: versions.nablab as string, typescript: typeScriptVersion() },
    `Node ${process.versions.node}`,
    [{ text: "Node.js", url: "https://nodejs.org/api/" }],
  );
