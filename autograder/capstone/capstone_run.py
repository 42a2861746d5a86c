"""Run the capstone in a sandbox: names in; weights, losses and invented names out, as plain data that is checked."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import model
from autograder.capstone.claimed_start import read_start, read_weights
from autograder.capstone.run_result import COUNTS, NUM_STEPS, CapstoneFailed, RunResult, read_result
from autograder.capstone.training_variants import TrainingStart
from autograder.course import ROOT, parts
from autograder.grading.compare import is_number
from autograder.grading.failures import sentence_of
from autograder.grading.part_probes import load_trusted
from autograder.sandbox import CAPSTONE, CHECK, Reply, Tier, Worker

PROBES = Path(__file__).with_name("training_probes.py")
STEP_PROBES = Path(__file__).with_name("step_probes.py")
NAMES = ROOT / "datasets" / "names.txt"
OWN_PARTS = range(1, 9)

Progress = Callable[[int, float], None]


@dataclass(frozen=True)
class CapstoneTask:
    """The training data. alphabet: the letter that replaces each of a to z, so that weights from elsewhere do not help;
    held_out and docs already use it.
    """

    docs: list[str]
    held_out: list[str]
    alphabet: str
    seed: int

    def single_step(self) -> TrainingStart:
        """Weights and a name for one separate step with the learner's parts."""
        rng = random.Random(f"one step {self.seed}")
        return TrainingStart(model.draw_weights(model.Sizes(), rng), [rng.choice(self.held_out)])

    def plain(self, names: list[str]) -> list[str]:
        """Names in the usual alphabet."""
        back = str.maketrans(self.alphabet, string.ascii_lowercase)
        return [name.translate(back) for name in names]


def draw_task(seed: int, relabelled: bool) -> CapstoneTask:
    """The official names, split as the course splits them; the letters are permuted when relabelled."""
    tokenizer = load_trusted(ROOT / "solutions" / "part02_tokenizer.py")
    training, held_out = tokenizer.split_docs(tokenizer.load_docs(str(NAMES)))
    alphabet = string.ascii_lowercase
    if relabelled:
        alphabet = "".join(random.Random(f"alphabet {seed}").sample(alphabet, len(alphabet)))
    forth = str.maketrans(string.ascii_lowercase, alphabet)
    return CapstoneTask(
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
    task: CapstoneTask,
    tier: Tier,
    python: str | None,
    on_step: Progress,
    num_steps: int = NUM_STEPS,
    on_remark: Callable[[str], None] = lambda remark: None,
) -> RunResult:
    """Train in the sandbox. python: the interpreter (None: this one). If the learner's files do not load in it, use
    this one, with a remark before the run and in the result. Raises CapstoneFailed or SandboxUnavailable.
    """
    remarks: list[str] = []
    shipped = {"probes.py": PROBES.read_bytes()}
    shipped.update({f"submission/{name}": content for name, content in own_files(files).items()})
    if python is not None:
        with Worker(shipped, tier, CAPSTONE, python) as worker:
            reply = worker.call("ready", [])
            version = worker.interpreter_version
        if reply.failure is not None:
            where = f"{reply.file}, line {reply.line}" if reply.file else "your files"
            why = f"{where}: {reply.exception}" if reply.exception else where
            remarks.append(f"{python} (Python {version}) can't load {why}. The usual Python is used instead.")
            on_remark(remarks[-1])
            python = None
    with Worker(shipped, tier, CAPSTONE, python) as worker:
        begin = time.monotonic()
        arguments = [task.docs, num_steps, task.seed, COUNTS]
        reply = worker.call("train_and_sample", arguments, on_progress=_notes(on_step))
        seconds = time.monotonic() - begin
        interpreter = f"{'PyPy ' if python and 'pypy' in python else ''}{worker.interpreter_version}"
    step = one_step(files, task, tier, python)
    if reply.failure is not None:
        raise CapstoneFailed(_where(reply) + sentence_of(reply), step)
    try:
        facts = read_result(reply.value, sorted(set("".join(task.docs))), num_steps, model.shapes(model.Sizes()))
        facts["weights"] = read_weights(facts["weights"])
        facts["start"] = read_start(reply.value["first_weights"], reply.value["order"], task.docs, num_steps)
    except CapstoneFailed as error:
        raise CapstoneFailed(str(error), step) from error
    return RunResult(**facts, one_step=step, seconds=seconds, interpreter=interpreter, remarks=tuple(remarks))


def one_step(files: Mapping[str, bytes], task: CapstoneTask, tier: Tier, python: str | None) -> model.Weights | str:
    """The weights after a step with the learner's parts 1 to 6, or a sentence that says why there are none."""
    shipped = {"probes.py": STEP_PROBES.read_bytes()}
    shipped.update({f"submission/{part.file_name}": files[part.file_name] for part in parts() if 1 <= part.number <= 6})
    start = task.single_step()
    (name,), weights = start.names, {key: matrix.tolist() for key, matrix in start.weights.items()}
    with Worker(shipped, tier, CHECK, python) as worker:
        reply = worker.call("one_step", [model.encode(name, sorted(task.alphabet)), weights])
    try:
        return read_weights(reply.value) if reply.failure is None else _where(reply) + sentence_of(reply)
    except CapstoneFailed as error:
        return str(error)


def _notes(on_step: Progress) -> Callable[[object], None]:
    """Parse progress notes. They come from the learner's process, so malformed ones are ignored."""

    def note(data: object) -> None:
        if type(data) is list and len(data) == 2 and type(data[0]) is int and is_number(data[1]):
            if 0 <= data[0] < NUM_STEPS and abs(data[1]) < 1e6:
                on_step(data[0], float(data[1]))

    return note


def _where(reply: Reply) -> str:
    return f"{reply.file}, line {reply.line}: " if reply.file else ""
