/**
 * Saves and loads a network's parameters, under the lecture's names or PyTorch's.
 */

import { inspect } from "#platform";
import {
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeSafetensors,
} from "../data/safetensors.js";
import { host } from "../display/host.js";
import { buffersOf, parametersOf, Sequential } from "../nn/sequential.js";
import { checkList, checkOneOf } from "../options/check.js";
import { optionsOf } from "../options/options-of.js";
import type { Numbers, Tensor } from "../tensor/index.js";
import { architectureOf } from "./fingerprint.js";
import { requireIdle } from "./under-way.js";

/**
 * Saves a network's parameters as a safetensors file, which PyTorch and others can read: A1 of shape outputs × inputs,
 * b1, A2, …, in float64.
 *
 * @param file a path, such as `net.safetensors`; written atomically
 * @param model the network
 * @param options `names`: `"pytorch"` for the names of `torch.nn.Sequential` of the same layers, `0.weight`, `0.bias`,
 *   `2.weight`, …, so that `net.load_state_dict(safetensors.torch.load_file(file))` accepts it; in float32 if that is exact
 * @throws Error if the file cannot be written, TypeError for other names
 * @example
 * const net = sequential([dense(2, 2)], { seed: 1 });
 * saveNetwork("net.safetensors", net);
 * loadNetwork("net.safetensors", sequential([dense(2, 2)], { seed: 2 })).theta[0] === net.theta[0] // → true
 */
export function saveNetwork(
  file: string,
  model: Sequential,
  options: { names?: "nablab" | "pytorch" } = {},
): void {
  const { names = "nablab" } = optionsOf("saveNetwork", options, ["names"]);
  checkOneOf("saveNetwork", { names }, ["nablab", "pytorch"]);
  checkNetwork("saveNetwork", model);
  const tensors = new Map<string, StoredTensor>();
  if (names === "nablab") {
    addParameters(tensors, model, model.theta, {});
    for (const { name, tensor } of ownBuffers(model))
      tensors.set(name, { shape: tensor.shape, data: tensor.data.slice() as Float64Array });
    const texts = { format: "nablab network 1", architecture: architectureOf(model) };
    writeSafetensors(file, { tensors, texts });
    return;
  }
  const single = isSingle(model.theta) && isSingle(model.buffers);
  for (const { name, tensor } of pytorchTensors(model)) {
    const { shape, data } = tensor;
    tensors.set(name, { shape, data: single ? Float32Array.from(data) : Float64Array.from(data) });
  }
  writeSafetensors(file, { tensors, texts: { format: "pt" } });
}

/**
 * Loads a network's parameters from a safetensors file: one that `saveNetwork()` or `train()` wrote, or a `state_dict` of
 * PyTorch's `nn.Sequential` of the same layers (`0.weight`, `0.bias`, …, also under one prefix, such as `net.0.weight`) in
 * float64, float32, float16 or bfloat16. Weights without a bias get b = 0, a batch normalisation without weights γ = 1; weights that
 * `safetensors.torch.save_model` stores once for several layers are read for each; weights that a parametrisation such as
 * `weight_norm` stores in parts are refused. Other tensors are named in a note and ignored.
 *
 * @param file a path
 * @param model a network of the same layers, changed in place
 * @param options `modules`: PyTorch's names of the modules with parameters, in the order of the network, if they are attributes of a
 *   module, such as `fc1`, or belong to several, such as `features.0`; no file holds their order
 * @returns the network
 * @throws Error if the file is missing, truncated or altered, or the network is in training; RangeError if it does not fit the network, which
 *   is then unchanged
 * @example
 * const net = sequential([dense(2, 2)], { seed: 1 });
 * saveNetwork("net.safetensors", net, { names: "pytorch" });
 * loadNetwork("net.safetensors", net).parameterCount // → 6
 * loadNetwork("net.safetensors", net, { modules: ["0"] }).parameterCount // → 6
 */
