"""The core of the grader: comparing, reports for a class, the cutting of the reference, the naming of mistakes."""

from __future__ import annotations

import ast
import json
import math
import shutil
import subprocess
import sys

import pytest

from autograder.course import LARGEST_FILE, ROOT, SOLUTIONS, Part, part, parts
from autograder.grading import checks
from autograder.grading.checks import Answer, CheckFailed
from autograder.grading.compare import LONGEST, difference, show
from autograder.grading.diagnosis import name_mistakes, same_reply
from autograder.grading.grade import grade
from autograder.grading.misconceptions import Mistake
from autograder.grading.reference import reference_files, tree_shake
from autograder.grading.report import Check, Report
from autograder.grading.session import Recorded
from autograder.grading.sources import inspect_source
from autograder.grading.submission import read_submission
from autograder.sandbox import Reply, SandboxUnavailable, Tier

NAN, INFINITY = math.nan, math.inf


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0, 1.0),
        (1, 1.0),
        (1.0, 1),
        (0.0, -0.0),
        (1.0 + 1e-10, 1.0),
        (1e9 + 0.5, 1e9),
        (INFINITY, INFINITY),
        ([1.0, [2]], (1, (2.0,))),
        ("x", "x"),
        (None, None),
        (True, True),
        ({"a": 1, "b": [2.0]}, {"a": 1.0, "b": (2,)}),
    ],
)
def test_equal_values_are_equal_whatever_kind_of_number_or_sequence(got, expected):
    assert difference(got, expected, 1e-9) is None


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0 + 1e-8, 1.0),
        (1e9 + 2, 1e9),
        (NAN, 1.0),
        (1.0, NAN),
        (NAN, NAN),
        (1.0, INFINITY),
        (INFINITY, 1.0),
        (-INFINITY, INFINITY),
        (10**299, 1.0),
        (10**400, 1.0),
        (1.0, 10**400),
        (True, 1),
        (1, True),
        (False, 0.0),
        ("1.0", 1.0),
        (None, 0.0),
        ([1.0], 1.0),
        (1.0, [1.0]),
        ([], [1.0]),
        ([1.0, 2.0], [1.0]),
        ([2.0, 1.0], [1.0, 2.0]),
        ("ab", ["a", "b"]),
        (["a", "b"], "ab"),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
        ({"a": 1}, {"a": 1, "b": 1}),
        ([["a", 1.0]], {"a": 1.0}),
        ("", None),
    ],
)
def test_different_values_differ_and_the_words_say_how(got, expected):
    assert "expected" in difference(got, expected, 1e-9)


def test_the_place_of_a_difference_is_named_in_full():
    assert difference([[1, 2], [3, {"a": [5.0]}]], [[1, 2], [3, {"a": [4.0]}]], 1e-9).startswith("at [1][1]['a'][0]: ")


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (
            [1.0, 2.0, -0.905217],
            [1.0 + 1e-8, 2.0, -0.905208],
            "the largest of 2, at [2]: returned -0.905217, expected -0.",
        ),
        ([1.0000003], [1.0], "at [0]: returned 1.0000003, expected 1.0"),
        (1, 1.0000001, "returned 1, expected 1.0000001"),
        ([-0.0, 3], [0.0, 2], "at [1]: returned 3, expected 2"),
        ([1.0, NAN, 9.0], [1.0, 2.0, 3.0], "the largest of 2, at [1]: returned nan, expected 2.0"),
        # Of equal differences the first, however the platform rounds: 0.7 - 0.4 is a little less than 0.6 - 0.3.
        ([0.7, 0.6], [0.4, 0.3], "the largest of 2, at [0]: returned 0.7, expected 0.4"),
        ([0.6, 0.7], [0.3, 0.4], "the largest of 2, at [0]: returned 0.6, expected 0.3"),
        ([5.0, [1.0]], [1.0, [1.0, 2.0]], "at [1]: returned 1 element, expected 2"),
    ],
)
def test_the_largest_difference_is_named_with_digits_that_show_it(got, expected, words):
    assert difference(got, expected, 1e-9).startswith(words)


