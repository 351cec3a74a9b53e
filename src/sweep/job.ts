/**
 * What a sweep and its workers say to each other, as lines of JSON: the same to a worker on this machine and, through
 * Python, on a cluster (python/cluster).
 */
import type { PointError } from "./record.js";
import { decode, encode, type Point, type Values } from "./values.js";

/** What is to be swept, as the caller names it. */
export interface Source {
  /** A module or a notebook, by its absolute path. */
  readonly file: string;
  /** Texts that stand for files: cells that name themselves modules. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Files that it reads, which do not travel: relative to its folder. */
  readonly data: readonly string[];
}

/** The code of an experiment, ready to run, wherever it travels. */
export interface Code {
  readonly kind: "module" | "notebook" | "submissions";
  /** The name of the file. */
  readonly name: string;
  /** Its folder on the machine of the sweep. */
  readonly folder: string;
  /** Compiled modules by name, the experiment as `entry`; or the text of the notebook; or the limits of submissions. */
  readonly files: Readonly<Record<string, string>>;
  /** Where their sources lie, relative to the folder. */
  readonly places: Readonly<Record<string, string>>;
  readonly entry: string;
  /** SHA-256 of each file of data. */
  readonly data: Readonly<Record<string, string>>;
  /** SHA-256 of sources and data: which experiment it is. */
  readonly hash: string;
  /** The versions of the packages that it imports, which do not travel. */
  readonly packages: Readonly<Record<string, string>>;
  /** The versions that every worker must have. */
  readonly versions: { readonly nablab: string; readonly node: string };
}

/** One point that is to be run. */
export interface Task {
  readonly index: number;
  readonly point: Point;
  readonly seed: number;
}

/** What a point may take. */
export interface PointLimits {
  /** Seconds for one point. */
  readonly seconds?: number;
  /** Megabytes of its worker's memory. */
  readonly megabytes?: number;
}

/** What a worker is told. */
export type ToWorker =
  | { do: "prepare"; source: Source }
  | { do: "load"; code: Code; limits: PointLimits }
  | ({ do: "run" } & Task)
  | { do: "stop" };

/** What it answers. */
export type FromWorker =
  | { is: "started"; host: string; nablab: string; node: string; scratch: string }
  | { is: "prepared"; code: Code }
  | { is: "loaded" }
  /** An error that nothing caught ends it. */
  | { is: "crashed"; error: PointError }
  /** It cannot take part: one line with the fix. */
  | { is: "refused"; problem: string }
  | { is: "report"; index: number; values: Values }
  | { is: "done"; index: number; values: Values; seconds: number; notebook?: string }
  | { is: "failed"; index: number; error: PointError; seconds: number; notebook?: string };

/** What the program between a sweep and a cluster says: messages of workers, with their host, and its own. */
export interface FromCluster {
  readonly host: string;
  readonly message:
    | FromWorker
    /** So many points it takes at a time; `workers` are the threads of the cluster. */
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
  /** How many points it can be given at a time; the listener is told when that grows. */
  capacity(listener: (count: number) => void): void;
  /** Runs a point; undefined if it was stopped. @throws Error when no further point can be run */
  run(task: Task, report: (values: Values) => void): Promise<Outcome | undefined>;
  /** Stops the points that run: what they would return no longer counts. */
  stop(): void;
  /** Ends everything that it started. */
  close(): Promise<void>;
}

export const toLine = (message: ToWorker | FromWorker): string => encode(message);

/** What each message of a worker holds besides its kind (compare PARTS in python/cluster/nablab_cluster.py). */
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

/** The message of a worker in a line; undefined for a line that is none, such as what a point prints past the console. */
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
