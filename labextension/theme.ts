/**
 * The colours of JupyterLab's theme, and a callback when the theme changes.
 */

/** Colours as `rgb(…)` or `rgba(…)`, the notations that Plotly reads reliably. */
export interface Theme {
  background: string;
  text: string;
  /** Secondary text: the buttons above a figure. */
  muted: string;
  grid: string;
  /** Lines stronger than the grid: zero lines, axes. */
  line: string;
  fontFamily: string;
}

/** The theme at `node`, which must be on the page. */
export function themeAt(node: HTMLElement): Theme {
  const probe = document.createElement("span");
  node.append(probe);
  const style = getComputedStyle(probe);
  // A custom property may use any colour notation; the computed style is always rgb.
  const colour = (property: string, otherwise: string) => {
    probe.style.color = "";
    probe.style.color = `var(${property}, ${otherwise})`;
    return /^rgba?\(/.test(style.color) ? style.color : otherwise;
  };
  const theme = {
    background: colour("--jp-layout-color0", "rgb(255, 255, 255)"),
    text: colour("--jp-content-font-color1", "rgb(33, 33, 33)"),
    muted: colour("--jp-content-font-color2", "rgb(97, 97, 97)"),
    grid: colour("--jp-border-color2", "rgb(224, 224, 224)"),
    line: colour("--jp-border-color1", "rgb(189, 189, 189)"),
    fontFamily: style.getPropertyValue("--jp-content-font-family").trim() || "Helvetica, Arial, sans-serif",
  };
  probe.remove();
  return theme;
}

const listeners = new Set<() => void>();
let observer: MutationObserver | undefined;

/**
 * Calls `listener` after each change of theme. JupyterLab sets the name on the page's body once the new style sheet is
 * loaded.
 *
 * @returns a function that removes the listener
 */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  if (observer === undefined) {
    observer = new MutationObserver(() => {
      for (const call of listeners) call();
    });
    observer.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    observer?.disconnect();
    observer = undefined;
  };
}
