/**
 * The script of a site's page: zoomable figures, search, and the buttons that make it live. live.ts and the kernel are
 * loaded by the first press.
 */
import { editInLink, isEditLink, keptEdits } from "./edits.ts";
import { prepareFigures } from "./figures.ts";
import { isolate, startServiceWorker, wishOfReload } from "./isolation.ts";
import type { LiveModule, Start } from "./live.ts";
import { assets, cellElements, codeOf, idOf, isFile, loadScript, make } from "./places.ts";
import { addSearch } from "./search.ts";
import { prepareSliders } from "./sliders.ts";

const bar = document.querySelector<HTMLElement>("[data-bar]");
const cells = cellElements();

prepareFigures();
prepareSliders();
reachScrollers();
addEventListener("resize", reachScrollers);
if (bar) {
  if (cells.length > 0) addRun(bar);
  addSearch(bar);
}
findPlace();
addEventListener("hashchange", findPlace);
startServiceWorker();
if (new URLSearchParams(location.search).has("slides")) present();

/** Ids of headings begin with `-`: a link that names a heading without it, as JupyterLab does, leads to it as well. */
function findPlace(): void {
  let name = location.hash.slice(1);
  try {
    name = decodeURIComponent(name);
  } catch {
    // a stray `%`
  }
  if (name === "" || document.getElementById(name)) return;
  if (document.getElementById(`-${name}`)) location.replace(`#-${encodeURIComponent(name)}`);
}

/** Shows the page as slides. */
function present(): void {
  if (!document.querySelector("[data-slide]")) return;
  const page = document.documentElement.classList;
  page.add("presenting");
  const stay = (): void => page.remove("presenting"); // offline it can still be read
  const style = make("link", { rel: "stylesheet", href: `${assets()}slides.css` });
  // slides.js measures what it arranges.
  style.addEventListener("load", () => loadScript(`${assets()}slides.js`).catch(stay));
  style.addEventListener("error", stay);
  document.head.append(style);
}

/** Restores stored edits and that of the link, and adds the buttons that run the page. */
function addRun(bar: HTMLElement): void {
  const wished = wishOfReload();
  const originals = new Map(cells.map((cell) => [idOf(cell), codeOf(cell).textContent ?? ""]));
  const status = make("span", { className: "status" });
  status.setAttribute("role", "status");
  const button = make("button", { type: "button", className: "main", textContent: "Run" });
  button.title = "Load the kernel into this page, and run its cells";
  bar.append(button, status);
  const note = (text: string): void => {
    for (const old of bar.querySelectorAll(".note")) if (old.textContent === text) old.remove();
    const line = make("p", { className: "note", textContent: text });
    line.setAttribute("role", "alert");
    bar.append(line);
  };
  let isStarting = false;
  /** The cells whose buttons are pressed before the page is live, which then takes their presses. */
  const pressed: string[] = [];
  const sayOf = (id: string, text: string): void => {
    const state = cells.find((cell) => idOf(cell) === id)?.querySelector(".tools .state");
    if (state) state.textContent = text;
  };
  const start = async (cell: string): Promise<void> => {
    const missing = whatIsMissing();
    if (missing) return note(missing);
    pressed.push(cell);
    sayOf(cell, "waiting");
    if (isStarting) return;
    isStarting = true;
    button.disabled = true;
    status.textContent = "Loading the kernel…";
    try {
      const isIsolated = await isolate(pressed, wished.length > 0);
      const live = (await import(/* @vite-ignore */ `${assets()}live.js`)) as LiveModule;
      const options: Start = { bar, button, status, note, originals, isIsolated, pressed };
      live.start(options);
    } catch (error) {
      note(
        `the kernel could not be loaded: ${(error as Error).message}; is there a network? Then press Run again`,
      );
      status.textContent = "";
      for (const id of pressed.splice(0)) sayOf(id, "");
      isStarting = false;
      button.disabled = false;
    }
  };
  button.addEventListener("click", () => void start(""));
  const check = cells.some(({ dataset }) => dataset.grading !== undefined)
    ? addCheck(button, originals, note)
    : undefined;
  addEventListener("hashchange", () => {
    // A link with an edit, opened on its own page: the browser loads nothing. A reload would end the kernel, or a check.
    if (!isEditLink()) return;
    if (isStarting) note("To open the edit in this link, reload the page, which ends its kernel.");
    else if (check?.disabled) note("To open the edit in this link, close the check and reload the page.");
    else location.reload();
  });
  for (const cell of cells) {
    if (cell.hidden) continue;
    const run = make("button", {
      type: "button",
      textContent: "▶ Run",
      title: "Run this cell, and first those above it that have not run",
    });
    run.setAttribute("aria-label", `Run cell ${cells.indexOf(cell) + 1}`);
    run.addEventListener("click", () => void start(idOf(cell)));
    const tools = make("div", { className: "tools" }, run, make("span", { className: "state" }));
    codeOf(cell).after(tools);
  }
  void applyEdits(originals, note).then(() => {
    for (const cell of wished) void start(cell);
  });
}

