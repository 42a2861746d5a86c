"""What the capstone's points are given for: agreement with the grader's own training first, measurements second.

Measurements alone prove nothing: weights can be carried in from elsewhere. So they count only for a run that the
evidence shows to be the learner's own training.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autograder import model
from autograder.capstone.evidence import RIGHT, Evidence, explain
from autograder.capstone.run_result import Outcome, Stopped
from autograder.capstone.training_variants import Training

# Held-out loss of the standard recipe on the official names, 40 seeds: 2.348 to 2.369, standard deviation 0.0055
# (benchmarks/held_out_seeds.py). The highest plus three standard deviations.
BAND = 2.386


@dataclass(frozen=True)
class Proved:
    """What losses prove, also those of a run that stopped."""

    evidence: Evidence


@dataclass(frozen=True)
class Measured(Proved):
    """What the grader finds out by itself: no claim of the learner's code.

    names: what the grader samples from the learner's weights, as the run did: 20, 40 cold and 40 hot ones.
    """

    held_out_loss: float
    bigram_loss: float
    names: list[str]
    surprise: Callable[[list[str]], float]  # nats per token of names, by the grader's own trained model
    unigram_surprise: float
    known: frozenset[str]

    @property
    def judged_loss(self) -> float:
        """The held-out loss that decides points: of a known way to train its mean over seeds, since a training may end
        near a limit and points do not depend on the seed.
        """
        mistake = self.evidence.mistake
        return self.held_out_loss if mistake and mistake.begun else (mistake.way if mistake else RIGHT).held_out

    def sampled_right(self, outcome: Outcome) -> bool:
        """Whether all names equal those that the grader samples from the same weights."""
        return self.equal_names(outcome) == len(self.names)

    def equal_names(self, outcome: Outcome) -> int:
        """How many of the 100 names equal the grader's."""
        return sum(a == b for a, b in zip([*outcome.names, *outcome.cold, *outcome.hot], self.names))


class Finding(NamedTuple):
    """What a check found. share: the share of its points that is earned. words: for the learner."""

    share: float
    words: str


def every_loss_equals(outcome: Outcome | Stopped, measured: Proved) -> Finding:
    """Each loss equals the grader's own training, step by step"""
    found = measured.evidence
    right = found.equal_right
    words = f"{right:,} of {found.total:,} losses equal.\n"
    if right < len(outcome.losses):
        words += explain(outcome.losses, found.right.losses, found.mistake, found.total)
    if found.mistake:
        words += f"Steps that agree with this mistake: {found.equal:,}. A real training with a known mistake "
        words += "earns half.\n"
    return Finding(found.losses_share, words)


def final_weights_equal(outcome: Outcome, measured: Measured) -> Finding:
    """The final weights equal the grader's own"""
    found = measured.evidence
    if found.same_weights:
        what = "the grader's own training" if found.mistake is None else "a training with the mistake above"
        return Finding(found.share, f"All 4,192 weights equal those of {what}.\n")
    if found.equal < found.total:
        return Finding(0.0, "The weights are compared once all losses agree.\n")
    words = "All losses agree, but some weights do not.\n"
    return Finding(0.0, words + "Likely:     state_dict does not hold the weights after the last step.\n")


def parts_take_the_step(outcome: Outcome | Stopped, measured: Proved) -> Finding:
    """A step that the grader takes with your parts 1, 5 and 6 moves the weights as your training does"""
    if measured.evidence.own_parts and not measured.evidence.equal:
        return Finding(0.0, "Not counted: no loss of the training agrees.\n")
    if measured.evidence.own_parts:
        return Finding(1.0, "All 4,192 weights move as they should.\n")
    if isinstance(outcome.one_step, str):
        return Finding(0.0, f"{outcome.one_step}\n")
    words = "Your gpt, Value and Adam move the weights in another way.\n"
    return Finding(0.0, words + "Likely:     a wrong gradient, or Adam; or train uses other code than these parts.\n")


def names_equal(outcome: Outcome, measured: Measured) -> Finding:
    """The names equal those that the grader samples from your weights"""
    equal = measured.equal_names(outcome)
    words = f"{equal} of {len(measured.names)} names equal.\n"
    if equal < len(measured.names):
        words += "Likely:     sample does not draw each token with one rng.choices from the rng that it gets, or it\n"
        words += "            uses another temperature.\n"
    return Finding(float(measured.sampled_right(outcome)), words)


def invents_valid_names(outcome: Outcome, measured: Measured) -> Finding:
    """The 20 names consist of the letters, 1 to 16 each"""
    wrong = [name for name in outcome.names if not (1 <= len(name) <= 16 and set(name) <= set(outcome.chars))]
    return Finding(len(wrong) <= 1, f"{len(wrong)} of 20 names are empty, too long or have other characters.\n")


def invents_new_names(outcome: Outcome, measured: Measured) -> Finding:
    """Many of the names are new, and they differ"""
    new = sum(name not in measured.known for name in outcome.hot)
    different = len(set(outcome.hot))
    words = f"Of 40 names at temperature 1, {new} are new and {different} different.\n"
    # Right names: 33 new ones and more, 39 different. The limits are far from those of a sampler that always takes the
    # temperature 0.3, too, or luck would decide: 11 and 28 at least.
    return Finding(new >= 6 and different >= 24, words)


