"""The collected modules of a learner, read from folders whose contents may be hostile."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import stat
import time
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import LARGEST_FILE, Part, parts
from autograder.grading.report import NO_FILE

# Files that nbgrader's exchange writes next to a submission, and needs next to the feedback to return it.
TIMESTAMP = "timestamp.txt"
EXCHANGE_NOTES = (TIMESTAMP, "submission_secret.txt")
# A time as nbgrader or an instructor writes it: 2026-11-24 12:00:00.000000 UTC, 2026-11-24T12:00+01:00. A number after
# a space is an offset in seconds. Other words are refused: "10" or "Mon" would mean another day each week.
TIME = re.compile(
    r"(?P<minute>\d{4}-\d\d-\d\d[ T]\d\d:\d\d)(?P<second>:\d\d)?(?:\.(?P<part>\d{1,6})\d*)?"
    r"(?: ?(?P<offset>Z|[+-]\d\d:\d\d)| (?P<zone>[A-Za-z][\w/+-]*|[+-]\d{1,5}))?",
    re.ASCII,
)
YEARS = range(1990, 2200)  # near the limits of the calendar, time zones and due dates can't be computed


class Unreadable(Exception):
    """A file can't be used; the message is a sentence for its author."""


@dataclass(frozen=True)
class Collected:
    """The modules for grading a part, by file name, and sentences about files that could not be used."""

    modules: dict[str, bytes]
    remarks: tuple[str, ...]


def read_regular_file(path: Path, limit: int) -> bytes | None:
    """At most limit + 1 bytes of a file; None if there is no file. Raises Unreadable for anything but a regular file:
    a link could lead to any file that the grader can read, and a pipe could block it.
    """
    try:
        if path.parent.is_symlink() or path.is_symlink():
            raise Unreadable(f"{path.name} is a link, not a file: submit the file itself.")
        if not path.exists():
            return None
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(f"{path.name} is not a regular file: submit the file itself.")
            return file.read(limit + 1)
    except OSError as error:
        raise Unreadable(f"{path.name} can't be read ({error.strerror}).") from error


def submitted_hash(learner: Path, part: Part) -> str:
    """The sha256 of a learner's module, as reports have it; NO_FILE if there is none. Raises Unreadable."""
    content = read_regular_file(learner / part.name / part.file_name, LARGEST_FILE)
    return NO_FILE if content is None else hashlib.sha256(content).hexdigest()


def collect_modules(learner: Path, part: Part) -> Collected:
    """Read from a learner's folder: the part's module, and the newest module of each part that it builds on."""
    modules: dict[str, bytes] = {}
    remarks: list[str] = []
    noted = timestamp_text(learner / part.name)
    if noted and parsed_time(noted) is None:
        remarks.append(
            "timestamp.txt contains no valid time. The submission time is unknown, so this work is not late."
        )
    times = _times(learner) if part.needs else {}
    for needed in parts():
        if needed is not part and needed.module not in part.needs:
            continue
        places = [learner / part.name] if needed is part else _newest_first(times, needed)
        for place in places:
            try:
                content = read_regular_file(place / needed.file_name, LARGEST_FILE)
            except Unreadable as error:
                if needed is part:
                    remarks.append(str(error))
                continue
            if content is not None:
                modules[needed.file_name] = content
                break
    return Collected(modules, tuple(remarks))


@dataclass(frozen=True)
class NewestModule:
    """A submitted module. place: its folder, such as part05; time: when it was submitted, None if unknown."""

    content: bytes
    place: str
    time: datetime.datetime | None


def newest_module(learner: Path, part: Part) -> NewestModule | None:
    """The newest readable module of a part in a learner's folder; None if there is none."""
    for place in _newest_first(_times(learner), part):
        try:
            content = read_regular_file(place / part.file_name, LARGEST_FILE)
        except Unreadable:
            continue
        if content is not None:
            return NewestModule(content, place.name, recorded_time(place))
    return None


def _times(learner: Path) -> dict[Path, float]:
    """When each of the learner's folders was submitted, in seconds; 0 if unknown."""
    places = [place for part in parts() if (place := learner / part.name).is_dir()]
    noted = {place: recorded_time(place) for place in places}
    return {place: moment.timestamp() if moment else 0.0 for place, moment in noted.items()}


def _newest_first(times: Mapping[Path, float], needed: Part) -> list[Path]:
    """The folders, newest first. With equal times, the folder of the part itself comes first."""
    return sorted(times, key=lambda place: (times[place], place.name == needed.name), reverse=True)


def timestamp_text(place: Path) -> str:
    """A folder's submission time in nbgrader's form, `2026-11-24 12:00:00.000000 UTC`; "" if it is not recorded."""
    try:
        return (read_regular_file(place / TIMESTAMP, 100) or b"").decode("ascii", "replace").strip()
    except Unreadable:
        return ""


def recorded_time(place: Path) -> datetime.datetime | None:
    """A folder's submission time in UTC; None if timestamp.txt has no valid time."""
    return parsed_time(timestamp_text(place))


def parsed_time(text: str) -> datetime.datetime | None:
    """Parse a time in nbgrader's form, and return it in UTC; None if the text is not a time. As in nbgrader, a time
    without a zone, or with an unknown one, is in UTC.
    """
    match = TIME.fullmatch(text.strip())
    if match is None:
        return None
    text_without_zone = f"{match['minute']}{match['second'] or ':00'}.{(match['part'] or '').ljust(6, '0')}"
    try:
        noted = datetime.datetime.fromisoformat(text_without_zone + (match["offset"] or "").replace("Z", "+00:00"))
        if noted.year not in YEARS:
            return None
        if noted.tzinfo is None:
            noted = noted.replace(tzinfo=_zone(match["zone"] or "UTC"))
        return noted.astimezone(datetime.timezone.utc)
    except ValueError:
        return None


def _zone(name: str) -> datetime.tzinfo | None:
    """A time zone by its name or offset in seconds; None means this machine's. Raises ValueError for a day or more."""
    if name[0] in "+-":
        return datetime.timezone(datetime.timedelta(seconds=int(name)))
    if name not in ("UTC", "GMT") and name in time.tzname:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name is that of a folder
        return datetime.timezone.utc


def copy_exchange_notes(submission: Path, to: Path) -> None:
    """Copy the exchange's files about a submission into another folder, except those that can't be read."""
    for name in EXCHANGE_NOTES:
        try:
            content = read_regular_file(submission / name, 200)
        except Unreadable:
            continue
        if content is not None:
            (to / name).write_bytes(content)
