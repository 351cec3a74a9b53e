/**
 * nbgrader in a separate process that answers requests: `python/course/nablab_course.py`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { NotebookLimits } from "../../kernel/graded-session.js";
import { ownPrefix, pathPrefix, pythonOf } from "../../kernel/jupyter-folders.js";
import { installKernelspec } from "../../kernel/kernelspec.js";
import { packageRoot, pythonPackages } from "../../kernel/own-packages.js";
import { InputError } from "../input-error.js";

/** A request. */
export type Request =
  | { do: "release"; assignment: string; into: string; trial: boolean; change_cells: boolean }
  | { do: "autograde"; assignment: string; student: string; submitted: string }
  | { do: "sanitize"; assignment: string; student: string; submitted: string; into: string }
  | { do: "save"; assignment: string; student: string; submitted: string }
  | { do: "limits" }
  | { do: "forget"; assignment: string; student: string }
  | { do: "feedback"; assignment: string; student: string }
  | { do: "scores"; assignment: string; student?: string }
  | { do: "tests" }
  | { do: "gradebook" }
  | { do: "roster"; students: readonly Student[] };

/** A member of the class. */
export interface Student {
  id: string;
  first_name?: string | null;
  last_name?: string | null;
  email?: string | null;
  /** Their id on a learning platform. */
  lms_user_id?: string | null;
}

/** An assignment in the gradebook. */
export interface Assignment {
  name: string;
  /** A hash of its current tests. */
  tests: string;
  max: number;
  duedate: string | null;
}

/** A submission in the gradebook. */
export interface Score {
  assignment: string;
  student: string;
  /** The points of the answers, less {@link penalty}. */
  score: number;
  max: number;
  /** Whether an answer has yet to be graded by hand. */
  manual: boolean;
  /** Without the penalty. */
  raw: number;
  /** The seconds by which it was late, and the penalty. */
  late: number;
  penalty: number;
  timestamp: string | null;
}

/** A reply; on failure with nbgrader's traceback and log. */
export type Answer = {
  success: boolean;
  error?: string;
  log?: string;
  scores?: Score[];
  assignments?: Assignment[];
  students?: Student[];
  /** A hash of the current tests of each assignment. */
  tests?: Record<string, string>;
  /** The limits of a notebook in the course's configuration. */
  limits?: NotebookLimits;
  /** The backup of the gradebook made before the change. */
  copy?: string;
  /** Whether nbgrader itself ended meanwhile; the next request starts a new one. */
  hasEnded?: boolean;
} & Partial<Score>;

/** An nbgrader process, which handles one request at a time. */
export class NbGrader {
  readonly #course: string;
  #process: ChildProcess | undefined;
  #answer: ((answer: Answer) => void) | undefined;
  #said = "";
  #isClosed = false;
  #last: Promise<unknown> = Promise.resolve();

  /** @param course the folder of the course */
  constructor(course: string) {
    this.#course = course;
  }

  /** Sends a request and waits for the reply. Never rejects: if nbgrader dies, the next request starts a new one. */
  ask(request: Request): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask(request));
    this.#last = answer.catch(() => {});
    return answer;
  }

  #ask(request: Request): Promise<Answer> | Answer {
    if (this.#isClosed) return { success: false, error: "interrupted" };
    const child = (this.#process ??= this.#start());
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#said = "";
      child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Whether it was ended by {@link close}; later replies are meaningless. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends it and its kernels. */
  close(): void {
    this.#isClosed = true;
    const id = this.#process?.pid;
    if (id === undefined) return;
    this.#process!.stdin!.destroy();
    this.#process!.kill("SIGTERM");
  }

  #start(): ChildProcess {
    const kernels = path.join(this.#course, ".nablab");
    installKernelspec(kernels);
    const python = findPython();
    const child = spawn(python, [path.join(packageRoot, "python", "course", "nablab_course.py")], {
      cwd: this.#course,
      env: {
        ...process.env,
        // The kernel of this nablab, whatever else is installed.
        JUPYTER_PATH: [kernels, process.env.JUPYTER_PATH].filter(Boolean).join(path.delimiter),
        PATH: [path.dirname(python), process.env.PATH].join(path.delimiter),
        PYTHONDONTWRITEBYTECODE: "1",
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const end = (how: string): void => {
      if (this.#process !== child) return; // reported already
      this.#process = undefined;
      this.#answer?.({ success: false, error: how, log: this.#said, hasEnded: true });
      this.#answer = undefined;
    };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-20_000);
    });
    child.stdin.on("error", () => {}); // it has ended, which is handled below
    child.on("error", (error) => end(error.message));
    const ended = (code: number | null, signal: NodeJS.Signals | null): void =>
      end(
        this.#isClosed
          ? "interrupted"
          : `nbgrader ended ${signal ? `by ${signal}` : `with exit code ${code}`}`,
      );
    child.on("close", ended);
    // An orphaned kernel holds its streams open, so they may close later or never.
    child.on("exit", (code, signal) => setTimeout(ended, 2000, code, signal));
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.#answer?.(JSON.parse(line) as Answer);
      this.#answer = undefined;
    });
    return child;
  }
}

let python: string | undefined;

/** A Python with nbgrader: that of NABLAB_PYTHON, of the set-up, or of the path. */
export function findPython(): string {
  if (python) return python;
  const prefixes = [ownPrefix(), pathPrefix()].filter((prefix) => prefix !== undefined);
  const candidates = [process.env.NABLAB_PYTHON, ...prefixes.map(pythonOf)].filter(
    (file) => file !== undefined,
  );
  const has = "import importlib.util, sys; sys.exit(importlib.util.find_spec('nbgrader') is None)";
  python = candidates.find((file) => existsSync(file) && spawnSync(file, ["-c", has]).status === 0);
  if (python) return python;
  throw new InputError(
    `no Python with nbgrader was found: ${pythonPackages("nbgrader")}, or set NABLAB_PYTHON to one that has it`,
  );
}
