"""Known-wrong implementations: one small edit of the reference each."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass

from autograder.course import SOLUTIONS, Part

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Mistake:
    """A mistake that learners make. task: whose code it is in. says: the sentence that explains it."""

    id: str
    task: str
    says: str


@dataclass(frozen=True)
class Misconception(Mistake):
    """A mistake as an edit of the reference."""

    find: str
    replace: str

    def applied_to(self, source: str) -> str:
        """The reference with this mistake. Raises ValueError unless the text to find stands there exactly once."""
        if source.count(self.find) != 1:
            raise ValueError(f"{self.id}: the text to find stands {source.count(self.find)} times in the reference.")
        return source.replace(self.find, self.replace)


@functools.cache
def misconceptions(part: Part) -> tuple[Misconception, ...]:
    """Those of a part, in the order of its misconceptions.toml."""
    path = part.suite / "misconceptions.toml"
    if not path.exists():
        return ()
    with open(path, "rb") as file:
        return tuple(Misconception(**table) for table in tomllib.load(file).get("misconceptions", []))


@functools.cache
def variants(part: Part) -> dict[str, bytes]:
    """The reference with each mistake: id -> source."""
    source = (SOLUTIONS / part.file_name).read_text(encoding="utf-8")
    return {mistake.id: mistake.applied_to(source).encode("utf-8") for mistake in misconceptions(part)}
