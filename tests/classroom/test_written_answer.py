"""Written answers are data: on every page that renders them nothing of a learner acts, and pictures are shown."""

from __future__ import annotations

import base64
import functools
import json
import re
import time

import pytest
from helpers.html_elements import Elements
from helpers.submissions import PART, answered, cell, fresh_notebook
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbformat import from_dict

from autograder.classroom.submitted_notebook import MOST_ADDED_CELLS, rebuild_notebook
from autograder.classroom.written_answer import LEFT_OUT, to_inert_markdown

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(20)).decode()
ATTACKS = [
    "[Read my answer](javascript:document.title='X')",
    "[again](&#106;avascript:document.title='X')",
    "[ref]: javascript:alert(1)\n\n[click][ref]",
    "<javascript:alert(1)> and <a href=data:text/html,x>x</a>",
    "![t](http://127.0.0.1:9/track.png)",
    "![t][r]\n\n[r]: http://127.0.0.1:9/track.png",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "$\\href{javascript:document.title='X'}{x}$",
    "$$\\style{position:fixed}{\\text{10 of 10 points}}$$",
    "\\begin{align}\\href{javascript:alert(1)}{x}\\end{align}",
    "</div><script>alert(1)</script>",
    "http://127.0.0.1:9/x and https://example.org/?a=b",
    "| a | [x](javascript:alert(1)) |\n|---|---|\n| <b>1</b> | 2 |",
    "```html\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "<!-- --><svg onload=alert(1)>",
    "[x]( javascript:alert(1) 'title')",
    "\u202e<b>\u2066",
]


def rendered(text: str, attachments: object = None) -> tuple[Elements, str]:
    """The elements of an answer as nbconvert renders it, as feedback and formgrader do, and the HTML."""
    source, pictures = to_inert_markdown(text, attachments)
    facts = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": source, "attachments": pictures}
    notebook = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [facts]})
    page, _ = html_exporter().from_notebook_node(notebook)
    return Elements(page), page


@functools.cache
def html_exporter() -> HTMLExporter:
    """One for all answers: to read and compile its templates takes 50 ms."""
    return HTMLExporter(template_name="basic")


HARMLESS_TAGS = set(
    "div p br em strong ul ol li h1 h2 h3 h4 h5 h6 table thead tbody tr th td hr del dl dt dd input".split()
)


def acting(elements: Elements) -> list:
    """What could act on a page: elements other than text, lists and tables, and attributes that load or run."""
    odd = [one for one in elements.tags if one[0] not in HARMLESS_TAGS]
    runs = ("on", "href", "src", "style", "action", "srcdoc")
    # nbconvert links each heading to itself.
    odd = [(tag, facts) for tag, facts in odd if not (tag == "a" and facts.get("class") == "anchor-link")]
    return odd + [one for one in elements.tags if one[0] != "a" and any(key.startswith(runs) for key in one[1])]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_that_a_learner_writes_acts(text):
    elements, page = rendered(text)
    assert not acting(elements), page
    body = page[page.index('<div class="tex2jax_ignore') :]
    assert not re.search(r"\\[A-Za-z(\[]", body), "a macro needs its name right behind the backslash"


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from("[]()<>!&#;:/\\$`~*_\"'= \n\tjavscriptx1|-"), max_size=40))
def test_no_text_at_all_acts(text):
    elements, page = rendered(text)
    assert not acting(elements), page


@pytest.mark.parametrize("text", [text for text in ATTACKS if "|" not in text and "ref]" not in text])
def test_what_was_typed_can_be_read(text):
    elements, _ = rendered(text)
    shown = "".join(elements.text.split()).replace("\u200b", "").replace("\xa0", "")
    assert "".join(text.split()) in shown


