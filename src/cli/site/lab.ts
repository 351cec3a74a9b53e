/**
 * A whole JupyterLab in a site, under `lab/`: JupyterLite with nablab's kernel, renderer and widgets, and the notebooks of
 * the site. The Python package jupyterlite-core builds it, without a network.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ownDrawingLibrary, sharedDrawingLibrary } from "../../display/drawing-library.js";
import { figureMime } from "../../display/figure-page.js";
import type { CellOutput } from "../../html/outputs.js";
import { ownPrefix, pathPrefix, pythonOf } from "../../kernel/jupyter-folders.js";
import { packageRoot, pythonPackages } from "../../kernel/own-packages.js";
import { makeFolder } from "../../platform/make-folder.js";
import { type Notebook, notebookText } from "../notebook.js";
import { say } from "../progress.js";

/** A Python that has jupyterlite-core, and the folder of its environment. */
function findPython(): { python: string; prefix: string } | undefined {
  const has = "import importlib.util, sys; sys.exit(importlib.util.find_spec('jupyterlite_core') is None)";
  for (const prefix of [ownPrefix(), pathPrefix()]) {
    if (prefix === undefined) continue;
    const python = pythonOf(prefix);
    if (existsSync(python) && spawnSync(python, ["-c", has]).status === 0) return { python, prefix };
  }
  return undefined;
}

/** Extensions of JupyterLab that notebooks of nablab need, as far as they are installed. */
const extensions = ["@jupyter-widgets/jupyterlab-manager", "anywidget"];

/**
 * Makes JupyterLab in a folder of its own.
 *
 * @param notebooks by their names in the site, such as `deep/2.ipynb`
 * @param assets the folder of the kernel's programs, from that of the site
 * @returns its files; undefined, and says so, where there is no jupyterlite-core
 */
export function makeLab(
  notebooks: readonly { name: string; notebook: Notebook }[],
  assets: string,
  title: string,
): [name: string, content: Buffer][] | undefined {
  const found = findPython();
  if (!found) {
    say(
      `JupyterLab is left out: no Python with jupyterlite-core was found (${pythonPackages("jupyterlite-core==0.8.6")})`,
    );
    return undefined;
  }
  say("putting JupyterLab together");
  const work = mkdtempSync(path.join(tmpdir(), "nablab-lab-"));
  try {
    const contents = path.join(work, "contents");
    for (const { name, notebook } of notebooks) {
      const file = path.join(contents, ...name.split("/"));
      makeFolder(path.dirname(file));
      writeFileSync(file, notebookText(withoutPictures(notebook)));
    }
    const federated = [
      path.join(packageRoot, "dist", "labextension"),
      writeExtension(path.join(work, "kernel"), assets),
    ];
    for (const name of extensions) {
      const folder = path.join(found.prefix, "share", "jupyter", "labextensions", ...name.split("/"));
      if (existsSync(folder)) federated.push(folder);
    }
    const config = {
      "jupyter-lite-schema-version": 0,
      "jupyter-config-data": {
        appName: title,
        defaultKernelName: "nablab",
        // The site's own service worker isolates the page, and keeps it; theirs is for kernels that read files.
        disabledExtensions: ["@jupyterlite/application-extension:service-worker-manager"],
      },
    };
    writeFileSync(path.join(work, "jupyter-lite.json"), JSON.stringify(config));
    const out = path.join(work, "out");
    const args = [
      ...["-m", "jupyterlite_core", "build", "--no-sourcemaps", "--no-libarchive", "--apps", "lab"],
      ...["--lite-dir", work, "--output-dir", out, "--contents", contents],
      "--ignore-sys-prefix",
      ...federated.map((folder) => `--LiteBuildConfig.federated_extensions=${folder}`),
    ];
    const { status, stderr, stdout } = spawnSync(found.python, args, {
      cwd: work,
      encoding: "utf8",
      env: { ...process.env, PATH: [path.dirname(found.python), process.env.PATH].join(path.delimiter) },
    });
    if (status !== 0)
      throw new Error(`jupyter lite build ended with ${status}:\n${`${stdout}\n${stderr}`.slice(-2000)}`);
    return filesIn(out).map(([name, content]) =>
      // From lab/extensions/@nablab/NAME/static/.
      ownDrawingLibrary.test(name)
        ? [name, Buffer.from(sharedDrawingLibrary(`../../../../../${assets}`))]
        : [name, content],
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A notebook without the static pictures of its figures, which JupyterLab draws itself: half of its size. */
export function withoutPictures(notebook: Notebook): Notebook {
  const bare = (output: CellOutput): CellOutput => {
    if (!("data" in output) || output.data[figureMime] === undefined) return output;
    const { "image/svg+xml": _, ...data } = output.data;
    return { ...output, data };
  };
  return {
    ...notebook,
    cells: notebook.cells.map((cell) =>
      cell.cell_type === "code" ? { ...cell, outputs: cell.outputs.map(bare) } : cell,
    ),
  };
}

/** Writes the extension that registers the kernel (page/lite.ts); its folder. */
function writeExtension(folder: string, assets: string): string {
  const program = readFileSync(path.join(packageRoot, "dist", "page", "lite.js"), "utf8");
  const { version, license } = JSON.parse(readFileSync(path.join(packageRoot, "package.json"), "utf8"));
  makeFolder(path.join(folder, "static"));
  // From lab/extensions/@nablab/kernel/static/.
  const from = JSON.stringify(`../../../../../${assets}/`);
  const load = `static/remoteEntry.${assets.split("/").at(-1)}.js`;
  writeFileSync(path.join(folder, load), `globalThis.nablabAssets = ${from};\n${program}`);
  const about = {
    name: "@nablab/kernel",
    version,
    license,
    description: "The kernel TypeScript (nablab) in JupyterLite",
    jupyterlab: { extension: true, outputDir: ".", _build: { load, extension: "./extension" } },
    jupyterlite: { liteExtension: true },
  };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(about));
  return folder;
}

function filesIn(folder: string): [name: string, content: Buffer][] {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      // Font Awesome in the forms that browsers without WebAssembly want: 2.5 MB.
      .filter(({ name }) => !/^fa-\w+-\d+\.(eot|svg|ttf|woff)$/.test(name))
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(folder, file).split(path.sep).join("/"), readFileSync(file)];
      })
  );
}
