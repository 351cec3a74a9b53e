/** A host that keeps what is shown. */
import type { DisplayMessage, Host } from "../../dist/display/host.js";

export class HostLog implements Host {
  readonly shown: DisplayMessage[] = [];
  readonly #interrupt: AbortSignal;

  constructor(interrupt: AbortSignal = new AbortController().signal) {
    this.#interrupt = interrupt;
  }

  display(message: DisplayMessage): void {
    this.shown.push(message);
  }

  clearOutput(): void {}

  interruptSignal(): AbortSignal {
    return this.#interrupt;
  }

  /** The plain texts in their order. */
  texts(): string[] {
    return this.shown.map(({ data }) => String(data["text/plain"]));
  }

  /** The last text of each display. */
  last(): string[] {
    const byId = new Map(this.shown.map(({ displayId, data }) => [displayId, String(data["text/plain"])]));
    return [...byId.values()];
  }
}
