"""Compute which checks may keep their points for which mistake: python tests/gates/follow_through_table.py [PART ...]

A check keeps them when a learner's answers equal those of the reference with the mistake M. So M must not hide what the
check is there to find. The pair (M, check) is in the table only if, with M in place, the answers still change for

- the stub of the check's task, a function of it that returns its argument, and one that returns zeros,
- each known mistake of that task that the check catches without M,
- each small piece of that task left out that the check misses without M: a statement, a call, one side of an operator,
  an argument (1 in its place, or as many empty lists), the gradient of what a call returns.

The last kind stands for code that makes the mistake, and then does no more than the mistake lets show. M must also cost
points where it is made, in a public check, and leave the check an answer to compare.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from suite_in_process import Endless, Implementation, Student, SuiteCheck, checks_of, folder_of

from autograder.course import SOLUTIONS, Part, part, parts
from autograder.grading.checks import Answer
from autograder.grading.compare import difference
from autograder.grading.diagnosis import TOLERANCE
from autograder.grading.misconceptions import Misconception, misconceptions

SEED, OTHER_SEEDS = 1, (2, 3)

STUB = "raise NotImplementedError"
ZEROS = """
def _zeros(value):
    if isinstance(value, (list, tuple)):
        return [_zeros(item) for item in value]
    if isinstance(value, dict):
        return {key: _zeros(item) for key, item in value.items()}
    if isinstance(value, str):
        return ""
    return type(value)(0.0) if hasattr(value, "data") else 0
"""

CUT = """
def _cut(value):
    if isinstance(value, (list, tuple)):
        return type(value)(_cut(item) for item in value)
    return type(value)(value.data) if hasattr(value, "data") else value
"""

Answers = list["tuple[object, str]"]  # to the calls of a check: the value, or how the code failed


class Listening(Answer):
    """An answer that fails no check, so that all of its calls are made."""

    def must_be(self, *unused: object, **unused_too: object) -> None:
        pass

    must_meet = must_be


@dataclass
class Code:
    """One implementation: the answers to each check's calls, each found out once."""

    part: Part
    source: str
    folder: str
    seed: int
    known: dict[tuple[str, tuple], tuple[object, str]] = field(default_factory=dict)

    @cached_property
    def _implementation(self) -> Implementation:
        return Implementation(self.part, self.source, self.folder)

    def answer(self, probe: str, arguments: tuple) -> tuple[object, str]:
        """The value, or the kind of failure."""
        key = repr((probe, arguments))
        if key not in self.known:
            try:
                self.known[key] = self._implementation.ask(probe, arguments), ""
            except (Exception, Endless) as error:
                self.known[key] = None, type(error).__name__
        return self.known[key]

    def fails(self, check: SuiteCheck) -> bool:
        """Whether the check fails it."""

        def ask(probe: str, arguments: tuple) -> Answer:
            value, failure = self.answer(probe, arguments)
            if failure:
                raise RuntimeError(failure)
            return Answer(probe, value)

        try:
            check.run(Student(self.part, self.seed, ask), self.seed)
        except Exception:
            return True
        return False


def calls_of(check: SuiteCheck, right: Code) -> list[tuple[str, tuple]]:
    """The calls of a check."""
    calls = []

    def ask(probe: str, arguments: tuple) -> Answer:
        calls.append((probe, arguments))
        return Listening(probe, right.answer(probe, arguments)[0])

    check.run(Student(right.part, right.seed, ask), right.seed)
    return calls


def same(a: tuple[object, str], b: tuple[object, str]) -> bool:
    """Whether two answers are alike, as the grader compares them."""
    if a[1] or b[1]:
        return a[1] == b[1]
    return difference(a[0], b[0], TOLERANCE) is None


# ---- code that does not do the work of a task


