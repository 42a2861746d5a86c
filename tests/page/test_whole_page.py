"""Each part in a real browser without a network, and endless code. benchmarks/page_visits.md has the figures."""

import first_minutes
import page_visits
import pytest
from helpers.bundle import few_mistakes
from helpers.endless_code import CODE

from autograder.bundle import page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole_page(tmp_path_factory):
    """The folder of a page with all parts, which recognises only some of the known mistakes."""
    folder = tmp_path_factory.mktemp("whole")
    with few_mistakes(folder / "recordings"):
        try:
            return page.make_page(folder / "page")
        except page.NoTools as reason:
            pytest.skip(str(reason))


@pytest.fixture(scope="module")
def found(whole_page):
    return page_visits.measured(whole_page)


def test_each_part_is_solved_through_the_page_without_a_network(found):
    assert [(each.part.number, each.earned) for each in found["solved"]] == [
        (each.part.number, each.possible) for each in found["solved"]
    ]
    assert found["passed"] == len(found["solved"]) == 11


def test_a_part_is_solved_with_the_keyboard_alone_and_something_always_has_the_focus(found):
    (typed,) = found["typed"]
    assert (typed.part.number, typed.earned, typed.lost) == (page_visits.BY_KEYBOARD, typed.possible, 0)


def test_axe_finds_nothing_wrong_with_the_verdict_of_any_part(found):
    assert {each.part.number: each.violations for each in found["solved"] if each.violations} == {}


def test_code_that_never_ends_is_explained_and_the_next_check_works(found):
    assert [each.name for each in found["survived"]] == list(CODE)
    assert [each.name for each in found["survived"] if not (each.told and each.next_passes)] == []


def test_nothing_is_sent_to_another_host(found):
    assert found["requests"] > 20
    assert found["foreign"] == set()


def test_a_newcomers_steps_on_a_phone_say_what_their_page_shows(whole_page, tmp_path):
    told = first_minutes.walk(whole_page, tmp_path, "phone")
    shown = first_minutes.PAGE.read_text(encoding="utf-8")
    assert [said for said, _ in told if said not in shown] == [], "run: python benchmarks/first_minutes.py"
    assert len(list(tmp_path.iterdir())) == len(first_minutes.STEPS)
