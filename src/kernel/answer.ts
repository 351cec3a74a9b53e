/**
 * What the reader types when a cell asks: `prompt()` returns it, as in a browser, so the main thread sleeps until the
 * sockets' thread has put it into memory that both share.
 */

/** How long an answer may be, in bytes. */
const most = 64 * 1024;
const [waiting, answered, stopped] = [0, 1, 2];

/** Room for an answer: its state, its length, its text. */
export const makeAnswer = (): SharedArrayBuffer => new SharedArrayBuffer(8 + most);

/** Says that an answer is waited for; before the question is sent. */
export function expectAnswer(room: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(room, 0, 2), 0, waiting);
}

/** Sleeps until there is an answer; undefined when the reader pressed stop instead. */
export function awaitAnswer(room: SharedArrayBuffer): string | undefined {
  const state = new Int32Array(room, 0, 2);
  Atomics.wait(state, 0, waiting);
  if (Atomics.load(state, 0) === stopped) return undefined;
  return Buffer.from(new Uint8Array(room, 8, state[1])).toString("utf8");
}

/** In the sockets' thread: hands over an answer; one that nobody waits for is forgotten. */
export function giveAnswer(room: SharedArrayBuffer, text: string): void {
  const bytes = new TextEncoder().encode(text).subarray(0, most);
  new Uint8Array(room, 8).set(bytes);
  new Int32Array(room, 0, 2)[1] = bytes.length;
  wake(room, answered);
}

/** In the sockets' thread: no answer will come. */
export const giveNoAnswer = (room: SharedArrayBuffer): void => wake(room, stopped);

function wake(room: SharedArrayBuffer, how: number): void {
  const state = new Int32Array(room, 0, 2);
  Atomics.store(state, 0, how);
  Atomics.notify(state, 0);
}
