"""Pages whose text stands at the repository's top: README.md, CHANGELOG.md and the like.

A page `docs/changelog.md` that is the one line `% This page is ../CHANGELOG.md` shows that file, and links of other
pages to that file lead to that page.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from sphinx.application import Sphinx

IS = re.compile(r"\A% This page is (\S+)\s*\Z")
LINK = re.compile(r"(\]\()([^)\s#]+)")


def root_pages(docs: Path) -> dict[Path, Path]:
    """The files that are shown, and the page of each."""
    found = {}
    for page in docs.rglob("*.md"):
        if match := IS.match(page.read_text(encoding="utf-8")):
            found[(page.parent / match[1]).resolve()] = page
    return found


def with_links(text: str, shown: Path, page: Path, pages: dict[Path, Path]) -> str:
    """The text of a file, with its relative links as they must be where it is shown."""

    def replace(match: re.Match) -> str:
        if "://" in match[2] or match[2].startswith(("/", "mailto:")):
            return match[0]
        target = (shown.parent / match[2]).resolve()
        target = pages.get(target, target)
        return match[1] + PurePosixPath(Path(os.path.relpath(target, page.parent))).as_posix()

    return LINK.sub(replace, text)


def setup(app: Sphinx) -> dict[str, bool]:
    pages = root_pages(Path(app.srcdir))
    shown_on = {page: shown for shown, page in pages.items()}

    def read(app: Sphinx, name: str, source: list[str]) -> None:
        page = Path(app.env.doc2path(name))
        shown = shown_on.get(page, page)
        if shown != page:
            app.env.note_dependency(str(shown))
            source[0] = shown.read_text(encoding="utf-8")
        source[0] = with_links(source[0], shown, page, pages)

    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