def sounds_like_names(outcome: Outcome, measured: Measured) -> Finding:
    """The names are more like names than letters drawn by their frequency"""
    valid = [name for name in outcome.hot if name and len(name) <= 16 and set(name) <= set(outcome.chars)]
    if len(valid) < 20:
        return Finding(0.0, f"Only {len(valid)} of 40 names at temperature 1 can be measured.\n")
    found, line = measured.surprise(valid), measured.unigram_surprise
    words = f"By the grader's own model {found:.2f} nats per token; letters by frequency {line:.2f}.\n"
    return Finding(found < line - 0.3, words)


def a_higher_temperature_surprises_more(outcome: Outcome, measured: Measured) -> Finding:
    """A higher temperature gives names of more entropy"""
    cold, hot = (_letters_entropy(names) for names in (outcome.cold, outcome.hot))
    words = f"Entropy of the letters in 40 names: {cold:.2f} nats at temperature 0.3, {hot:.2f} at 1.0.\n"
    return Finding(hot > cold + 0.05, words)


def beats_the_bigram_table(outcome: Outcome, measured: Measured) -> Finding:
    """The model beats the bigram table on names that it has not seen"""
    words = f"Held-out loss {measured.held_out_loss:.4f} nats per token; the bigram table of part 2 has "
    words += f"{measured.bigram_loss:.4f}.\n" + _mean_over_seeds(measured)
    return Finding(measured.judged_loss < measured.bigram_loss, words)


def reaches_the_band(outcome: Outcome, measured: Measured) -> Finding:
    """The held-out loss is as low as that of the standard recipe"""
    words = f"Held-out loss {measured.held_out_loss:.4f} nats per token; the standard recipe stays below {BAND}.\n"
    return Finding(measured.judged_loss <= BAND, words + _mean_over_seeds(measured))


def _mean_over_seeds(measured: Measured) -> str:
    if measured.judged_loss == measured.held_out_loss or not measured.evidence.mistake:
        return ""
    return f"With this known mistake it is {measured.judged_loss:.3f} in the mean over seeds, which decides.\n"


def _letters_entropy(names: list[str]) -> float:
    counts = Counter("".join(names))
    total = sum(counts.values())
    return -sum(n / total * math.log(n / total) for n in counts.values()) if total else 0.0


@dataclass(frozen=True)
class CapstoneCheck:
    """A check and its points. own: they are given only for weights from a training by the learner's own parts.
    sampling: they are given, too, when every name equals the grader's sampling.
    """

    task: str
    points: float
    function: Callable[[Outcome, Measured], Finding]
    own: bool = True
    sampling: bool = False

    def find(self, outcome: Outcome | Stopped, measured: Proved) -> Finding:
        """What the check finds, and which share of its points that earns."""
        if self.own and isinstance(outcome, Stopped):
            return Finding(0.0, "")
        share, words = self.function(outcome, measured)
        if self.own and not measured.evidence.own:
            # No more words: what is measured of a run that proves nothing is no fault of the sampling, for example.
            return Finding(0.0, f"{words.partition(chr(10))[0]}\n{_why_not_own(measured.evidence)}")
        if self.sampling and measured.sampled_right(outcome):
            # Right sampling from weights that learnt little gives poor names: that is no mistake of part 8.
            return Finding(1.0, words)
        return Finding(float(share), words)


def _why_not_own(found: Evidence) -> str:
    if found.mistake and found.mistake.way.explodes:
        return "Not counted: a training with this mistake explodes, and its end says nothing.\n"
    if not found.own_parts:
        return "Not counted: your parts 1, 5 and 6 do not do what this training did.\n"
    return "Not counted: it counts once all losses and weights agree.\n"


CHECKS = (
    CapstoneCheck("11.1", 6, every_loss_equals, own=False),
    CapstoneCheck("11.1", 4, final_weights_equal),
    CapstoneCheck("11.1", 2, parts_take_the_step, own=False),
    CapstoneCheck("11.2", 2, names_equal),
    CapstoneCheck("11.2", 0.5, invents_valid_names, sampling=True),
    CapstoneCheck("11.2", 0.5, invents_new_names, sampling=True),
    CapstoneCheck("11.2", 0.5, sounds_like_names, sampling=True),
    CapstoneCheck("11.2", 0.5, a_higher_temperature_surprises_more, sampling=True),
    CapstoneCheck("11.3", 2, beats_the_bigram_table),
    CapstoneCheck("11.3", 2, reaches_the_band),
)


def unigram_names(docs: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """Names whose letters are drawn by how often they occur, with the lengths of real names."""
    letters = list("".join(docs))
    lengths = [len(docs[i]) for i in rng.integers(len(docs), size=count)]
    return ["".join(letters[i] for i in rng.integers(len(letters), size=length)) for length in lengths]


def by_model(names: list[str], trained: Training, chars: list[str]) -> float:
    """How much the names surprise a model, in nats per token."""
    return model.held_out_loss(names, trained.weights, model.Sizes(), chars)
