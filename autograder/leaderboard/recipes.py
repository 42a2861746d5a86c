"""Score a recipe. The grader draws the weights, computes loss and gradient, and runs the loop. The recipe runs in the
sandbox and sees only matrices of numbers. Each run renumbers the 27 tokens by a secret permutation.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder import model
from autograder.leaderboard.data import CHARS, CONFIG, Split, ciphered
from autograder.leaderboard.noise import CHECKPOINT_STEPS
from autograder.leaderboard.recipe_answers import Score, read_hyperparameters, reply_value, require_finite
from autograder.leaderboard.recipe_source import FILE_NAME, LIMITS, NUM_STEPS, RecipeError
from autograder.leaderboard.token_permutation import TokenPermutation
from autograder.sandbox import Tier, Worker

PROBES = Path(__file__).with_name("recipe_probes.py")
SAMPLES = 6

OnStep = Callable[[int, int, float], None]


@dataclass(frozen=True)
class RecipeRun:
    """One training run: held-out loss in nats per token, the training loss of every step, the held-out loss after every
    25 steps if it was asked for, the names of every step, the weights, the recipe's output.
    """

    loss: float
    losses: list[float]
    curve: list[float]
    sizes: list[int]
    weights: model.Weights
    printed: str


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
    """Run a recipe once per seed, and with a control_seed once more on ciphered names.

    on_step(run, step, loss) is called after each step, both counted from 0. Raises RecipeError if the recipe breaks a
    rule or its process ends; SandboxUnavailable if no worker starts.
    """
    begin = time.monotonic()
    tasks = [(split, seed) for seed in seeds]
    if control_seed is not None:
        tasks.append((ciphered(split, control_seed), control_seed))
    runs = []
    for number, (names, seed) in enumerate(tasks):
        try:
            with_curve = number < len(seeds)
            runs.append(run(content, names, seed, tier, num_steps, _counted(on_step, number), with_curve))
        except RecipeError as error:
            raise RecipeError(f"Run {number + 1} of {len(tasks)}{error}") from error
    scored = runs[: len(seeds)]
    rng = random.Random(f"samples {seeds[0]}")
    return Score(
        losses=tuple(scored_run.loss for scored_run in scored),
        seeds=tuple(seeds),
        control=runs[-1].loss if control_seed is not None else None,
        curve=tuple(sum(losses) / len(losses) for losses in zip(*(scored_run.curve for scored_run in scored))),
        names=tuple(model.sample_many(runs[0].weights, CONFIG, CHARS, SAMPLES, 0.5, rng)),
        seconds=time.monotonic() - begin,
        printed=runs[0].printed,
        names_per_step=(min(runs[0].sizes), max(runs[0].sizes)),
    )


def run(
    content: bytes,
    split: Split,
    seed: int,
    tier: Tier,
    num_steps: int = NUM_STEPS,
    on_step: Callable | None = None,
    with_curve: bool = False,
) -> RecipeRun:
    """Train once. The seed determines the order of the names, the weights and the numbering of the tokens."""
    rng = random.Random(f"run {seed}")
    docs = list(split.train)
    rng.shuffle(docs)
    drawn = model.draw_weights(CONFIG, rng, std=1.0)
    permutation = TokenPermutation(rng.sample(range(CONFIG.vocab_size), CONFIG.vocab_size))
    files = {"probes.py": PROBES.read_bytes(), f"submission/{FILE_NAME}": content}
    losses, checkpoints = [], []
    with Worker(files, tier, LIMITS) as worker, np.errstate(all="ignore"):

        def update(step: int, weights: model.Weights, gradients: model.Weights) -> model.Weights:
            arguments = [step, *permutation.to_recipe(as_digits(weights), as_digits(gradients))]
            answer = reply_value(worker.call("update", arguments), f", step {step}", worker.limits)
            return as_matrices(permutation.from_recipe(answer, model.shapes(CONFIG), step))

        settings = reply_value(worker.call("settings", [list(drawn), num_steps]), "", worker.limits)
        stds, sizes = read_hyperparameters(settings, list(drawn), num_steps)
        weights = {name: matrix * std for (name, matrix), std in zip(drawn.items(), stds)}
        batches = model.batches(docs, CHARS, sizes)
        training = model.train(weights, batches, CONFIG, update, on_loss=require_finite)
        for step, (loss, new_weights) in enumerate(training):
            weights = new_weights
            losses.append(loss)
            if with_curve and (step + 1) % CHECKPOINT_STEPS == 0:
                checkpoints.append(weights)
            if on_step is not None:
                on_step(step, loss)
        loss = model.held_out_loss(split.held_out, weights, CONFIG, CHARS)
        require_finite(num_steps, loss)
        printed = worker.read_output()
    # Measured after the run, so that the 0.07 s per checkpoint don't count towards its time.
    with np.errstate(all="ignore"):
        curve = [model.held_out_loss(split.held_out, weights, CONFIG, CHARS) for weights in checkpoints]
    return RecipeRun(loss, losses, curve, sizes, weights, printed)


def as_digits(matrices: model.Weights) -> dict[str, str]:
    """The hexadecimal digits of each matrix, row by row."""
    return {name: matrix.tobytes().hex() for name, matrix in matrices.items()}


def as_matrices(digits: dict[str, str]) -> model.Weights:
    """The matrices of these digits."""
    shapes = model.shapes(CONFIG)
    return {name: np.array(np.frombuffer(bytes.fromhex(each)).reshape(shapes[name])) for name, each in digits.items()}


def _counted(on_step: OnStep | None, number: int) -> Callable[[int, float], None] | None:
    return None if on_step is None else lambda step, loss: on_step(number, step, loss)
