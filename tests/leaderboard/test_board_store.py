"""The board's file: an entry is there whole or not at all, whatever happens to who writes it."""

import ast
import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from helpers.baselines import BASELINES, know_baselines
from helpers.recipes import edited

from autograder import model
from autograder.course import ROOT
from autograder.leaderboard import invented_names, rate_limit, recipe_source
from autograder.leaderboard.board import Board
from autograder.leaderboard.board_store import Attempt, BoardStore
from autograder.leaderboard.data import reference_curve
from autograder.leaderboard.database_tables import OPEN, BoardEntry, StoreError
from autograder.leaderboard.ranking import make_table
from autograder.leaderboard.recipe_answers import NoScore, Score
from autograder.leaderboard.recipe_source import STUB, RecipeError, check_source
from autograder.sandbox import Tier

SCORE = Score((2.2, 2.21, 2.19), (1, 2, 3), 2.24, (3.3, 2.5, 2.3), ("anna", "bea"), 1.0, "")

# One program that imports everything once, then forks the writers. A writer notes in a file which entry is certain to
# be there, as soon as it is. With a time to live, a writer goes on until kill -9.
WRITERS = """
import os, random, signal, sys, time
from pathlib import Path
from autograder.leaderboard.recipe_answers import Score
from autograder.leaderboard.recipe_source import RecipeSource
from autograder.leaderboard.board_store import Attempt, BoardStore

def write(who, count):
    store = BoardStore(where)
    store.get_or_create_learner(who)
    with open(folder / who, "w", encoding="utf-8", buffering=1) as said:
        for number in range(count):
            text = f"# {who} {number}".encode()
            score = Score((2.2, 2.21, 2.19), (1, 2, 3), None, (2.5,) * 50, ("anna",) * 6, 1.0, "")
            source = RecipeSource(text * 400, f"{who} {number}", f"{who} {number}")
            store.add(Attempt(who, source, score, 42))
            print(number, file=said)
    os._exit(0)

folder, writers, count, seconds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
where = sys.argv[5] if "://" in sys.argv[5] else Path(sys.argv[5])
rng, children, usual = random.Random(1), [], 0.0
if seconds:  # on a busy machine a writer needs longer, and lives longer
    begin = time.monotonic()
    BoardStore(where).get_or_create_learner("first")
    usual = time.monotonic() - begin
for number in range(writers):
    child = os.fork()
    if child == 0:
        write(f"learner{number}", count)
    children.append(child)
    if seconds:
        time.sleep(rng.uniform(0, max(seconds, 5 * usual)))
        if len(children) == 3:  # three at a time
            os.kill(victim := children.pop(rng.randrange(3)), signal.SIGKILL)
            os.waitpid(victim, 0)
for child in children:
    if seconds:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""

# Whole submissions, three at a time: scored in a sandbox, recorded, the pages written; each killed at some moment.
SUBMITTERS = """
import os, random, signal, sys, time
from pathlib import Path
from autograder.leaderboard import board as module
from autograder.leaderboard.data import Split, load_split
from autograder.sandbox import Tier

