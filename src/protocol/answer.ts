/**
 * The reader's answer to `prompt()`, which returns it synchronously, as in a browser: the cells' thread sleeps until the
 * transport's thread has written the answer into shared memory.
 */
import { nativeWait } from "../platform/native-wait.js";

/** The longest answer, in bytes. */
const most = 64 * 1024;
const [waiting, answered, stopped] = [0, 1, 2];

/** Memory for an answer: its state, its length, its text. */
export const makeAnswer = (): SharedArrayBuffer => new SharedArrayBuffer(8 + most);

/** Marks an answer as awaited; call it before the question is sent. */
export function expectAnswer(room: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(room, 0, 2), 0, waiting);
}

/** Sleeps until there is an answer; undefined on interrupt. */
export function awaitAnswer(room: SharedArrayBuffer): string | undefined {
  const state = new Int32Array(room, 0, 2);
  nativeWait(state, 0, waiting);
  if (Atomics.load(state, 0) === stopped) return undefined;
  // A copy: browsers cannot decode shared memory.
  return new TextDecoder().decode(new Uint8Array(room, 8, state[1]).slice());
}

/** In the transport's thread: writes an answer; without a waiting prompt it is dropped. */
export function giveAnswer(room: SharedArrayBuffer, text: string): void {
  const bytes = new TextEncoder().encode(text).subarray(0, most);
  new Uint8Array(room, 8).set(bytes);
  new Int32Array(room, 0, 2)[1] = bytes.length;
  wake(room, answered);
}

/** In the transport's thread: wakes the prompt without an answer. */
export const giveNoAnswer = (room: SharedArrayBuffer): void => wake(room, stopped);

function wake(room: SharedArrayBuffer, how: number): void {
  const state = new Int32Array(room, 0, 2);
  Atomics.store(state, 0, how);
  Atomics.notify(state, 0);
}
