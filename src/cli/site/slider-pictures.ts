/**
 * Pictures for the sliders and menus of a page whose kernel has not started: the notebook is run, each control is moved from
 * one end to the other as a reader would, and its cell's outputs are stored.
 *
 * Each control is moved with all others at their initial values.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { versions, writeAtomically } from "#platform";
import { figureMime } from "../../display/figure-page.js";
import { formatNumber } from "../../display/format-number.js";
import { asResult, SessionProcess } from "../../kernel/session-process.js";
import { boundCache, cacheFolder, noteUse } from "../../platform/cache-folder.js";
import { makeFolder } from "../../platform/make-folder.js";
import { InputError } from "../input-error.js";
import { type CodeCell, type Notebook, tagsOf } from "../notebook.js";
import { Progress, say } from "../progress.js";
import { digest } from "./site-files.js";

type Bundle = Record<string, unknown>;

/** A control at some of its positions. */
export interface ControlPictures {
  /** Which of its cell's outputs of type display_data it is, from 0. */
  display: number;
  label: string;
  kind: "slider" | "menu";
  /** The values as texts, from one end to the other. */
  values: string[];
  /** Where among them it stands at first. */
  at: number;
  /** What the cell shows at each of them. */
  pictures: Bundle[];
}

/** The pictures of a cell's controls. */
export interface CellPictures {
  /** Which of its outputs of type display_data follows them. */
  display: number;
  controls: ControlPictures[];
}

/** More positions of a control are thinned out. */
const most = 9;

/** How long a picture may take, in ms; it is to follow the reader's hand. */
const patience = 20_000;

const viewMime = "application/vnd.jupyter.widget-view+json";

/** What a control is set to, and how that reads. */
interface Position {
  state: Record<string, unknown>;
  text: string;
}

/** The positions of a widget, and which of them is its first; undefined for one that has none, as a button. */
export function positionsOf(
  state: Record<string, unknown>,
): { kind: ControlPictures["kind"]; positions: Position[]; at: number } | undefined {
  const { value, min, max, step, log, index, names } = state;
  if (Array.isArray(names) && typeof index === "number") {
    const positions = names.map((name, i) => ({ state: { index: i }, text: String(name) }));
    return positions.length > 1 && positions.length <= 2 * most
      ? { kind: "menu", positions, at: index }
      : undefined;
  }
  if ([value, min, max, step].some((one) => typeof one !== "number")) return undefined;
  const [from, to, first] = [min as number, max as number, value as number];
  // As widgets/slider.ts divides its range.
  const count = log ? 100 : Math.round((to - from) / (step as number));
  const valueAt = (i: number): number =>
    log
      ? Number((from * (to / from) ** (i / count)).toPrecision(3))
      : Number(Math.min(to, from + i * (step as number)).toPrecision(12));
  const places = Math.min(count + 1, most);
  const values = Array.from({ length: places }, (_, i) => valueAt(Math.round((i * count) / (places - 1))));
  // The value that it has at first is one of them.
  const distance = (one: number): number => Math.abs(log ? Math.log(one / first) : one - first);
  const nearest = values.reduce((best, one, i) => (distance(one) < distance(values[best]!) ? i : best), 0);
  values[nearest] = first;
  return {
    kind: "slider",
    positions: values.map((value) => ({ state: { value }, text: formatNumber(value) })),
    at: nearest,
  };
}

/** Runs a notebook for its pictures, by cell; those of the same notebook and version are taken from the cache. */
export async function sliderPictures(
  notebook: Notebook,
  source: string,
): Promise<ReadonlyMap<CodeCell, CellPictures>> {
  const cells = notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  if (!cells.some(({ source }) => /\b(interact|slider|dropdown)\b/.test(source))) return new Map();
  // The stored outputs reflect the other inputs: the files that it reads, and the library at the time.
  const key = digest(JSON.stringify([versions, most, cells.map(({ source, outputs }) => [source, outputs])]));
  const cache = path.join(cacheFolder(), "sliders", `${key}.json`);
  let found: (CellPictures | null)[] | undefined;
  try {
    if (existsSync(cache)) found = JSON.parse(readFileSync(cache, "utf8"));
    noteUse(cache);
  } catch {
    // It is made again.
  }
  if (!found) {
    found = await draw(cells, source);
    try {
      makeFolder(path.dirname(cache));
      writeAtomically(cache, JSON.stringify(found));
      boundCache();
    } catch {
      // Then the next site takes as long.
    }
  }
  const entries = cells.flatMap((cell, i) => (found[i] ? [[cell, found[i]] as const] : []));
  return new Map(entries);
}

