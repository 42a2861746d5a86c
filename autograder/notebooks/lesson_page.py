"""The lesson of a part as a page to read in any browser, without JupyterLab.

The text is the notebook's. Outputs and pictures are those of the reference, from the executed tutorial; the students'
zip has no tutorial, so its pages have none. Sample answers and notes for graders are left out.
"""

from __future__ import annotations

import functools
import os
import re
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from string import Template
from urllib.parse import unquote

from autograder.course import EXERCISES, ROOT, SOLUTIONS, Part, parts
from autograder.files import write_atomically
from autograder.invocation import command
from autograder.notebooks.lesson_notebooks import SOURCE, read_notebook, without_exploring

PAGES = ROOT / "runs" / "lessons"
BUILT = ROOT / "dist" / "site" / "lessons"  # `make site`
NOTEBOOKS = ROOT / "notebooks"  # where the students' zip has the lessons
TUTORIAL = SOLUTIONS / "microgpt_tutorial.ipynb"
LEFT_OUT = re.compile(r"part\d\d-(how|how-to-work|start)")  # what is only for work in JupyterLab
PICTURE = re.compile(r"src='data:image/svg\+xml,([^']*)'")
FORMULA = re.compile(r"(```.*?```|`[^`\n]+`)|\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)
HEADING = re.compile(r"<h2>((\d+\.\d+) [^<]*(?:<[^/h][^<]*)*)", re.DOTALL)
LONGEST_WITHIN_A_LINE = 30  # characters of a formula; a longer one may be wider than a phone, so it scrolls
TEMPLATE = Path(__file__).with_name("lesson.html")


@dataclass(frozen=True)
class Block:
    """A piece of a lesson. markdown: its text; html: what is shown as it is, such as code with its output."""

    markdown: str = ""
    html: str = ""


def open_lesson(part: Part, task: str | None = None, show: bool = True) -> Iterator[str]:
    """Open the lesson of a part in the browser, at a task. Yields lines that say where it is."""
    address = f"{page_of(part).as_uri()}{f'#{anchor(task)}' if task else ''}"
    yield f"The lesson of part {part.number}, {part.title}:"
    yield f"  {address}"
    if not TUTORIAL.is_file():
        yield f"The pictures are in the notebook: {command('notebooks', part.number)}"
    if show and not (has_browser() and webbrowser.open(address)):
        yield "No browser could be opened here: open this address in yours."


def has_browser() -> bool:
    """Whether a browser with a window can be opened. Without this test, a browser in the terminal could start."""
    if os.name == "nt" or "BROWSER" in os.environ:
        return True
    return os.uname().sysname == "Darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def page_of(part: Part) -> Path:
    """The page of a part: the site's, if it was built here and nothing has changed since, or else a new one."""
    built = BUILT / f"{part.name}.html"
    sources = [path for path in (lesson_path(part), TUTORIAL) if path.is_file()]
    if built.is_file() and all(path.stat().st_mtime <= built.stat().st_mtime for path in sources):
        return built
    for each in parts():  # all of them, for the links between them; a part that is not here is left out
        if lesson_path(each).is_file():
            write_atomically(PAGES / f"{each.name}.html", page(each).encode("utf-8"))
    return PAGES / f"{part.name}.html"


def lesson_path(part: Part) -> Path:
    """The part's notebook: in the complete course its source, in the students' zip the learner's copy."""
    return (SOURCE if SOURCE.is_dir() else NOTEBOOKS) / part.name / f"{part.name}.ipynb"


def page(part: Part) -> str:
    """The complete page of a part."""
    here = [each for each in parts() if lesson_path(each).is_file()]
    links = " ".join(
        f"<span>Part {each.number}</span>"
        if each is part
        else f'<a href="{each.name}.html" title="{escape(each.title)}">{each.number}</a>'
        for each in here
    )
    body = "\n".join(block.html or markdown_as_html(block.markdown) for block in blocks(part, reference_outputs()))
    body += _further(part)
    body = HEADING.sub(lambda found: f'<h2 id="{anchor(found[2])}">{found[1]}', body)
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(number=part.number, title=escape(part.title), links=links, body=body)


def anchor(task: str) -> str:
    """The id of a task's heading in the page."""
    return f"task-{task.replace('.', '-')}"


def blocks(part: Part, outputs: Mapping[str, Sequence[dict]]) -> Iterator[Block]:
    """The lesson's text and code, with the outputs of these cells. A cell to predict hides its output at first."""
    before = ""
    for cell in lesson_cells(part):
        text = cell["source"]
        if cell["cell_type"] == "markdown":
            before = text
            yield Block(markdown=text)
            if text.startswith("# "):
                yield Block(html=_how_to_read(part))
        elif task := re.match(r'lesson\.check\("(\S+)"\)', text):
            yield Block(html=_write_now(part, task[1]))
        else:
            yield Block(
                html=_cell(without_exploring(text), outputs.get(cell["id"], ()), "Predict before you" in before)
            )
            before = ""


def lesson_cells(part: Part) -> Iterator[dict]:
    """The cells to read: without those for work in JupyterLab, and without answers, which only graders may see."""
    for cell in read_notebook(lesson_path(part))["cells"]:
        written = cell["metadata"].get("nbgrader", {}).get("solution")
        if not LEFT_OUT.fullmatch(cell["id"]) and not written:
            yield cell


@functools.cache
def reference_outputs() -> dict[str, list[dict]]:
    """What each cell shows with the reference, by the cell's id; nothing where there is no tutorial."""
    if not TUTORIAL.is_file():
        return {}
    return {cell["id"]: cell["outputs"] for cell in read_notebook(TUTORIAL)["cells"] if cell.get("outputs")}


def _how_to_read(part: Part) -> str:
    where = "are those of the reference" if TUTORIAL.is_file() else "are in the notebook"
    return (
        f'<p class="write">You write <code>{EXERCISES.name}/{part.file_name}</code> and check it with '
        f"<code>{escape(command('check', part.number))}</code>. The results and pictures on this page {where}. The "
        "cells run only in the notebook, with your own code: "
        f"<code>{escape(command('notebooks', part.number))}</code>.</p>"
    )


def _further(part: Part) -> str:
    """The way to the part's page in the guide: the site's, if it was built here, or else its source."""
    source = ROOT / "docs" / "learner" / f"{part.name}.md"
    built = BUILT.parent / "learner" / f"{part.name}.html"
    if not source.is_file():  # the students' zip has no guide
        return ""
    address = (built if built.is_file() else source).as_uri()
    return (
        '\n<p class="write">Derivations, sizes and an example on paper: '
        f'<a href="{escape(address)}">part {part.number} in the guide</a>'
        f", <code>docs/learner/{source.name}</code></p>"
    )


def _write_now(part: Part, task: str) -> str:
    title = part.task(task).title
    return (
        f'<p class="write">Now write {task} {escape(title)} in <code>{part.file_name}</code>, then: '
        f"<code>{escape(command('check', task))}</code></p>"
    )


def _cell(code: str, outputs: Sequence[dict], predict: bool) -> str:
    """A cell of code with its output. Code that only draws a picture is folded up."""
    shown = "\n".join(map(_output, outputs))
    coloured = f'<pre tabindex="0"><code>{_highlighted(code)}</code></pre>'
    if outputs and all(output["output_type"] == "display_data" for output in outputs) and not predict:
        coloured = f"<details><summary>The code of this picture</summary>{coloured}</details>"
        return f'<div class="cell">{shown}\n{coloured}</div>'
    if shown and predict:
        shown = f"<details><summary>Your prediction is made? Show the result</summary>{shown}</details>"
    return f'<div class="cell">{coloured}\n{shown}</div>'


def _output(output: dict) -> str:
    if output["output_type"] == "stream":
        return f'<pre class="output" tabindex="0">{escape("".join(output["text"]))}</pre>'
    html = "".join(output["data"].get("text/html", ""))
    if picture := PICTURE.search(html):
        return f'<div class="picture" tabindex="0">{unquote(unescape(picture[1]))}</div>'
    return html or f"<pre>{escape(''.join(output['data']['text/plain']))}</pre>"


def _highlighted(code: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")


def markdown_as_html(markdown: str) -> str:
    """A notebook's text as HTML, with formulas as MathML."""
    from latex2mathml.converter import convert
    from markdown_it import MarkdownIt

    formulas: list[str] = []

    def kept(found: re.Match) -> str:
        if found[1]:
            return found[1]
        kind = "formula" if found[2] else "long" if len(found[3]) > LONGEST_WITHIN_A_LINE else ""
        mathml = convert(found[2] or found[3], display="block" if found[2] else "inline")
        formulas.append(f'<span class="{kind}" tabindex="0">{mathml}</span>' if kind else mathml)
        return f"\ue000{len(formulas) - 1}\ue001"

    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    html = reader.render(FORMULA.sub(kept, markdown))
    # They can be wider than a phone. With the focus, the keyboard scrolls them.
    html = re.sub("<(pre|table)>", r'<\1 tabindex="0">', html)
    return re.sub("\ue000(\\d+)\ue001", lambda found: formulas[int(found[1])], html)
