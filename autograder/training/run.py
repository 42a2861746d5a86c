"""A model of the reference in training: what is there after each step, and can be kept when somebody stops half-way."""

from __future__ import annotations

import contextlib
import gc
import importlib
import random
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from autograder.course import SOLUTIONS
from autograder.render.progress import progress_of


def reference() -> SimpleNamespace:
    """Import the reference's modules and return those that training needs, under short names."""
    if str(SOLUTIONS) not in sys.path:
        sys.path.insert(0, str(SOLUTIONS))
    modules = {
        "tokens": "part02_tokenizer",
        "parameters": "part04_parameters",
        "adam": "part06_adam",
        "training": "part07_training",
        "generation": "part08_generation",
        "understanding": "part09_understanding",
        "simple": "microgpt_simple",
        "fast": "microgpt_fast",
        "weights": "weights",
    }
    return SimpleNamespace(**{name: importlib.import_module(module) for name, module in modules.items()})


class InputError(Exception):
    """What was asked for can't be trained; the message is one sentence: what was wrong and what to do."""


@dataclass
class Run:
    """A model in training: what is there after each step, and the function that takes the next one."""

    trained: Any  # the reference's Trained; losses grow with each step
    take_step: Callable[[], float]
    num_steps: int
    fast: bool


def begin(docs: list[str], num_steps: int, rng: random.Random, fast: bool = False, **sizes: int) -> Run:
    """Draw a model as the reference's `train` does, and return it with no step taken. sizes: those of Config that are
    not its own, such as n_layer. Raises InputError when they can't be.

    `train` returns a model at its end only; here it can be kept when somebody stops half-way. Same draws, same
    steps: a test holds the two together.
    """
    course = reference()
    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = course.tokens.Tokenizer(docs)
    try:
        config = course.parameters.Config(vocab_size=tokenizer.vocab_size, **sizes)
    except ValueError as error:
        raise InputError(f"There is no such model: {error}") from error
    state_dict = course.parameters.init_state_dict(config, rng)
    if fast:
        state_dict = plain_numbers(state_dict)
        optimizer = course.fast.Adam(state_dict)
    else:
        optimizer = course.adam.Adam(course.parameters.flatten(state_dict))
    trained = course.training.Trained(tokenizer, config, state_dict, [])

    def take_step() -> float:
        step = len(trained.losses)
        tokens, lr = tokenizer.encode(docs[step % len(docs)]), course.adam.linear_decay(step, num_steps)
        if fast:
            loss, gradients = course.fast.loss_and_gradients(tokens, state_dict, config)
            optimizer.step(gradients, lr)
        else:
            loss = course.training.training_step(tokens, state_dict, config, optimizer, lr)
        trained.losses.append(loss)
        return loss

    return Run(trained, take_step, num_steps, fast)


def plain_numbers(state_dict: dict[str, list[list]]) -> dict[str, list[list[float]]]:
    """A copy of the matrices with numbers in the place of `Value`s: what microgpt_fast works on."""
    return {
        name: [[getattr(number, "data", number) for number in row] for row in matrix]
        for name, matrix in state_dict.items()
    }


@contextlib.contextmanager
def stop_after_this_step() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether Ctrl-C was pressed; a second one interrupts at once.

    An exception in the middle of an update would leave a model of which some parameters have moved and others not.
    """
    pressed: list[int] = []

    def remember(number: int, frame: object) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def take_all_steps(run: Run) -> bool:
    """Take every step; return False when Ctrl-C stopped it earlier, with the last step finished."""
    collector_was_on = gc.isenabled()
    gc.disable()  # as the reference's `train` does: there are no cycles to find
    try:
        with stop_after_this_step() as stopped, progress_of(run.trained.losses, run.num_steps) as show:
            while len(run.trained.losses) < run.num_steps and not stopped():
                run.take_step()
                show()
            return len(run.trained.losses) == run.num_steps
    finally:
        if collector_was_on:
            gc.enable()
