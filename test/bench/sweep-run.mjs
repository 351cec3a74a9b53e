// One sweep, for sweep.mjs: prints its seconds and the most memory of its process.
import { Grid } from "../../dist/sweep/grid.js";
import { runSweep } from "../../dist/sweep/sweep.js";

const [file = "", points, out = "", option, value = ""] = process.argv.slice(2);
const began = performance.now();
const grid = new Grid({ k: Array.from({ length: Number(points) }, (_, k) => k) });
const where = option === "--dask" ? { cluster: value } : { jobs: Number(value) };
await runSweep(`./${file}`, grid, { out, live: false, ...where }, { keepsResults: false });
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1000 }));
