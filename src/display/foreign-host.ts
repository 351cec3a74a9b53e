/**
 * The host in a kernel that is not nablab's: displays become that kernel's messages. Deno's kernel supports
 * `Symbol.for("Jupyter.display")`; tslab's prints the last value of a cell, so there printing triggers the display.
 */
import { type ForeignKernel, foreignKernel } from "#platform";
import { displaySymbol, isDisplayable } from "./bundle.js";
import { consoleHost, host, setHost } from "./host.js";

/** Shows things in the kernel that runs this, if it is tslab's or Deno's. */
export function joinForeignKernel(): void {
  const kernel = foreignKernel();
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
}

async function showPrinted(kernel: ForeignKernel, value: object): Promise<void> {
  if (!isDisplayable(value)) return;
  const send = kernel.sender(); // the picture comes later
  const data = await value[displaySymbol]();
  // Its text is printed already.
  if (Object.keys(data).length > 1) send("display_data", { data, metadata: {}, transient: {} });
}
