/**
 * What a reader would see wrong in figures: text over text, text cut off, text over the plot or under the toolbar, letters too small,
 * text that fades into the ground. It runs in the page and looks at boxes, so it knows nothing of how figures are laid out.
 */

/** Of each `<svg>` picture or Plotly plot among the elements, what is wrong, in words. */
export function wrongIn(elements: Element[]): string[] {
  interface Box {
    what: string;
    kind: string;
    left: number;
    top: number;
    right: number;
    bottom: number;
  }
  const found: string[] = [];
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const saturation = (colour: string) => {
    const rgb = channels(colour).slice(0, 3);
    return rgb.map((channel) => channel - Math.min(...rgb));
  };
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = channels(colour).map((c) => {
      const part = c / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  elements.forEach((element, index) => {
    const plot = (element.matches(".js-plotly-plot") ? element : undefined) as
      | (Element & {
          _fullLayout?: Record<string, { _offset?: number; _length?: number; overlaying?: string }>;
        })
      | undefined;
    const svgs = plot ? [...plot.querySelectorAll("svg.main-svg")] : [element];
    const whole = svgs[0]!.getBoundingClientRect();
    const say = (text: string) => found.push(`figure ${index}: ${text}`);
    const boxes: Box[] = [];
    const boxOf = (node: Element, what: string, kind: string, inset: number): Box => {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      // A line of text has room above and below its letters.
      const [dx, dy] = bottom - top > 3 * (right - left) ? [inset, 0] : [0, inset];
      return { what, kind, left: left + dx, top: top + dy, right: right - dx, bottom: bottom - dy };
    };
    const ground = getComputedStyle(svgs[0]!).backgroundColor;
    for (const text of svgs.flatMap((svg) => [...svg.querySelectorAll("text")])) {
      const words = text.textContent?.replace(/\u200b/g, "").trim();
      const { opacity, display, visibility, fontSize, fill } = getComputedStyle(text);
      if (!words || opacity === "0" || display === "none" || visibility === "hidden") continue;
      const kind =
        ["legendtext", "gtitle", "annotation-text"].find((name) => text.classList.contains(name)) ??
        (text.closest(".heatmaplayer") ? "value" : "other");
      const lines = text.querySelectorAll("tspan.line");
      for (const line of lines.length > 0 ? lines : [text]) {
        if (line.textContent?.trim())
          boxes.push(boxOf(line, `"${line.textContent}"`, kind, 0.16 * Number.parseFloat(fontSize)));
      }
      for (const part of [text, ...text.querySelectorAll("tspan")]) {
        const size = Number.parseFloat(getComputedStyle(part).fontSize);
        // Numbers in the cells of a matrix may be as small as Plotly makes them where a phone leaves 28 px a cell.
        if (size < (kind === "value" ? 7.9 : 8.5) && part.textContent?.trim())
          say(`letters of ${size.toFixed(1)} px: "${words}"`);
      }
      if (plot && kind !== "value") {
        const [a, b] = [luminance(fill), luminance(ground)];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        // A label in the colour of its line needs what its line needs.
        const least =
          text.classList.contains("annotation-text") && Math.max(...saturation(fill)) > 60 ? 2 : 4;
        if (channels(ground)[3] !== 0 && contrast < least) say(`contrast ${contrast.toFixed(1)}: "${words}"`);
      }
    }
    for (const key of svgs.flatMap((svg) => [
      ...svg.querySelectorAll(".legendlines path, .legendpoints path, .legendfill path"),
    ])) {
      const box = boxOf(key, "the legend's key", "key", 0);
      if (box.right - box.left > 0) boxes.push(box);
    }
    const bar = plot?.querySelector(".modebar");
    if (bar) {
      const box = boxOf(bar, "the toolbar", "toolbar", 0);
      if (box.right - box.left > 0) boxes.push(box);
    }
    const areas: Box[] = [];
    for (const [name, x] of Object.entries(plot?._fullLayout ?? {})) {
      const letter = /^xaxis(\d*)$/.exec(name);
      const y = letter && plot!._fullLayout![`yaxis${letter[1]}`];
      if (!letter || !y || x._length === undefined || x.overlaying) continue;
      const [left, top] = [whole.left + x._offset!, whole.top + y._offset!];
      areas.push({
        what: "the plot",
        kind: "plot",
        left,
        top,
        right: left + x._length,
        bottom: top + y._length!,
      });
    }
    const overlap = (a: Box, b: Box) =>
      Math.min(
        Math.min(a.right, b.right) - Math.max(a.left, b.left),
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
      );
    boxes.forEach((box, i) => {
      for (const other of boxes.slice(i + 1)) {
        if (box.kind === "key" && other.kind === "key") continue;
        if (overlap(box, other) > 1) say(`${box.what} over ${other.what}`);
      }
      if (box.kind === "legendtext" || box.kind === "gtitle") {
        for (const area of areas) if (overlap(box, area) > 2) say(`${box.what} over the plot`);
      }
      const out = Math.max(
        whole.left - box.left,
        box.right - whole.right,
        whole.top - box.top,
        box.bottom - whole.bottom,
      );
      if (out > 1) say(`${box.what} is cut by ${out.toFixed(0)} px`);
    });
    for (const scroll of plot?.querySelectorAll(".legend .scrollbar") ?? []) {
      if (scroll.getBoundingClientRect().height > 0) say("the legend is cut, and scrolls");
    }
    const place = element.closest(".figure") ?? element.parentElement!;
    const scrolls = getComputedStyle(place).overflowX === "auto";
    if (plot && !scrolls && whole.width > place.getBoundingClientRect().width + 1)
      say("wider than its place");
  });
  return found;
}
