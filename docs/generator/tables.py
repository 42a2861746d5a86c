"""Columns of numbers in tables get a class, by which the site aligns them to the right."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

# 4,192 | 2.357 | 2.357 ± 0.004 | 84.9% | 125 MB | 3 h 20 | −0.057 | 1e-15, or nothing
NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?\d[\d,.]*(e-?\d+)?%?( ?± ?[\d.]+%?)?( (s|MB|kB|h|h \d\d|min|minutes))?")


class NumberColumns(SphinxTransform):
    """Mark the cells of columns that hold numbers and empty cells alone, below their headings."""

    default_priority = 800  # after the course's own tables are there

    def apply(self) -> None:
        for table in self.document.findall(nodes.tgroup):
            heads = [row for part in table.findall(nodes.thead) for row in part.findall(nodes.row)]
            rows = [row for part in table.findall(nodes.tbody) for row in part.findall(nodes.row)]
            for column in zip(*(row.children for row in rows)):
                texts = [text for cell in column if (text := cell.astext().strip())]
                if texts and all(map(NUMBER.fullmatch, texts)):
                    place = rows[0].children.index(column[0])
                    for cell in [*column, *(row.children[place] for row in heads if place < len(row.children))]:
                        cell["classes"].append("number")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_transform(NumberColumns)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
