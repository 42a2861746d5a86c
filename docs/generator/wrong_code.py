"""The wrong code of a known mistake, as far as a page may show it: never so much that it gives a solution away.

The rule for all code that is shown:

- At most MOST tokens in a row are also in a right solution, unless they are in a stub as well. Right solutions are the
  reference and those in tests/right_but_different/.
- It has less than SHARE of the tokens of the line that it replaces.

Lines that keep to the rule are shown whole. Of another line, only the changed piece is shown, with as many tokens
around it as the rule allows; and nothing where that holds no changed token, because what is missing can't be pointed
at. A mistake of more than MOST_LINES lines is only described in words, and so is one whose lines are right but in
another order.
"""

from __future__ import annotations

import difflib
import functools
import io
import itertools
import textwrap
import tokenize
from collections.abc import Sequence

from autograder.course import ROOT, SOLUTIONS, Part, parts
from autograder.grading.misconceptions import Misconception, variants
from autograder.notebooks.release_audit import solution_lines as lines_of_solutions
from autograder.stubs import fresh_stubs

MOST = 6  # tokens in a row that a page may share with a solution
SHARE = 0.6
MOST_LINES = 2
LONGEST = 30  # tokens of a line that is shown whole
CONTEXT = 6  # tokens at most that are shown on either side of what the mistake changes
CONTEXTS = sorted(
    itertools.product(range(CONTEXT + 1), repeat=2), key=lambda both: (-sum(both), abs(both[0] - both[1]))
)
NOT_FIRST, NOT_LAST = set(")],.:"), set("([,.")  # where a piece does not begin or end
MADE_UP = (
    "__dict__",
    "setdefault",
    "[1][",
    "[0][0]",
    "globals(",
)  # how an edit does in one line what people do elsewhere
SIGNS = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def tokens(text: str) -> list[tokenize.TokenInfo]:
    """The tokens of Python code, without comments and line ends. If the code is incomplete, those up to the gap."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type not in SIGNS and token.string.strip():
                found.append(token)
    except (tokenize.TokenError, IndentationError):
        pass
    return found


def words(text: str) -> list[str]:
    """The texts of the tokens."""
    return [token.string for token in tokens(text)]


def runs(these: Sequence[str], length: int) -> set[tuple[str, ...]]:
    """All runs of N tokens, where N is the length."""
    return {tuple(these[i : i + length]) for i in range(len(these) - length + 1)}


@functools.cache
def right_solutions() -> tuple[str, ...]:
    """The code of all right solutions."""
    others = (ROOT / "tests" / "right_but_different").rglob("*.py")
    paths = [*(SOLUTIONS / part.file_name for part in parts()), *others]
    return tuple(path.read_text(encoding="utf-8") for path in paths)


@functools.cache
def right_lines() -> frozenset[str]:
    """Their lines, without spaces and comments."""
    return frozenset("".join(words(line.strip())) for text in right_solutions() for line in text.splitlines())


@functools.cache
def solution_lines() -> frozenset[str]:
    """The lines that no release may hold either, without spaces."""
    return frozenset(lines_of_solutions())


@functools.cache
def solution_runs(length: int = MOST + 1) -> frozenset[tuple[str, ...]]:
    """The runs of tokens that would give a solution away."""
    right = set().union(*(runs(words(text), length) for text in right_solutions()))
    return frozenset(right.difference(*(runs(words(stub), length) for stub in fresh_stubs().values())))


def allowed(shown: Sequence[str], replaced: Sequence[str]) -> bool:
    """Whether tokens keep to the rule, and hold no whole line of a solution. replaced: those of the right line that the
    mistake changes.
    """
    text = "".join(shown).replace("'", '"')
    if any(line in text for line in solution_lines()) or runs(shown, MOST + 1) & solution_runs():
        return False
    blocks = difflib.SequenceMatcher(None, shown, replaced, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) < SHARE * len(replaced) if replaced else True


def wrong_code(part: Part, mistake: Misconception) -> str:
    """The code of a mistake, or the changed piece of a line between dots; "" when none may be shown."""
    right = (SOLUTIONS / part.file_name).read_text(encoding="utf-8").splitlines()
    wrong = variants(part)[mistake.id].decode("utf-8").splitlines()
    opcodes = difflib.SequenceMatcher(None, right, wrong, autojunk=False).get_opcodes()
    changes = [(right[a:b], wrong[c:d]) for kind, a, b, c, d in opcodes if kind in ("replace", "insert")]
    if sum(len(after) for _, after in changes) > MOST_LINES:
        return ""
    return next(filter(None, (_lines(*change) or _piece(*change) for change in changes)), "")


def _lines(before: list[str], after: list[str]) -> str:
    """The changed lines, if all may be shown."""
    replaced = words("\n".join(line.strip() for line in before))
    of_lines = [words(line.strip()) for line in after]
    if any(not each or len(each) > LONGEST for each in of_lines) or any(mark in "".join(after) for mark in MADE_UP):
        return ""
    if all("".join(each) in right_lines() for each in of_lines) or not allowed(sum(of_lines, []), replaced):
        return ""
    return textwrap.dedent("\n".join(line.partition("  #")[0].rstrip() for line in after))


def _piece(before: list[str], after: list[str]) -> str:
    """What is changed in the one changed line, with some tokens around it."""
    if len(before) != 1 or len(after) != 1 or any(mark in after[0] for mark in MADE_UP):
        return ""
    line = after[0].strip()
    old, new = words(before[0].strip()), tokens(line)
    texts = [token.string for token in new]
    first, last = _changed(old, texts)
    if not 0 < last - first <= LONGEST:
        return ""
    for before_it, after_it in CONTEXTS:
        start, end = max(0, first - before_it), min(len(texts), last + after_it)
        while start < first and texts[start] in NOT_FIRST:
            start += 1
        while last < end < len(texts) and texts[end - 1] in NOT_LAST:
            end -= 1
        if allowed(texts[start:end], old):
            piece = line[new[start].start[1] : new[end - 1].end[1]]
            return f"{'... ' if start else ''}{piece}{' ...' if end < len(texts) else ''}"
    return ""


def _changed(old: list[str], new: list[str]) -> tuple[int, int]:
    """Where the changed tokens begin and end; the same place twice if some were only taken away."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, len(new) - end
