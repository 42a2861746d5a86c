"""Pages whose text is at the repository's top: README.md, CHANGELOG.md and the like.

Links to program files lose their target: the site gives no answers away, and whoever has the course has the file.

A page `docs/changelog.md` that is the one line `% This page is ../CHANGELOG.md` shows that file, and links of other
pages to that file lead to that page.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

IS = re.compile(r"\A% This page is (\S+)\s*\Z")
LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s#]+)(#[^)]*)?\)")


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
        label, address, place = match[1], match[2], match[3] or ""
        if "://" in address or address.startswith(("/", "mailto:")):
            return match[0]
        target = (shown.parent / address).resolve()
        if target.suffix == ".py":
            return label
        target = pages.get(target, target)
        return f"[{label}]({Path(os.path.relpath(target, page.parent)).as_posix()}{place})"

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
