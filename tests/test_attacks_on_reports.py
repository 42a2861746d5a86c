"""What attacks could smuggle into a report: inputs of hidden checks, commands for terminals, points for no answer."""

from __future__ import annotations

import ast
import copy
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from helpers.attacks import PART, SHORT, SOLUTION, STUB, Targets, attacked
from helpers.quick_cases import quick_are

from autograder.course import SOLUTIONS, Part, part, parts
from autograder.grading.failures import Facts, failure_message
from autograder.grading.grade import grade
from autograder.grading.part_probes import Probes
from autograder.grading.report import Report
from autograder.grading.session import Session
from autograder.grading.sources import inspect_source
from autograder.render.terminal import part_lines
from autograder.sandbox import CHECK, Reply, Tier

LEAKS = [("leaks_inputs", v) for v in ("text", "class", "todo", "name", "key", "import")]
LEAKS += [("leaks_in_answers", v) for v in ("text", "keys", "type")]
READY = [part for part in parts() if (part.suite / "test_public.py").exists() and (part.suite / "probes.py").exists()]

WITHOUT_FILES = [part for part in READY if not (part.suite / "files.py").exists()]  # which only a worker has


@pytest.fixture
def sessions(monkeypatch) -> list[Session]:
    """The sessions of every grading, with the calls of each check."""
    seen: list[Session] = []

    def watched(*arguments, **more) -> Session:
        seen.append(Session(*arguments, **more))
        return seen[-1]

    monkeypatch.setattr(sys.modules["autograder.grading.grade"], "Session", watched)
    return seen


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from numbers(item)
    elif type(value) is float:
        yield value


@pytest.mark.parametrize(("name", "variant"), quick_are(LEAKS[:1], LEAKS))
@pytest.mark.parametrize("base", [STUB, SOLUTION], ids=["stub", "solution"])
def test_inputs_of_hidden_checks_are_in_no_report_for_a_class(tier, sessions, tmp_path, base, name, variant):
    source = attacked(base, name, Targets(tmp_path, 1), variant)
    report = grade({PART.file_name: source.encode("utf-8")}, PART, tier=tier)
    hidden = [check for check in report.for_class().to_json()["checks"] if check["hidden"]]
    calls = [call for check in hidden for call in sessions[0].calls[f"test_{check['name']}"]]
    secret = {repr(abs(number)).replace(".", "")[:4] for call in calls for number in numbers(call.arguments)}
    assert secret and len(hidden) > 2  # a check ends at its first call that fails
    shown = json.dumps([{**check, "points": 0, "earned": 0} for check in hidden])
    assert not [digits for digits in secret if digits in shown.replace(".", "").replace("_", "")]
    assert report.for_class().printed == ""
    full = report.printed + json.dumps(report.to_json())
    assert any(re.search(r"\d\.\d+.{1,3}\d\.\d+", check.message) for check in report.checks if check.hidden), full[:500]


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@pytest.mark.parametrize("variant", ["text", "class", "answers"])
def test_nothing_that_is_shown_steers_a_terminal_or_a_ci_system(tier, tmp_path, variant):
    source = attacked(SOLUTION, "terminal_escapes", Targets(tmp_path, 1), variant)
    report = grade({PART.file_name: source.encode("utf-8")}, PART, tier=tier)
    lines = list(part_lines(report, PART.file_name, "Next: ..."))
    assert any("<script>" in line for line in lines), "the attack's text is no dud"
    for line in lines:
        assert all(character.isprintable() or character == "\t" for character in line), repr(line)
        assert not set(line) & set(BIDI)
        assert not line.lstrip().startswith("::") and not re.search(r"##(?:\[|vso\[|teamcity\[)", line), line
    assert json.dumps(report.to_json()).isascii() and "alert" not in (report.checks[0].exception or "")


