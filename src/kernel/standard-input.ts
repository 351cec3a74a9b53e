/**
 * `process.stdin` of cells: what is read from it is asked of the reader, a line at a time, so that `readline` works.
 *
 * A stream is read before anybody wants a line, and asking holds up the cell. So the reader is asked only while a cell
 * runs that has touched `process.stdin`, or has printed a question: a line that is not ended.
 */
import { Readable } from "node:stream";
import type { Session } from "../session/session.js";

/** What it goes by; there is one session in a process. */
export const inputState = {
  /** Whether the running cell has touched `process.stdin`. */
  isTouched: false,
  /** Whether what was printed last does not end its line. */
  isAsking: false,
};

/** How often it is looked whether a line is wanted now, in milliseconds. */
const interval = 50;

/** Puts it in the place of `process.stdin`. */
export function answerStandardInput<Cell>(session: Session<Cell>): void {
  const { prompt: ask } = globalThis as unknown as { prompt(question: string): string };
  let stream: Readable | undefined;
  const open = (): Readable => {
    const input: Readable = new Readable({ read: () => void setImmediate(serve) });
    const serve = (): void => {
      if (input.destroyed || input !== stream) return;
      // What reads on `readable`, as `for await` does, counts as paused.
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
        // Stopped, or nobody can be asked; the next cell starts with another stream.
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
      if (stream?.destroyed) stream = undefined; // `for await` does that when it is left
      return (stream ??= open());
    },
    configurable: true,
    enumerable: true,
  });
}
