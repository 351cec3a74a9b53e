/**
 * The running cell and its interruption: by the reader, by its time limit, or by its memory. The code of cells calls `check`
 * in each iteration of a loop, after each await and at each call (rewrite/) while the flag of `stop.ts` is up.
 */
import { putBackBuiltIns } from "./built-ins.js";
import { KeyboardInterrupt } from "./cell-error.js";
import { clearTimeout, now, setTimeout } from "./clock.js";
import type { SessionHost } from "./host.js";
import { acknowledgeStop, isMemoryCheckRequested, isStopAcknowledged, stopFlag } from "./stop.js";

/**
 * Milliseconds that long work (training) with an interrupt signal has to end by itself, so that its results so far are kept
 * before the cell ends.
 */
const patience = 1000;

const never = new AbortController().signal;

/** A running or finished cell; its remaining timers and promises belong to it as well. */
export interface Run<Cell> {
  readonly cell: Cell;
  /** Aborts on an interrupt. */
  readonly interrupt: AbortController;
  /** Whether work has requested the signal, and so ends by itself. */
  isPatient: boolean;
  /** The time, in the process's milliseconds, after which no code of the cell continues. */
  deadline: number;
  /** Ends the wait for it. */
  end: (reason?: unknown) => void;
  /** Reports the interrupt in the next microtask, which needs almost no stack now. */
  tellSoon: (patienceLeft: number) => void;
  /** The milliseconds that it may take, and has taken. */
  readonly allowed: number;
  readonly spent: () => number;
  /** The time, in the process's milliseconds, before which it cannot have taken that many. */
  limit: number;
  /** Whether it was ended for that. */
  isLate: boolean;
  /** Ends it. */
  timer?: ReturnType<typeof setTimeout>;
}

/** The clock is read in each 64th iteration of a loop: 4 ns per iteration on average. */
const clockMask = 63;

/**
 * While work of an interrupted cell is still pending, perhaps for ever, the cell of running code is looked up only in each
 * 1024th check once it has been found not to be interrupted: a lookup takes 150 ns.
 */
const clearedMask = 1023;

/** The time by the clock. */
function stopwatch(): () => number {
  const began = now();
  return () => now() - began;
}

export class Interrupts<Cell> {
  readonly #host: SessionHost;
  readonly #current: () => Run<Cell> | undefined;
  /** The cell whose end is awaited. */
  #running: Run<Cell> | undefined;
  /** Interrupted cells with pending work. */
  readonly #stopped = new Set<Run<Cell>>();
  /** Iterations of loops, for {@link clockMask}; and whether the flag is up only for the clock. */
  #turns = 0;
  #isOnlyTimed = false;
  /** Whether the running code was found to belong to no interrupted cell; until the next microtask. */
  #isCleared = false;

  /** @param current the cell that the running code belongs to */
  constructor(host: SessionHost, current: () => Run<Cell> | undefined) {
    this.#host = host;
    this.#current = current;
  }

