"""The board, a try and entries as lines for a terminal, and as plain data for `--json`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from autograder.invocation import command
from autograder.leaderboard import noise
from autograder.leaderboard.database_tables import CLOSING, BoardEntry
from autograder.leaderboard.ranking import BoardRow, BoardTable, around
from autograder.leaderboard.recipe_answers import Score
from autograder.leaderboard.recipe_source import Method, method_of
from autograder.text import clean_text, plural, with_error

HEADING = f"{'place':>7}  {'name':<24}  {'held-out loss':<15}  {'gain':>6}  {'date':<10}"


def board_lines(table: BoardTable, top: int, me: str | None = None) -> Iterator[str]:
    """The best rows with the baselines among them, then the neighbours of `me`."""
    yield "Held-out loss in nats per token; lower is better. Entries that share places"
    yield "differ from the first of them by no more than noise."
    yield ""
    yield HEADING
    shown, names = 0, set()
    for row in table.rows:
        shown += row.entry is not None
        if row.entry is None or shown <= top:
            names.add(row.learner_id)
            yield from row_lines(row, me)
    if not table.ranked and table.hidden:
        entries = "1 entry is" if table.hidden == 1 else f"{table.hidden} entries are"
        yield f"{entries} recorded, and not shown here. To show yours: {command('leaderboard submit', public=True)}"
    elif not table.ranked:
        yield "There are no entries yet."
    if me is not None and me not in names:
        rows = around(table, me)
        yield ""
        if not rows:
            yield "You have no ranked entry yet."
        for row in rows:
            yield from row_lines(row, me)
    if table.by_steps:
        yield ""
        yield f"Fewest steps to a loss of {noise.TARGET:.2f}:"
        yield from (f"{row.steps:>7}  {clean_text(row.name, 24)}" for row in table.by_steps[:top])


def row_lines(row: BoardRow, me: str | None = None) -> Iterator[str]:
    """One row of the board, with its method below if it may be shown."""
    place = places(row.standing, "-") if row.standing else ""
    loss = f"{row.loss:.4f}" if row.half_width is None else with_error(row.loss, row.half_width)
    mark = "  <- you" if me is not None and row.learner_id == me else ""
    yield f"{place:>7}  {clean_text(row.name, 24):<24}  {loss:<15}  {row.gain:>6.3f}  {row.date:<10}{mark}".rstrip()
    words = method_words(row.method, row.measured.names_per_step) if row.method else ""
    yield from textwrap.wrap(ascii(words)[1:-1], 79, initial_indent=" " * 9, subsequent_indent=" " * 9)


def places(standing: noise.Standing, dash: str) -> str:
    """`4`, or `4-6` for a bracket."""
    return str(standing.rank) if standing.rank == standing.last else f"{standing.rank}{dash}{standing.last}"


def method_words(method: Method, names_per_step: tuple[int, int] | None) -> str:
    """The names per step, which the board measured, and the author's words: `32 names per step. Adam, rate 0.02`."""
    least, most = names_per_step or (0, 0)
    count = plural(most, "name") if least == most else f"{least} to {most} names"
    return ". ".join(part for part in (f"{count} per step" if most else "", method.words) if part)


def entry_lines(entry: BoardEntry, again: bool = False) -> Iterator[str]:
    """The result of a submission. again: this exact file was entered before."""
    who = ascii(entry.learner.display)[1:-1]
    if again:
        yield "You have already submitted this exact file. It was not run again and used no try."
    if entry.loss is None:
        yield f"Entry {entry.number} of {who} has no score. {entry.message}"
        return
    yield f"Entry {entry.number} of {who}: held-out loss {entry.loss:.4f} nats per token."
    method = method_of(entry.source)
    if not method.words:
        yield 'To tell the class how it trains, add a line to the recipe: METHOD = "Adam, rate 0.02".'
    elif not method.public:
        yield "The board shows its METHOD when it closes. To show it now, set SHOW_METHOD = True."
    if entry.held:
        yield f"It is held for review. {entry.held}"
    elif not entry.learner.public:
        yield "It is recorded but not shown on the page. To show it, add --public; --name sets the name."


def history_lines(entries: Sequence[BoardEntry], used: int, tries: int) -> Iterator[str]:
    """All entries of a learner, oldest first. used: tries in the last 24 hours."""
    yield ""
    yield f"Your entries: {len(entries)}; {used} of the {tries} tries of the last 24 hours are used."
    for entry in entries:
        when = datetime.fromisoformat(entry.at).astimezone()
        result = "no score" if entry.loss is None else f"{entry.loss:.4f}"
        reason = entry.message or (f"It is held for review. {entry.held}" if entry.held else "")
        closing = "at closing" if entry.round == CLOSING else ""
        yield f"{entry.number:>4}  {when:%Y-%m-%d %H:%M}  {result:<8}  {closing or clean_text(reason, 400)}".rstrip()


def review_lines(entries: Sequence[BoardEntry], leading: Sequence[BoardRow]) -> Iterator[str]:
    """The entries held for review, and the top three."""
    held = [entry for entry in entries if entry.held]
    yield f"{len(held)} {'entry is' if len(held) == 1 else 'entries are'} held for your review."
    for entry in held:
        yield f"  {entry.number}: {ascii(entry.learner_id)[1:-1]}, loss {entry.loss:.4f}. {entry.held}"
    yield "Also review the top of the board:"
    for row in leading:
        yield f"  {row.entry.number}: {ascii(row.learner_id)[1:-1]}, loss {row.loss:.4f}"


def dumped(data: object) -> str:
    """Strictly valid JSON on one line, in ASCII."""
    return json.dumps(data, allow_nan=False)


def table_data(table: BoardTable, top: int, me: str | None) -> dict:
    """The standings, including baselines (with rank null); losses in nats per token. me: this learner's row has
    `"you": true`, and is included even below the top.
    """
    top_rows = {id(row) for row in table.ranked[:top]}
    rows = [row for row in table.rows if not row.entry or id(row) in top_rows or row.learner_id == me]
    return {"round": table.round, "rows": [_row(row, me) for row in rows], "left_out": len(table.ranked[top:])}


def _row(row: BoardRow, me: str | None) -> dict:
    data = {"rank": row.rank, "last": row.standing and row.standing.last, "name": row.name, "loss": row.loss}
    data |= {"half_width": row.half_width, "gain": row.gain}
    if row.entry:
        data |= {"at": row.entry.at, "names": row.names, "steps": row.steps}
        data |= {"names_per_step": row.measured.names_per_step, "method": row.method.words} if row.method else {}
    return data | ({"you": True} if me is not None and row.learner_id == me else {})


def score_data(score: Score, half_width: float, baselines: dict[str, float]) -> dict:
    """A try: losses by seed, their mean, its interval, the steps to the target, and what to compare it with."""
    return {
        "loss": score.mean,
        "half_width": half_width,
        "losses": list(score.losses),
        "seeds": list(score.seeds),
        "names": list(score.names),
        "steps": noise.steps_to_target(score.curve, len(score.losses)),
        "seconds": score.seconds,
        "baselines": baselines,
    }


def history_data(entries: Iterable[BoardEntry]) -> list[dict]:
    """A learner's entries: loss is null where there is no score, held says why one waits for a manual review."""
    return [
        {"number": e.number, "at": e.at, "round": e.round, "loss": e.loss, "message": e.message, "held": e.held}
        for e in entries
    ]
