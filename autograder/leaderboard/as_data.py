"""The board, a try and entries as plain data, for `--json`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from autograder.leaderboard.recipes import Score
from autograder.leaderboard.schema import Entry
from autograder.leaderboard.table import Row, Table


def dumped(data: object) -> str:
    """JSON on one line, in ASCII, and nothing that JSON does not know."""
    return json.dumps(data, allow_nan=False)


def table_data(table: Table, top: int, me: str | None) -> dict:
    """The standings, baselines among them with rank null; losses in nats per token. me: the learner whose id is given
    has `"you": true`, also below the top.
    """
    kept = {id(row) for row in table.ranked[:top]}
    rows = [row for row in table.rows if not row.entry or id(row) in kept or row.learner_id == me]
    return {"round": table.round, "rows": [_row(row, me) for row in rows], "left_out": len(table.ranked[top:])}


def _row(row: Row, me: str | None) -> dict:
    facts = {"rank": row.rank, "name": row.name, "loss": row.loss, "half_width": row.half_width, "gain": row.gain}
    if row.entry:
        facts |= {"at": row.entry.at, "names": json.loads(row.entry.names)}
    return facts | ({"you": True} if me is not None and row.learner_id == me else {})


def score_data(score: Score, half_width: float, baselines: dict[str, float]) -> dict:
    """A try: losses by seed, their mean, its interval, and what to compare it with."""
    return {
        "loss": score.mean,
        "half_width": half_width,
        "losses": list(score.losses),
        "seeds": list(score.seeds),
        "names": list(score.names),
        "seconds": score.seconds,
        "baselines": baselines,
    }


def history_data(entries: Iterable[Entry]) -> list[dict]:
    """A learner's entries: loss is null where there is no score, held says why one waits for a person."""
    return [
        {"number": e.number, "at": e.at, "round": e.round, "loss": e.loss, "message": e.message, "held": e.held}
        for e in entries
    ]
