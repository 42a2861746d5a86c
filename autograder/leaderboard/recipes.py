"""Score a recipe. The grader draws the weights, computes loss and gradient, and runs the loop. The recipe runs in the
sandbox and sees only matrices of numbers. Each run renumbers the 27 tokens by a secret permutation.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder import model
from autograder.grading.compare import is_number, show
from autograder.grading.failures import Facts, sentence_of
from autograder.leaderboard.data import CHARS, CONFIG, Split, ciphered
from autograder.leaderboard.noise import CHECKPOINT_STEPS
from autograder.leaderboard.recipe_source import FILE_NAME, LARGEST_BATCH, LARGEST_STD, LIMITS, NUM_STEPS, RecipeError
from autograder.leaderboard.token_permutation import TokenPermutation
from autograder.sandbox import WAITED, Limits, Reply, Tier, Worker

PROBES = Path(__file__).with_name("recipe_probes.py")
SAMPLES = 6
MISSING = re.compile(r"has no attribute '(initial_std|batch_size|update)'")
SIGNATURES = {
    "initial_std": "initial_std(matrix)",
    "batch_size": "batch_size(step)",
    "update": "update(step, weights, gradient)",
}

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


@dataclass(frozen=True)
class Score:
    """The score of a try. losses: held-out, by seed. control: on the ciphered names, None if not run. curve: the mean
    held-out loss of the runs after every 25 steps. names: sampled from the first run's model. names_per_step: the
    least and the most.
    """

    losses: tuple[float, ...]
    seeds: tuple[int, ...]
    control: float | None
    curve: tuple[float, ...]
    names: tuple[str, ...]
    seconds: float
    printed: str
    names_per_step: tuple[int, int] | None = None

    @property
    def mean(self) -> float:
        return sum(self.losses) / len(self.losses)


@dataclass(frozen=True)
class NoScore:
    """A try without a score, because the recipe breaks a rule or fails. reason: a sentence."""

    reason: str


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
            arguments = [step, list(weights), permutation.to_recipe(weights), permutation.to_recipe(gradients)]
            answer = reply_value(worker.call("update", arguments), f", step {step}", worker.limits)
            return permutation.from_recipe(answer, weights, step)

        stds, sizes = read_hyperparameters(worker, list(drawn), num_steps)
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


def _counted(on_step: OnStep | None, number: int) -> Callable[[int, float], None] | None:
    return None if on_step is None else lambda step, loss: on_step(number, step, loss)


def read_hyperparameters(worker: Worker, matrices: list[str], num_steps: int) -> tuple[list[float], list[int]]:
    """Return the standard deviation of each matrix and the names of each step, checked."""
    answer = reply_value(worker.call("settings", [matrices, num_steps]), "", worker.limits)
    lengths = [len(part) if type(part) is list else -1 for part in answer] if type(answer) is list else []
    if lengths != [len(matrices), num_steps]:
        raise RecipeError(": initial_std and batch_size returned no answer.")
    stds, sizes = answer
    for name, std in zip(matrices, stds):
        if not is_number(std) or not 0 <= std <= LARGEST_STD:
            hint = f"must be a number from 0 to {LARGEST_STD:g}.{_hint_at_return(std)}"
            raise RecipeError(f": initial_std({name!r}) is {show(std)}, and {hint}")
    for step, size in enumerate(sizes):
        if type(size) is not int or not 1 <= size <= LARGEST_BATCH:
            hint = f"must be a whole number, 1 to {LARGEST_BATCH}.{_hint_at_return(size)}"
            raise RecipeError(f": batch_size({step}) is {show(size)}, and {hint}")
    return stds, sizes


def _hint_at_return(answer: object) -> str:
    return " Is a return missing?" if answer is None else ""


def reply_value(reply: Reply, where: str, limits: Limits) -> object:
    """Return the value of a reply. Raises RecipeError if the call failed. where: the step, for the message."""
    if reply.failure is None:
        return reply.value
    missing = MISSING.search(reply.message)
    if reply.failure == "missing" and missing:
        raise RecipeError(f": The recipe has no function {missing[1]}. Spell it as in the stub.")
    of_one_call = reply.message.startswith((WAITED, f"no answer after {limits.call_seconds:.3g} seconds"))
    if reply.failure == "timeout" and not of_one_call:
        raise RecipeError(
            f"{where}: The time of a run is used up: {limits.cpu_seconds} seconds of processor time, "
            f"{limits.total_seconds:g} with waiting. It must be enough for {NUM_STEPS:,} steps: "
            f"{limits.cpu_seconds / NUM_STEPS:g} seconds per step."
        )
    line = f" ({reply.file}, line {reply.line})" if reply.line else ""
    raise RecipeError(f"{where}: {sentence_of(reply, Facts(signature_of=SIGNATURES.get))}{line}")


def require_finite(step: int, loss: float) -> None:
    """Raise RecipeError when a loss is infinite or NaN."""
    if not math.isfinite(loss):
        raise RecipeError(
            f", step {step}: the loss is no longer a finite number, because the weights have grown too large. "
            "Try a smaller learning rate."
        )
