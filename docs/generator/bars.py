"""A few numbers as bars, for `LABEL | NUMBER` in each line:

    ```{bars} lower is better
    uniform guess | 3.296
    ```

Bars begin at zero. The last one has the colour of the site.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Bars(SphinxDirective):
    """`{bars} UNIT`: see above."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        rows = [line.rpartition("|") for line in self.content if line.strip()]
        try:
            numbers = [float(number) for _, _, number in rows]
        except ValueError as error:
            raise self.error("A line of bars is LABEL | NUMBER.") from error
        listed = nodes.bullet_list(classes=["bars"])
        for (label, _, text), number in zip(rows, numbers):
            words, _ = self.parse_inline(label.strip())
            item = nodes.list_item("", nodes.paragraph("", "", *words, classes=["bar-label"]))
            bar = (
                f'<div class="bar" style="width: {100 * number / max(numbers):.1f}%"><span>{text.strip()}</span></div>'
            )
            item += nodes.raw("", bar, format="html")
            listed += item
        return [listed, nodes.paragraph("", self.arguments[0], classes=["bars-unit"])]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("bars", Bars)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
