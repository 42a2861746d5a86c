"""The capstone's checks: agreement with the grader's own training first, measurements second.

Measurements alone prove nothing, since weights can come from elsewhere. So they count only if the evidence shows that
the learner's own code trained the model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from autograder.capstone.agreement import HELD_OUT, Evidence, explain
from autograder.capstone.run_result import RunResult, StoppedRun
from autograder.grading.report import Check

# Held-out loss of the standard recipe on the official names, 40 seeds: 2.348 to 2.369, standard deviation 0.0055
# (benchmarks/held_out_seeds.py). The highest plus three standard deviations.
BAND = 2.386


@dataclass(frozen=True)
class Proved:
    """The evidence from losses, also from a run that stopped."""

    evidence: Evidence


@dataclass(frozen=True)
class Measured(Proved):
    """The grader's own measurements, independent of claims by the learner's code.

    names: sampled by the grader from the learner's weights, as in the run: 20, then 40 cold and 40 hot ones.
    """

    held_out_loss: float
    bigram_loss: float
    names: list[str]
    surprise: Callable[[list[str]], float]  # nats per token of these names, by the grader's own trained model
    unigram_surprise: float
    known: frozenset[str]

    @property
    def judged_loss(self) -> float:
        """The held-out loss that decides points. For a known variant, it is the mean over seeds, so that points do not
        depend on the seed if a run ends near a limit.
        """
        mistake = self.evidence.mistake
        if mistake is None:
            return HELD_OUT
        return self.held_out_loss if mistake.start else mistake.variant.held_out

    def sampled_right(self, result: RunResult) -> bool:
        """Whether all names equal the grader's samples from the same weights."""
        return self.equal_names(result) == len(self.names)

    def equal_names(self, result: RunResult) -> int:
        """The number of the 100 names that equal the grader's."""
        return sum(a == b for a, b in zip([*result.names, *result.cold, *result.hot], self.names))


class CapstoneFinding(NamedTuple):
    """A check's result. share: the earned fraction of its points. message: for the learner."""

    share: float
    message: str


def every_loss_equals(result: RunResult | StoppedRun, measured: Proved) -> CapstoneFinding:
    """Each loss equals the grader's own training, step by step"""
    evidence = measured.evidence
    right = evidence.equal_right
    message = f"{right:,} of {evidence.total:,} losses equal.\n"
    if right < len(result.losses):
        message += explain(result.losses, evidence.right.losses, evidence.mistake, evidence.total)
    if evidence.mistake:
        message += f"Steps that agree with this mistake: {evidence.equal:,}. A real training run with a known mistake "
        message += "earns half.\n"
    return CapstoneFinding(evidence.losses_share, message)


def final_weights_equal(result: RunResult, measured: Measured) -> CapstoneFinding:
    """The final weights equal the grader's own"""
    evidence = measured.evidence
    if evidence.same_weights:
        same_as = "the grader's own training" if evidence.mistake is None else "a training with the mistake above"
        return CapstoneFinding(evidence.share, f"All 4,192 weights equal those of {same_as}.\n")
    if evidence.equal < evidence.total:
        return CapstoneFinding(0.0, "The weights are compared once all losses agree.\n")
    message = "All losses agree, but some weights do not.\n"
    return CapstoneFinding(0.0, message + "Likely:     state_dict is not the weights after the last step.\n")


def parts_take_the_step(result: RunResult | StoppedRun, measured: Proved) -> CapstoneFinding:
    """A step that the grader takes with your parts 1, 5 and 6 moves the weights as your training does"""
    if measured.evidence.own_parts and not measured.evidence.equal:
        return CapstoneFinding(0.0, "Not counted: no training loss agrees.\n")
    if measured.evidence.own_parts:
        return CapstoneFinding(1.0, "All 4,192 weights move as they should.\n")
    if isinstance(result.one_step, str):
        return CapstoneFinding(0.0, f"{result.one_step}\n")
    message = "Your gpt, Value and Adam move the weights differently.\n"
    return CapstoneFinding(
        0.0, message + "Likely:     A wrong gradient or a mistake in Adam, or train uses other code than these parts.\n"
    )


def names_equal(result: RunResult, measured: Measured) -> CapstoneFinding:
    """The names equal those that the grader samples from your weights"""
    equal = measured.equal_names(result)
    message = f"{equal} of {len(measured.names)} names equal.\n"
    if equal < len(measured.names):
        message += "Likely:     sample does not draw each token with one rng.choices from the rng that it gets, or it\n"
        message += "            uses another temperature.\n"
    return CapstoneFinding(float(measured.sampled_right(result)), message)


def invents_valid_names(result: RunResult, measured: Measured) -> CapstoneFinding:
    """The 20 names consist of the letters, 1 to 16 each"""
    wrong = [name for name in result.names if not (1 <= len(name) <= 16 and set(name) <= set(result.chars))]
    return CapstoneFinding(len(wrong) <= 1, f"{len(wrong)} of 20 names are empty, too long or have other characters.\n")


def invents_new_names(result: RunResult, measured: Measured) -> CapstoneFinding:
    """Many of the names are new, and they differ"""
    new = sum(name not in measured.known for name in result.hot)
    different = len(set(result.hot))
    message = f"Of 40 names at temperature 1, {new} are new and {different} different.\n"
    # Correct sampling gives at least 33 new and 39 different names; always using temperature 0.3 gives at least 11 and
    # 28. The limits are far from both, so that luck does not decide.
    return CapstoneFinding(new >= 6 and different >= 24, message)


