/**
 * The kernel without sockets: what it answers to messages that nobody should send.
 */
import fc from "fast-check";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { FramedKernel } from "#nablab/kernel/framed-kernel.js";
import { type RoutedMessage, Wire } from "#nablab/kernel/wire.js";
import type { Session } from "#nablab/session/session.js";

// What it says of them in the server's log.
const log = vi.hoisted(() => {
  const write = process.stderr.write;
  const lines: string[] = [];
  process.stderr.write = ((text: string) => lines.push(text) > 0) as typeof write;
  return { lines, restore: () => void (process.stderr.write = write) };
});

const wire = new Wire({ key: "a key" });
let sent: { channel: string; message: RoutedMessage }[] = [];
const kernel = new FramedKernel({
  wire,
  send: (channel, frames) => sent.push({ channel, message: wire.decode(frames) }),
  ask: () => undefined,
  exit: () => {},
});

beforeEach(() => {
  sent = [];
});
afterAll(() => {
  (kernel.session as Session<RoutedMessage>).close();
  log.restore();
});

const requests = [
  ...["kernel_info", "complete", "inspect", "is_complete", "history", "comm_info", "connect", "interrupt"],
].map((name) => `${name}_request`);
const others = ["comm_open", "comm_msg", "comm_close", "debug_event", "toString", "__proto__", ""];
const keys = [
  ...[
    "code",
    "cursor_pos",
    "hist_access_type",
    "n",
    "session",
    "start",
    "stop",
    "pattern",
    "unique",
    "output",
  ],
  ...["comm_id", "target_name", "data"],
];
const content = fc
  .dictionary(
    fc.constantFrom(...keys),
    fc.oneof(fc.jsonValue(), fc.constantFrom("search", "range", "tail", -1)),
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

test("whatever a request holds, it is answered once, to who asked, between busy and idle", () => {
  fc.assert(
    fc.property(fc.constantFrom(...requests, ...others), content, (type, content) => {
      sent = [];
      kernel.receiveFrames("control", wire.compose(type, content, undefined, [Buffer.from("me")]));
      const states = sent.filter(({ message }) => message.header.msg_type === "status");
      expect(states.map(({ message }) => message.content.execution_state)).toEqual(["busy", "idle"]);
      expect([sent.at(0), sent.at(-1)]).toEqual([states[0], states[1]]);
      const replies = sent.filter(({ channel }) => channel !== "iopub");
      const expected = requests.includes(type) ? [type.replace("_request", "_reply")] : [];
      expect(replies.map(({ message }) => message.header.msg_type)).toEqual(expected);
      for (const { channel, message } of replies) {
        expect([channel, String(message.identities[0])]).toEqual(["control", "me"]);
        expect(message.content.status).toMatch(/^(ok|error|complete|incomplete|invalid|unknown)$/);
      }
      for (const { message } of sent) expect((message.parent as { msg_type: string }).msg_type).toBe(type);
    }),
    { numRuns: 300 },
  );
});

test("frames that are no message of ours are dropped without a word to anybody, and the log says why", () => {
  const stranger = new Wire({ key: "another key" });
  const frames = fc.oneof(
    fc.array(fc.uint8Array(), { maxLength: 8 }),
    fc.array(fc.uint8Array(), { maxLength: 8 }).map((rest) => [Buffer.from("<IDS|MSG>"), ...rest]),
    content.map((content) => stranger.compose("execute_request", content)),
    fc
      .tuple(content, fc.nat({ max: 5 }))
      .map(([content, kept]) => wire.compose("execute_request", content).slice(0, kept)),
  );
  fc.assert(
    fc.property(frames, (frames) => {
      log.lines.length = 0;
      kernel.receiveFrames("shell", frames);
      expect(sent).toEqual([]);
      expect(log.lines.length).toBe(1);
      expect(log.lines[0]).toMatch(/^\[nablab\] dropped a message on shell: /);
    }),
  );
});

test("a cell after all that runs as if nothing had been", async () => {
  const request = { code: "6 * 7", silent: false, user_expressions: { twice: "2 * 42" } };
  kernel.receiveFrames("shell", wire.compose("execute_request", request, undefined, [Buffer.from("me")]));
  await vi.waitFor(() => expect(sent.at(-1)?.message.content.execution_state).toBe("idle"), 10_000);
  const kinds = sent.map(({ message }) => message.header.msg_type);
  expect(kinds).toEqual(["status", "execute_input", "execute_result", "execute_reply", "status"]);
  const reply = sent[3]!.message.content;
  expect(reply).toMatchObject({ status: "ok", execution_count: 1 });
  expect(reply.user_expressions).toMatchObject({ twice: { data: { "text/plain": "84" } } });
});

test("a cell that is not stored has no number of its own, and history does not know it", async () => {
  const execute = async (content: object) => {
    sent = [];
    kernel.receiveFrames("shell", wire.compose("execute_request", { silent: false, ...content }));
    await vi.waitFor(() => expect(sent.at(-1)?.message.content.execution_state).toBe("idle"), 10_000);
    return sent.find(({ message }) => message.header.msg_type === "execute_reply")!.message.content;
  };
  const { execution_count } = await execute({ code: "'stored'" });
  expect(await execute({ code: "'not stored'", store_history: false })).toMatchObject({ execution_count });
  sent = [];
  kernel.receiveFrames(
    "shell",
    wire.compose("history_request", { hist_access_type: "tail", n: 10, output: false, raw: true }),
  );
  const { history } = sent.find(({ channel }) => channel === "shell")!.message.content;
  expect((history as unknown[][]).map((entry) => entry[2])).toEqual(["6 * 7", "'stored'"]);
});

test("a comm of a target that nobody has is closed at once, so that its front end does not wait", () => {
  const open = { comm_id: "c1", target_name: "elsewhere", data: {} };
  kernel.receiveFrames("shell", wire.compose("comm_open", open));
  const closed = sent.filter(({ message }) => message.header.msg_type === "comm_close");
  expect(closed.map(({ channel, message }) => [channel, message.content.comm_id])).toEqual([["iopub", "c1"]]);
});
