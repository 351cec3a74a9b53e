/**
 * The host in a kernel that is not nablab's: what is shown becomes that kernel's messages. Deno's knows
 * `Symbol.for("Jupyter.display")`; tslab's prints the last value of a cell, and printing is where a value shows itself.
 */
import * as platform from "#platform";
import type { ForeignKernel, Platform } from "../platform/platform.js";
import { displaySymbol, isDisplayable } from "./bundle.js";
import { consoleHost, host, printing, setHost } from "./host.js";

/** Shows things in the kernel that runs this, if it is tslab's or Deno's. */
export function joinForeignKernel(): void {
  const kernel = (platform as Partial<Platform>).foreignKernel?.();
  if (!kernel || host() !== consoleHost) return;
  let interrupt = new AbortController();
  kernel.onInterrupt(() => {
    interrupt.abort(new Error("stopped by the reader"));
    interrupt = new AbortController();
  });
  setHost({
    display({ data, metadata = {}, displayId, update }) {
      const transient = displayId === undefined ? {} : { display_id: displayId };
      kernel.sender()(update ? "update_display_data" : "display_data", { data, metadata, transient });
    },
    clearOutput: (wait) => kernel.sender()("clear_output", { wait }),
    interruptSignal: () => interrupt.signal,
    ...(kernel.printsValues && { printed: (value: object) => void showPrinted(kernel, value) }),
  });
  if (kernel.printsValues) printDisplayables();
}

async function showPrinted(kernel: ForeignKernel, value: object): Promise<void> {
  if (!isDisplayable(value)) return;
  const send = kernel.sender(); // the picture comes later
  const data = await value[displaySymbol]();
  // Its text is printed already.
  if (Object.keys(data).length > 1) send("display_data", { data, metadata: {}, transient: {} });
}

/** Values that show themselves, and do not say how they print, print as what they say. */
function printDisplayables(): void {
  const { custom } = platform.inspect as unknown as { custom: symbol };
  const text = function (this: object): string {
    const { toString: own } = this;
    return printing(this, own === Object.prototype.toString ? "" : String(this));
  };
  Object.defineProperty(Object.prototype, custom, {
    get() {
      return isDisplayable(this) ? text : undefined;
    },
    set(value) {
      Object.defineProperty(this, custom, { value, configurable: true, enumerable: true, writable: true });
    },
    configurable: true,
  });
}
