/**
 * The static picture of a figure, for places that run no script: GitHub, an export, a printed page.
 *
 * It is drawn in a separate thread, started with the first picture or announced before (0.7 s; 30–150 ms a picture
 * after that) and ended after a while without requests. The thread does not keep the program alive.
 */
import { backgroundTimeout, drawsOffscreen, startThread, type Timer } from "#platform";
import { encodePlain, encodeTraces } from "./encode-figure.js";
import type { ImageReply, ImageRequest } from "./static-image-worker.js";
import { thinned } from "./thin.js";
import type { ImageSize, Layout, Trace } from "./trace.js";

const idleTime = 60_000; // ms; a kernel that draws nothing releases the 90 … 190 MB that Plotly and its page take
const patience = 30_000; // ms without a picture while one is due; a picture takes a hundredth of it

/**
 * Draws a figure as SVG on white.
 *
 * @throws Error when Plotly cannot draw it
 */
export function staticImage(
  { data, layout }: { data: readonly Trace[]; layout: Layout },
  { width, height }: Required<ImageSize>,
): Promise<string> {
  const font = { color: "#222222", ...(layout.font as object | undefined) };
  const onWhite = {
    ...layout,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    font,
    width,
    height,
    autosize: false,
  };
  const figure = { data: encodeTraces(thinned(data, layout)), layout: encodePlain(onWhite) };
  if (elsewhere) return elsewhere({ figure, width, height });
  artist ??= new Artist();
  return artist.draw({ figure, width, height });
}

/** Draws a picture. */
export type Draw = (request: Omit<ImageRequest, "id">) => Promise<string>;

let elsewhere: Draw | undefined;

/** Lets another process draw all pictures: for one that may start no threads. */
export function drawElsewhere(draw: Draw): void {
  elsewhere = draw;
}

/** Whether static pictures can be drawn here; a browser needs none, as it draws figures itself. */
export const canDraw = (): boolean => elsewhere !== undefined || drawsOffscreen;

let omission: { isUsed: boolean } | undefined;

/**
 * Calls `work`, in whose synchronous part figures give their bundle without the static image, which takes several times as long
 * as the figure.
 *
 * @returns its result, and whether an image was left out
 */
export function withoutImages<T>(work: () => T): { result: T; isOmitted: boolean } {
  const before = omission;
  const own = { isUsed: false };
  omission = own;
  try {
    return { result: work(), isOmitted: own.isUsed };
  } finally {
    omission = before;
  }
}

/** Whether a figure is to give its bundle without the image. */
export function omitsImage(): boolean {
  if (omission) omission.isUsed = true;
  return omission !== undefined;
}

/** Starts the thread, or keeps it waiting: a picture will be requested soon and should not wait for the start. */
export function expectStaticImage(): void {
  if (elsewhere || !drawsOffscreen) return;
  artist ??= new Artist();
  artist.stay();
}

let artist: Artist | undefined;

interface Waiting {
  resolve(svg: string): void;
  reject(error: Error): void;
}

/** The thread and its pending pictures. */
export class Artist {
  // What Plotly and its page print is not output of the reader's cell.
  readonly #thread = startThread(new URL("./static-image-worker.js", import.meta.url), { quiet: true });
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  /** Ends the thread: when it hangs while pictures are due, when it is idle while none are. */
  #timer: Timer | undefined;

  constructor() {
    this.#thread.listen({
      message: (reply: ImageReply) => this.#settle(reply),
      failure: (error) => this.#end(error),
    });
  }

  draw(request: Omit<ImageRequest, "id">): Promise<string> {
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread.post({ id, ...request } satisfies ImageRequest);
      if (this.#waiting.size > 1) return;
      this.#thread.keepAlive(true);
      this.#watch();
    });
  }

  /** Waits for a picture from now on as if one had just been drawn. */
  stay(): void {
    if (this.#waiting.size === 0) this.#rest();
  }

  #settle(reply: ImageReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    if ("svg" in reply) waiting.resolve(reply.svg);
    else waiting.reject(new Error(reply.error));
    if (this.#waiting.size > 0) this.#watch();
    else this.#rest();
  }

  #rest(): void {
    this.#thread.keepAlive(false);
    clearTimeout(this.#timer);
    this.#timer = backgroundTimeout(() => this.#end(new Error("idle")), idleTime);
  }

  /** In two halves: where the program itself was busy for long, replies that arrived meanwhile are handled between them. */
  #watch(half = 1): void {
    clearTimeout(this.#timer);
    const next = () =>
      half === 1 ? this.#watch(2) : this.#end(new Error(`no picture came within ${patience / 1000} s`));
    this.#timer = setTimeout(next, patience / 2);
  }

  /** Ends the thread; pending pictures fail, and the next one starts another thread. */
  #end(error: Error): void {
    if (artist === this) artist = undefined;
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    void this.#thread.terminate();
  }
}
