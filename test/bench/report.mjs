// What was measured, as JSON and as a page with charts.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figure, table, toBundle } from "nablab";
import { notebookHtml } from "#nablab/cli/html/notebook-html.js";

export async function writeReport(folder, measured) {
  mkdirSync(folder, { recursive: true });
  const files = ["bench.json", "bench.html"].map((name) => join(folder, name));
  writeFileSync(files[0], `${JSON.stringify({ date: new Date().toISOString(), ...measured }, null, 2)}\n`);
  const { machine, results, ladders, profile } = measured;
  const cells = [
    text(`# How fast nablab trains\n\nThe network 784-512-384-10 (602,762 parameters) on MNIST, where nothing else is said: seconds for an epoch of
60,000 images, median of ${machine.rounds} rounds in which all took turns, with the least and the most. ${machine.cpu}, ${machine.cores} cores,
${machine.threads} threads, Node ${machine.node}.`),
  ];
  for (const { setting, unit, contenders } of results) {
    cells.push(text(`## ${setting}`), await shows(chart(setting, unit, contenders)));
    const pytorch = contenders.find(({ name }) => name === "PyTorch")?.median;
    const rows = contenders.map(({ seconds: _, median, least, most, ...rest }) => ({
      ...rest,
      [`median, ${unit}`]: median,
      least,
      most,
      ...(pytorch && { "times PyTorch": median / pytorch }),
    }));
    cells.push(await shows(table(rows)));
  }
  if (ladders.length > 0) {
    cells.push(
      text(`## How the time of a sample grows

Networks 784-w-w-10, batch 128, SGD, ${machine.threads} threads, w = 512 where nothing else is said. It does not depend on how many samples
there are, and is proportional to the parameters once there are enough of them.`),
    );
  }
  for (const ladder of ladders) cells.push(await shows(ladderChart(ladder)));
  if (profile.length > 0)
    cells.push(
      text(
        "## Where a step's time goes\n\nBatch 128, SGD, one thread; the peak is that of dense products of 512 rows and 1024 × 1024 weights.",
      ),
    );
  for (const { backend, kernels, ...rest } of profile) {
    const caption = Object.entries(rest).map(([name, value]) => `${value.toFixed(1)} ${name}`);
    cells.push(await shows(table(kernels, { caption: `${backend}: ${caption.join(", ")}` })));
  }
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(files[1], notebookHtml(notebook, { name: "nablab's benchmarks" }));
  return files;
}

function ladderChart({ name, log, rungs }) {
  const y = rungs.map(({ median }) => median);
  return figure({
    data: [
      {
        type: "scatter",
        mode: "lines+markers",
        x: rungs.map(({ x }) => x),
        y,
        error_y: {
          type: "data",
          symmetric: false,
          array: rungs.map(({ most, median }) => most - median),
          arrayminus: rungs.map(({ median, least }) => median - least),
        },
      },
    ],
    layout: {
      title: { text: `The time of a sample by ${name}` },
      xaxis: { title: { text: name }, type: "log" },
      yaxis: { title: { text: "µs a sample" }, ...(log ? { type: "log" } : { rangemode: "tozero" }) },
    },
    alt: `µs a sample by ${name}: ${rungs.map(({ x, median }) => `${x}: ${median.toPrecision(3)}`).join(", ")}`,
  });
}

function chart(setting, unit, contenders) {
  const names = contenders.map(({ name }) => name);
  const medians = contenders.map(({ median }) => median);
  return figure({
    data: [
      {
        type: "bar",
        orientation: "h",
        y: names,
        x: medians,
        error_x: {
          type: "data",
          symmetric: false,
          array: contenders.map(({ most, median }) => most - median),
          arrayminus: contenders.map(({ median, least }) => median - least),
        },
      },
    ],
    layout: {
      title: { text: `${setting}: ${unit}` },
      xaxis: {
        title: { text: unit },
        type: Math.max(...medians) > 20 * Math.min(...medians) ? "log" : "linear",
      },
      yaxis: { autorange: "reversed", automargin: true },
      height: 120 + 40 * names.length,
    },
    alt: `${setting}: ${contenders.map(({ name, median }) => `${name} ${median.toPrecision(3)} ${unit}`).join(", ")}`,
  });
}

const text = (source) => ({ cell_type: "markdown", metadata: {}, source });

async function shows(value) {
  const data = await toBundle(value);
  const output = { output_type: "display_data", data, metadata: {} };
  return {
    cell_type: "code",
    metadata: { tags: ["remove-input"] },
    source: "",
    execution_count: null,
    outputs: [output],
  };
}
