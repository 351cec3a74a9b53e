/** Where the JupyterLab extension that draws figures is, below a data folder of Jupyter. */
export const rendererFolder = "labextensions/@nablab/plotly";
