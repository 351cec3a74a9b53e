/** Where a program and all that it started listen: a test that nothing is open to other machines. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process and all below it, by /proc. */
export function processesOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // it has ended
    }
  }
  const found = [root];
  for (const id of found) for (const [child, parent] of parents) if (parent === id) found.push(child);
  return found;
}

/** The addresses on which these processes accept connections: `127.0.0.1`, `0.0.0.0`, … (TCP, and bound UDP). */
export function listening(processes: readonly number[]): string[] {
  const found = new Set<string>();
  for (const id of processes) {
    const sockets = socketsOf(id);
    for (const table of ["tcp", "tcp6", "udp", "udp6"]) {
      const lines = contentOf(`/proc/${id}/net/${table}`).trim().split("\n").slice(1);
      for (const line of lines) {
        const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
        const isOpen = table.startsWith("udp") || state === "0A";
        if (isOpen && sockets.has(inode)) found.add(addressOf(local.split(":")[0]!));
      }
    }
  }
  return [...found].sort();
}

function socketsOf(id: number): Set<string> {
  try {
    const files = readdirSync(`/proc/${id}/fd`);
    return new Set(
      files.flatMap((file) => /^socket:\[(\d+)\]/.exec(linkOf(`/proc/${id}/fd/${file}`))?.[1] ?? []),
    );
  } catch {
    return new Set(); // it has ended
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** An address as the kernel writes it: words of four bytes, the least byte first. */
function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)!.flatMap((word) => word.match(/../g)!.reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  const last = bytes.slice(12).map((byte) => Number.parseInt(byte, 16));
  if (bytes.slice(0, 12).join("") === "00000000000000000000ffff") return last.join(".");
  return bytes.join("") === `${"0".repeat(31)}1`
    ? "::1"
    : bytes.join("") === "0".repeat(32)
      ? "::"
      : bytes.join("");
}
