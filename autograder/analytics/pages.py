"""The HTML pages of a class: static, everything escaped by the template, nothing loaded from anywhere."""

from __future__ import annotations

import functools
from pathlib import Path

import jinja2

from autograder.files import write_atomically
from autograder.render.templates import templates
from autograder.text import clean_text, number

LONGEST_TEXT = 160  # characters of a name


def write_page(path: Path, template: str, **values: object) -> None:
    """Write a page for its owner's eyes only, whole or not at all. Raises OSError."""
    write_atomically(path, render(template, **values).encode("utf-8", "replace"), mode=0o600)


def render(template: str, **values: object) -> str:
    """The template of this folder with these values."""
    return _environment().get_template(template).render(values)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = templates(Path(__file__).parent)
    environment.filters["number"] = number
    environment.filters["shown"] = lambda text: clean_text(str(text), LONGEST_TEXT)
    return environment
