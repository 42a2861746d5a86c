"""Scores a recipe: the grader draws the weights, computes loss and gradient and owns the loop; the recipe, in the
sandbox, sees matrices of numbers and nothing else. In each run the 27 tokens are numbered anew by a secret permutation.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from autograder import model
from autograder.leaderboard.answers import need_finite, settings, value
from autograder.leaderboard.data import CHARS, CONFIG, Split, ciphered
from autograder.leaderboard.exchange import Relabelled
from autograder.leaderboard.rules import LIMITS, NUM_STEPS
from autograder.leaderboard.source import FILE_NAME, RecipeError
from autograder.sandbox import Tier, Worker

PROBES = Path(__file__).with_name("probes.py")
CURVE_POINTS = 50
SAMPLES = 6

OnStep = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Run:
    """One training: the held-out loss in nats per token, the loss of every step, the weights, what was printed."""

    loss: float
    losses: list[float]
    weights: model.Weights
    printed: str


@dataclass(frozen=True)
class Score:
    """A try. losses: held-out, by seed. control: on the ciphered names, None when not run. curve: means of the
    training losses over runs and neighbouring steps. names: sampled from the first run's model.
    """

    losses: tuple[float, ...]
    seeds: tuple[int, ...]
    control: float | None
    curve: tuple[float, ...]
    names: tuple[str, ...]
    seconds: float
    printed: str

    @property
    def mean(self) -> float:
        return sum(self.losses) / len(self.losses)


def score(
    content: bytes,
    split: Split,
    seeds: Sequence[int],
    *,
    tier: Tier,
    control_seed: int | None = None,
    num_steps: int = NUM_STEPS,
    on_step: OnStep | None = None,
) -> Score:
    """Run a recipe once per seed, and once more on ciphered names when there is a control_seed.

    on_step(run, step, loss) is called after each step, both counted from 0. Raises RecipeError with a sentence when
    the recipe breaks a rule or the program ends; SandboxUnavailable when no worker starts.
    """
    begin = time.monotonic()
    tasks = [(split, seed) for seed in seeds]
    if control_seed is not None:
        tasks.append((ciphered(split, control_seed), control_seed))
    runs = []
    for number, (names, seed) in enumerate(tasks):
        try:
            runs.append(run(content, names, seed, tier, num_steps, _counted(on_step, number)))
        except RecipeError as error:
            raise RecipeError(f"Run {number + 1} of {len(tasks)}{error}") from error
    scored = runs[: len(seeds)]
    rng = random.Random(f"samples {seeds[0]}")
    return Score(
        losses=tuple(one.loss for one in scored),
        seeds=tuple(seeds),
        control=runs[-1].loss if control_seed is not None else None,
        curve=_curve(np.mean([one.losses for one in scored], axis=0)),
        names=tuple(model.sample_many(runs[0].weights, CONFIG, CHARS, SAMPLES, 0.5, rng)),
        seconds=time.monotonic() - begin,
        printed=runs[0].printed,
    )


def run(
    content: bytes, split: Split, seed: int, tier: Tier, num_steps: int = NUM_STEPS, on_step: Callable | None = None
) -> Run:
    """Train once. Order of the names, weights and numbering of the tokens follow from the seed."""
    rng = random.Random(f"run {seed}")
    docs = list(split.train)
    rng.shuffle(docs)
    names = cycle(docs)
    drawn = model.draw_weights(CONFIG, rng, std=1.0)
    relabelled = Relabelled(rng.sample(range(CONFIG.vocab_size), CONFIG.vocab_size))
    files = {"probes.py": PROBES.read_bytes(), f"submission/{FILE_NAME}": content}
    losses = []
    with Worker(files, tier, LIMITS) as worker, np.errstate(all="ignore"):
        stds, sizes = settings(worker, list(drawn), num_steps)
        weights = {name: matrix * std for (name, matrix), std in zip(drawn.items(), stds)}
        for step, size in enumerate(sizes):
            batch = [model.encode(name, CHARS) for name in islice(names, size)]
            loss, gradient = model.loss_and_gradient(batch, weights, CONFIG)
            need_finite(loss, step)
            sent = [step, list(weights), relabelled.to_recipe(weights), relabelled.to_recipe(gradient)]
            answer = value(worker.call("update", sent), f", step {step}", worker.limits)
            weights = relabelled.from_recipe(answer, weights, step)
            losses.append(loss)
            if on_step is not None:
                on_step(step, loss)
        loss = model.held_out_loss(split.held_out, weights, CONFIG, CHARS)
        need_finite(loss, num_steps)
        return Run(loss, losses, weights, worker.output)


def _curve(losses: np.ndarray) -> tuple[float, ...]:
    blocks = np.array_split(losses, min(CURVE_POINTS, len(losses)))
    return tuple(float(block.mean()) for block in blocks)


def _counted(on_step: OnStep | None, number: int) -> Callable[[int, float], None] | None:
    return None if on_step is None else lambda step, loss: on_step(number, step, loss)
