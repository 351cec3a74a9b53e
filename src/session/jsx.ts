/**
 * JSX in cells without a factory: `<b>{x}</b>` becomes a string of HTML that displays itself.
 */
import { type Displayable, displaySymbol } from "../display/bundle.js";
import { escapeHtml } from "../display/escape-html.js";

/** A string of HTML: inserted strings are escaped, inserted HTML is not. */
export class Html extends String implements Displayable {
  [displaySymbol]() {
    return { "text/html": this.toString(), "text/plain": this.toString() };
  }
}

/** Void elements. */
const empty = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));

type Component = (props: Record<string, unknown>) => unknown;

/** The component of `<>…</>`. */
export const Fragment: Component = ({ children }) => new Html(markup(children));

/** The element that JSX describes: `<a href="x">y</a>` is `jsx("a", { href: "x" }, "y")`. */
export function jsx(
  type: string | Component,
  props: Record<string, unknown> | null,
  ...children: unknown[]
): unknown {
  const all = { ...props };
  if (children.length > 0) all.children = children.length === 1 ? children[0] : children;
  if (typeof type === "function") return type(all);
  const { children: inner, dangerouslySetInnerHTML, ...attributes } = all;
  const head = `<${type}${Object.entries(attributes).map(attribute).join("")}>`;
  if (empty.has(type)) return new Html(head);
  const raw = (dangerouslySetInnerHTML as { __html?: string } | undefined)?.__html;
  return new Html(`${head}${raw ?? markup(inner)}</${type}>`);
}

function attribute([name, value]: [string, unknown]): string {
  if (value === null || value === undefined || value === false || typeof value === "function") return "";
  const known = name === "className" ? "class" : name === "htmlFor" ? "for" : name;
  if (name === "key" || name === "ref") return "";
  if (value === true) return ` ${known}`;
  const text =
    name === "style" && typeof value === "object" ? styleOf(value as Record<string, unknown>) : String(value);
  return ` ${known}="${escapeHtml(text)}"`;
}

/** `{ fontSize: "2em" }` is `font-size: 2em`. */
const styleOf = (style: Record<string, unknown>): string =>
  Object.entries(style)
    .map(([name, value]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value}`)
    .join("; ");

function markup(children: unknown): string {
  if (children === null || children === undefined || typeof children === "boolean") return "";
  if (Array.isArray(children)) return children.map(markup).join("");
  return children instanceof Html ? children.toString() : escapeHtml(String(children));
}
