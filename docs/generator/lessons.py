"""The lessons as pages: the text of the notebooks, with what their cells show with the reference.

A page in docs/lessons/ has one line, which this module replaces when the site is built:

    % The lesson of part 5

A task's address is the lesson and its number, such as lessons/part05.html#task-5-2. `make lesson part=5.2` opens it.
"""

from __future__ import annotations

import os
import re
from unittest import mock

from sphinx.application import Sphinx

from autograder.course import part
from autograder.invocation import CALLED_AS
from autograder.notebooks.lesson_page import TUTORIAL, anchor, blocks, lesson_path, reference_outputs

LINE = re.compile(r"\A% The lesson of part (\d+)\s*\Z")
TITLE = re.compile(r"^# Part (\d+): ", re.MULTILINE)
TASK = re.compile(r"^(## (\d+\.\d+) )", re.MULTILINE)
FENCE = "`" * 6


def lesson_text(number: int) -> str:
    """The lesson of a part as Markdown, with its code and pictures as HTML."""
    with mock.patch.dict(os.environ, {CALLED_AS: "make"}):
        found = list(blocks(part(number), reference_outputs()))
    texts = [block.markdown or f"{FENCE}{{raw}} html\n{block.html}\n{FENCE}" for block in found]
    texts.append(
        f"Derivations, sizes and an example on paper: [part {number} in the guide](../learner/{part(number).name}.md)."
    )
    text = TITLE.sub(r"# Lesson \1: ", "\n\n".join(texts))
    return TASK.sub(lambda heading: f"({anchor(heading[2])})=\n{heading[1]}", text)


def setup(app: Sphinx) -> dict[str, bool]:
    def read(app: Sphinx, name: str, source: list[str]) -> None:
        if line := LINE.match(source[0]):
            for path in (lesson_path(part(int(line[1]))), TUTORIAL):
                app.env.note_dependency(str(path))
            source[0] = lesson_text(int(line[1]))

    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
