/**
 * The stores of a sweep's records: memory, or a folder with `records.jsonl` and `manifest.json`.
 */
import {
  type LineFile,
  type LinePlace,
  openLines,
  readFileSync,
  temporaryLines,
  writeAtomically,
} from "#platform";
import type { Grid } from "./grid.js";
import type { Code } from "./job.js";
import { Places } from "./places.js";
import { lineOf, type PointRecord, recordOf } from "./record.js";
import { readingList } from "./record-list.js";
import { decode, encode, type ParameterValue } from "./values.js";

/** The state of a point. */
export type State = "missing" | "done" | "failed";

/** The records of the points of a grid. */
export interface Store {
  state(index: number): State;
  /** @throws Error when the record cannot be written, such as to a full disk */
  add(index: number, record: PointRecord): void;
  record(index: number): PointRecord | undefined;
  /** The records of some points, readable after the store is closed, too. */
  records(indices: readonly number[]): readonly PointRecord[];
  /** Sorts the records into the order of the grid. */
  finish(): void;
  close(): void;
}

/** The most characters of records held in memory; beyond that, they are read from a file. */
const mostHeld = 32e6;

/** Records in memory or, if they are too large, in a temporary file. */
export class MemoryStore implements Store {
  readonly #records = new Map<number, PointRecord>();
  readonly #places = new Places();
  readonly #failed = new Set<number>();
  #mostHeld: number;
  #held = 0;
  #file: LineFile | undefined;

  constructor({ most = mostHeld }: { most?: number } = {}) {
    this.#mostHeld = most;
  }

