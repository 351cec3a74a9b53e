// How soon the controls of the lectures answer: `npm run bench -- --controls [--notebooks 03,05] [--rounds 3]`
//
// Each lecture runs up to its last control, in a kernel session as JupyterLab's. Then every slider and menu is moved through
// up to nine positions, `rounds` times, all others at their first values. Of each: the median and the slowest time
// from the move to the new picture (of a position its fastest round, so that what else the machine does counts less), and the
// processor time of a move, which a busy machine hardly changes. The limit is 200 ms a move. Writes test/output/bench/controls.json.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { isAddedImage, positionsOf } from "../../dist/cli/site/slider-pictures.js";
import { asResult, SessionProcess } from "../../dist/kernel/session-process.js";

const folder = join(import.meta.dirname, "..", "..", "notebooks", "lectures");
const view = "application/vnd.jupyter.widget-view+json";
const limit = 200; // ms
const patience = 20_000; // ms

/** Measures; `notebooks` by their first characters, all by default. Returns how many controls are slower than the limit. */
export async function benchControls({
  notebooks = "",
  rounds = 3,
  out = join("test", "output", "bench"),
} = {}) {
  const wanted = notebooks.split(",");
  const files = readdirSync(folder)
    .filter((name) => /^\d.*\.ipynb$/.test(name) && wanted.some((start) => name.startsWith(start)))
    .sort();
  const found = [];
  for (const file of files) found.push(...(await controlsOf(file, rounds)));
  const slow = found.filter(({ slowest }) => !(slowest <= limit));
  const load = loadavg()[0].toFixed(1);
  console.log(
    `${found.length} controls, ${slow.length} of them slower than ${limit} ms at some position; load ${load}`,
  );
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "controls.json"), `${JSON.stringify({ load, found }, undefined, 1)}\n`);
  return slow.length;
}

async function controlsOf(/** @type {string} */ file, /** @type {number} */ rounds) {
  const { cells } = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const sources = cells
    .filter((cell) => cell.cell_type === "code")
    .map(({ source }) => [source].flat().join(""));
  const last = sources.findLastIndex((source) => /\binteract\(/.test(source));
  const states = new Map();
  /** What each cell has shown, by display id. */
  const shown = sources.map(() => new Map());
  let onUpdate = (/** @type {number} */ _cell) => {};
  const session = new SessionProcess(
    folder,
    (output, cell) => {
      if (output.type !== "display_data" && output.type !== "update_display_data") return;
      const id = output.transient.display_id ?? `unnamed ${cell} ${shown[cell].size}`;
      const owner = shown.findIndex((ids) => ids.has(id));
      const place = owner >= 0 ? owner : cell;
      const before = shown[place].get(id);
      shown[place].set(id, output.data);
      if (output.type === "update_display_data" && !isAddedImage(before, output.data)) onUpdate(place);
    },
    { onWidget: (id, state) => states.set(id, state) },
  );
  /** ms from the move to the new picture; NaN where none comes. */
  const move = (/** @type {number} */ cell, /** @type {string} */ id, /** @type {object} */ state) =>
    new Promise((resolve) => {
      const from = performance.now();
      const settle = (/** @type {number} */ time) => {
        clearTimeout(timer);
        onUpdate = () => {};
        resolve(time);
      };
      const timer = setTimeout(() => settle(Number.NaN), patience);
      onUpdate = (place) => place === cell && settle(performance.now() - from);
      session.moveWidget(id, state);
    });
  const found = [];
  try {
    for (let i = 0; i <= last; i++) {
      const { status, ename, evalue } = asResult(await session.execute(sources[i], i));
      if (status !== "ok") throw new Error(`${file}, code cell ${i + 1}: ${ename}: ${evalue}`);
    }
    for (let cell = 0; cell <= last; cell++) {
      for (const data of [...shown[cell].values()]) {
        const id = data[view]?.model_id;
        const places = id && positionsOf(states.get(id) ?? {});
        if (!places) continue;
        const { positions, at } = places;
        const times = positions.map(() => []);
        const before = processorTime();
        for (let round = 0; round < rounds; round++) {
          for (const [p, { state }] of positions.entries()) times[p].push(await move(cell, id, state));
        }
        const cpu = (processorTime() - before) / (rounds * positions.length);
        await move(cell, id, positions[at].state);
        const best = times.map((list) => Math.min(...list));
        const slowest = Math.max(...best);
        const median = best.toSorted((a, b) => a - b)[best.length >> 1];
        const one = { file, cell: cell + 1, label: states.get(id).label, median, slowest, cpu };
        found.push({ ...one, where: positions[best.indexOf(slowest)]?.text });
        console.log(
          `${file.slice(0, 2)} code cell ${cell + 1}, ${one.label}: median ${median.toFixed(0)} ms, slowest ${slowest.toFixed(0)} at ${found.at(-1).where}, processor ${cpu.toFixed(0)} a move${slowest <= limit ? "" : "  <<<"}`,
        );
      }
    }
  } finally {
    session.kill();
  }
  return found;
}

/** Processor time of this process's descendants so far, in ms. */
function processorTime() {
  const parents = new Map();
  const times = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1].split(" ");
      parents.set(Number(name), Number(fields[1]));
      times.set(Number(name), 10 * (Number(fields[11]) + Number(fields[12])));
    } catch {
      // It has just ended.
    }
  }
  const isMine = (/** @type {number} */ pid) => {
    for (let at = parents.get(pid); at; at = parents.get(at)) if (at === process.pid) return true;
    return false;
  };
  return [...times].reduce((sum, [pid, time]) => sum + (isMine(pid) ? time : 0), 0);
}
