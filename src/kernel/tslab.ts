/**
 * tslab's `display` for notebooks written for it: its output goes to nablab's display.
 */
import { createRequire } from "node:module";
import type { MimeBundle } from "../display/bundle.js";
import { host } from "../display/host.js";

const require = createRequire(import.meta.url);

interface Content {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

let isConnected = false;

/** Connects tslab to this kernel on first use, since it loads a compiler; returns its file. */
export function connectTslab(): string {
  if (!isConnected) {
    isConnected = true;
    const jupyter = require("tslab/dist/jupyter.js") as { lastWriteDisplayData: unknown };
    jupyter.lastWriteDisplayData = ({ data, metadata, transient }: Content, update?: boolean) => {
      host().display({ data, metadata, displayId: transient.display_id, update });
    };
  }
  return require.resolve("tslab/dist/public.js");
}
