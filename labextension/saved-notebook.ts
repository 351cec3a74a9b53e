/**
 * A notebook in its saved form: widgets are reduced to their static content, with the current value.
 */
import { escapeHtml } from "../src/display/escape-html.ts";

/** The stored form of a widget, and the form that the extensions of ipywidgets show. */
export const mimeType = "application/vnd.nablab.widget+json";
export const viewMimeType = "application/vnd.jupyter.widget-view+json";

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const mapped = (list: unknown, change: (item: Json) => Json): unknown =>
  Array.isArray(list) ? list.map((item) => (isObject(item) ? change(item) : item)) : list;

/**
 * A copy of a notebook without the views of widgets; nothing in it is changed in place.
 *
 * @param texts the current texts of widgets, by their ids
 */
export function savedNotebook(notebook: unknown, texts: ReadonlyMap<string, string>): unknown {
  if (!isObject(notebook)) return notebook;
  const saved = (output: Json): Json => {
    const { data } = output;
    if (!isObject(data) || !isObject(data[mimeType])) return output;
    const { [viewMimeType]: _, ...rest } = data;
    const text = texts.get(String(data[mimeType].model_id));
    const now = text === undefined ? {} : { "text/html": `<p>${escapeHtml(text)}</p>`, "text/plain": text };
    return { ...output, data: { ...rest, ...now } };
  };
  const cells = mapped(notebook.cells, (cell) =>
    "outputs" in cell ? { ...cell, outputs: mapped(cell.outputs, saved) } : cell,
  );
  return { ...notebook, cells };
}
