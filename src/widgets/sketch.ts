/**
 * A sketch: a small grey picture that the reader draws, with the mouse, a finger or the keyboard.
 */
import { inspect } from "#platform";
import { type Displayable, displaySymbol, type MimeBundle } from "../display/bundle.js";
import { imageGrid } from "../display/image-grid.js";
import { toBundle } from "../display/to-bundle.js";
import { optionsOf } from "../options/options-of.js";
import { checkListener, type ListenerOptions, Model } from "./model.js";

/** What is drawn on. */
export interface SketchOptions {
  /** Pixels from top to bottom. */
  rows: number;
  /** Pixels from left to right; as many as rows. */
  columns?: number;
  /** What is drawn at first, row by row, 0 (ground) … 255 (ink); nothing. */
  value?: ArrayLike<number>;
  /** What stands before it. */
  label?: string;
}

/** What the page and the kernel share of a sketch: its grey values, row by row, and its size. */
export type SketchState = { pixels: number[]; rows: number; columns: number; label: string };

/** A small grey picture that the reader draws; made by {@link sketch}. Shows itself. */
export class Sketch implements Displayable {
  readonly #model: Model<SketchState>;

  /** For {@link sketch}. */
  constructor(state: SketchState) {
    const accept = ({ pixels }: Record<string, unknown>): Partial<SketchState> =>
      Array.isArray(pixels) && pixels.length === state.pixels.length && pixels.every(isByte)
        ? { pixels: [...pixels] }
        : {};
    this.#model = new Model({ program, state, accept });
  }

