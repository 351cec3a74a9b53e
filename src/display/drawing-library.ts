/**
 * Plotly where JupyterLab's renderer and the pages of a site stand side by side: there the renderer takes that of the pages,
 * as a second copy would be 1.4 MB.
 */

/** The renderer's own copy, below the folder of a JupyterLab. */
export const ownDrawingLibrary = /^extensions\/@nablab\/plotly\/static\/plotly-cartesian\.min\.[^/]+\.js$/;

/** What takes its place: a module that loads the copy in a folder, named as seen from the module. */
export const sharedDrawingLibrary = (folder: string): string =>
  `import "${folder}/plotly.js";\nexport default window.Plotly;\n`;
