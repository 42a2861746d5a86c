"""Pages of the grader within a page of the site, in a frame:

    ```{sample} feedback.html
    What there is to see.
    ```

The pages are in docs/_static/samples (generator/samples.py). The frame needs no script; a link opens the whole page.
"""

from __future__ import annotations

from html import escape
from pathlib import Path, PurePosixPath

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SAMPLES = Path("_static") / "samples"


class Sample(SphinxDirective):
    """`{sample} FILE`: see above."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if not (Path(self.env.srcdir) / SAMPLES / name).is_file():
            raise self.error(f"There is no sample page {name} in {SAMPLES}.")
        up = "../" * (len(PurePosixPath(self.env.docname).parts) - 1)
        address = escape(f"{up}{(SAMPLES / name).as_posix()}")
        words, _ = self.parse_inline(" ".join(self.content))
        title = escape("".join(node.astext() for node in words).split(":")[0])
        frame = f'<iframe class="sample" src="{address}" title="{title}" loading="lazy"></iframe>'
        link = nodes.raw("", f' <a href="{address}">Open the sample</a>', format="html")
        return [
            nodes.raw("", frame, format="html"),
            nodes.paragraph("", "", *words, link, classes=["caption-of-sample"]),
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("sample", Sample)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
