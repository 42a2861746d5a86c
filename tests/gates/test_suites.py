"""The gates of every suite: right code earns all, no code nothing, each known mistake costs points and is named."""

import ast
import math
import re
from pathlib import Path

import pytest
from helpers.grading import graded, graded_together

from autograder.course import EXERCISES, Part
from autograder.grading.misconceptions import Misconception, misconceptions, variants
from autograder.grading.part_probes import Probes
from autograder.grading.report import Report

LABS_TOO = True  # the same rules hold for their known mistakes, hints and points
RIGHT = Path(__file__).resolve().parent.parent / "right_but_different"
SLOW_PARTS = (1, 7, 8)  # their right solutions take more than a second per seed
ONE_SEED_OR_MORE = pytest.mark.parametrize(
    "seeds", [(1,), pytest.param((2, 3), marks=pytest.mark.slow)], ids=["seed1", "seeds2and3"]
)


def failures(report: Report) -> str:
    return "\n".join(f"{c.name} {c.status}\n{c.message}" for c in report.checks if c.status not in ("passed", "manual"))


@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 11))])
def test_the_solution_earns_all_points(part: Part, solution: bytes, seed: int) -> None:
    report = graded(part.number, solution, seed)
    assert report.passed and math.isclose(report.earned, report.possible), failures(report)


def test_the_stub_earns_nothing_and_says_what_is_to_do(part: Part) -> None:
    report = graded(part.number, (EXERCISES / part.file_name).read_bytes())
    assert report.earned == 0
    assert {check.status for check in report.checks} <= {"todo", "manual"}, failures(report)


def test_an_empty_file_earns_nothing(part: Part) -> None:
    assert graded(part.number, b"").earned == 0


def test_every_task_has_points_and_at_most_30_percent_are_hidden(part: Part, solution: bytes) -> None:
    report = graded(part.number, solution)
    checks = [check for check in report.checks if check.status != "manual"]
    assert {check.task for check in checks} == {task.id for task in part.tasks if task.defines}
    written = {check.task for check in report.checks if check.status == "manual" and check.points > 0}
    assert written == {task.id for task in part.tasks if not task.defines}
    hidden = sum(check.points for check in checks if check.hidden)
    assert 0 < hidden <= 0.3 * sum(check.points for check in checks)


def test_every_title_begins_with_a_lower_case_letter(part: Part, solution: bytes) -> None:
    titles = [check.title for check in graded(part.number, solution).checks]
    assert titles and not [title for title in titles if title[0].isupper() and not title.startswith("Written: ")]


def test_every_probe_is_asked_by_a_check(part: Part) -> None:
    suite = "".join(path.read_text(encoding="utf-8") for path in part.suite.glob("test_*.py"))
    assert not [name for name in Probes(part).names if f"student.{name}(" not in suite]


def test_the_list_of_mistakes_is_long_enough(part: Part) -> None:
    least = 2 if part.number == 0 else 4 if part.is_lab else 8
    assert len(misconceptions(part)) >= least
    assert len({mistake.id for mistake in misconceptions(part)}) == len(misconceptions(part))


def test_no_two_known_mistakes_are_the_same_program(part: Part) -> None:
    """The second of two would never be named."""
    by_program: dict[str, list[str]] = {}
    for mistake in misconceptions(part):
        by_program.setdefault(ast.dump(ast.parse(variants(part)[mistake.id])), []).append(mistake.id)
    assert [ids for ids in by_program.values() if len(ids) > 1] == []


def functions_in(source: bytes) -> dict[str, ast.stmt]:
    """The functions and methods of a module, by dotted name."""
    found = {}
    for node in ast.parse(source).body:
        for each in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(each, ast.FunctionDef):
                found[each.name if each is node else f"{node.name}.{each.name}"] = each
    return found


def lines_elsewhere(report: Report, solution: bytes, variant: bytes) -> list[tuple[str, int]]:
    """The failing checks that point at a line outside of what was edited."""
    right, wrong = functions_in(solution), functions_in(variant)
    edited = [node for name, node in wrong.items() if name not in right or ast.dump(node) != ast.dump(right[name])]
    lines = {line for node in edited for line in range(node.lineno, node.end_lineno + 1)}
    shown = [(check.name, check.line) for check in report.checks if check.line and check.status != "passed"]
    return [(name, line) for name, line in shown if line not in lines]


