/**
 * JupyterLab in a real browser, with the real kernel: what a student sees.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lineChart } from "nablab";
import { type Browser, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "./chromium.js";
import { type Lab, startLab } from "./lab.js";
import { NotebookPage, notebookOf } from "./notebook-page.js";

const root = path.resolve(import.meta.dirname, "../..");
const lectures = path.join(root, "notebooks", "lectures");
const pictures = path.join(root, "test", "output");
const plotly = "application/vnd.plotly.v1+json";

const executablePath = findChromium();
const withoutBrowser = !executablePath && !process.env.CI;
if (withoutBrowser) {
  console.warn(
    "Browser test skipped: no Chromium or Chrome found; install one, or set NABLAB_CHROMIUM to its path.",
  );
}

describe.skipIf(withoutBrowser)("JupyterLab in a browser", () => {
  let lab: Lab | undefined;
  let browser: Browser | undefined;
  let shared: NotebookPage | undefined;
  const kernels = new Set<number>();

  beforeAll(async () => {
    if (!executablePath) throw new Error("no Chromium or Chrome found: install one, or set NABLAB_CHROMIUM");
    mkdirSync(pictures, { recursive: true });
    [lab, browser] = await Promise.all([
      startLab(),
      chromium.launch({
        executablePath,
        args: [
          ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
          ...["--disable-background-networking", "--disable-component-update"],
        ],
      }),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
    expect([...kernels].filter(isRunning), "kernels left behind").toEqual([]);
  });

  function write(name: string, notebook: object): void {
    writeFileSync(path.join(lab!.folder, name), `${JSON.stringify(notebook, null, 1)}\n`);
  }

  /** Opens a notebook in the window of the test before; in a new one if there is none, or the test failed. */
  async function open(name: string): Promise<NotebookPage> {
    if (shared) await shared.turnTo(name);
    else shared = await NotebookPage.open(browser!, lab!, name);
    return shared;
  }

  afterEach(({ task }) => {
    if (task.result?.state === "fail") shared = undefined;
  });

  test("a live chart grows in place, in the page's theme, and leaves nothing behind in the file", async () => {
    write("live.ipynb", notebookOf(pidCell, brokenCell, unknownCell, liveCell));
    const opened = await NotebookPage.open(browser!, lab!, "live.ipynb");
    const { page } = opened;
    await opened.run(0);

    // What is no figure, or cannot be drawn, says so.
    const begun = performance.now();
    await opened.run(1);
    await opened.run(2);
    await opened.until("the unknown type is refused", async () =>
      ((await opened.outputs(2).textContent()) ?? "").includes("has no trace type surface"),
    );
    console.log(
      `first figure ${Math.round(performance.now() - begun)} ms after its cell, Plotly's loading included`,
    );
    expect(await opened.outputs(1).getByRole("alert").textContent()).toContain(
      "this Plotly figure cannot be drawn: data must be a list of traces, got 7",
    );

    // Seen to grow in one node, no version before an older one. How many of the 51 are seen, the machine decides.
    await opened.watch();
    await opened.run(3);
    const chart = opened.outputs(3).locator(".js-plotly-plot");
    const live = () => opened.sightings().then((charts) => charts[1] ?? []);
    await opened.until("the last version is drawn", async () => (await live()).at(-1)?.points === 50);
    const counts = (await live()).map(({ points }) => points);
    console.log(`versions seen at 10 a second: ${counts.length} of 51`);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.length).toBeGreaterThan(10);
    expect((await opened.sightings()).length, "charts, the one of the unknown type included").toBe(2);
    expect(await chart.locator("svg.main-svg .scatterlayer .trace path.js-line").count()).toBe(1);
    expect(await chart.getAttribute("role")).toBe("figure");
    expect(await chart.getAttribute("aria-label")).toContain("loss: 50 points");

    // A zoom survives a switch of the theme, which changes the text's colour.
    const title = chart.locator(".gtitle");
    const colour = () => title.evaluate((text) => getComputedStyle(text).fill);
    const range = () => opened.range(chart);
    await chart.scrollIntoViewIfNeeded();
    await page.screenshot({ path: path.join(pictures, "lab-light.png") });
    expect(brightness(await colour())).toBeLessThan(90);
    const wide = await range();
    await zoomIn(opened);
    await opened.until("the chart is zoomed", async () => (await range()).join() !== wide.join());
    const zoomed = await range();
    await opened.useTheme("JupyterLab Dark");
    await opened.until("the text is bright", async () => brightness(await colour()) > 165);
    expect(await range()).toEqual(zoomed);
    await page.screenshot({ path: path.join(pictures, "lab-dark.png") });

    // The chart is as wide as its cell.
    const width = () =>
      chart
        .locator("svg.main-svg")
        .first()
        .evaluate((svg) => svg.clientWidth);
    const before = await width();
    await page.setViewportSize({ width: 1000, height: 900 });
    await opened.until("the chart is narrower", async () => (await width()) < before - 100);
    await opened.useTheme("JupyterLab Light");

    // The file holds what the kernel sent and nothing of the page's.
    const saved = await opened.save();
    const bundle = saved.cells[3]!.outputs![0]!.data!;
    expect(Object.keys(bundle).sort()).toEqual([plotly, "image/svg+xml", "text/plain"].sort());
    const y = Array.from({ length: 50 }, (_, k) => 1 / (k + 1));
    expect(bundle[plotly]).toEqual(
      lineChart({
        title: "Loss",
        x: { title: "step" },
        y: { title: "loss" },
        series: [{ name: "loss", y }],
      }).toJSON(),
    );
    kernels.add(Number(saved.cells[0]!.outputs![0]!.text));

    // A copy that nobody here has run is not trusted, and drawn all the same.
    write("read.ipynb", { ...saved, metadata: { ...saved.metadata, title: "not signed" } });
    await opened.turnTo("read.ipynb");
    const drawn = opened.outputs(3).locator(".js-plotly-plot svg.main-svg .scatterlayer path.js-line");
    await drawn.waitFor();
    expect(await opened.outputs(3).locator("img").count()).toBe(0);
    expect(opened.errors).toEqual([]);
    await opened.close();
  });

  test("Plotly comes with the first figure, and a zoom drawn while a chart grows fast stays", async () => {
    write(
      "fast.ipynb",
      notebookOf("const rate = 30;", liveCell.replace("100)", "1000 / rate)").replace("k <= 50", "k <= 300")),
    );
    const opened = await NotebookPage.open(browser!, lab!, "fast.ipynb");
    shared = opened;
    await opened.kernelReady();
    await opened.watch();
    const scripts = () =>
      opened.page.evaluate(() =>
        performance
          .getEntriesByType("resource")
          .filter(({ name }) => name.includes("@nablab/plotly"))
          .map(({ name }) => name.split("/").at(-1)!.split(".")[0]),
      );
    expect(await scripts()).toContain("renderer");
    expect(await scripts()).not.toContain("plotly-cartesian");

    const running = opened.runAll();
    const points = () => opened.sightings().then(([seen]) => seen?.at(-1)?.points ?? 0);
    await opened.until("the chart has begun to grow", async () => (await points()) >= 5, 60_000);
    expect(await scripts()).toContain("plotly-cartesian");
    const chart = opened.outputs(1).locator(".js-plotly-plot");
    await zoomIn(opened);
    const zoomed = await opened.range(chart);
    expect(await points(), "still growing, or nothing was tried here").toBeLessThan(300);
    await running;
    await opened.until("the last version is drawn", async () => (await points()) === 300);
    expect(await opened.range(chart)).toEqual(zoomed);
    expect(zoomed[1]! - zoomed[0]!).toBeLessThan(150);
    const [seen, ...others] = await opened.sightings();
    expect(others).toEqual([]);
    console.log(`versions seen at 30 a second, with a zoom box drawn meanwhile: ${seen!.length} of 301`);
    expect(seen!.length).toBeGreaterThan(30);
    expect(opened.errors).toEqual([]);
  });

  test("a training that is stopped ends its cell; the picture of its chart follows", async () => {
    write("stopped.ipynb", notebookOf(trainingCell));
    const opened = await open("stopped.ipynb");
    await opened.kernelReady();
    const running = opened.runAll().catch(() => {}); // the cell fails, as it should
    const chart = opened.outputs(0).locator(".js-plotly-plot");
    const runs = async () =>
      (await chart.count()) === 1 && (await chart.textContent())!.includes("samples/s");
    await opened.until("the chart shows some steps", runs, 60_000);
    await opened.command("notebook:interrupt-kernel");
    await running;
    await opened.until("the chart is final", async () => !(await runs()));
    // The picture is drawn after the cell has ended, which takes a while on a busy machine.
    const outputs = async () => (await opened.save()).cells[0]!.outputs!;
    await opened.until("its picture is there", async () => "image/svg+xml" in (await outputs())[0]!.data!);
    const [shown, error] = await outputs();
    expect(Object.keys(shown!.data!).sort()).toEqual([plotly, "image/svg+xml", "text/plain"].sort());
    expect(error).toMatchObject({ output_type: "error", ename: "KeyboardInterrupt" });
    expect(opened.errors).toEqual([]);
  });

  test("a figure without colours has the theme's, and cleared away it holds nothing back", async () => {
    write("plain.ipynb", notebookOf(plainCell));
    const opened = await open("plain.ipynb");
    await opened.runAll();
    const chart = opened.outputs(0).locator(".js-plotly-plot");
    const colours = () =>
      chart.evaluate((node) => {
        const colour = (selector: string, property: string) =>
          getComputedStyle(node.querySelector(selector)!).getPropertyValue(property);
        return {
          ground: colour(".main-svg", "background-color"),
          texts: [".gtitle", ".xtick text", ".y2tick text", ".legendtext", ".annotation-text"].map((text) =>
            colour(text, "fill"),
          ),
          grid: colour(".gridlayer path", "stroke"),
        };
      });
    // Often: JupyterLab hides its page for a part of a frame at each switch, and what is to be drawn just then must
    // not be forgotten.
    const both = ["JupyterLab Light", "JupyterLab Dark"] as const;
    for (const theme of [...both, ...both, ...both, ...both]) {
      await opened.useTheme(theme);
      const dark = theme === "JupyterLab Dark";
      await opened.until(
        `the figure is in ${theme}`,
        async () => brightness((await colours()).ground) > 128 !== dark,
      );
      const { ground, texts, grid } = await colours();
      for (const text of texts) expect(Math.abs(brightness(text) - brightness(ground))).toBeGreaterThan(180);
      expect(Math.abs(brightness(grid) - brightness(ground))).toBeGreaterThan(20);
      await opened.page.screenshot({ path: path.join(pictures, `plain-${dark ? "dark" : "light"}.png`) });
    }
    await opened.useTheme("JupyterLab Light");

    const plot = (await chart.elementHandle())!;
    await opened.command("notebook:clear-all-cell-outputs");
    await chart.waitFor({ state: "detached" });
    expect(await plot.evaluate((node) => "_fullLayout" in node || node.childElementCount > 0)).toBe(false);
    await opened.useTheme("JupyterLab Dark"); // nobody is left to draw it again
    await opened.useTheme("JupyterLab Light");
    expect(opened.errors).toEqual([]);
  });

  test.skipIf(!existsSync(lectures))("00-welcome runs, and its chart grows while it does", async () => {
    cpSync(path.join(lectures, "00-welcome.ipynb"), path.join(lab!.folder, "00-welcome.ipynb"));
    const opened = await open("00-welcome.ipynb");
    await opened.command("notebook:clear-all-cell-outputs");
    await opened.kernelReady();
    await opened.watch();
    await opened.runAll();
    const saved = await opened.save();
    const code = saved.cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.filter(({ execution_count }) => execution_count === null)).toEqual([]);
    expect(
      code.flatMap(({ outputs }) => outputs!).filter((output) => output.output_type === "error"),
    ).toEqual([]);
    const growing = (await opened.sightings()).map((seen) => new Set(seen.map(({ last }) => last)).size);
    console.log(`00-welcome: versions of its charts seen: ${growing}`);
    expect(Math.max(...growing), "versions of the chart seen").toBeGreaterThan(5);
    expect(await opened.page.locator(".js-plotly-plot svg.main-svg").count()).toBeGreaterThan(0);
    // A digit is drawn by keyboard, a vertical stroke, and read as 1; the chart beside it follows.
    const pad = opened.page.locator(".nablab-widget canvas");
    await pad.scrollIntoViewIfNeeded();
    const reading = opened.page.locator(".jp-CodeCell", { has: pad }).locator(".js-plotly-plot .gtitle");
    await opened.until("the picture is there", async () =>
      /reads a 7/.test((await reading.textContent()) ?? ""),
    );
    await pad.press("Delete");
    for (let i = 0; i < 8; i++) await pad.press("ArrowUp");
    await pad.press(" ");
    for (let i = 0; i < 16; i++) await pad.press("ArrowDown");
    await opened.until("the stroke is read", async () =>
      /reads a 1/.test((await reading.textContent()) ?? ""),
    );
    const cell = opened.page
      .locator(".jp-CodeCell", { has: opened.page.locator(".js-plotly-plot .xtick") })
      .first();
    await opened.page.setViewportSize({ width: 1280, height: 1000 });
    await opened.command("application:toggle-left-area");
    for (const theme of ["Dark", "Light"] as const) {
      await opened.useTheme(`JupyterLab ${theme}`);
      await cell.evaluate((node) => node.scrollIntoView({ block: "start" }));
      await opened.until("the chart has the theme's colours", async () => {
        const fill = await cell
          .locator(".xtick text")
          .first()
          .evaluate((text) => getComputedStyle(text).fill);
        return brightness(fill) > 165 === (theme === "Dark");
      });
      await opened.page.screenshot({ path: path.join(pictures, `welcome-${theme.toLowerCase()}.png`) });
    }
    expect(opened.errors).toEqual([]);
  });

  test("a kernel that is killed comes back, and the notebook is whole", async () => {
    write(
      "killed.ipynb",
      notebookOf(pidCell, "await new Promise((resolve) => setTimeout(resolve, 600_000));"),
    );
    const opened = await open("killed.ipynb");
    await opened.kernelReady();
    await opened.page.evaluate(() => {
      const { jupyterapp } = window as unknown as {
        jupyterapp: { commands: { execute(id: string): unknown } };
      };
      void jupyterapp.commands.execute("notebook:run-all-cells"); // it will not end
    });
    const output = opened.outputs(0);
    await output.waitFor();
    const pid = Number(await output.textContent());
    kernels.add(pid);
    await opened.until("the second cell runs", async () =>
      opened.page
        .locator(".jp-Cell")
        .nth(1)
        .locator(".jp-InputPrompt")
        .textContent()
        .then((text) => text!.includes("*")),
    );
    process.kill(pid, "SIGKILL");
    const dialog = opened.page.locator(".jp-Dialog", { hasText: "Kernel Restarting" });
    await dialog.waitFor({ timeout: 30_000 });
    await dialog.getByRole("button", { name: "Ok" }).click();
    expect((await opened.save()).cells.length).toBe(2);
    // Run again, its first cell says what became of the process before, and answers from another one.
    await opened.command("notebook:move-cursor-up");
    await opened.command("notebook:run-cell");
    await opened.until("the new kernel answers", async () => {
      const answer = Number((await output.allTextContents()).at(-1) ?? pid);
      return answer !== pid && answer > 0;
    });
    await opened.kernelReady();
    kernels.add(Number(await output.last().textContent()));
    const saved = await opened.save();
    expect(saved.nbformat).toBe(4);
    expect(saved.cells[0]!.outputs).toEqual([
      expect.objectContaining({ name: "stderr" }),
      expect.objectContaining({ name: "stdout" }),
    ]);
    expect([(saved.cells[0]!.outputs as { text: string | string[] }[])[0]!.text].flat().join("")).toMatch(
      /^The kernel ended while cell \[2\] ran, await new Promise/,
    );
    expect(opened.errors).toEqual([]);
  });
});

