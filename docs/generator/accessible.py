"""What the theme leaves out for those who use a keyboard, a screen reader or a phone, put into the written pages."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

# What moves sideways must be reachable without a mouse; two landmarks of a kind need names; a page needs a heading.
REPLACED = {
    "<pre>": '<pre tabindex="0">',
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<aside class="toc-drawer no-toc">': '<aside class="toc-drawer no-toc" aria-label="On this page">',
    '\n<div id="search-results"></div>': '\n<h1>Search</h1><div id="search-results"></div>',
}
TABLE = re.compile(r'(<div class="table-wrapper[^"]*")>')
# Code in a cell may continue on the next line after one of / _ = - within a name, and in a checksum after every eight
# digits.
CELL, WORD = re.compile(r"<td.*?</td>", re.DOTALL), re.compile(r'<span class="pre">[^<]+</span>')
BREAK = re.compile(r"(?<=[^\W_][/_=-])(?=[^\W_])|(?<=[0-9a-f]{8})(?=(?:[0-9a-f]{8})+(?![0-9a-f]))")


def mend(text: str) -> str:
    """The page with these changes. A page that has them already stays the same."""
    for old, new in REPLACED.items():
        text = text.replace(old, new)
    text = CELL.sub(lambda cell: WORD.sub(lambda word: breakable(word[0]), cell[0]), text)
    return TABLE.sub(r'\1 role="group" aria-label="Table" tabindex="0">', text)


def breakable(word: str) -> str:
    """A word of code with the places where a narrow table may break it."""
    return re.sub(r"(?<=>)[^<]+(?=<)", lambda text: BREAK.sub('</span><wbr><span class="pre">', text[0]), word)


def setup(app: Sphinx) -> dict[str, bool]:
    def finish(app: Sphinx, error: Exception | None) -> None:
        if error is None and app.builder.format == "html":
            for page in Path(app.outdir).rglob("*.html"):
                page.write_text(mend(page.read_text(encoding="utf-8")), encoding="utf-8")

    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