class FakeWorker:
    """Answers at once, in this process: what the reference answers, changed."""

    def __init__(self, part: Part, change: Callable[[object], object]) -> None:
        self.part, self.change = part, change
        self.interpreter_version, self.used, self.used_up = "3", 0.0, False
        self.limits, self.tier = CHECK, Tier.LOCAL

    def __call__(self, *unused: object, **more: object) -> FakeWorker:
        return self

    def __enter__(self) -> FakeWorker:
        return self

    def __exit__(self, *unused: object) -> None:
        pass

    def add(self, *unused: object) -> None:
        pass

    def start(self) -> None:
        pass

    def read_output(self) -> str:
        return ""

    def load(self, **options: object) -> Reply:
        return Reply()

    def call(self, probe: str, arguments: list, *unused: object, **options: object) -> Reply:
        return Reply(value=self.change(answer_of_reference(self.part, probe, arguments)))


ANSWERS: dict[tuple[int, str, str], object] = {}  # of the reference: most changes are asked for with the same calls


def answer_of_reference(part: Part, probe: str, arguments: list) -> object:
    key = (part.number, probe, repr(arguments))
    if key not in ANSWERS:
        ANSWERS[key] = Probes(part).on_reference(probe, tuple(arguments))
    return copy.deepcopy(ANSWERS[key])


def each(new: Callable[[object], object]) -> Callable[[object], object]:
    """A change of every number and text in an answer; its shape stays."""

    def change(value: object) -> object:
        if isinstance(value, list):
            return [change(item) for item in value]
        if isinstance(value, dict):
            return {key: change(item) for key, item in value.items()}
        return new(value)

    return change


CHANGES = {
    "nothing": lambda value: None,
    "zero": lambda value: 0.0,
    "an empty list": lambda value: [],
    "a text": lambda value: "passed",
    "true": lambda value: True,
    "a claim": lambda value: {"passed": True, "earned": 100.0},
    "lists in lists": lambda value: [[[value]]],
    "texts of the numbers": each(repr),
    "NaN everywhere": each(lambda item: math.nan),
    "infinity everywhere": each(lambda item: math.inf),
    "minus infinity everywhere": each(lambda item: -math.inf),
    "true everywhere": each(lambda item: True),
    "a huge integer everywhere": each(lambda item: 10**299),
    "a tiny number everywhere": each(lambda item: 5e-324),
    "nothing everywhere": each(lambda item: None),
}


def graded_with(part: Part, change: Callable[[object], object], monkeypatch) -> Report:
    module = sys.modules["autograder.grading.grade"]
    monkeypatch.setattr(module, "Worker", FakeWorker(part, change))
    return grade({part.file_name: b"pass"}, part, seed=1, tier=Tier.LOCAL, explain=False)


@pytest.mark.parametrize("part", quick_are([part(3)], WITHOUT_FILES), ids=lambda part: part.module)
def test_right_answers_earn_all_points_in_the_fake_worker_too(part, monkeypatch):
    assert graded_with(part, lambda value: value, monkeypatch).passed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("part", quick_are([part(3)], READY), ids=lambda part: part.module)
def test_no_check_takes_what_is_no_answer(part, change, monkeypatch):
    begin = time.process_time()
    report = graded_with(part, change, monkeypatch)
    assert [check.name for check in report.checks if check.earned] == []
    assert time.process_time() - begin < 20  # of the grader