async function draw(cells: readonly CodeCell[], source: string): Promise<(CellPictures | null)[]> {
  const progress = new Progress(`${source}, for its sliders`, cells.length);
  const states = new Map<string, Record<string, unknown>>();
  /** What each cell has shown, in order, by display id. */
  const shown = cells.map(() => new Map<string, Bundle>());
  let onUpdate: (cell: number) => void = () => {};
  const session = new SessionProcess(
    path.dirname(path.resolve(source)),
    (output, cell) => {
      if (output.type !== "display_data" && output.type !== "update_display_data") return;
      const id = output.transient.display_id ?? `unnamed ${cell} ${shown[cell]!.size}`;
      // A picture that is shown in one cell and replaced in another belongs to the first.
      const owner = shown.findIndex((ids) => ids.has(id));
      const place = owner >= 0 ? owner : cell;
      const before = shown[place]!.get(id);
      shown[place]!.set(id, output.data);
      if (output.type === "update_display_data" && !isAddedImage(before, output.data)) onUpdate(place);
    },
    { onWidget: (id, state) => states.set(id, state) },
  );
  const move = (cell: number, display: number, id: string, state: Record<string, unknown>) =>
    new Promise<Bundle | undefined>((resolve) => {
      const settle = (bundle: Bundle | undefined): void => {
        clearTimeout(timer);
        onUpdate = () => {};
        resolve(bundle);
      };
      const timer = setTimeout(() => settle(undefined), patience);
      onUpdate = (place) => place === cell && settle([...shown[cell]!.values()][display]);
      session.moveWidget(id, state);
    });
  const drawCell = async (cell: number): Promise<CellPictures | null> => {
    const displays = [...shown[cell]!.values()];
    const idOf = (bundle: Bundle) => (bundle[viewMime] as { model_id?: string } | undefined)?.model_id;
    const widgets = displays.flatMap((bundle, display) => {
      const id = idOf(bundle);
      return id === undefined ? [] : [{ display, id, state: states.get(id) ?? {} }];
    });
    // `interact` shows its controls and then its picture.
    const picture = displays.findIndex(
      (bundle, i) => i > (widgets.at(-1)?.display ?? displays.length) && !idOf(bundle),
    );
    if (picture < 0) return null;
    const controls: ControlPictures[] = [];
    for (const { display, id, state } of widgets) {
      const found = positionsOf(state);
      if (!found) continue;
      const { kind, positions, at } = found;
      const pictures: Bundle[] = [];
      for (const [p, position] of positions.entries()) {
        const bundle = p === at ? displays[picture] : await move(cell, picture, id, position.state);
        if (bundle === undefined) break;
        pictures.push(needed(bundle));
      }
      await move(cell, picture, id, positions[at]!.state);
      if (pictures.length < positions.length) {
        say(`${source}: nothing follows ${String(state.label)} in code cell ${cell + 1}; it has no pictures`);
        continue;
      }
      const values = positions.map(({ text }) => text);
      controls.push({ display, label: String(state.label ?? ""), kind, values, at, pictures });
    }
    return controls.length > 0 ? { display: picture, controls } : null;
  };
  try {
    for (const [i, cell] of cells.entries()) {
      progress.start(i + 1);
      if (cell.source.trim() === "") continue;
      const result = asResult(await session.execute(cell.source, i));
      progress.end();
      if (result.status === "ok") continue;
      if (!session.isAlive)
        throw new InputError(`${source}: code cell ${i + 1} ended the notebook: ${result.evalue}`);
      if (!tagsOf(cell).includes("raises-exception"))
        say(
          `${source}: code cell ${i + 1} failed, its controls have no pictures: ${result.ename}: ${result.evalue}`,
        );
    }
    const all: (CellPictures | null)[] = [];
    for (const i of cells.keys()) all.push(await drawCell(i));
    progress.close("pictures of its sliders drawn");
    return all;
  } finally {
    session.kill();
  }
}

/**
 * Whether `after` adds the static image to a figure that was sent without it, as happens once its controls rest: that is no
 * answer to a move.
 */
export const isAddedImage = (before: Bundle | undefined, after: Bundle): boolean =>
  before?.[figureMime] !== undefined && !isComplete(before) && isComplete(after);

const isComplete = (bundle: Bundle): boolean =>
  bundle[figureMime] !== undefined && bundle["image/svg+xml"] !== undefined;

/** What a page needs of a bundle: of a figure no static picture besides. */
function needed(bundle: Bundle): Bundle {
  if (bundle[figureMime] === undefined) return bundle;
  return { [figureMime]: bundle[figureMime], "text/plain": bundle["text/plain"] };
}
