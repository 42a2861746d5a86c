"""A regrade request as a file that a learner submits: appeal_part05.toml or appeal_capstone.toml.

appeal_part05.toml is submitted with the part's module, appeal_capstone.toml with any part.

The file is untrusted input: its size is limited, it is read as data, and control characters are removed.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Part, capstone, part_or_capstone, parts
from autograder.files import write_atomically
from autograder.invocation import command
from autograder.text import clean_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST = 32 * 1024  # bytes of the file
LONGEST_REASON = 4_000  # characters
MOST = 40  # requests in a file; no part has as many checks
CHECK = re.compile(r"[a-z][a-z0-9_]{0,99}")
CAPSTONE_CHECKS = capstone().suite / "capstone_checks.py"

# One line, or several for a multi-line text: the subset of TOML that a request needs. A full TOML parser can take 14 s
# for 32 KB of one dotted key. Blanks have a limit, since three unlimited repeats in a row could take minutes.
LINE = re.compile(
    r"""
    [ \t]{0,40}
    (?:
        (?P<appeal> \[\[? [ \t]{0,40} appeal [ \t]{0,40} \]\]? )
        | (?P<key> check|reason ) [ \t]{0,40} = [ \t]{0,40}
        (?P<value> '{3}.*?'{3} | \"{3}(?:[^\\]|\\.)*?\"{3} | '[^'\n]*' | "(?:[^"\\\n]|\\.)*" )
    )?
    [ \t]{0,40} (?:\#[^\n]*)? \n
    """,
    re.DOTALL | re.VERBOSE,
)
HEADING = "# A regrade request for {name}. Submit this file together with {module}.\n"
BLOCK = "\n[[appeal]]\ncheck = {check}\nreason = {reason}\n"


class AppealError(ValueError):
    """A request can't be written or read; the message is a sentence for the user."""


@dataclass(frozen=True)
class Appeal:
    """One request. check: the check's name; reason: the learner's own words."""

    check: str
    reason: str


def file_name(part: Part) -> str:
    """The name of the file for a part."""
    return f"appeal_{part.name}.toml"


def submitted_with(part: Part) -> str:
    """What a learner submits the file with: the capstone has no module."""
    return "one of your parts 1 to 8" if part is capstone() else f"your {part.file_name}"


def read_appeals(content: bytes) -> list[Appeal]:
    """The requests in a file, the last one for each check. Raises AppealError."""
    if len(content) > LARGEST:
        raise AppealError(f"It is larger than {LARGEST // 1024} KB.")
    tables: list[dict[str, str]] = []
    text, position = clean_text(_text(content), LARGEST, keep="\n\t") + "\n", 0
    while position < len(text):
        line = LINE.match(text, position)
        groups = line.groupdict() if line else {}
        try:
            if line is None or (groups["key"] and not tables):
                raise ValueError
            if groups["appeal"]:
                tables.append({})
            elif groups["key"]:
                tables[-1][groups["key"]] = tomllib.loads(f"value = {groups['value']}")["value"]
        except ValueError as error:
            number = text.count("\n", 0, position) + 1
            raise AppealError(
                f"Line {number} can't be read. Below [[appeal]], write check = \"NAME\" and reason = '''your words'''."
            ) from error
        position = line.end()
    appeals: dict[str, Appeal] = {}
    for table in tables:
        if not {"check", "reason"} <= set(table) or not CHECK.fullmatch(_name(table["check"])):
            raise AppealError('Each [[appeal]] needs check = "..." with the name of a check, and reason = "...".')
        reason = clean_text(table["reason"], LONGEST_REASON, keep="\n").strip()
        appeals[_name(table["check"])] = Appeal(_name(table["check"]), reason)
    if not 0 < len(appeals) <= MOST:
        raise AppealError(f"It contains more than {MOST} requests." if appeals else "It contains no [[appeal]].")
    return list(appeals.values())


def add_appeal(folder: Path, part: Part, check: str, reason: str) -> tuple[Path, bool]:
    """Append a request to the part's file in a folder. Return the path, and whether the request is new. The last
    request for a check counts. Raises AppealError or OSError, with nothing changed.
    """
    path, words = folder / file_name(part), clean_text(reason, LONGEST_REASON + 1, keep="\n").strip()
    if not words:
        raise AppealError('Say in your own words why the check is wrong: reason="..."')
    if len(words) > LONGEST_REASON:
        raise AppealError(f"The reason is longer than {LONGEST_REASON:,} characters. Shorten it.")
    before = HEADING.format(name=part.name, module=submitted_with(part))
    if path.exists():
        try:
            before = _text(path.read_bytes())
            if Appeal(check, words) in read_appeals(before.encode("utf-8")):
                return path, False
        except AppealError as error:
            raise AppealError(f"{path}: {error} Fix the file or rename it; nothing was written.") from error
    # With ensure_ascii=False, a JSON string is also a valid TOML string.
    block = BLOCK.format(check=json.dumps(check), reason=json.dumps(words, ensure_ascii=False))
    content = f"{before.rstrip()}\n{block}".encode()
    if len(content) > LARGEST:
        raise AppealError(f"{path} would be larger than {LARGEST // 1024} KB; nothing was written.")
    write_atomically(path, content)
    return path, True


def _text(content: bytes) -> str:
    """The text of the file, in any encoding that editors write. Raises AppealError."""
    try:
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        return content.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise AppealError("It is not text in UTF-8.") from error


def check_names(part: Part) -> list[str]:
    """The names of a part's checks that are here. The students' zip has the public ones, none for the capstone."""
    if part is capstone():
        text = CAPSTONE_CHECKS.read_text(encoding="utf-8") if CAPSTONE_CHECKS.exists() else ""
        return re.findall(r"^    CapstoneCheck\(\"[\d.]+\", [\d.]+, (\w+)", text, re.MULTILINE)
    recorded = part.suite / "checks.json"
    if recorded.exists():
        return [check["name"] for check in json.loads(recorded.read_text(encoding="ascii"))["checks"]]
    suites = (part.suite / name for name in ("test_public.py", "test_hidden.py"))
    texts = (path.read_text(encoding="utf-8") for path in suites if path.exists())
    return [name for text in texts for name in re.findall(r"^def test_(\w+)", text, re.MULTILINE)]


def find_check(name: str, number: int | None) -> tuple[Part, str]:
    """Return the part of the check with this name, and the name in the file's form. number: the part, if the user
    gave one; a known check must belong to it. Raises ValueError.
    """
    check = _name(name)
    candidates = [*parts(), capstone()] if number is None else [part_or_capstone(number)]
    names = {known: part for part in candidates for known in check_names(part)}
    if check in names:
        return names[check], check
    all_here = all(
        CAPSTONE_CHECKS.exists() if part is capstone() else (part.suite / "test_public.py").exists()
        for part in candidates
    )
    if number is not None and CHECK.fullmatch(check) and not all_here:
        return candidates[0], check  # a hidden check: its name is only on the feedback page
    near = difflib.get_close_matches(check, names, n=1)
    also = f" Did you mean {near[0]}?" if near else ""
    where = "" if number is None else f" in part {number}"
    if all_here or number is not None:
        raise AppealError(f"There is no check {ascii(name[:100])}{where}.{also}")
    raise AppealError(
        f"There is no check {ascii(name[:100])} here.{also} If your feedback page lists it, it is a hidden "
        f"check. Add its part: {command('appeal', 5, check='NAME')}"
    )


def _name(check: str) -> str:
    return check.strip().removeprefix("test_")
