"""Train the reference, show its progress, and save the model.

The reference's `train` returns a model only at the end. This one has a model after each step, so that it can be saved
when somebody presses Ctrl-C. The draws and the steps are the same: a test compares the two.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder.console import is_plain
from autograder.course import ROOT, SOLUTIONS
from autograder.errors import Misuse
from autograder.render.loss_curve import WINDOW, curve_lines, running_means, save_curve
from autograder.render.progress_bars import training_progress

DATA = ROOT / "datasets" / "names.txt"
RUNS = ROOT / "runs"  # git ignores it
NAMES, TEMPERATURE = 20, 0.5  # for the names sampled at the end


@dataclass
class TrainingRun:
    """A model in training: its state after each step, and the function that takes the next step."""

    trained: Any  # the reference's Trained; losses grow with each step
    take_step: Callable[[], float]
    num_steps: int
    fast: bool


def train(
    data: Path,
    num_steps: int,
    seed: int,
    fast: bool,
    out: Path,
    any_characters: bool = False,
    on_trained: Callable[[Any], None] = lambda trained: None,
    **sizes: int,
) -> bool:
    """All of `make train`: read, train, measure, plot, sample, save. Return False if Ctrl-C ended it early.
    on_trained: called with the model after a complete training run; sizes: n_layer and n_embd if they differ from
    those of Config.

    Raises Misuse for unusable arguments or data, OSError if the model can't be written.
    """
    course = reference()
    if num_steps < 0:
        raise Misuse(f"The number of steps must be 0 or more, not {num_steps}.")
    try:
        rows = course.command_line.read_names(data, any_characters)
    except ValueError as error:
        raise Misuse(str(error)) from error
    data_sha256 = hashlib.sha256(data.read_bytes()).hexdigest()
    training, held_out = course.tokens.split_docs(rows)
    make_writable(out)

    rng = random.Random(seed)
    run = begin(training, num_steps, rng, fast, **sizes)
    trained, before = run.trained, plain_numbers(run.trained.state_dict)
    readable = [name for name in held_out if set(name) <= set(trained.tokenizer.chars)]
    model = "the fast reference" if fast else "the reference"
    say(
        f"Training {model} on {len(training):,} of {len(rows):,} rows of {data.name}, {num_steps:,} steps, seed {seed}."
    )
    other = "".join(f"-{name.removeprefix('n_')}{size}" for name, size in sizes.items())
    if other:
        count = course.parameters.count_parameters(trained.config)
        say(f"{trained.config.n_layer} layers, {trained.config.n_embd} dimensions: {count:,} parameters.")
    finished = take_all_steps(run)

    steps = len(trained.losses)
    path = out / f"{data.stem}-seed{seed}{other}-{steps if finished else f'{steps}of{num_steps}'}.json"
    settings = {
        "seed": seed,
        "steps": num_steps,
        "steps_taken": steps,
        "data": data.name,
        "data_sha256": data_sha256,
        "training_rows": len(training),
        "held_out_rows": len(readable),
        "fast": fast,
        "python": ".".join(map(str, sys.version_info[:3])),
    }
    # Save before measuring, which takes seconds, so that a second Ctrl-C does not lose the model.
    course.weights.save_trained(trained, path, settings)
    if not finished:
        say(f"\nStopped after {steps:,} of {num_steps:,} steps. The model so far is in {path}.")
        return False

    on_trained(trained)
    if readable:
        lines = compare(readable, training, trained, before)
        settings.update({name: loss for name, loss, _ in lines})
        say(f"\nHeld-out loss, nats per token, over {len(readable):,} rows whose names are not in training:")
        for _, loss, label in lines:
            say(f"  {loss:.3f}  {label}")
        if left_out := len(held_out) - len(readable):
            rows_are, their = ("row is", "its") if left_out == 1 else ("rows are", "their")
            say(f"  {left_out} {rows_are} left out: training lacks some of {their} characters.")
        course.weights.save_trained(trained, path, settings)
    else:
        say("\nNo held-out loss: the file has too few names to keep some for measuring.")
    means = running_means(trained.losses)
    if means:
        say(f"\nLoss, mean of the last {WINDOW} steps:")
        for line in curve_lines(means, is_plain() or not can_print("•│└─")):
            say(line)
    names = sample_names(trained, rng, fast)
    new = sum(name not in set(rows) for name in names)
    say(f"\n{len(names)} invented names at temperature {TEMPERATURE}, {new} of them new (in no row of the data):")
    say("  " + " ".join(names[: NAMES // 2]) + "\n  " + " ".join(names[NAMES // 2 :]))
    say(f"\nWeights, losses and settings: {path}")
    if means and (picture := save_curve(trained.losses, means, path.with_suffix(".png"))):
        say(f"Loss curve: {picture}")
    return True


def reference() -> SimpleNamespace:
    """Import the reference's modules that training needs, and return them under short names."""
    if str(SOLUTIONS) not in sys.path:
        sys.path.insert(0, str(SOLUTIONS))
    modules = {
        "tokens": "part02_tokenizer",
        "parameters": "part04_parameters",
        "adam": "part06_adam",
        "training": "part07_training",
        "generation": "part08_generation",
        "understanding": "part09_understanding",
        "fast": "microgpt_fast",
        "command_line": "command_line",
        "weights": "weights",
    }
    return SimpleNamespace(**{name: importlib.import_module(module) for name, module in modules.items()})


