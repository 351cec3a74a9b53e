"""Writes pytorch/shared.safetensors, of two layers with the same weights, of which save_model stores one, and
pytorch/affine.safetensors, of a normalisation without weights; and pytorch/shared.json, what both networks say to some inputs.

    VENV/bin/pip install safetensors && VENV/bin/python test/golden/make_shared_state_dicts.py        (see make.py for VENV)
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file, save_model
from torch import nn

HERE = Path(__file__).with_name("pytorch")

if __name__ == "__main__":
    torch.manual_seed(20260101)
    x = torch.randn(3, 4, dtype=torch.float64)
    shared = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Tanh(), nn.Linear(4, 4, bias=False)).double().eval()
    shared[2].weight = shared[0].weight
    save_model(shared, str(HERE / "shared.safetensors"))
    affine = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5, affine=False), nn.ReLU(), nn.Linear(5, 2)).double()
    for _ in range(3):
        affine(1 + 2 * torch.randn(8, 4, dtype=torch.float64))
    save_file(affine.eval().state_dict(), HERE / "affine.safetensors")
    nets = {"shared": shared, "affine": affine}
    outputs = {name: {"x": x.tolist(), "g": net(x).tolist()} for name, net in nets.items()}
    (HERE / "shared.json").write_text(json.dumps(outputs) + "\n")
