"""Read CSV files from other programs, in any encoding and with any separator, and write CSV cells without formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.class_folder.settings import ClassError
from autograder.files import write_atomically

LARGEST_TABLE = 16 * 1024 * 1024  # bytes
PACKED = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")  # zip, which xlsx and ods are; an empty zip; xls
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# The places where a program may start a cell (also after another separator, which our quoting does not protect), and
# the characters that make it a formula there. The last four are the wide forms that East Asian settings accept.
FORMULA = re.compile(r"(^|[;,|])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


class CsvRow(NamedTuple):
    """One row. line: its first line in the file, from 1. cells: text by column, stripped."""

    line: int
    cells: dict[str, str]


class CsvTable(NamedTuple):
    """A file with a header."""

    columns: list[str]
    rows: list[CsvRow]


def read_table(path: Path) -> CsvTable:
    """Read a CSV file with a header, in UTF-8, UTF-16 or Windows' encoding, separated by commas, semicolons or tabs.

    Empty rows are left out. Raises ClassError if there is no such file, or no table in it.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST_TABLE + 1)
    except OSError as error:
        raise ClassError(f"Can't read {path}: {error.strerror}.") from error
    if len(content) > LARGEST_TABLE:
        raise ClassError(
            f"{path} has more than {LARGEST_TABLE // 1024 // 1024} MB, which is too large for a class list."
        )
    if content.startswith(PACKED):
        raise ClassError(f"{path} is an Excel file or a zip, not CSV. Export the list as CSV, and use that file.")
    text = _decoded(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, columns, line = [], [], 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not columns:
                columns = stripped
            elif any(stripped):
                if any(stripped[len(columns) :]):
                    raise ClassError(f"{path}, line {line}: there are more cells than columns.")
                padded = stripped + [""] * (len(columns) - len(stripped))
                rows.append(CsvRow(line, dict(zip(columns, padded))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ClassError(f"{path}, line {line}: this is not valid CSV ({error}).") from error
    if len(columns) < 2:
        raise ClassError(
            f"{path} is not a table. The first line must have column names, separated by commas or semicolons."
        )
    twice = sorted({ascii(name)[1:-1] for name in columns if name and columns.count(name) > 1})
    if twice:
        raise ClassError(f"{path}: there are two columns {', '.join(twice)}.")
    return CsvTable(columns, rows)


def write_table(path: Path, rows: Iterable[Sequence[object]], bom: bool = False) -> None:
    """Write rows completely or not at all, as UTF-8. Text that a spreadsheet would read as a formula is escaped.

    bom: start with a BOM, by which Excel recognises UTF-8. Numbers are written unchanged, None as an empty cell.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_cell(value) for value in row] for row in rows])
    content = text.getvalue().encode("utf-8", "replace")
    write_atomically(path, b"\xef\xbb\xbf" + content if bom else content)


def defuse_formulas(text: str) -> str:
    """The text without control characters, and with an apostrophe before anything that would start a formula."""
    return FORMULA.sub(r"\1'\2", CONTROL.sub(" ", text))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return "-" if value == "-" else defuse_formulas(str(value))  # Moodle's sign for an empty cell is not a formula


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # the default encoding of Excel on Windows
