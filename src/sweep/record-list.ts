/**
 * Lists of records too large for memory: each record is read lazily, and the last one is cached.
 */
import { inspect } from "#platform";
import type { PointRecord } from "./record.js";

/** Reads the record at an index. */
type Read = (at: number) => PointRecord;

/** The readers of the lists that do not hold their records. */
const readers = new WeakMap<readonly PointRecord[], Read>();

/** The most records printed. */
const mostPrinted = 10;

/** An array-like list that reads its records lazily. */
export function readingList(length: number, read: Read): readonly PointRecord[] {
  let last: { at: number; record: PointRecord } | undefined;
  const recordAt = (at: number): PointRecord => {
    if (last?.at !== at) last = { at, record: read(at) };
    return last.record;
  };
  const indexOf = (key: string | symbol): number =>
    typeof key === "string" && /^\d+$/.test(key) && Number(key) < length ? Number(key) : -1;
  const printed = (): string => {
    const first = Array.from({ length: Math.min(length, mostPrinted) }, (_, at) => recordAt(at));
    return inspect(first) + (length > mostPrinted ? ` and ${length - mostPrinted} more` : "");
  };
  const target = Object.defineProperty([] as PointRecord[], inspect.custom, { value: printed });
  const list = new Proxy(target, {
    get(target, key) {
      if (key === "length") return length;
      const at = indexOf(key);
      return at >= 0 ? recordAt(at) : Reflect.get(target, key);
    },
    has: (target, key) => indexOf(key) >= 0 || Reflect.has(target, key),
  }) as readonly PointRecord[];
  readers.set(list, read);
  return list;
}

/** The records of a list at the given indices, read in the same way. */
export function pick(list: readonly PointRecord[], places: readonly number[]): readonly PointRecord[] {
  const read = readers.get(list);
  if (!read) return places.map((at) => list[at]!);
  const compact = Uint32Array.from(places);
  return readingList(compact.length, (at) => read(compact[at]!));
}

/** The records of a list that satisfy a predicate. */
export function where(
  list: readonly PointRecord[],
  fits: (record: PointRecord) => boolean,
): readonly PointRecord[] {
  const places: number[] = [];
  let at = 0;
  for (const record of list) {
    if (fits(record)) places.push(at);
    at++;
  }
  return pick(list, places);
}
