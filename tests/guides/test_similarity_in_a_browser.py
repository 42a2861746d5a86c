"""The page of similar submissions in a real browser: on a phone and a desk, in light and dark, without network."""

import pytest
from paddings import PADDINGS
from test_in_a_browser import PHONE, WIDE

from autograder.analytics.similarity import compare_class, write_similarity
from autograder.course import ROOT, SOLUTIONS, part

pytestmark = pytest.mark.gate

PART = part(3)
OTHERS = sorted((ROOT / "tests" / "right_but_different" / PART.name).glob("*.py"))
EVIL = "\n\n'</pre><img src=http://one.example/a.png>' * len('" + "a" * 500 + "')\n"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The address of a page with groups, pairs and problems."""
    place = tmp_path_factory.mktemp("similarity")
    text = OTHERS[0].read_text(encoding="utf-8")
    half = text[: text.rindex("\ndef ")]
    reference = (SOLUTIONS / PART.file_name).read_text(encoding="utf-8")
    sources = {
        "ada": text,
        "bob": PADDINGS["statements without effect"](text),
        "cleo": reference + half,
        "d": "def f(:",
    }
    sources |= {f"learner.with.a.long.name.{number}": reference + EVIL for number in range(40)}
    for learner, source in sources.items():
        folder = place / "submitted" / learner / PART.name
        folder.mkdir(parents=True)
        (folder / PART.file_name).write_text(source, encoding="utf-8")
    path = place / "page.html"
    write_similarity(path, compare_class(place / "submitted", PART))
    return path.as_uri()


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (PHONE, "light"), (WIDE, "light"), (WIDE, "dark")])
def test_the_page_fits_asks_nobody_and_axe_finds_nothing(browser, page, size, scheme):
    browser.asked_for()
    browser.look(page, size, scheme)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]
    assert browser.violations() == []
    assert set(browser.asked_for()) == {page}


def test_a_pair_in_the_table_leads_to_its_code(browser, page):
    browser.look(page)
    browser.run("document.querySelector('a[href=\"#pair1\"]').click()")
    assert browser.run("return document.querySelector('#pair1').closest('details').open"), (
        "A closed pair would show no code."
    )
    assert browser.run("return document.querySelectorAll('#pair1 mark').length") > 5
