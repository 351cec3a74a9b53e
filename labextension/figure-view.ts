/**
 * One figure on the page. It depends on Plotly and the DOM, not on notebooks.
 *
 * `show` only records the figure. It is drawn in the next animation frame, once for all updates since the last, into
 * the same plot, so a chart may be replaced thirty times a second and keeps the reader's zoom. A view that is not on the
 * page, or has no width, waits until it has one.
 */
import { copyOfFigure, type Figure } from "./figure.ts";
import { fillTheme } from "./fill-theme.ts";
import { loadPlotly, type Plotly, type PlotNode } from "./plotly.ts";
import { onThemeChange, themeAt } from "./theme.ts";

const defaultHeight = 450; // Plotly's default, needed here before Plotly is loaded

/** A place where a figure is shown, in {@link FigureView.node}. */
export class FigureView {
  /** The element to put on the page. */
  readonly node = document.createElement("div");
  readonly #plot: PlotNode = document.createElement("div");
  readonly #note = document.createElement("div");
  readonly #resize = new ResizeObserver(() => this.#resized());
  readonly #forgetTheme = onThemeChange(() => this.#redraw());
  #figure: unknown;
  #text = "";
  /** Whether the current figure is not drawn yet. */
  #stale = false;
  #drawing = false;
  #disposed = false;
  #frame = 0;
  #width = 0;
  #plotly: Plotly | undefined;

  constructor() {
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
    this.#redraw();
  }

  /** Removes the plot and releases its resources. */
  dispose(): void {
    this.#disposed = true;
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
    if (!this.#stale || this.#drawing) return;
    if (width === 0) return this.#waitForPlace();
    if (this.#plot._dragging) return this.#schedule(); // redrawing would drop the reader's zoom box
    this.#stale = false;
    this.#drawing = true;
    this.#width = width;
    try {
      const figure = copyOfFigure(this.#figure);
      this.#plot.setAttribute("aria-label", this.#text);
      this.#prepare(figure, width);
      this.#plotly ??= await loadPlotly();
      if (this.#disposed) return;
      this.#plot.hidden = false;
      await this.#plotly.react(this.#plot, figure);
      this.#say(unknownTraces(figure, this.#plot));
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

  /** Completes the copy to be drawn with the settings of this page: width, colours, privacy. */
  #prepare(figure: Figure, width: number): void {
    const layout = (figure.layout ??= {});
    layout.width ??= width;
    layout.height ??= defaultHeight;
    layout.uirevision ??= "nablab";
    fillTheme(figure, themeAt(this.node));
    figure.config = {
      displaylogo: false,
      ...figure.config,
      responsive: false, // the view handles that
      showSendToCloud: false, // on by default, and data must not leave the machine by accident
      plotlyServerURL: "",
    };
    // Space is reserved before the plot exists, so nothing below jumps.
    this.#plot.style.minHeight = `${layout.height}px`;
  }

  #say(note: string): void {
    this.#note.textContent = note;
    this.#note.hidden = note === "";
  }
}

/** A note on traces of a type that this Plotly lacks, which it has drawn as another type or not at all. */
function unknownTraces({ data }: Figure, { _fullData = [] }: PlotNode): string {
  const drawn = new Set(_fullData.map(({ type }) => type));
  const unknown = new Set(
    data.map(({ type }) => type).filter((type) => type !== undefined && !drawn.has(type)),
  );
  if (unknown.size === 0) return "";
  return `not drawn as meant: this Plotly, for charts in the plane, has no trace type ${[...unknown].join(", ")}`;
}