const pidCell = "console.log(process.pid);";

const liveCell = `
import { lineChart, liveFigure } from "nablab";

const y: number[] = [];
const draw = () =>
  lineChart({ title: "Loss", x: { title: "step" }, y: { title: "loss" }, series: [{ name: "loss", y }] });
const chart = liveFigure(draw(), { maxRate: 1000 });
for (let k = 1; k <= 50; k++) {
  y.push(1 / k);
  chart.update(draw());
  await new Promise((resolve) => setTimeout(resolve, 100));
}
await chart.close();`;

const trainingCell = `
import { blobs, dense, relu, sequential, train } from "nablab";

await train(sequential([dense(2, 64), relu(), dense(64, 3)]), blobs({ size: 3000 }), { epochs: 100_000 });`;

const brokenCell = `({
  [Symbol.for("Jupyter.display")]: () => ({ "${plotly}": { data: 7 }, "text/plain": "a broken figure" }),
})`;

const unknownCell = `({
  [Symbol.for("Jupyter.display")]: () => ({
    "${plotly}": { data: [{ type: "surface", z: [[1, 2], [3, 4]] }] },
    "text/plain": "a surface",
  }),
})`;

const plainCell = `({
  [Symbol.for("Jupyter.display")]: () => ({
    "${plotly}": {
      data: [
        { x: [1, 2, 3], y: [3, 1, 2], name: "a" },
        { type: "bar", x: [1, 2, 3], y: [1, 2, 1], name: "b" },
        { x: [1, 2, 3], y: [10, 30, 20], name: "c", yaxis: "y2" },
      ],
      layout: {
        title: { text: "No colours of its own" },
        yaxis2: { overlaying: "y", side: "right" },
        annotations: [{ x: 2, y: 2, text: "here" }],
      },
    },
    "text/plain": "a figure without colours",
  }),
})`;

/** Drags a rectangle over the middle of the chart. */
async function zoomIn({ page }: NotebookPage): Promise<void> {
  const box = (await page.locator(".js-plotly-plot .nsewdrag").last().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.02, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.98, { steps: 5 });
  await page.mouse.up();
}

/** The mean of red, green and blue. */
function brightness(rgb: string): number {
  const [red, green, blue] = rgb.match(/\d+/g)!.map(Number);
  return (red! + green! + blue!) / 3;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
