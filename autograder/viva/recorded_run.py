"""Run the calls for the questions in the sandbox, and record which lines of the learner's code run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Part
from autograder.grading.compare import difference, is_number
from autograder.grading.grade import worker_files
from autograder.grading.part_probes import Call, Probes
from autograder.grading.reference import reference_files
from autograder.grading.sources import is_text
from autograder.sandbox import Limits, Tier, Worker
from autograder.viva.student_code import Code

GENEROUS_LIMITS = Limits(cpu_seconds=10, call_seconds=4.0, total_seconds=20.0)  # small calls; some may never end
TOLERANCE = 1e-6  # for a result computed on paper
RECORDER = Path(__file__).with_name("recorder.py")
PROBE = """

import viva_recorder


def recorded_for_the_viva(probe, arguments):
    viva_recorder.start()
    answer = globals()[probe](*arguments)
    return [answer, viva_recorder.lines, viva_recorder.values]
"""


@dataclass(frozen=True)
class RecordedRun:
    """One recorded call. words: the call; lines: in the order they ran; values: [line, name, value] per assignment."""

    call: Call
    words: str
    answer: object
    lines: list[int]
    values: list[list]


def run_calls(
    part: Part,
    code: Code,
    calls: list[Call],
    tier: Tier,
    data: Mapping[str, bytes],
    open_worker: Callable[..., Worker] = Worker,
) -> list[RecordedRun]:
    """Run each call, and return those with the same answer with and without the recorder. The form of each record is
    checked, since the learner's code could have forged it. open_worker: see `Machine`.

    Raises SandboxUnavailable if the tier is not secure here, ValueError if the code hangs or is nested too deeply.
    """
    probes = Probes(part)
    shipped = worker_files(probes, data, reference_files(part))
    recording = {
        **shipped,
        "probes.py": (probes.source + PROBE).encode("utf-8"),
        "common/viva_recorder.py": RECORDER.read_bytes(),
        f"submission/{part.file_name}": recording_source(code).encode("utf-8"),
    }
    runs = []
    with open_worker(recording, tier, GENEROUS_LIMITS) as worker:
        for call in calls:
            try:
                run = _best_way(worker, call, probes, code)
            except _Hangs as error:  # the next calls would hang too
                if not runs:
                    problem = f"{part.file_name} does not answer in time: is there a loop that never ends?"
                    raise ValueError(problem) from error
                break
            if run is not None:
                runs.append(run)
    # Code that detects the recorder could return something else.
    plain = {**shipped, f"submission/{part.file_name}": code.text.encode("utf-8")}
    with open_worker(plain, tier, GENEROUS_LIMITS) as worker:
        return [run for run in runs if worker.call(run.call.probe, list(run.call.arguments)).value == run.answer]


class _Hangs(Exception):
    """A call was ended because it took too long."""


def _best_way(worker: Worker, call: Call, probes: Probes, code: Code) -> RecordedRun | None:
    """The call in the first way that gives the right answer, since right code may keep a slope in one of two places. If
    none is right, the first way that gives an answer.
    """
    ways, given = probes.ways(call), []
    for way in ways:
        run = _recorded(worker, way, probes, code)
        if run is None or (run.answer is None and len(ways) > 1):
            continue
        if len(ways) == 1 or difference(run.answer, right_answer(way, probes), TOLERANCE) is None:
            return run
        given.append(run)
    return given[0] if given else None


def _recorded(worker: Worker, call: Call, probes: Probes, code: Code) -> RecordedRun | None:
    reply = worker.call("recorded_for_the_viva", [call.probe, list(call.arguments)])
    if reply.failure == "timeout":
        raise _Hangs
    if reply.failure is not None or not _well_formed(reply.value, code):
        return None
    answer, lines, values = reply.value
    return RecordedRun(call, probes.called(call.probe, call.arguments), answer, lines, values)


def right_answer(call: Call, probes: Probes) -> object:
    """What the reference returns for this call."""
    return probes.on_reference(call.probe, call.arguments) if call.right is None else call.right


def _well_formed(reply: object, code: Code) -> bool:
    """Whether a reply is an answer, lines of the file and values, since the learner's code could have forged it."""
    if type(reply) is not list or len(reply) != 3:
        return False
    _, lines, values = reply
    return (
        type(lines) is list
        and all(type(line) is int and line in code.statements for line in lines)
        and type(values) is list
        and all(
            type(item) is list and len(item) == 3 and type(item[0]) is int and item[0] in code.statements
            for item in values
        )
        and all(type(name) is str and name.isidentifier() and _is_short(held) for _, name, held in values)
    )


def _is_short(held: object, depth: int = 2) -> bool:
    if type(held) is list:
        return depth > 0 and len(held) <= 4 and all(_is_short(item, depth - 1) for item in held)
    return is_number(held) or type(held) is bool or (type(held) is str and len(held) <= 20)


def recording_source(code: Code) -> str:
    """The module with a call of the recorder before each of its statements, and after each assignment to a name.

    Raises ValueError if the changed module can't be written as source.
    """
    try:
        tree = _Recording(code).visit(ast.parse(code.text))
        place = next((i for i, node in enumerate(tree.body) if not _comes_first(node)), len(tree.body))
        tree.body.insert(place, ast.parse("import viva_recorder").body[0])
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    except (RecursionError, ValueError) as error:  # ValueError: a number of thousands of digits can't be written
        raise ValueError(
            f"There are no questions about {code.name}: it is nested too deeply or contains a very long number."
        ) from error


def _comes_first(node: ast.stmt) -> bool:
    """Whether a statement must stay at the top of a module: its docstring, or an import from __future__."""
    return is_text(node) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


class _Recording(ast.NodeTransformer):
    def __init__(self, code: Code) -> None:
        self.code = code

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, [new for old in body for new in self._recorded(old)])
        return node

    def _recorded(self, node: ast.stmt) -> list[ast.stmt]:
        statement = self.code.statements.get(getattr(node, "lineno", 0))
        if statement is None or ast.dump(statement.node) != ast.dump(node):
            return [node]
        after = []
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            after = ast.parse(f"viva_recorder.value({node.lineno}, {name!r}, {name})").body
        return [*ast.parse(f"viva_recorder.line({node.lineno})").body, node, *after]
