/** `Atomics.wait` as it is before a session lets an interrupt end it: nablab's own waits are not a reader's. */
export const { wait: nativeWait } = Atomics;
