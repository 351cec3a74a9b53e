/**
 * Which cell runs, and how it is ended: by the reader's stop, by its time, or by the memory that it takes. Code of cells calls
 * `check` in each turn of a loop, after each await and at each call (rewrite/) while the flag of `stop.ts` is up.
 */
import { KeyboardInterrupt } from "./cell-error.js";
import type { SessionHost } from "./host.js";
import { hearStop, isMemoryAsked, isStopHeard, stopFlag } from "./stop.js";

/**
 * Long work (training) that asked for the interrupt signal is given this long to end by itself, so that what it
 * has so far is kept before the cell ends.
 */
const patience = 1000;

const never = new AbortController().signal;

/** A cell that runs, or has run; what it left behind (timers, promises) belongs to it as well. */
export interface Run<Cell> {
  readonly cell: Cell;
  /** Aborts when the reader presses stop. */
  readonly interrupt: AbortController;
  /** Work that listens for the stop has asked for its signal, and ends by itself. */
  isPatient: boolean;
  /** From when on, in the process's milliseconds, no code of the cell goes on. */
  deadline: number;
  /** Ends the wait for it. */
  end: (reason?: unknown) => void;
  /** Tells in the next microtask that it was stopped, which takes next to nothing of the stack now. */
  tellSoon: (patienceLeft: number) => void;
  /** When its time is over, in the process's milliseconds. */
  readonly limit: number;
  /** Whether it was ended because its time was over. */
  isLate: boolean;
  /** Ends it then. */
  timer?: ReturnType<typeof setTimeout>;
}

/** The clock is read in each 64th turn of a loop: 4 ns a turn on average. */
const clockMask = 63;

/**
 * While something of a stopped cell is still awaited, perhaps for ever, the cell of running code is looked up in each
 * 1024th check only, once it has been found not to be stopped: a lookup takes 150 ns.
 */
const clearedMask = 1023;

export class Interrupts<Cell> {
  readonly #host: SessionHost;
  readonly #current: () => Run<Cell> | undefined;
  /** The cell whose end is awaited. */
  #running: Run<Cell> | undefined;
  /** Cells that were stopped while something of them was still awaited. */
  readonly #stopped = new Set<Run<Cell>>();
  /** Turns of loops, for {@link clockMask}; and whether the flag is up for the clock alone. */
  #turns = 0;
  #isOnlyTimed = false;
  /** Whether what runs was found to belong to no stopped cell; until the next microtask. */
  #isCleared = false;

  /** @param current the cell that the running code belongs to */
  constructor(host: SessionHost, current: () => Run<Cell> | undefined) {
    this.#host = host;
    this.#current = current;
  }

  /** What the code of cells calls: throws if the cell it belongs to was stopped, or takes too long or too much memory. */
  readonly check = (): void => {
    if (isMemoryAsked()) {
      this.#setFlag();
      const error = this.#host.memoryError?.();
      if (error) throw error;
    }
    if (this.#isOnlyTimed && (++this.#turns & clockMask) !== 0) return;
    if (this.#isCleared && isStopHeard() && (++this.#turns & clearedMask) !== 0) return;
    this.endStopped();
  };

  /** The cell whose end is awaited. */
  get running(): Run<Cell> | undefined {
    return this.#running;
  }

  /** What aborts when the running cell is stopped; work that asks for it is given time to end by itself. */
  signal(): AbortSignal {
    const run = this.#running;
    if (!run) return never;
    run.isPatient = true;
    return run.interrupt.signal;
  }

  /**
   * Begins a cell.
   *
   * @param seconds how long it may take
   * @param stops how many stops there had been when the cell was sent: a later one is for this cell
   */
  begin(cell: Cell, seconds: number, stops?: number): Run<Cell> {
    const run: Run<Cell> = {
      cell,
      interrupt: new AbortController(),
      isPatient: false,
      deadline: Number.POSITIVE_INFINITY,
      end: () => {},
      tellSoon: () => {},
      limit: performance.now() + 1000 * seconds,
      isLate: false,
    };
    void new Promise<number>((resolve) => {
      run.tellSoon = resolve;
    }).then((patienceLeft) => this.#tell(run, patienceLeft));
    this.#running = run;
    this.#host.settleInterrupts();
    hearStop(stops);
    this.#setFlag();
    if (seconds < Number.POSITIVE_INFINITY) run.timer = setTimeout(() => this.#endLate(run), 1000 * seconds);
    return run;
  }

  /** Whether the time of a cell is over. */
  isLate(run: Run<Cell>): boolean {
    return run.isLate || performance.now() >= run.limit;
  }

  /** Throws if a cell was stopped, and the time is over in which it may end by itself. */
  requireRunning({ deadline }: Run<Cell>): void {
    if (performance.now() >= deadline) throw new KeyboardInterrupt();
  }

  /** Takes note that a cell has ended: the stops so far were for it. */
  end({ timer }: Run<Cell>): void {
    clearTimeout(timer);
    this.#running = undefined;
    hearStop();
    this.#setFlag();
  }

  /** What `ended` comes to, or a rejection once the cell is stopped. */
  unlessStopped<T>(run: Run<Cell>, ended: Promise<T>): Promise<T> {
    const stopped = new Promise<never>((_, reject) => {
      run.end = (reason = new KeyboardInterrupt()) => reject(reason);
    });
    const settled = (): void => {
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
    const run = this.#running;
    // Pressed twice, there is no patience left.
    const patienceLeft = run?.isPatient && !run.interrupt.signal.aborted ? patience : 0;
    if (run) {
      run.deadline = performance.now() + patienceLeft;
      this.#stopped.add(run);
    }
    hearStop();
    this.#setFlag();
    return patienceLeft;
  }

  /** Tells whoever awaits a cell that it was stopped. */
  #tell(run: Run<Cell>, patienceLeft: number): void {
    run.interrupt.abort(new KeyboardInterrupt());
    if (patienceLeft > 0) setTimeout(() => run.end(), patienceLeft);
    else run.end();
  }

  /** The flag is up while something was stopped that still goes on, or may take too long. */
  #setFlag(): void {
    const isTimed = this.#running !== undefined && this.#running.limit < Number.POSITIVE_INFINITY;
    this.#isOnlyTimed = isTimed && this.#stopped.size === 0;
    stopFlag[0] = this.#stopped.size + Number(isTimed);
    if (!isStopHeard()) stopFlag[0] = 1;
    this.#host.updateGuarded?.();
  }

  /** Ends a cell whose time is over. */
  #endLate(run: Run<Cell>): void {
    if (run !== this.#running || run.isLate) return;
    run.isLate = true;
    this.interrupt();
  }

  /** Called by the code of cells once the flag is up: throws if the cell it belongs to was stopped, or takes too long. */
  endStopped(): void {
    const timed = this.#running;
    if (timed && timed.limit < Number.POSITIVE_INFINITY && isStopHeard()) {
      if (performance.now() >= timed.limit) this.#endLate(timed);
      else if (this.#isOnlyTimed) return;
    }
    if (!isStopHeard()) {
      const running = this.#running;
      const patienceLeft = this.#stop();
      if (!running) throw new KeyboardInterrupt(); // a loop in a timer
      running.tellSoon(patienceLeft);
    }
    const run = this.#current();
    if (run && run.deadline < Number.POSITIVE_INFINITY) {
      this.#isCleared = false; // a loop that swallows the error meets it again at once
      if (performance.now() >= run.deadline) throw new KeyboardInterrupt();
      return;
    }
    this.#isCleared = true;
    queueMicrotask(() => {
      this.#isCleared = false;
    });
  }
}
