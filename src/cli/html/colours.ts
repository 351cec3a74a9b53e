/** The colours of an exported page, on light and on dark ground; text on its ground has a contrast of 7 : 1 or more. */
import type { PageColours } from "../../display/figure-page.js";

export interface Colours extends PageColours {
  soft: string;
  link: string;
  keyword: string;
  string: string;
  number: string;
  comment: string;
  name: string;
  error: string;
}

export const light: Colours = {
  ground: "#ffffff",
  text: "#1f2328",
  muted: "#57606a",
  grid: "#e3e6ea",
  line: "#b3bac2",
  soft: "#f5f6f8",
  link: "#0550ae",
  keyword: "#8a1f7a",
  string: "#0a5c36",
  number: "#0b4f9e",
  comment: "#5b6570",
  name: "#7a3e00",
  error: "#a01818",
};

export const dark: Colours = {
  ground: "#15181c",
  text: "#e4e7eb",
  muted: "#a3adb8",
  grid: "#2e343b",
  line: "#59626c",
  soft: "#1e2227",
  link: "#85bfff",
  keyword: "#e5a3dc",
  string: "#8fd6a8",
  number: "#93c5fd",
  comment: "#9aa5b1",
  name: "#f0bd8a",
  error: "#ff9a94",
};
