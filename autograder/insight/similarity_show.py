"""Similar submissions, as lines for a terminal and as one HTML page with each pair side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.insight.pages import write_page
from autograder.insight.similarity import PASSAGE, Group, Similarity
from autograder.render.terminal import plural
from autograder.sandbox.text import clean_text

MOST_LINES = 15  # of groups, and of pairs, on a screen
MOST_NAMES = 6  # of a group, on a screen
CAUTION = (
    "Similar code does not prove copying. Short tasks have few right answers, and people who study together write "
    "similar code. Read both submissions and talk to both people before you decide."
)
MEANING = (
    f"A passage is {PASSAGE} consecutive steps of what the code does. Names, comments, type hints, statements without "
    "effect, wrapped expressions and the order of definitions make no difference. Passages of the stub do not count. "
    "Start with the column Beyond: it counts the shared passages that the reference solution does not have."
)
GROUPS = "Groups of learners with the same code, or nearly the same"
PAIRS = "Pairs that share most beyond the reference"


def similarity_lines(found: Similarity) -> Iterator[str]:
    """Groups and the closest pairs, with the caution."""
    yield CAUTION
    yield ""
    yield counts(found)
    yield MEANING
    if found.groups:
        yield ""
        yield f"{GROUPS}:"
        yield f"  {'Beyond':>6} {'Shared':>6}  learners"
    for group in found.groups[:MOST_LINES]:
        names = [clean_text(module.learner, 40) for module in group.modules]
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        yield f"  {group.beyond:>6} {len(group.shared):>6}  {', '.join(names[:MOST_NAMES])}{more}"
    yield from _more(found.groups)
    if found.pairs:
        yield ""
        yield f"{PAIRS}:"
        yield f"  {'Beyond':>6} {'Shared':>6}  learner (share that the other has, share that the reference has)"
    for pair in found.pairs[:MOST_LINES]:
        both = " and ".join(
            f"{clean_text(module.learner, 40)} ({percent(share)}, {percent(module.like_reference)})"
            for module, share in zip((pair.first, pair.second), pair.shares)
        )
        yield f"  {pair.beyond:>6} {len(pair.shared):>6}  {both}"
    yield from _more(found.pairs)
    if found.problems:
        yield ""
        yield f"{plural(len(found.problems), 'submission')} could not be compared:"
        yield from (f"  {clean_text(who, 60)}: {clean_text(why, 300)}" for who, why in found.problems)


def _more(listed: list) -> Iterator[str]:
    if len(listed) > MOST_LINES:
        yield f"  and {len(listed) - MOST_LINES} more, which are on the page."


def write_similarity(path: Path, found: Similarity) -> None:
    """Write the page, for its owner's eyes only: it has real ids. Raises OSError."""
    write_page(
        path,
        "similarity.html",
        found=found,
        caution=CAUTION,
        meaning=MEANING,
        counts=counts(found),
        groups=GROUPS,
        pairs=PAIRS,
        group_of=_group_of(found.groups),
        percent=percent,
    )


def _group_of(groups: list[Group]) -> dict[str, int]:
    """The number of each learner's group."""
    return {module.learner: number for number, group in enumerate(groups, 1) for module in group.modules}


def counts(found: Similarity) -> str:
    """How much was compared, and what is usual."""
    words = f"Part {found.part.number}: {plural(len(found.modules), 'submission')} compared."
    if found.nothing_own:
        words += f" {plural(len(found.nothing_own), 'submission')} had too little code to compare."
    if found.compared:
        one_of = ", with one submission from each group" if found.groups else ""
        words += (
            f" Usually, two submissions share {percent(found.usual)} of the shorter one's passages "
            f"(the median of {plural(found.compared, 'pair')}{one_of})."
        )
    return words


def percent(share: float) -> str:
    """`42%`."""
    return f"{round(100 * share)}%"
