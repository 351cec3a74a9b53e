/**
 * PyTorch's state_dicts in safetensors, both ways: files that PyTorch 2.13 wrote (test/golden/make_state_dicts.py) say what
 * they said there, and what is written has the names, shapes and numbers that it takes.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  batchNorm,
  conv2d,
  dense,
  dropout,
  embedding,
  flatten,
  type LayerDescription,
  layerNorm,
  loadNetwork,
  maxPool2d,
  predict,
  prelu,
  relu,
  type Sequential,
  saveNetwork,
  sequential,
  sigmoid,
  softmax,
  tanh,
} from "nablab";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "#nablab/data/safetensors.js";
import { consoleHost, setHost } from "#nablab/display/host.js";

const golden = path.join(import.meta.dirname, "../golden/pytorch");
const { outputs } = JSON.parse(readFileSync(path.join(golden, "outputs.json"), "utf8")) as {
  outputs: Record<string, { x: number[][]; g: number[][]; ignored: string[] }>;
};
const folder = mkdtempSync(path.join(tmpdir(), "nablab-state-dict-"));
afterAll(() => rmSync(folder, { recursive: true }));

let shown: string[] = [];
beforeEach(() => {
  shown = [];
  setHost({ ...consoleHost, display: ({ data }) => shown.push(data["text/plain"] as string) });
  return () => {
    setHost(consoleHost);
  };
});

const layers: Record<string, () => LayerDescription[]> = {
  dense: () => [dense(5, 7), relu(), dense(7, 6), sigmoid(), dense(6, 2)],
  prefix: () => [dense(5, 7), relu(), dense(7, 6), sigmoid(), dense(6, 2)],
  conv: () => [
    conv2d(2, 3, { padding: 1 }),
    prelu(),
    maxPool2d(2),
    flatten(),
    dense(18, 4),
    tanh(),
    dense(4, 3),
  ],
  norm: () => [layerNorm(), dense(5, 4), layerNorm(), relu(), dense(4, 2)],
  batches: () => [
    conv2d(2, 3, { padding: 1 }),
    batchNorm(),
    relu(),
    flatten(),
    dense(90, 4),
    batchNorm(),
    tanh(),
    dense(4, 2),
  ],
  places: () => [dense(5, 4), relu(), dense(4, 2)],
  symbols: () => [
    embedding(7, 3),
    flatten(),
    dense(12, 5, { bias: false }),
    layerNorm(),
    tanh(),
    dense(5, 2),
  ],
};
const networkFor = (name: string): Sequential => {
  const kind = name.split("-")[0]!;
  return sequential(layers[kind]!(), {
    seed: 9,
    ...((kind === "conv" || kind === "batches") && { input: [2, 6, 5] }),
    ...(kind === "norm" && { input: [5] }),
    ...(kind === "symbols" && { input: [4] }),
  });
};
const file = (name: string) => path.join(golden, `${name}.safetensors`);

describe("a state_dict of PyTorch", () => {
  test.each(Object.entries(outputs))(
    "%s says what it says there, to 1e-6 and in fact to 1e-14",
    (name, { x, g, ignored }) => {
      const model = loadNetwork(file(name), networkFor(name));
      const largest = Math.max(...g.flat().map(Math.abs));
      predict(model, x).data.forEach((value, i) => {
        expect(Math.abs(value - g.flat()[i]!)).toBeLessThan(1e-14 * (1 + largest));
      });
      expect(shown.length).toBe(ignored.length > 0 ? 1 : 0);
      for (const one of ignored) expect(shown[0]).toContain(one);
    },
  );

  // test/golden/make_shared_state_dicts.py
  test("of weights that layers share, and of a normalisation without weights, says what it says there", () => {
    const said = JSON.parse(readFileSync(path.join(golden, "shared.json"), "utf8")) as typeof outputs;
    const free = () => dense(4, 4, { bias: false });
    const nets = {
      shared: sequential([free(), tanh(), free()]),
      affine: sequential([dense(4, 5), batchNorm(), relu(), dense(5, 2)]),
    };
    for (const [name, net] of Object.entries(nets)) {
      const { x, g } = said[name]!;
      predict(loadNetwork(file(name), net), x).data.forEach((value, i) => {
        expect(Math.abs(value - g.flat()[i]!)).toBeLessThan(1e-14);
      });
    }
    expect(nets.shared.A[2]!.equals(nets.shared.A[1]!)).toBe(true);
    expect(shown).toEqual([]);
  });

  describe("whose modules have other indices than the layers, with numbers of which each tensor has its own", () => {
    /** Writes tensors of the given shapes, filled with 1, 2, … */
    const write = (shapes: Record<string, number[]>, texts: Record<string, string> = {}): string => {
      const target = path.join(folder, "indices.safetensors");
      const tensors = Object.entries(shapes).map(([name, shape], i) => {
        const size = shape.reduce((product, extent) => product * extent, 1);
        return [name, { shape, data: new Float32Array(size).fill(i + 1) }] as const;
      });
      writeSafetensors(target, { tensors: new Map(tensors), texts });
      return target;
    };
    const shared = { "2.weight": "0.weight", "2.bias": "0.bias" };

    test("refuses a network that lacks a layer whose weights another stores", () => {
      const target = write({ "0.weight": [2, 2], "0.bias": [2], "4.weight": [1, 2], "4.bias": [1] }, shared);
      const short = sequential([dense(2, 2), relu(), dense(2, 1)], { seed: 1 });
      const before = short.theta.slice();
      expect(() => loadNetwork(target, short)).toThrow("the network needs 2.weight of shape [1, 2]");
      expect(short.theta).toEqual(before);
      const whole = sequential([dense(2, 2), relu(), dense(2, 2), relu(), dense(2, 1)]);
      expect([...loadNetwork(target, whole).theta]).toEqual([1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 2, 2, 3, 3, 4]);
      expect(shown).toEqual([]);
      loadNetwork(target, sequential([dense(2, 2)]));
      expect(shown[0]).toContain(
        "also has 4.weight, 4.bias, 2.weight, 2.bias, which the network has no place",
      );
    });

    test("reads weights that layers share, and a normalisation without weights, in order", () => {
      const one = write(
        { "1.weight": [2, 2], "1.bias": [2], "5.weight": [1, 2], "5.bias": [1] },
        { "3.weight": "1.weight", "3.bias": "1.bias", format: "pt" },
      );
      const net = sequential([dense(2, 2), relu(), dense(2, 2), relu(), dense(2, 1)]);
      expect([...loadNetwork(one, net).theta]).toEqual([1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 2, 2, 3, 3, 4]);
      const affine = {
        "1.weight": [2, 2],
        "1.bias": [2],
        "2.running_mean": [2],
        "2.running_var": [2],
        "2.num_batches_tracked": [],
        "4.weight": [1, 2],
      };
      const normal = sequential([dense(2, 2), batchNorm(), relu(), dense(2, 1)]);
      expect([...loadNetwork(write(affine), normal).theta]).toEqual([1, 1, 1, 1, 2, 2, 1, 1, 0, 0, 6, 6, 0]);
      expect([...normal.buffers]).toEqual([3, 3, 4, 4]);
      expect(shown).toEqual([]);
    });

    test("names them all as modules to order", () => {
      const attributes = write(
        { "fc1.weight": [2, 2], "norm.running_mean": [2], "norm.running_var": [2], "head.weight": [1, 2] },
        { "fc2.weight": "fc1.weight" },
      );
      const net = () => sequential([dense(2, 2), batchNorm(), relu(), dense(2, 2), dense(2, 1)]);
      expect(() => loadNetwork(attributes, net())).toThrow("(the file has fc1, norm, head, fc2, in no order");
      const modules = ["fc1", "norm", "fc2", "head"];
      const { A } = loadNetwork(attributes, net(), { modules });
      expect([1, 2, 3].map((i) => A[i]!.data[0])).toEqual([1, 1, 4]);
    });

    const rest = { "2.weight": [1, 2], "2.bias": [1] };
    test.each<[Record<string, number[]>, string]>([
      [{ "0.weight_g": [2, 1], "0.weight_v": [2, 2], "0.bias": [2], ...rest }, "remove_weight_norm(module)"],
      [{ "fc.weight_g": [2, 1], "fc.weight_v": [2, 2], "out.weight": [1, 2] }, "remove_weight_norm(module)"],
      [
        {
          "0.parametrizations.weight.original0": [2, 1],
          "0.parametrizations.weight.original1": [2, 2],
          ...rest,
        },
        'parametrize.remove_parametrizations(module, "weight")',
      ],
      [
        { "0.weight_orig": [2, 2], "0.weight_u": [2], "0.weight_v": [2], ...rest },
        "remove_spectral_norm(module)",
      ],
      [{ "0.weight_orig": [2, 2], "0.weight_mask": [2, 2], ...rest }, 'prune.remove(module, "weight")'],
      [
        { "0.weight": [2, 2], "0.bias_orig": [2], "0.bias_mask": [2], ...rest },
        'prune.remove(module, "bias")',
      ],
      [
        {
          "0.weight_orig": [2, 2],
          "0.weight_u": [2],
          "0.weight_v": [2],
          "0.bias_orig": [2],
          "0.bias_mask": [2],
          ...rest,
        },
        "remove_spectral_norm(module)",
      ],
      [
        { "fc1.weight": [2, 2], "fc1.bias_orig": [2], "fc1.bias_mask": [2], "fc2.weight": [1, 2] },
        'prune.remove(module, "bias")',
      ],
    ])("refuses parts of weights and names the call that joins them: %o", (shapes, call) => {
      const net = sequential([dense(2, 2), relu(), dense(2, 1)], { seed: 1 });
      const before = net.theta.slice();
      const [first, second] = Object.keys(shapes).filter((name) => !/\.(weight|bias)$/.test(name));
      expect(() => loadNetwork(write(shapes), net)).toThrow(
        `, but the file has parts of such a parameter, ${first} and ${second}; call torch.nn.utils.${call} for each such module before saving; `,
      );
      expect(net.theta).toEqual(before);
      // Parts of what the network has no place for are ignored, as other tensors are.
      const whole = { "0.weight": [2, 2], "0.bias": [2], ...rest };
      loadNetwork(write({ ...whole, "aux.weight_g": [2, 1], "aux.weight_v": [2, 2] }), net);
      expect([...net.theta]).toEqual([1, 1, 1, 1, 2, 2, 3, 3, 4]);
      expect(shown[0]).toContain("also has aux.weight_g, aux.weight_v, which");
    });

    test("ignores parts of other modules where naming the modules is the fix, and buffers of a layer without a bias", () => {
      const net = sequential([dense(2, 2), relu(), dense(2, 1)], { seed: 1 });
      const named = { "fc1.weight": [2, 2], "fc1.bias": [2], "fc2.weight": [1, 2], "fc2.bias": [1] };
      for (const parts of [["aux.weight_mask"], ["aux.weight_orig", "aux.weight_mask"]]) {
        const file = write({ ...named, ...Object.fromEntries(parts.map((part) => [part, [2, 2]])) });
        expect(() => loadNetwork(file, net)).toThrow("or with { modules } the names of the file's modules");
        expect(() => loadNetwork(file, net, { modules: ["fc1", "fc3"] })).toThrow(
          "fc3.weight of shape [1, 2]; ",
        );
      }
      for (const buffer of ["0.bias_mask", "0.bias_v"]) {
        loadNetwork(write({ "0.weight": [2, 2], [buffer]: [2], ...rest }), net);
        expect([...net.theta].slice(4, 6)).toEqual([0, 0]);
      }
    });

    test("reads them under the prefixes of wrappers, and nested ones by their modules", () => {
      const net = () => sequential([dense(2, 2), relu(), dense(2, 1)], { seed: 1 });
      const shapes = { "0.weight": [2, 2], "0.bias": [2], ...rest };
      const under = (rename: (name: string) => string) =>
        write(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [rename(name), shape])));
      for (const prefix of ["module.", "_orig_mod.", "module._orig_mod."]) {
        expect([
          ...loadNetwork(
            under((name) => prefix + name),
            net(),
          ).theta,
        ]).toEqual([1, 1, 1, 1, 2, 2, 3, 3, 4]);
      }
      const nested = under((name) => name.replace(/^0/, "0.0").replace(/^2/, "1.0"));
      expect(() => loadNetwork(nested, net())).toThrow("(the file has 0.0, 1.0, in no order that counts)");
      const { theta } = loadNetwork(nested, net(), { modules: ["0.0", "1.0"] });
      expect([...theta]).toEqual([1, 1, 1, 1, 2, 2, 3, 3, 4]);
      expect(shown).toEqual([]);
    });

    test("counts modules whose tensors are no weights, or of a type that is not read", () => {
      const net = () => sequential([dense(2, 2), relu(), dense(2, 1)], { seed: 1 });
      const recurrent = { "0.weight": [2, 2], "1.weight_ih_l0": [2, 2], "3.weight": [1, 2] };
      expect(() => loadNetwork(write(recurrent), net())).toThrow("the network needs 2.weight");
      const target = write({ "0.weight": [2, 2], "2.weight": [1, 2] });
      const bytes = readFileSync(target);
      const length = Number(bytes.readBigUInt64LE(0));
      const { __metadata__, ...header } = JSON.parse(bytes.subarray(8, 8 + length).toString());
      const wrong = { ...header, "0.bias": { dtype: "I32", shape: [2], data_offsets: [24, 32] } };
      const text = Buffer.from(JSON.stringify(wrong));
      const size = Buffer.alloc(8);
      size.writeBigUInt64LE(BigInt(text.length));
      writeFileSync(target, Buffer.concat([size, text, bytes.subarray(8 + length), Buffer.alloc(8)]));
      expect(() => loadNetwork(target, net())).toThrow(
        /needs 0.bias of shape \[2\]; .* has 0.weight .*, 0.bias of type I32, which is not read$/,
      );
    });
  });

  test("goes out and comes back to the last bit, under the same names", () => {
    for (const name of Object.keys(outputs)) {
      if (name.startsWith("places") || name.startsWith("prefix")) continue;
      const model = loadNetwork(file(name), networkFor(name));
      const copy = path.join(folder, `${name}.safetensors`);
      saveNetwork(copy, model, { names: "pytorch" });
      const [here, there] = [copy, file(name)].map((one) => readSafetensors("test", one));
      expect([...here!.tensors.keys()].sort()).toEqual([...there!.tensors.keys()].sort());
      for (const [key, { shape, data }] of there!.tensors) {
        expect([...here!.tensors.get(key)!.shape]).toEqual([...shape]);
        expect([...here!.tensors.get(key)!.data]).toEqual([...data]);
      }
      expect(here!.texts).toEqual({ format: "pt" });
      expect(loadNetwork(copy, networkFor(name)).theta).toEqual(model.theta);
    }
  });

  test("is float32 where that holds the parameters, float64 where it does not", () => {
    const net = sequential([dense(2, 1)]);
    const saved = () => {
      saveNetwork(path.join(folder, "a.safetensors"), net, { names: "pytorch" });
      return readSafetensors("test", path.join(folder, "a.safetensors")).tensors.get("0.weight")!.data;
    };
    net.theta.set([0.5, 0.25, 1]);
    expect(saved()).toEqual(Float32Array.of(0.5, 0.25));
    net.theta[0] = 0.1;
    expect(saved()).toEqual(Float64Array.of(0.1, 0.25));
  });

  test("a bias that is not there is 0", () => {
    const model = loadNetwork(file("places-f32"), networkFor("places"));
    expect([...model.b[1]!.data]).toEqual([0, 0, 0, 0]);
    expect(model.b[2]!.data.some((b) => b !== 0)).toBe(true);
  });

  test("weights of a type that is not read are named, and texts of other programs mean nothing here", () => {
    const target = path.join(folder, "others.safetensors");
    const net = sequential([dense(1, 1)], { seed: 1 });
    const one = { shape: [1, 1], data: Float32Array.of(0.5) };
    const texts = { format: "pt", architecture: "mlp", state: "CA" };
    writeSafetensors(target, { tensors: new Map([["0.weight", one]]), texts });
    expect([...loadNetwork(target, net).theta]).toEqual([0.5, 0]);
    const header = JSON.stringify({ "0.weight": { dtype: "I64", shape: [1, 1], data_offsets: [0, 8] } });
    const bytes = new Uint8Array(8 + header.length + 8);
    bytes[0] = header.length;
    bytes.set(new TextEncoder().encode(header), 8);
    writeFileSync(target, bytes);
    expect(() => loadNetwork(target, net)).toThrow("has 0.weight of type I64, which is not read");
  });

  test("of another network is refused, and the network stays", () => {
    const other = sequential([dense(5, 7), relu(), dense(7, 2)], { seed: 1 });
    const before = other.theta.slice();
    expect(() => loadNetwork(file("dense-f32"), other)).toThrow(
      /^loadNetwork: the network needs 2.weight of shape \[2, 7\]; .* has 0.bias \[7\], 0.weight \[7, 5\], 2.bias \[6\]/,
    );
    expect(() =>
      loadNetwork(file("dense-f32"), sequential([dense(5, 7), relu(), dense(7, 7), relu(), dense(7, 2)])),
    ).toThrow("the network needs 2.weight of shape [7, 7]");
    expect(other.theta).toEqual(before);
    expect(() => saveNetwork("x", other, { names: "keras" as never })).toThrow(
      'saveNetwork: names must be "nablab" or "pytorch", got \'keras\'',
    );
  });

  test("layers without parameters take a place and no name", () => {
    const net = sequential([dense(2, 3), softmax(), dropout(0.1), dense(3, 1)]);
    const target = path.join(folder, "b.safetensors");
    saveNetwork(target, net, { names: "pytorch" });
    expect([...readSafetensors("test", target).tensors.keys()]).toEqual([
      "0.weight",
      "0.bias",
      "3.weight",
      "3.bias",
    ]);
    copyFileSync(target, path.join(folder, "c.safetensors"));
    expect(loadNetwork(path.join(folder, "c.safetensors"), net.copy()).theta).toEqual(net.theta);
  });
});

