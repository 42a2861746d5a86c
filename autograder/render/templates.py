"""Templates of pages. Everything is escaped, and an undefined variable is an error."""

from __future__ import annotations

from pathlib import Path

import jinja2

from autograder.files import write_atomically
from autograder.text import clean_text

LONGEST_TEXT = 160  # characters that the filter `shown` shows if the template names no other number


def templates(folder: Path) -> jinja2.Environment:
    """The templates in a folder. Templates that several pages include are in this module's folder."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda text, most=LONGEST_TEXT: clean_text(str(text), most)
    return environment


def write_private_page(path: Path, template: Path, **values: object) -> None:
    """Write a page that only its owner can read, completely or not at all. Raises OSError."""
    text = templates(template.parent).get_template(template.name).render(values)
    write_atomically(path, text.encode("utf-8", "replace"), mode=0o600)
