"""What a class's own page shows: the parts that count in this class, their due dates, and the class's links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.bundle.replay import needed_for
from autograder.class_folder.settings import ClassSettings
from autograder.course import Part, parts

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # strftime would follow the machine's language


@dataclass(frozen=True)
class ClassPage:
    """due: by the name of the part, in the class's time zone. links: labels and addresses."""

    parts: Sequence[Part]
    due: dict[str, str]
    zone: str
    links: dict[str, str]


def class_page(settings: ClassSettings) -> ClassPage:
    """The parts with a weight above 0, and those that they build on: a check also runs the learner's earlier parts."""
    wanted = [part for part in parts() if settings.weights.get(part.name, 0) > 0]
    due = {}
    for part in parts():
        if part.name in settings.due:
            at = settings.due[part.name].astimezone(settings.zone)
            due[part.name] = f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"
    return ClassPage(needed_for(wanted or parts()), due, str(settings.zone), settings.links)