  /** Called by the code of cells: throws if its cell was interrupted, or takes too long or too much memory. */
  readonly check = (): void => {
    if (isMemoryCheckRequested()) {
      this.#setFlag();
      const error = this.#host.memoryError?.();
      if (error) throw error;
    }
    if (this.#isOnlyTimed && (++this.#turns & clockMask) !== 0) return;
    if (this.#isCleared && isStopAcknowledged() && (++this.#turns & clearedMask) !== 0) return;
    this.endStopped();
  };

  /** The cell whose end is awaited. */
  get running(): Run<Cell> | undefined {
    return this.#running;
  }

  /** The signal that aborts when the running cell is interrupted; work that requests it gets time to end by itself. */
  signal(): AbortSignal {
    const run = this.#running;
    if (!run) return never;
    run.isPatient = true;
    return run.interrupt.signal;
  }

  /**
   * Begins a cell.
   *
   * @param seconds its time limit
   * @param stops the number of interrupts before the cell was sent: later ones are for this cell
   */
  begin(cell: Cell, seconds: number, stops?: number): Run<Cell> {
    const run: Run<Cell> = {
      cell,
      interrupt: new AbortController(),
      isPatient: false,
      deadline: Number.POSITIVE_INFINITY,
      end: () => {},
      tellSoon: () => {},
      allowed: 1000 * seconds,
      spent: this.#host.stopwatch?.() ?? stopwatch(),
      limit: now() + 1000 * seconds,
      isLate: false,
    };
    void new Promise<number>((resolve) => {
      run.tellSoon = resolve;
    }).then((patienceLeft) => this.#tell(run, patienceLeft));
    this.#running = run;
    acknowledgeStop(stops);
    this.#setFlag();
    if (seconds < Number.POSITIVE_INFINITY) this.#limit(run);
    return run;
  }

  /** Ends a cell once it has taken as long as it may. */
  #limit(run: Run<Cell>): void {
    run.timer = setTimeout(
      () => (this.#isOver(run) ? this.#endLate(run) : this.#limit(run)),
      run.limit - now(),
    );
  }

  /** Whether a cell has taken as long as it may. */
  isLate(run: Run<Cell>): boolean {
    return run.isLate || this.#isOver(run);
  }

  #isOver(run: Run<Cell>): boolean {
    if (now() < run.limit) return false;
    const left = run.allowed - run.spent();
    run.limit = now() + Math.max(left, 0);
    return left <= 0;
  }

  /** Throws if a cell was stopped, and the time is over in which it may end by itself. */
  requireRunning({ deadline }: Run<Cell>): void {
    if (now() >= deadline) throw new KeyboardInterrupt();
  }

  /** Ends a cell and acknowledges the interrupts so far, which were for it. */
  end({ timer }: Run<Cell>): void {
    clearTimeout(timer);
    this.#running = undefined;
    acknowledgeStop();
    this.#setFlag();
  }

  /** The result of `ended`, or a rejection once the cell is interrupted. */
  unlessStopped<T>(run: Run<Cell>, ended: Promise<T>): Promise<T> {
    const stopped = new Promise<never>((_, reject) => {
      run.end = (reason = new KeyboardInterrupt()) => reject(reason);
    });
    const settled = (): void => {
      putBackBuiltIns();
      this.#stopped.delete(run);
      this.#setFlag();
    };
    ended.then(settled, settled);
    return Promise.race([ended, stopped]);
  }

  /** Ends the running cell with a `KeyboardInterrupt`. */
  interrupt(): void {
    const run = this.#running;
    const patienceLeft = this.#stop();
    if (run) this.#tell(run, patienceLeft);
  }

  /**
   * Registers a stop. It may come where the stack is nearly full, and each of these steps fail: the next guard then
   * goes on from there. So the steps are short.
   *
   * @returns how long the cell may take to end by itself
   */
  #stop(): number {
    putBackBuiltIns();
    const run = this.#running;
    // A second interrupt does not wait.
    const patienceLeft = run?.isPatient && !run.interrupt.signal.aborted ? patience : 0;
    if (run) {
      run.deadline = now() + patienceLeft;
      this.#stopped.add(run);
    }
    acknowledgeStop();
    this.#setFlag();
    return patienceLeft;
  }

  /** Reports to the awaiter of a cell that it was interrupted. */
  #tell(run: Run<Cell>, patienceLeft: number): void {
    run.interrupt.abort(new KeyboardInterrupt());
    if (patienceLeft > 0) setTimeout(() => run.end(), patienceLeft);
    else run.end();
  }

  /** The flag is up while interrupted work is pending, or a cell has a deadline. */
  #setFlag(): void {
    const isTimed = this.#running !== undefined && this.#running.limit < Number.POSITIVE_INFINITY;
    this.#isOnlyTimed = isTimed && this.#stopped.size === 0;
    stopFlag[0] = this.#stopped.size + Number(isTimed);
    if (!isStopAcknowledged()) stopFlag[0] = 1;
    this.#host.updateGuarded?.();
  }

  /** Ends a cell past its deadline. */
  #endLate(run: Run<Cell>): void {
    if (run !== this.#running || run.isLate) return;
    run.isLate = true;
    this.interrupt();
  }

  /** Called by the code of cells once the flag is up: throws if its cell was interrupted, or takes too long. */
  endStopped(): void {
    const timed = this.#running;
    if (timed && timed.limit < Number.POSITIVE_INFINITY && isStopAcknowledged()) {
      if (this.#isOver(timed)) this.#endLate(timed);
      else if (this.#isOnlyTimed) return;
    }
    if (!isStopAcknowledged()) {
      const running = this.#running;
      const patienceLeft = this.#stop();
      if (!running) throw new KeyboardInterrupt(); // a loop in a timer
      running.tellSoon(patienceLeft);
    }
    const run = this.#current();
    if (run && run.deadline < Number.POSITIVE_INFINITY) {
      this.#isCleared = false; // a loop that swallows the error meets it again at once
      if (now() >= run.deadline) throw new KeyboardInterrupt();
      return;
    }
    this.#isCleared = true;
    queueMicrotask(() => {
      this.#isCleared = false;
    });
  }
}
