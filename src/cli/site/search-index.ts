/** What can be found on the pages of a site: each section with its text. */
import { eachOnce } from "../../html/place-ids.js";
import { placeId } from "../../html/sanitise.js";
import { isShown } from "../html/notebook-html.js";
import { addressOf } from "./addresses.js";
import type { Page } from "./page.js";

/** A section of a page. */
export interface Section {
  /** Its address, from the folder of the site. */
  to: string;
  page: string;
  heading: string;
  text: string;
}

/** A script that hands the sections to page/search.ts: a site that is opened from its folder can fetch no data. */
export function searchIndex(pages: readonly Page[]): string {
  // Pages of one notebook by another name are other pages.
  const sections = pages.flatMap(sectionsOf).map((section, id) => ({ id, ...section }));
  return `nablabSections(${JSON.stringify(sections).replace(/</g, "\\u003c")});\n`;
}

function sectionsOf({ notebook, title, file }: Page): Section[] {
  const address = addressOf(file, "");
  const sections: Section[] = [{ to: address, page: title, heading: title, text: "" }];
  const own = eachOnce();
  for (const cell of notebook.cells) {
    if (!isShown(cell)) continue;
    if (cell.cell_type === "code") {
      sections.at(-1)!.text += `\n${cell.source}`;
      continue;
    }
    for (const part of cell.source.split(/^(?=#{1,6}\s)/m)) {
      const [, depth, heading] = /^(#{1,6})\s+(.*?)\s*#*\s*$/m.exec(part) ?? [];
      const plain = heading?.replace(/[*_`]/g, "").trim() ?? "";
      const place = depth && part.startsWith("#") && own(placeId(plain.replace(/\s+/g, "-")));
      if (place && depth.length > 1) {
        sections.push({
          to: `${address}#${encodeURIComponent(place)}`,
          page: title,
          heading: plain,
          text: "",
        });
      }
      sections.at(-1)!.text += `\n${part.replace(/^#.*$/gm, "")}`;
    }
  }
  return sections.map((section) => ({ ...section, text: section.text.replace(/\s+/g, " ").trim() }));
}