folder, recipe, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
whole = load_split()
module.load_split = lambda seed: Split(whole.train[:500], whole.held_out[:50])
board = module.Board(folder, tier=Tier.LOCAL, num_steps=1)
baselines = {"uniform": 3.3, "unigram": 2.8, "bigram": 2.45, module.MICROGPT: 2.36}
board.store.write_setting_once("baselines 42", baselines)
rng, children = random.Random(1), []
begin = time.monotonic()
board.submit(recipe, "first", public=True)
usual = time.monotonic() - begin
for number in range(count):
    child = os.fork()
    if child == 0:
        board.submit(recipe, f"learner{number}", public=True)
        (folder / f"learner{number}").touch()
        os._exit(0)
    children.append(child)
    time.sleep(rng.uniform(0, usual))
    if len(children) == 3 or number == count - 1:
        for victim in rng.sample(children, len(children) if number == count - 1 else 1):
            children.remove(victim)
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
"""


def run_writers(folder, database, writers, count, seconds):
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    command = [sys.executable, "-c", WRITERS, str(folder), str(writers), str(count), str(seconds)]
    command.append(str(database))
    subprocess.run(command, cwd=ROOT, check=True, timeout=1200)


@pytest.mark.parametrize(
    ("writers", "least"),
    [pytest.param({"sqlite": 50, "postgresql": 15}, 20, marks=pytest.mark.gate), ({"sqlite": 6, "postgresql": 4}, 1)],
    ids=["many", "few"],
)
def test_submissions_killed_at_random_moments_leave_no_half_entry_and_lose_none(tmp_path, database, writers, least):
    kind = "sqlite" if isinstance(database, Path) else "postgresql"
    run_writers(tmp_path, database, writers[kind], count=1000, seconds=0.15)
    if isinstance(database, Path):
        with sqlite3.connect(database) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    entries = BoardStore(database).entries()
    assert len(entries) > least, "they were killed before they wrote anything"
    for number in range(50):
        who = f"learner{number}"
        file = tmp_path / who
        said = file.read_text(encoding="utf-8").count("\n") if file.exists() else 0
        mine = [entry for entry in entries if entry.learner_id == who]
        assert [entry.sha256 for entry in mine] == [f"{who} {i}" for i in range(len(mine))]
        assert said <= len(mine) <= said + 1  # the last may have been written and not yet noted
    for entry in entries:
        assert len(entry.measured.curve) == 50 and entry.loss == pytest.approx(2.2)
        assert entry.source == f"# {entry.sha256}".encode() * 400
    BoardStore(database).get_or_create_learner("after")  # and nothing is locked


@pytest.mark.slow
def test_fifty_whole_submissions_killed_at_random_moments_leave_whole_entries_and_whole_pages(tmp_path):
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    recipe = tmp_path / "leaderboard_recipe.py"
    recipe.write_bytes(edited())
    command = [sys.executable, "-c", SUBMITTERS, str(tmp_path / "board"), str(recipe), "50"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # where the sandboxes of those that were killed stay
    subprocess.run(command, cwd=ROOT, check=True, timeout=1200, env=environment)
    with sqlite3.connect(tmp_path / "board" / "board.sqlite") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = Board(tmp_path / "board", tier=Tier.LOCAL, num_steps=1)
    entries = found.store.entries()
    recorded = [entry.learner_id for entry in entries]
    said = {path.name for path in found.folder.glob("learner*")}
    assert len(set(recorded)) == len(recorded) and said <= set(recorded)
    assert 0 < len(said) < 50, "all were killed too early, or none in time"
    assert all(entry.loss > 2 and len(json.loads(entry.losses)) == 3 for entry in entries)
    for page in ("public/index.html", "instructor.html"):
        assert (found.folder / page).read_text(encoding="utf-8").endswith("</html>")
    found.submit(recipe, "after", public=True)  # nothing is locked, and the page catches up
    shown = (found.folder / "instructor.html").read_text(encoding="utf-8")
    assert all(f">{who}<" in shown for who in [*recorded, "after"])


def test_twenty_writers_at_once_leave_twenty_entries(tmp_path, database):
    run_writers(
        tmp_path, database, writers=20, count=1, seconds=0
    )  # the tables are not there yet: they also make them at once
    found = [entry.learner_id for entry in BoardStore(database).entries()]
    assert sorted(found) == sorted(f"learner{number}" for number in range(20))


@pytest.fixture
def store(database):
    found = BoardStore(database)
    for who in ("ada", "bob"):
        found.get_or_create_learner(who)
    return found


def source(*edits):
    return check_source(edited(*edits))


def test_tries_are_counted_over_24_hours_and_the_history_stays(store):
    now = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    for hours, text in ((30, "0.06"), (20, "0.07"), (1, "0.09")):
        store.add(
            Attempt("ada", source(("return 0.08", f"return {text}")), SCORE, 42), now=now - timedelta(hours=hours)
        )
    assert store.tries_today("ada", now) == 2 and store.tries_today("bob", now) == 0
    with pytest.raises(
        StoreError,
        match=r"All tries of 24 hours \(2\) are used up, and nothing was recorded. The next is free on 2026-03-01 at",
    ):
        store.add(Attempt("ada", source(), SCORE, 42), most_tries=2, now=now)
    tokyo = now.astimezone(timezone(timedelta(hours=9)))  # the same moment
    assert store.tries_today("ada", tokyo) == 2
    store.add(Attempt("ada", source(), SCORE, 42), most_tries=3, now=tokyo)
    assert [entry.at[11:13] for entry in store.entries(BoardEntry.learner_id == "ada")] == ["06", "16", "11", "12"]


def test_a_try_that_a_wrong_clock_dated_later_locks_nobody_out_for_more_than_a_day(store):
    now = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
    store.add(Attempt("ada", source(), SCORE, 42), now=now + timedelta(days=3))
    with pytest.raises(StoreError, match="The next is free on 2026-03-02 at"):
        store.add(Attempt("ada", source(("return 0.08", "return 0.07")), SCORE, 42), most_tries=1, now=now)


def test_the_next_try_is_free_a_day_after_the_oldest_that_counts():
    moments = [datetime(2026, 3, 1, hour, tzinfo=timezone.utc) for hour in (8, 10, 12)]
    assert rate_limit.next_free_time(moments, 4) is None
    assert rate_limit.next_free_time(moments, 3) == moments[0] + timedelta(days=1)
    # The instructor lowered the number:
    assert rate_limit.next_free_time(moments, 2) == moments[1] + timedelta(days=1)


def test_a_try_without_a_score_is_in_the_history_and_not_on_the_board(store):
    store.add(Attempt("ada", source(), NoScore("Run 1 of 3, step 0: update left out wpe."), 42))
    (entry,) = store.entries()
    assert entry.loss is None and "left out wpe" in entry.message
    assert make_table([entry], BASELINES, OPEN, everybody=True).ranked == []


def test_seeds_of_32_bits_and_sentences_without_control_characters_are_kept(store):
    store.add(Attempt("ada", source(), SCORE, 2**32 - 1))
    store.add(Attempt("bob", source(), NoScore("It says \0 and \u202e."), 42))
    first, second = store.entries()
    assert first.split_seed == 2**32 - 1 and second.message == "It says  and ."


def test_the_same_file_is_not_entered_twice_by_the_same_learner(store):
    store.add(Attempt("ada", source(), SCORE, 42))
    with pytest.raises(StoreError, match="already submitted this exact file"):
        store.add(Attempt("ada", source(), SCORE, 42))
    assert len(store.entries()) == 1


REFORMATTED = "# my own\n" + ast.unparse(ast.parse(STUB.read_bytes())).replace("0.01 * (1 -", "1e-2 * (1 -")
RENAMED = re.sub(
    r"\b(means|name|weights|step|m|w)\b", lambda found: {"means": "sum"}.get(found[0], found[0] + "_x"), REFORMATTED
)
RENAMED = RENAMED.replace("step_x: int", "step_x").replace("-> float", "")


@pytest.mark.parametrize("text", [REFORMATTED, RENAMED], ids=["reformatted", "renamed"])
def test_the_same_program_is_recognised_whatever_its_looks(store, text):
    mine, theirs = source(), check_source(text.encode("utf-8"))
    assert mine.sha256 != theirs.sha256 and mine.shape == theirs.shape
    entry = store.add(Attempt("ada", mine, SCORE, 42))
    assert store.find_same_program("bob", theirs).number == entry.number
    assert store.find_same_program("ada", theirs) is None


@pytest.mark.parametrize("edit", [("0.01 * (1 -", "0.02 * (1 -"), ("means[i] * m_scale", "means[i] + m_scale")])
def test_another_program_is_no_copy(store, edit):
    store.add(Attempt("ada", source(), SCORE, 42))
    assert store.find_same_program("bob", source(edit)) is None


def test_a_learner_is_hidden_with_a_pseudonym_until_asked_otherwise(store):
    ada = store.get_or_create_learner("ada")
    assert not ada.public and "ada" not in ada.display and ada.display == store.get_or_create_learner("ada").display
    assert store.get_or_create_learner("ada", "Ada L.", True).public
    assert store.get_or_create_learner("ada").display == "Ada L."


@pytest.mark.parametrize(
    "look_alike", ["ada l.", "Аda L".replace("da L", "dа L"), "Ada  1", "\uff21da L", "Ádа L"[:1] + "da I"]
)
def test_a_name_that_looks_like_another_is_refused(store, look_alike):
    store.get_or_create_learner("ada", "Ada L")
    with pytest.raises(StoreError, match="looks like a name that is already taken|letters from one alphabet"):
        store.get_or_create_learner("bob", look_alike)
    assert store.get_or_create_learner("ada", "Ada L").display == "Ada L"


@pytest.mark.parametrize("bad", ["", " ", "x" * 25, "<b>x</b>", "a\u202eb", "a\x1b[31mb", "zero\u200bwidth", "Bigram",
                                 "micr0gpt", "p\u0430nda", "b\u0456gram", "...", "\u200f", "a\nb\x00"])  # fmt: skip
def test_a_name_with_signs_or_of_a_baseline_is_refused(bad):
    with pytest.raises(ValueError):
        invented_names.checked_name(bad)


@pytest.mark.parametrize("good", ["Ada", "Zoë O'Neil", "李小龍", "Ольга", "Βασίλης", "محمد", "x-1_2"])
def test_names_of_the_world_are_welcome(good):
    assert invented_names.checked_name(good)


def test_pseudonyms_are_given_once():
    taken: set[str] = set()
    for _ in range(500):
        name = invented_names.pseudonym(lambda found: invented_names.skeleton(found) in taken)
        assert invented_names.skeleton(name) not in taken and invented_names.checked_name(name) == name
        taken.add(invented_names.skeleton(name))


def test_a_file_that_is_no_board_is_said_in_a_sentence(tmp_path):
    (tmp_path / "board.sqlite").write_text("not a database " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="can't be used"):
        BoardStore(tmp_path / "board.sqlite")


SCORED: dict[bytes, Score] = {}


@pytest.fixture
def board(tmp_path, few_names, monkeypatch, database):
    """A board with runs of a few steps, on few names. Each recipe is scored once for all tests of this file, which are
    about what a board does with a score.
    """
    from autograder.leaderboard import board as module

    if isinstance(database, str):
        monkeypatch.setenv("AUTOGRADER_DATABASE", database)
    monkeypatch.setattr(module, "load_split", lambda seed: few_names)
    know_baselines(monkeypatch)
    real_score = module.score

    def score(content, split, seeds, **options):
        if content not in SCORED:
            SCORED[content] = real_score(content, split, seeds, **options)
        return replace(SCORED[content], seeds=tuple(seeds))

    monkeypatch.setattr(module, "score", score)
    return Board(tmp_path, tries=3, tier=Tier.LOCAL, num_steps=3)


def recipe_of(tmp_path, who, *edits):
    folder = tmp_path / who
    folder.mkdir(exist_ok=True)
    (folder / "leaderboard_recipe.py").write_bytes(edited(*edits))
    return folder


def test_a_submission_becomes_an_entry_and_a_page(board, tmp_path):
    entry = board.submit(recipe_of(tmp_path, "ada"), "ada", display="Countess", public=True)
    assert entry.loss > 2 and len(json.loads(entry.seeds)) == 3 and entry.control > 2
    page = (tmp_path / "public" / "index.html").read_text(encoding="utf-8")
    assert "Countess" in page and ">ada<" not in page
    assert ">ada<" in (tmp_path / "instructor.html").read_text(encoding="utf-8")
    again = board.submit(recipe_of(tmp_path, "ada"), "ada")
    assert again.number == entry.number  # no second draw of seeds for the same file


def test_a_submission_opens_the_database_once(board, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "autograder.leaderboard.board.BoardStore", lambda where: opened.append(where) or BoardStore(where)
    )
    board.submit(recipe_of(tmp_path, "ada"), "ada")
    assert len(opened) == 1


def test_an_entry_stays_when_its_page_cannot_be_written(board, tmp_path):
    (tmp_path / "public").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StoreError, match="can't be written .* The entries are saved"):
        board.submit(recipe_of(tmp_path, "ada"), "ada")
    assert [entry.learner_id for entry in board.store.entries()] == ["ada"]
    (tmp_path / "public").unlink()
    board.write_pages()
    assert (tmp_path / "public" / "index.html").exists()


def test_a_stolen_recipe_waits_for_a_person_and_the_stub_does_not(board, tmp_path):
    for who in ("ada", "bob"):
        assert board.submit(recipe_of(tmp_path, who), who, public=True).held is None
    board.submit(recipe_of(tmp_path, "ada", ("return 1\n", "return 5\n")), "ada")
    stolen = board.submit(recipe_of(tmp_path, "bob", ("return 1\n", "return  5 # my own idea\n")), "bob")
    assert stolen.held == "It is the same program as entry 3 of another learner."
    shown = {row.entry.number for row in board.table(everybody=True).ranked}
    assert stolen.number not in shown
    board.store.release(stolen.number)
    assert not board.store.entries(BoardEntry.number == stolen.number)[0].held


@pytest.mark.parametrize(
    ("content", "words"), [(None, "can't be read"), (b"def update(:\n", "is not a recipe. Line 1: ")]
)
def test_without_the_courses_recipe_nothing_is_scored_and_no_try_is_used(board, tmp_path, monkeypatch, content, words):
    submission, stub = recipe_of(tmp_path, "ada"), tmp_path / "course" / STUB.name
    monkeypatch.setattr(recipe_source, "STUB", stub)
    if content is not None:
        stub.parent.mkdir()
        stub.write_bytes(content)
    monkeypatch.setattr("autograder.leaderboard.board.score", lambda *_, **__: pytest.fail("It was scored."))
    with pytest.raises(RecipeError, match=f"^Nothing was scored.* {words}.* Restore it: git restore"):
        board.submit(submission, "ada")
    assert not board.store.entries() and board.store.tries_today("ada") == 0


def test_a_learner_whose_recipe_is_gone_is_told_how_to_restore_it(tmp_path, monkeypatch):
    monkeypatch.setattr(recipe_source, "STUB", tmp_path / STUB.name)
    with pytest.raises(RecipeError, match=r"can't be read \(.*\)\. Restore it: git restore exercises/"):
        recipe_source.read_source(tmp_path)
    with pytest.raises(RecipeError, match=r"can't be read \([^)]*\)\.$"):
        recipe_source.read_source(tmp_path / "ada.py")


def test_the_reason_for_no_score_is_stored_as_text_that_is_safe_to_print(board):
    board.store.get_or_create_learner("ada")
    source = check_source(edited())
    entry = board.store.add(Attempt("ada", source, NoScore("Run 1: \x1b[31mred\0\u202e" + "x" * 9000), 42))
    message = board.store.entries(BoardEntry.number == entry.number)[0].message
    assert message.startswith("Run 1: redx") and message.isprintable() and len(message) <= 1000


def test_a_broken_recipe_is_an_entry_without_a_score_and_uses_up_a_try(board, tmp_path):
    for number in range(3):
        broken = board.submit(recipe_of(tmp_path, "ada", ("return 1\n", f"return {number + 50}\n")), "ada")
        assert broken.loss is None and "batch_size(0)" in broken.message
    with pytest.raises(StoreError, match=r"All tries of 24 hours \(3\) are used up"):
        board.submit(recipe_of(tmp_path, "ada"), "ada")
    with pytest.raises(RecipeError, match="can't be read"):
        board.submit(tmp_path / "nobody", "bob")


def test_the_curve_to_compare_with_has_a_loss_every_25_steps_of_microgpts_recipe(few_names):
    curve = reference_curve(few_names, num_steps=50)
    trained = model.replay(few_names.train, 50, seed=1)
    last = model.held_out_loss(few_names.held_out, trained.weights, trained.config, trained.chars)
    assert len(curve) == 2 and curve[0] > curve[1] == pytest.approx(last, abs=1e-12)


def test_closing_runs_the_best_of_each_once_more_and_takes_no_more(board, tmp_path):
    for who, edit in (
        ("ada", ("return 1\n", "return 4\n")),
        ("ada", ("return 1\n", "return 8\n")),
        ("bob", ("0.15 * g", "0.2 * g")),
    ):
        board.submit(recipe_of(tmp_path, who, edit), who, public=True)
    seen = []
    assert board.close(7, Tier.LOCAL, lambda entry: seen.append(entry.learner_id)) == 2
    assert sorted(seen) == ["ada", "bob"]
    table = board.table()
    assert table.round == "closing" and len(table.ranked) == 2
    seeds = {row.entry.seeds for row in table.ranked}
    assert len(seeds) == 1 and seeds.isdisjoint(
        {entry.seeds for entry in board.store.entries(BoardEntry.round == OPEN)}
    )
    assert {row.entry.split_seed for row in table.ranked} == {7}
    with pytest.raises(StoreError, match="closed"):
        board.submit(recipe_of(tmp_path, "ada"), "ada")
    assert board.close(9, Tier.LOCAL) == 0 and board.closing()["split_seed"] == 7
    assert "standings at closing" in (tmp_path / "public" / "index.html").read_text(encoding="utf-8")


def test_a_closing_that_was_interrupted_goes_on_where_it_was(board, tmp_path):
    for who in ("ada", "bob"):
        board.submit(recipe_of(tmp_path, who), who, public=True)

    def stop(entry):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        board.close(None, Tier.LOCAL, stop)
    before = board.closing()
    assert board.close(None, Tier.LOCAL) == 1
    assert board.closing() == before and len(board.table().ranked) == 2
