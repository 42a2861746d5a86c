"""Check ids never change once published: gradebooks, hints and ledgers are keyed by them."""

import ast

from autograder.course import SUITES, parts
from autograder.grading.checks import points_by_task

LEDGER = SUITES / "published_checks.txt"


def ids_in_suites() -> list[str]:
    """`part id` of every check, in the order of the files."""
    found = []
    for part in parts():
        for name in ("test_public.py", "test_hidden.py"):
            tree = ast.parse((part.suite / name).read_text(encoding="utf-8"))
            tests = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
            found += [f"{part.number} {test.removeprefix('test_')}" for test in tests if test.startswith("test_")]
    return found


def test_every_published_check_still_exists_under_its_id():
    published = LEDGER.read_text(encoding="utf-8").splitlines()
    lost = sorted(set(published) - set(ids_in_suites()))
    assert not lost, f"published ids that no check has any more: {lost}"


def test_every_check_is_in_the_ledger():
    published = LEDGER.read_text(encoding="utf-8").splitlines()
    new = sorted(set(ids_in_suites()) - set(published))
    assert not new, f"add these lines to {LEDGER.name}: {new}"


def test_no_id_stands_twice():
    ids = ids_in_suites()
    assert len(ids) == len(set(ids))


def test_every_part_has_ten_points_besides_its_written_answers():
    points = {part.name: sum(points_by_task(part, by_hand=False).values()) for part in parts()}
    wrong = {name: earned for name, earned in points.items() if abs(earned - 10) > 1e-9}
    assert not wrong, f"Take the points of a new check from another check of its task: {wrong}"
