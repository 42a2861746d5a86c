"""Navigation outside the toctrees of pages: the footer, the list of a generated page, and addresses that moved."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path, PurePosixPath

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

log = logging.getLogger(__name__)

REDIRECT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has moved</title>
<meta http-equiv="refresh" content="0; url={target}">
<link rel="canonical" href="{target}">
</head>
<body><main><h1>This page has moved</h1><p><a href="{target}">{title}</a></p></main></body>
</html>
"""


TOCTREE = """
```{toctree}
:hidden:
:glob:
:titlesonly:

*
```
"""


def add_a_toctree(app: Sphinx, page: str, source: list[str]) -> None:
    """A page that a script writes, and that people read on GitHub, gets its toctree here."""
    if page in app.config.lists_its_folder:
        source[0] += TOCTREE


def leave_out_of_the_navigation(app: Sphinx, env: BuildEnvironment) -> None:
    """Pages of the footer need no entry in a toctree."""
    for page in app.config.footer_pages:
        env.metadata[page]["orphan"] = True


def write_redirects(app: Sphinx, error: Exception | None) -> None:
    """Write a page at each old address that leads to the new one."""
    if error is not None or app.builder.format != "html":
        return
    for old, new in app.config.moved_pages.items():
        page = Path(app.outdir) / f"{old}.html"
        if new not in app.env.titles or old in app.env.titles:
            log.warning("moved_pages: %s -> %s: the first must not be a page, but the second must.", old, new)
            continue
        target = PurePosixPath(os.path.relpath(f"{new}.html", PurePosixPath(old).parent)).as_posix()
        title = app.env.titles[new].astext()
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(REDIRECT.format(target=escape(target), title=escape(title)), encoding="utf-8")


def add_footer_pages(app: Sphinx, page: str, template: str, context: dict, document: object) -> None:
    """Give a page's template the pages of the footer."""
    context["footer_pages"] = app.config.footer_pages


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("footer_pages", {}, "html")
    app.add_config_value("moved_pages", {}, "html")
    app.add_config_value("lists_its_folder", [], "env")
    app.connect("source-read", add_a_toctree)
    app.connect("env-updated", leave_out_of_the_navigation)
    app.connect("build-finished", write_redirects)
    app.connect("html-page-context", add_footer_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