@pytest.mark.gate
@ONE_SEED_OR_MORE
def test_every_known_mistake_costs_points_and_is_named(part: Part, solution: bytes, seeds: tuple[int, ...]) -> None:
    """One pass over all of them, since it is most of the time that the gates take. A line that is shown lies in the
    function that holds the mistake; and what no check tells apart must be one mistake with one sentence.
    """
    only_hidden, misnamed, elsewhere = [], [], []
    by_answers: dict[tuple, set[str]] = {}
    sources = [variants(part)[mistake.id] for mistake in misconceptions(part)]
    for seed in seeds:
        for mistake, report in zip(misconceptions(part), graded_together(part, sources, seed)):
            failed = [check for check in report.checks if check.status not in ("passed", "manual")]
            assert failed, f"{mistake.id} (seed {seed}) lost nothing"
            assert any(check.task == mistake.task for check in failed), f"{mistake.id} lost nothing in {mistake.task}"
            if all(check.hidden for check in failed):
                only_hidden.append((mistake.id, seed))
            first = next((check.misconception for check in failed if check.misconception), None)
            if first != mistake.id:
                misnamed.append((mistake.id, seed, first))
            elsewhere += [(mistake.id, *at) for at in lines_elsewhere(report, solution, variants(part)[mistake.id])]
            by_answers.setdefault((seed, *((c.name, c.message) for c in failed)), set()).add(mistake.says)
            assert_messages_help(report, mistake.id)
            assert_the_other_side_costs_nothing(report, mistake)
    total = len(seeds) * len(misconceptions(part))
    assert len(only_hidden) <= 0.2 * total, f"only hidden checks see {only_hidden}"
    assert len(misnamed) <= 0.1 * total, f"not named as what they are: {misnamed}"
    assert not elsewhere, f"lines outside of the function that holds the mistake: {elsewhere}"
    same = [sentences for sentences in by_answers.values() if len(sentences) > 1]
    assert not same, f"no check tells these apart: {same}"


def assert_the_other_side_costs_nothing(report: Report, mistake: Misconception) -> None:
    """In part 1: a wrong operator fails no check of backward(), and the other way round."""
    backward = ("1.4", "1.5")
    if report.part == 1:
        others = [check for check in report.checks if (check.task in backward) != (mistake.task in backward)]
        lost = [check.name for check in others if check.status != "passed" or check.follows]
        assert not lost, f"{mistake.id}: {lost}"


def assert_messages_help(report: Report, mistake_id: str) -> None:
    """A failure says what was called, returned and expected, and the likely mistake."""
    for check in report.checks:
        if check.status == "failed":
            assert re.search(r"^Called: .*\nReturned: .*\nExpected: ", check.message), check.message
            assert "Likely:" in check.message or check.advice, f"{check.name}: no likely mistake for {mistake_id}"


@pytest.mark.gate
def test_right_but_different_code_earns_all_points(part: Part) -> None:
    assert_right_code_earns_all_points(part, (1,) if part.number in SLOW_PARTS else (1, 2, 3))


@pytest.mark.slow
def test_right_but_different_code_earns_all_points_with_more_seeds(part: Part) -> None:
    assert_right_code_earns_all_points(part, (2, 3))


def assert_right_code_earns_all_points(part: Part, seeds: tuple[int, ...]) -> None:
    files = sorted((RIGHT / part.name).glob("*.py"))
    assert files, "no other right implementation of this part"
    for seed in seeds:
        for file, report in zip(files, graded_together(part, [file.read_bytes() for file in files], seed)):
            all_points = math.isclose(report.earned, report.possible)
            assert report.passed and all_points, f"{file.name}, seed {seed}\n{failures(report)}"


def test_every_check_has_four_levels_of_hints(part: Part, solution: bytes) -> None:
    hints = (part.suite / "hints.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([\w.-]+)\n(.*?)(?=^## |\Z)", hints, re.MULTILINE | re.DOTALL))
    checks = [check for check in graded(part.number, solution).checks if check.status != "manual"]
    of_tasks = {task.id for task in part.tasks}  # for a task that is not written: what its first check alone leaves out
    of_mistakes = {mistake.id for mistake in misconceptions(part)}
    assert sorted(set(sections) - of_tasks - of_mistakes) == sorted(check.name for check in checks)
    for name, text in sections.items():
        levels = re.findall(r"^(\d)\. \S", text, re.MULTILINE)
        assert levels == ["1", "2", "3", "4"], f"{name} has the levels {levels}"
