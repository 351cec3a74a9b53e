/** A client of the kernel, on the page: runs cells and interrupts them. The test calls it as `globalThis.client`. */
import { PageKernel, type WorkerLike } from "#nablab/browser/page-kernel.js";
import type { Message } from "#nablab/protocol/message.js";

const replies = new Map<string, (messages: Message[]) => void>();
const received = new Map<string, Message[]>();
const worker = new Worker("/kernel-worker.js", { type: "module" });
const kernel = new PageKernel(worker as WorkerLike, (_channel, message) => {
  const { msg_id } = message.parent;
  if (msg_id === undefined) return;
  const messages = received.get(msg_id) ?? [];
  received.set(msg_id, [...messages, message]);
  if (message.header.msg_type === "input_request") {
    kernel.send("stdin", "input_reply", { value: `${message.content.prompt} answered` });
  }
  const isOver = message.header.msg_type === "status" && message.content.execution_state === "idle";
  if (isOver) replies.get(msg_id)?.(received.get(msg_id)!);
});

/** Sends a request; resolves with the types and contents of all messages it causes, once the kernel is idle. */
async function request(type: string, content: Record<string, unknown>): Promise<[string, unknown][]> {
  await kernel.ready;
  const { msg_id } = kernel.send("shell", type, content);
  const messages = await new Promise<Message[]>((resolve) => replies.set(msg_id, resolve));
  return messages.map(({ header, content }) => [header.msg_type, content]);
}

export type Client = {
  request: typeof request;
  interrupt(): void;
  stopsLoops(): boolean;
};
Object.assign(globalThis, {
  client: {
    request,
    interrupt: () => kernel.interrupt(),
    stopsLoops: () => kernel.stopsLoops,
  } satisfies Client,
});