def test_lists_emphasis_and_tables_of_an_answer_are_rendered():
    elements, page = rendered("# Loss\n\n*about* **2.37**\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    tags = [tag for tag, _ in elements.tags]
    assert {"h1", "em", "strong", "ul", "li", "table", "td"} <= set(tags), page


@pytest.mark.parametrize(("kind", "data"), [("image/png", PNG), ("image/jpeg", JPEG)])
def test_a_pasted_picture_is_shown(kind, data):
    elements, _ = rendered("My plot: ![plot](attachment:plot.png) so.", {"plot.png": {kind: data}})
    (picture,) = [facts for tag, facts in elements.tags if tag == "img"]
    assert picture["src"] == f"data:{kind};base64,{data}"


@pytest.mark.parametrize(
    "attachments",
    [
        None,
        {},
        [],
        {"plot.png": None},
        {"plot.png": {"image/svg+xml": PNG}},
        {"plot.png": {"text/html": PNG}},
        {"plot.png": {"image/png": "no base64"}},
        {"plot.png": {"image/png": base64.b64encode(b"<svg onload=alert(1)>").decode()}},
        {"plot.png": {"image/png": PNG + "A" * 3_000_000}},
        {"plot.png": {"image/png": 5}},
    ],
)
def test_anything_else_that_was_pasted_is_replaced_by_a_sentence(attachments):
    elements, page = rendered("![plot](attachment:plot.png)", attachments)
    assert LEFT_OUT in elements.text and not acting(elements)
    assert "<img" not in page


def test_only_so_many_pictures_are_kept():
    source, pictures = to_inert_markdown("![p](attachment:a)" * 50, {"a": {"image/png": PNG}})
    assert len(pictures) == 10 and source.count(LEFT_OUT) == 40


def test_a_picture_pasted_into_an_answer_reaches_the_notebook_that_is_graded(tmp_path):
    notebook = answered("See ![p](attachment:p.png)")
    cell(notebook, "written-9-5")["attachments"] = {"p.png": {"image/png": PNG}}
    path = tmp_path / f"{PART.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    sound = rebuild_notebook(fresh_notebook(), path).notebook
    assert cell(sound, "written-9-5")["attachments"] == {"picture-1": {"image/png": PNG}}


def test_a_notebook_of_very_many_cells_takes_processor_time_in_proportion_to_what_is_kept(tmp_path):
    """Its cells were compared with each other: 32,000 took 86 s. Seconds of the processor: a bound, 20 times above."""
    path = tmp_path / f"{PART.name}.ipynb"
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "source": "1"}] * 100_000}),
        encoding="utf-8",
    )
    released = fresh_notebook()
    begin = time.process_time()
    sound = rebuild_notebook(released, path).notebook
    assert time.process_time() - begin < 5
    assert len(sound["cells"]) == len(released["cells"]) + MOST_ADDED_CELLS


# --- answers that are not where they belong ---

GIVEN = "Ten letters and a half."


def copy_of(notebook: dict, **facts: object) -> dict:
    """The copy of the first written answer's cell, placed behind it."""
    place = next(i for i, each in enumerate(notebook["cells"]) if each is cell(notebook, "written-9-5"))
    copied = json.loads(json.dumps(notebook["cells"][place])) | facts
    notebook["cells"].insert(place + 1, copied)
    return copied


@pytest.mark.parametrize("facts", [{}, {"metadata": {}}, {"id": "another", "metadata": {}}])
def test_an_answer_in_a_copied_cell_is_found(facts, tmp_path):
    notebook = fresh_notebook()
    copy_of(notebook, source=GIVEN, **facts)
    path = tmp_path / f"{PART.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    sound = rebuild_notebook(fresh_notebook(), path)
    assert "Ten letters" in cell(sound.notebook, "written-9-5")["source"]
    assert "below it were taken as the answer" in " ".join(sound.remarks)
    assert sum("Ten letters" in each["source"] for each in sound.notebook["cells"]) == 1


def test_an_answer_in_its_own_cell_stays_and_the_copy_is_shown(tmp_path):
    notebook = fresh_notebook()
    cell(notebook, "written-9-5")["source"] = GIVEN
    copy_of(notebook, source="Another answer.")
    path = tmp_path / f"{PART.name}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    sound = rebuild_notebook(fresh_notebook(), path)
    assert "Ten letters" in cell(sound.notebook, "written-9-5")["source"]
    assert any("Another answer" in each["source"] for each in sound.notebook["cells"])
