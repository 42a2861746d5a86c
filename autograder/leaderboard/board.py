"""A board in a class folder: one try from its source to the page, and the closing."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.check import choose_tier
from autograder.course import ROOT
from autograder.database import database_url
from autograder.invocation import command
from autograder.leaderboard.data import MICROGPT, PUBLISHED_SPLIT, baselines, load_split
from autograder.leaderboard.database_tables import CLOSING, OPEN, BoardEntry, StoreError
from autograder.leaderboard.page import write_pages
from autograder.leaderboard.ranking import BoardTable, make_table
from autograder.leaderboard.real_names import kept_roster
from autograder.leaderboard.recipe_source import (
    NUM_STEPS,
    RUNS,
    TRIES,
    RecipeError,
    RecipeSource,
    read_source,
)
from autograder.leaderboard.recipes import NoScore, OnStep, Score, score
from autograder.leaderboard.review import gap_reason, review_reason
from autograder.leaderboard.store import Attempt, BoardStore
from autograder.sandbox import Tier

DEFAULT_FOLDER = ROOT / "runs" / "leaderboard"
FILE = "board.sqlite"


@dataclass(frozen=True)
class Board:
    """A class folder: the database, and the pages next to it. tier: None chooses by where a file comes from. tries:
    None stands for the instructor's setting.
    """

    folder: Path
    tries: int | None = None
    tier: Tier | None = None
    num_steps: int = NUM_STEPS

    @functools.cached_property
    def store(self) -> BoardStore:
        """The board's database, opened once. Raises StoreError when it can't be used."""
        return BoardStore(database_url() or self.folder / FILE)

    def baselines(self, split_seed: int) -> dict[str, float]:
        """Computed once per split, then kept."""
        key = f"baselines {split_seed}"
        return self.store.read_setting(key) or self.store.write_setting_once(key, baselines(load_split(split_seed)))

    @property
    def most_tries(self) -> int:
        """How many entries a learner may make in 24 hours."""
        return self.tries or self.store.read_setting("tries") or TRIES

    def closing(self) -> dict | None:
        """The split and the seeds of the closing, None while the board is open."""
        return self.store.read_setting("closing")

    def table(self, *, everybody: bool = False, me: str | None = None) -> BoardTable:
        """The standings at closing once there are any, else the open board."""
        closing = self.closing()
        round, split_seed = (CLOSING, closing["split_seed"]) if closing else (OPEN, PUBLISHED_SPLIT)
        entries = self.store.entries(BoardEntry.round == round)
        return make_table(entries, self.baselines(split_seed), round, everybody=everybody, me=me)

    def write_pages(self) -> None:
        """Write the public page and the instructor's again, until no entry has come meanwhile: whoever writes last,
        of several at once, has all of them. Raises StoreError when they can't be written.
        """
        count = None
        try:
            while count != (count := len(self.store.entries())):
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
    ) -> BoardEntry:
        """Score a recipe with fresh seeds and record it, also when it has no score. A file that the learner has
        entered before is not run again: the entry that it has comes back.

        Raises RecipeError when there is no recipe to record, StoreError when it can't be recorded, and MachineBusy when
        the machine had no time for it: then nothing is recorded and no try is used.
        """
        if self.closing():
            raise StoreError("The board is closed: it takes no more entries.")
        source, store = read_source(path), self.store
        store.get_or_create_learner(learner_id, display, public)
        entry = store.find_entry(learner_id, source)
        if entry is None:
            store.check_rate_limit(learner_id, self.most_tries)
            tier = self.tier or choose_tier(path if path.is_dir() else path.parent, None)
            result = self._run(source, PUBLISHED_SPLIT, new_seeds(), tier, on_step)
            held = None
            if isinstance(result, Score):
                held = review_reason(store, learner_id, source, result, self._stub_loss(PUBLISHED_SPLIT))
            attempt = Attempt(learner_id, source, result, PUBLISHED_SPLIT, held=held)
            entry = store.add(attempt, most_tries=self.most_tries)
        self.write_pages()
        return store.entries(BoardEntry.number == entry.number)[0]

    def close(self, split_seed: int | None, tier: Tier, on_entry: Callable[[BoardEntry], None] | None = None) -> int:
        """Run each learner's best entry once more, all with the same new seeds and split; return how many were run.

        What an interrupted closing has recorded is kept, and the rest is run when it is called again.
        """
        fresh = {"split_seed": secrets.randbits(32) if split_seed is None else split_seed, "seeds": new_seeds()}
        store = self.store
        closing = store.write_setting_once("closing", fresh)
        closed = {entry.learner_id for entry in store.entries(BoardEntry.round == CLOSING)}
        open_entries = store.entries(BoardEntry.round == OPEN)
        best = make_table(open_entries, self.baselines(PUBLISHED_SPLIT), OPEN, everybody=True).ranked
        waiting = [row.entry for row in best if row.learner_id not in closed]
        for entry in waiting:
            source = RecipeSource(entry.source, entry.sha256, entry.shape)
            result = self._run(source, closing["split_seed"], closing["seeds"], tier, None)
            held = gap_reason(result, self._stub_loss(closing["split_seed"])) if isinstance(result, Score) else None
            store.add(Attempt(entry.learner_id, source, result, closing["split_seed"], CLOSING, held))
            if on_entry is not None:
                on_entry(entry)
        self.write_pages()
        return len(waiting)

    def _run(
        self, source: RecipeSource, split_seed: int, seeds: list[int], tier: Tier, on_step: OnStep | None
    ) -> Score | NoScore:
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
            return NoScore(str(error))

    def _stub_loss(self, split_seed: int) -> float:
        return self.baselines(split_seed)[MICROGPT]


def new_seeds() -> list[int]:
    """Seeds that nobody can foresee, one per run."""
    return [secrets.randbits(32) for _ in range(RUNS)]
