/**
 * HTML that others wrote, as a page may show it: nothing in it loads, runs, navigates, submits, or looks like a part of
 * the page around it.
 *
 * Names of places begin with `-`, in links to them as well: an element with an id is a property of `window`, and a heading
 * "Plotly" would stand where a script of the page looks for its library.
 */
import sanitizeHtml from "sanitize-html";

const headings = ["h1", "h2", "h3", "h4", "h5", "h6"];
const length = /^-?[\d.]+(px|em|rem|ex|ch|%|pt)?$/;
const word = /^[\w-]+$/;
const colour = /^([a-z]+|#[\da-f]{3,8}|(rgb|hsl)a?\([\d\s,.%/]+\))$/i;
const lengths = /^(-?[\d.]+(px|em|rem|ex|ch|%|pt)?\s*|auto\s*){1,4}$/;
const border = /^[\w\s.#(),%-]+$/;

/** The id of a place that a text names. */
export const placeId = (name: string): string => `-${name}`;

/** A link within a notebook, or to another one, leads to its page, and to a place on it. */
function linkTo(href: string): string {
  const [, file, query = "", place] =
    /^(?![a-z][a-z0-9+.-]*:|\/\/)(?:([^?#]*)\.ipynb)?(\?[^#]*)?(?:#(.*))?$/is.exec(href) ?? [];
  if (file === undefined && !place) return href;
  return `${file === undefined ? "" : `${file}.html`}${query}${place ? `#${placeId(place)}` : ""}`;
}

const named: sanitizeHtml.Transformer = (tagName, attribs) => {
  const renamed = Object.entries(attribs).map(([key, value]) => {
    if (key === "id" || key === "name") return [key, placeId(value)];
    return [key, key === "href" ? linkTo(value) : value];
  });
  return { tagName, attribs: Object.fromEntries(renamed) };
};

const control: sanitizeHtml.Transformer = (tagName, attribs) => ({
  tagName,
  attribs: { ...attribs, disabled: "" },
});

const options: sanitizeHtml.IOptions = {
  allowedTags: [
    ...sanitizeHtml.defaults.allowedTags,
    ..."img details summary del ins dfn figure figcaption center font label button input select option progress meter".split(
      " ",
    ),
  ],
  allowedAttributes: {
    "*": ["title", "lang", "dir", "align", "valign", "style", "role", "aria-*"],
    a: ["href", "id", "name"],
    img: ["src", "alt", "width", "height"],
    ...Object.fromEntries(headings.map((name) => [name, ["id"]])),
    th: ["colspan", "rowspan", "scope"],
    td: ["colspan", "rowspan"],
    ol: ["start", "type", "reversed"],
    details: ["open"],
    font: ["color", "size"],
    button: ["disabled"],
    input: ["type", "value", "min", "max", "step", "checked", "disabled"],
    select: ["disabled"],
    option: ["selected"],
    progress: ["value", "max"],
    meter: ["value", "min", "max"],
  },
  // The marks of highlighted code.
  allowedClasses: { span: ["k", "s", "n", "c", "f"] },
  allowedStyles: {
    "*": {
      ...Object.fromEntries(
        ["width", "height", "max-width", "min-width", "max-height", "font-size", "line-height"].map(
          (name) => [name, [length]],
        ),
      ),
      ...Object.fromEntries(["margin", "padding", "border-spacing"].map((name) => [name, [lengths]])),
      ...Object.fromEntries(
        ["margin", "padding"].flatMap((box) =>
          ["left", "right", "top", "bottom"].map((side) => [`${box}-${side}`, [length]]),
        ),
      ),
      ...Object.fromEntries(
        "text-align vertical-align white-space font-weight font-style font-family display image-rendering border-collapse float list-style-type text-decoration"
          .split(" ")
          .map((name) => [name, [word]]),
      ),
      color: [colour],
      "background-color": [colour],
      ...Object.fromEntries(["", "-left", "-right", "-top", "-bottom"].map((s) => [`border${s}`, [border]])),
    },
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesByTag: { img: ["data"] },
  allowProtocolRelative: false,
  transformTags: {
    ...Object.fromEntries(["a", ...headings].map((name) => [name, named])),
    ...Object.fromEntries(["button", "input", "select"].map((name) => [name, control])),
  },
};

/**
 * `html` without what a page must not take from others.
 *
 * @param picture finds a picture by its address, as a `data:` URL; one that it does not find is a link to it
 */
export const sanitise = (html: string, picture?: (href: string) => string | undefined): string => {
  const img = (tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag => {
    const { src = "", alt = "" } = attribs;
    const found = /^data:image\//i.test(src) ? src : picture?.(src);
    if (found !== undefined) return { tagName, attribs: { ...attribs, src: found } };
    return { tagName: "a", attribs: { href: src }, text: alt || src };
  };
  return sanitizeHtml(html, { ...options, transformTags: { ...options.transformTags, img } });
};
