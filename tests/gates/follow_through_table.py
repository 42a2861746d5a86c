"""Compute which checks may keep their points for which mistake: python tests/gates/follow_through_table.py [PART ...]

A check keeps them when a learner's answers equal those of the reference with the mistake M. So M must not hide what the
check is there to find. The pair (M, check) is in the table only if, with M in place, the answers still change for

- the stub of the check's task, a function of it that returns its argument, and one that returns zeros,
- each known mistake of that task that the check catches without M,
- each small piece of that task left out that the check misses without M: a statement, a call, one side of an operator.

The last kind stands for code that makes the mistake, and then does no more than the mistake lets show. M must also cost
points where it is made, in a public check, and leave the check an answer to compare.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import sys
from collections.abc import Iterator
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

SEED = 1

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

Answers = list["tuple[object, str]"]  # to the calls of a check: the value, or how the code failed


class Listening(Answer):
    """An answer that fails no check, so that all of its calls are made."""

    def must_be(self, *unused: object, **unused_too: object) -> None:
        pass

    must = must_meet = must_be


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
                    yield ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
                    setattr(node, name, before)


def _left_out(node: ast.AST) -> Iterator[dict[str, object]]:
    """Fields of the node with one statement, one call or one side of an operator less."""
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
    """What is left of an expression without its outermost call or operator."""
    if isinstance(node, ast.Call):
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
        self._caught: dict[tuple[str, str], bool] = {}

    def code(self, source: str) -> Code:
        return Code(self.part, source, self.folder, self.seed)

    def keeps(self, mistake: Misconception) -> list[str]:
        """The checks that may keep their points for a mistake."""
        wrong = self.code(mistake.applied_to(self.right.source))
        own = [check for check in checks_of(self.part) if check.task == mistake.task and not check.hidden]
        if not any(wrong.fails(check) for check in own):
            return []
        order = [task.id for task in self.part.tasks]
        later = [check for check in checks_of(self.part) if order.index(check.task) > order.index(mistake.task)]
        return [
            check.name for check in later if self._may_keep(check, wrong) and not self._hides(mistake, check, wrong)
        ]

    def _may_keep(self, check: SuiteCheck, wrong: Code) -> bool:
        """Whether the mistake fails the check by an answer."""
        return all(not wrong.answer(*call)[1] for call in self.calls[check.name]) and wrong.fails(check)

    def _hides(self, mistake: Misconception, check: SuiteCheck, wrong: Code) -> bool:
        """Whether some code that does not do the work of the check's task answers as right code with the mistake."""
        for without, with_mistake in self._idlers(check.task, mistake):
            if not self._catches(check, without):
                continue
            if with_mistake is None:
                return True
            idler = self.code(with_mistake)
            if all(same(idler.answer(*call), wrong.answer(*call)) for call in self.calls[check.name]):
                return True
        return False

    def _catches(self, check: SuiteCheck, source: str) -> bool:
        key = (check.name, source)
        if key not in self._caught:
            code = self.code(source)
            differs = any(not same(code.answer(*call), self.right.answer(*call)) for call in self.calls[check.name])
            self._caught[key] = differs and code.fails(check)
        return self._caught[key]

    def _idlers(self, task: str, mistake: Misconception) -> Iterator[tuple[str, str | None]]:
        """Code that does not do a task's work: without and with the mistake (None where both can't be made at once)."""
        names = self.part.task(task).defines
        for others in misconceptions(self.part):
            if others.task == task:
                yield others.applied_to(self.right.source), both(self.right.source, mistake, others)
        sources = (self.right.source, mistake.applied_to(self.right.source))
        yield tuple(with_bodies(source, names, STUB) for source in sources)
        for each in ([name] for name in names):
            yield tuple(with_bodies(source, each, "return {first}") for source in sources)
            yield tuple(with_zeros(source, each) for source in sources)
        with_mistake = list(with_pieces_left_out(sources[1], names))
        without = list(with_pieces_left_out(sources[0], names))
        if len(with_mistake) == len(without):
            yield from zip(without, with_mistake)
        else:  # the mistake stands in a function of this task, too
            yield from ((self.right.source, None) if source is None else (source, None) for source in without)


def both(source: str, first: Misconception, second: Misconception) -> str | None:
    """The source with two mistakes; None where one takes away what the other changes."""
    for one, other in ((first, second), (second, first)):
        try:
            return other.applied_to(one.applied_to(source))
        except ValueError:
            continue
    return None


def table(of: Part, seed: int = SEED, mistakes: list[Misconception] | None = None) -> dict[str, list[str]]:
    """The names of the checks that may keep their points, by the id of the mistake."""
    with folder_of(of, seed) as folder:
        computed = PartTable(of, folder, seed)
        found = {m.id: computed.keeps(m) for m in (misconceptions(of) if mistakes is None else mistakes)}
    return {name: checks for name, checks in found.items() if checks}


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
    """A syntax tree as plain data, alike in every Python, without docstrings and without what is likely."""
    if isinstance(node, list):
        return [_shape(item) for item in node if not _is_words(item)]
    if isinstance(node, ast.AST):
        fields = [(name, _shape(value)) for name, value in ast.iter_fields(node) if value not in (None, [])]
        return [type(node).__name__, *fields]
    return repr(node)


def _is_words(node: object) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or (isinstance(node, ast.keyword) and node.arg == "likely")


def path_of(of: Part) -> Path:
    return of.suite / "follow_through.json"


def stored(of: Part) -> dict:
    return json.loads(path_of(of).read_text(encoding="ascii"))


def main(numbers: list[str]) -> None:
    for of in [part(int(number)) for number in numbers] or parts():
        data = {"computed_from": digest(of), "keeps": table(of)}
        path_of(of).write_text(json.dumps(data, indent=1) + "\n", encoding="ascii")
        pairs = sum(map(len, data["keeps"].values()))
        print(f"{path_of(of)}: {len(data['keeps'])} mistakes, {pairs} pairs", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
