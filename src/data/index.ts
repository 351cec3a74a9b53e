// data: samples to learn from, and the files they come in.
export { type Batch, type Dataset, type DatasetOptions, dataset, type ShowImagesOptions } from "./dataset.js";
export { type IdxArray, readIdx } from "./idx.js";
export { type MnistOptions, mnist } from "./mnist.js";
