"""Formulas as MathML, which browsers draw and screen readers read by themselves: no script, no font, no request."""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

# The converter sets a named function like an operator, with gaps on both sides, or without any: `Var (x)`, `lnp`.
FUNCTION = re.compile(r"<mo>([A-Za-z]{2,})</mo>")
NO_BRACKET = re.compile(r"(?<!<msub>)(?<!<msup>)(<mi>[A-Za-z]{2,}</mi>)(?=<m(?:i|n|sub|sup|subsup|frac)\b)")
PUNCTUATION = re.compile(r"[,.;:?!)]+")

log = logging.getLogger(__name__)


def mathml(formula: str, display: bool) -> str:
    """A formula of TeX as MathML. Raises ValueError with the reason when it can't be read as one."""
    plain = re.sub(r"\\[{}]", "", formula)
    if plain.count("{") != plain.count("}"):
        raise ValueError("its braces do not match")
    try:
        converted = convert(formula, display="block" if display else "inline")
    except Exception as error:  # the converter has no common type for what it can't read
        raise ValueError(type(error).__name__) from error
    if unknown := re.search(r"\\\w+", converted):  # which the converter shows as it stands
        raise ValueError(f"nobody knows {unknown[0]}")
    return NO_BRACKET.sub(r'\1<mspace width="0.17em"></mspace>', FUNCTION.sub(r"<mi>\1</mi>", converted))


def write_formula(writer, node: nodes.math | nodes.math_block) -> None:
    """A formula in a line, or a separate block, which scrolls sideways where it is wider than the page."""
    display = isinstance(node, nodes.math_block)
    try:
        formula = mathml(node.astext(), display)
    except ValueError as error:
        log.warning("This is not a formula, %s: %s", error, node.astext(), location=node)
        raise nodes.SkipNode from error
    if display:
        formula = f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{formula}</div>\n'
    writer.body.append(formula)
    raise nodes.SkipNode


class KeepPunctuation(SphinxPostTransform):
    """Keep a formula and the comma or full stop after it in one line: browsers may break the line between the two."""

    default_priority = 900

    def run(self, **unused: object) -> None:
        for formula in [*self.document.findall(nodes.math)]:
            after = formula.next_node(descend=False, siblings=True, ascend=False)
            if isinstance(after, nodes.Text) and (marks := PUNCTUATION.match(after)):
                together = nodes.inline(classes=["whole"])
                after.parent.replace(after, nodes.Text(after[marks.end() :]))
                formula.replace_self(together)
                together += [formula, nodes.Text(marks[0])]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer("mathml", inline_renderers=(write_formula, None), block_renderers=(write_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
