"""The board, and a try, as lines of text for any terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.leaderboard.recipes import Score
from autograder.leaderboard.schema import Entry
from autograder.leaderboard.table import Row, Table, around
from autograder.sandbox.text import clean_text

HEADING = f"{'rank':>4}  {'name':<24}  {'held-out loss':<15}  {'gain':>6}  {'date':<10}"


def board_lines(table: Table, top: int, me: str | None = None) -> Iterator[str]:
    """The best rows with the baselines among them, then the neighbours of `me`."""
    yield "Held-out loss in nats per token, lower is better. Equal ranks: no difference beyond noise."
    yield ""
    yield HEADING
    shown, names = 0, set()
    for row in table.rows:
        shown += row.entry is not None
        if row.entry is None or shown <= top:
            names.add(row.learner_id)
            yield row_line(row, me)
    if not table.ranked:
        yield "There are no entries yet."
    if me is not None and me not in names:
        rows = around(table, me)
        yield ""
        if not rows:
            yield "You have no entry that counts yet."
        yield from (row_line(row, me) for row in rows)


def row_line(row: Row, me: str | None = None) -> str:
    """One row of the board."""
    rank = "" if row.rank is None else str(row.rank)
    loss = f"{row.loss:.4f}" + (f" +-{row.half_width:.4f}" if row.half_width is not None else "")
    mark = "  <- you" if me is not None and row.learner_id == me else ""
    return f"{rank:>4}  {clean_text(row.name, 24):<24}  {loss:<15}  {row.gain:>6.3f}  {row.date:<10}{mark}".rstrip()


def score_lines(score: Score, half_width: float, baselines: dict[str, float]) -> Iterator[str]:
    """A try: its runs, its mean beside the baselines, names, what the recipe printed."""
    for seed, loss in zip(score.seeds, score.losses):
        yield f"  run with seed {seed}: {loss:.4f}"
    yield f"Held-out loss {score.mean:.4f} +-{half_width:.4f} nats per token, mean of {len(score.losses)} runs."
    yield "Beside it: " + ", ".join(f"{name} {loss:.3f}" for name, loss in baselines.items()) + "."
    yield f"Names of its model: {', '.join(score.names)}."
    yield f"{score.seconds:.0f} seconds."
    if score.printed.strip():
        yield "Your recipe printed (of its first run):"
        yield from (f"  | {line}" for line in score.printed[:1500].rstrip("\n").split("\n"))


def entry_lines(entry: Entry) -> Iterator[str]:
    """What became of a submission."""
    who = ascii(entry.learner.display)[1:-1]
    if entry.loss is None:
        yield f"Entry {entry.number} of {who} has no score. {entry.message}"
        return
    yield f"Entry {entry.number} of {who}: held-out loss {entry.loss:.4f} nats per token."
    if entry.held:
        yield f"It waits for a person to look at it. {entry.held}"
    elif not entry.learner.public:
        yield "It is recorded and not shown on the page: --public shows it, under this name or one that --name gives."


def review_lines(entries: Sequence[Entry], leading: Sequence[Row]) -> Iterator[str]:
    """What waits for a person, and the top three."""
    held = [entry for entry in entries if entry.held]
    yield f"{len(held)} entries wait for a person."
    for entry in held:
        yield f"  {entry.number}: {ascii(entry.learner_id)[1:-1]}, loss {entry.loss:.4f}. {entry.held}"
    yield "The top of the board, to be looked at by a person too:"
    for row in leading:
        yield f"  {row.entry.number}: {ascii(row.learner_id)[1:-1]}, loss {row.loss:.4f}"
