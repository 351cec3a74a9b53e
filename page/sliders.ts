/**
 * Controls of a static page: until Run loads the kernel, they move between pictures drawn when the site was built. Only one is
 * moved at a time: the others return to their initial positions.
 */
import { figureText } from "../labextension/figure.ts";
import { FigureView } from "../labextension/figure-view.ts";
import { place as page } from "./place.ts";
import { loadScript, make } from "./places.ts";

/** The format of src/cli/site/pictures.ts: the traces and the layout of a figure are indices of parts. */
type Moved = { figure: { data: number[]; layout: number }; text: string } | { html: string };

const scope = globalThis as unknown as { nablabSliders?: (list: [unknown[], Moved[][][]]) => void };
let parts: unknown[] = [];
let pictures: Moved[][][] | undefined;

/** The content by cell, control and position. */
async function picturesOfPage(): Promise<Moved[][][]> {
  if (pictures) return pictures;
  scope.nablabSliders = (list) => {
    [parts, pictures] = list;
  };
  await loadScript(new URL(document.body.dataset.sliders!, document.baseURI).href);
  return pictures ?? [];
}

/** Inserts controls into the page. */
export function prepareSliders(): void {
  for (const place of document.querySelectorAll<HTMLElement>(".control[data-control]")) addControl(place);
}

function addControl(place: HTMLElement): void {
  const [cell, control] = place.dataset.control!.split(" ").map(Number) as [number, number];
  const values = JSON.parse(place.dataset.values!) as string[];
  const first = Number(place.dataset.at);
  const input =
    place.dataset.kind === "menu"
      ? make(
          "select",
          {},
          ...values.map((text, i) => make("option", { value: String(i), textContent: text })),
        )
      : make("input", { type: "range", min: "0", max: String(values.length - 1), step: "1" });
  const output = make("output", { hidden: place.dataset.kind === "menu" });
  const show = (at: number): void => {
    input.value = String(at);
    output.textContent = values[at]!;
    if (place.dataset.kind !== "menu") input.setAttribute("aria-valuetext", values[at]!);
  };
  show(first);
  const row = make(
    "label",
    { className: "nablab-widget" },
    make("span", { textContent: place.dataset.label! }),
    input,
    output,
  );
  row.title = `${values.length} pictures, drawn beforehand; Run makes it live`;
  place.replaceChildren(row);
  place.addEventListener("nablab-reset", () => show(first));
  let wanted = first;
  input.addEventListener("input", async () => {
    wanted = Number(input.value);
    const at = wanted;
    show(at);
    const outputs = place.parentElement!;
    for (const other of outputs.querySelectorAll(".control"))
      if (other !== place) other.dispatchEvent(new Event("nablab-reset"));
    try {
      const moved = (await picturesOfPage())[cell]?.[control]?.[at];
      const picture = outputs.querySelector<HTMLElement>(`[data-follows="${cell}"]`);
      if (moved && picture && wanted === at) put(moved, picture);
    } catch {
      // Offline the picture stays; the next move tries again.
    }
  });
}

/** The figures that have replaced pictures. */
const views = new WeakMap<HTMLElement, FigureView>();

function put(moved: Moved, picture: HTMLElement): void {
  if ("html" in moved) {
    picture.innerHTML = moved.html;
    return;
  }
  let view = views.get(picture);
  if (!view) {
    const drawn = new FigureView(page);
    views.set(picture, drawn);
    view = drawn;
    // The picture stays until it is replaced.
    const seen = new MutationObserver(() => {
      if (!drawn.node.querySelector(".main-svg")) return;
      seen.disconnect();
      picture.replaceChildren(drawn.node);
    });
    seen.observe(drawn.node, { childList: true, subtree: true });
    drawn.node.classList.add("drawn");
    picture.firstElementChild?.append(drawn.node);
  }
  const { data, layout, ...rest } = moved.figure;
  const figure = { ...rest, data: data.map((part) => parts[part]), layout: parts[layout] };
  view.show(figure, figureText(figure, moved.text));
}
