// data: datasets and their file formats.
export { type CsvDataset, type CsvFileOptions, type CsvOptions, loadCsv, readCsv } from "./csv.js";
export { type CsvWriteOptions, saveCsv, writeCsv } from "./csv-writer.js";
export {
  type Batch,
  type Dataset,
  type DatasetOptions,
  dataset,
  type Normalisation,
  type ShowImagesOptions,
} from "./dataset.js";
export { type IdxArray, readIdx } from "./idx.js";
export { fashionMnist, loadIdx, type MnistOptions, mnist } from "./mnist.js";
export { loadNpy, readNpy, saveNpy, writeNpy } from "./npy.js";
export { loadNpz, type NpzOptions, readNpz, saveNpz, writeNpz } from "./npz.js";
export {
  blobs,
  linearData,
  logisticData,
  type SyntheticOptions,
  spirals,
  type Truth,
  twoMoons,
} from "./synthetic.js";
