"""The picture and the table of docs/contributor/architecture.md, from the layers that import-linter enforces.

    python docs/generator/architecture.py

reads the contract in pyproject.toml and the first line of each package's docstring. It writes architecture.svg and, in
architecture.md, the table between its two marks. A test says when they are stale.
"""

from __future__ import annotations

import ast
import re
import sys
from html import escape
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "autograder"
PAGE = ROOT / "docs" / "contributor" / "architecture.md"
PICTURE = PAGE.with_suffix(".svg")
BEGIN, END = "<!-- layers: written by docs/generator/architecture.py -->\n", "<!-- end of layers -->"

# Each lane of the picture begins with the layer that holds this module.
LANES = {
    "__main__": "Commands",
    "classroom": "Features",
    "batch": "Shared",
    "grading": "The core",
    "backups": "Utilities",
}
WIDTH, LEFT, ROW, GAP, HEAD = 736, 152, 30, 8, 16
LETTER, PADDING = 7.8, 24  # of a name and of its box
STYLE = """
.architecture { font: 14px system-ui, sans-serif; background: var(--color-background-primary, #fff); }
.architecture .lane { fill: var(--color-background-secondary, #f2f4f7); }
.architecture .box { fill: var(--color-background-primary, #fff); stroke: var(--color-foreground-muted, #6b6f76); }
.architecture text { fill: var(--color-foreground-primary, #000); }
.architecture .title { font-weight: 600; }
.architecture .name { font: 13px ui-monospace, monospace; text-anchor: middle; }
.architecture .down { fill: none; stroke: var(--color-foreground-muted, #6b6f76); stroke-width: 2; }
"""


def layers() -> list[list[str]]:
    """The layers of the contract, from the top: each is a list of modules that are side by side."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = [each for each in settings["contracts"] if each["type"] == "layers"]
    return [re.findall(r"\w+", layer) for layer in contract["layers"]]


def lanes() -> list[tuple[str, list[list[str]]]]:
    """The layers by lane: title, rows. Raises ValueError when a lane's first module is in no layer."""
    found: list[tuple[str, list[list[str]]]] = []
    for row in layers():
        title = next((LANES[name] for name in row if name in LANES), None)
        if title:
            found.append((title, []))
        if not found:
            raise ValueError(f"The first layer, {', '.join(row)}, has no lane: add it to LANES.")
        found[-1][1].append(row)
    if [title for title, _ in found] != [*LANES.values()]:
        raise ValueError(f"The lanes {[*LANES.values()]} and the layers of pyproject.toml don't fit together.")
    return found


def purpose(name: str) -> str:
    """What a package or module is for: the first sentence of its docstring."""
    path = CODE / name / "__init__.py"
    path = path if path.exists() else CODE / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(re.split(r"(?<=[.])\s", text.replace("\n", " ") + " ", maxsplit=1)[0].split())


def picture() -> str:
    """The lanes as an SVG. In the site it has the site's colours, elsewhere colours for light pages."""
    body, y = [], GAP
    for title, rows in lanes():
        height = len(rows) * ROW + HEAD
        body.append(f'<rect class="lane" x="0" y="{y}" width="{WIDTH}" height="{height}" rx="6"/>')
        body.append(f'<text class="title" x="44" y="{y + 26}">{escape(title)}</text>')
        for i, row in enumerate(rows):
            top = y + HEAD // 2 + i * ROW
            x = LEFT
            for name in row:
                box = round(len(name) * LETTER) + PADDING
                body.append(f'<rect class="box" x="{x}" y="{top + 3}" width="{box}" height="{ROW - 6}" rx="4"/>')
                body.append(f'<text class="name" x="{x + box // 2}" y="{top + ROW // 2 + 4}">{name}</text>')
                x += box + GAP
        y += height + GAP
    arrow = f'<path class="down" d="M22 {GAP + 14}V{y - 24}m-7 -9 7 9 7 -9"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" class="architecture">'
    return "\n".join(
        [head, f"<title>{escape(description())}</title>", f"<style>{STYLE}</style>", *body, arrow, "</svg>\n"]
    )


def description() -> str:
    """The picture in words."""
    said = "; ".join(f"{title}: {', '.join(name for row in rows for name in row)}" for title, rows in lanes())
    return f"The layers of the grader from the top. A module imports only what is below it. {said}."


def table() -> str:
    """Every module and package with its purpose, from the top: what the picture shows, to be read."""
    lines = ["| layer | what it is for |", "|---|---|"]
    lines += [f"| `{name}` | {purpose(name)} |" for row in layers() for name in row]
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Written: {PICTURE}, {PAGE}")
