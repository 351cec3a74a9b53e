/**
 * HTML that others wrote, as a page may show it: nothing in it loads, runs, navigates, submits, or looks like a part of
 * the page around it.
 */
import sanitizeHtml from "sanitize-html";

const length = /^-?[\d.]+(px|em|rem|ex|ch|%|pt)?$/;
const word = /^[\w-]+$/;
const colour = /^([a-z]+|#[\da-f]{3,8}|(rgb|hsl)a?\([\d\s,.%/]+\))$/i;
const lengths = /^(-?[\d.]+(px|em|rem|ex|ch|%|pt)?\s*|auto\s*){1,4}$/;
const border = /^[\w\s.#(),%-]+$/;

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
    ...Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, ["id"]])),
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
  transformTags: { button: control, input: control, select: control },
};

/** `html` without what a page must not take from others. */
export const sanitise = (html: string): string => sanitizeHtml(html, options);
