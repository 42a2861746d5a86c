"""What submissions share, as lines for a terminal and as one HTML page with each pair side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.insight.pages import write_page
from autograder.insight.similarity import PAIRS_OF_ONE, PASSAGE, Similarity
from autograder.render.terminal import plural
from autograder.sandbox.text import clean_text

MOST_LINES = 15  # on a screen
CAUTION = (
    "Likeness is no proof. Short tasks have few right answers, and people who learn together, or from the same page, "
    "write alike: look at both texts, hear both people, and let a person decide."
)
MEANING = (
    f"A passage is {PASSAGE} signs of code in which names, texts and comments do not count. Passages of the stub are "
    "left out. Beyond: passages that both have and the reference has not."
)


def similarity_lines(found: Similarity) -> Iterator[str]:
    """The closest pairs, with the caution."""
    yield CAUTION
    yield ""
    yield counts(found)
    yield MEANING
    if found.pairs:
        yield f"  {'beyond':>6} {'shared':>6}  learner (has of the other, like the reference)"
    for pair in found.pairs[:MOST_LINES]:
        both = " and ".join(
            f"{clean_text(module.learner, 40)} ({percent(share)}, {percent(module.like_reference)})"
            for module, share in zip((pair.first, pair.second), pair.shares)
        )
        yield f"  {pair.beyond:>6} {pair.shared:>6}  {both}"
    if len(found.pairs) > MOST_LINES:
        yield f"  and {len(found.pairs) - MOST_LINES} more: the page has them all."
    if found.problems:
        yield ""
        yield f"{plural(len(found.problems), 'submission')} could not be compared:"
        yield from (f"  {clean_text(who, 60)}: {clean_text(why, 300)}" for who, why in found.problems)


def write_similarity(path: Path, found: Similarity) -> None:
    """Write the page, for its owner's eyes only: it has real ids. Raises OSError."""
    write_page(
        path, "similarity.html", found=found, caution=CAUTION, meaning=MEANING, counts=counts(found), percent=percent
    )


def counts(found: Similarity) -> str:
    """How much was compared, and what is usual."""
    begun = f"{plural(len(found.modules), 'learner')} compared"
    if found.nothing_own:
        begun += f", {len(found.nothing_own)} more had written too little to compare"
    return (
        f"Part {found.part.number}: {begun}. Half of all {plural(found.compared, 'pair')} share "
        f"{percent(found.usual)} of the shorter one's passages or more. Listed are {plural(len(found.pairs), 'pair')}, "
        f"of each learner's {PAIRS_OF_ONE} closest."
    )


def percent(share: float) -> str:
    """`42%`."""
    return f"{round(100 * share)}%"
