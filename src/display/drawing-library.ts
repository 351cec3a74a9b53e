/**
 * Plotly on a site that has both pages and JupyterLab: the renderer loads the pages' copy, since a second one would add 1.4 MB.
 */

/** The renderer's own copy, below the folder of a JupyterLab. */
export const ownDrawingLibrary = /^extensions\/@nablab\/plotly\/static\/plotly-cartesian\.min\.[^/]+\.js$/;

/** What takes its place: a module that loads the copy in a folder, named as seen from the module. */
export const sharedDrawingLibrary = (folder: string): string =>
  `import "${folder}/plotly.js";\nexport default window.Plotly;\n`;
