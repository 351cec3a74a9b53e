"""The classics of classic.mjs in scikit-learn and PyTorch: writes a JSON with the data, the splits and what both reach.

    VENV/bin/python test/bench/classic.py FILE SEEDS        (classic.mjs makes VENV, from classic-requirements.txt)

Features are standardised by the training samples. Each network has one hidden layer of 32 ReLUs and is trained by Adam with step size
0.01 in batches of 32 for 60 epochs, without penalty.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
import torch
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor

SETS = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits,
    "diabetes": datasets.load_diabetes,
}
HIDDEN, ETA, BATCH, EPOCHS = 32, 0.01, 32, 60


def by_torch(x, y, test, seed, classes):
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, classes or 1))
    rule = torch.optim.Adam(net.parameters(), lr=ETA)
    x, test = torch.tensor(x, dtype=torch.float32), torch.tensor(test, dtype=torch.float32)
    y = torch.tensor(y, dtype=torch.long if classes else torch.float32)
    loss_of = torch.nn.functional.cross_entropy if classes else lambda g, t: ((g[:, 0] - t) ** 2).mean()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            rule.zero_grad()
            loss_of(net(x[batch]), y[batch]).backward()
            rule.step()
    with torch.no_grad():
        g = net(test)
    return (g.argmax(1) if classes else g[:, 0]).numpy()


def by_sklearn(x, y, test, seed, classes):
    kind = MLPClassifier if classes else MLPRegressor
    net = kind(
        hidden_layer_sizes=(HIDDEN,), alpha=0, learning_rate_init=ETA, batch_size=BATCH, max_iter=EPOCHS, random_state=seed, tol=0, n_iter_no_change=EPOCHS
    )
    return net.fit(x, y).predict(test)


def score(said, y, classes):
    """Of classes the test samples that are wrong, of numbers R²."""
    return int((said != y).sum()) if classes else 1 - float(((said - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    out = {"versions": {"PyTorch": torch.__version__.split("+")[0], "scikit-learn": sklearn.__version__}, "sets": {}}
    for name, load in SETS.items():
        x, y = load(return_X_y=True)
        classes = 0 if name == "diabetes" else int(y.max()) + 1
        runs = []
        for seed in range(int(sys.argv[2])):
            train, test = train_test_split(np.arange(len(x)), test_size=0.25, random_state=seed, stratify=y if classes else None)
            mean, sd = x[train].mean(0), x[train].std(0)
            sd[sd == 0] = 1
            z = (x - mean) / sd
            level, size = (0, 1) if classes else (y[train].mean(), y[train].std())
            t = y if classes else (y - level) / size
            said = {kind.__name__: kind(z[train], t[train], z[test], seed, classes) for kind in (by_torch, by_sklearn)}
            runs.append(
                {
                    "train": train.tolist(),
                    "test": test.tolist(),
                    **{kind: score(one, t[test], classes) for kind, one in said.items()},
                }
            )
        out["sets"][name] = {"x": x.tolist(), "y": y.tolist(), "classes": classes, "runs": runs}
        print(name, [(run["by_torch"], run["by_sklearn"]) for run in runs], file=sys.stderr)
    with open(sys.argv[1], "w") as file:
        json.dump(out, file)
