/**
 * A chart that grows while something runs.
 *
 * Updates arrive as fast as the work produces them; at most `maxRate` versions a second are sent, the
 * newest each time, as JSON and text. The static image, which takes far longer than a training step, is drawn
 * for the last version only; its worker starts a second after the first update, to be ready by then. (Started at
 * once, it took half a second of processor time from the first epoch of a training, which became a third longer.)
 */

import type { Timer } from "#platform";
import { checkPositive } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import { nextDisplayId } from "./display.js";
import { Figure } from "./figure.js";
import { consoleHost, type Host, host } from "./host.js";
import { expectStaticImage } from "./static-image.js";
import { toBundle } from "./to-bundle.js";

/** The milliseconds after which what draws the static image is started. */
const expectAfter = 1000;

/** Ways of a live figure. */
export interface LiveFigureOptions {
  /** A custom display id; by default the next of `nablab-1`, `nablab-2`, … */
  id?: string;
  /** How many versions are sent in a second at most. */
  maxRate?: number;
}

/**
 * Shows a figure at once and lets it be replaced, many times a second if need be.
 *
 * @param first what is shown first; it may be empty
 * @returns the live figure; `close()` it when the work ends, also when it ends with an error
 * @throws TypeError for anything that is no figure, RangeError unless `maxRate` > 0.
 * @example
 * const losses = [2.3];
 * const draw = () => lineChart({ title: "Loss", x: { title: "step" }, y: { title: "loss" }, series: [{ name: "run", y: losses }] });
 * const chart = liveFigure(draw());
 * losses.push(1.7);
 * chart.update(draw());
 * await chart.close(); // → undefined
 */
export function liveFigure(first: Figure, options: LiveFigureOptions = {}): LiveFigure {
  optionsOf("liveFigure", options, ["id", "maxRate"]);
  return new LiveFigure(first, options);
}

/** A figure in the notebook that is replaced while something runs; made by {@link liveFigure}. */
export class LiveFigure {
  /** The display id under which it is shown. */
  readonly id: string;
  readonly #host: Host;
  readonly #interval: number;
  readonly #began = performance.now();
  #newest: Figure;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #closed: Promise<void> | undefined;

  constructor(first: Figure, { id, maxRate = 10 }: LiveFigureOptions = {}) {
    checkPositive("liveFigure", { maxRate });
    this.#host = host();
    this.id = id ?? nextDisplayId(this.#host);
    this.#interval = 1000 / maxRate;
    this.#newest = checked(first);
    this.#send(false);
  }

  /**
   * Shows `figure` in the place of the one before: at once when the last version is old enough, else as soon
   * as it is, unless a newer one has come by then.
   *
   * @throws Error after `close()`
   */
  update(figure: Figure): void {
    if (this.#closed)
      throw new Error("liveFigure: update() after close(); show a new figure with liveFigure()");
    this.#newest = checked(figure);
    // Checked here as well as by the timer: work that never yields lets no timer fire.
    const wait = this.#sentAt + this.#interval - performance.now();
    if (wait <= 0) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), wait);
  }

  /**
   * Shows the newest version with its static image; resolves when that is sent. Callers need not await it. May
   * be called again.
   */
  close(): Promise<void> {
    this.#closed ??= this.#sendLast();
    return this.#closed;
  }

  #send(update = true): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    if (this.#host === consoleHost) return;
    const data = this.#newest.quickBundle({ live: true });
    this.#host.display({ data, displayId: this.id, ...(update && { update }), live: true });
    if (this.#sentAt - this.#began > expectAfter) expectStaticImage();
  }

  async #sendLast(): Promise<void> {
    clearTimeout(this.#timer);
    const last = this.#newest;
    const data = this.#host === consoleHost ? { "text/plain": last.alt } : await toBundle(last);
    this.#host.display({ data, displayId: this.id, update: true, live: false });
  }
}

function checked(figure: Figure): Figure {
  if (figure instanceof Figure) return figure;
  throw new TypeError("liveFigure: expected a figure, such as lineChart(), heatMap() or figure() returns");
}