def test_values_that_look_alike_get_more_digits_on_both_sides():
    with pytest.raises(CheckFailed) as failed:
        Answer("f()", [0.2552591, 1.0]).must_be([0.2552592, 1.0])
    assert "Returned:   [0.2552591, 1.0]\nExpected:   [0.2552592, 1.0]\n" in failed.value.message


HUGE = {
    "a long list": [1.5] * 100_000,
    "long lists in a list": [[1.5] * 1000] * 100,
    "a long string": "x" * 1_000_000,
    "a string of escapes": "\x00" * 1_000_000,
    "a long key": {"k" * 1_000_000: 1},
    "many keys": {str(i): i for i in range(100_000)},
    "a large integer": 10**299,
    "deep lists": json.loads("[" * 64 + "]" * 64),
    "wide and deep": json.loads("[" * 12 + "1" + ",1]" * 12),
}


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_a_huge_value_is_shown_in_200_ascii_characters_at_once(value):
    """The work is bounded by what is shown, not by the value: so many calls of Python functions, and no more."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        text = show(value)
    finally:
        sys.setprofile(None)
    assert len(text) <= LONGEST and text.isascii() and text.isprintable()
    assert calls < 10 * LONGEST


def test_values_are_shown_as_python_writes_them():
    assert show([1, 2.5, 1.0, True, None, "a\u202e\x1b[1m", {"k": -0.0}, NAN]) == (
        "[1, 2.5, 1.0, True, None, 'a\\u202e\\x1b[1m', {'k': -0.0}, nan]"
    )


def test_letters_are_shown_as_they_are_unless_they_turn_the_line_around():
    assert (
        show(["Zo\u00eb", "\u65e5\u672c", "a\u0301", "\u05d0"]) == "['Zo\u00eb', '\u65e5\u672c', 'a\\u0301', '\\u05d0']"
    )


def test_an_answer_of_infinities_matches_no_known_mistake():
    """It once matched all of them: the tolerance, relative to what the learner answered, was infinite."""
    assert not same_reply(Reply(value=[1.0, 2.0]), Reply(value=[INFINITY, INFINITY]))


def raised(message: str, place: str = "", exception: str = "IndexError") -> Reply:
    return Reply(failure="raised", exception=exception, message=message, place=place)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        (raised("list index out of range", "gpt"), raised("list index out of range", "gpt"), True),
        (raised("list index out of range", "gpt"), raised("list index out of range", "mlp"), False),
        (raised("list index out of range", "gpt"), raised("list index out of range"), True),  # in a helper
        (raised("list index out of range", "gpt"), raised("pop from empty list", "gpt"), False),
        (raised("x", "gpt", "TypeError"), raised("x", "gpt", "ValueError"), False),
        (
            raised("maximum recursion depth exceeded", "", "RecursionError"),
            raised("maximum recursion depth exceeded in comparison", "", "RecursionError"),
            True,
        ),
        (raised("<A object at 0x7f01>"), raised("<A object at 0x7f02>"), True),
        (raised("0.0 cannot be raised to a negative power"), raised("zero to a negative power"), True),  # Python 3.14
        (
            raised("too many values to unpack (expected 2, got 5)"),  # Python 3.14
            raised("too many values to unpack (expected 2)"),
            True,
        ),
        (
            raised("too many values to unpack (expected 3, got 5)"),
            raised("too many values to unpack (expected 2)"),
            False,
        ),
        (raised("float division by zero"), raised("division by zero"), True),
        (
            raised("'int' object has no attribute 'data'"),
            raised("'int' object has no attribute 'data' and no __dict__ for setting new attributes"),
            True,
        ),
        (raised("math domain error"), raised("expected a positive input"), True),
        (raised("max() arg is an empty sequence"), raised("max() iterable argument is empty"), True),
        (raised("math domain error"), raised("math range error"), False),
        (Reply(failure="timeout", message="a"), Reply(failure="timeout", message="b"), True),
        (Reply(failure="crashed"), Reply(failure="crashed"), False),
        (Reply(value=1), raised("x"), False),
    ],
)
def test_failures_are_alike_by_exception_message_and_place(a, b, alike):
    assert same_reply(a, b) is alike


# Checks of part 6 (task, passed), and what each mistake explains of them: by letters, as many as there are checks.
NAMING = {
    "one that explains all": ("6.1- 6.1- 6.1+", {"a 6.1": "123"}, ["a", "a", None]),
    "one that leaves a failing check unexplained": ("6.1- 6.1-", {"a 6.1": "1"}, [None, None]),
    "one that a passed check contradicts": ("6.1- 6.1+", {"a 6.1": "1"}, [None, None]),
    "two that explain the same": ("6.1- 6.1+", {"a 6.1": "12", "b 6.1": "12"}, [None, None]),
    "two of which one explains more": ("6.1- 6.2-", {"a 6.1": "12", "b 6.1": "1"}, ["a", "a"]),
    "one of a task that passed": ("6.1+ 6.2-", {"a 6.1": "12"}, [None, None]),
    "one of each task": ("6.1- 6.2-", {"a 6.1": "1", "b 6.2": "2"}, ["a", "b"]),
    "one whose other failure is another's": ("6.1- 6.1- 6.2-", {"a 6.1": "1", "b 6.2": "23"}, ["a", "b", "b"]),
}


@pytest.mark.parametrize(("states", "explained", "names"), NAMING.values(), ids=NAMING)
def test_a_mistake_is_named_where_it_alone_explains_its_own_task(states, explained, names):
    checks, calls = [], {}
    for number, state in enumerate(states.split(), 1):
        status = "passed" if state.endswith("+") else "failed"
        checks.append(Check(f"c{number}", state[:-1], "", False, 1.0, 0.0, status))
        calls[f"test_c{number}"] = [Recorded(str(number), (), Reply(value=0))]
    mistakes = [Mistake(*name.split(), says=name) for name in explained]

    def agrees(mistake: Mistake, recorded: list[Recorded]) -> bool:
        return recorded[0].probe in explained[mistake.says]

    named = name_mistakes(part(6), mistakes, checks, calls, agrees, lambda check: set())
    assert [check.misconception for check in named] == names


def test_a_mistake_is_not_named_where_its_checks_ran_a_function_that_fails_for_an_unknown_reason():
    checks = [Check("c1", "5.2", "", False, 1.0, 0.0, "failed"), Check("c2", "5.1", "", False, 1.0, 0.0, "failed")]
    calls = {f"test_c{number}": [Recorded(str(number), (), Reply(value=0))] for number in (1, 2)}
    mistakes = [Mistake("a", "5.2", "says")]

    def names(*functions: str) -> list[str | None]:
        named = name_mistakes(
            part(5), mistakes, checks, calls, lambda _, calls: calls[0].probe == "1", lambda _: {*functions}
        )
        return [check.misconception for check in named]

    assert names("multi_head_attention") == ["a", None]
    assert names("multi_head_attention", "attend") == [None, None]


def a_report(*checks: Check) -> Report:
    return Report(1, "part01_autograd", "part01_autograd.py", "0" * 64, 7, "strict", "3.11.2", checks, printed="SECRET")


@pytest.mark.parametrize("status", ["failed", "error", "timeout", "missing", "todo"])
def test_a_class_sees_no_word_of_a_hidden_check_that_the_code_could_have_written(status):
    check = Check("a", "1.1", "A sum", True, 1.0, 0.0, status, "SECRET 1.27", None, 12, exception="KeyError")
    shown = a_report(check).for_class()
    assert "SECRET" not in json.dumps(shown.to_json()) + shown.printed
    assert shown.checks[0].message and shown.checks[0].line is None
    assert (shown.checks[0].status, shown.checks[0].points, shown.earned) == (status, 1.0, 0.0)


def test_a_class_sees_public_checks_as_the_learner_does():
    check = Check("a", "1.1", "A sum", False, 1.0, 0.0, "failed", "Called: 1.27", None, 12)
    assert a_report(check).for_class().checks == (check,)


def test_of_a_hidden_check_a_class_sees_the_recognised_mistake_and_the_kind_of_exception():
    check = Check("a", "1.1", "A sum", True, 1.0, 0.0, "error", "1.27", "no-sum", 3, "Use +=.", exception="KeyError")
    shown = a_report(check).for_class().checks[0]
    assert (shown.misconception, shown.advice) == ("no-sum", "Use +=.") and "KeyError" in shown.message


SOURCE = """
import math
import shutil
from random import Random, gauss
from part01_autograd import Value

