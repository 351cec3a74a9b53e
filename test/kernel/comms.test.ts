/** Connections between widgets and their views, by the messages that come and go. */
import { beforeEach, expect, test } from "vitest";
import type { CommOptions } from "#nablab/display/host.js";
import { Comms } from "#nablab/protocol/comms.js";
import type { Content, Message } from "#nablab/protocol/message.js";

let published: { type: string; content: Content; parent: Message | undefined; attachments: unknown }[];
let comms: Comms;
beforeEach(() => {
  published = [];
  comms = new Comms((type, content, parent, attachments) =>
    published.push({ type, content, parent, attachments }),
  );
});

const message = (type: string, content: Content, buffers: Uint8Array[] = []): Message =>
  ({ header: { msg_type: type }, content, buffers }) as unknown as Message;
const cell = message("execute_request", {});

/** Opens a slider, and returns what it is sent. */
function open(id: string, more: Partial<CommOptions> = {}) {
  const received: unknown[] = [];
  const options = {
    target: "jupyter.widget",
    id,
    data: { value: 1 },
    onMessage: (data: unknown, buffers: unknown) => received.push([data, buffers]),
    state: () => ({ _model_name: "Slider", _model_module: "any", _model_module_version: "1.0", value: 7 }),
    ...more,
  } as unknown as CommOptions;
  return { comm: comms.open(options, cell), received };
}

test("a comm opens in its cell, sends with buffers, and closes once", () => {
  const { comm } = open("a", { metadata: { version: "2.1.0" } });
  comm.send({ value: 2 }, [Uint8Array.of(1)]);
  comm.close();
  comm.close();
  expect(published).toEqual([
    {
      type: "comm_open",
      content: { comm_id: "a", target_name: "jupyter.widget", data: { value: 1 } },
      parent: cell,
      attachments: { metadata: { version: "2.1.0" } },
    },
    {
      type: "comm_msg",
      content: { comm_id: "a", data: { value: 2 } },
      parent: undefined,
      attachments: { buffers: [Uint8Array.of(1)] },
    },
    { type: "comm_close", content: { comm_id: "a", data: {} }, parent: undefined, attachments: undefined },
  ]);
});

test("messages reach the comm that they name, until it is closed", () => {
  const [a, b] = [open("a"), open("b")];
  const buffers = [Uint8Array.of(3)];
  comms.receive(message("comm_msg", { comm_id: "b", data: { value: 5 } }, buffers));
  comms.receive(message("comm_msg", { comm_id: "c", data: {} }));
  comms.receive(message("comm_close", { comm_id: "b" }));
  comms.receive(message("comm_msg", { comm_id: "b", data: { value: 6 } }));
  expect([a.received, b.received]).toEqual([[], [[{ value: 5 }, buffers]]]);
  expect(comms.info()).toEqual({ a: { target_name: "jupyter.widget" } });
});

test("info is of one target, or of all", () => {
  open("a");
  open("b", { target: "other" });
  expect(Object.keys(comms.info())).toEqual(["a", "b"]);
  expect(comms.info("other")).toEqual({ b: { target_name: "other" } });
});

test("an unknown target is closed, so that the front end does not wait", () => {
  const request = message("comm_open", { comm_id: "x", target_name: "mine" });
  comms.receive(request);
  expect(published).toEqual([
    { type: "comm_close", content: { comm_id: "x", data: {} }, parent: request, attachments: undefined },
  ]);
  expect(comms.info()).toEqual({});
});

test("a reloaded page is sent the state of every widget, and of nothing else", () => {
  open("a");
  open("without state", { state: undefined } as never);
  open("no widget", { target: "other" });
  const opened = message("comm_open", { comm_id: "page", target_name: "jupyter.widget.control" });
  comms.receive(opened);
  published.length = 0;
  comms.receive(message("comm_msg", { comm_id: "page", data: { method: "something else" } }));
  expect(published).toEqual([]);
  comms.receive(message("comm_msg", { comm_id: "page", data: { method: "request_states" } }));
  const state = { _model_name: "Slider", _model_module: "any", _model_module_version: "1.0", value: 7 };
  const model = { model_name: "Slider", model_module: "any", model_module_version: "1.0", state };
  expect(published).toEqual([
    {
      type: "comm_msg",
      content: {
        comm_id: "page",
        data: { method: "update_states", states: { a: model }, buffer_paths: [] },
      },
      parent: opened,
      attachments: undefined,
    },
  ]);
});
