"""What other sites show of a link to a page: its first sentences and the card of the course.

Other sites accept only absolute addresses of pictures: build with SITE_URL=https://... where the site has an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

LENGTH = 200  # characters that search engines and messengers show
CARD = "_static/brand/card.png"


def parents(node: nodes.Node) -> Iterator[nodes.Element]:
    """What a node is in, from the inside."""
    while (node := node.parent) is not None:
        yield node


def description(document: nodes.document) -> str:
    """The first paragraph of a page, in whole sentences as far as they fit, else cut at a word."""
    for paragraph in document.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) < 40 or any("course-box" in parent.get("classes", []) for parent in parents(paragraph)):
            continue
        whole = re.match(rf".{{1,{LENGTH}}}(?<=[.:?])(?= |$)", text)
        if whole:
            return whole[0].removesuffix(":")
        return text[:LENGTH].rpartition(" ")[0] + " ..." if len(text) > LENGTH else text
    return ""


def add_to_page(app: Sphinx, page: str, template: str, context: dict, document: nodes.document | None) -> None:
    """Give a page's template its description and the address of the card."""
    base = app.config.html_baseurl
    context["description"] = description(document) if document is not None else ""
    context["card"] = base.rstrip("/") + "/" + CARD if base else context["pathto"](CARD, 1)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", add_to_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
