/** Search over all pages of the site. The index is loaded when the reader begins to type. */
import MiniSearch, { type SearchResult } from "minisearch";
import { assets, loadScript, make, root } from "./places.ts";

interface Section {
  id: number;
  to: string;
  page: string;
  heading: string;
  text: string;
}

const most = 12;

async function load(): Promise<MiniSearch<Section>> {
  let sections: Section[] = [];
  (globalThis as unknown as { nablabSections: (list: Section[]) => void }).nablabSections = (list) => {
    sections = list;
  };
  await loadScript(`${assets()}search.js`);
  const index = new MiniSearch<Section>({
    fields: ["heading", "page", "text"],
    storeFields: ["to", "page", "heading", "text"],
    searchOptions: {
      boost: { heading: 4, page: 2 },
      prefix: true,
      fuzzy: (word) => (word.length > 4 ? 0.2 : false),
      combineWith: "AND",
    },
  });
  index.addAll(sections);
  return index;
}

/** Adds a search field to the bar. */
export function addSearch(bar: HTMLElement): void {
  const field = make("input", {
    type: "search",
    placeholder: "Search",
    autocomplete: "off",
    spellcheck: false,
  });
  field.setAttribute("aria-label", "Search all pages");
  const found = make("ul", { className: "found", hidden: true, id: "found" });
  found.setAttribute("aria-label", "What was found");
  const count = make("span", { className: "hidden" });
  count.setAttribute("role", "status");
  const box = make("div", { className: "search" }, field, found, count);
  box.setAttribute("role", "search");
  let index: Promise<MiniSearch<Section>> | undefined;
  const close = (): void => {
    found.hidden = true;
  };
  const show = async (): Promise<void> => {
    const query = field.value.trim();
    if (query === "") return close();
    index ??= load();
    let results: SearchResult[];
    try {
      results = (await index).search(query).slice(0, most);
    } catch (error) {
      index = undefined;
      found.replaceChildren(
        make("li", { textContent: `search cannot be loaded: ${(error as Error).message}` }),
      );
      found.hidden = false;
      return;
    }
    if (field.value.trim() !== query) return;
    count.textContent = results.length === 0 ? "nothing found" : `${results.length} found`;
    found.replaceChildren(
      ...(results.length === 0
        ? [make("li", { textContent: `nothing found for “${query}”` })]
        : results.map((result) => entry(result))),
    );
    found.hidden = false;
  };
  field.addEventListener("input", () => void show());
  field.addEventListener("focus", () => void show());
  box.addEventListener("keydown", (event) => {
    const links = [...found.querySelectorAll("a")];
    if (event.key === "Escape") {
      close();
      field.focus();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !found.hidden && links.length > 0) {
      const at =
        links.indexOf(document.activeElement as HTMLAnchorElement) + (event.key === "ArrowDown" ? 1 : -1);
      (at < 0 ? field : links[Math.min(at, links.length - 1)]!).focus();
      event.preventDefault();
    } else if (event.key === "Enter" && event.target === field && links[0]) links[0].click();
  });
  box.addEventListener("focusout", (event) => {
    if (!box.contains(event.relatedTarget as Node | null)) close();
  });
  // A link may lead to this page.
  found.addEventListener("click", (event) => {
    if ((event.target as Element).closest("a")) close();
  });
  // The list stays open until a pressed link is followed.
  found.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.append(box);
}

function entry({ to, page, heading, text, match }: SearchResult): HTMLLIElement {
  const link = make("a", {
    href: new URL(to, root()).href,
    textContent: heading === page ? page : `${page} › ${heading}`,
  });
  return make("li", {}, link, make("p", {}, ...excerpt(String(text), Object.keys(match))));
}

/** The text around the first match, with the matches highlighted. */
function excerpt(text: string, words: readonly string[]): (Node | string)[] {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(escaped.join("|") || "$^", "giu");
  const first = Math.max(0, text.search(pattern) - 50);
  const piece = text.slice(first, first + 160);
  const parts: (Node | string)[] = [first > 0 ? "…" : ""];
  let at = 0;
  for (const match of piece.matchAll(pattern)) {
    parts.push(piece.slice(at, match.index), make("mark", { textContent: match[0] }));
    at = match.index + match[0].length;
  }
  return [...parts, piece.slice(at), first + 160 < text.length ? "…" : ""];
}
