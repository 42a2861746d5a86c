"""Scores a recipe: the grader draws the weights, computes loss and gradient and owns the loop; the recipe, in the
sandbox, sees matrices of numbers and nothing else. In each run the 27 tokens are numbered anew by a secret permutation.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from autograder import model
from autograder.grading.compare import is_number, show
from autograder.grading.session import failure_message
from autograder.leaderboard.data import CHARS, CONFIG, Split, ciphered
from autograder.leaderboard.source import FILE_NAME, RecipeError
from autograder.sandbox import BOARD, Reply, Tier, Worker

PROBES = Path(__file__).with_name("probes.py")
NUM_STEPS = 1000
LARGEST_BATCH = 32
LARGEST_STD = 10.0
RUNS = 3
# The board's limit is for a try, so each of its runs gets a share; the control has its own.
LIMITS = replace(
    BOARD, cpu_seconds=BOARD.cpu_seconds // RUNS, call_seconds=10.0, total_seconds=BOARD.total_seconds / RUNS
)
CURVE_POINTS = 50
SAMPLES = 6
HEXADECIMAL = re.compile(r"[0-9a-f]*")

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
        stds, sizes = _settings(worker, list(drawn), num_steps)
        weights = {name: matrix * std for (name, matrix), std in zip(drawn.items(), stds)}
        for step, size in enumerate(sizes):
            batch = [model.encode(name, CHARS) for name in islice(names, size)]
            loss, gradient = model.loss_and_gradient(batch, weights, CONFIG)
            _need_finite(loss, step)
            sent = [step, list(weights), relabelled.to_recipe(weights), relabelled.to_recipe(gradient)]
            answer = _value(worker.call("update", sent), f", step {step}")
            weights = relabelled.from_recipe(answer, weights, step)
            losses.append(loss)
            if on_step is not None:
                on_step(step, loss)
        loss = model.held_out_loss(split.held_out, weights, CONFIG, CHARS)
        _need_finite(loss, num_steps)
        return Run(loss, losses, weights, worker.output)


class Relabelled:
    """Matrices on their way to a recipe and back: rows that stand for tokens take the places of the permutation."""

    def __init__(self, order: Sequence[int]) -> None:
        self.order = np.array(order)  # the token that stands in each row that the recipe sees

    def to_recipe(self, matrices: model.Weights) -> list[str]:
        """The digits of each matrix."""
        return [self._rows(name, matrix).tobytes().hex() for name, matrix in matrices.items()]

    def from_recipe(self, answer: object, old: model.Weights, step: int) -> model.Weights:
        """The new weights. Raises RecipeError for anything but as many finite numbers as there were."""
        if type(answer) is not list or len(answer) != len(old):
            raise RecipeError(f", step {step}: update did not return the matrices.")
        new = {}
        for (name, matrix), digits in zip(old.items(), answer):
            if digits is None:
                raise RecipeError(f", step {step}: update left out {name}.")
            if type(digits) is not str or not HEXADECIMAL.fullmatch(digits) or len(digits) % 16:
                raise RecipeError(f", step {step}: update returned something else than numbers for {name}.")
            if len(digits) != 16 * matrix.size:
                count = len(digits) // 16
                raise RecipeError(
                    f", step {step}: update returned {count:,} numbers for {name}, which has {matrix.size:,}."
                )
            rows = np.frombuffer(bytes.fromhex(digits)).reshape(matrix.shape)
            if not np.isfinite(rows).all():
                raise RecipeError(f", step {step}: update returned numbers for {name} that are infinite or NaN.")
            new[name] = np.empty_like(matrix)
            new[name][self.order if _by_token(name) else slice(None)] = rows
        return new

    def _rows(self, name: str, matrix: np.ndarray) -> np.ndarray:
        return matrix[self.order] if _by_token(name) else matrix


def _by_token(name: str) -> bool:
    return name in ("wte", "lm_head")


def _settings(worker: Worker, matrices: list[str], num_steps: int) -> tuple[list[float], list[int]]:
    """Standard deviations by matrix and names by step, checked."""
    answer = _value(worker.call("settings", [matrices, num_steps]), "")
    if type(answer) is not list or [len(part) if type(part) is list else -1 for part in answer] != [
        len(matrices),
        num_steps,
    ]:
        raise RecipeError(": initial_std and batch_size were not answered.")
    stds, sizes = answer
    for name, std in zip(matrices, stds):
        if not is_number(std) or not 0 <= std <= LARGEST_STD:
            raise RecipeError(
                f": initial_std({name!r}) is {show(std)}, and must be a number from 0 to {LARGEST_STD:g}."
            )
    for step, size in enumerate(sizes):
        if type(size) is not int or not 1 <= size <= LARGEST_BATCH:
            raise RecipeError(
                f": batch_size({step}) is {show(size)}, and must be a whole number, 1 to {LARGEST_BATCH}."
            )
    return stds, sizes


def _value(reply: Reply, where: str) -> object:
    if reply.failure is None:
        return reply.value
    line = f" ({reply.file}, line {reply.line})" if reply.line else ""
    raise RecipeError(f"{where}: {failure_message(reply).strip()}{line}")


def _need_finite(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        raise RecipeError(
            f", step {step}: the loss is no finite number any more, since the weights have grown too large."
        )


def _curve(losses: np.ndarray) -> tuple[float, ...]:
    blocks = np.array_split(losses, min(CURVE_POINTS, len(losses)))
    return tuple(float(block.mean()) for block in blocks)


def _counted(on_step: OnStep | None, number: int) -> Callable[[int, float], None] | None:
    return None if on_step is None else lambda step, loss: on_step(number, step, loss)
