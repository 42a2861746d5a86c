"""Short runs of the capstone, and trainings in numpy that are run once for several tests."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator

import pytest

from autograder.capstone import evidence
from autograder.capstone.capstone_run import NUM_STEPS
from autograder.capstone.run_result import COUNTS
from autograder.capstone.training_variants import TrainedVariant, train


@contextlib.contextmanager
def few_names() -> Iterator[None]:
    """Runs that sample 30 names instead of 100: after a few steps names are long, and take longer than the steps."""
    with pytest.MonkeyPatch.context() as patch:
        for key, count in {"names": 4, "cold": 4, "hot": 22}.items():
            patch.setitem(COUNTS, key, count)
        yield


@contextlib.contextmanager
def trained_once(trained: dict[tuple, TrainedVariant]) -> Iterator[None]:
    """The grader trains each variant only once for each task. Otherwise it trains all known mistakes again for each run
    that it explains. trained: the trainings so far. Only for tasks of relabelled names, which a seed determines, and
    for runs that claim no start of their own.
    """

    def train_once(variant, docs, seed, num_steps, stop=None, start=None):
        # A start is the variant's own, except in the training of a single step, the only one with NUM_STEPS.
        assert start is None or num_steps != NUM_STEPS or stop == 1
        key = (id(variant), seed, num_steps, stop, start is None)
        if key not in trained:
            trained[key] = train(variant, docs, seed, num_steps, stop, start)
        return trained[key]._replace(rng=copy.copy(trained[key].rng))  # names are drawn with its generator

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "train", train_once)
        yield
