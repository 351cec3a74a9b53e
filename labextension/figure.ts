/**
 * A Plotly figure as it arrives in an output: unvalidated JSON.
 */

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A figure as Plotly accepts it. */
export interface Figure {
  data: Json[];
  layout?: Json;
  config?: Json;
  frames?: Json[];
}

/** Whether `value` is a JSON object, neither null nor a list. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A validated deep copy of the figure: Plotly modifies what it draws, and the notebook's copy must not change. */
export function copyOfFigure(value: unknown): Figure {
  if (!isObject(value)) throw new TypeError(`expected an object { data, layout }, got ${shortly(value)}`);
  const { data, layout, config, frames } = value;
  if (!Array.isArray(data)) throw new TypeError(`data must be a list of traces, got ${shortly(data)}`);
  const wrong = data.findIndex((trace) => !isObject(trace));
  if (wrong >= 0) throw new TypeError(`data[${wrong}] must be a trace, got ${shortly(data[wrong])}`);
  for (const [name, part] of Object.entries({ layout, config })) {
    if (part !== undefined && part !== null && !isObject(part)) {
      throw new TypeError(`${name} must be an object, got ${shortly(part)}`);
    }
  }
  const figure: Figure = { data };
  if (isObject(layout)) figure.layout = layout;
  if (isObject(config)) figure.config = config;
  if (Array.isArray(frames)) figure.frames = frames;
  return structuredClone(figure);
}

/** The text alternative of the figure: `layout.meta.alt`, or else the text of the same output. */
export function figureText(figure: unknown, plainText: unknown): string {
  const layout = isObject(figure) ? figure.layout : undefined;
  const meta = isObject(layout) ? layout.meta : undefined;
  if (isObject(meta) && typeof meta.alt === "string" && meta.alt.trim() !== "") return meta.alt;
  const text = Array.isArray(plainText) ? plainText.join("") : plainText;
  return typeof text === "string" && text.trim() !== "" ? text : "Plotly figure";
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
