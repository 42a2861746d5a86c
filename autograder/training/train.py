"""`make train`: train the reference on the official names, show how it goes, keep what comes out."""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.course import ROOT
from autograder.curve import WINDOW, curve_lines, running_means, save_curve
from autograder.training.run import InputError, begin, plain_numbers, reference, take_all_steps

DATA = ROOT / "datasets" / "names.txt"
RUNS = ROOT / "runs"  # git ignores it
NAMES, TEMPERATURE = 20, 0.5


def held_out_loss(docs: list[str], trained: Any) -> float:
    """The loss on names that the model has not seen, in nats per token.

    Computed by the fast version in seconds: over 3,200 names the scalar one takes 100, and they agree to 1e-9.
    """
    course = reference()
    plain = course.training.Trained(trained.tokenizer, trained.config, plain_numbers(trained.state_dict), [])
    return course.fast.held_out_loss(docs, plain)


def train(
    data: Path, num_steps: int, seed: int, fast: bool, out: Path, any_characters: bool = False, **sizes: int
) -> bool:
    """All of `make train`: read, train, measure, draw, sample, save. Return False when Ctrl-C ended it early.
    sizes: n_layer and n_embd, where they are not those of Config.

    Raises InputError at what can't be used, OSError when what was trained can't be written.
    """
    course = reference()
    if num_steps < 0:
        raise InputError(f"{num_steps} steps: their number must be 0 or more.")
    try:
        rows = course.simple.read_names(data, any_characters)
    except ValueError as error:
        raise InputError(str(error)) from error
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
    # Before the seconds of measuring: whoever presses Ctrl-C now does not lose the training.
    course.weights.save_trained(trained, path, settings)
    if not finished:
        say(f"\nStopped after {steps:,} of {num_steps:,} steps. The model so far is in {path}.")
        return False

    record_acts(trained, data)
    if readable:
        lines = compare(readable, training, trained, before)
        settings.update({name: loss for name, loss, _ in lines})
        say(f"\nHeld-out loss, nats per token, over {len(readable):,} rows whose names are not in training:")
        for _, loss, words in lines:
            say(f"  {loss:.3f}  {words}")
        if left_out := len(held_out) - len(readable):
            rows_are, their = ("row is", "its") if left_out == 1 else ("rows are", "their")
            say(f"  {left_out} {rows_are} left out: training lacks some of {their} characters.")
        course.weights.save_trained(trained, path, settings)
    else:
        say("\nNo held-out loss: among so few names there is none to measure it on.")
    means = running_means(trained.losses)
    if means:
        say(f"\nLoss, mean of the last {WINDOW} steps:")
        for line in curve_lines(means, not can_print("•│└─")):
            say(line)
    names = sample_names(trained, rng, fast)
    new = sum(name not in set(rows) for name in names)
    say(f"\n{len(names)} invented names at temperature {TEMPERATURE}, {new} of them new (in no row of the data):")
    say("  " + " ".join(names[: NAMES // 2]) + "\n  " + " ".join(names[NAMES // 2 :]))
    say(f"\nWeights, losses and settings: {path}")
    if means and (picture := save_curve(trained.losses, means, path.with_suffix(".png"))):
        say(f"Loss curve: {picture}")
    return True


def record_acts(trained: Any, data: Path) -> None:
    """Note what the learner has achieved with a training that went to its end."""
    from autograder.learner import acts

    if len(trained.losses) >= 1000:
        acts.record("trained")
        if data.resolve() != DATA.resolve():
            acts.record("own-data")
        if trained.config.n_layer >= 2 or trained.config.n_embd >= 64:
            acts.record("bigger")


def compare(held_out: list[str], training: list[str], trained: Any, before: dict) -> list[tuple[str, float, str]]:
    """The model's loss before and after beside the two that need no training: key, loss, words; highest first."""
    course = reference()
    tokenizer, config = trained.tokenizer, trained.config
    untrained = course.training.Trained(tokenizer, config, before, [])
    counts = course.tokens.bigram_counts(training, tokenizer)
    size, steps = tokenizer.vocab_size, len(trained.losses)
    lines = [
        ("held_out_loss_before", held_out_loss(held_out, untrained), "this model before training"),
        ("uniform_loss", course.understanding.uniform_loss(size), f"uniform: each of {size} tokens as likely"),
        ("bigram_loss", course.tokens.bigram_loss(counts, held_out, tokenizer), "bigram counts: the line to beat"),
        ("held_out_loss", held_out_loss(held_out, trained), f"this model after {steps:,} steps"),
    ]
    return sorted(lines, key=lambda line: -line[1])


def sample_names(trained: Any, rng: random.Random, fast: bool) -> list[str]:
    """Invent names, with the generator going on from training."""
    course = reference()
    if fast:
        return [course.fast.sample(trained, TEMPERATURE, rng) for _ in range(NAMES)]
    return course.generation.sample_many(trained, NAMES, TEMPERATURE, rng=rng)


def make_writable(folder: Path) -> None:
    """Make the folder and try it out, now and not after a minute of training. Raises InputError if not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"Can't write to {folder}: {error.strerror}.") from error


def can_print(text: str) -> bool:
    """Whether standard output's encoding knows these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def say(text: str) -> None:
    """Print at once; names may have characters that the terminal's encoding lacks, which become escapes."""
    encoding = sys.stdout.encoding or "ascii"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
