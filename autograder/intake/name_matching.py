"""Find the owner of a file: match the file names from platforms and people with the class list."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from autograder.appeal_file import file_name
from autograder.course import RECIPE_FILE, capstone, parts
from autograder.intake.archives import SUFFIXES

if TYPE_CHECKING:
    from nbgrader.api import Student

# garciazoe_LATE_1001_20955_part05_gpt-1.py: name, perhaps LATE, the person's number, the upload's number, the file.
# garciazoe_1001_text.html, or link.html: typed into Canvas's page, without an upload.
CANVAS = re.compile(
    r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_(?:(?P<upload>\d+)_|(?=(?:text|link)\.html$))(?P<file>.+)",
    re.DOTALL,
)
ANONYMOUS = re.compile(r"anon_\w+?_(?:\d+_|text|link)")  # Canvas, in an assignment with anonymous grading
# Zoe Garcia_77_assignsubmission_file_ (a folder), or followed by the file's name; 77 is for one assignment only.
MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.DOTALL)
# Platforms and browsers number files with the same name: part05_gpt-1.py, part05_gpt (1).py
COPY = re.compile(
    r"(?P<stem>(?:appeal_)?part\d\d(?:_[a-z]+)?|appeal_capstone|leaderboard_recipe)(?:-(?P<a>\d+)| ?\((?P<b>\d+)\))?"
    r"(?P<suffix>\.py|\.ipynb|\.toml)"
)
RECIPE = "recipe"  # used instead of a part for the board's recipe

# Metadata of the course's cells, by which a notebook is recognised under any name.
CELL_OF_PART = re.compile(rb'"id":\s*"part(\d\d)-|"grade_id":\s*"(?:check|written)-(\d{1,2})-')


class LearnerMatcher:
    """Finds learners by id, email address, the platform's number, and name, in this order.

    participants: ids by Moodle's numbers in one assignment, from its worksheet; "" is for people who are not in the
    class list. A name alone never matches a person with another number or address.
    """

    def __init__(self, students: Iterable[Student], participants: Mapping[str, str] | None = None) -> None:
        self.participants = participants or {}
        self.ids: Mapping[str, set[str]] = defaultdict(set)
        self.emails: Mapping[str, set[str]] = defaultdict(set)
        self.numbers: Mapping[str, set[str]] = defaultdict(set)
        self.names: Mapping[str, set[str]] = defaultdict(set)
        self.numbered: set[str] = set()
        self.addressed: set[str] = set()
        for student in students:
            self.ids[student.id.casefold()].add(student.id)
            self.emails[(student.email or "").casefold()].add(student.id)
            self.numbers[student.lms_user_id or ""].add(student.id)
            self.numbered |= {student.id} if student.lms_user_id else set()
            self.addressed |= {student.id} if student.email else set()
            first, last = student.first_name or "", student.last_name or ""
            for name in (first + last, last + first):
                self.names[normalised_name(name)].add(student.id)

    def match(self, text: str) -> tuple[str, ...]:
        """The ids that match a name of a folder, file or archive: one if it is clear, otherwise none or several."""
        canvas, moodle = CANVAS.fullmatch(text), MOODLE.fullmatch(text)
        if text.count("_assignsubmission_") > 1:  # it is unclear where the name ends
            return ()
        if canvas and (ids := self.numbers.get(canvas["number"])):
            return tuple(sorted(ids))
        if moodle and moodle["number"] in self.participants:
            learner = self.participants[moodle["number"]]
            return (learner,) if learner else ()
        plain = without_suffix(text)
        tables = [(plain.casefold(), self.ids), (plain.casefold(), self.emails), (plain, self.numbers)]
        if canvas:
            return self.match_name(canvas["name"], self.numbered)
        if moodle:
            plain, tables = moodle["name"], []
        for key, table in (*tables, (normalised_name(plain), self.names)):
            if key and (ids := table.get(key)):
                return tuple(sorted(ids))
        return ()

    def match_name(self, name: str, others: set[str]) -> tuple[str, ...]:
        """The ids of all people with this name, except the given ones."""
        return tuple(sorted(self.names.get(normalised_name(name), set()) - others))


def person_key(text: str) -> str:
    """The part of a platform's file or folder name that identifies the person. It is equal for all of their files."""
    canvas, moodle = CANVAS.fullmatch(text), MOODLE.fullmatch(text)
    if canvas:
        return canvas["number"]
    return f"{moodle['name']}_{moodle['number']}" if moodle else without_suffix(text)


def is_platform_name(text: str) -> bool:
    """Whether a platform generated this file or folder name."""
    return bool(CANVAS.fullmatch(text) or MOODLE.fullmatch(text) or ANONYMOUS.match(text))


def has_download_time(text: str) -> bool:
    """Whether the platform that generated this name always writes the time of the download into its archives."""
    return CANVAS.fullmatch(text) is not None


def is_late_name(text: str) -> bool:
    """Whether Canvas marks a file with this name as submitted late."""
    canvas = CANVAS.fullmatch(text)
    return bool(canvas and canvas["late"])


def normalised_name(name: str) -> str:
    """A name without case, accents, spaces and marks: `Garc\u00eda, Zo\u00eb` is `garciazoe`."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in decomposed if character.isalnum())


def without_suffix(name: str) -> str:
    """The name of an archive without its suffix."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def original_name(name: str) -> str:
    """The learner's original name of a file that a platform has renamed."""
    platform = CANVAS.fullmatch(name) or MOODLE.fullmatch(name)
    return platform["file"] if platform and platform["file"] else name


def course_file(name: str) -> tuple[str, int] | None:
    """The name that the course has for a file, and the number of its copy; None when it is not a file of the course."""
    match = COPY.fullmatch(original_name(name))
    if not match or match["stem"] + match["suffix"] not in course_files() | appeal_files():
        return None
    return match["stem"] + match["suffix"], int(match["a"] or match["b"] or 0)


def likely_course_name(name: str, parts_there: Iterable[str]) -> str | None:
    """The course's name for a file with a nearly right name: other case, another dash, an added `.txt`, `Copy of` or
    `final`. None if no name or several names fit. parts_there: names of the parts to consider.
    """
    text = name.casefold().removesuffix(".txt")
    stem, _, suffix = text.rpartition(".")
    simplified = re.sub(r"[^a-z0-9]+", "_", stem)
    fitting = [
        course_name
        for course_name, part in (course_files() | appeal_files()).items()
        if part in parts_there and course_name.endswith(f".{suffix}") and course_name.rpartition(".")[0] in simplified
    ]
    return fitting[0] if len(fitting) == 1 else None


def notebook_by_content(content: bytes) -> str | None:
    """The course's name for a renamed notebook, by the ids of its cells; None if it is not a part's notebook."""
    numbers = CELL_OF_PART.findall(content)
    names = {f"part{int(number):02d}.ipynb" for pair in numbers for number in pair if number}
    return names.pop() if len(names) == 1 and names <= set(course_files()) else None


def course_files() -> dict[str, str]:
    """Map the name of each submitted file (modules and notebooks) to its part's name, and the recipe's to RECIPE."""
    names = {name: part.name for part in parts() for name in (part.file_name, f"{part.name}.ipynb")}
    return {**names, RECIPE_FILE: RECIPE}


def appeal_files() -> dict[str, str]:
    """Map the name of each regrade request file to the name of its part or the capstone."""
    return {file_name(part): part.name for part in (*parts(), capstone())}
