"""The board's charts as coordinates for SVG, without markup. Better is always lower on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from autograder.leaderboard.noise import CHECKPOINT_STEPS
from autograder.leaderboard.ranking import BoardRow, BoardTable, Record

CURVE_WIDTH, CURVE_HEIGHT = 110, 36
CURVE_RANGE = (-0.30, 0.10)  # nats relative to microgpt's recipe, the same for all curves, so that they can be compared
STRIP_WIDTH, STRIP_HEIGHT = 170, 12
STRIP_EDGE = 6  # room for a dot or an arrow at either end
# The least and the greatest distance in nats from the loss to beat to the right edge of the strips.
BEYOND, FARTHEST = 0.03, 0.2
HISTORY_HEIGHT, HISTORY_TOP, HISTORY_BOTTOM = 220, 14, 190  # pixels; the width is that of the page, so x is in percent
HISTORY_LEFT, HISTORY_RIGHT = 10.0, 94.0
MOST_ABOVE = 0.1  # nats above microgpt's recipe: losses beyond this are counted, not drawn


def curve_points(curve: Sequence[float], reference: Sequence[float]) -> str:
    """A held-out loss minus that of the reference, as the points of a polyline, which may leave the frame."""
    points = []
    for place, (loss, other) in enumerate(zip(curve, reference), start=1):
        if math.isfinite(loss):
            points.append(f"{CURVE_WIDTH * place / len(reference):.1f},{curve_height(loss - other):.1f}")
    return " ".join(points)


def curve_height(difference: float) -> float:
    """The y of a difference from the reference; beyond the frame at most by its height."""
    low, high = CURVE_RANGE
    share = (high - difference) / (high - low)
    return (CURVE_HEIGHT - 2) * min(2.0, max(-1.0, share)) + 1


def curve_place(step: int, reference: Sequence[float]) -> float:
    """The x of a step."""
    return CURVE_WIDTH * step / (CHECKPOINT_STEPS * len(reference))


@dataclass(frozen=True)
class Strips:
    """Positions of losses on strips with one common scale, from left (best) to right, in pixels."""

    low: float
    line_to_beat: float
    high: float

    def place(self, loss: float) -> float:
        """The position of a loss on its strip; a loss out of range is at the edge."""
        return STRIP_EDGE + (STRIP_WIDTH - 2 * STRIP_EDGE) * _share(loss, self.low, self.high)

    def beyond(self, loss: float) -> bool:
        """Whether a loss is to the right of the scale: it gets an arrow instead of a dot."""
        return not loss <= self.high

    @property
    def rule(self) -> float:
        """The position of the loss to beat."""
        return self.place(self.line_to_beat)


def strips(rows: Sequence[BoardRow], line_to_beat: float) -> Strips:
    """The scale for these rows: from the best interval to the worst, with a limit beyond the loss to beat."""
    best = min((row.loss - row.half_width for row in rows), default=line_to_beat)
    worst = max((row.loss + row.half_width for row in rows), default=line_to_beat)
    high = line_to_beat + min(max(worst - line_to_beat, BEYOND), FARTHEST)
    return Strips(min(best, line_to_beat - BEYOND), line_to_beat, high)


@dataclass(frozen=True)
class History:
    """All entries of the open board over time, with its records. x in percent of the width, y in pixels.

    losses, days: the labels of the axes. dots: the entries. lines: of the record so far: x from, y, x to. falls: from
    one record to the next: x, y from, y to. records: with their numbers. above: how many entries are not drawn.
    """

    losses: tuple[tuple[float, str], ...]
    days: tuple[tuple[float, str], ...]
    dots: tuple[tuple[float, float], ...]
    lines: tuple[tuple[float, float, float], ...]
    falls: tuple[tuple[float, float, float], ...]
    records: tuple[tuple[float, float, int, Record], ...]
    rule: float
    above: int


def history(table: BoardTable) -> History | None:
    """The history of a board; None with fewer than two entries."""
    if len(table.entries) < 2:
        return None
    times = [_seconds(at) for at, _ in table.entries]
    first, last = min(times), max(times)
    baseline = table.open_baseline
    low = min(baseline, *(loss for _, loss in table.entries))
    high = baseline + min(MOST_ABOVE, max(0.02, max(loss for _, loss in table.entries) - baseline))

    def across(at: float) -> float:
        return HISTORY_LEFT + (HISTORY_RIGHT - HISTORY_LEFT) * (at - first) / max(1.0, last - first)

    def down(loss: float) -> float:
        return HISTORY_BOTTOM - (HISTORY_BOTTOM - HISTORY_TOP) * _share(loss, low, high)

    dots = [(across(at), down(loss)) for at, (_, loss) in zip(times, table.entries) if loss <= high]
    lines, falls, records = [], [], []
    x, y = across(first), down(baseline)
    for number, record in enumerate(table.records, start=1):
        new_x, new_y = across(_seconds(record.at)), down(record.loss)
        lines.append((x, y, new_x))
        falls.append((new_x, y, new_y))
        records.append((new_x, new_y, number, record))
        x, y = new_x, new_y
    lines.append((x, y, across(last)))
    return History(
        losses=tuple((down(loss), f"{loss:.2f}") for loss in _round_losses(low, high)),
        days=tuple((across(at), day) for at, day in _days(first, last)),
        dots=tuple(dots),
        lines=tuple(lines),
        falls=tuple(falls),
        records=tuple(records),
        rule=down(baseline),
        above=len(table.entries) - len(dots),
    )


def _round_losses(low: float, high: float) -> list[float]:
    """At most six round losses in a range."""
    step = next((step for step in (0.01, 0.02, 0.05, 0.1) if (high - low) / step <= 5), 0.2)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _days(first: float, last: float) -> list[tuple[float, str]]:
    """Four times from the first to the last with their dates, each date once."""
    labels: dict[str, float] = {}
    for third in range(4):
        at = first + (last - first) * third / 3
        day = datetime.fromtimestamp(at, timezone.utc)
        labels.setdefault(f"{day.day} {day:%b}", at)
    return [(at, label) for label, at in labels.items()]


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _share(loss: float, low: float, high: float) -> float:
    """The position of a loss between low (0) and high (1); a loss out of range or NaN is at the edge."""
    if not math.isfinite(loss) or high <= low:
        return 1.0
    return min(1.0, max(0.0, (loss - low) / (high - low)))
