"""The site as people meet it: on a phone and on a desk, in light and in dark, with a screen reader, without network."""

from urllib.parse import urlsplit

import pytest

from notebook_tools import svg

pytestmark = pytest.mark.gate

WIDE, PHONE = (1300, 950), (390, 844)
# One of each kind: formulas and mistakes that unfold, tables, a definition list, a picture, a long README, search.
PAGES = [
    "index.html",
    "learner/part05.html",
    "learner/paths.html",
    "mistakes/3.2.html",
    "learner/glossary.html",
    "contributor/architecture.html",
    "experiments/heads.html",
    "instructor/index.html",
    "instructor/security.html",
    "_static/samples/analytics.html",  # the frames of the instructor guide
    "_static/samples/feedback.html",
    "search.html",
]
ON_A_PHONE = [
    "index.html",
    "learner/part00.html",
    "lessons/part01.html",
    "mistakes/1.1.html",
    "contributor/architecture.html",
    "commands.html",
]
LOOKS = [(page, WIDE, "light") for page in PAGES] + [(page, PHONE, "dark") for page in ON_A_PHONE]


@pytest.mark.parametrize(("page", "size", "scheme"), LOOKS, ids=[f"{page}-{scheme}" for page, _, scheme in LOOKS])
def test_axe_finds_nothing_wrong_and_the_page_fits(browser, address, page, size, scheme):
    browser.look(f"{address}/{page}", size, scheme)
    browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.violations() == []
    assert browser.run("return document.documentElement.scrollWidth") <= size[0]


def test_axe_would_find_a_picture_without_words(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "<html><body><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></body></html>", encoding="utf-8"
    )
    browser.look(page.as_uri())
    assert any(line.startswith("image-alt") for line in browser.violations())


def test_no_page_asks_another_host_for_anything(browser, address, site):
    browser.asked_for()
    for page in PAGES:
        browser.look(f"{address}/{page}")
    asked = browser.asked_for()
    assert len(asked) > 3 * len(PAGES)
    assert {url for url in asked if urlsplit(url).scheme != "data" and not url.startswith(address)} == set()


def test_a_request_to_another_host_would_be_noticed(browser, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<img alt='' src='http://fonts.example/a.png'>", encoding="utf-8")
    browser.asked_for()
    browser.look(page.as_uri())
    assert "http://fonts.example/a.png" in browser.asked_for()


def test_formulas_are_drawn_by_the_browser_itself(browser, address):
    browser.look(f"{address}/learner/part03.html")
    heights = browser.run("return [...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)")
    assert len(heights) > 30 and min(heights) > 5
    fraction = "const r = document.querySelector('mfrac').getBoundingClientRect(); return r.height > 20"
    assert browser.run(fraction), "A fraction is no higher than a line of text."


def test_search_finds_the_page_on_a_word(browser, address):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.look(f"{address}/search.html?q=rmsnorm")
    links = "return [...document.querySelectorAll('#search-results li a')].map(a => a.getAttribute('href'))"
    found = WebDriverWait(browser.driver, 20).until(lambda _: browser.run(links))
    assert any("learner/part03.html" in link for link in found)


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_colours_follow_the_system(browser, address, scheme, dark):
    browser.look(f"{address}/index.html", scheme=scheme)
    ground = browser.run("return getComputedStyle(document.body).backgroundColor")
    red = int(ground.partition("(")[2].partition(",")[0])
    assert (red < 60) is dark, ground


@pytest.mark.parametrize(("size", "shown"), [(WIDE, "on-a-desk"), (PHONE, "on-a-phone")])
def test_a_picture_is_shown_once_in_the_colours_that_the_reader_chose(browser, address, size, shown):
    browser.look(f"{address}/learner/part01.html", size)
    visible = "return [...document.querySelectorAll('figure > div')].filter(d => d.offsetHeight).map(d => d.className)"
    assert set(browser.run(visible)) == {shown}
    ground = f"return getComputedStyle(document.querySelector('.{shown} svg')).backgroundColor"
    assert browser.run(ground) == "rgb(255, 255, 255)"
    browser.run("document.body.dataset.theme = 'dark'")  # what the theme's button does
    assert browser.run(ground) == browser.run("return getComputedStyle(document.body).backgroundColor")
    assert browser.run(ground) != "rgb(255, 255, 255)"


def test_the_texts_of_pictures_are_no_wider_than_they_were_measured(browser, address):
    """So that no text runs into another, within 1 unit, in the font that this browser takes."""
    browser.look(f"{address}/learner/part01.html", WIDE)
    measured = browser.run(
        "return [...document.querySelectorAll('.on-a-desk svg text')].map(t =>"
        "[t.textContent, +t.getAttribute('font-size'), t.classList.contains('bold'), t.getComputedTextLength()])"
    )
    assert len(measured) > 50
    wider = [(text, width) for text, size, bold, width in measured if width > svg.measure(text, size, bold) + 1]
    assert wider == []
