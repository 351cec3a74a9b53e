import fc from "fast-check";
import { expect, test } from "vitest";
import { type RoutedMessage, Wire } from "#nablab/kernel/wire.js";
import { compose } from "#nablab/protocol/message.js";

const wire = new Wire({ key: "a key" });
const headerOf = (type: string) => compose(wire.session, type, {}).header;

const message: fc.Arbitrary<RoutedMessage> = fc.record({
  identities: fc.array(fc.uint8Array().filter((id) => Buffer.from(id).toString() !== "<IDS|MSG>")),
  header: fc.string().map((type) => headerOf(type)),
  parent: fc.constantFrom({}, headerOf("execute_request")),
  metadata: fc.dictionary(fc.string(), fc.jsonValue()).map(plain),
  content: fc.dictionary(fc.string(), fc.jsonValue()).map(plain),
  buffers: fc.array(fc.uint8Array()),
});

// What JSON can carry: no -0, no null prototype.
function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

const bytes = (list: readonly Uint8Array[]): number[][] => list.map((one) => [...one]);

test("what is encoded is decoded, identities and binary buffers included", () => {
  fc.assert(
    fc.property(message, (sent) => {
      const { identities, buffers, ...rest } = wire.decode(wire.encode(sent, sent.identities));
      const { identities: sentIdentities, buffers: sentBuffers, ...sentRest } = sent;
      expect(rest).toEqual(sentRest);
      expect(bytes(identities)).toEqual(bytes(sentIdentities));
      expect(bytes(buffers)).toEqual(bytes(sentBuffers));
    }),
  );
});

test("a change of any signed byte, or of the signature, is refused", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, which, where, by) => {
      const frames = wire.encode(sent, sent.identities).map((frame) => Buffer.from(frame));
      const first = sent.identities.length + 1;
      const frame = frames[first + (which % 5)]!;
      frame[where % frame.length]! ^= by;
      expect(() => wire.decode(frames)).toThrow("signature");
    }),
  );
});

test("frames that are no message say what is missing", () => {
  const unsigned = new Wire({ key: "" });
  const frames = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));
  expect(() => unsigned.decode([])).toThrow("no <IDS|MSG> delimiter");
  expect(() => unsigned.decode(frames("<IDS|MSG>", "", "{}"))).toThrow("only 1 frames");
  expect(() => unsigned.decode(frames("<IDS|MSG>", "", "{}", "{}", "{}", "{}"))).toThrow("lacks msg_type");
  expect(() => unsigned.decode(frames("<IDS|MSG>", "", "[]", "{}", "{}", "{}"))).toThrow("no dictionary");
  expect(() => unsigned.decode(frames("<IDS|MSG>", "", "{", "{}", "{}", "{}"))).toThrow("JSON");
});

test("only the first delimiter counts, and empty frames are frames", () => {
  const sent: RoutedMessage = {
    identities: [Buffer.alloc(0), Buffer.from("me")],
    header: headerOf("comm_msg"),
    parent: {},
    metadata: {},
    content: { text: "<IDS|MSG>" },
    buffers: [Buffer.from("<IDS|MSG>"), Buffer.alloc(0), Buffer.from("{}")],
  };
  const { identities, content, buffers } = wire.decode(wire.encode(sent, sent.identities));
  expect(bytes(identities)).toEqual(bytes(sent.identities));
  expect(content).toEqual(sent.content);
  expect(bytes(buffers)).toEqual(bytes(sent.buffers));
});

test("buffers are not signed, as the protocol has it", () => {
  const sent = compose(wire.session, "comm_msg", {}, undefined, { buffers: [Buffer.from("a")] });
  const frames = wire.encode(sent, []);
  const { buffers } = wire.decode([...frames.slice(0, -1), Buffer.from("b")]);
  expect(String(buffers[0])).toBe("b");
});

test("text is UTF-8, and a part with something after its object is refused", () => {
  const unsigned = new Wire({ key: "" });
  const frames = unsigned.compose("status", { text: "η = ½" });
  expect(unsigned.decode(frames).content).toEqual({ text: "η = ½" });
  const twice = Buffer.concat([frames.at(-1)!, Buffer.from("{}")]);
  expect(() => unsigned.decode([...frames.slice(0, -1), twice])).toThrow("JSON");
});

test("a scheme other than hmac-sha256 is refused", () => {
  expect(() => new Wire({ key: "k", scheme: "hmac-md5" })).toThrow("hmac-md5");
});
