"""nbgrader's exchange: where it is, and which submission times in it contradict the file system.

`nbgrader submit` runs as the learner, who can change what it writes: timestamp.txt, and the folder with the time in its
name. The system sets the time of a file's last change (ctime): the owner can make it newer, but not older.
"""

from __future__ import annotations

import datetime
import itertools
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.class_folder.collected import TIMESTAMP, Unreadable, parsed_time, read_regular_file, recorded_time
from autograder.class_folder.folder import ClassFolder
from autograder.class_folder.settings import UTC, ClassError, utc_text
from autograder.course import Part, class_settings
from autograder.intake.archives import shown

SLACK = datetime.timedelta(minutes=5)  # for the time to copy a submission, and for differences between clocks
MOST_FILES = 200  # the most files to look at in a folder, since its owner may add any number
SECRET = "submission_secret.txt"
USUAL_ROOT = Path("/usr/local/share/nbgrader/exchange")  # nbgrader's default


def exchange_root(folder: ClassFolder) -> Path | None:
    """The exchange in the class's or the machine's nbgrader_config.py; None if none is configured. Raises ClassError
    for a file that can't be read, ImportError without nbgrader.
    """
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config, PyFileConfigLoader

    config = Config()
    for place in [*reversed(jupyter_config_path()), str(folder.root)]:
        if (Path(place) / "nbgrader_config.py").is_file():
            try:
                config.merge(PyFileConfigLoader("nbgrader_config.py", path=place).load_config())
            except Exception as error:  # the configuration is the instructor's program and may raise anything
                raise ClassError(f"{place}/nbgrader_config.py: {type(error).__name__}: {error}") from error
    root = config.Exchange.get("root")
    return Path(str(root)) if root else None


def time_differences(folder: ClassFolder, parts: Sequence[Part]) -> list[str]:
    """A sentence for each collected submission whose timestamp.txt does not agree with its files in the exchange."""
    try:
        inbound = (exchange_root(folder) or USUAL_ROOT) / class_settings()["course_id"] / "inbound"
        names = os.listdir(inbound) if inbound.is_dir() else []
    except (ClassError, OSError) as error:
        return [f"The times of nbgrader's exchange were not compared: {error}"]
    inbound_by_submission: dict[tuple[str, str], list[_InboundSubmission]] = defaultdict(list)
    for name in names:
        learner, *fields = name.rsplit("+", 3)  # as nbgrader splits it
        if len(fields) >= 2:
            inbound_by_submission[learner, fields[0]].append(_InboundSubmission(inbound / name, parsed_time(fields[1])))
    used = {part for _, part in inbound_by_submission}
    differences = [
        _difference(folder.submitted / learner / part.name, inbound_by_submission.get((learner, part.name), []))
        for part in parts
        if part.name in used
        for learner in folder.learners(part)
    ]
    return [sentence for sentence in differences if sentence]


@dataclass(frozen=True)
class _InboundSubmission:
    """A submission in the exchange. named: the time in the folder's name."""

    path: Path
    named: datetime.datetime | None

    def written(self) -> datetime.datetime:
        """The time of its newest change by the system's clock. Does not follow links."""
        with os.scandir(self.path) as entries:
            times = [entry.stat(follow_symlinks=False).st_ctime for entry in itertools.islice(entries, MOST_FILES)]
        return datetime.datetime.fromtimestamp(max([*times, self.path.lstat().st_ctime]), UTC)


def _difference(place: Path, candidates: list[_InboundSubmission]) -> str:
    """A sentence about a collected submission; "" if its time is right, or if it is not from the exchange."""
    secret, label = _secret(place), f"{place.parent.name}, {place.name}"
    if secret:
        candidates = [inbound for inbound in candidates if _secret(inbound.path) == secret]
        if not candidates:
            return f"{label}: its folder in nbgrader's exchange is gone, so its submission time could not be compared."
    if not candidates:
        return ""
    origin = max(candidates, key=lambda inbound: str(inbound.named))
    try:
        written = origin.written()
    except OSError as error:
        return f"{label}: {shown(origin.path.name)} in nbgrader's exchange can't be read ({error.strerror})."
    recorded, newest = recorded_time(place), max(written, origin.named or written)
    if recorded is not None and newest - recorded <= SLACK:
        return ""
    named = (
        "" if origin.named == recorded or origin.named is None else f"; the folder's name says {utc_text(origin.named)}"
    )
    claim = (
        f"{TIMESTAMP} says {utc_text(recorded)}"
        if recorded
        else f"{TIMESTAMP} contains no valid time, so it is never late"
    )
    return (
        f"{label}: {claim}, but its files in nbgrader's exchange were written at {utc_text(written)}{named}. Ask the "
        f"learner. To change the time, write it into {place / TIMESTAMP} and grade again."
    )


def _secret(place: Path) -> bytes:
    try:
        return read_regular_file(place / SECRET, 200) or b""
    except Unreadable:
        return b""
