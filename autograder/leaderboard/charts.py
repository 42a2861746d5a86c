"""The board's charts as coordinates for SVG, without markup. Better is always lower on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from autograder.leaderboard.ranking import BoardRow, Record

CURVE_WIDTH, CURVE_HEIGHT = 120, 36
CURVE_RANGE = (2.0, 3.1)  # nats, for all curves, so that they can be compared; the first steps are above it
STRIP_WIDTH, STRIP_HEIGHT = 170, 12
STRIP_EDGE = 4  # room for a dot at either end
# The least and the greatest distance in nats from the loss to beat to the right edge of the strips.
BEYOND, FARTHEST = 0.03, 0.2
BEST_WIDTH, BEST_HEIGHT, BEST_EDGE = 720, 150, 8


def curve_points(losses: Sequence[float]) -> str:
    """A loss curve as the points of a polyline."""
    step = CURVE_WIDTH / max(1, len(losses) - 1)
    return " ".join(f"{step * i:.1f},{CURVE_HEIGHT - 1 - height(loss):.1f}" for i, loss in enumerate(losses))


def height(loss: float) -> float:
    """The height of a loss above the bottom of the chart."""
    return (CURVE_HEIGHT - 2) * _share(loss, *CURVE_RANGE)


@dataclass(frozen=True)
class Strips:
    """Positions of losses on strips with one common scale, from left (best) to right, in pixels."""

    low: float
    line_to_beat: float
    high: float

    def place(self, loss: float) -> float:
        """The position of a loss on its strip; a loss out of range is at the edge."""
        return STRIP_EDGE + (STRIP_WIDTH - 2 * STRIP_EDGE) * _share(loss, self.low, self.high)

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
class Best:
    """The class's best loss over time. line: points of a polyline. dots: x, y and the record. rule: y of the loss to
    beat, None if it is outside the chart.
    """

    line: str
    dots: tuple[tuple[float, float, Record], ...]
    rule: float | None


def best_chart(records: Sequence[Record], line_to_beat: float) -> Best | None:
    """The records as a step curve. None with fewer than two records."""
    if len(records) < 2:
        return None
    times = [datetime.fromisoformat(record.at).timestamp() for record in records]
    span = max(1.0, times[-1] - times[0])
    low, high = records[-1].loss, records[0].loss
    if low < line_to_beat:
        high = max(high, line_to_beat)
    high = min(high, low + 1.0)  # one bad first entry must not flatten all others

    def down(loss: float) -> float:
        return BEST_EDGE + (BEST_HEIGHT - 2 * BEST_EDGE) * (1 - _share(loss, low, high))

    dots, points = [], []
    for time, record in zip(times, records):
        x = BEST_EDGE + (BEST_WIDTH - 2 * BEST_EDGE) * (time - times[0]) / span
        y = down(record.loss)
        if dots:
            points.append(f"{x:.1f},{dots[-1][1]:.1f}")
        points.append(f"{x:.1f},{y:.1f}")
        dots.append((x, y, record))
    rule = down(line_to_beat) if low <= line_to_beat <= high else None
    return Best(" ".join(points), tuple(dots), rule)


def _share(loss: float, low: float, high: float) -> float:
    """The position of a loss between low (0) and high (1); a loss out of range or NaN is at the edge."""
    if not math.isfinite(loss) or high <= low:
        return 1.0
    return min(1.0, max(0.0, (loss - low) / (high - low)))
