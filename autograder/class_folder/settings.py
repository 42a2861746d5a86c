"""The settings of a class: time zone, due dates, late policy, weights. class.toml overrides course.toml's defaults."""

from __future__ import annotations

import datetime
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from autograder.class_folder.folder import ClassFolder
from autograder.course import ROOT, capstone, class_settings, parts
from autograder.invocation import command

UTC = datetime.timezone.utc
FILE = "class.toml"


class ClassError(ValueError):
    """An instructor's file or folder can't be used; the message says where, and what to write."""


@dataclass(frozen=True)
class LatePolicy:
    """percent_per_day: of the points earned, per started day after the grace hours; most_percent: maximum."""

    percent_per_day: float
    grace_hours: float
    most_percent: float

    def days_late(self, due: datetime.datetime, submitted: datetime.datetime, zone: datetime.tzinfo) -> int:
        """The started days after the due date and the grace hours. A day ends at the due time in the class's time zone,
        so a change to or from daylight saving time never adds a day.
        """
        grace = datetime.timedelta(hours=self.grace_hours)
        if submitted <= due + grace:
            return 0
        days = max(1, (submitted - grace - due).days - 1)  # clock changes are smaller than a day
        while submitted > later_on_the_clock(due, days, zone) + grace:
            days += 1
        return days

    def penalty(
        self, earned: float, due: datetime.datetime, submitted: datetime.datetime, zone: datetime.tzinfo
    ) -> float:
        """The points that a late submission loses. due: in UTC, including the extension."""
        percent = min(self.days_late(due, submitted, zone) * self.percent_per_day, self.most_percent)
        return earned * percent / 100


@dataclass(frozen=True)
class ClassSettings:
    """due and weights are by assignment; due dates are in UTC. zone is for times without a time zone. catalogue:
    whether the class's site has the catalogue of known mistakes. code_in_hints: whether the last hints show code with
    blanks. links: on the class's page, by label.
    """

    zone: datetime.tzinfo
    due: dict[str, datetime.datetime]
    late: LatePolicy
    weights: dict[str, float]
    catalogue: bool = True
    code_in_hints: bool = False
    links: Mapping[str, str] = field(default_factory=dict)


def assignments() -> dict[str, str]:
    """Map the gradebook's name of each assignment to its title: part00 to part10, then capstone."""
    titles = {part.name: f"Part {part.number}: {part.title}" for part in parts()}
    return {**titles, capstone().module: capstone().title}


def existing_class(root: Path) -> ClassFolder:
    """A class that exists. Raises ClassError: only `release` creates one, so that a misspelt name is noticed."""
    root = root.absolute()
    if not root.is_dir():
        raise ClassError(f"There is no folder {root}. To create a class there: {command('release', class_=root)}")
    return ClassFolder(root)


def load_settings(folder: ClassFolder) -> ClassSettings:
    """The settings of this class. Raises ClassError if class.toml can't be used."""
    path = folder.root / FILE
    own = {}
    if path.exists():
        try:
            own = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ClassError(f"Can't read {path} as TOML in UTF-8: {error}.") from error
    of_the_course = ("course_id", "site")
    defaults = {key: value for key, value in class_settings().items() if key not in of_the_course}
    _require_known_keys(own, defaults, "")
    zone = time_zone(own.get("time_zone", defaults["time_zone"]))
    late = {**defaults["late"], **_table(own, "late")}
    _require_known_keys(late, defaults["late"], "[late] ")
    weights = _table(own, "weights") or defaults["weights"]
    switches = {"catalogue": defaults["catalogue"], "code_in_hints": False}  # a class has to choose code in hints
    switches |= {key: own[key] for key in switches if key in own}
    for key, value in switches.items():
        if type(value) is not bool:
            raise ClassError(f"{FILE}, {key}: {value!r} must be true or false, without quotes.")
    links = {**defaults["links"], **_table(own, "links")}
    for label, link in links.items():
        if not isinstance(link, str) or not re.fullmatch(r"(https?://|mailto:)[^\s<>\"]+", link):
            raise ClassError(f"{FILE}, [links] {label}: {link!r} must be an address such as https://example.org/forum.")
    due = {**defaults["due"], **_table(own, "due")}
    for heading, table in (("weights", weights), ("due", due)):
        _require_known_keys(table, assignments(), f"[{heading}] ")
    for heading, table in (("late", late), ("weights", weights)):
        for key, value in table.items():
            if not _is_number(value) or value < 0:
                raise ClassError(f"{FILE}, [{heading}] {key}: {value!r} must be a number that is not below 0.")
    for key in ("percent_per_day", "most_percent"):
        if late[key] > 100:
            raise ClassError(f"{FILE}, [late] {key}: {late[key]:g} must not be above 100.")
    if abs(sum(weights.values()) - 100) > 1e-6:
        raise ClassError(f"{FILE}, [weights]: they add up to {sum(weights.values()):g}, and must to 100.")
    return ClassSettings(
        zone,
        {name: in_utc(value, zone, f"{FILE}, [due] {name}") for name, value in due.items()},
        LatePolicy(**{key: float(value) for key, value in late.items()}),
        {name: float(weights.get(name, 0)) for name in assignments()},
        **switches,
        links=links,
    )


def code_in_hints(course: Path = ROOT) -> bool:
    """Whether the hints in this copy of the course end with code with blanks: as its class.toml says, else as
    course.toml says. Not if class.toml can't be used.
    """
    if not (course / FILE).exists():
        return class_settings()["code_in_hints"]
    try:
        return load_settings(ClassFolder(course)).code_in_hints
    except ClassError:
        return False


def time_zone(name: object) -> datetime.tzinfo:
    """The time zone with this name. Raises ClassError if the system has no such time zone."""
    import zoneinfo

    if name == "UTC":
        return UTC  # works without the system's time zone data
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise ClassError(
            f"{FILE}, time_zone: there is no time zone {name!r}. Write a name such as Europe/Berlin."
        ) from error


def utc_text(time: datetime.datetime) -> str:
    """A time, in UTC, in the form of timestamp.txt."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def later_on_the_clock(time: datetime.datetime, days: float, zone: datetime.tzinfo) -> datetime.datetime:
    """The same local time, this number of days later; a fraction of a day is added in hours."""
    whole_days, fraction = divmod(days, 1)
    shown = time.astimezone(zone).replace(tzinfo=None) + datetime.timedelta(days=whole_days)
    return shown.replace(tzinfo=zone).astimezone(UTC) + datetime.timedelta(days=fraction)


def in_utc(value: object, zone: datetime.tzinfo, where: str) -> datetime.datetime:
    """Convert a date, a time or the text of one to a time in UTC; a date alone means the end of that day."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = datetime.date.fromisoformat(text) if len(text) == 10 else datetime.datetime.fromisoformat(text)
        except ValueError:
            value = None
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time(23, 59, 59))
    if not isinstance(value, datetime.datetime):
        raise ClassError(f"{where}: this is not a date. Write 2026-11-30 18:00, or 2026-11-30 for the end of that day.")
    try:
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise ClassError(f"{where}: this date is too far away.") from error


def _table(own: dict, key: str) -> dict:
    value = own.get(key, {})
    if not isinstance(value, dict):
        raise ClassError(f"{FILE}: {key} must be a table, [{key}], with one line per value.")
    return value


def _require_known_keys(table: dict, known: dict, where: str) -> None:
    for key in table:
        if key not in known:
            raise ClassError(
                f"{FILE}, {where}{ascii(key)[1:-1]}: there is no such key. The keys are: {', '.join(known)}."
            )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
