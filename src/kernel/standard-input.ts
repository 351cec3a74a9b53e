/**
 * `process.stdin` of cells: each line read from it is requested from the reader, so that `readline` works.
 *
 * Node reads a stream before a line is needed, and asking blocks the cell. So the reader is asked only while a cell runs
 * that has accessed `process.stdin`, or has printed a question: an unterminated line.
 */
import { Readable } from "node:stream";
import type { Session } from "../session/session.js";

/** Its state; there is one session in a process. */
export const inputState = {
  /** Whether the running cell has accessed `process.stdin`. */
  isTouched: false,
  /** Whether the last output did not end its line. */
  isAsking: false,
};

/** Milliseconds between checks for whether a line is needed. */
const interval = 50;

/** Replaces `process.stdin`. */
export function answerStandardInput<Cell>(session: Session<Cell>): void {
  const { prompt: ask } = globalThis as unknown as { prompt(question: string): string };
  let stream: Readable | undefined;
  const open = (): Readable => {
    const input: Readable = new Readable({ read: () => void setImmediate(serve) });
    const serve = (): void => {
      if (input.destroyed || input !== stream) return;
      // A stream read by `readable` events, as by `for await`, counts as paused.
      const isPaused = input.isPaused() && input.listenerCount("readable") === 0;
      if (!session.isRunning || isPaused || !(inputState.isTouched || inputState.isAsking)) {
        setTimeout(serve, interval).unref();
        return;
      }
      try {
        const line = ask("");
        inputState.isAsking = false;
        input.push(`${line}\n`);
      } catch (error) {
        // Interrupted, or no reader to ask; the next cell gets a new stream.
        stream = undefined;
        input.push(null);
        session.fail(error);
      }
    };
    return input;
  };
  Object.defineProperty(process, "stdin", {
    get() {
      inputState.isTouched = true;
      if (stream?.destroyed) stream = undefined; // leaving a `for await` destroys it
      return (stream ??= open());
    },
    configurable: true,
    enumerable: true,
  });
}