LIMIT = 3
UNUSED = 4


def helper(x: Value):
    return math.sqrt(x) + LIMIT


def wanted(x):
    return helper(x)


def secret(x):
    return gauss(x, UNUSED)


class Other:
    pass
"""


def test_the_reference_is_cut_to_the_names_that_are_asked_for_and_what_they_use():
    cut = tree_shake(SOURCE, {"wanted"})
    names = {getattr(node, "name", None) or ast.unparse(node) for node in ast.parse(cut).body}
    assert names == {"import math", "from part01_autograd import Value", "LIMIT = 3", "helper", "wanted"}
    with pytest.raises(ValueError, match="nothing"):
        tree_shake(SOURCE, {"nothing"})


@pytest.mark.parametrize("its_part", parts(), ids=lambda its_part: its_part.module)
def test_beside_a_submission_stand_only_other_parts_and_none_of_its_own_tasks(its_part: Part):
    defined = {name.partition(".")[0] for task in its_part.tasks for name in task.defines}
    for name, source in reference_files(its_part).items():
        found = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assert name != its_part.file_name and not found & defined
        asked = {asked.partition(".")[0] for asked in its_part.needs[name.removesuffix(".py")]}
        assert asked <= {getattr(node, "name", "") for node in ast.parse(source).body}
        compile(source, name, "exec")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00", "null"),
        (b"\xff\xfe", "UTF-8"),
        (b"\xe9 = 1", "UTF-8"),
        (b"# coding: punycode\n" + b"#" * 60_000, "UTF-8"),
        (b"# coding: undefined\n", "UTF-8"),
        (b"(" * 50_000, "nested"),
        (b"-" * 60_000 + b"1", "nested"),
        (b"a" + b".b" * 30_000, "dots"),
        (b"a" + b"[0]" * 20_000, "nested"),
        (b"import a" + b".b" * 30_000, "dots"),
        (b"from a \\\n" + b".b \\\n" * 10_000 + b".c import d", "dots"),
        (b"x" * (LARGEST_FILE + 1), "bytes"),
        (b"def f(:\n    pass", "invalid syntax"),
        (b"x = 1\n  y = 2", "unexpected indent"),
        (b"9" * 5000, "digits"),
        (b"import torch", "torch"),
        (b"def f():\n    from numpy import array", "numpy"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(content, words):
    problem = inspect_source(content).problem
    assert words in problem and problem.endswith(".") and problem.isascii() and len(problem) < 250


@pytest.mark.parametrize("of", parts(), ids=lambda of: of.name)
def test_a_file_that_cannot_be_used_gets_the_checks_of_the_suite_without_running_it(of, monkeypatch):
    ran = grade({of.file_name: (SOLUTIONS / of.file_name).read_bytes()}, of, seed=1, tier=Tier.LOCAL)
    monkeypatch.setattr("autograder.grading.grade.Worker", None)  # not callable: starting one would raise
    for files in ({}, {of.file_name: b"def f(:"}):
        report = grade(files, of, seed=1, tier=Tier.LOCAL)
        for mine, theirs in zip(report.checks, ran.checks, strict=True):
            unlike = {name for name, value in vars(theirs).items() if getattr(mine, name) != value}
            assert unlike <= (set() if theirs.status == "manual" else {"earned", "status", "message", "line"})
        same = ("part", "module", "file", "seed", "sandbox", "interpreter", "breaks", "not_run")
        assert all(getattr(report, name) == getattr(ran, name) for name in same)
        assert {check.status for check in report.checks} - {"manual"} == {"error" if files else "missing"}
        task = of.tasks[0].id
        assert grade(files, of, seed=1, tier=Tier.LOCAL, task=task).checks == tuple(
            check for check in report.checks if check.task == task
        )


@pytest.mark.parametrize(
    "content",
    [b"# empty", b"\xef\xbb\xbfx = 1", b"# -*- coding: utf-8 -*-\nx = 1", "x = 'é'".encode(), b"x = 1\r\ny = 2\r\n"],
)
def test_a_file_that_python_can_read_has_no_problem(content):
    assert inspect_source(content).problem == ""


def test_what_python_warns_of_is_not_printed(capsys, recwarn):
    assert inspect_source(b"x = '\\d'\ny = 1 is 1\n").problem == ""
    assert not recwarn.list and capsys.readouterr().err == ""


COSTS = """
import sys, time
from resource import RUSAGE_SELF, getrusage
from autograder.course import LARGEST_FILE
from autograder.grading.sources import inspect_source

