// What a sweep costs beyond its points, on this machine: `npm run bench -- --sweep [--points 10000] [--dask-points 2000]`
//
// Empty points and points of 1 ms of work, with one job and with one for each core; empty points by Dask (if installed:
// npm run setup -- --cluster) on a LocalCluster, and on a scheduler and two workers that were started apart. Each figure is of
// a sweep in a process of its own, less one of a single point, which is the start. Processor seconds are those of all processes of
// a sweep but workers that were started apart. Writes test/output/bench/sweep.json.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const root = join(import.meta.dirname, "..", "..");
const dask = join(root, ".venv", "bin", "dask");

/** Measures; `daskPoints` points on clusters. */
export async function benchSweep({ points = 10_000, daskPoints = 2000 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "nablab-bench-sweep-"));
  writeFileSync(join(folder, "empty.ts"), "export const run = ({ k }: { k: number }) => ({ k });");
  writeFileSync(
    join(folder, "work.ts"),
    "export const run = ({ k }: { k: number }) => { const end = performance.now() + 1; while (performance.now() < end); return { k }; };",
  );
  const cores = availableParallelism();
  let count = 0;
  /** Runs a sweep; seconds, those of the processor, and the most memory of the sweep's own process in MB. */
  const sweep = (
    /** @type {string} */ file,
    /** @type {number} */ points,
    /** @type {string[]} */ ...more
  ) => {
    const script = join(import.meta.dirname, "sweep-run.mjs");
    const out = join(folder, `out-${count++}`);
    const command = [process.execPath, script, file, String(points), out, ...more]
      .map((one) => `'${one}'`)
      .join(" ");
    const printed = execFileSync("bash", ["-c", `TIMEFORMAT='%U %S'; { time ${command}; } 2>&1`], {
      cwd: folder,
      encoding: "utf8",
    });
    const [json = "", times = ""] = printed.trim().split("\n").slice(-2);
    const processor = times.split(" ").reduce((sum, one) => sum + Number(one), 0);
    return { ...JSON.parse(json), processor };
  };
  const rows = [];
  const measure = (
    /** @type {string} */ what,
    /** @type {string} */ file,
    /** @type {number} */ points,
    /** @type {string[]} */ ...more
  ) => {
    const [start, all] = [sweep(file, 1, ...more), sweep(file, points, ...more)];
    const row = {
      what,
      points,
      seconds: all.seconds,
      "ms a point": (1000 * (all.seconds - start.seconds)) / points,
      "processor ms a point": (1000 * (all.processor - start.processor)) / points,
      "MB of the sweep": all.megabytes,
    };
    rows.push(row);
    console.error(
      Object.values(row)
        .map((one) => (typeof one === "number" ? one.toPrecision(3) : one))
        .join("  "),
    );
    return row;
  };
  console.error(`load ${loadavg()[0].toFixed(1)} on ${cores} cores`);
  try {
    measure("empty, one job", "empty.ts", points, "--jobs", "1");
    measure(`empty, ${cores} jobs`, "empty.ts", points, "--jobs", String(cores));
    measure(`empty, ${cores} jobs`, "empty.ts", 10 * points, "--jobs", String(cores));
    const one = measure("1 ms, one job", "work.ts", points, "--jobs", "1");
    const all = measure(`1 ms, ${cores} jobs`, "work.ts", points, "--jobs", String(cores));
    console.log(
      `${cores} jobs are ${(one["ms a point"] / all["ms a point"]).toFixed(2)} times as fast as one`,
    );
    if (existsSync(dask)) {
      measure(`empty, LocalCluster of ${cores}`, "empty.ts", daskPoints, "--dask", "local");
      const file = join(folder, "scheduler.json");
      const programs = [
        spawn(
          dask,
          ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file],
          { stdio: "ignore" },
        ),
      ];
      while (!existsSync(file)) await wait(100);
      for (let i = 0; i < 2; i++) {
        const options = [
          "--nthreads",
          "1",
          "--no-dashboard",
          "--scheduler-file",
          file,
          "--local-directory",
          folder,
        ];
        programs.push(spawn(dask, ["worker", ...options], { stdio: "ignore" }));
      }
      try {
        measure("empty, scheduler and two workers", "empty.ts", daskPoints, "--dask", file);
      } finally {
        for (const one of programs) one.kill();
      }
    } else console.log("without Dask: npm run setup -- --cluster installs it");
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  console.table(rows);
  const output = join(root, "test", "output", "bench");
  mkdirSync(output, { recursive: true });
  writeFileSync(
    join(output, "sweep.json"),
    `${JSON.stringify({ cores, load: loadavg()[0], rows }, null, 2)}\n`,
  );
}
