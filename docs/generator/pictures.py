"""SVG pictures become part of the page, where they take the colours of the site, light or dark.

An image of a page that is an SVG file does; so do the pictures that are drawn when the site is built:

    ```{picture} attention
    ```

The names are those of course_pictures.py. A page holds each of them twice, for a desk and for a phone, and shows one.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective

from generator import course_pictures
from notebook_tools import svg


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


class PictureDirective(SphinxDirective):
    """`{picture} NAME`: see above."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in course_pictures.PICTURES:
            raise self.error(f"There is no picture {name!r}: {', '.join(course_pictures.PICTURES)}.")
        self.env.note_dependency(course_pictures.__file__)
        sizes = {"on-a-desk": svg.WIDE, "on-a-phone": svg.NARROW}
        drawn = {place: course_pictures.draw(name, width) for place, width in sizes.items()}
        held = "".join(f'<div class="{place}">{picture.svg()}</div>' for place, picture in drawn.items())
        caption = escape(drawn["on-a-desk"].title, quote=False)
        return [nodes.raw("", f"<figure>{held}<figcaption>{caption}</figcaption></figure>", format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(InlinePictures)
    app.add_directive("picture", PictureDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
