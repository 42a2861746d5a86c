"""What the capstone's points are given for: most of them for results that the grader measures itself."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder import model
from autograder.capstone.causes import explain, first_difference
from autograder.capstone.outcome import Outcome
from autograder.capstone.run import Task

# Held-out loss of the standard recipe on the official names, 40 seeds: 2.348 to 2.369, standard deviation 0.0055
# (benchmarks/held_out_seeds.py). The band is that range and three standard deviations to either side.
BAND = (2.331, 2.386)
LAST_100 = (2.2, 2.6)  # the mean of the last 100 losses was 2.285 to 2.451


@dataclass(frozen=True)
class Measured:
    """What the grader finds out by itself: no claim of the learner's code."""

    held_out_loss: float
    bigram_loss: float
    replay_losses: list[float]
    replay_names: list[str]
    surprise: Callable[[list[str]], float]  # nats per token of names, by the grader's own trained model
    unigram_surprise: float
    known: frozenset[str]

    def equal_losses(self, outcome: Outcome) -> int:
        """How many losses, from the first, equal those of the replay."""
        differs = first_difference(outcome.losses, self.replay_losses)
        return len(self.replay_losses) if differs is None else differs

    def equal_names(self, outcome: Outcome) -> int:
        """How many names equal those of the replay."""
        return sum(a == b for a, b in zip(outcome.names, self.replay_names))


Finding = tuple[bool, str]


def reaches_the_band(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """The held-out loss is what the standard recipe reaches"""
    low, high = BAND
    loss = measured.held_out_loss
    words = f"Held-out loss {loss:.4f} nats per token; the standard recipe's band is {low} to {high}.\n"
    if loss > high:
        words += "Likely:     a training loop that learns, but not as it should: look at the first step that differs.\n"
    return low <= loss <= high, words


def beats_the_bigram_table(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """The model beats the bigram table on names that it has not seen"""
    loss, line = measured.held_out_loss, measured.bigram_loss
    return loss < line, f"Held-out loss {loss:.4f} nats per token; the bigram table of part 2 has {line:.4f}.\n"


def has_a_sane_curve(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """The losses begin near ln 27 and end where training ends"""
    if not all(math.isfinite(loss) for loss in outcome.losses):
        return False, "Some losses are not finite numbers.\n"
    first, last = statistics.fmean(outcome.losses[:1]), statistics.fmean(outcome.losses[-100:])
    words = f"First loss {first:.4f} (ln 27 is {math.log(27):.3f}), mean of the last 100 {last:.4f}.\n"
    return 2.6 < first < 4.0 and LAST_100[0] < last < LAST_100[1], words


def invents_valid_names(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """The 20 names are made of the letters, 1 to 16 each"""
    wrong = [name for name in outcome.names if not (1 <= len(name) <= 16 and set(name) <= set(outcome.chars))]
    return len(wrong) <= 1, f"{len(wrong)} of 20 names are empty, too long or have other characters.\n"


def invents_new_names(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """Most of the names are new, and they differ"""
    new = sum(name not in measured.known for name in outcome.hot)
    different = len(set(outcome.hot))
    return new >= 20 and different >= 30, f"Of 40 names at temperature 1, {new} are new and {different} different.\n"


def sounds_like_names(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """The names are nearer to names than letters drawn by how often they occur"""
    valid = [name for name in outcome.hot if name and len(name) <= 16 and set(name) <= set(outcome.chars)]
    if len(valid) < 20:
        return False, f"Only {len(valid)} of 40 names at temperature 1 can be measured.\n"
    found, line = measured.surprise(valid), measured.unigram_surprise
    return (
        found < line - 0.3,
        f"By the grader's own model {found:.2f} nats per token; letters by frequency {line:.2f}.\n",
    )


def a_higher_temperature_surprises_more(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """A higher temperature gives names of more entropy"""
    cold, hot = (_letters_entropy(names) for names in (outcome.cold, outcome.hot))
    words = f"Entropy of the letters in 40 names: {cold:.2f} nats at temperature 0.3, {hot:.2f} at 1.0.\n"
    return hot > cold + 0.05, words


def _letters_entropy(names: list[str]) -> float:
    counts = Counter("".join(names))
    total = sum(counts.values())
    return -sum(n / total * math.log(n / total) for n in counts.values()) if total else 0.0


def equals_the_replay(task: Task, outcome: Outcome, measured: Measured) -> Finding:
    """Every loss and every name equals the grader's own computation"""
    losses, names = measured.equal_losses(outcome), measured.equal_names(outcome)
    total = len(measured.replay_losses)
    words = f"{losses:,} of {total:,} losses and {names} of 20 names equal.\n"
    if losses < total:
        words += explain(outcome.losses, measured.replay_losses, task.docs, task.seed)
    elif names < 20:
        words += "Likely:     sample draws otherwise than with one rng.choices a token, not from the rng it is given,\n"
        words += "            or with another temperature than it is told.\n"
    return losses == total and names == 20, words


CHECKS: tuple[tuple[str, float, Callable], ...] = (
    ("11.1", 2, has_a_sane_curve),
    ("11.1", 4, beats_the_bigram_table),
    ("11.1", 6, reaches_the_band),
    ("11.2", 2, invents_valid_names),
    ("11.2", 1, invents_new_names),
    ("11.2", 2, sounds_like_names),
    ("11.2", 1, a_higher_temperature_surprises_more),
    ("11.3", 2, equals_the_replay),
)


def unigram_names(docs: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """Names whose letters are drawn by how often they occur, with the lengths of real names."""
    letters = list("".join(docs))
    lengths = [len(docs[i]) for i in rng.integers(len(docs), size=count)]
    return ["".join(letters[i] for i in rng.integers(len(letters), size=length)) for length in lengths]


def by_model(names: list[str], replayed: model.Replayed) -> float:
    """How much the names surprise a model, in nats per token."""
    return model.held_out_loss(names, replayed.weights, replayed.config, replayed.chars)
