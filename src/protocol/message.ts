/**
 * Jupyter's messages, independent of their transport (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
 */

import { date } from "../session/clock.js";

/** The version of the protocol spoken here. */
export const protocolVersion = "5.4";

/** The channels that carry messages. */
export type Channel = "shell" | "control" | "stdin" | "iopub";

/** The content of a message, by the message's type. */
export type Content = Record<string, unknown>;

/** The header of a message. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A message. A transport may add routing information for the reply. */
export interface Message {
  header: Header;
  parent: Header | Record<string, never>;
  metadata: Record<string, unknown>;
  content: Content;
  buffers: Uint8Array[];
}

/** Optional parts of a message besides its content. */
export type Attachments = Partial<Pick<Message, "metadata" | "buffers">>;

/** A random id, of 32 hexadecimal digits. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A message from the kernel, whose session has the id `session`. */
export function compose(
  session: string,
  type: string,
  content: Content,
  parent?: Message,
  { metadata = {}, buffers = [] }: Attachments = {},
): Message {
  return {
    header: {
      msg_id: randomId(),
      msg_type: type,
      session,
      username: "kernel",
      date: date().toISOString(),
      version: protocolVersion,
    },
    parent: parent?.header ?? {},
    metadata,
    content,
    buffers,
  };
}