test("modules with names are read in the order that is given, which no file tells", () => {
  const build = () =>
    sequential([dense(3, 4), layerNorm(), relu(), dense(4, 4), relu(), dense(4, 2)], { seed: 1 });
  const [net, file] = [build(), path.join(folder, "modules.safetensors")];
  saveNetwork(file, net, { names: "pytorch" });
  const { tensors } = readSafetensors("test", file);
  const called: Record<string, string> = {
    0: "features.fc",
    1: "features.norm",
    3: "middle",
    5: "head",
  };
  const renamed = new Map(
    [...tensors]
      .map(([name, tensor]) => [name.replace(/^\d+/, (place) => called[place]!), tensor] as const)
      .reverse(),
  );
  writeSafetensors(file, { tensors: renamed, texts: {} });
  const other = sequential([dense(3, 4), layerNorm(), relu(), dense(4, 4), relu(), dense(4, 2)], { seed: 2 });
  const before = other.theta.slice();
  expect(() => loadNetwork(file, other)).toThrow(
    "the network needs 0.weight of shape [4, 3], or with { modules } the names of the file's modules in the order of the layers (the file has ",
  );
  expect(() => loadNetwork(file, other, { modules: ["middle", "head"] })).toThrow(
    "loadNetwork: modules must have a name for each of the 4 layers with parameters, got 2",
  );
  const modules = Object.values(called);
  expect(() => loadNetwork(file, other, { modules: modules.toReversed() })).toThrow(
    "the network needs head.weight of shape [4, 3]; ",
  );
  expect(() => loadNetwork(file, other, { modules: "features.fc" as never })).toThrow(
    'loadNetwork: modules must be a list of names, such as ["fc1", "fc2"], got \'features.fc\'',
  );
  expect(() => loadNetwork(file, other, { modules: ["head", "head", "middle", "x"] })).toThrow(
    "loadNetwork: each of the modules is one layer's, got 'head' twice",
  );
  expect(() => loadNetwork(file, other, { modules: [1, 2, 3, 4] as never })).toThrow(
    'loadNetwork: modules must be names, such as "fc1", got 1',
  );
  expect(other.theta).toEqual(before);
  expect(loadNetwork(file, other, { modules }).theta).toEqual(net.theta);
});

test("swapped file and network are reported as such", () => {
  const net = sequential([dense(1, 1)]);
  for (const call of [
    () => saveNetwork(net as never, "a" as never),
    () => loadNetwork(net as never, "a" as never),
  ]) {
    expect(call).toThrow(/Network: give the file first, then the network, got 'a'$/);
  }
});