def functions_of(tree: ast.Module, names: list[str]) -> Iterator[ast.FunctionDef]:
    """The functions and methods of these dotted names."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inside:
            if isinstance(function, ast.FunctionDef):
                prefix = f"{node.name}." if function is not node else ""
                if prefix + function.name in names:
                    yield function


def with_bodies(source: str, names: list[str], body: str) -> str:
    """The source with one line in the place of each body; {first} is the first argument."""
    tree = ast.parse(source)
    for function in functions_of(tree, names):
        arguments = [argument.arg for argument in function.args.args]
        first = next((name for name in arguments if name != "self"), "self")
        function.body = ast.parse(body.format(first=first)).body
    return ast.unparse(tree)


def with_zeros(source: str, names: list[str]) -> str:
    """The source with functions that return zeros in the shape of what they returned before."""
    tree = ast.parse(source)
    for function in functions_of(tree, names):
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                node.value = ast.Call(ast.Name("_zeros", ast.Load()), [node.value], [])
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n" + ZEROS


def with_pieces_left_out(source: str, names: list[str]) -> Iterator[str]:
    """The source with one piece of these functions left out, each in turn."""
    tree = ast.parse(source)
    for function in functions_of(tree, names):
        for node in list(ast.walk(function)):
            for without in _left_out(node):
                for name, value in without.items():
                    before = getattr(node, name)
                    setattr(node, name, value)
                    yield ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree))) + "\n" + CUT
                    setattr(node, name, before)


def _left_out(node: ast.AST) -> Iterator[dict[str, object]]:
    """Fields of the node with one statement, one call, one side of an operator or one argument less."""
    if isinstance(node, ast.Call):
        for i, argument in enumerate(node.args):
            if isinstance(argument, ast.Name):
                for instead in ("1", f"[[] for _ in {argument.id}]"):
                    yield {"args": [*node.args[:i], ast.parse(instead, mode="eval").body, *node.args[i + 1 :]]}
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.stmt) and not isinstance(item, ast.Return):
                    yield {name: [*value[:i], ast.Pass(), *value[i + 1 :]]}
                for part_of in _pieces(item):
                    yield {name: [*value[:i], part_of, *value[i + 1 :]]}
        else:
            for part_of in _pieces(value):
                yield {name: part_of}


def _pieces(node: object) -> Iterator[ast.expr]:
    """What is left of an expression without its outermost call or operator, or without the gradient of a call."""
    if isinstance(node, ast.Call):
        yield ast.Call(ast.Name("_cut", ast.Load()), [node], [])
        if node.args:
            yield node.args[0]
        elif isinstance(node.func, ast.Attribute):
            yield node.func.value
    elif isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand


# ---- the table


class PartTable:
    """What a part's table is computed from, with one seed."""

    def __init__(self, of: Part, folder: str, seed: int) -> None:
        self.part, self.folder, self.seed = of, folder, seed
        self.right = self.code((SOLUTIONS / of.file_name).read_text(encoding="utf-8"))
        self.calls = {check.name: calls_of(check, self.right) for check in checks_of(of)}
        self._caught: dict[tuple[str, int], bool] = {}
        self._twins: dict[
            str, set[int]
        ] = {}  # by task: the pieces without which the code does the same as without another

    @cached_property
    def idle(self) -> dict[str, list[Code]]:
        """By task: code that does not do its work."""
        return {task.id: [self.code(source) for source in self._idlers(task.id)] for task in self.part.tasks}

    def code(self, source: str) -> Code:
        return Code(self.part, source, self.folder, self.seed)

    def keeps(self, mistake: Misconception) -> list[str]:
        """The checks that may keep their points for a mistake."""
        wrong = self.code(mistake.applied_to(self.right.source))
        if not self.is_paid_for(mistake, wrong):
            return []
        order = [task.id for task in self.part.tasks]
        found = []
        for task in order[order.index(mistake.task) + 1 :]:
            checks = [check for check in checks_of(self.part) if check.task == task]
            failed = [check for check in checks if self.has_answers(check, wrong) and wrong.fails(check)]
            found += self._not_hidden(task, failed, mistake, wrong)
        return [check.name for check in found]

    def is_paid_for(self, mistake: Misconception, wrong: Code) -> bool:
        """Whether the mistake fails a public check of its own task."""
        own = [check for check in checks_of(self.part) if check.task == mistake.task and not check.hidden]
        return any(wrong.fails(check) for check in own)

    def has_answers(self, check: SuiteCheck, wrong: Code) -> bool:
        """Whether code answers every call of a check."""
        return all(not wrong.answer(*call)[1] for call in self.calls[check.name])

    def _not_hidden(self, task: str, checks: list[SuiteCheck], mistake: Misconception, wrong: Code) -> list[SuiteCheck]:
        """The checks of a task that still tell right code with the mistake from all code without the task's work."""
        with_mistake = self._idlers(task, mistake) if checks else ()
        for number, source in enumerate(with_mistake):
            if number in self._twins_of(task):
                continue
            caught = [check for check in checks if self._catches(check, task, number)]
            idler = self.code(source) if source is not None and caught else None
            checks = [
                check
                for check in checks
                if check not in caught or (idler is not None and self._differ(idler, wrong, check))
            ]
            if not checks:
                break
        return checks

    def _differ(self, one: Code, other: Code, check: SuiteCheck) -> bool:
        return any(not same(one.answer(*call), other.answer(*call)) for call in self.calls[check.name])

    def _catches(self, check: SuiteCheck, task: str, number: int) -> bool:
        """Whether the check fails code without the task's work, the mistake apart."""
        key = (check.name, number)
        if key not in self._caught:
            idler = self.idle[task][number]
            self._caught[key] = self._differ(idler, self.right, check) and idler.fails(check)
        return self._caught[key]

    def _twins_of(self, task: str) -> set[int]:
        """The pieces that need no look of their own: leaving them out answers as leaving out an earlier one does."""
        if task not in self._twins:
            checks = [check for check in checks_of(self.part) if check.task == task]
            seen, self._twins[task] = set(), set()
            for number, idler in enumerate(self.idle[task]):
                answers = repr([idler.answer(*call) for check in checks for call in self.calls[check.name]])
                if answers in seen and number >= self._before_pieces(task):
                    self._twins[task].add(number)
                seen.add(answers)
        return self._twins[task]

    def _before_pieces(self, task: str) -> int:
        """How many idlers of a task come before those with a piece left out."""
        mistakes = sum(mistake.task == task for mistake in misconceptions(self.part))
        return mistakes + 1 + 2 * len(self.part.task(task).defines)

    def _idlers(self, task: str, mistake: Misconception | None = None) -> Iterator[str | None]:
        """Code that does not do a task's work, with a mistake of an earlier one; None where both can't be made at once.
        Always as many, and in the same order.
        """
        names = self.part.task(task).defines
        right = self.right.source
        source = right if mistake is None else mistake.applied_to(right)
        for other in misconceptions(self.part):
            if other.task == task:
                yield both(right, mistake, other)
        yield with_bodies(source, names, STUB)
        for name in names:
            yield with_bodies(source, [name], "return {first}")
            yield with_zeros(source, [name])
        pieces = list(with_pieces_left_out(source, names))
        if mistake is not None:  # which may stand in a function of this task, too
            expected = (
                len(self.idle[task]) - (len(names) * 2 + 1) - sum(m.task == task for m in misconceptions(self.part))
            )
            pieces = pieces if len(pieces) == expected else [None] * expected
        yield from pieces


