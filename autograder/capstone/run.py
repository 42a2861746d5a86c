"""Runs the capstone in a sandbox: names in, weights, losses and invented names out, as plain data that is checked."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder import model
from autograder.course import ROOT, parts
from autograder.grading.compare import is_number
from autograder.grading.probes import load_trusted
from autograder.grading.session import failure_message
from autograder.sandbox import CAPSTONE, Reply, Tier, Worker

PROBES = Path(__file__).with_name("probes.py")
NAMES = ROOT / "datasets" / "names.txt"
NUM_STEPS = 1000
OWN_PARTS = range(1, 9)

Progress = Callable[[int, float], None]


class CapstoneFailed(Exception):
    """The run gave nothing that can be graded; the text is a sentence for the learner."""


@dataclass(frozen=True)
class Task:
    """What is trained on. alphabet: the letter that stands for each of a to z, so that weights from elsewhere are of no
    use; held_out and docs are written in it already.
    """

    docs: list[str]
    held_out: list[str]
    alphabet: str
    seed: int

    def plain(self, names: list[str]) -> list[str]:
        """Names in the usual alphabet."""
        back = str.maketrans(self.alphabet, string.ascii_lowercase)
        return [name.translate(back) for name in names]


@dataclass(frozen=True)
class Outcome:
    """What came of a run, checked for form: the learner's claims about losses and names, and weights to measure."""

    chars: list[str]
    losses: list[float]
    weights: model.Weights
    names: list[str]
    cold: list[str]
    hot: list[str]
    seconds: float
    interpreter: str
    remarks: tuple[str, ...]


def draw_task(seed: int, relabelled: bool) -> Task:
    """The official names, split as the course splits them; the letters are permuted when relabelled."""
    tokenizer = load_trusted(ROOT / "solutions" / "part02_tokenizer.py")
    training, held_out = tokenizer.split_docs(tokenizer.load_docs(str(NAMES)))
    alphabet = string.ascii_lowercase
    if relabelled:
        alphabet = "".join(random.Random(f"alphabet {seed}").sample(alphabet, len(alphabet)))
    forth = str.maketrans(string.ascii_lowercase, alphabet)
    return Task(
        [name.translate(forth) for name in training], [name.translate(forth) for name in held_out], alphabet, seed
    )


def own_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The learner's parts 1 to 8. Raises CapstoneFailed when one is missing."""
    wanted = [part.file_name for part in parts() if part.number in OWN_PARTS]
    missing = [name for name in wanted if name not in files]
    if missing:
        raise CapstoneFailed(f"The capstone needs your own parts 1 to 8: {', '.join(missing)} is missing.")
    return {name: files[name] for name in wanted}


def run(
    files: Mapping[str, bytes],
    task: Task,
    tier: Tier,
    python: str | None,
    on_step: Progress,
    num_steps: int = NUM_STEPS,
) -> Outcome:
    """Train in the sandbox. python: the interpreter, this one's kind when None; where the learner's files do not load
    in it, this one is used and the outcome's remarks say so. Raises CapstoneFailed, or SandboxUnavailable.
    """
    remarks: list[str] = []
    shipped = {"probes.py": PROBES.read_bytes()}
    shipped.update({f"submission/{name}": content for name, content in own_files(files).items()})
    if python is not None:
        with Worker(shipped, tier, CAPSTONE, python) as worker:
            reply = worker.call("ready", [])
            version = worker.interpreter_version
        if reply.failure is not None:
            remarks.append(f"Your files do not load in {python} (Python {version}), so the usual Python ran them.")
            python = None
    with Worker(shipped, tier, CAPSTONE, python) as worker:
        begin = time.monotonic()
        reply = worker.call("train_and_sample", [task.docs, num_steps, task.seed], on_progress=_notes(on_step))
        seconds = time.monotonic() - begin
        interpreter = f"{'PyPy ' if python and 'pypy' in python else ''}{worker.interpreter_version}"
    if reply.failure is not None:
        raise CapstoneFailed(_where(reply) + failure_message(reply).strip())
    facts = read_outcome(reply.value, task, num_steps)
    return Outcome(**facts, seconds=seconds, interpreter=interpreter, remarks=tuple(remarks))


def _notes(on_step: Progress) -> Callable[[object], None]:
    """Progress notes are the learner's word: what has another form is left out."""

    def note(data: object) -> None:
        if type(data) is list and len(data) == 2 and type(data[0]) is int and is_number(data[1]):
            if 0 <= data[0] < NUM_STEPS and abs(data[1]) < 1e6:
                on_step(data[0], float(data[1]))

    return note


def _where(reply: Reply) -> str:
    return f"{reply.file}, line {reply.line}: " if reply.file else ""


def read_outcome(value: object, task: Task, num_steps: int) -> dict:
    """The answer's parts, checked for form. Raises CapstoneFailed with a sentence."""
    if type(value) is not dict or set(value) != {"chars", "losses", "weights", "names", "cold", "hot"}:
        raise CapstoneFailed("The answer of the training run does not have the expected form.")
    chars = sorted(set("".join(task.docs)))
    if value["chars"] != chars:
        raise CapstoneFailed(f"trained.tokenizer.chars should be the {len(chars)} sorted letters of the names.")
    losses = value["losses"]
    if type(losses) is not list or len(losses) != num_steps or not all(map(is_number, losses)):
        raise CapstoneFailed(f"trained.losses should hold {num_steps} numbers, one for each step.")
    for key, count in (("names", 20), ("cold", 40), ("hot", 40)):
        if type(value[key]) is not list or len(value[key]) != count or any(type(n) is not str for n in value[key]):
            raise CapstoneFailed(f"sample_many(trained, count={count}, ...) should return {count} strings.")
    facts = {key: value[key] for key in ("chars", "names", "cold", "hot")}
    return {**facts, "losses": [float(loss) for loss in losses], "weights": read_weights(value["weights"])}


def read_weights(matrices: object) -> model.Weights:
    """The weights as numpy's, their names, shapes and numbers checked. Raises CapstoneFailed with a sentence."""
    wanted = model.shapes(model.Sizes())
    if type(matrices) is not dict or set(matrices) != set(wanted):
        raise CapstoneFailed(f"trained.state_dict should have the matrices {', '.join(wanted)}.")
    for name, (rows, columns) in wanted.items():
        matrix = matrices[name]
        right = type(matrix) is list and len(matrix) == rows
        if not right or not all(type(row) is list and len(row) == columns for row in matrix):
            raise CapstoneFailed(f"{name} should have {rows} rows of {columns} numbers.")
        if not all(is_number(x) and abs(x) < 1e6 for row in matrix for x in row):
            raise CapstoneFailed(f"{name} holds something that is no finite number.")
    return {name: np.array(matrices[name], dtype=np.float64) for name in wanted}
