/**
 * The command line as a reader calls it, and notebooks to call it with.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

export const main: string = path.resolve(import.meta.dirname, "../../dist/cli/main.js");

const folders: string[] = [];
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

/** A new empty folder, removed after the tests of the file. */
export function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "nablab-cli-"));
  folders.push(made);
  return made;
}

/** Runs `nablab` with these arguments. */
export function nablab(cwd: string, ...args: string[]): Promise<Ended> {
  return nablabIn({}, cwd, ...args);
}

/** The same with variables of the environment. */
export function nablabIn(env: NodeJS.ProcessEnv, cwd: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...process.env, ...env } };
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** How a program ended and what it said. */
export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/** Starts `nablab` and does not wait. */
export function start(cwd: string, ...args: string[]) {
  return spawn(process.execPath, [main, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

/** A cell of a made notebook: its source, or more of it. */
export type Made = string | ({ source: string } & Record<string, unknown>);

/** Writes a notebook of code cells (`md:` before the source makes one of text) and returns its path. */
export function write(into: string, name: string, cells: Made[], more: Record<string, unknown> = {}): string {
  const file = path.join(into, name);
  const notebook = {
    cells: cells.map((made, i) => {
      const cell = typeof made === "string" ? { source: made } : made;
      const text = cell.source.startsWith("md:");
      return {
        id: `cell-${i}`,
        metadata: {},
        ...(text ? { cell_type: "markdown" } : { cell_type: "code", execution_count: null, outputs: [] }),
        ...cell,
        source: cell.source.replace(/^md:/, ""),
      };
    }),
    metadata: { kernelspec: { display_name: "TypeScript (nablab)", language: "typescript", name: "nablab" } },
    nbformat: 4,
    nbformat_minor: 5,
    ...more,
  };
  writeFileSync(file, JSON.stringify(notebook));
  return file;
}

/** A notebook file as it is on disk. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON
export function read(...where: string[]): any {
  return JSON.parse(readFileSync(path.join(...where), "utf8"));
}
