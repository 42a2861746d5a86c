"""Can the model tell real names from nonsense?"""

from __future__ import annotations

import random

import numpy as np

from autograder import model
from experiments import plots, words
from experiments.training import split, spread, train

TITLE = "Real names against nonsense"
QUESTION = """Can the model tell real names from nonsense? It gets held-out names, which it has never seen, and four
kinds of nonsense made from each: the name backwards, its letters shuffled, as many letters drawn from all names, and
letters drawn from the alphabet. Which is less surprising to the model per token, the name or the nonsense?"""
SEEDS = 20
TRAINS = True
KINDS = ("backwards", "shuffled", "letters of names", "any letters")
NAMES_READ = 1000


def measure(seeds: int, steps: int) -> dict:
    """Nats per token for names and for each kind, and the share of pairs in which the name is less surprising."""
    docs, held_out = split()
    rng = random.Random(1)
    names = rng.sample(sorted({name for name in held_out if len(set(name)) > 1}), NAMES_READ)
    kinds = {kind: [_nonsense(name, kind, docs, rng) for name in names] for kind in KINDS}
    losses: dict[str, list[float]] = {kind: [] for kind in ("real", *KINDS)}
    told: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for seed in range(1, seeds + 1):
        trained = train(docs, seed, steps)
        real = _nats_per_token(names, trained)
        losses["real"].append(float(real.mean()))
        for kind, texts in kinds.items():
            nonsense = _nats_per_token(texts, trained)
            losses[kind].append(float(nonsense.mean()))
            told[kind].append(float((real < nonsense).mean()))
    return {
        "nats": {kind: spread(by_seed) for kind, by_seed in losses.items()},
        "told": {kind: spread(by_seed) for kind, by_seed in told.items()},
        "examples": {kind: texts[:3] for kind, texts in {"real": names, **kinds}.items()},
    }


def _nonsense(name: str, kind: str, docs, rng: random.Random) -> str:
    """Nonsense of the same length that differs from the name."""
    while True:
        text = {
            "backwards": lambda: name[::-1],
            "shuffled": lambda: "".join(rng.sample(name, len(name))),
            "letters of names": lambda: "".join(rng.choice(rng.choice(docs)) for _ in name),
            "any letters": lambda: "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=len(name))),
        }[kind]()
        if text != name or kind == "backwards":  # a palindrome is the same backwards
            return text


def _nats_per_token(texts, trained) -> np.ndarray:
    """Nats per token of each text."""
    sums = [model.nats([model.encode(text, trained.chars)], trained.weights, trained.config) for text in texts]
    return np.array([nats / count for nats, count in sums])


def table(figures: dict) -> list[str]:
    """A row per kind."""
    rows = []
    for kind, nats in figures["nats"].items():
        told = figures["told"].get(kind)
        share = f"{told['mean']:.1%} ± {told['sd']:.1%}" if told else ""
        rows.append([kind, ", ".join(figures["examples"][kind]), words.mean_sd(nats), share])
    return words.table(["texts", "the first three", "nats per token", "the name is less surprising"], rows)


def findings(figures: dict) -> str:
    """The conclusion, in words."""
    told = {kind: share["mean"] for kind, share in figures["told"].items()}
    return (
        f"The model recognises uniformly drawn letters in {told['any letters']:.0%} of the pairs, and a shuffled name "
        f"in {told['shuffled']:.0%}, where only the order of the letters differs. For names read backwards it is "
        f"{told['backwards']:.0%}: vowels and consonants still alternate. (Palindromes, which can't be recognised, "
        "count against the model.)"
    )


def describe(figures: dict) -> str:
    """The picture in words, for its alternative text."""
    parts = [f"{kind} {nats['mean']:.2f}" for kind, nats in figures["nats"].items()]
    return f"Nats per token by kind of text: {', '.join(parts)}; a dashed line at 3.30, uniform guessing."


def draw(figures: dict, figure) -> None:
    """A mark for each kind."""
    axes, places = figure.subplots(), range(len(figures["nats"]))
    axes.set(xlim=(-0.5, len(places) - 0.5), ylabel="nats per token")
    plots.draw_level(axes, np.log(27), "guessing")
    plots.draw_spread(axes, places, list(figures["nats"].values()), line=False)
    plots.set_places(axes.xaxis, places, list(figures["nats"]))
    axes.grid(visible=False, axis="x")