def sounds_like_names(result: RunResult, measured: Measured) -> CapstoneFinding:
    """The names are more like names than letters drawn by their frequency"""
    valid = measurable(result.hot, result.chars)
    if len(valid) < 20:
        return CapstoneFinding(0.0, f"Only {len(valid)} of 40 names at temperature 1 can be measured.\n")
    loss, limit = measured.surprise(valid), measured.unigram_surprise
    message = (
        f"The grader's own model gives them {loss:.2f} nats per token, and {limit:.2f} to letters drawn by frequency.\n"
    )
    return CapstoneFinding(loss < limit - 0.3, message)


def measurable(names: list[str], chars: list[str]) -> list[str]:
    """The names that a model with these characters can read."""
    return [name for name in names if name and len(name) <= 16 and set(name) <= set(chars)]


def a_higher_temperature_surprises_more(result: RunResult, measured: Measured) -> CapstoneFinding:
    """A higher temperature gives names of more entropy"""
    cold, hot = (_letters_entropy(names) for names in (result.cold, result.hot))
    message = f"Entropy of the letters in 40 names: {cold:.2f} nats at temperature 0.3, {hot:.2f} at 1.0.\n"
    return CapstoneFinding(hot > cold + 0.05, message)


def beats_the_bigram_table(result: RunResult, measured: Measured) -> CapstoneFinding:
    """The model beats the bigram table on names that it has not seen"""
    message = f"Held-out loss {measured.held_out_loss:.4f} nats per token; the bigram table of part 2 has "
    message += f"{measured.bigram_loss:.4f}.\n" + _mean_over_seeds(measured)
    return CapstoneFinding(measured.judged_loss < measured.bigram_loss, message)


def reaches_the_band(result: RunResult, measured: Measured) -> CapstoneFinding:
    """The held-out loss is as low as that of the standard recipe"""
    message = f"Held-out loss {measured.held_out_loss:.4f} nats per token; the standard recipe stays below {BAND}.\n"
    return CapstoneFinding(measured.judged_loss <= BAND, message + _mean_over_seeds(measured))


def _mean_over_seeds(measured: Measured) -> str:
    if measured.judged_loss == measured.held_out_loss or not measured.evidence.mistake:
        return ""
    return f"With this known mistake, the mean over seeds is {measured.judged_loss:.3f}. This mean decides.\n"


def _letters_entropy(names: list[str]) -> float:
    counts = Counter("".join(names))
    total = sum(counts.values())
    return -sum(n / total * math.log(n / total) for n in counts.values()) if total else 0.0


@dataclass(frozen=True)
class CapstoneCheck:
    """A check and its points. own: given only if the learner's own parts trained the weights. sampling: also given if
    every name equals the grader's sampling.
    """

    task: str
    points: float
    function: Callable[[RunResult, Measured], CapstoneFinding]
    own: bool = True
    sampling: bool = False

    def find(self, result: RunResult | StoppedRun, measured: Proved) -> CapstoneFinding:
        """The check's finding, with the earned fraction of its points."""
        if self.own and isinstance(result, StoppedRun):
            return CapstoneFinding(0.0, "")
        share, message = self.function(result, measured)
        if self.own and not measured.evidence.own:
            # Leave out the measurements of such a run: they would suggest a fault in the sampling, for example.
            return CapstoneFinding(0.0, f"{message.partition(chr(10))[0]}\n{_why_not_own(measured.evidence)}")
        if self.sampling and measured.sampled_right(result):
            # Correct sampling from poorly trained weights gives poor names, which is not a mistake in part 8.
            return CapstoneFinding(1.0, message)
        return CapstoneFinding(float(share), message)


def _why_not_own(evidence: Evidence) -> str:
    if evidence.mistake and evidence.mistake.variant.explodes:
        return "Not counted: a training run with this mistake diverges, so its end means nothing.\n"
    if not evidence.own_parts:
        return "Not counted: your parts 1, 5 and 6 do not compute the same as this training run.\n"
    return "Not counted: this counts once all losses and weights agree.\n"


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


def judge(result: RunResult | StoppedRun, measured: Proved, problem: str = "") -> tuple[Check, ...]:
    """The checks with their points. problem: why the run stopped, if it did."""
    return tuple(judge_one(check, result, measured, problem) for check in CHECKS)


def steps_reached(steps: int, total: int) -> str:
    """A sentence about how far a run came."""
    return f"It reached step {steps:,} of {total:,}." if steps else "It stopped before its first step was reported."


def before_it_stopped(stopped: StoppedRun, evidence: Evidence) -> str:
    """Sentences about how far a stopped run came, and about its losses until then."""
    steps = len(stopped.losses)
    message = f"\n{steps_reached(steps, evidence.total)}"
    if not steps:
        return message
    if evidence.equal_right == steps:
        return f"{message} All losses until then equal the grader's own."
    why = explain(stopped.losses, evidence.right.losses, evidence.mistake, evidence.total)
    return f"{message} The losses differ before that. {why.rstrip()}"


def judge_one(check: CapstoneCheck, result: RunResult | StoppedRun, measured: Proved, problem: str = "") -> Check:
    """One check with its points."""
    share, message = check.find(result, measured)
    status = "passed" if share == 1.0 else "error" if problem else "failed"
    return Check(
        name=check.function.__name__,
        task=check.task,
        title=check.function.__doc__.strip(),
        hidden=False,
        points=float(check.points),
        earned=share * check.points,
        status=status,
        message=f"{problem}\n" if problem else message,
    )
