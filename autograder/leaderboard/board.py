"""A board in a class folder: run and record a try, write the pages, close the board."""

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
from autograder.leaderboard.board_page import write_pages
from autograder.leaderboard.board_store import Attempt, BoardStore
from autograder.leaderboard.data import MICROGPT, PUBLISHED_SPLIT, baselines, load_split, reference_curve
from autograder.leaderboard.database_tables import CLOSING, OPEN, BoardEntry, StoreError
from autograder.leaderboard.ranking import BoardTable, make_table
from autograder.leaderboard.real_names import kept_roster
from autograder.leaderboard.recipe_answers import NoScore, Score
from autograder.leaderboard.recipe_source import (
    NUM_STEPS,
    RUNS,
    TRIES,
    RecipeError,
    RecipeSource,
    read_source,
    stub_shape,
)
from autograder.leaderboard.recipes import OnStep, score
from autograder.leaderboard.review import gap_reason, review_reason
from autograder.sandbox import Tier

DEFAULT_FOLDER = ROOT / "runs" / "leaderboard"
FILE = "board.sqlite"


@dataclass(frozen=True)
class Board:
    """A class folder with the database and the pages. tier: None chooses the sandbox by the file's folder. tries: None
    uses the instructor's setting.
    """

    folder: Path
    tries: int | None = None
    tier: Tier | None = None
    num_steps: int = NUM_STEPS

    @functools.cached_property
    def store(self) -> BoardStore:
        """The board's database, opened once. Raises StoreError if it can't be used."""
        return BoardStore(database_url() or self.folder / FILE)

    def baselines(self, split_seed: int) -> dict[str, float]:
        """The baselines, computed once per split and then stored."""
        key = f"baselines {split_seed}"
        return self.store.read_setting(key) or self.store.write_setting_once(key, baselines(load_split(split_seed)))

    def reference(self, split_seed: int) -> list[float]:
        """The curve of microgpt's recipe, computed once per split and then stored."""
        key = f"reference curve {split_seed}"
        stored = self.store.read_setting(key)
        return stored or self.store.write_setting_once(key, reference_curve(load_split(split_seed)))

    @property
    def most_tries(self) -> int:
        """The maximum number of entries per learner in 24 hours."""
        return self.tries or self.store.read_setting("tries") or TRIES

    def closing(self) -> dict | None:
        """The split and the seeds of the closing, None while the board is open."""
        return self.store.read_setting("closing")

    def table(self, *, everybody: bool = False, me: str | None = None) -> BoardTable:
        """The final standings if the board is closed, otherwise those of the open board."""
        closing = self.closing()
        round, split_seed = (CLOSING, closing["split_seed"]) if closing else (OPEN, PUBLISHED_SPLIT)
        entries = self.store.entries()
        has_curves = any(entry.measured.curve for entry in entries)
        return make_table(
            entries,
            self.baselines(split_seed),
            round,
            everybody=everybody,
            me=me,
            reference=self.reference(split_seed) if has_curves else (),
            open_baseline=self.baselines(PUBLISHED_SPLIT)[MICROGPT],
        )

    def write_pages(self) -> None:
        """Write the public page and the instructor's page. Repeat if an entry has arrived meanwhile, so that the last
        of several writers includes all entries. Raises StoreError if they can't be written.
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
        """Score a recipe with new seeds and record it, even if it gets no score. If the learner has already entered the
        same file, it is not run again, and its existing entry is returned.

        Raises RecipeError if there is no recipe to record, StoreError if it can't be recorded, and MachineBusy if the
        machine was too busy: nothing is recorded then, and no try is used.
        """
        if self.closing():
            raise StoreError("The board is closed and accepts no more entries.")
        source, store = read_source(path), self.store
        store.get_or_create_learner(learner_id, display, public)
        entry = store.find_entry(learner_id, source)
        if entry is None:
            store.check_rate_limit(learner_id, self.most_tries)
            shape = stub_shape()  # before the recipe is scored, which takes up to a minute
            tier = self.tier or choose_tier(path if path.is_dir() else path.parent, None)
            result = self._run(source, PUBLISHED_SPLIT, new_seeds(), tier, on_step)
            held = None
            if isinstance(result, Score):
                held = review_reason(store, learner_id, source, result, shape, self._stub_loss(PUBLISHED_SPLIT))
            attempt = Attempt(learner_id, source, result, PUBLISHED_SPLIT, held=held)
            entry = store.add(attempt, most_tries=self.most_tries)
        self.write_pages()
        return store.entries(BoardEntry.number == entry.number)[0]

    def close(self, split_seed: int | None, tier: Tier, on_entry: Callable[[BoardEntry], None] | None = None) -> int:
        """Run each learner's best entry again, all with the same new seeds and split. Return how many were run.

        After an interruption, recorded runs are kept, and the next call runs the others.
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
    """Unpredictable seeds, one per run."""
    return [secrets.randbits(32) for _ in range(RUNS)]
