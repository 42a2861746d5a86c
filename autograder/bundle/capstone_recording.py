"""What the page needs of the grader's own training to judge a capstone: figures, and no code of the model.

With seed 42 and the usual letters, as `capstone` trains on a learner's machine. In a class, the grader draws a secret
seed and other letters, so nothing here helps there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder import model
from autograder.bundle.recordings import recorded_figures
from autograder.capstone.agreement import MANY_STEPS, STEPS_AFTER
from autograder.capstone.capstone_checks import measurable
from autograder.capstone.capstone_run import NAMES, NUM_STEPS, CapstoneTask, draw_task
from autograder.capstone.evidence import CORRECT
from autograder.capstone.grade_capstone import measure
from autograder.capstone.run_result import COUNTS, RunResult
from autograder.capstone.training_variants import DEFAULT_SEED, KNOWN_MISTAKES, TrainedVariant, TrainingVariant, train
from autograder.course import HERE

# Numbers agree up to 1e-6, and what does not agree differs by 3e-6 or more. These digits keep the file small.
WEIGHT_DIGITS, LOSS_DIGITS, MISTAKE_DIGITS = 10, 9, 7


def recorded_capstone() -> bytes:
    """What `record_capstone` returns as JSON, from an earlier call if nothing has changed since: it takes a minute."""
    files = [*(HERE / "capstone").glob("*.py"), HERE / "model.py", NAMES, Path(__file__)]
    return recorded_figures("capstone", lambda: record_capstone(KNOWN_MISTAKES), files)


def record_capstone(mistakes: Sequence[TrainingVariant], num_steps: int = NUM_STEPS) -> dict:
    """The grader's own training, a correct run's measurements, and the losses of trainings with known mistakes."""
    task = draw_task(DEFAULT_SEED, relabelled=False)
    right = train(CORRECT, task.docs, task.seed, num_steps)
    step = task.single_step()
    after = train(CORRECT, task.docs, task.seed, NUM_STEPS, 1, step).weights
    measured = measure(task, _run_of(task, right, after), num_steps)
    chars = sorted(task.alphabet)
    return {
        "seed": task.seed,
        "chars": chars,
        "counts": COUNTS,
        "losses": _rounded(right.losses, LOSS_DIGITS),
        "weights": _rows(right.weights, WEIGHT_DIGITS),
        # A start is exact: a learner's parts take a step from it.
        "step": {
            "tokens": model.encode(step.names[0], chars),
            "weights": _rows(step.weights),
            "after": _rows(after, WEIGHT_DIGITS),
        },
        "names": measured.names,
        "surprise": measured.surprise(measurable(measured.names[-COUNTS["hot"] :], chars)),
        "unigram_surprise": measured.unigram_surprise,
        "held_out_loss": measured.held_out_loss,
        "bigram_loss": measured.bigram_loss,
        "mistakes": [_mistake(variant, task, num_steps) for variant in mistakes],
    }


def _run_of(task: CapstoneTask, right: TrainedVariant, after: model.Weights) -> RunResult:
    """The run of a correct learner, as far as `measure` reads it."""
    return RunResult(sorted(task.alphabet), right.losses, right.weights, [], [], [], None, after, 0.0, "", ())


def _mistake(variant: TrainingVariant, task: CapstoneTask, num_steps: int) -> dict:
    # After so many steps of a training that diverges, rounding decides.
    steps = MANY_STEPS + STEPS_AFTER + 1 if variant.explodes else num_steps
    losses = train(variant, task.docs, task.seed, num_steps, min(steps, num_steps)).losses
    return {
        "says": variant.says,
        "held_out": variant.held_out,
        "explodes": variant.explodes,
        "losses": _rounded(losses, MISTAKE_DIGITS),
    }


def _rounded(losses: Sequence[float], digits: int) -> list[float]:
    return [round(loss, digits) for loss in losses]


def _rows(weights: model.Weights, digits: int | None = None) -> dict[str, list[list[float]]]:
    """Lists of rows; exact without digits."""
    return {name: (matrix if digits is None else matrix.round(digits)).tolist() for name, matrix in weights.items()}