export function loadNetwork(
  file: string,
  model: Sequential,
  options: { modules?: readonly string[] } = {},
): Sequential {
  const { modules } = optionsOf("loadNetwork", options, ["modules"]);
  checkNetwork("loadNetwork", model);
  requireIdle("loadNetwork", model, "the training would overwrite what is loaded; await it first");
  const stored = readSafetensors("loadNetwork", file);
  const own = [
    ...namesOf(model).map((name, i) => ({ name, tensor: model.parameters[i]! })),
    ...ownBuffers(model),
  ];
  const isOwn = !modules && own.some(({ name }) => stored.tensors.has(name));
  const wanted = isOwn ? own : modules ? ofModules(modules, model) : fromPytorch(stored, model);
  const found = wanted.map(({ name, tensor }) => {
    const values = valuesOf(stored, { name, tensor });
    if (values) return values;
    const hint = isOwn || isInFile(stored, name) ? "" : hintOf(stored, name, modules ? undefined : model);
    throw new RangeError(
      `loadNetwork: the network needs ${name} of shape [${tensor.shape.join(", ")}]${hint}; ${file} has ${contentsOf(stored) || "nothing"}`,
    );
  });
  checkArchitecture(model, stored.texts, file);
  wanted.forEach(({ tensor }, i) => {
    tensor.data.set(found[i]!);
  });
  const used = new Set(wanted.map(({ name }) => name));
  // PyTorch's `num_batches_tracked` is irrelevant to the network.
  const isCount = (name: string) =>
    /\.num_batches_tracked$/.test(name) && used.has(name.replace(/num_batches_tracked$/, "running_mean"));
  const ignored = isOwn ? [] : namesIn(stored).filter((name) => !used.has(name) && !isCount(name));
  if (ignored.length > 0) {
    const note = `loadNetwork: ${file} also has ${ignored.join(", ")}, which the network has no place for: ignored`;
    host().display({ data: { "text/plain": note } });
  }
  return model;
}

/** A parameter and its name in a file. */
interface Named {
  name: string;
  tensor: Tensor;
}

/** PyTorch's names of buffers. */
const pytorchBuffers: Readonly<Record<string, string>> = { mean: "running_mean", variance: "running_var" };

/** All parameters and buffers under their names in `torch.nn.Sequential`: the layer's index from 0. */
function pytorchTensors({ layers }: Sequential, place = (i: number) => String(i)): Named[] {
  return layers.flatMap((layer, i) => [
    ...parametersOf(layer).map((tensor, k) => {
      if (k > 1) throw new RangeError(`saveNetwork: PyTorch has no names for the parameters of ${layer}`);
      return { name: `${place(i)}.${k === 0 ? "weight" : "bias"}`, tensor };
    }),
    ...Object.entries(buffersOf(layer)).map(([name, tensor]) => ({
      name: `${place(i)}.${pytorchBuffers[name] ?? name}`,
      tensor,
    })),
  ]);
}

/** The buffers under nablab's names, `batchNorm2_mean`. */
const ownBuffers = ({ namedBuffers }: Sequential): Named[] =>
  Object.entries(namedBuffers).map(([name, tensor]) => ({ name: fileName(name), tensor }));

/**
 * The name of the tensor that the file stores for `name`, if any: of weights that several layers share,
 * `safetensors.torch.save_model` stores one, and in the metadata its name for each of the others.
 */
function storedNameOf({ tensors, others, texts }: Safetensors, name: string): string | undefined {
  return [name, texts[name]].find((one) => one !== undefined && (tensors.has(one) || others?.has(one)));
}

const isInFile = (stored: Safetensors, name: string): boolean => storedNameOf(stored, name) !== undefined;

/** The names of all tensors in the file, including shared ones and ones that are not read. */
const namesIn = (stored: Safetensors): string[] => [
  ...stored.tensors.keys(),
  ...(stored.others?.keys() ?? []),
  ...Object.keys(stored.texts).filter((name) => !stored.tensors.has(name) && isInFile(stored, name)),
];