  /** What is drawn, row by row, 0 (ground) … 255 (ink); setting it replaces the picture. */
  get value(): Uint8Array {
    return Uint8Array.from(this.#model.state.pixels);
  }

  set value(pixels: ArrayLike<number>) {
    const { rows, columns } = this.#model.state;
    this.#model.set({ pixels: checkPixels(pixels, rows, columns) });
  }

  /**
   * Calls back with the pixels whenever the reader has drawn, until the signal aborts.
   */
  onChange(listener: (pixels: Uint8Array) => void, options?: ListenerOptions): void {
    checkListener(listener);
    this.#model.onChange(() => listener(this.value), options);
  }

  async [displaySymbol](): Promise<MimeBundle> {
    const { label, rows, columns, pixels } = this.#model.state;
    const ink = pixels.filter((pixel) => pixel > 0).length;
    const text = `${label || "sketch"}: ${rows} × ${columns} pixels, ${ink} of them drawn`;
    const picture = imageGrid([{ pixels, caption: label }], {
      shape: [rows, columns],
      range: [0, 255],
      scale: Math.max(1, Math.round(168 / rows)),
      alt: text,
    });
    const { "text/html": html } = await toBundle(picture);
    return this.#model.bundle(text, String(html));
  }
}

/**
 * A small grey picture that the reader draws, shown when it is the value of a cell. Drawn on with the mouse or a finger; by
 * keyboard the arrow keys move a pen, the space bar puts it down and lifts it, Delete clears. Where nothing can be drawn it
 * shows the picture that it has.
 *
 * @param options `rows` and `columns`, from 1 to 256 each; the first picture `value`, rows × columns whole numbers 0 … 255
 * @throws RangeError for another size, or pixels that do not fit it
 * @example
 * const pad = sketch({ rows: 28, label: "a digit" });
 * pad.value.length // → 784
 */
export function sketch(options: SketchOptions): Sketch {
  const {
    rows,
    columns = rows,
    value,
    label = "",
  } = optionsOf("sketch", options, ["rows", "columns", "value", "label"]);
  for (const [name, count] of Object.entries({ rows, columns })) {
    if (!(Number.isInteger(count) && count >= 1 && count <= 256)) {
      throw new RangeError(`sketch: ${name} must be a whole number from 1 to 256, got ${inspect(count)}`);
    }
  }
  const pixels = checkPixels(value ?? new Uint8Array(rows * columns), rows, columns);
  return new Sketch({ pixels, rows, columns, label: String(label) });
}

const isByte = (pixel: unknown): boolean =>
  Number.isInteger(pixel) && (pixel as number) >= 0 && (pixel as number) <= 255;

function checkPixels(pixels: ArrayLike<number>, rows: number, columns: number): number[] {
  if (pixels === null || typeof pixels !== "object" || pixels.length !== rows * columns) {
    const got = pixels?.length === undefined ? inspect(pixels) : `${pixels.length}`;
    throw new RangeError(`sketch: ${rows} × ${columns} needs ${rows * columns} pixels, got ${got}`);
  }
  const list = Array.from(pixels);
  const wrong = list.findIndex((pixel) => !isByte(pixel));
  if (wrong < 0) return list;
  throw new RangeError(
    `sketch: pixels must be whole numbers from 0 to 255, got ${inspect(list[wrong])} at ${wrong}`,
  );
}

/** Draws it, as anywidget loads it. */
export const program = `
export default {
  render({ model, el }) {
    const [rows, columns] = [model.get("rows"), model.get("columns")];
    const row = document.createElement("div");
    row.className = "nablab-widget";
    const name = document.createElement("span");
    name.textContent = model.get("label");
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: columns, height: rows, tabIndex: 0 });
    canvas.setAttribute("role", "application");
    const help = "Draw with the pointer; by keyboard, arrow keys move the pen, space puts it down or lifts it, Delete clears.";
    canvas.setAttribute("aria-label", (model.get("label") || "sketch") + ". " + help);
    canvas.title = help;
    canvas.dataset.lmSuppressShortcuts = "true"; // keys draw, and do not move the notebook
    Object.assign(canvas.style, { width: 8 * columns + "px", height: 8 * rows + "px", imageRendering: "pixelated", touchAction: "none", cursor: "crosshair", border: "1px solid var(--jp-border-color1, #999)" });
    const clear = Object.assign(document.createElement("button"), { type: "button", textContent: "Clear" });
    clear.dataset.lmSuppressShortcuts = "true";
    const status = document.createElement("output");
    status.setAttribute("aria-live", "polite");
    const context = canvas.getContext("2d");
    let pixels = [...model.get("pixels")];
    const pen = { x: columns / 2, y: rows / 2, isDown: false, isShown: false };
    const show = () => {
      const image = context.createImageData(columns, rows);
      pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
      if (pen.isShown) {
        const i = Math.floor(pen.y) * columns + Math.floor(pen.x);
        image.data.set(pen.isDown ? [255, 160, 0, 255] : [0, 160, 255, 255], 4 * i);
      }
      context.putImageData(image, 0, 0);
    };
    const ink = (x, y) => {
      for (let r = Math.max(0, Math.floor(y - 2)); r <= Math.min(rows - 1, y + 2); r++)
        for (let c = Math.max(0, Math.floor(x - 2)); c <= Math.min(columns - 1, x + 2); c++) {
          const far = Math.hypot(c + 0.5 - x, r + 0.5 - y);
          const value = Math.round(255 * Math.min(1, Math.max(0, 1.9 - far)));
          pixels[r * columns + c] = Math.max(pixels[r * columns + c], value);
        }
    };
    const line = (from, to) => {
      const steps = Math.max(1, Math.ceil(2 * Math.hypot(to.x - from.x, to.y - from.y)));
      for (let i = 1; i <= steps; i++) ink(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps);
    };
    let timer;
    const send = () => {
      clearTimeout(timer);
      timer = undefined;
      model.set("pixels", [...pixels]);
      model.save_changes();
    };
    const drawn = () => {
      show();
      timer ??= setTimeout(send, 80);
    };
    const place = ({ offsetX, offsetY }) => ({ x: (offsetX * columns) / canvas.clientWidth, y: (offsetY * rows) / canvas.clientHeight });
    let last;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pen.isShown = false;
      last = place(event);
      ink(last.x, last.y);
      drawn();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const next = place(event);
      line(last, next);
      last = next;
      drawn();
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = undefined));
    const wipe = () => {
      pixels.fill(0);
      show();
      send();
      status.textContent = "cleared";
    };
    clear.addEventListener("click", wipe);
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    canvas.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (move) {
        const from = { ...pen };
        pen.x = Math.min(columns - 0.5, Math.max(0.5, pen.x + move[0]));
        pen.y = Math.min(rows - 0.5, Math.max(0.5, pen.y + move[1]));
        if (pen.isDown) line(from, pen);
      } else if (event.key === " ") {
        pen.isDown = !pen.isDown;
        if (pen.isDown) ink(pen.x, pen.y);
      } else if (event.key === "Delete" || event.key === "Backspace") wipe();
      else return;
      event.preventDefault();
      pen.isShown = true;
      status.textContent = "pen " + (pen.isDown ? "down" : "up") + " at column " + Math.ceil(pen.x) + ", row " + Math.ceil(pen.y);
      pen.isDown || move === undefined ? drawn() : show();
    });
    canvas.addEventListener("blur", () => {
      Object.assign(pen, { isShown: false, isDown: false });
      show();
    });
    const changed = () => {
      if (timer !== undefined) return; // what is being drawn is newer
      pixels = [...model.get("pixels")];
      show();
    };
    model.on("change:pixels", changed);
    show();
    row.append(name, canvas, clear, status);
    el.append(row);
    return () => {
      clearTimeout(timer);
      model.off("change:pixels", changed);
    };
  },
};
`;
