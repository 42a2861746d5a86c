"""One try from its source to the page, and the closing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from autograder.check import choose_tier
from autograder.course import ROOT
from autograder.database import database_url
from autograder.invocation import command
from autograder.leaderboard.data import MICROGPT, PUBLISHED_SPLIT, baselines, load_split
from autograder.leaderboard.page import write_pages
from autograder.leaderboard.ranking import Table, make_table
from autograder.leaderboard.real_names import kept_roster
from autograder.leaderboard.recipe_source import (
    NUM_STEPS,
    RUNS,
    STUB,
    TRIES,
    RecipeError,
    Source,
    check_source,
    read_source,
)
from autograder.leaderboard.recipes import OnStep, Score, score
from autograder.leaderboard.store import CLOSING, OPEN, Entry, Store, StoreError, find
from autograder.sandbox import Tier

# Which scores wait for a person: copies of somebody else's recipe, and recipes that seem to know names.

# Weights trained elsewhere fit into the source, and frequencies give the letters away: such a recipe reaches 2.10. On
# names in a secret script it is of no use. Honest recipes lose 0.035 to 0.052 there (benchmarks/recipes.md), those with
# one name a step up to 0.065: what is hardly better than microgpt's recipe need not be suspected.
LARGEST_GAP = 0.06
SUSPICIOUS_GAIN = 0.05


def why_held(store: Store, learner_id: str, source: Source, score: Score, stub_loss: float) -> str | None:
    """Why a person should look at an entry before it counts; None when nobody need."""
    twin = store.same_as(learner_id, source)
    if twin is not None and source.shape != check_source(STUB.read_bytes()).shape:
        return f"It is the same program as entry {twin.number} of another learner."
    return gap_sentence(score, stub_loss)


def gap_sentence(result: Score, stub_loss: float) -> str | None:
    """Why a person should look at a score that is better on names than training alone explains; None when it isn't."""
    if result.mean > stub_loss - SUSPICIOUS_GAIN or result.control - result.mean <= LARGEST_GAP:
        return None
    return (
        f"On names in a secret script its loss is {result.control:.3f}, {result.control - result.mean:.3f} more than "
        f"on names as they are; recipes that only train lose at most {LARGEST_GAP:.2f}. It seems to know names."
    )


DEFAULT_FOLDER = ROOT / "runs" / "leaderboard"
FILE = "board.sqlite"


@dataclass(frozen=True)
class Board:
    """A class folder: the store, and the pages beside it. tier: None chooses by where a file comes from. tries: None is
    what the instructor has set.
    """

    folder: Path
    tries: int | None = None
    tier: Tier | None = None
    num_steps: int = NUM_STEPS

    @property
    def store(self) -> Store:
        return Store(database_url() or self.folder / FILE)

    def baselines(self, split_seed: int) -> dict[str, float]:
        """Computed once per split, then kept."""
        store, key = self.store, f"baselines {split_seed}"
        return store.setting(key) or store.keep(key, baselines(load_split(split_seed)))

    @property
    def most_tries(self) -> int:
        """How many entries a learner may make in 24 hours."""
        return self.tries or self.store.setting("tries") or TRIES

    def closing(self) -> dict | None:
        """The split and the seeds of the closing, None while the board is open."""
        return self.store.setting("closing")

    def table(self, *, everybody: bool = False, me: str | None = None) -> Table:
        """The standings at closing once there are any, else the open board."""
        closing = self.closing()
        round, split_seed = (CLOSING, closing["split_seed"]) if closing else (OPEN, PUBLISHED_SPLIT)
        entries = self.store.entries(Entry.round == round)
        return make_table(entries, self.baselines(split_seed), round, everybody=everybody, me=me)

    def write_pages(self) -> None:
        """Write the public page and the instructor's anew, until no entry has come meanwhile: whoever writes last,
        of several at once, has all of them. Raises StoreError when they can't be written.
        """
        store, count = self.store, None
        try:
            while count != (count := len(store.entries())):
                write_pages(self.folder, self.table(), self.table(everybody=True), kept_roster(self.folder))
        except OSError as error:
            raise StoreError(
                f"The pages in {self.folder} can't be written ({error.strerror}). The entries are saved. To write the "
                f"pages: {command('leaderboard page', board=self.folder)}"
            ) from error

    def submit(
        self,
        path: Path,
        learner_id: str,
        *,
        display: str | None = None,
        public: bool | None = None,
        on_step: OnStep | None = None,
    ) -> Entry:
        """Score a recipe with fresh seeds and record it, also when it has no score. A file that the learner has
        entered before is not run again: the entry that it has comes back.

        Raises RecipeError when there is no recipe to record, StoreError when it can't be recorded, and MachineBusy when
        the machine had no time for it: then nothing is recorded and no try is used.
        """
        if self.closing():
            raise StoreError("The board is closed: it takes no more entries.")
        source, store = read_source(path), self.store
        store.learner(learner_id, display, public)
        with store.transaction() as session:
            before = find(session, learner_id, source.sha256, OPEN)
        if before is None:
            store.need_a_try(learner_id, self.most_tries)
            tier = self.tier or choose_tier(path if path.is_dir() else path.parent, None)
            result = self._run(source, PUBLISHED_SPLIT, new_seeds(), tier, on_step)
            held = None
            if not isinstance(result, str):
                held = why_held(store, learner_id, source, result, self._stub_loss(PUBLISHED_SPLIT))
            before = store.add(learner_id, source, result, PUBLISHED_SPLIT, held=held, most_tries=self.most_tries)
        self.write_pages()
        return store.entries(Entry.number == before.number)[0]

    def close(self, split_seed: int | None, tier: Tier, on_entry: object = None) -> int:
        """Run each learner's best entry once more, all with the same new seeds and split; return how many were run.

        What an interrupted closing has recorded is kept, and the rest is run when it is called again.
        """
        fresh = {"split_seed": secrets.randbits(32) if split_seed is None else split_seed, "seeds": new_seeds()}
        closing = self.store.keep("closing", fresh)
        done = {entry.learner_id for entry in self.store.entries(Entry.round == CLOSING)}
        open_entries = self.store.entries(Entry.round == OPEN)
        best = make_table(open_entries, self.baselines(PUBLISHED_SPLIT), OPEN, everybody=True).ranked
        waiting = [row.entry for row in best if row.learner_id not in done]
        for entry in waiting:
            source = Source(entry.source, entry.sha256, entry.shape)
            result = self._run(source, closing["split_seed"], closing["seeds"], tier, None)
            held = None if isinstance(result, str) else gap_sentence(result, self._stub_loss(closing["split_seed"]))
            self.store.add(entry.learner_id, source, result, closing["split_seed"], round=CLOSING, held=held)
            if on_entry is not None:
                on_entry(entry, result)
        self.write_pages()
        return len(waiting)

    def _run(
        self, source: Source, split_seed: int, seeds: list[int], tier: Tier, on_step: OnStep | None
    ) -> Score | str:
        control = secrets.randbits(32)
        try:
            return score(
                source.content,
                load_split(split_seed),
                seeds,
                tier=tier,
                control_seed=control,
                num_steps=self.num_steps,
                on_step=on_step,
            )
        except RecipeError as error:
            return str(error)

    def _stub_loss(self, split_seed: int) -> float:
        return self.baselines(split_seed)[MICROGPT]


def new_seeds() -> list[int]:
    """Seeds that nobody can foresee, one a run."""
    return [secrets.randbits(32) for _ in range(RUNS)]
