/**
 * The messages between a sweep and its workers, as lines of JSON: the same for a worker on this machine and, through
 * Python, on a cluster (python/cluster).
 */
import type { PointError } from "./record.js";
import { decode, encode, type Point, type Values } from "./values.js";

/** The experiment, as the caller names it. */
export interface Source {
  /** A module or a notebook, by its absolute path. */
  readonly file: string;
  /** The text of modules defined in cells, by file name. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Data files that the experiment reads, relative to its folder; they are not sent to workers. */
  readonly data: readonly string[];
}

/** The compiled code of an experiment, as it is sent to workers. */
export interface Code {
  readonly kind: "module" | "notebook" | "submissions";
  /** The name of the file. */
  readonly name: string;
  /** Its folder on the machine of the sweep. */
  readonly folder: string;
  /** Compiled modules by name, with the experiment under `entry`; or the text of the notebook; or the limits of submissions. */
  readonly files: Readonly<Record<string, string>>;
  /** The paths of their sources, relative to the folder. */
  readonly places: Readonly<Record<string, string>>;
  readonly entry: string;
  /** SHA-256 of each data file. */
  readonly data: Readonly<Record<string, string>>;
  /** SHA-256 of sources and data, which identifies the experiment. */
  readonly hash: string;
  /** The versions of the packages that it imports; packages are not sent to workers. */
  readonly packages: Readonly<Record<string, string>>;
  /** The versions that every worker must have. */
  readonly versions: { readonly nablab: string; readonly node: string };
}

/** A point to run. */
export interface Task {
  readonly index: number;
  readonly point: Point;
  readonly seed: number;
}

/** The limits of a point. */
export interface PointLimits {
  /** Time limit of a point, in seconds. */
  readonly seconds?: number;
  /** Memory limit of its worker, in megabytes. */
  readonly megabytes?: number;
}

/** Messages to a worker. */
export type ToWorker =
  | { do: "prepare"; source: Source }
  | { do: "load"; code: Code; limits: PointLimits }
  | ({ do: "run" } & Task)
  | { do: "stop" };

/** Messages from a worker. */
export type FromWorker =
  | { is: "started"; host: string; nablab: string; node: string; scratch: string }
  | { is: "prepared"; code: Code }
  | { is: "loaded" }
  /** An uncaught error ends the worker. */
  | { is: "crashed"; error: PointError }
  /** The worker cannot load the experiment: the problem and its fix, in one line. */
  | { is: "refused"; problem: string }
  | { is: "report"; index: number; values: Values }
  | { is: "done"; index: number; values: Values; seconds: number; notebook?: string }
  | { is: "failed"; index: number; error: PointError; seconds: number; notebook?: string };

/** Messages from the program between a sweep and a cluster: those of workers, with their host, and its own. */
export interface FromCluster {
  readonly host: string;
  readonly message:
    | FromWorker
    /** The cluster runs `count` points at a time; `workers` counts its threads. */
    | { is: "capacity"; count: number; workers: number }
    | { is: "stopped"; index?: number };
}

/** How a point ended. */
export interface Outcome {
  readonly values?: Values;
  readonly error?: PointError;
  readonly seconds: number;
  readonly host: string;
  /** The executed copy of a notebook. */
  readonly notebook?: string;
}

/** Runs points somewhere. */
export interface Executor {
  /** Calls the listener with the number of points that can run at a time, and again whenever it grows. */
  capacity(listener: (count: number) => void): void;
  /** Runs a point; undefined if it was stopped. @throws Error when no further point can be run */
  run(task: Task, report: (values: Values) => void): Promise<Outcome | undefined>;
  /** Stops the running points and discards their results. */
  stop(): void;
  /** Ends everything that it started. */
  close(): Promise<void>;
}

export const toLine = (message: ToWorker | FromWorker): string => encode(message);

/** The required fields of each message of a worker, besides its kind (compare PARTS in python/cluster/nablab_cluster.py). */
const parts: { [Kind in FromWorker["is"]]: Readonly<Record<string, "string" | "number" | "object">> } = {
  started: { host: "string" },
  prepared: { code: "object" },
  loaded: {},
  refused: { problem: "string" },
  crashed: { error: "object" },
  report: { index: "number", values: "object" },
  done: { index: "number", values: "object", seconds: "number" },
  failed: { index: "number", error: "object", seconds: "number" },
};

/** Parses a worker's message; undefined for any other line, such as one that a point prints directly to stdout. */
export function fromLine(line: string): FromWorker | undefined {
  if (!line.startsWith('{"is":"')) return undefined;
  let message: Record<string, unknown>;
  try {
    message = decode(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const expected = Object.hasOwn(parts, String(message.is)) && parts[message.is as FromWorker["is"]];
  const isWhole =
    expected &&
    Object.entries(expected).every(([name, type]) => {
      const value = message[name];
      return typeof value === type && value !== null && !Array.isArray(value);
    });
  return isWhole ? (message as FromWorker) : undefined;
}
