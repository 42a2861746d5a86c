"""SVG pictures become part of the page, where they take the colours of the site, light or dark."""

from __future__ import annotations

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class InlinePictures(SphinxTransform):
    """An image node of an SVG becomes the SVG, in a frame that moves sideways where the page is narrow."""

    default_priority = 200  # before Sphinx copies the images that pages name

    def apply(self) -> None:
        for image in list(self.document.findall(nodes.image)):
            if not image["uri"].endswith(".svg"):
                continue
            file = Path(self.env.doc2path(self.env.docname)).parent / image["uri"]
            self.env.note_dependency(str(file))
            frame = f'<div class="picture" tabindex="0" role="group" aria-label="{escape(image.get("alt", ""))}">'
            text = f"{frame}{file.read_text(encoding='utf-8')}</div>"
            image.parent.replace(image, nodes.raw("", text, format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(InlinePictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
