"""Wrong versions of a part: known mistakes in the reference, and those mistakes or small slips in the learner's code.

What they return makes the wrong options of a question plausible.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from autograder.course import SOLUTIONS, Part
from autograder.grading.misconceptions import misconceptions, variants
from autograder.learner.mistake_edits import Edit, general_edits, known_edits, valid
from autograder.text import clean_text
from autograder.viva.student_code import LONGEST_LINE, Code

MOST = 24  # of each kind
LONGEST = 110  # characters of a changed line


@dataclass(frozen=True)
class Change:
    """A wrong version. content: the file; mistake, says: a known mistake and its sentence, "" for a slip; line: of the
    learner's file, 0 for a version of the reference; after: that line as it would be, "" if it is left out.
    """

    content: bytes
    mistake: str = ""
    says: str = ""
    line: int = 0
    after: str = ""

    @property
    def suppose(self) -> tuple[str, ...]:
        """The change as the first lines of a question."""
        if not self.after:
            return (f"Suppose line {self.line} were left out.",)
        return (f"Suppose line {self.line} were this:", f"{self.line:>5} | {self.after}")

    @property
    def words(self) -> str:
        """The change as a choice: `line 12: return x`."""
        return f"line {self.line}: {self.after}" if self.after else f"line {self.line} is left out"

    @property
    def as_slip(self) -> Change:
        """The same version, not called a known mistake."""
        return replace(self, mistake="", says="")

    @property
    def explained(self) -> str:
        """Where a wrong value comes from."""
        if self.says:
            whose = "The change was a known mistake" if self.line else "From a known mistake"
            return f'{whose}: "{self.says}"'
        return f"With line {self.line} like this: {self.after}" if self.after else f"Without line {self.line}."


def known_mistakes(part: Part, task: str, rng: random.Random) -> list[Change]:
    """The reference with each known mistake, those of the task first; none where the course has no reference."""
    if not (SOLUTIONS / part.file_name).is_file():
        return []
    known, sources = list(misconceptions(part)), variants(part)
    rng.shuffle(known)
    known.sort(key=lambda mistake: mistake.task != task)
    return [Change(sources[mistake.id], mistake.id, mistake.says) for mistake in known[: 2 * MOST]]


def in_the_reference(part: Part, changes: Iterable[Change]) -> dict[str, Change]:
    """The known mistakes of these changes, each in the reference, by their ids."""
    ids = {change.mistake for change in changes if change.mistake}
    return {name: Change(variants(part)[name], name) for name in sorted(ids)}


def own_changes(part: Part, code: Code, lines: set[int], rng: random.Random) -> list[Change]:
    """Changes of one of these lines of the learner's file, never two that look the same: first those in which the
    line has the form of a known mistake, then slips. Whether they are that mistake is for what they return to say.
    """
    content = code.text.encode("utf-8")
    says = {mistake.id: mistake.says for mistake in misconceptions(part)}
    known = [*known_edits(content, part)] if (SOLUTIONS / part.file_name).is_file() else []
    slips = [*dict.fromkeys(general_edits(content))]
    rng.shuffle(known)
    rng.shuffle(slips)
    seen: set[tuple[int, str]] = set()
    found = []
    for edits in (known, slips):
        own = (change for edit in edits for change in _as_change(edit, content, lines))
        new = (change for change in own if (change.line, change.after) not in seen)
        for change in itertools.islice(new, MOST):
            seen.add((change.line, change.after))
            found.append(replace(change, says=says.get(change.mistake, "")))
    return found


def _as_change(edit: Edit, content: bytes, lines: set[int]) -> Iterator[Change]:
    """The edit as a change of one line, if it changes one of these."""
    line = content.count(b"\n", 0, edit.start) + 1
    first = content.rfind(b"\n", 0, edit.start) + 1
    end = content.find(b"\n", edit.start)
    last = len(content) if end < 0 else end
    is_left_out = (edit.start, edit.end, edit.text) == (first, last + 1, b"")
    if line not in lines or not (is_left_out or (edit.end <= last and b"\n" not in edit.text)):
        return
    changed = valid(edit, content)
    if changed is None:
        return
    after = b"" if is_left_out else content[first : edit.start] + edit.text + content[edit.end : last]
    shown = clean_text(without_comment(after.decode("utf-8")).strip(), LONGEST_LINE)
    only_indented = after.split() == content[first:last].split()  # which would look like the line as it is
    if len(shown) <= LONGEST and (is_left_out or (shown and not only_indented)):
        yield Change(changed, edit.mistake, line=line, after=shown)


def without_comment(line: str) -> str:
    """The line without a comment behind its code."""
    before, mark, _ = line.rpartition("  # ")
    return before if mark and before.strip() and before.count('"') % 2 == before.count("'") % 2 == 0 else line
