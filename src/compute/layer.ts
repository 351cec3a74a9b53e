/**
 * What one thread does for a layer of a network that is trained, whatever the layer is; threads meet between two calls.
 */
import type { Finish, Kernels, Source } from "./kernels.js";
import type { Matrix } from "./matrix.js";
import type { Share } from "./share.js";

/** A layer while it is trained. */
export interface TrainedLayer {
  /**
   * Gets the inputs of some samples ready, which come from a source for the first layer, and from the layer below for
   * others; returns whether there was anything to do.
   */
  prepare(rows: number, source?: Source): boolean;
  /** x(t) from x(t−1); with their place in a training where the samples are trained on. */
  forward(rows: number, place?: Place): void;
  /**
   * The gradients of its parameters from delta; and before those move, the delta of the layer below. Threads have met when
   * that is there.
   */
  backward(rows: number, finish: Finish, below?: Below): void;
}

/** Where in a training some samples are: how many steps come before, and how many samples of their batch. */
export interface Place {
  readonly steps: number;
  readonly samples: number;
}

/** What the layer below waits for. */
export interface Below {
  readonly delta: Matrix;
  /** Whether its outputs went through a ReLU. */
  readonly relu: boolean;
}

/** What a layer works on, and the thread that does. */
export interface LayerParts {
  readonly kernels: Kernels;
  readonly share: Share;
  /** Waits for the other threads. */
  readonly meet: () => void;
  /** x(t−1), the inputs. */
  readonly input: Matrix;
  /** x(t), after the ReLU if there is one. */
  readonly x: Matrix;
  readonly relu: boolean;
  /** ∂loss/∂z(t). */
  readonly delta: Matrix;
}

/** Puts samples where a layer that takes a whole matrix finds them, if they come from a source. */
export function gatherInput({ kernels, input, share }: LayerParts, rows: number, source?: Source): boolean {
  if (source) kernels.gather(input, source, rows, share);
  return source !== undefined;
}
