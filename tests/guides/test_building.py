"""The site of the guides can be built, without a warning, and all that it links to in itself is there."""

import html.parser
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest


class Links(html.parser.HTMLParser):
    """What a page links to and loads, and the places in it that can be linked to."""

    def __init__(self, page: Path):
        super().__init__()
        self.targets, self.loaded, self.places = [], [], {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        if tag == "a" and "href" in attributes:
            self.targets.append(attributes["href"])
        elif tag in ("img", "script", "iframe", "source") and attributes.get("src"):
            self.loaded.append(attributes["src"])
        elif tag == "link" and attributes.get("href"):
            self.loaded.append(attributes["href"])


def broken(pages: dict[Path, Links]) -> list[str]:
    """The links within the site that lead nowhere: page -> target."""
    found = []
    for page, links in pages.items():
        for target in [*links.targets, *links.loaded]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not file.is_file():
                found.append(f"{page.name} -> {target}: no such file")
            elif file in pages and unquote(parts.fragment) not in pages[file].places:
                found.append(f"{page.name} -> {target}: no such place in the page")
    return found


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Links]:
    return {page: Links(page) for page in site.rglob("*.html")}


def test_every_link_within_the_site_leads_to_a_place_that_is_there(pages):
    assert len(pages) > 15
    assert broken(pages) == []


def test_a_link_to_a_place_that_is_not_there_would_be_noticed(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#here">b</a> <a href="c.html">c</a>', encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="there">b</p>', encoding="utf-8")
    pages = {page: Links(page) for page in tmp_path.glob("*.html")}
    assert len(broken(pages)) == 2


def test_nothing_that_a_page_loads_comes_from_another_host(pages):
    loaded = {target for links in pages.values() for target in links.loaded}
    assert any(urlsplit(target).path.endswith(".css") for target in loaded)
    assert [target for target in loaded if urlsplit(target).netloc] == []


def test_the_address_of_a_page_that_moved_leads_to_the_new_one(site):
    moved = [page for page in site.rglob("*.html") if 'http-equiv="refresh"' in page.read_text(encoding="utf-8")]
    assert {page.name for page in moved} >= {"measured.html", "demo.html", "first_walk.html"}
    for page in moved:
        (target,) = Links(page).targets
        assert (page.parent / target).is_file() and f"url={target}" in page.read_text(encoding="utf-8")


def test_the_navigation_has_four_kinds_of_pages_and_the_footer_has_the_rest(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'caption-text">(.*?)<', text) == ["Tutorials", "How-to guides", "Reference", "Explanation"]
    assert text.count('href="changelog.html"') == text.count('href="licence.html"') == 1


class Headings(html.parser.HTMLParser):
    """The headings of a page's tables that hold no text; a formula alone is read as nothing by some readers."""

    def __init__(self, page: Path):
        super().__init__()
        self.empty, self._text, self._within = 0, None, 0
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        if tag == "th":
            self._text = ""
        elif tag == "math":
            self._within += 1

    def handle_endtag(self, tag):
        if tag == "math":
            self._within -= 1
        elif tag == "th" and self._text is not None:
            self.empty += not self._text.strip()
            self._text = None

    def handle_data(self, data):
        if self._text is not None and not self._within:
            self._text += data


def test_every_heading_of_a_table_has_words(site, tmp_path):
    without = tmp_path / "page.html"
    without.write_text("<table><th></th><th><math><mi>x</mi></math></th><th>x</th></table>", encoding="utf-8")
    assert Headings(without).empty == 2
    assert [page.name for page in site.rglob("*.html") if Headings(page).empty] == []
