/**
 * The reader's edits of cells: stored in this browser, by page and cell, and shared by a link.
 */
import { pageName, root } from "./places.ts";

const key = (): string => `nablab ${new URL(root()).pathname}${pageName() ?? ""}`;

/** The longest code in a link: a malicious one could decompress to gigabytes. */
const longest = 100_000;

/** The edited cells of this page: id → code. None if the browser has no storage. */
export function keptEdits(): Map<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key()) ?? "{}");
    if (typeof kept !== "object" || kept === null) return new Map();
    return new Map(
      Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return new Map();
  }
}

/**
 * Stores the code of a cell, or removes it.
 *
 * @throws Error with the reason and the fix if it cannot be stored
 */
export function keepEdit(cell: string, code: string | undefined): void {
  const edits = keptEdits();
  if (code === undefined) edits.delete(cell);
  else edits.set(cell, code);
  try {
    if (edits.size === 0) localStorage.removeItem(key());
    else localStorage.setItem(key(), JSON.stringify(Object.fromEntries(edits)));
  } catch (error) {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    throw new Error(
      isFull
        ? "your edit is not kept: this browser's storage for the site is full; “Copy link” keeps it, too"
        : "your edit is not kept: this browser stores nothing for the site; “Copy link” keeps it, too",
    );
  }
}

/**
 * A link to a cell of this page with edited code.
 *
 * @throws Error if the code is longer than a link may carry
 */
export async function linkWith(cell: string, code: string): Promise<string> {
  const bytes = new TextEncoder().encode(code);
  if (bytes.length > longest) throw new Error(`too long for a link: more than ${longest / 1000} kB`);
  const packed = await through(new CompressionStream("deflate-raw"), bytes);
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
  const link = new URL(location.href);
  link.search = ""; // a page shows its cell; slides would begin at the first
  link.hash = `edit=${encodeURIComponent(cell)}~${text}`;
  return link.href;
}

/** Whether the URL of this page carries an edit, or one that is damaged. */
export const isEditLink = (): boolean => location.hash.startsWith("#edit=");

/** The edit in the URL of this page; undefined if there is none, or it is damaged. */
export async function editInLink(hash = location.hash): Promise<{ cell: string; code: string } | undefined> {
  const [, cell, text] = /^#edit=([^~]+)~([\w-]+)$/.exec(hash) ?? [];
  if (cell === undefined || text === undefined) return undefined;
  try {
    const packed = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const bytes = await through(new DecompressionStream("deflate-raw"), packed);
    return { cell: decodeURIComponent(cell), code: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return undefined;
  }
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  written.catch(() => {}); // reported to the reader
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream.readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > longest) {
      await reader.cancel();
      throw new Error(`more than ${longest} bytes`);
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}
