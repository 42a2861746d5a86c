"""The picture of a check in the README and on the front page of the site, from a real check of a wrong `backward`.

    python docs/generator/terminal.py

writes docs/_static/check.svg. A test says when it is stale.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import textwrap
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "_static" / "check.svg"
PROMPT = "$ make check part=1.4"
# The edit of the reference that makes the most common mistake in `backward`.
MODULE = "part01_autograd.py"
RIGHT, WRONG = "child.grad += local_grad", "child.grad = local_grad"
# At most 60 columns: on a phone the text is then still 9 pixels high.
WIDTH, LEFT, TOP, LINE = 540, 16, 56, 20
COLUMNS = 60
STYLE = """
.terminal { fill: #1b1f27; }
.terminal-text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d7dce4; white-space: pre; }
.mistake { fill: #ffd479; }
.prompt { fill: #9fd6a8; }
"""


def write_exercises(folder: Path) -> Path:
    """Write the reference as exercises/ in the folder, with the mistake; return the module that has it."""
    exercises = folder / "exercises"
    exercises.mkdir()
    for path in (ROOT / "solutions").glob("part*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name == MODULE:
            assert text.count(RIGHT) == 1, "The picture's mistake no longer fits the reference."
            text = text.replace(RIGHT, WRONG)
        (exercises / path.name).write_text(text, encoding="utf-8")
    return exercises / MODULE


def check(folder: Path, *arguments: str, **variables: str) -> str:
    """What `check` prints for the exercises in this folder. variables: of its environment."""
    command = [sys.executable, "-m", "autograder", "check", *arguments, "--from", "exercises", "--sandbox", "local"]
    return subprocess.run(
        [*command, "--seed", "3"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        encoding="utf-8",
    ).stdout


def check_lines() -> list[str]:
    """What the check prints, without the list of all checks: the mistake first, then the smallest input."""
    with tempfile.TemporaryDirectory() as folder:
        write_exercises(Path(folder))
        said = check(Path(folder), "1.4", AUTOGRADER_CALLED_AS="make")
    paragraphs = said.strip().split("\n\n")
    shown = [paragraphs[0]]
    shown += [text for text in paragraphs if text.startswith(("One mistake explains", "First failing task"))]
    # The line that leads to the site depends on what is built here.
    lines = [line for line in "\n\n".join(shown).splitlines() if "More:" not in line]
    return [piece for line in lines for piece in wrapped(line)]


def wrapped(line: str) -> list[str]:
    """A line in pieces that fit the picture. The later ones begin below the first one's text, after a label."""
    label = re.match(r" *(?:[A-Z]\w+: +)?", line)
    return textwrap.wrap(line, COLUMNS, subsequent_indent=" " * len(label[0])) or [""]


def picture(lines: list[str]) -> str:
    """The lines as an SVG of a terminal, dark in every theme."""
    lines = [PROMPT, *lines]
    height = TOP + len(lines) * LINE + 8
    body = []
    highlighted = False
    for i, line in enumerate(lines):
        highlighted = line.startswith("One mistake explains") or (highlighted and line != "")
        kind = "prompt" if line == PROMPT else "mistake" if highlighted else ""
        name = f"terminal-text {kind}".strip()
        text = escape(line).replace(" ", "\N{NO-BREAK SPACE}")
        body.append(f'<text class="{name}" x="{LEFT}" y="{TOP + i * LINE}">{text}</text>')
    dots = "".join(f'<circle cx="{LEFT + 4 + 20 * i}" cy="22" r="6" fill="#4a5160"/>' for i in range(3))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            'role="img">',
            f"<title>{escape(description(lines))}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="terminal" width="{WIDTH}" height="{height}" rx="10"/>',
            dots,
            *body,
            "</svg>\n",
        ]
    )


def description(lines: list[str]) -> str:
    """The picture in words."""
    return "A terminal: " + " ".join(line.strip() for line in lines if line.strip())


if __name__ == "__main__":
    PICTURE.write_text(picture(check_lines()), encoding="utf-8")
    print(f"Written: {PICTURE}")
