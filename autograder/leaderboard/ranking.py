"""The rows of the board: each learner's best entry, ranked, the baselines, and the history of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.leaderboard import noise
from autograder.leaderboard.data import BASELINE_SEEDS, MICROGPT
from autograder.leaderboard.database_tables import CLOSING, OPEN, BoardEntry, MeasuredCurve
from autograder.leaderboard.recipe_source import Method, method_of


@dataclass(frozen=True)
class BoardRow:
    """One line of the board; a baseline has no standing and no entry. Losses in nats per token.

    steps: to the target loss, None if the runs did not reach it. method: None if it may not be shown yet.
    """

    name: str
    loss: float
    gain: float = 0.0  # over the bigram table
    standing: noise.Standing | None = None
    entry: BoardEntry | None = None
    steps: int | None = None
    method: Method | None = None

    @property
    def rank(self) -> int | None:
        return self.standing.rank if self.standing else None

    @property
    def half_width(self) -> float | None:
        return self.standing.half_width if self.standing else None

    @property
    def learner_id(self) -> str | None:
        return self.entry.learner_id if self.entry else None

    @property
    def date(self) -> str:
        return self.entry.at[:10] if self.entry else ""

    @property
    def names(self) -> list[str]:
        return self.entry.sampled_names if self.entry else []

    @property
    def measured(self) -> MeasuredCurve:
        return self.entry.measured if self.entry else MeasuredCurve()


@dataclass(frozen=True)
class Record:
    """An entry that was better than an earlier one. before: the loss that it beat. half_width: of the 95% interval of
    the gain. at: UTC, in ISO form. method, names_per_step: None if they may not be shown yet.
    """

    at: str
    loss: float
    name: str
    before: float
    half_width: float
    method: Method | None = None
    names_per_step: tuple[int, int] | None = None

    @property
    def gain(self) -> float:
        return self.before - self.loss


@dataclass(frozen=True)
class BoardTable:
    """The standings. rows: best first. records: the history of class records; entries: all losses over time, which it
    was chosen from; both are of the open board. own: personal records, where learners beat an earlier entry of theirs,
    newest first; empty at closing. tries: the number of entries. baselines: losses by name. hidden: how many entries
    count but are not shown. reference: the held-out losses of microgpt's recipe after every 25 steps; may be empty.
    """

    rows: tuple[BoardRow, ...]
    records: tuple[Record, ...]
    entries: tuple[tuple[str, float], ...]
    own: tuple[Record, ...]
    tries: int
    baselines: dict[str, float]
    open_baseline: float
    round: str
    hidden: int = 0
    reference: tuple[float, ...] = ()

    @property
    def ranked(self) -> list[BoardRow]:
        return [row for row in self.rows if row.entry]

    @property
    def by_steps(self) -> list[BoardRow]:
        """The second ranking: the rows that reached the target loss, fewest steps first."""
        reached = [row for row in self.ranked if row.steps is not None]
        return sorted(reached, key=lambda row: (row.steps, row.loss))


def make_table(
    entries: Iterable[BoardEntry],
    baselines: dict[str, float],
    round: str,
    *,
    everybody: bool = False,
    me: str | None = None,
    reference: Sequence[float] = (),
    open_baseline: float | None = None,
) -> BoardTable:
    """Rank the learners who want to be shown, and `me`; with `everybody`, all learners. Held entries do not count.

    entries: of both rounds. open_baseline: the loss of microgpt's recipe on the split of the open board, if another.
    """
    counting = [entry for entry in entries if entry.loss is not None and not entry.held]
    shown = [entry for entry in counting if everybody or entry.learner.public or entry.learner_id == me]
    hidden = sum(entry.round == round for entry in counting) - sum(entry.round == round for entry in shown)
    of_round = [entry for entry in shown if entry.round == round]
    of_open_board = [entry for entry in shown if entry.round == OPEN]
    best: dict[str, BoardEntry] = {}
    for entry in of_round:
        if entry.learner_id not in best or entry.loss < best[entry.learner_id].loss:
            best[entry.learner_id] = entry
    counted = sorted(best.values(), key=lambda entry: (entry.loss, entry.number))
    closed = round == CLOSING
    bigram = baselines["bigram"]
    rows = [BoardRow(name, loss, bigram - loss) for name, loss in baselines.items()]
    for entry, standing in zip(counted, noise.standings([entry.run_losses for entry in counted])):
        steps = noise.steps_to_target(entry.measured.curve, len(entry.run_losses))
        method = shown_method(entry, closed or everybody or entry.learner_id == me)
        gain = bigram - standing.mean
        rows.append(BoardRow(entry.learner.display, standing.mean, gain, standing, entry, steps, method))
    rows.sort(key=lambda row: row.loss)
    open_baseline = baselines[MICROGPT] if open_baseline is None else open_baseline
    own: list[Record] = []
    if not closed:  # all entries of a closing ran together, so there is no order in time
        for learner_id in best:
            own += _own_records([entry for entry in of_round if entry.learner_id == learner_id])
    return BoardTable(
        rows=tuple(rows),
        records=tuple(class_records(of_open_board, open_baseline, closed or everybody)),
        entries=tuple((entry.at, entry.loss) for entry in of_open_board),
        own=tuple(sorted(own, key=lambda record: record.at, reverse=True)),
        tries=len(of_round),
        baselines=baselines,
        open_baseline=open_baseline,
        round=round,
        hidden=hidden,
        reference=tuple(reference),
    )


def shown_method(entry: BoardEntry, always: bool) -> Method | None:
    """The entry's method, None if it may not be shown yet. always: the board is closed, or the reader may see all."""
    method = method_of(entry.source or b"")
    return method if always or method.public else None


def class_records(entries: Sequence[BoardEntry], baseline: float, all_methods: bool = False) -> Iterator[Record]:
    """Each entry that was better beyond noise than the record before it. The first record beats microgpt's recipe, with
    the mean loss `baseline`.
    """
    loss, variance = baseline, noise.prior_variance(len(BASELINE_SEEDS))
    for entry in entries:
        own_variance = noise.variance_of_mean(entry.run_losses)
        if noise.is_better(entry.loss, own_variance, loss, variance, noise.RECORD):
            method = shown_method(entry, all_methods)
            yield _record(entry, loss, own_variance + variance, method)
            loss, variance = entry.loss, own_variance


def _own_records(entries: Sequence[BoardEntry]) -> Iterator[Record]:
    """Each entry of one learner that had a lower loss than all before it, except for the first."""
    best = None
    for entry in entries:
        if best is None or entry.loss < best.loss:
            if best is not None:
                variance = noise.variance_of_mean(entry.run_losses) + noise.variance_of_mean(best.run_losses)
                yield _record(entry, best.loss, variance)
            best = entry


def _record(entry: BoardEntry, before: float, variance: float, method: Method | None = None) -> Record:
    names_per_step = entry.measured.names_per_step if method else None
    half_width = noise.INTERVAL * variance**0.5
    return Record(entry.at, entry.loss, entry.learner.display, before, half_width, method, names_per_step)


def around(table: BoardTable, learner_id: str, neighbours: int = 2) -> list[BoardRow]:
    """The learner's row with the rows just above and below it; empty if there is none."""
    rows = table.ranked
    place = next((i for i, row in enumerate(rows) if row.learner_id == learner_id), None)
    return [] if place is None else rows[max(0, place - neighbours) : place + neighbours + 1]