start = getrusage(RUSAGE_SELF).ru_maxrss
for unit in (b"a,", b"{a}", b".b", b"a.", b"import a.b\\n", b"@a\\n", b"'\\\\d'\\n", b"f(a=1),", b"\\\\\\n", b"..."):
    text = unit * (LARGEST_FILE // len(unit) - 10)
    for content in (text, b"import a" + text, b"from a" + text + b"b import c", b'f"' + text + b'"', b"f(" + text):
        begin = time.process_time()
        inspect_source(content)
        print(time.process_time() - begin, (getrusage(RUSAGE_SELF).ru_maxrss - start) / 1024, repr(content[:20]))
"""


def test_no_file_costs_the_grader_two_seconds_or_two_hundred_megabytes():
    pytest.importorskip("resource")
    answer = subprocess.run([sys.executable, "-c", COSTS], capture_output=True, text=True, cwd=ROOT, timeout=100)
    rows = [line.split(" ", 2) for line in answer.stdout.splitlines()]
    assert len(rows) == 50, answer.stderr
    too_much = [row for row in rows if float(row[0]) > 2 or float(row[1]) > 200]
    assert not too_much


def test_a_submission_that_links_to_somebody_elses_file_is_refused(tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "solutions" / "part03_layers.py").write_text("right = 1", encoding="utf-8")
    link = tmp_path / "theirs" / "part03_layers.py"
    for target in ("../solutions/part03_layers.py", str(tmp_path / "solutions" / "part03_layers.py")):
        link.symlink_to(target)
        with pytest.raises(ValueError, match="link"):
            read_submission(tmp_path / "theirs")
        link.unlink()


def test_a_folder_may_itself_be_a_link_and_hold_links_that_stay_inside(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "draft.py").write_text("x = 1", encoding="utf-8")
    (tmp_path / "real" / "part03_layers.py").symlink_to("draft.py")
    (tmp_path / "linked").symlink_to("real")
    assert read_submission(tmp_path / "linked") == {"part03_layers.py": b"x = 1"}


def test_a_sandbox_that_fails_halfway_is_nobodys_mistake_but_ours(monkeypatch):
    """It once cost the learner every check that was left."""
    calls = []

    def call(worker, *unused, **also_unused):
        calls.append(1)
        if len(calls) > 2:
            raise SandboxUnavailable("no user id is left")
        return Reply(value=0)

    monkeypatch.setattr("autograder.sandbox.Worker.call", call)
    with pytest.raises(SandboxUnavailable, match="no user id is left"):
        grade({"part03_layers.py": b"# empty"}, part(3), tier=Tier.LOCAL)


def test_a_suite_that_cannot_be_imported_is_our_fault_and_says_why(tmp_path, monkeypatch):
    shutil.copytree(part(0).suite, tmp_path / "part00")
    shutil.copy(part(0).suite.parent / "pytest.ini", tmp_path)
    test = tmp_path / "part00" / "test_public.py"
    test.write_text("import nowhere_to_be_found\n" + test.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("autograder.course.SUITES", tmp_path)
    monkeypatch.delitem(sys.modules, "part00.test_public", raising=False)  # of a test before this one
    with pytest.raises(RuntimeError, match="nowhere_to_be_found"):
        grade({part(0).file_name: b"# empty"}, part(0), tier=Tier.LOCAL)


def test_a_sets_order_that_happens_to_be_the_reverse_one_is_called_not_sorted():
    assert checks._cause({"chars": list("vmea")}, {"chars": list("aemv")}) == checks.NOT_SORTED
    assert "reverse order" in checks._cause(list("emav"), list("vame"))
