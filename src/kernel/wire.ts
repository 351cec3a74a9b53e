/**
 * The wire format of Jupyter messages: identities, a delimiter, an HMAC-SHA256 signature, four JSON
 * dictionaries, and binary buffers (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Content, compose, type Header, type Message, randomId } from "../protocol/message.js";
import { wellFormedJson } from "../protocol/well-formed-json.js";

/** A message on a socket; `identities` is the routing prefix of a router socket, or the topic of a publisher. */
export interface RoutedMessage extends Message {
  identities: Uint8Array[];
}

/** Signs and checks messages with the key of a connection file; an empty key means no signatures. */
export class Wire {
  readonly #key: string;
  /** The id of this kernel's session, in the header of all its messages. */
  readonly session: string;

  constructor(options: { key: string; scheme?: string | undefined; session?: string }) {
    const { key, scheme = "hmac-sha256", session = randomId() } = options;
    if (key !== "" && scheme !== "hmac-sha256") {
      throw new Error(
        `kernel: the connection file asks for signature scheme ${scheme}; only hmac-sha256 is known`,
      );
    }
    this.#key = key;
    this.session = session;
  }

  /** The frames of a message from this kernel, with `parent` as its parent if given. */
  compose(type: string, content: Content, parent?: Message, identities?: Uint8Array[]): Uint8Array[] {
    return this.encode(compose(this.session, type, content, parent), identities);
  }

  /** The frames of a message; without identities it is broadcast, with its type as topic. */
  encode(
    { header, parent, metadata, content, buffers }: Message,
    identities: readonly Uint8Array[] = [Buffer.from(header.msg_type)],
  ): Uint8Array[] {
    const parts = [header, parent, metadata, content].map((part) =>
      Buffer.from(wellFormedJson(JSON.stringify(part))),
    );
    return [...identities, delimiter, Buffer.from(this.#sign(parts)), ...parts, ...buffers];
  }

  /**
   * The message in `frames`.
   *
   * @throws Error when frames are missing, the signature is wrong, or a part is no JSON dictionary
   */
  decode(frames: readonly Uint8Array[]): RoutedMessage {
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
