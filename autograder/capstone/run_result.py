"""A run's answer, checked for its form, since it comes from the learner's process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.grading.compare import is_number

if TYPE_CHECKING:
    from autograder.capstone.training_variants import TrainingStart
    from autograder.model import Weights

NUM_STEPS = 1000
# The names that a run samples: with the generator of the training, at temperature 0.3, at temperature 1.
COUNTS = {"names": 20, "cold": 40, "hot": 40}


class CapstoneFailed(Exception):
    """The run ended without a result; the message is a sentence for the learner. one_step: as in RunResult."""

    def __init__(self, sentence: str, one_step: Weights | str = "") -> None:
        super().__init__(sentence)
        self.one_step = one_step


@dataclass(frozen=True)
class StoppedRun:
    """The rest of a run that ended without a result: the losses that it reported before, and the one step."""

    losses: list[float]
    one_step: Weights | str
    weights: None = None
    start: None = None


@dataclass(frozen=True)
class RunResult:
    """A run's answer, checked for its form. Everything in it is a claim by the learner's code.

    start: the first weights and the name of each step, None if the run did not report them. one_step: the
    weights after one step that the grader ran with parts 1, 5 and 6, or a sentence that says why there are none.
    """

    chars: list[str]
    losses: list[float]
    weights: Weights
    names: list[str]
    cold: list[str]
    hot: list[str]
    start: TrainingStart | None
    one_step: Weights | str
    seconds: float
    interpreter: str
    remarks: tuple[str, ...]


def read_result(value: object, chars: Sequence[str], num_steps: int, shapes: Mapping[str, tuple[int, int]]) -> dict:
    """The fields of a RunResult that a run reports, after checking their form; weights as lists of rows. chars: the
    sorted letters of the names. shapes: of the matrices. Raises CapstoneFailed with a message.
    """
    keys = {"chars", "losses", "weights", "names", "cold", "hot", "first_weights", "order"}
    if type(value) is not dict or set(value) != keys:
        raise CapstoneFailed("The answer of the training run does not have the expected form.")
    if value["chars"] != list(chars):
        raise CapstoneFailed(f"trained.tokenizer.chars should be the {len(chars)} sorted letters of the names.")
    losses = value["losses"]
    if type(losses) is not list or len(losses) != num_steps or not all(map(is_number, losses)):
        raise CapstoneFailed(f"trained.losses should contain {num_steps} numbers, one per step.")
    for key, count in COUNTS.items():
        if type(value[key]) is not list or len(value[key]) != count or any(type(n) is not str for n in value[key]):
            raise CapstoneFailed(f"sample_many(trained, count={count}, ...) should return {count} strings.")
    facts = {key: value[key] for key in ("chars", "names", "cold", "hot")}
    return {**facts, "losses": [float(loss) for loss in losses], "weights": check_matrices(value["weights"], shapes)}


def check_matrices(matrices: object, wanted: Mapping[str, tuple[int, int]]) -> dict[str, list[list[float]]]:
    """The matrices in the wanted order, if they have the wanted shapes: rows and columns. Raises CapstoneFailed."""
    if type(matrices) is not dict or set(matrices) != set(wanted):
        raise CapstoneFailed(f"trained.state_dict should have the matrices {', '.join(wanted)}.")
    for name, (rows, columns) in wanted.items():
        matrix = matrices[name]
        right = type(matrix) is list and len(matrix) == rows
        if not right or not all(type(row) is list and len(row) == columns for row in matrix):
            raise CapstoneFailed(f"{name} should have {rows} rows of {columns} numbers.")
        if not all(is_number(x) and abs(x) < 1e6 for row in matrix for x in row):
            raise CapstoneFailed(f"{name} contains something that is not a finite number.")
    return {name: matrices[name] for name in wanted}
