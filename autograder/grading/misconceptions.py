"""Known-wrong implementations: one small edit of the reference each."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from autograder.course import SOLUTIONS, Part, read_toml
from autograder.grading.sources import Source, inspect_source


@dataclass(frozen=True)
class Mistake:
    """A mistake that learners make. task: whose code it is in. says: the sentence that explains it. function: in which
    function of the reference it is; "" outside of them. shows: what the line with it holds, where that may be in
    another function of the task; "" where the function is enough.
    """

    id: str
    task: str
    says: str
    function: str = ""
    shows: str = ""


@dataclass(frozen=True)
class Misconception(Mistake):
    """A mistake as an edit of the reference. The site's catalogue reads the rest: family, in mistake_families.toml,
    explains how it happens; why is a better explanation for this one; common, whether the part's page shows it.
    """

    find: str = ""
    replace: str = ""
    family: str = ""
    why: str = ""
    common: bool = False

    def applied_to(self, source: str) -> str:
        """The reference with this mistake. Raises ValueError unless the text to find occurs exactly once."""
        if source.count(self.find) != 1:
            raise ValueError(f"{self.id}: the text to find occurs {source.count(self.find)} times in the reference.")
        return source.replace(self.find, self.replace)


@functools.cache
def misconceptions(part: Part) -> tuple[Misconception, ...]:
    """Those of a part, in the order of its misconceptions.toml."""
    path = part.suite / "misconceptions.toml"
    if not path.exists():
        return ()
    tables = read_toml(path).get("misconceptions", [])
    source = _reference(part)
    functions = inspect_source(source.encode("utf-8"), part.packages)
    return tuple(Misconception(**table, function=functions.function_at(_line(source, table))) for table in tables)


def _line(source: str, table: dict) -> int:
    """The line of the reference that a mistake changes first."""
    find, replace = table["find"], table["replace"]
    common = next((i for i, (old, new) in enumerate(zip(find, replace)) if old != new), min(len(find), len(replace)))
    changed = min(common, len(find.rstrip()) - 1)
    return source[: source.find(find) + changed].count("\n") + 1


def _reference(part: Part) -> str:
    return (SOLUTIONS / part.file_name).read_text(encoding="utf-8")


@functools.cache
def variants(part: Part) -> dict[str, bytes]:
    """The reference with each mistake: id -> source."""
    source = _reference(part)
    return {mistake.id: mistake.applied_to(source).encode("utf-8") for mistake in misconceptions(part)}


@functools.cache
def source_of_variant(part: Part, mistake_id: str) -> Source:
    """What is known of the reference with a mistake."""
    return inspect_source(variants(part)[mistake_id], part.packages)