/** Adds the button that runs an assignment as the grader will; it is disabled until the reader closes the results. */
function addCheck(
  before: HTMLElement,
  originals: ReadonlyMap<string, string>,
  note: (text: string) => void,
): HTMLButtonElement {
  const button = make("button", { type: "button", textContent: "Check" });
  button.title = "Run the assignment from its first to its last cell, and show the points of its tests";
  before.after(button);
  button.addEventListener("click", async () => {
    const missing = whatIsMissing();
    if (missing) return note(missing);
    button.disabled = true;
    try {
      const live = (await import(/* @vite-ignore */ `${assets()}live.js`)) as LiveModule;
      await live.checkPage(originals);
    } catch (error) {
      note(`the check could not be loaded: ${(error as Error).message}; is there a network?`);
    }
    button.disabled = false;
    button.focus();
  });
  return button;
}

/** Makes only elements wider than the page focusable, so that they can be scrolled by keyboard. */
function reachScrollers(): void {
  for (const element of document.querySelectorAll<HTMLElement>(
    "main pre, main table, main .maths, main .figure",
  )) {
    if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
    else if (element.tabIndex === 0) element.removeAttribute("tabindex");
  }
}

/** Why this browser cannot run the page, or the page at this address cannot be run, with the fix. */
function whatIsMissing(): string | undefined {
  if (isFile)
    return "A page that is opened from its folder can be read, not run. To run it, serve the folder: npx nablab serve FOLDER";
  // (module (func (result v128) i32.const 0 i8x16.splat))
  const simd = Uint8Array.of(
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    5,
    1,
    96,
    0,
    1,
    123,
    3,
    2,
    1,
    0,
    10,
    8,
    1,
    6,
    0,
    65,
    0,
    253,
    15,
    11,
  );
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(simd))
    return "This browser has no WebAssembly SIMD, which the kernel computes with. Use Firefox 89, Chrome 91, Safari 16.4 or newer.";
  return undefined;
}

async function applyEdits(
  originals: ReadonlyMap<string, string>,
  note: (text: string) => void,
): Promise<void> {
  const edits = keptEdits();
  const linked = await editInLink();
  if (linked && originals.has(linked.cell)) {
    edits.set(linked.cell, linked.code);
    note(
      "This link brings changed code for one cell. Read it before you run it; Reset brings back the original.",
    );
  } else if (isEditLink())
    note("The edit in this link cannot be read, or is for another version of the page.");
  for (const cell of cells) {
    const code = edits.get(idOf(cell));
    if (code === undefined || code === originals.get(idOf(cell))) continue;
    cell.classList.add("stale");
    const folded = cell.querySelector("details.folded");
    if (folded) (folded as HTMLDetailsElement).open = true;
    codeOf(cell).querySelector("code")!.textContent = code;
    if (linked?.cell === idOf(cell)) cell.scrollIntoView({ block: "center" });
  }
}
