"""Formulas as MathML, which browsers draw and screen readers read by themselves: no script, no font, no request."""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

# `ln p` needs a gap where no bracket follows, which the converter does not give.
NAMED = re.compile(r"(<mi>(?:ln|exp)</mi>)(?=<m(?:i|n|sub|sup|subsup|frac)\b)")

log = logging.getLogger(__name__)


def write_formula(writer, node: nodes.math | nodes.math_block) -> None:
    """A formula in a line, or a block of its own, which moves sideways where it is wider than the page."""
    display = isinstance(node, nodes.math_block)
    try:
        formula = convert(node.astext(), display="block" if display else "inline")
        formula = NAMED.sub(r'\1<mspace width="0.17em"></mspace>', formula)
    except Exception as error:  # the converter has no common type for what it can't read
        log.warning("This is no formula (%s): %s", error, node.astext(), location=node)
        formula = f"<code>{writer.encode(node.astext())}</code>"
    if display:
        formula = f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{formula}</div>\n'
    writer.body.append(formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", inline_renderers=(write_formula, None), block_renderers=(write_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
