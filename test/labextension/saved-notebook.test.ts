import { slider, toBundle } from "nablab";
import { expect, test } from "vitest";
import { setHost } from "#nablab/display/host.js";
import { savedNotebook } from "../../labextension/saved-notebook.js";

const view = "application/vnd.jupyter.widget-view+json";

/** The bundle of a slider where there is a front end for widgets, or none. */
async function shown(isLive: boolean) {
  const before = setHost({
    display() {},
    clearOutput() {},
    interruptSignal: () => new AbortController().signal,
    ...(isLive && { openComm: ({ id }) => ({ id, send() {}, close() {} }) }),
  });
  try {
    return await toBundle(slider({ min: 0, max: 1, label: "a < b" }));
  } finally {
    setHost(before);
  }
}
const notebook = (data: object) => ({
  cells: [
    { cell_type: "markdown", source: "a" },
    {
      cell_type: "code",
      outputs: [
        { output_type: "stream", text: "x" },
        { output_type: "display_data", data },
      ],
    },
  ],
  nbformat: 4,
});

test("JupyterLab saves of a widget what nablab run writes", async () => {
  const [live, still] = [await shown(true), await shown(false)];
  expect(Object.keys(live)).toContain(view);
  const before = structuredClone(live);
  expect(savedNotebook(notebook(live), new Map())).toEqual(notebook(still));
  expect(live).toEqual(before);
});

test("with the value that it has now", async () => {
  const live = await shown(true);
  const { model_id } = live["application/vnd.nablab.widget+json"] as { model_id: string };
  const saved = savedNotebook(notebook(live), new Map([[model_id, "a < b = 0.7, from 0 to 1"]]));
  expect(saved).toMatchObject({
    cells: [
      {},
      {
        outputs: [
          {},
          {
            data: {
              "text/html": "<p>a &#60; b = 0.7, from 0 to 1</p>",
              "text/plain": "a < b = 0.7, from 0 to 1",
            },
          },
        ],
      },
    ],
  });
});

test("others' widgets, and what is no notebook, stay as they are", () => {
  for (const other of [
    notebook({ [view]: { model_id: "x" } }),
    notebook({}),
    null,
    3,
    { cells: 4 },
    { cells: [null, { outputs: 1 }] },
  ])
    expect(savedNotebook(other, new Map())).toEqual(other);
});
