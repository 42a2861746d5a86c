"""The board as static HTML: one file, no script, nothing loaded from anywhere, everything escaped by the template."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timezone
from pathlib import Path

from markupsafe import Markup

from autograder.files import write_atomically
from autograder.leaderboard import charts
from autograder.leaderboard.data import MICROGPT
from autograder.leaderboard.database_tables import CLOSING
from autograder.leaderboard.ranking import BoardTable
from autograder.render.templates import templates
from autograder.text import clean_text

TEMPLATES = Path(__file__).parent
PUBLIC = Path("public") / "index.html"  # the only folder that is served
INSTRUCTOR = Path("instructor.html")
TOP = 100
LATELY = 5
LONGEST_TEXT = 160  # characters in a cell, whatever the file of the board holds; of a name, 40
REFRESH_SECONDS = 120


def write_pages(
    folder: Path, public: BoardTable, everybody: BoardTable, names: dict[str, str] | None = None, top: int = TOP
) -> None:
    """Write the page for all and the one with the learners' ids and real names, each in one step. names: by id; whoever
    may not read them (None) leaves the instructor's page as it is.
    """
    write_atomically(folder / PUBLIC, render(public, top).encode("utf-8"))
    (folder / PUBLIC).chmod(0o644)  # for a web server of another user; the instructor's stays the instructor's
    if names is not None:
        write_atomically(folder / INSTRUCTOR, render(everybody, top, names).encode("utf-8"), mode=0o600)


def render(table: BoardTable, top: int = TOP, names: dict[str, str] | None = None, now: datetime | None = None) -> str:
    """The page of at most `top` entries, baselines among them. With names, real ones by id, it is the instructor's."""
    environment = templates(TEMPLATES)
    environment.filters["shown"] = lambda text, most=LONGEST_TEXT: clean_text(text, most)
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    ranked, to_beat = table.ranked, table.baselines[MICROGPT]
    top_rows = {id(row) for row in ranked[:top]}
    now = now or datetime.now(timezone.utc)
    return environment.get_template("page.html").render(
        rows=[row for row in table.rows if row.entry is None or id(row) in top_rows],
        left_out=max(0, len(ranked) - top),
        ranked=ranked,
        ahead=sum(row.loss + row.half_width < to_beat for row in ranked),
        to_beat=to_beat,
        bigram=table.baselines["bigram"],
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
        best=charts.best_chart(table.best, to_beat),
        lately=table.own[:LATELY],
    )
