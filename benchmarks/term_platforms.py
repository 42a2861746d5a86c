"""Write lists, downloads and worksheets in the formats of Canvas and Moodle: names, encodings, and the time of the
download in every entry of an archive.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
import zipfile
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """Somebody in the class. number: the platform's own number of them, which never changes; nor does the login."""

    first: str
    last: str
    login: str
    number: int

    @property
    def email(self) -> str:
        return f"{self.login}@uni.example"


@dataclass(frozen=True)
class Upload:
    """What one person submitted last: files by their own names, or a text typed into the platform's page."""

    person: Person
    time: datetime.datetime
    late: bool
    files: dict[str, bytes]
    text: bool = False


class Canvas:
    """`sortablename_LATE_USER_ATTACHMENT_file`; times are told to nobody."""

    def learner(self, person: Person) -> str:
        return person.login

    def roster(self, people: Iterable[Person], most: dict[str, float]) -> str:
        """The gradebook's export, which is the list of the class and the template of the grades as well."""
        columns = [f"Part {int(part[-2:])}: of the course ({4700 + int(part[-2:])})" for part in most]
        rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns]]
        rows.append(["", "", "", "", "", *("Manual Posting" for _ in columns)])
        rows.append(["    Points Possible", "", "", "", "", *(f"{each:.2f}" for each in most.values())])
        for one in people:
            rows.append(
                [f"{one.last}, {one.first}", one.number, f"S{one.number}", one.login, "G1", *("" for _ in most)]
            )
        rows.append(["Student, Test", 99, "", "f00d", "G1", *("" for _ in most)])
        return _csv(rows)

    def download(self, path: Path, uploads: Sequence[Upload], when: datetime.datetime) -> list[str]:
        """Write the archive; the names in it."""
        entries = []
        for number, one in enumerate(uploads, 20_000):
            name = re.sub(r"\W", "", f"{one.person.last}{one.person.first}").lower()
            stem = f"{name}_{'LATE_' if one.late else ''}{one.person.number}"
            if one.text:
                entries.append((f"{stem}_text.html", b"<p>see the link in my mail</p>"))
            for place, (file, content) in enumerate(one.files.items()):
                entries.append((f"{stem}_{10 * number + place}_{re.sub(r'[/:*?<>|]+', '_', file)}", content))
        _zip(path, entries, when, utf_8_flag=False)
        return [name for name, _ in entries]

    def name_of_page(self, name: str, part: str) -> str:
        """The path in the upload that returns the feedback for an entry of the download; "" if it can't be returned."""
        return re.sub(r"(\d+_\d+_).*", rf"\g<1>{part}.html", name) if re.search(r"\d+_\d+_", name) else ""


class Moodle:
    """`Full Name_PARTICIPANT_assignsubmission_file/file`; the worksheet has the times."""

    def learner(self, person: Person) -> str:
        return person.email

    def roster(self, people: Iterable[Person], most: dict[str, float]) -> str:
        rows = [["First name", "Last name", "Email address", "Groups"]]
        return _csv([*rows, *([one.first, one.last, one.email, ""] for one in people)])

    def download(self, path: Path, uploads: Sequence[Upload], when: datetime.datetime) -> list[str]:
        """Write the archive; the names in it."""
        entries = []
        for one in uploads:
            name = re.sub(r"[&<>\"`|':\\/]", "", f"{one.person.first} {one.person.last}".replace("_", " "))
            stem = f"{name}_{self.participant(one.person, path)}_assignsubmission"
            if one.text:
                entries.append((f"{stem}_onlinetext/onlinetext.html", b"<p>see the link in my mail</p>"))
            entries += [(f"{stem}_file/{file}", content) for file, content in one.files.items()]
        _zip(path, entries, when, utf_8_flag=True)
        return [name for name, _ in entries]

    def participant(self, person: Person, path: Path) -> int:
        """Moodle's number of a person in one assignment; the file's name holds which one that is."""
        return 90_000 + 1000 * int(re.search(r"part(\d\d)", path.name)[1]) + person.number

    def worksheet(
        self, path: Path, people: Iterable[Person], uploads: Sequence[Upload], zone: zoneinfo.ZoneInfo, most: float
    ) -> None:
        times = {one.person.number: one.time.astimezone(zone) for one in uploads}
        header = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade"]
        header += ["Grade can be changed", "Last modified (submission)", "Last modified (grade)", "Feedback comments"]
        rows = [header]
        for one in people:
            time = times.get(one.number)
            shown = f"{time:%A}, {time.day} {time:%B %Y}, {time.hour % 12 or 12}:{time:%M %p}" if time else "-"
            status = "Submitted for grading" if time else "No submission"
            identifier = f"Participant {self.participant(one, path)}"
            rows.append([identifier, f"{one.first} {one.last}", one.email, status, "", f"{most:.2f}", "Yes", shown])
            rows[-1] += ["-", ""]
        path.write_text(_csv(rows), encoding="utf-8-sig")

    def name_of_page(self, name: str, part: str) -> str:
        return re.sub(r"_assignsubmission_.*", f"_assignsubmission_file_/{part}.html", name)


def login_of(first: str, last: str, number: int) -> str:
    """What an office of accounts makes of a name."""
    plain = unicodedata.normalize("NFKD", first[:1] + last).encode("ascii", "ignore").decode().lower()
    return f"{re.sub(r'[^a-z]', '', plain)[:8] or 'student'}{number}"


class _Unmarked(zipfile.ZipInfo):
    """An entry whose name is in UTF-8 and not marked as that: so rubyzip writes it."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("utf-8"), self.flag_bits & ~0x800


def _zip(path: Path, entries: Sequence[tuple[str, bytes]], when: datetime.datetime, utf_8_flag: bool) -> None:
    """An archive whose entries all have the time at which the platform wrote them into it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(entries):
            written = when + datetime.timedelta(milliseconds=150 * number)
            kind = zipfile.ZipInfo if utf_8_flag else _Unmarked
            archive.writestr(kind(name, written.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)


def _csv(rows: Iterable[Sequence]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
