/**
 * One figure on the page. It depends on Plotly, the DOM and a place with colours, not on notebooks.
 *
 * `show` only records the figure. It is drawn in the next animation frame, once for all updates since the last, into
 * the same plot, so a chart may be replaced thirty times a second and keeps the reader's zoom. A view that is not on the
 * page, or has no width, waits until it has one.
 */
import { drawnWidth, fitFigure } from "../dist/display/fit-figure.js";
import { copyOfFigure, type Figure, isObject, type Json } from "./figure.ts";
import { fillTheme } from "./fill-theme.ts";
import { measureIn } from "./measure.ts";
import type { Plotly, PlotNode } from "./plotly.ts";
import type { Theme } from "./theme.ts";

/** What a view needs from its page. */
export interface Place {
  loadPlotly(): Promise<Plotly>;
  themeAt(node: HTMLElement): Theme;
  /** Calls back when the theme changes; returns a function that removes the callback. */
  onThemeChange(listener: () => void): () => void;
  /** Whether the reader has a pointer that hovers, and so sees a toolbar above a figure. */
  hovers: boolean;
}

/** Milliseconds without an update after which a live figure counts as finished. */
const patience = 15_000;

const ended =
  "This picture was still growing, and no new version has come. If its kernel is there, the work may be waiting, or the page " +
  "was closed meanwhile: of a training, lastRun() in a new cell shows all of it. Otherwise run the cell again.";

const toolbarWidth = 120; // px: four buttons

const defaultHeight = 450; // Plotly's default, needed here before Plotly is loaded

/** A place where a figure is shown, in {@link FigureView.node}. */
export class FigureView {
  /** The element to put on the page. */
  readonly node = document.createElement("div");
  readonly #plot: PlotNode = document.createElement("div");
  readonly #note = document.createElement("div");
  readonly #resize = new ResizeObserver(() => this.#resized());
  readonly #place: Place;
  readonly #forgetTheme: () => void;
  #figure: unknown;
  #text = "";
  /** Whether the current figure has yet to be drawn. */
  #stale = false;
  #drawing = false;
  #disposed = false;
  #frame = 0;
  #width = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  /** Whether a live figure has had no update for long. */
  #isOver = false;
  /** The width on paper, while the page is printed. */
  #printed: number | undefined;
  #plotly: Plotly | undefined;

  constructor(place: Place) {
    this.#place = place;
    this.#forgetTheme = place.onThemeChange(() => this.#redraw());
    this.#plot.setAttribute("role", "figure"); // not "img", which hides its buttons
    this.#note.className = "nablab-Figure-note";
    this.#note.setAttribute("role", "alert");
    this.#note.style.cssText =
      "padding: 4px 8px; white-space: pre-wrap; overflow-wrap: anywhere; font-family: var(--jp-code-font-family);" +
      "font-size: var(--jp-code-font-size); color: var(--jp-content-font-color1); border-left: 3px solid var(--jp-warn-color1)";
    this.#note.hidden = true;
    this.node.append(this.#plot, this.#note);
    this.#resize.observe(this.node);
  }

  /**
   * Shows `figure` in place of the previous one.
   *
   * @param figure Plotly's JSON; it is not changed
   * @param text the text alternative
   */
  show(figure: unknown, text: string): void {
    this.#figure = figure;
    this.#text = text;
    clearTimeout(this.#waiting);
    this.#isOver = false;
    if (isLive(figure)) {
      this.#waiting = setTimeout(() => {
        this.#isOver = true;
        this.#say(ended);
      }, patience);
    }
    this.#redraw();
  }

  /** Draws at once at a given width, for printing, or without one at the width of the page. */
  drawNow(width: number | undefined): void {
    this.#printed = width;
    if (width === undefined) this.#redraw();
    else void this.#plotly?.react(this.#plot, this.#prepared(copyOfFigure(this.#figure), width));
  }

