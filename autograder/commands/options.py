"""Options that several commands share: the class's folder, and a part."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.course import Part, part, parts

ClassOption = Annotated[Path, typer.Option("--class", help="The class's folder.", show_default="the course's own")]
PartOption = Annotated[int | None, typer.Option("--part", help="Only this part.")]


def parts_of(number: int | None) -> tuple[Part, ...]:
    """The part with this number, or all parts for None. Raises ValueError if there is no such part."""
    return parts() if number is None else (part(number),)
