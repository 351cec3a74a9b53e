/**
 * File access of a graded notebook: functions that take a path, with a quota on writes. Node's permission model restricts
 * the paths.
 *
 * File descriptors are never accepted: they could name a file that this process has open, such as the channel to its
 * grader. For the same reason there are no streams and handles, whose descriptor can be changed, and no links.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { inspect } from "node:util";
import { note, refusal } from "./refusal.js";

type AnyFunction = (...values: never[]) => unknown;
type Functions = Record<string, AnyFunction>;

/** The quota of bytes that a notebook may write in total: overwritten data takes space for a while, too. */
export const mostWritten = 500e6;

/** The least space of a file or folder, in bytes. */
const block = 4096;

// Not `realpath`: Node looks at each part of the path, whatever may be read.
const reading = "access lstat readFile readdir stat".split(" ");
const removing = "rename rm rmdir unlink utimes".split(" ");
const writing = "appendFile copyFile mkdir mkdtemp writeFile".split(" ");

/** The functions of `node:fs` for cells, with `promises`. From then on all writes of this process count. */
export function guestFiles(): Functions & { promises: Functions } {
  limitWrites();
  const names = [...reading, ...removing, ...writing];
  return Object.assign(byPath(fs, [...names.flatMap((name) => [name, `${name}Sync`]), "existsSync"]), {
    promises: byPath(fs.promises, names),
  });
}

function limitWrites(): void {
  let written = 0;
  const count = (bytes: number): void => {
    written += Math.max(bytes, block);
    if (written > mostWritten) throw refusal(`writing more than ${mostWritten / 1e6} MB`);
  };
  const counted =
    (name: string, call: AnyFunction): AnyFunction =>
    (...values: unknown[]) => {
      if (/^(write|append)File/.test(name)) count(sizeOf(values[1]));
      else count(name.startsWith("copy") ? sizeOfFile(values[0] as string) : block);
      return call(...(values as never[]));
    };
  const files = fs as unknown as Functions;
  const promises = fs.promises as unknown as Functions;
  for (const name of writing) {
    for (const [from, key] of [
      [files, name],
      [files, `${name}Sync`],
      [promises, name],
    ] as const) {
      from[key] = counted(name, from[key]!);
    }
  }
  syncBuiltinESMExports();
}

/** The built-in size of typed arrays, which a user's subclass cannot override. */
const { get: bytesOf } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  "byteLength",
) as { get(): number };

function sizeOf(content: unknown): number {
  if (typeof content === "string") return Buffer.byteLength(content);
  if (ArrayBuffer.isView(content) && !(content instanceof DataView))
    return Reflect.apply(bytesOf, content, []);
  throw new TypeError(`text or bytes can be written, got ${inspect(content, { depth: 0 })}`);
}

function sizeOfFile(file: string): number {
  return fs.statSync(file).size;
}

function byPath(from: object, names: readonly string[]): Functions {
  const functions = from as Functions;
  return Object.fromEntries(names.map((name) => [name, onPath(functions[name]!)]));
}

/** Restricts a function to paths, and records what Node refuses. */
function onPath(call: AnyFunction): AnyFunction {
  return (...values: unknown[]) => {
    const [file] = values;
    if (typeof file !== "string" && !(file instanceof URL) && !Buffer.isBuffer(file)) {
      throw new TypeError(`a file is named by a path or a URL, got ${inspect(file, { depth: 0 })}`);
    }
    const last = values.at(-1);
    if (typeof last === "function") {
      values[values.length - 1] = (...results: unknown[]) => {
        noteDenied(results[0]);
        Reflect.apply(last, undefined, results);
      };
    }
    try {
      const result = call(...(values as never[]));
      if (result instanceof Promise) result.catch(noteDenied);
      return result;
    } catch (error) {
      noteDenied(error);
      throw error;
    }
  };
}

function noteDenied(error: unknown): void {
  const { code, permission, resource } = (error ?? {}) as Record<string, unknown>;
  if (code !== "ERR_ACCESS_DENIED") return;
  note(`${permission === "FileSystemWrite" ? "writing" : "reading"} ${resource}`);
}