/** The values that the file has for a parameter, or that PyTorch's layer has without it; undefined if it lacks them. */
function valuesOf(stored: Safetensors, { name, tensor }: Named): Numbers | undefined {
  const there = storedNameOf(stored, name);
  if (there !== undefined) {
    const found = stored.tensors.get(there);
    return found && fits(found, tensor) ? found.data : undefined;
  }
  if (partsIn(stored).has(name)) return undefined;
  if (name.endsWith(".bias")) return new Float64Array(tensor.size);
  // A normalisation with affine=False scales by 1.
  const isNormalisation =
    name.endsWith(".weight") && isInFile(stored, name.replace(/weight$/, "running_mean"));
  return isNormalisation ? new Float64Array(tensor.size).fill(1) : undefined;
}

/** The names of the file's modules that have weights or running statistics. */
const modulesIn = (stored: Safetensors): string[] => [
  ...new Set(namesIn(stored).flatMap((name) => /^(.*)\.(weight|running_mean)$/.exec(name)?.[1] ?? [])),
];

/**
 * The parameters under the names of a PyTorch file: by the same indices, or, if the file's modules have other indices
 * (PyTorch's network may flatten elsewhere), by its modules with tensors in order.
 */
function fromPytorch(stored: Safetensors, model: Sequential): Named[] {
  const prefixes = new Set(modulesIn(stored).flatMap((name) => /^(.*\.)?\d+$/.exec(name)?.slice(1) ?? []));
  // With several lists of modules it is ambiguous which is the network; then require names without a prefix.
  const [prefix = ""] = prefixes.size === 1 ? prefixes : [];
  const same = pytorchTensors(model, (i) => `${prefix}${i}`);
  if (prefixes.size !== 1 || same.every((one) => valuesOf(stored, one))) return same;
  const places = namesIn(stored)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => /^\d+(?=\.)/.exec(name.slice(prefix.length)) ?? []);
  const sorted = [...new Set(places.map(Number))].sort((a, b) => a - b);
  const weighted = withParameters(model);
  if (sorted.length !== weighted.length) return same;
  return pytorchTensors(model, (i) => `${prefix}${sorted[weighted.indexOf(i)]}`);
}

/** The indices of the layers that have parameters. */
const withParameters = ({ layers }: Sequential): number[] =>
  layers.flatMap((layer, i) => (parametersOf(layer).length > 0 ? [i] : []));

/** The parameters under the names of the given modules. */
function ofModules(modules: readonly string[], model: Sequential): Named[] {
  checkList("loadNetwork", { modules }, 'a list of names, such as ["fc1", "fc2"]');
  const places = withParameters(model);
  modules.forEach((name, i) => {
    if (typeof name !== "string") {
      throw new TypeError(`loadNetwork: modules must be names, such as "fc1", got ${inspect(name)}`);
    }
    if (modules.indexOf(name) !== i) {
      throw new RangeError(`loadNetwork: each of the modules is one layer's, got ${inspect(name)} twice`);
    }
  });
  if (modules.length === places.length) return pytorchTensors(model, (i) => modules[places.indexOf(i)]!);
  throw new RangeError(
    `loadNetwork: modules must have a name for each of the ${places.length} layers with parameters, got ${modules.length}`,
  );
}

/**
 * A hint to store a missing parameter whole, where the file has its parts; or to name the modules of a file that has as many as
 * the network, but under other names than indices. Without `model` the modules are named.
 */
function hintOf(stored: Safetensors, missing: string, model: Sequential | undefined): string {
  const parts = partsIn(stored);
  const modules = modulesIn(stored);
  const canName = model !== undefined && modules.length === withParameters(model).length;
  const mayBeMissing = (whole: string) =>
    canName ? modules.includes(whole.replace(/\.(weight|bias)$/, "")) : model !== undefined;
  const whole = parts.has(missing) ? missing : [...parts.keys()].find(mayBeMissing);
  if (whole !== undefined) return partsHint(parts.get(whole)!);
  if (!canName) return "";
  return `, or with { modules } the names of the file's modules in the order of the layers (the file has ${modules.join(", ")}, in no order that counts)`;
}

