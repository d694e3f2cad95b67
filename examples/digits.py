"""Handwritten digits: which of four kinds of model, with which settings, recognises them best?

    score    the cross-validated accuracy of each setting on a training set, for two seeds of the folds
    final    the accuracy of the best setting on a test set, for three seeds

Each combination of `score` stores its accuracy in the context under its own key, and `final` reads all
of these keys. This is how SETUP passes results from one trial to the next.

    mlx compile examples/digits.py && snakemake -j4
"""

import json
from statistics import mean

from mlx2smk import SETUP, VerificationResult, setup, trial, verify
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split

SCORE = "score "


@setup()
def init():
    return {"seed": 0, "test_share": 0.25, "folds": 3, "at_least": 0.97, "agree_within": 0.02}


def load_parts():
    """Return the training and test images (pixels from 0 to 1), and the training and test labels."""
    images, labels = load_digits(return_X_y=True)
    return train_test_split(
        images / 16, labels, test_size=SETUP["test_share"], stratify=labels, random_state=0
    )


def make_model(cfg: dict, seed: int):
    """Return the model for a setting; each kind is imported only where it is used."""
    settings = {key: value for key, value in cfg.items() if key != "model"}
    if cfg["model"] == "majority":
        from sklearn.dummy import DummyClassifier

        return DummyClassifier(strategy="most_frequent")
    if cfg["model"] == "logistic":
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(max_iter=500, **settings)
    if cfg["model"] == "svc":
        from sklearn.svm import SVC

        return SVC(**settings)
    if cfg["model"] == "neighbours":
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(**settings)
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(random_state=seed, **settings)


@trial(
    1,
    {
        "cfg": [
            {"model": "majority"},
            {"model": "logistic", "C": 0.1},
            {"model": "logistic", "C": 1.0},
            {"model": "svc", "kernel": "linear", "C": 1.0},
            {"model": "svc", "kernel": "rbf", "C": 1.0},
            {"model": "svc", "kernel": "rbf", "C": 10.0},
            {"model": "neighbours", "n_neighbors": 1},
            {"model": "neighbours", "n_neighbors": 5},
            {"model": "forest", "n_estimators": 50},
        ],
        "seed": [0, 1],
        "__parallel__": 4,
    },
)
def score(cfg: dict, seed: int):
    images, _, labels, _ = load_parts()
    folds = StratifiedKFold(SETUP["folds"], shuffle=True, random_state=seed)
    accuracies = cross_val_score(make_model(cfg, seed), images, labels, cv=folds)
    accuracy = float(accuracies.mean())
    key = SCORE + json.dumps([cfg, seed])
    return {"accuracy": accuracy, "context_update": {key: accuracy}}


def mean_scores() -> dict[str, float]:
    """Return each setting, as JSON, with the mean of its accuracies over the seeds."""
    found: dict[str, list[float]] = {}
    for key, accuracy in SETUP.items():
        if key.startswith(SCORE):
            cfg, _ = json.loads(key.removeprefix(SCORE))
            found.setdefault(json.dumps(cfg), []).append(accuracy)
    return {cfg: mean(accuracies) for cfg, accuracies in found.items()}


@trial(2, {"seed": [0, 1, 2]})
def final(seed: int):
    scores = mean_scores()
    cfg = json.loads(max(scores, key=scores.__getitem__))
    images, unseen_images, labels, unseen_labels = load_parts()
    # Train on a different 90 % for each seed, to see how much the result depends on the sample.
    images, _, labels, _ = train_test_split(
        images, labels, test_size=0.1, stratify=labels, random_state=seed
    )
    model = make_model(cfg, seed).fit(images, labels)
    return {"cfg": cfg, "accuracy": float(model.score(unseen_images, unseen_labels))}


def final_accuracies(results) -> list[float]:
    """Return the accuracies of the chosen setting; raise KeyError if a run failed."""
    return [run["result"]["accuracy"] for run in results["final"]]


@verify(["final"])
def reads_unseen_digits(results):
    """The chosen model is accurate enough on unseen digits, whatever the seed."""
    good = min(final_accuracies(results)) >= SETUP["at_least"]
    return VerificationResult.SUPPORTS if good else VerificationResult.REFUTES


@verify(["score", "final"])
def beats_the_majority(results):
    """The chosen model is far better than always predicting the most common digit."""
    baseline = [
        run["result"]["accuracy"]
        for run in results["score"]
        if run["params"]["cfg"]["model"] == "majority"
    ]
    return mean(final_accuracies(results)) > mean(baseline) + 0.5


@verify(["final"])
def seeds_agree(results):
    """The result hardly depends on the seed."""
    accuracies = final_accuracies(results)
    return max(accuracies) - min(accuracies) <= SETUP["agree_within"]
