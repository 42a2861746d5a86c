"""Grading the capstone: run it, measure what came of it, give the points."""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from autograder import model
from autograder.capstone.causes import explain, first_difference
from autograder.capstone.checks import CHECKS, Measured, by_model, unigram_names
from autograder.capstone.outcome import CapstoneFailed, Outcome
from autograder.capstone.run import NUM_STEPS, Progress, Task, draw_task, run
from autograder.course import ROOT, capstone
from autograder.grading.probes import load_trusted
from autograder.grading.report import Check, Report
from autograder.sandbox import Tier

TEMPERATURE = 0.5


class Graded(NamedTuple):
    """The report, and what it was made from; outcome and measured are None when the run failed."""

    report: Report
    task: Task
    outcome: Outcome | None
    measured: Measured | None


def grade_capstone(
    files: Mapping[str, bytes],
    *,
    seed: int | None = None,
    tier: Tier = Tier.STRICT,
    python: str | None = None,
    on_step: Progress = lambda step, loss: None,
    num_steps: int = NUM_STEPS,
    on_remark: Callable[[str], None] = lambda remark: None,
) -> Graded:
    """Grade the learner's parts 1 to 8 together. Under a strict tier seed and letters are the grader's own; locally the
    letters stay, and the default seed is 42, so that losses and names are those of `train`. python: the interpreter to
    use instead of this one. Raises SandboxUnavailable when the tier does not hold.
    """
    relabelled = tier is not Tier.LOCAL
    seed = (secrets.randbelow(1_000_000) if relabelled else 42) if seed is None else seed
    task = draw_task(seed, relabelled)
    outcome = measured = None
    problem, noted = "", []

    def note(step: int, loss: float) -> None:
        if step == len(noted):
            noted.append(loss)
        on_step(step, loss)

    try:
        outcome = run(files, task, tier, python, note, num_steps, on_remark)
        measured = measure(task, outcome, num_steps)
    except CapstoneFailed as error:
        problem = str(error) + before_it_stopped(noted, task, num_steps)
    checks = tuple(
        _check(name, points, function, task, outcome, measured, problem) for name, points, function in CHECKS
    )
    report = Report(
        part=capstone().number,
        module=capstone().module,
        file=", ".join(name for name in sorted(files) if name[:6] in {f"part0{n}" for n in range(1, 9)}),
        sha256=hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest(),
        seed=seed,
        sandbox=tier.value,
        interpreter=outcome.interpreter if outcome else "",
        checks=checks,
    )
    return Graded(report, task, outcome, measured)


def before_it_stopped(losses: list[float], task: Task, num_steps: int) -> str:
    """What the losses until then say of a run that stopped: nothing where they are right."""
    expected = model.replay(task.docs, num_steps, rng=random.Random(task.seed), stop=len(losses)).losses
    if first_difference(losses, expected) is None:
        return ""
    return f"\nIt went wrong before. {explain(losses, expected, task.docs, task.seed, num_steps).rstrip()}"


def measure(task: Task, outcome: Outcome, num_steps: int) -> Measured:
    """The grader's own training on the same names with the same seed, and its measurements of the learner's weights."""
    part02 = load_trusted(ROOT / "solutions" / "part02_tokenizer.py")
    rng = random.Random(task.seed)
    replayed = model.replay(task.docs, num_steps, rng=rng)
    names = model.sample_many(replayed.weights, replayed.config, replayed.chars, 20, TEMPERATURE, rng)
    tokenizer = part02.Tokenizer(task.docs)
    letters = unigram_names(task.docs, 200, np.random.default_rng(task.seed))
    return Measured(
        held_out_loss=model.held_out_loss(task.held_out, outcome.weights, model.Sizes(), outcome.chars),
        bigram_loss=part02.bigram_loss(part02.bigram_counts(task.docs, tokenizer), task.held_out, tokenizer),
        replay_losses=replayed.losses,
        replay_names=names,
        surprise=lambda names: by_model(names, replayed),
        unigram_surprise=by_model(letters, replayed),
        known=frozenset(task.docs) | frozenset(task.held_out),
    )


def _check(name, points, function, task, outcome, measured, problem) -> Check:
    facts = {"name": function.__name__, "task": name, "title": function.__doc__.strip(), "hidden": False}
    if problem:
        return Check(**facts, points=float(points), status="error", message=problem + "\n")
    passed, words = function(task, outcome, measured)
    earned = float(points) if passed else 0.0
    return Check(**facts, points=float(points), earned=earned, status="passed" if passed else "failed", message=words)