  /** Removes the plot and releases its resources. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#waiting);
    cancelAnimationFrame(this.#frame);
    this.#resize.disconnect();
    this.#forgetTheme();
    this.#plotly?.purge(this.#plot);
    this.node.remove();
  }

  #redraw(): void {
    this.#stale = true;
    this.#schedule();
  }

  #resized(): void {
    const width = this.node.clientWidth;
    if (width === 0) return;
    if (width !== this.#width) this.#redraw();
    else if (this.#stale) this.#schedule();
  }

  /**
   * Draws as soon as there is a width. The observer is restarted because a running one reports changes only, and
   * when JupyterLab switches themes it hides the page for part of a frame, after which the width is the same.
   */
  #waitForPlace(): void {
    this.#resize.unobserve(this.node);
    this.#resize.observe(this.node);
  }

  #schedule(): void {
    if (this.#frame !== 0 || this.#disposed) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      void this.#draw();
    });
  }

  async #draw(): Promise<void> {
    const width = this.node.clientWidth;
    if (!this.#stale || this.#drawing || this.#printed !== undefined) return;
    if (width === 0) return this.#waitForPlace();
    if (this.#plot._dragging) return this.#schedule(); // redrawing would drop the reader's zoom box
    this.#stale = false;
    this.#drawing = true;
    this.#width = width;
    try {
      const given = copyOfFigure(this.#figure);
      this.#plot.setAttribute("aria-label", this.#text);
      let figure = this.#prepared(given, width);
      this.#plotly ??= await this.#place.loadPlotly();
      if (this.#disposed) return;
      this.#plot.hidden = false;
      await this.#plotly.react(this.#plot, figure);
      // If ticks leave a legend less space than assumed, it has more rows.
      const legends = legendHeights(this.#plot);
      if (isObject(given.layout?.meta) && Object.keys(legends).length > 0) {
        const again = this.#prepared(given, width, legends);
        if (again.layout!.height !== figure.layout!.height) {
          figure = again;
          await this.#plotly.react(this.#plot, figure);
        }
      }
      this.#say(this.#isOver ? ended : unknownTraces(figure, this.#plot));
    } catch (error) {
      this.#plot.hidden = true;
      const reason = error instanceof Error ? error.message : String(error);
      this.#say(`this Plotly figure cannot be drawn: ${reason}\n${this.#text}`);
    } finally {
      this.#drawing = false;
      if (this.#disposed) this.#plotly?.purge(this.#plot);
      else if (this.#stale) this.#schedule();
    }
  }

  /** A copy for drawing, adapted to this page: layout, colours, privacy. */
  #prepared(given: Figure, place: number, legends?: Record<string, number>): Figure {
    const width = drawnWidth(given, place);
    const theme = this.#place.themeAt(this.node);
    const { hovers } = this.#place;
    const family = (given.layout?.font as { family?: string } | undefined)?.family ?? theme.fontFamily;
    const figure = structuredClone(
      fitFigure(given, {
        width,
        measure: measureIn(family),
        toolbar: hovers ? toolbarWidth : 0,
        ...(legends && { legends }),
      }),
    );
    const layout = (figure.layout ??= {});
    layout.width ??= width;
    layout.height ??= defaultHeight;
    layout.uirevision ??= "nablab";
    fillTheme(figure, theme);
    figure.config = {
      displaylogo: false,
      displayModeBar: hovers ? "hover" : false,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
      // A picture for print or a slide: three pixels for one.
      toImageButtonOptions: { format: "png", scale: 3, filename: fileName(given) },
      ...figure.config,
      responsive: false, // the view handles that
      showSendToCloud: false, // on by default, and data must not leave the machine by accident
      plotlyServerURL: "",
    };
    // Space is reserved before the plot exists, so nothing below jumps.
    this.#plot.style.minHeight = `${layout.height}px`;
    return figure;
  }

  #say(note: string): void {
    this.#note.textContent = note;
    this.#note.hidden = note === "";
  }
}

/** Whether a figure is still being updated. */
function isLive(figure: unknown): boolean {
  const layout = isObject(figure) ? figure.layout : undefined;
  return isObject(layout) && isObject(layout.meta) && layout.meta.live === true;
}

/** The heights of the legends as they are drawn, without the frame that Plotly keeps free around them. */
function legendHeights({ _fullLayout = {} }: PlotNode): Record<string, number> {
  const heights: Record<string, number> = {};
  for (const [key, value] of Object.entries(_fullLayout)) {
    const height = /^legend\d*$/.test(key) && isObject(value) && value._height;
    if (typeof height === "number") heights[key] = height;
  }
  return heights;
}

/** The name of a downloaded picture: the words of the title. */
function fileName({ layout = {} }: Figure): string {
  const text = (layout.title as Json | undefined)?.text;
  const words =
    String(text ?? "")
      .replace(/<[^>]*>/g, " ")
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join("-").slice(0, 60) || "figure";
}

/** A note on traces of a type that this Plotly lacks, which it has drawn as another type or not at all. */
function unknownTraces({ data }: Figure, { _fullData = [] }: PlotNode): string {
  const drawn = new Set(_fullData.map(({ type }) => type));
  // scattergl is a faster scatter; without WebGL the same points are drawn.
  const unknown = new Set(
    data
      .map(({ type }) => type)
      .filter((type) => type !== undefined && type !== "scattergl" && !drawn.has(type)),
  );
  if (unknown.size === 0) return "";
  return `not drawn as meant: this Plotly, for charts in the plane, has no trace type ${[...unknown].join(", ")}`;
}
