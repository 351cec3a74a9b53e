/** Places of a page, and links to them, once all of its cells are known. */
import { decoded } from "./markdown.js";

/** Gives each id once: of two headings "Aim" the second is `-Aim-2`. */
export function eachOnce(): (id: string) => string {
  const given = new Set<string>();
  return (id) => {
    let own = id;
    for (let n = 2; given.has(own); n++) own = `${id}-${n}`;
    given.add(own);
    return own;
  };
}

/**
 * A page's body with an id for each heading, and links that lead to them.
 *
 * @param isPage whether a relative address, without its place, is another page of this kind
 */
export function settlePlaces(body: string, isPage: (address: string) => boolean = () => false): string {
  const own = eachOnce();
  const html = body.replace(
    /(<h[1-6]\b[^>]* id=")([^"]*)"/g,
    (_, start: string, id: string) => `${start}${own(id)}"`,
  );
  const places = new Set([...html.matchAll(/ (?:id|name)="(-[^"]*)"/g)].map(([, id]) => id!));
  const has = (place: string): boolean => places.has(place) || places.has(decoded(place));
  const lead = (page: string, place: string): string => {
    if (page !== "") return isPage(page) && !/^(-|top$)/i.test(place) ? `-${place}` : place;
    if (has(place)) return place;
    if (/^-top$/i.test(place)) return "top"; // where a browser begins
    return place.startsWith("--") && has(place.slice(1)) ? place.slice(1) : place; // from an address bar
  };
  return html.replace(
    /(<a\b[^>]* href=")([^"#]*)#([^"]+)"/g,
    (_, start: string, page: string, place: string) => `${start}${page}#${lead(page, place)}"`,
  );
}
