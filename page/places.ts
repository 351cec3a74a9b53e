/**
 * Finds the elements that a page's HTML marks by `data-` attributes.
 */

/** The folder of the site, relative to the page. */
export const root = (): string => new URL(document.body.dataset.root ?? "./", document.baseURI).href;

/** The folder of the assets shared by all pages. */
export const assets = (): string => new URL(document.body.dataset.assets ?? "./", document.baseURI).href;

/** The page's name within the site, under which edits are stored; undefined if it is not a notebook. */
export const pageName = (): string | undefined => document.body.dataset.page;

/** The cells, including hidden ones. */
export const cellElements = (): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(".cell[data-cell]"),
];

/** The id of a cell. */
export const idOf = (cell: HTMLElement): string => cell.dataset.cell ?? "";

/** The element that holds a cell's code, and that of its outputs. */
export const codeOf = (cell: HTMLElement): HTMLElement => cell.querySelector<HTMLElement>(".code")!;
export const outputsOf = (cell: HTMLElement): HTMLElement | null =>
  cell.querySelector<HTMLElement>(".outputs");

/** Whether the site is opened from a local folder, where no program can be loaded. */
export const isFile = location.protocol === "file:";

/** Creates an element. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Loads a script of the site, once. */
export function loadScript(url: string): Promise<void> {
  let loading = scripts.get(url);
  if (!loading) {
    loading = new Promise<void>((resolve, reject) => {
      const script = make("script", { src: url });
      script.addEventListener("load", () => resolve());
      script.addEventListener("error", () => {
        scripts.delete(url);
        script.remove();
        reject(new Error(`${url} could not be loaded; is there a network?`));
      });
      document.head.append(script);
    });
    scripts.set(url, loading);
  }
  return loading;
}
const scripts = new Map<string, Promise<void>>();
