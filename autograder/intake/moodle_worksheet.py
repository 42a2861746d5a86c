"""Read Moodle's lists, in several languages, and its grading worksheet, which has each learner's number in file names
and the time of each submission.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.class_folder.settings import UTC, ClassError
from autograder.intake.name_matching import LearnerMatcher, normalised_name
from autograder.intake.tables import CsvRow, CsvTable, read_table

if TYPE_CHECKING:
    from nbgrader.api import Student

SUBMITTED = "Last modified (submission)"
# The columns of lists in German, French, Spanish, Italian, Portuguese and Dutch, without accents.
HEADINGS = {
    "First name": "vorname, prenom, nombre, nome, voornaam",
    "Last name": "surname, nachname, nom, nom de famille, apellido(s), cognome, sobrenome, apelido, achternaam",
    "Full name": "vollstandiger name, nom complet, nombre completo, nome completo, volledige naam",
    "Email address": "e-mail-adresse, adresse de courriel, direccion de correo, correo electronico, indirizzo email, "
    "endereco de email, endereco de e-mail, e-mailadres",
    "Username": "anmeldename, nom d'utilisateur, nombre de usuario, identificacao de usuario, gebruikersnaam",
    "ID number": "id-nummer, numero d'identification, numero de id, codice identificativo, numero de identificacao",
    SUBMITTED: "zuletzt geandert (abgabe), derniere modification (travail remis), ultima modificacion (entrega), "
    "ultima modifica (consegna), ultima modificacao (envio)",
}
IN_ENGLISH = {
    normalised_name(heading): english for english, headings in HEADINGS.items() for heading in headings.split(", ")
}
MONTHS = [
    names.split()
    for names in (
        "january januar janvier enero gennaio janeiro januari",
        "february februar fevrier febrero febbraio fevereiro februari",
        "march marz mars marzo marco maart",
        "april avril abril aprile",
        "may mai mayo maggio maio mei",
        "june juni juin junio giugno junho",
        "july juli juillet julio luglio julho",
        "august aout agosto augustus",
        "september septembre septiembre settembre setembro",
        "october oktober octobre octubre ottobre outubro",
        "november novembre noviembre novembro",
        "december dezember decembre diciembre dicembre dezembro",
    )
]
# Tuesday, 24 November 2026, 6:12 PM; Dienstag, 24. November 2026, 18:12; martes, 24 de noviembre de 2026, 18:12
TIME = re.compile(
    r"(\d{1,2})\.? (?:de )?([^\W\d_]+)\.? (?:de )?(\d{4}),? (\d{1,2}):(\d\d)(?::\d\d)?\s*([ap]m)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Worksheet:
    """numbers: learners' ids by Moodle's number for them in this assignment, "" for people who are not in the class
    list; times: submission times by id, in UTC.
    """

    numbers: dict[str, str] = field(default_factory=dict)
    times: dict[str, datetime.datetime] = field(default_factory=dict)


def read_list_in_english(path: Path) -> CsvTable:
    """The table with English column names, as far as they are known. Raises ClassError."""
    table = read_table(path)
    english = {name: IN_ENGLISH.get(normalised_name(name), name) for name in table.columns}
    if SUBMITTED in english.values():
        english[table.columns[0]] = "Identifier"
    if len(set(english.values())) < len(english):
        return table  # not a worksheet
    rows = [CsvRow(row.line, {english[name]: cell for name, cell in row.cells.items()}) for row in table.rows]
    return CsvTable([english[name] for name in table.columns], rows)


def read_worksheet(path: Path, students: Iterable[Student], zone: datetime.tzinfo) -> Worksheet:
    """Read a worksheet that Moodle exported. zone: Moodle's time zone, which the file does not contain. Raises
    ClassError with the line that can't be used.
    """
    table = read_list_in_english(path)
    if not {"Identifier", SUBMITTED} <= set(table.columns):
        raise ClassError(
            f"{path} is not a grading worksheet: it needs the columns Identifier and {SUBMITTED}. Export it from the "
            "assignment in Moodle. If Moodle writes another language, set it to English for the export."
        )
    matcher, worksheet = LearnerMatcher(students), Worksheet()
    for row in table.rows:
        learners = _learners(row, matcher)
        if len(learners) > 1:
            continue
        learner = "".join(learners)
        worksheet.numbers[re.sub(r"\D", "", row.cells["Identifier"])] = learner
        if not learner:
            continue
        text = row.cells[SUBMITTED]
        if text and text != "-":
            worksheet.times[learner] = _time(text, zone, f"{path.name}, line {row.line}")
    return worksheet


def _learners(row: CsvRow, matcher: LearnerMatcher) -> tuple[str, ...]:
    """The ids that match the row; by name only if address, login and number are missing in it or in the class list."""
    keys = [key for column in ("Email address", "Username", "ID number") if (key := row.cells.get(column, ""))]
    for key in keys:
        if len(ids := matcher.match(key)) == 1:
            return ids
    return matcher.match_name(row.cells.get("Full name", ""), matcher.addressed if keys else set())


def _time(text: str, zone: datetime.tzinfo, where: str) -> datetime.datetime:
    match = TIME.search(text)
    try:
        day, month, year, hour, minute, half = match.groups()
        month = next(
            number
            for number, names in enumerate(MONTHS, 1)
            if any(name.startswith(normalised_name(month)) for name in names)
        )
        hour = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
        return datetime.datetime(int(year), month, int(day), hour, int(minute), tzinfo=zone).astimezone(UTC)
    except (AttributeError, StopIteration, ValueError, OverflowError) as error:
        raise ClassError(
            f"{where}: {ascii(text[:60])} is not a time as Moodle writes it, such as 'Tuesday, "
            "24 November 2026, 6:12 PM'. Export the worksheet again with Moodle set to English."
        ) from error
