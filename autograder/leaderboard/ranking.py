"""The rows of the board: each learner's best entry, ranked, and the baselines.

When an entry counts as better:
A score is the mean of three runs, and runs of one recipe differ: by 0.002 to 0.008 nats (benchmarks/recipes.md).
Three runs give only a poor estimate of the variance, so each is shrunk towards the variance of all recipes, with the
weight of four more runs: v = (4 * 0.006^2 + sum of squares about the mean) / (4 + 2). This is the moderated
variance of Smyth, Linear models and empirical Bayes methods, 2004: https://doi.org/10.2202/1544-6115.1027

An entry is better than another when the difference of the means exceeds 1.943 times its standard error, sqrt(v1 / 3
+ v2 / 3): one side of Student's t at 95% with 6 degrees of freedom. rank = 1 + the number of entries that are
better. So if two recipes are equal, chance ranks the first below the second in about one case of 20. All are measured
on the same held-out names: their choice adds no noise to the comparison, and the interval does not include it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.leaderboard.database_tables import CLOSING, BoardEntry

PRIOR_SD = 0.006  # nats per token, between runs of one recipe
PRIOR_RUNS = 4
ONE_SIDED, TWO_SIDED = 1.943, 2.447  # Student's t with 6 degrees of freedom: 95% below, 95% between


@dataclass(frozen=True)
class Standing:
    """rank starts at 1; `half_width` is that of the mean loss's 95% confidence interval."""

    rank: int
    mean: float
    half_width: float


def standings(runs: Sequence[Sequence[float]]) -> list[Standing]:
    """The standing of each entry, in the given order. runs: the held-out losses of each entry, by seed."""
    if not runs:
        return []
    means = np.array([np.mean(losses) for losses in runs])
    errors = np.array([_variance_of_mean(losses) for losses in runs])
    better = means[:, None] - means[None, :] > ONE_SIDED * np.sqrt(errors[:, None] + errors[None, :])
    ranks = 1 + better.sum(axis=1)
    return [Standing(int(r), float(m), float(TWO_SIDED * e**0.5)) for r, m, e in zip(ranks, means, errors)]


def _variance_of_mean(losses: Sequence[float]) -> float:
    squares = float(np.sum((np.array(losses) - np.mean(losses)) ** 2))
    variance = (PRIOR_RUNS * PRIOR_SD**2 + squares) / (PRIOR_RUNS + len(losses) - 1)
    return variance / len(losses)


@dataclass(frozen=True)
class BoardRow:
    """One line of the board; a baseline has no rank and no entry. Losses in nats per token."""

    name: str
    loss: float
    rank: int | None = None
    half_width: float | None = None
    gain: float = 0.0  # over the bigram table
    entry: BoardEntry | None = None

    @property
    def learner_id(self) -> str | None:
        return self.entry.learner_id if self.entry else None

    @property
    def date(self) -> str:
        return self.entry.at[:10] if self.entry else ""

    @property
    def sampled(self) -> str:
        return ", ".join(json.loads(self.entry.names)) if self.entry else ""

    @property
    def curve(self) -> list[float]:
        return json.loads(self.entry.curve) if self.entry else []


@dataclass(frozen=True)
class Record:
    """An entry that was better than all earlier ones. before: the loss that it beat, None for the first. at: UTC, in
    ISO form.
    """

    at: str
    loss: float
    name: str
    before: float | None


@dataclass(frozen=True)
class BoardTable:
    """The standings. rows: best first. best: the class's records over time. own: personal records, where learners beat
    an earlier entry of theirs, newest first; both are empty at closing. tries: the number of entries. baselines: losses
    by name. hidden: how many entries count but are not shown.
    """

    rows: tuple[BoardRow, ...]
    best: tuple[Record, ...]
    own: tuple[Record, ...]
    tries: int
    baselines: dict[str, float]
    round: str
    hidden: int = 0

    @property
    def ranked(self) -> list[BoardRow]:
        return [row for row in self.rows if row.entry]


def make_table(
    entries: Iterable[BoardEntry],
    baselines: dict[str, float],
    round: str,
    *,
    everybody: bool = False,
    me: str | None = None,
) -> BoardTable:
    """Rank the learners who want to be shown, and `me`; with `everybody`, all learners. Held entries do not count."""
    counting = [e for e in entries if e.loss is not None and not e.held and e.round == round]
    shown = [e for e in counting if everybody or e.learner.public or e.learner_id == me]
    hidden = len(counting) - len(shown)
    best: dict[str, BoardEntry] = {}
    for entry in shown:
        if entry.learner_id not in best or entry.loss < best[entry.learner_id].loss:
            best[entry.learner_id] = entry
    counted = sorted(best.values(), key=lambda entry: (entry.loss, entry.number))
    bigram = baselines["bigram"]
    rows = [BoardRow(name, loss, gain=bigram - loss) for name, loss in baselines.items()]
    for entry, standing in zip(counted, standings([entry.run_losses for entry in counted])):
        rows.append(
            BoardRow(
                entry.learner.display, standing.mean, standing.rank, standing.half_width, bigram - standing.mean, entry
            )
        )
    rows.sort(key=lambda row: row.loss)
    if round == CLOSING:  # all entries ran together, so there is no order in time
        return BoardTable(tuple(rows), (), (), len(shown), baselines, round, hidden)
    own = [record for learner_id in best for record in _records([e for e in shown if e.learner_id == learner_id])]
    own = sorted((record for record in own if record.before is not None), key=lambda record: record.at, reverse=True)
    return BoardTable(tuple(rows), tuple(_records(shown)), tuple(own), len(shown), baselines, round, hidden)


def _records(entries: Sequence[BoardEntry]) -> Iterator[Record]:
    """Each entry that was better than all earlier ones."""
    lowest = None
    for entry in entries:
        if lowest is None or entry.loss < lowest:
            yield Record(entry.at, entry.loss, entry.learner.display, lowest)
            lowest = entry.loss


def around(table: BoardTable, learner_id: str, neighbours: int = 2) -> list[BoardRow]:
    """The learner's row with the rows just above and below it; empty if there is none."""
    rows = table.ranked
    place = next((i for i, row in enumerate(rows) if row.learner_id == learner_id), None)
    return [] if place is None else rows[max(0, place - neighbours) : place + neighbours + 1]
