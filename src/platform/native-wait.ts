/** The original `Atomics.wait`, before a session makes it interruptible: nablab's own waits must not be interrupted. */
export const { wait: nativeWait } = Atomics;
