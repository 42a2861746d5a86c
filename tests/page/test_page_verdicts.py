"""The page's verdict is the one of the students' zip: same checks, points, sentences and names of mistakes."""

from pathlib import Path

import pytest
from helpers.bundle import SOLVED, grade_in

from autograder.course import part, read_toml
from autograder.grading.misconceptions import variants
from autograder.stubs import fresh_stubs

# Where Python itself words something in another way in the page. The list may only shrink.
WORDING = Path(__file__).with_name("wording.toml")
COMPARED = ("name", "status", "earned", "points", "title", "task", "message", "line", "misconception", "advice")


def with_part(number, text):
    return {**SOLVED, part(number).file_name: text}


def jobs_of(number, most=None):
    """By name: the reference, the stub, and known mistakes of a part."""
    of = part(number)
    named = {"reference": SOLVED[of.file_name], "stub": fresh_stubs()[of.file_name]}
    named |= {name: source.decode("utf-8") for name, source in list(variants(of).items())[:most]}
    return {f"{number} {name}": (number, with_part(number, text)) for name, text in named.items()}


def compared(report):
    checks = [{key: check.get(key) for key in COMPARED} for check in report["checks"]]
    return {"earned": report["earned"], "possible": report["possible"], "checks": checks}


def different(ours, other):
    """What differs between two reports: [check, field, in the page, natively]."""
    pairs = zip(compared(ours)["checks"], compared(other)["checks"], strict=True)
    return [[a["name"], key, a[key], b[key]] for a, b in pairs for key in COMPARED if a[key] != b[key]]


def assert_same(jobs, in_page, native):
    expected = grade_in(native, list(jobs.values()))
    seen = [line["report"] for line in in_page(list(jobs.values()))]
    known = read_toml(WORDING)["differs"]
    found = {}
    for name, ours, other in zip(jobs, seen, expected, strict=True):
        assert (ours["earned"], ours["possible"]) == (other["earned"], other["possible"]), name
        differences = different(ours, other)
        assert {field for _, field, _, _ in differences} <= {"message"}, (name, differences)
        if differences:
            found[name] = sorted({check for check, *_ in differences})
            if name not in known:
                print(name, differences)
    listed = {name: checks for name, checks in known.items() if name in jobs}
    assert found == listed, "Other sentences than natively, or no longer: correct the page, or shorten wording.toml."


def test_reference_stub_and_some_mistakes_get_the_verdict_of_the_zip(in_page, native):
    assert_same(jobs_of(0, 4) | jobs_of(1, 2) | jobs_of(3, 4), in_page, native)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 3])
def test_every_known_mistake_gets_the_verdict_of_the_zip(number, in_page, native):
    assert_same(jobs_of(number), in_page, native)


def test_the_reference_gets_all_points_and_the_stub_none(in_page):
    numbers = (0, 1, 3)
    reports = [
        line["report"] for line in in_page([(n, SOLVED) for n in numbers] + [(n, fresh_stubs()) for n in numbers])
    ]
    assert all(report["passed"] for report in reports[:3])
    assert [report["earned"] for report in reports[3:]] == [0, 0, 0]


def test_a_recursive_backward_fails_the_shorter_chain_of_the_page(in_page):
    [line] = in_page([(1, with_part(1, variants(part(1))["calls-itself"].decode("utf-8")))])
    failed = {check["name"]: check for check in line["report"]["checks"] if check["status"] != "passed"}
    assert set(failed) == {"backward_follows_a_chain_of_50_000_values"}
    [check] = failed.values()
    assert "1000 times" in check["message"] and "RecursionError" in check["message"]