def both(source: str, first: Misconception | None, second: Misconception) -> str | None:
    """The source with two mistakes, or one; None where one takes away what the other changes."""
    if first is None:
        return second.applied_to(source)
    for one, other in ((first, second), (second, first)):
        try:
            return other.applied_to(one.applied_to(source))
        except ValueError:
            continue
    return None


def table(of: Part, mistakes: Sequence[Misconception] | None = None) -> dict[str, list[str]]:
    """The names of the checks that may keep their points, by the id of the mistake."""
    with folder_of(of, SEED) as folder:
        computed = PartTable(of, folder, SEED)
        found = {m: computed.keeps(m) for m in (misconceptions(of) if mistakes is None else mistakes)}
    for seed in OTHER_SEEDS:  # what is kept must not depend on luck
        with folder_of(of, seed) as folder:
            again = PartTable(of, folder, seed)
            for mistake in [mistake for mistake in found if found[mistake]]:
                wrong = again.code(mistake.applied_to(again.right.source))
                checks = [check for check in checks_of(of) if check.name in found[mistake]]
                kept = [check.name for check in checks if again.has_answers(check, wrong)]
                found[mistake] = kept if again.is_paid_for(mistake, wrong) else []
    return {mistake.id: checks for mistake, checks in found.items() if checks}


# ---- the stored file, and what it was computed from


def digest(of: Part) -> str:
    """Of all that the table depends on: the code, the checks and the edits, not the words."""
    sources = [SOLUTIONS / f"{module}.py" for module in (of.module, *of.needs)]
    sources += sorted(path for path in of.suite.glob("*.py") if path.name != "viva.py")
    sources += [Path(__file__), Path(__file__).with_name("suite_in_process.py")]
    facts = [_shape(ast.parse(path.read_text(encoding="utf-8"))) for path in sources]
    edits = [[m.id, m.task, m.find, m.replace] for m in misconceptions(of)]
    return hashlib.sha256(json.dumps([facts, edits]).encode("ascii")).hexdigest()


def _shape(node: object) -> object:
    """A syntax tree as plain data, alike in every Python, without what changes no answer."""
    if isinstance(node, list):
        return [_shape(item) for item in node if not _changes_no_answer(item)]
    if isinstance(node, ast.AST):
        fields = [(name, _shape(value)) for name, value in ast.iter_fields(node) if value not in (None, [])]
        return [type(node).__name__, *fields]
    return repr(node)


def _changes_no_answer(node: object) -> bool:
    """A docstring, an import, a likely mistake: moving a module does not make the tables stale."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    likely = isinstance(node, ast.keyword) and node.arg == "likely"
    return docstring or likely or isinstance(node, (ast.Import, ast.ImportFrom))


def path_of(of: Part) -> Path:
    return of.suite / "follow_through.json"


def stored(of: Part) -> dict:
    return json.loads(path_of(of).read_text(encoding="ascii"))


def write(number: int) -> str:
    """Compute and store the table of a part; how large it is, in words."""
    of = part(number)
    data = {"computed_from": digest(of), "keeps": table(of)}
    path_of(of).write_text(json.dumps(data, indent=1) + "\n", encoding="ascii")
    return f"{path_of(of)}: {len(data['keeps'])} mistakes, {sum(map(len, data['keeps'].values()))} pairs"


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]] or [of.number for of in parts()]
    with ProcessPoolExecutor() as pool:
        for words in pool.map(write, numbers):
            print(words, flush=True)
