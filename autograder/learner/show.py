"""What the learner's commands say, as lines of text for any terminal."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.learner.reset import Change
from autograder.learner.results import shown
from autograder.render.terminal import plural


def reset_lines(change: Change) -> Iterator[str]:
    """What a reset would do to a file."""
    path = shown(change.path)
    if change.nothing_to_do:
        yield f"{path} is the stub already: nothing to do."
    elif change.before is None:
        yield f"There is no {path}: it is written anew."
    else:
        lost = change.lost
        yield f"{plural(len(lost), 'line')} of yours in {path} would go:"
        yield from (f"  | {ascii(line)[1:-1][:72]}" for line in lost[:8])
        if len(lost) > 8:
            yield f"  | and {len(lost) - 8} more"
