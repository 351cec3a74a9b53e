/**
 * Other Jupyter kernels that can run nablab: Deno's and tslab's.
 */
import { createRequire } from "node:module";
import type { ForeignKernel } from "./platform.js";

interface Deno {
  jupyter?: { broadcast(type: string, content: object): Promise<void> };
}

/** The kernel of this process, if it is one of them. */
export function foreignKernel(): ForeignKernel | undefined {
  return ofDeno() ?? ofTslab();
}

const onInterrupt = (listener: () => void): void => void process.on("SIGINT", listener);

function ofDeno(): ForeignKernel | undefined {
  const { Deno } = globalThis as { Deno?: Deno };
  let jupyter: Deno["jupyter"];
  try {
    jupyter = Deno?.jupyter; // throws if Deno does not run as a kernel
  } catch {
    return undefined;
  }
  if (typeof jupyter?.broadcast !== "function") return undefined;
  const { broadcast } = jupyter;
  let sent = Promise.resolve();
  return {
    sender: () => (type, content) => {
      sent = sent.then(() => broadcast(type, content)).catch(() => {});
    },
    onInterrupt,
    printsValues: false,
  };
}

type Write = (content: Record<string, unknown>, update?: boolean) => void;

function ofTslab(): ForeignKernel | undefined {
  const [, program = "", command] = process.argv;
  if (command !== "kernel" || !/tslab/.test(program)) return undefined;
  try {
    // The module that tslab's kernel has loaded and initialised.
    const jupyter = createRequire(program)("../dist/jupyter.js") as { lastWriteDisplayData: Write | null };
    if (!jupyter.lastWriteDisplayData) return undefined;
    return {
      sender() {
        const write = jupyter.lastWriteDisplayData;
        return (type, content) => {
          // tslab cannot clear outputs.
          if (type !== "clear_output") write?.(content, type === "update_display_data");
        };
      },
      onInterrupt,
      printsValues: true,
    };
  } catch {
    return undefined;
  }
}