/** A part that weight or spectral normalisation, pruning or another parametrisation of PyTorch stores instead of a parameter. */
const isPart = /^(.*\.)?(?:parametrizations\.(weight|bias)\..*|(weight|bias)_(?:g|v|orig|mask|u))$/;

/** The parts in the file of each parameter that it lacks. A `_mask`, `_u` or `_v` alone is a layer's own buffer. */
function partsIn(stored: Safetensors): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  for (const name of namesIn(stored)) {
    const [, place = "", parametrised, old] = isPart.exec(name) ?? [];
    const whole = `${place}${parametrised ?? old}`;
    if (!(parametrised ?? old) || isInFile(stored, whole)) continue;
    parts.set(whole, [...(parts.get(whole) ?? []), name]);
  }
  return new Map(
    [...parts].filter(([, names]) => names.some((name) => /_(g|orig)$|parametrizations\./.test(name))),
  );
}

/** A hint to store a whole parameter, where the file has its parts. */
function partsHint(parts: readonly string[]): string {
  const [, , parametrised, old] = isPart.exec(parts[0]!)!;
  const has = (end: string) => parts.some((name) => name.endsWith(end));
  const utils = "torch.nn.utils.";
  const call = parametrised
    ? `${utils}parametrize.remove_parametrizations(module, "${parametrised}")`
    : has("_mask")
      ? `${utils}prune.remove(module, "${old}")`
      : has("_g")
        ? `${utils}remove_weight_norm(module)`
        : `${utils}remove_spectral_norm(module)`;
  return `, but the file has parts of such a parameter, ${parts.slice(0, 2).join(" and ")}; call ${call} for each such module before saving`;
}

function checkNetwork(who: string, model: unknown): asserts model is Sequential {
  if (model instanceof Sequential) return;
  throw new TypeError(`${who}: give the file first, then the network, got ${inspect(model, { depth: 0 })}`);
}

const fits = (there: StoredTensor, { shape }: Tensor): boolean => there.shape.join() === shape.join();

const contentsOf = ({ tensors, others = new Map() }: Safetensors): string =>
  [
    ...[...tensors].map(([name, { shape }]) => `${name} [${shape.join(", ")}]`),
    ...[...others].map(([name, type]) => `${name} of type ${type}, which is not read`),
  ].join(", ");

/** Throws if the file belongs to a network with other layers; files of other programs do not name them. */
function checkArchitecture(model: Sequential, texts: Safetensors["texts"], file: string): void {
  // Other programs may use these metadata keys differently.
  if (!texts.format?.startsWith("nablab ")) return;
  const saved = texts.architecture ?? JSON.parse(texts.state ?? "{}").settings?.architecture;
  const here = architectureOf(model);
  if (saved === undefined || saved === here) return;
  throw new RangeError(
    `loadNetwork: the network is ${here}, but ${file} holds another; make the network with the same layers, got ${saved}`,
  );
}

/** A1, b1, A2, b2, … as in the lecture, without dots and brackets. */
export function namesOf({ parameterNames }: Sequential): string[] {
  return parameterNames.map(fileName);
}

const fileName = (name: string): string => name.replaceAll(/[[\]]/g, "").replaceAll(".", "_");

/** Adds the parameters to a file, in float32 if `single`. */
export function addParameters(
  tensors: Map<string, StoredTensor>,
  model: Sequential,
  values: Float64Array,
  { single = false, prefix = "" }: { single?: boolean; prefix?: string },
): void {
  let at = 0;
  namesOf(model).forEach((name, i) => {
    const { shape, size } = model.parameters[i]!;
    const part = values.subarray(at, (at += size));
    tensors.set(prefix + name, { shape, data: single ? Float32Array.from(part) : part });
  });
}

/** Whether float32 represents all of the numbers exactly. */
export const isSingle = (numbers: Float64Array): boolean =>
  numbers.every((x) => Object.is(Math.fround(x), x));