def hostile_sources() -> dict[str, bytes]:
    """Sources that attack whoever reads or compiles them."""
    return {
        "parentheses": b"(" * 30_000 + b")" * 30_000,
        "brackets that work": b"x = " + b"[" * 90 + b"]" * 90,
        "minus signs": b"x = " + b"-" * 60_000 + b"1",
        "attributes": b"x = a" + b".b" * 30_000,
        "dots that need gigabytes": b"import a" + b".a" * 30_000,
        "blocks in blocks": b"".join(b" " * i + b"if 1:\n" for i in range(200)) + b" " * 200 + b"pass",
        "a large constant": b"x = (10 ** 9) ** (10 ** 9)",
        "ten megabytes": b"# " + b"x" * 10_000_000,
        "null bytes": b"x = 1\x00",
        "not UTF-8": b"# \xff\xfe\nx = 1",
        "another encoding": b"# coding: utf-7\n+AGkAbQBwAG8AcgB0- os",
        "an unknown encoding": b"# coding: no_such_thing\n",
        "two byte-order marks": b"\xef\xbb\xbf\xef\xbb\xbfx = 1",
        "many digits": b"x = " + b"9" * 60_000,
        "many warnings": b"'\\d'\n" * 12_000,
        "bidi marks": "x = '\u202e\u2066' # \u2069".encode(),
        "look-alike names": "def lin\u0435ar(x, w): return x".encode(),
        "a form feed and carriage returns": b"\x0c\rx = 1\r\ry = 2",
        "a huge text": b"x = '" + b"a" * 60_000 + b"' * 100_000",
    }


@pytest.mark.parametrize("source", hostile_sources().values(), ids=hostile_sources())
def test_hostile_sources_earn_nothing_and_are_answered_in_sentences(tier, source):
    begin = time.process_time()
    report = grade({PART.file_name: source}, PART, tier=tier, explain=False, limits=SHORT)
    assert report.earned == 0 and time.process_time() - begin < 20  # of the grader
    assert all(check.status in ("error", "missing", "timeout") for check in report.checks)
    for check in report.checks:
        sentence = check.message.strip()
        if sentence.startswith("Python can't read the file"):
            sentence = sentence.splitlines()[0]  # then the line of the file, and carets
        assert sentence.endswith((".", "?")) and len(check.message) < 700


def test_functions_that_return_their_argument_keep_no_points_for_following_from_a_mistake():
    """Of every function of part 1. They once earned two checks of task 1.1: a backward that does nothing is a known
    mistake of task 1.4, and with it the slopes of a right sum are zeros, as without any work.
    """
    part = next(part for part in parts() if part.number == 1)
    tree = ast.parse((SOLUTIONS / part.file_name).read_text(encoding="utf-8"))
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name != "__init__"]:
        function.body = ast.parse(f"return {function.args.args[0].arg}").body
    report = grade({part.file_name: ast.unparse(tree).encode("utf-8")}, part, tier=Tier.LOCAL)
    assert [check.name for check in report.checks if check.earned] == []


def method(code: str, parameters: str = "self, xs, g") -> str:
    return f"class Value:\n    def f({parameters}):\n        self.data\n        {code}\n        return 1\n"


NO_DATA = Reply(failure="raised", exception="AttributeError", message="'Value' object has no attribute 'data'", line=3)
NO_ITEM = Reply(failure="raised", exception="IndexError", message="list index out of range", line=4)
WIDE = f"q[({'+'.join(['aaaa'] * 200)}):"
LONG_TO_SEARCH = {
    "empty lines": (method("\n" * 40_000), NO_DATA),
    "types of attributes": (method(f"'{'self.a:, ' * 6_000}'"), NO_DATA),
    "brackets": (method(f"g(xs)  # {'a[' * 30_000}"), NO_ITEM),
    "slices in slices": (method(WIDE * 60 + "1" + "]" * 60), NO_ITEM),
    "parameters": (method("", ", ".join(f"a{i}=0" for i in range(6_500))), NO_DATA),
}


@pytest.mark.parametrize(("code", "reply"), LONG_TO_SEARCH.values(), ids=LONG_TO_SEARCH)
def test_the_cause_of_a_failure_is_searched_for_in_linear_time(code, reply):
    source, probes = inspect_source(code.encode("utf-8")), Probes(parts()[1])
    begin = time.process_time()
    failure_message(reply, "f()", Facts(parts()[1], source))
    function = source.functions["Value.f"]
    assert len(function.slips) < 5
    assert not any(probes.unused(probe, "Value.f", function, optional=True) for probe in probes.names)
    assert time.process_time() - begin < 1