def begin(docs: list[str], num_steps: int, rng: random.Random, fast: bool = False, **sizes: int) -> TrainingRun:
    """Draw the initial model as the reference's `train` does. sizes: fields of Config that differ from the default,
    such as n_layer. Raises Misuse if no such model is possible.
    """
    course = reference()
    docs = list(docs)
    rng.shuffle(docs)
    tokenizer = course.tokens.Tokenizer(docs)
    try:
        config = course.parameters.Config(vocab_size=tokenizer.vocab_size, **sizes)
    except ValueError as error:
        raise Misuse(f"This model is not possible: {error}") from error
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

    return TrainingRun(trained, take_step, num_steps, fast)


def plain_numbers(state_dict: dict[str, list[list]]) -> dict[str, list[list[float]]]:
    """A copy of the matrices with numbers instead of `Value`s, for microgpt_fast."""
    return {
        name: [[getattr(number, "data", number) for number in row] for row in matrix]
        for name, matrix in state_dict.items()
    }


@contextlib.contextmanager
def stop_after_this_step() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether Ctrl-C was pressed. A second Ctrl-C interrupts at once.

    An exception during an update would leave a model in which only some parameters are updated.
    """
    pressed: list[int] = []

    def remember(number: int, *unused: object) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def take_all_steps(run: TrainingRun) -> bool:
    """Take all steps. Return False if Ctrl-C stopped it early, after the current step."""
    collector_was_on = gc.isenabled()
    gc.disable()  # a graph has no reference cycles, and searching for them takes half of the time
    try:
        with stop_after_this_step() as stopped, training_progress(run.trained.losses, run.num_steps) as show:
            while len(run.trained.losses) < run.num_steps and not stopped():
                run.take_step()
                show()
            return len(run.trained.losses) == run.num_steps
    finally:
        if collector_was_on:
            gc.enable()


def held_out_loss(docs: list[str], trained: Any) -> float:
    """The loss on names that the model has not seen, in nats per token.

    Uses the fast version, which takes seconds. The scalar one takes 100 s for 3,200 names; they agree to 1e-9.
    """
    course = reference()
    plain = course.training.Trained(trained.tokenizer, trained.config, plain_numbers(trained.state_dict), [])
    return course.fast.held_out_loss(docs, plain)


def compare(held_out: list[str], training: list[str], trained: Any, before: dict) -> list[tuple[str, float, str]]:
    """(key, loss, label) of the model before and after training and of two models without training; highest first."""
    course = reference()
    tokenizer, config = trained.tokenizer, trained.config
    untrained = course.training.Trained(tokenizer, config, before, [])
    counts = course.tokens.bigram_counts(training, tokenizer)
    size, steps = tokenizer.vocab_size, len(trained.losses)
    lines = [
        ("held_out_loss_before", held_out_loss(held_out, untrained), "this model before training"),
        ("uniform_loss", course.understanding.uniform_loss(size), f"uniform guessing over {size} tokens"),
        ("bigram_loss", course.tokens.bigram_loss(counts, held_out, tokenizer), "bigram counts: the line to beat"),
        ("held_out_loss", held_out_loss(held_out, trained), f"this model after {steps:,} steps"),
    ]
    return sorted(lines, key=lambda line: -line[1])


def sample_names(trained: Any, rng: random.Random, fast: bool) -> list[str]:
    """Invent names. Uses the random generator of the training run."""
    course = reference()
    if fast:
        return [course.fast.sample(trained, TEMPERATURE, rng) for _ in range(NAMES)]
    return course.generation.sample_many(trained, NAMES, TEMPERATURE, rng=rng)


def make_writable(folder: Path) -> None:
    """Create the folder and test that it is writable, before training. Raises Misuse if that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Misuse(f"Can't write to {folder}: {error.strerror}.") from error


def can_print(text: str) -> bool:
    """Whether standard output's encoding has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def say(text: str) -> None:
    """Print and flush. Characters outside the terminal's encoding become escapes."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
