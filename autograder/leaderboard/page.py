"""The board as static HTML: one self-contained file without scripts; the template escapes everything."""

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
LONGEST_TEXT = 160  # characters per cell, whatever the database contains; names have 40
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
