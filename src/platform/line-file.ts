/**
 * A file of lines that is appended to during a run and sorted at the end. After any failure (a crash, a full disk), all lines
 * before the last are complete, and an incomplete last line is removed when the file is next opened.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { makeFolder } from "./make-folder.js";
import type { LineFile, LinePlace, Platform } from "./platform.js";

/** Bytes read at a time. */
const chunk = 2 ** 16;

export const openLines: Platform["openLines"] = (file) => new NodeLineFile(file);

/** Closes the descriptors of readers once they are garbage-collected. */
const unreferenced = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

export const temporaryLines: Platform["temporaryLines"] = () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nablab-records-"));
  const lines = new NodeLineFile(path.join(folder, "records.jsonl"), { temporary: true });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // An open file remains readable; Windows cannot remove one.
  if (process.platform !== "win32") remove();
  else
    process.once("exit", () => {
      lines.close();
      remove();
    });
  return lines;
};

export class NodeLineFile implements LineFile {
  readonly #file: string;
  #descriptor: number;
  #end: number;

  constructor(file: string, { temporary = false }: { temporary?: boolean } = {}) {
    makeFolder(path.dirname(file));
    this.#file = file;
    lock(file);
    this.#descriptor = openSync(file, "a+");
    if (temporary) unreferenced.register(this, this.#descriptor);
    this.#end = fstatSync(this.#descriptor).size;
  }

  append(line: string): LinePlace {
    const bytes = Buffer.from(`${line}\n`);
    const start = this.#end;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
    } catch (error) {
      this.#cut(start);
      throw Object.assign(error as Error, { path: this.#file });
    }
    this.#end += bytes.length;
    return [start, bytes.length - 1];
  }

  /** Removes a partly written line; if even that fails, opening the file again does. */
  #cut(end: number): void {
    try {
      ftruncateSync(this.#descriptor, end);
    } catch {
      // see above
    }
  }

  read([start, length]: LinePlace): string {
    return this.#bytes(start, length).toString("utf8");
  }

  reader(): ((place: LinePlace) => string) | undefined {
    if (process.platform === "win32") return undefined;
    const [descriptor, file] = [openSync(this.#file, "r"), this.#file];
    const read = ([start, length]: LinePlace): string =>
      bytesOf(descriptor, start, length, file).toString("utf8");
    unreferenced.register(read, descriptor);
    return read;
  }

  #bytes(start: number, length: number): Buffer {
    return bytesOf(this.#descriptor, start, length, this.#file);
  }

  *lines(): Iterable<[string, LinePlace]> {
    let start = 0;
    let rest: Buffer = Buffer.alloc(0);
    for (let at = 0; at < this.#end; ) {
      const bytes = this.#bytes(at, Math.min(chunk, this.#end - at));
      at += bytes.length;
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      let from = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
        yield [rest.toString("utf8", from, end), [start + from, end - from]];
        from = end + 1;
      }
      start += from;
      rest = rest.subarray(from);
    }
    if (rest.length === 0) return;
    ftruncateSync(this.#descriptor, start);
    this.#end = start;
  }

  rewrite(places: Iterable<LinePlace>): void {
    const temporary = `${this.#file}.${process.pid}.tmp`;
    const target = openSync(temporary, "w+");
    let end = 0;
    try {
      let waiting: Buffer[] = [];
      let size = 0;
      const flush = (): void => {
        const bytes = Buffer.concat(waiting);
        for (let done = 0; done < bytes.length; ) done += writeSync(target, bytes, done);
        end += bytes.length;
        [waiting, size] = [[], 0];
      };
      for (const [start, length] of places) {
        waiting.push(this.#bytes(start, length + 1)); // with the end of the line
        size += length + 1;
        if (size > chunk) flush();
      }
      flush();
      fsyncSync(target);
      renameSync(temporary, this.#file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw Object.assign(error as Error, { path: this.#file });
    } finally {
      closeSync(target);
    }
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#file, "a+");
    this.#end = end;
  }

  close(): void {
    closeSync(this.#descriptor);
    rmSync(lockOf(this.#file), { force: true });
  }
}

function bytesOf(descriptor: number, start: number, length: number, file: string): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, bytes, done, length - done, start + done);
    if (count === 0) throw new Error(`the file was cut while it was in use: ${file}`);
    done += count;
  }
  return bytes;
}

const lockOf = (file: string): string => `${file}.lock`;

/** Locks a file until it is closed; the lock of a process that has ended is ignored. */
function lock(file: string): void {
  const owner = `${process.pid} ${hostname()}`;
  try {
    writeFileSync(lockOf(file), owner, { flag: "wx" });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const before = readFileSync(lockOf(file), "utf8");
  const [id, host] = before.split(" ");
  if (host !== hostname() || (isAlive(Number(id)) && before !== owner)) {
    throw new Error(
      `process ${id} on ${host} writes to this file; wait for it, or remove the lock if it has ended: ${lockOf(file)}`,
    );
  }
  writeFileSync(lockOf(file), owner);
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
