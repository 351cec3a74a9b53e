// What was measured, as JSON and as a page with charts.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figure, table, toBundle } from "nablab";
import { notebookHtml } from "#nablab/cli/html/notebook-html.js";

export async function writeReport(folder, measured) {
  mkdirSync(folder, { recursive: true });
  const files = ["bench.json", "bench.html"].map((name) => join(folder, name));
  writeFileSync(files[0], `${JSON.stringify({ date: new Date().toISOString(), ...measured }, null, 2)}\n`);
  const { machine, results, profile } = measured;
  const cells = [
    text(`# How fast nablab trains\n\nThe network 784-512-384-10 (602,762 parameters) on MNIST: seconds for an epoch of 60,000 images,
median of ${machine.rounds} rounds in which all took turns, with the least and the most. ${machine.cpu}, ${machine.cores} cores,
${machine.threads} threads, Node ${machine.node}.`),
  ];
  for (const { setting, contenders } of results) {
    cells.push(text(`## ${setting}`), await shows(chart(setting, contenders)));
    const pytorch = contenders.find(({ name }) => name === "PyTorch")?.median;
    const rows = contenders.map(({ name, version, threads, median, least, most }) => ({
      name,
      version,
      threads,
      "median in s": median,
      least,
      most,
      ...(pytorch && { "times PyTorch": median / pytorch }),
    }));
    cells.push(await shows(table(rows)));
  }
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

function chart(setting, contenders) {
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
      title: { text: `${setting}: seconds for an epoch` },
      xaxis: {
        title: { text: "seconds (less is better)" },
        type: Math.max(...medians) > 20 * Math.min(...medians) ? "log" : "linear",
      },
      yaxis: { autorange: "reversed", automargin: true },
      height: 120 + 40 * names.length,
    },
    alt: `${setting}: ${contenders.map(({ name, median }) => `${name} ${median.toFixed(2)} s`).join(", ")}`,
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
