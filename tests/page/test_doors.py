"""One verdict in every door: file, notebook, browser, Gradescope and GitHub. benchmarks/doors.md has all parts."""

import doors
import pytest

from autograder.bundle import page
from autograder.course import part, parts


def test_a_file_gets_the_same_verdict_from_make_check_and_in_the_browser(in_page):
    of = part(0)

    def browser(of, files):
        return doors.verdict(in_page([(of.number, files)])[0]["report"]["checks"])

    given = doors.submissions(of, 2)
    assert list(given)[:2] == ["reference", "stub"]
    assert doors.differences(browser, doors.file, of, given) == []
    assert all(points for points, _ in browser(of, given["reference"]).values())
    assert not any(points for points, _ in browser(of, given["stub"]).values())


def test_a_difference_between_two_doors_would_be_listed():
    other = {"the title": (1, "")}
    said = doors.differences(lambda *_: {}, lambda *_: other, part(0), {"reference": {}})
    assert said == ["part 0, reference, the title: None, but elsewhere (1, '')"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [each.number for each in parts()])
def test_every_door_gives_one_verdict(number, tmp_path):
    of, most = part(number), 2
    with doors.first_mistakes(most):
        built = page.make_page(tmp_path / "page", [of])
        _, found = doors.row(of, built, most)
    assert found == []
