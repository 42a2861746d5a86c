"""The data for training and measuring recipes, and the baseline losses."""

from __future__ import annotations

import functools
import math
import random
import string
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from autograder import model
from autograder.course import ROOT, SOLUTIONS
from autograder.grading.part_probes import load_trusted
from autograder.leaderboard.noise import CHECKPOINT_STEPS
from autograder.leaderboard.score_lines import MICROGPT

NAMES = ROOT / "datasets" / "names.txt"
PUBLISHED_SPLIT = 42  # the split of part 2; closing draws another one, or uses the instructor's seed
CHARS = string.ascii_lowercase
CONFIG = model.Sizes()
BASELINE_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Split:
    """The names for training and for measuring, rows as in the file."""

    train: tuple[str, ...]
    held_out: tuple[str, ...]


@functools.cache
def load_split(seed: int = PUBLISHED_SPLIT) -> Split:
    """The official names, split by part 2's rule: no name is on both sides."""
    tokenizer = load_trusted(SOLUTIONS / "part02_tokenizer.py")
    train, held_out = tokenizer.split_docs(tokenizer.load_docs(str(NAMES)), seed=seed)
    return Split(tuple(train), tuple(held_out))


def ciphered(split: Split, seed: int) -> Split:
    """The same names in a secret script: letters at odd places are replaced by one permutation, at even by another.

    There is as much to learn as in the real names, but knowledge about real names does not help. So this is a control.
    """
    rng = random.Random(f"cipher {seed}")
    tables = [str.maketrans(CHARS, "".join(rng.sample(CHARS, len(CHARS)))) for _ in range(2)]

    def cipher(name: str) -> str:
        return "".join(letter.translate(tables[place % 2]) for place, letter in enumerate(name))

    return Split(tuple(map(cipher, split.train)), tuple(map(cipher, split.held_out)))


def baselines(split: Split, replay: Callable = model.replay) -> dict[str, float]:
    """Held-out losses to compare with, in nats per token: three models without training, and microgpt's recipe.

    The last is the mean over three seeds, trained in numpy without a sandbox, which takes about two seconds.
    """
    tokenizer = load_trusted(SOLUTIONS / "part02_tokenizer.py")
    tokens = tokenizer.Tokenizer(list(split.train))
    counts = tokenizer.bigram_counts(split.train, tokens)
    losses = []
    for seed in BASELINE_SEEDS:
        trained = replay(split.train, 1000, seed=seed)
        losses.append(model.held_out_loss(split.held_out, trained.weights, trained.config, trained.chars))
    return {
        "uniform": math.log(CONFIG.vocab_size),
        "unigram": _unigram_loss(split),
        "bigram": tokenizer.bigram_loss(counts, split.held_out, tokens),
        MICROGPT: sum(losses) / len(losses),
    }


def reference_curve(split: Split, num_steps: int = 1000) -> list[float]:
    """The held-out loss of one run of microgpt's recipe after every 25 steps. Takes about four seconds."""
    curve: list[float] = []

    def measure(step: int, _loss: float, weights: model.Weights) -> None:
        if (step + 1) % CHECKPOINT_STEPS == 0:
            curve.append(model.held_out_loss(split.held_out, weights, CONFIG, CHARS))

    model.replay(split.train, num_steps, seed=BASELINE_SEEDS[0], on_step=measure)
    return curve


def _unigram_loss(split: Split) -> float:
    """The loss of a model that only knows how often each token occurs, including the closing BOS."""
    end = "."
    counts = Counter("".join(name + end for name in split.train))
    total = sum(counts.values()) + CONFIG.vocab_size  # add-one smoothing, as in the bigram table
    held_out = "".join(name + end for name in split.held_out)
    return -sum(math.log((counts[letter] + 1) / total) for letter in held_out) / len(held_out)