  state(index: number): State {
    if (!(this.#file ? this.#places : this.#records).has(index)) return "missing";
    return this.#failed.has(index) ? "failed" : "done";
  }

  add(index: number, record: PointRecord): void {
    if (record.error) this.#failed.add(index);
    else this.#failed.delete(index);
    const line = lineOf(record);
    if (this.#file) {
      this.#places.set(index, this.#file.append(line));
      return;
    }
    this.#records.set(index, record);
    this.#held += line.length;
    if (this.#held > this.#mostHeld) this.#moveToFile();
  }

  #moveToFile(): void {
    this.#mostHeld = Number.POSITIVE_INFINITY; // tried once: a browser has no files, and the disk may be full
    try {
      const file = temporaryLines();
      if (!file) return;
      for (const [index, record] of this.#records) this.#places.set(index, file.append(lineOf(record)));
      this.#file = file;
      this.#records.clear();
    } catch {
      // the records stay in memory
    }
  }

  record(index: number): PointRecord | undefined {
    const place = this.#places.get(index);
    return this.#file ? place && recordOf(this.#file.read(place)) : this.#records.get(index);
  }

  records(indices: readonly number[]): readonly PointRecord[] {
    const file = this.#file;
    if (!file) return indices.map((index) => this.#records.get(index)!);
    return storedList(indices, this.#places, (place) => file.read(place));
  }

  finish(): void {}

  close(): void {}
}

/** The records at their current positions. */
function storedList(
  indices: readonly number[],
  places: Places,
  read: (place: LinePlace) => string,
): readonly PointRecord[] {
  const now = new Places();
  for (const [i, index] of indices.entries()) now.set(i, places.get(index)!);
  return readingList(indices.length, (at) => recordOf(read(now.get(at)!))!);
}

/** The contents of `manifest.json`, which describes the records beside it. */
interface Manifest {
  readonly format: "nablab sweep 1";
  readonly experiment: string;
  /** SHA-256 of the experiment's sources and data. */
  readonly hash: string;
  readonly versions: Code["versions"];
  readonly parameters: Readonly<Record<string, readonly ParameterValue[]>>;
}

/** Records in a folder; only their positions in the file are held in memory. */
export class FolderStore implements Store {
  readonly #file: LineFile;
  readonly #places = new Places();
  readonly #failed = new Set<number>();
  /** Records of points outside the grid, from a run with other values. */
  readonly #others: LinePlace[] = [];
  readonly #mostHeld: number;
  /** Reads the current file, after the store is closed, too. */
  #reader: ((place: LinePlace) => string) | undefined;
  #isOrdered = true;
  #last = -1;

  /**
   * Opens or creates a folder of records.
   *
   * @throws Error for the records of another experiment, or of other versions of nablab or Node
   */
  constructor(
    folder: string,
    grid: Grid,
    { name, hash, versions }: Code,
    { most = mostHeld }: { most?: number } = {},
  ) {
    this.#mostHeld = most;
    const manifest: Manifest = {
      format: "nablab sweep 1",
      experiment: name,
      hash,
      versions,
      parameters: grid.parameters,
    };
    const before = readManifest(folder);
    if (before !== undefined) requireSame(before, manifest, folder);
    this.#file = opened(`${folder}/records.jsonl`);
    try {
      for (const [line, place] of this.#file.lines()) {
        if (before === undefined)
          throw new Error(
            `sweep: there are records without a manifest; choose another folder, got ${folder}`,
          );
        this.#index(line, place, grid, folder);
      }
    } catch (error) {
      this.#file.close();
      throw error;
    }
    const text = `${JSON.stringify(decode(encode(manifest)), null, 2)}\n`;
    if (before === undefined || encode(before) !== encode(manifest))
      writeAtomically(`${folder}/manifest.json`, text);
  }

  #index(line: string, place: LinePlace, grid: Grid, folder: string): void {
    const record = recordOf(line);
    if (!record)
      throw new Error(
        `sweep: ${folder}/records.jsonl has a line that is no record; remove it, got ${line.slice(0, 80)}`,
      );
    const index = grid.indexOf(record.point);
    if (index === undefined) this.#others.push(place);
    else this.#put(index, place, record.error !== undefined);
    if (index === undefined || this.#others.length > 0) this.#isOrdered &&= index === undefined;
  }

  #put(index: number, place: LinePlace, failed: boolean): void {
    if (index <= this.#last) this.#isOrdered = false;
    this.#last = index;
    this.#places.set(index, place);
    if (failed) this.#failed.add(index);
    else this.#failed.delete(index);
  }

  state(index: number): State {
    return !this.#places.has(index) ? "missing" : this.#failed.has(index) ? "failed" : "done";
  }

  add(index: number, record: PointRecord): void {
    this.#put(index, this.#file.append(lineOf(record)), record.error !== undefined);
    if (this.#others.length > 0) this.#isOrdered = false;
  }

  record(index: number): PointRecord | undefined {
    const place = this.#places.get(index);
    return place && recordOf(this.#file.read(place));
  }

  records(indices: readonly number[]): readonly PointRecord[] {
    const size = indices.reduce((sum, index) => sum + this.#places.get(index)![1], 0);
    if (size > this.#mostHeld) this.#reader ??= this.#file.reader();
    return size > this.#mostHeld && this.#reader
      ? storedList(indices, this.#places, this.#reader)
      : indices.map((index) => this.record(index)!);
  }

  finish(): void {
    if (this.#isOrdered) return;
    this.#file.rewrite(this.#inOrder());
    this.#reader = undefined; // of the file that was replaced
    let start = 0;
    const moved = (place: LinePlace): LinePlace => {
      const now = [start, place[1]] as const;
      start += place[1] + 1;
      return now;
    };
    for (const [index, place] of this.#places.entries()) this.#places.set(index, moved(place));
    this.#others.forEach((place, i) => {
      this.#others[i] = moved(place);
    });
    this.#isOrdered = true;
  }

  *#inOrder(): Iterable<LinePlace> {
    for (const [, place] of this.#places.entries()) yield place;
    yield* this.#others;
  }

  close(): void {
    this.#file.close();
  }
}

function readManifest(folder: string): Manifest | undefined {
  const file = `${folder}/manifest.json`;
  const bytes = readFileSync(file);
  if (bytes === undefined) return undefined;
  try {
    const manifest = decode(new TextDecoder().decode(bytes)) as Manifest;
    if (manifest.format === "nablab sweep 1") return manifest;
  } catch {
    // reported below
  }
  throw new Error(`sweep: this is no manifest of a sweep; choose another folder, got ${file}`);
}

function requireSame(before: Manifest, now: Manifest, folder: string): void {
  const fix = `choose another folder, or remove ${folder}`;
  if (before.hash !== now.hash) {
    const what =
      before.experiment === now.experiment
        ? `${now.experiment} has changed since, or its data`
        : `they are of ${before.experiment}`;
    throw new Error(`sweep: the records are of another experiment (${what}); ${fix}`);
  }
  for (const name of ["nablab", "node"] as const) {
    if (before.versions[name] === now.versions[name]) continue;
    throw new Error(
      `sweep: the records are of ${name} ${before.versions[name]}, and this is ${now.versions[name]}; use that version, ${fix}`,
    );
  }
}

/** Passes errors of the file system through; prefixes our own, such as that another sweep writes to the file. */
function opened(file: string): LineFile {
  try {
    return openLines(file);
  } catch (error) {
    if ((error as { code?: unknown }).code !== undefined) throw error;
    throw new Error(`sweep: ${(error as Error).message}`, { cause: error });
  }
}
