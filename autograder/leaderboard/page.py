"""The board as static HTML: one file, no script, nothing loaded from anywhere, everything escaped by the template."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import jinja2
from markupsafe import Markup

from autograder.files import write_atomically
from autograder.leaderboard.schema import CLOSING
from autograder.leaderboard.table import Table
from autograder.sandbox.text import clean_text

TEMPLATES = Path(__file__).parent
PUBLIC = Path("public") / "index.html"  # the only folder that is served
INSTRUCTOR = Path("instructor.html")
TOP = 100
LONGEST_TEXT = 160  # characters in a cell, whatever the file of the board holds
REFRESH_SECONDS = 120
CURVE_WIDTH, CURVE_HEIGHT = 120, 32
BEST_WIDTH, BEST_HEIGHT = 640, 160
CURVE_RANGE = (1.9, 3.4)  # nats: the same for all curves, so that they can be compared


def write_pages(
    folder: Path, public: Table, everybody: Table, names: dict[str, str] | None = None, top: int = TOP
) -> None:
    """Write the page for all and the one with the learners' ids and real names, each in one step. names: by id; whoever
    may not read them (None) leaves the instructor's page as it is.
    """
    write_atomically(folder / PUBLIC, render(public, top).encode("utf-8"))
    (folder / PUBLIC).chmod(0o644)  # for a web server of another user; the instructor's stays the instructor's
    if names is not None:
        write_atomically(folder / INSTRUCTOR, render(everybody, top, names).encode("utf-8"), mode=0o600)


def render(table: Table, top: int = TOP, names: dict[str, str] | None = None, now: datetime | None = None) -> str:
    """The page of at most `top` entries, baselines among them. With names, real ones by id, it is the instructor's."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters["shown"] = lambda text: clean_text(text, LONGEST_TEXT)
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    kept = {id(row) for row in table.ranked[:top]}
    now = now or datetime.now(timezone.utc)
    return environment.get_template("page.html").render(
        rows=[row for row in table.rows if row.entry is None or id(row) in kept],
        left_out=max(0, len(table.ranked) - top),
        count=len(table.ranked),
        closed=table.round == CLOSING,
        instructor=names is not None,
        real_names=names or {},
        style=Markup(style),
        digest=digest,
        refresh=REFRESH_SECONDS,
        now=f"{now:%Y-%m-%d %H:%M} UTC",
        curve=curve_points,
        width=CURVE_WIDTH,
        height=CURVE_HEIGHT,
        best=best_points(table.best),
        records=table.best,
        best_width=BEST_WIDTH,
        best_height=BEST_HEIGHT,
    )


def curve_points(losses: Sequence[float]) -> str:
    """A loss curve as the points of an SVG polyline."""
    low, high = CURVE_RANGE
    return " ".join(
        f"{CURVE_WIDTH * i / max(1, len(losses) - 1):.1f},{_down(loss, low, high, CURVE_HEIGHT):.1f}"
        for i, loss in enumerate(losses)
    )


def best_points(best: Sequence[tuple[str, float]]) -> str:
    """The class's best over time as steps: a record holds until the next. Empty with fewer than two records."""
    if len(best) < 2:
        return ""
    times = [datetime.fromisoformat(at).timestamp() for at, _ in best]
    losses = [loss for _, loss in best]
    span, low, high = max(1.0, times[-1] - times[0]), min(losses), max(losses)
    points, before = [], None
    for time, loss in zip(times, losses):
        x, y = BEST_WIDTH * (time - times[0]) / span, _down(loss, low, high, BEST_HEIGHT)
        points += [f"{x:.1f},{before:.1f}"] if before is not None else []
        points.append(f"{x:.1f},{y:.1f}")
        before = y
    return " ".join(points)


def _down(loss: float, low: float, high: float, height: float) -> float:
    """Height on the page, from the top, of a loss; what is out of range stays at the edge."""
    if not math.isfinite(loss) or high <= low:
        return 0.0
    return height * min(1.0, max(0.0, (high - loss) / (high - low)))
