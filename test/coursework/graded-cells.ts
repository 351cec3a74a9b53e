/** Cells of an assignment, visible and hidden tests included, run one by one as they are graded. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GradedSession } from "#nablab/kernel/graded-session.js";
import type { CellResult } from "#nablab/session/session.js";
import type { SourceCell } from "./source.js";

export const isAnswer = ({ cell_type, metadata }: SourceCell): boolean =>
  cell_type === "code" && metadata.nbgrader?.solution === true;
export const isTest = ({ cell_type, metadata }: SourceCell): boolean =>
  cell_type === "code" && metadata.nbgrader?.grade === true && !metadata.nbgrader.solution;

export class GradedCells {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "nablab-cells-"));
  readonly #session = new GradedSession<string>({
    folder: this.#folder,
    limits: { seconds: 600, megabytes: 2000, notebookSeconds: 3600 },
    onOutput: () => {},
  });
  #count = 0;

  async run(code: string, role?: "test" | "data"): Promise<CellResult> {
    return this.#session.execute(code, "", ++this.#count, undefined, undefined, role);
  }

  async mustRun(code: string, role?: "test" | "data"): Promise<void> {
    const result = await this.run(code, role);
    if (result.status === "error") throw new Error(`${result.ename}: ${result.evalue} in\n${code}`);
  }

  /** A cell of the assignment, which must not fail. */
  async asItIs(cell: SourceCell): Promise<void> {
    const isData = cell.metadata.nbgrader?.locked && !isAnswer(cell);
    await this.mustRun(cell.source, isTest(cell) ? "test" : isData ? "data" : undefined);
  }

  /** The points of a test, as nbgrader counts them. */
  async pointsOf({ source, metadata }: SourceCell): Promise<number> {
    const result = await this.run(source, "test");
    if (result.status === "error") return 0;
    const value = result.result?.data["text/plain"];
    const points = Number(value);
    return value !== undefined && Number.isFinite(points) ? points : metadata.nbgrader!.points!;
  }

  close(): void {
    this.#session.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
