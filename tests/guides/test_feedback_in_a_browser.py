"""The page of feedback in a real browser: on a phone and on a desk, in light and in dark, without network."""

import datetime
import zoneinfo

import pytest
from test_in_a_browser import PHONE, WIDE

from autograder.course import SOLUTIONS, part
from autograder.grading.grade import grade
from autograder.render.feedback_page import Feedback, Marks, Picture, Times, feedback_page
from autograder.sandbox import Tier

pytestmark = pytest.mark.gate

PART, WRITTEN = part(1), part(9)
RIGHT = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
DUE = datetime.datetime(2026, 11, 23, 18, tzinfo=BERLIN)
LATE = Times(DUE, DUE + datetime.timedelta(hours=20), True, 1, 0.675)
DOT = Picture("data:image/gif;base64,R0lGODlhAQABAAAAACw=")
ANSWER = ("<script>alert(1)</script><img src=http://one.example/a.png>\n" + "a" * 500, DOT)
PENDING = {"9.5": Marks(None, 2.0, "", ANSWER), "9.6": Marks(0.0, 2.0, "", ())}
GRADED = {"9.5": Marks(1.5, 2.0, "See http://two.example/ <b>why</b>", ANSWER), "9.6": Marks(None, 2.0, "", ())}
# The module, and what else the page is made of.
CASES = {
    "full marks": (RIGHT, {"times": Times(DUE, DUE)}),
    "one mistake": (RIGHT.replace("child.grad += ", "child.grad = "), {}),
    "not a valid file": (RIGHT.replace("def backward(self)", "def backward(self"), {}),
    "late": (RIGHT.replace("child.grad += ", "child.grad = "), {"times": LATE}),
    "not graded yet": (None, {"marks": PENDING}),
    "graded": (None, {"marks": GRADED, "remarks": ["x" * 300]}),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The addresses of the pages, by case."""
    found = {}
    for number, (case, (module, facts)) in enumerate(CASES.items()):
        its_part = PART if module else WRITTEN
        source = (module or (SOLUTIONS / its_part.file_name).read_text(encoding="utf-8")).encode("utf-8")
        report = grade({its_part.file_name: source}, its_part, tier=Tier.LOCAL)
        page = feedback_page(Feedback("ada", its_part, report, datetime.date(2026, 11, 29), source, **facts))
        path = tmp_path_factory.mktemp("feedback") / f"{number}.html"
        path.write_text(page, encoding="utf-8")
        found[case] = path.as_uri()
    return found


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (PHONE, "light"), (WIDE, "light"), (WIDE, "dark")])
@pytest.mark.parametrize("case", CASES)
def test_the_page_fits_asks_nobody_and_axe_finds_nothing(browser, pages, case, size, scheme):
    browser.asked_for()
    browser.look(pages[case], size, scheme)
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]
    assert (
        browser.run(
            "return [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1 &&"
            " getComputedStyle(e).display != 'inline').map(e => e.outerHTML)"
        )
        == []
    )
    assert browser.violations() == []
    asked = {url for url in browser.asked_for() if not url.startswith("data:")}
    assert asked == {pages[case]}
