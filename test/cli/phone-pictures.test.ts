/** The pictures of a site for phones. */

import { type figure, lineChart } from "nablab";
import { describe, expect, test } from "vitest";
import type { Notebook } from "#nablab/cli/notebook.js";
import { withoutPictures } from "#nablab/cli/site/lab.js";
import { phonePictures } from "#nablab/cli/site/phone-pictures.js";
import { picturesIn } from "#nablab/cli/site/pictures.js";
import { SiteFiles } from "#nablab/cli/site/site-files.js";
import { displaySymbol } from "#nablab/display/bundle.js";
import { folder } from "./nablab.js";

const bundleOf = async (shown: ReturnType<typeof figure>): Promise<Record<string, unknown>> =>
  JSON.parse(JSON.stringify(await shown[displaySymbol]()));

const notebookOf = (...bundles: Record<string, unknown>[]): Notebook => ({
  cells: bundles.map((data, i) => ({
    cell_type: "code" as const,
    id: `c${i}`,
    metadata: {},
    source: "1",
    execution_count: 1,
    outputs: [{ output_type: "display_data" as const, data, metadata: {} }],
  })),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

const chart = (points: number) =>
  lineChart({
    title: "A title that takes more than one line on a phone, though not on a page",
    x: { title: "k" },
    y: { title: "F" },
    series: [{ name: "F", y: Array.from({ length: points }, (_, i) => Math.sin(i) + i / points) }],
  });

describe("a figure is drawn again for a phone", () => {
  test("as wide as that, its title in lines, text as large as before", async () => {
    const bundle = await bundleOf(chart(10));
    const wide = bundle["image/svg+xml"] as string;
    const narrow = (await phonePictures(notebookOf(bundle))).get(wide)!;
    expect(/<svg[^>]*? width="(\d+)"/.exec(narrow)![1]).toBe("360");
    const lines = (svg: string) => [...svg.matchAll(/<tspan[^>]*>([^<]+)<\/tspan>/g)].map(([, line]) => line);
    expect(lines(wide)).toEqual([]);
    expect(lines(narrow).length).toBeGreaterThan(1);
    expect(lines(narrow).join(" ")).toContain("A title that takes more than one line on a phone");
    expect(narrow).toContain("font-size: 13px");
  });

  test("of a long series as many points as in the picture of the notebook", async () => {
    const bundle = await bundleOf(chart(60_000));
    const wide = bundle["image/svg+xml"] as string;
    const narrow = (await phonePictures(notebookOf(bundle))).get(wide)!;
    expect(narrow.length).toBeLessThan(1.5 * wide.length);
  });

  test("none that says nothing about its layout, is damaged, or was drawn by others", async () => {
    const bundle = await bundleOf(chart(10));
    const json = bundle["application/vnd.plotly.v1+json"] as { data: unknown; layout: object };
    const withJson = (changed: unknown) => ({ ...bundle, "application/vnd.plotly.v1+json": changed });
    const notebook = notebookOf(
      withJson({ ...json, layout: { ...json.layout, meta: {} } }),
      withJson({ ...json, data: "no list" }),
      withJson({ ...json, layout: { meta: { fit: { cells: 1 } } } }),
      withJson(null),
      withJson(undefined),
      { ...bundle, "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="700"/>' },
    );
    expect([...(await phonePictures(notebook))]).toEqual([]);
  });

  test("the page shows it on narrow screens, light and dark, and the other on paper", async () => {
    const bundle = await bundleOf(chart(10));
    const wide = bundle["image/svg+xml"] as string;
    const narrow = await phonePictures(notebookOf(bundle));
    const { ways } = picturesIn(new SiteFiles(folder()), "a.html", narrow);
    const html = ways.picture("image/svg+xml", wide, "alt");
    const sources = [...html.matchAll(/<source media="([^"]*)" srcset="([^"]*)" width="(\d+)"/g)];
    expect(sources.map(([, media, , width]) => [media, width])).toEqual([
      ["screen and (max-width: 27rem) and (prefers-color-scheme: dark)", "360"],
      ["screen and (max-width: 27rem)", "360"],
      ["screen and (prefers-color-scheme: dark)", "700"],
    ]);
    expect(new Set([...sources.map(([, , file]) => file), /src="([^"]*)"/.exec(html)![1]]).size).toBe(4);
    expect(html).toMatch(/<img [^>]*width="700"/);
  });
});

test("JupyterLab gets figures without a picture besides, and other pictures as they are", async () => {
  const bundle = await bundleOf(chart(10));
  const { "image/svg+xml": svg, ...figure } = bundle;
  const notebook = notebookOf(bundle, { "image/svg+xml": svg });
  const outputs = withoutPictures(notebook).cells.map((cell) => "outputs" in cell && cell.outputs);
  const shown = (data: Record<string, unknown>) => [{ output_type: "display_data", data, metadata: {} }];
  expect(outputs).toEqual([shown(figure), shown({ "image/svg+xml": svg })]);
  expect("outputs" in notebook.cells[0]! && notebook.cells[0].outputs).toEqual(shown(bundle));
});
