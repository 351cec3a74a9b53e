/**
 * Jupyter messages as they go over the wire: identities, a delimiter, an HMAC-SHA256 signature, four JSON
 * dictionaries, and binary buffers (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The version of the protocol spoken here. */
export const protocolVersion = "5.4";

/** The header of a message. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A message; `identities` are the routing prefix of a router socket, or the topic of a publisher. */
export interface Message {
  identities: Uint8Array[];
  header: Header;
  parent: Header | Record<string, never>;
  metadata: Record<string, unknown>;
  content: Record<string, unknown>;
  buffers: Uint8Array[];
}

/** What few messages have beside their content. */
export type Attachments = Partial<Pick<Message, "metadata" | "buffers">>;

/** Signs and checks messages with the key of a connection file; an empty key means no signatures. */
export class Wire {
  readonly #key: string;
  /** The id of this kernel's session, in the header of all its messages. */
  readonly session: string;

  constructor(options: { key: string; scheme?: string | undefined; session?: string }) {
    const { key, scheme = "hmac-sha256", session = randomUUID() } = options;
    if (key !== "" && scheme !== "hmac-sha256") {
      throw new Error(
        `kernel: the connection file asks for signature scheme ${scheme}; only hmac-sha256 is known`,
      );
    }
    this.#key = key;
    this.session = session;
  }

  /** A new header, in this kernel's session. */
  header(type: string): Header {
    return {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.session,
      username: "kernel",
      date: new Date().toISOString(),
      version: protocolVersion,
    };
  }

  /** The frames of a message of ours, caused by `parent` if there is one. */
  compose(
    type: string,
    content: Record<string, unknown>,
    parent?: Message,
    identities?: Uint8Array[],
    { metadata = {}, buffers = [] }: Attachments = {},
  ): Uint8Array[] {
    return this.encode({
      identities: identities ?? [Buffer.from(type)], // on iopub the identity is a topic
      header: this.header(type),
      parent: parent?.header ?? {},
      metadata,
      content,
      buffers,
    });
  }

  /** The frames of a message. */
  encode({ identities, header, parent, metadata, content, buffers }: Message): Uint8Array[] {
    const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
    return [...identities, delimiter, Buffer.from(this.#sign(parts)), ...parts, ...buffers];
  }

  /**
   * The message in `frames`.
   *
   * @throws Error when frames are missing, the signature is wrong, or a part is no JSON dictionary
   */
  decode(frames: readonly Uint8Array[]): Message {
    const at = frames.findIndex((frame) => delimiter.equals(frame));
    if (at < 0) throw new Error("no <IDS|MSG> delimiter");
    const [signature, ...rest] = frames.slice(at + 1);
    const parts = rest.slice(0, 4);
    if (signature === undefined || parts.length < 4)
      throw new Error(`only ${rest.length} frames after the signature`);
    const expected = Buffer.from(this.#sign(parts));
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new Error("the signature does not match");
    }
    const [header, parent, metadata, content] = parts.map(dictionary);
    if (typeof header!.msg_type !== "string" || typeof header!.msg_id !== "string") {
      throw new Error("the header lacks msg_type or msg_id");
    }
    return {
      identities: frames.slice(0, at),
      header: header as unknown as Header,
      parent: parent as unknown as Header,
      metadata: metadata!,
      content: content!,
      buffers: rest.slice(4),
    };
  }

  #sign(parts: readonly Uint8Array[]): string {
    if (this.#key === "") return "";
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }
}

const delimiter = Buffer.from("<IDS|MSG>");

function dictionary(frame: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(
    Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString("utf8"),
  );
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("a part is no dictionary");
  return value as Record<string, unknown>;
}
