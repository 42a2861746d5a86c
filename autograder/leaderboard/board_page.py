"""The board as static HTML: one self-contained file without scripts; the template escapes everything."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from markupsafe import Markup

from autograder.files import write_atomically
from autograder.leaderboard import charts, noise
from autograder.leaderboard.data import MICROGPT
from autograder.leaderboard.database_tables import CLOSING
from autograder.leaderboard.listing import method_words, places
from autograder.leaderboard.ranking import BoardRow, BoardTable
from autograder.leaderboard.recipe_source import RUNS
from autograder.render.templates import templates
from autograder.text import with_error

TEMPLATES = Path(__file__).parent
PUBLIC = Path("public") / "index.html"  # the only folder that is served
INSTRUCTOR = Path("instructor.html")
TOP = 100
LATELY = 5
MOST_BY_STEPS = 20
PLUS_MINUS, DASH, MINUS = "\N{PLUS-MINUS SIGN} ", "\N{EN DASH}", "\N{MINUS SIGN}"
POWERS = (0.5, 0.8, 0.95)
REFRESH_SECONDS = 120


def write_pages(
    folder: Path, public: BoardTable, everybody: BoardTable, names: dict[str, str] | None = None, top: int = TOP
) -> None:
    """Write the public page and the instructor's page with ids and real names, each atomically. names: by id; None if
    this user may not read them, and then the instructor's page stays as it is.
    """
    write_atomically(folder / PUBLIC, render(public, top).encode("utf-8"))
    (folder / PUBLIC).chmod(0o644)  # readable for a web server; the instructor's page stays private
    if names is not None:
        write_atomically(folder / INSTRUCTOR, render(everybody, top, names).encode("utf-8"), mode=0o600)


def render(table: BoardTable, top: int = TOP, names: dict[str, str] | None = None, now: datetime | None = None) -> str:
    """The page with at most `top` entries, and the baselines. With names (real ones by id), it is the instructor's."""
    environment = templates(TEMPLATES)
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    environment.filters |= {
        "px": lambda number: f"{number:.1f}",
        "signed": _signed,
        "error": lambda value, error: with_error(value, error, PLUS_MINUS),
        "places": lambda standing: places(standing, DASH),
        "difference": _difference,
    }
    ranked, to_beat = table.ranked, table.baselines[MICROGPT]
    brackets = [list(group) for _, group in itertools.groupby(ranked, key=lambda row: row.rank)]
    firsts, lasts = ({id(bracket[end]) for bracket in brackets} for end in (0, -1))
    within = {
        id(row) for place, row in enumerate(table.rows) if row.entry is None and _is_within_bracket(table.rows, place)
    }
    environment.tests["within_bracket"] = lambda row: id(row) in within
    environment.tests["first_of_bracket"] = lambda row: id(row) in firsts
    environment.tests["last_of_bracket"] = lambda row: id(row) in lasts
    top_rows = {id(row) for row in ranked[:top]}
    now = now or datetime.now(timezone.utc)
    return environment.get_template("page.html").render(
        rows=[row for row in table.rows if row.entry is None or id(row) in top_rows],
        left_out=max(0, len(ranked) - top),
        ranked=ranked,
        ahead=sum(row.loss + row.half_width < to_beat for row in ranked),
        to_beat=to_beat,
        table=table,
        by_steps=list(_with_places(table.by_steps))[:MOST_BY_STEPS],
        noise=noise,
        method_words=method_words,
        runs=RUNS,
        powers=POWERS,
        tries=table.tries,
        closed=table.round == CLOSING,
        instructor=names is not None,
        real_names=names or {},
        style=Markup(style),
        digest=digest,
        refresh=REFRESH_SECONDS,
        now=f"{now:%Y-%m-%d %H:%M} UTC",
        charts=charts,
        strips=charts.strips(ranked[:top], to_beat),
        history=charts.history(table),
        lately=table.own[:LATELY],
    )


def _is_within_bracket(rows: Sequence[BoardRow], place: int) -> bool:
    """Whether the entries above and below a baseline, the row at this place, share a bracket."""
    above = [row.rank for row in rows[:place] if row.entry]
    below = [row.rank for row in rows[place:] if row.entry]
    return bool(above and below) and above[-1] == below[0]


def _with_places(rows: list[BoardRow]) -> Iterator[tuple[str, BoardRow]]:
    """Rows in the order of their steps with their places; equal steps share a place."""
    for _, group in itertools.groupby(enumerate(rows, start=1), key=lambda pair: pair[1].steps):
        same = list(group)
        first, last = same[0][0], same[-1][0]
        for _, row in same:
            yield str(first) if first == last else f"{first}{DASH}{last}", row


def _signed(number: float) -> str:
    return f"{number:+.3f}".replace("-", MINUS)


def _difference(curve: Sequence[float], reference: Sequence[float], share: float) -> str:
    """The difference of two curves after a share of the steps."""
    place = max(0, int(share * min(len(curve), len(reference))) - 1)
    return _signed(curve[place] - reference[place])
