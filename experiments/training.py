"""Training as in part 7, with the settings that experiments change: names per step, learning rate, sizes, data."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Sequence

from autograder import model
from autograder.course import ROOT, SOLUTIONS
from autograder.grading.part_probes import load_trusted


@functools.cache
def split(data: str = "names") -> tuple[list[str], list[str]]:
    """A data set's training and held-out texts, split by part 2's rule: no text is on both sides."""
    tokenizer = load_trusted(SOLUTIONS / "part02_tokenizer.py")
    return tokenizer.split_docs(tokenizer.load_docs(str(ROOT / "datasets" / f"{data}.txt")))


def train(
    docs: Sequence[str], seed: int, steps: int, names_per_step: int = 1, lr: float = 0.01, **sizes
) -> model.Replayed:
    """Train. With the defaults (1,000 steps with one name each), the weights equal those of the course.

    sizes: fields of model.Sizes. With more names per step, each step uses the next ones, and its loss is the mean over
    all their tokens.
    """
    config = model.Sizes(vocab_size=len(set("".join(docs))) + 1, **sizes)
    return model.replay(docs, steps, seed, config, names_per_step=names_per_step, lr=lr)


def loss_on(docs: Sequence[str], trained: model.Replayed) -> float:
    """The mean loss over docs, in nats per token."""
    return model.held_out_loss(docs, trained.weights, trained.config, trained.chars)


def held_out_losses(seeds: int, steps: int, data: str = "names", **changes) -> list[float]:
    """The held-out losses of one training run per seed, from seed 1 on. changes: arguments of `train`."""
    docs, held_out = split(data)
    return [loss_on(held_out, train(docs, seed, steps, **changes)) for seed in range(1, seeds + 1)]


def parameters(**sizes) -> int:
    """The number of parameters of a model with these sizes."""
    return sum(rows * columns for rows, columns in model.shapes(model.Sizes(**sizes)).values())


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, standard deviation over the runs (0 for a single value), lowest and highest."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"mean": statistics.mean(values), "sd": deviation, "lowest": min(values), "highest": max(values)}
