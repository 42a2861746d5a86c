"""The command line of the board, and what our own recipes reach."""

import functools
import http.client
import json
import os
import random
import re
import socket
import sys
import threading

import pytest
from helpers.baselines import BASELINES, know_baselines
from helpers.recipes import edited
from typer.testing import CliRunner

from autograder import model
from autograder.cli import app
from autograder.commands import leaderboard, local_server
from autograder.course import SOLUTIONS
from autograder.errors import Misuse
from autograder.leaderboard import board as board_module
from autograder.leaderboard import recipes
from autograder.leaderboard.board import Board
from autograder.leaderboard.data import CHARS, CONFIG, baselines, load_split
from autograder.leaderboard.recipe_source import FILE_NAME, STUB, learner_of, this_user
from autograder.leaderboard.score_lines import verdict
from autograder.sandbox import Tier


@pytest.fixture
def run(tmp_path, few_names, monkeypatch):
    """run("show", ...) calls `leaderboard show ...` on a board whose runs are short."""
    monkeypatch.setattr(board_module, "load_split", lambda seed: few_names)
    know_baselines(monkeypatch)

    def short_board(folder):
        return Board(folder or tmp_path / "board", tier=Tier.LOCAL, num_steps=3)

    monkeypatch.setattr(leaderboard, "main_board", short_board)
    return lambda *words: CliRunner().invoke(app, ["leaderboard", *map(str, words)])


@pytest.fixture
def submissions(tmp_path):
    for who, names in (("ada", 2), ("bob", 3), ("cy", 100)):
        (tmp_path / who).mkdir()
        (tmp_path / who / FILE_NAME).write_bytes(edited(("    return 1\n", f"    return {names}\n")))
    return [tmp_path / who for who in ("ada", "bob", "cy")]


def test_many_are_added_and_the_one_that_fails_is_named(run, submissions):
    done = run("add", *submissions, "--public")
    assert done.exit_code == 1
    assert done.stdout.count("held-out loss") == 2 and "batch_size(0) is 100" in done.stdout
    shown = run("show", "--me", "ada").stdout
    assert "<- you" in shown and "bigram" in shown and shown.isascii()
    own = run("show", "--me", "cy").stdout
    assert "You have no ranked entry yet." in own and "Your entries: 1; 1 of the 5 tries" in own
    assert re.search(r"3  \d{4}-\d\d-\d\d \d\d:\d\d  no score  Run 1 of 4: batch_size\(0\) is 100", own)
    again = run("add", submissions[0])
    assert again.exit_code == 0 and "You have already submitted this exact file" in again.stdout
    assert "already submitted" not in done.stdout
    assert run("review").stdout.startswith("0 entries are held")
    assert "def batch_size" in run("review", "--source", 1).stdout
    assert run("page").exit_code == 0


def test_the_board_as_data_has_what_the_board_shows(run, submissions):
    run("add", *submissions, "--public")
    data = json.loads(run("show", "--json", "--me", "cy").stdout)
    assert [row["name"] for row in data["rows"] if row["rank"] is None] == list(reversed(BASELINES))
    learners = [row for row in data["rows"] if row["rank"]]
    assert len(learners) == 2 and all(row["half_width"] > 0 and len(row["names"]) == 6 for row in learners)
    (own,) = data["entries"]
    assert own["loss"] is None and "batch_size(0) is 100" in own["message"]
    best = json.loads(run("show", "--json", "--top", 1).stdout)
    assert best["left_out"] == 1 and "entries" not in best
    assert sum(row.get("you", False) for row in json.loads(run("show", "--json", "--me", "ada").stdout)["rows"]) == 1


def test_a_try_as_data_is_nothing_but_json(run, submissions, monkeypatch):
    short = functools.partial(recipes.score, num_steps=2)
    monkeypatch.setattr(recipes, "score", short)
    done = run("try", submissions[0], "--seed", 1, "--seed", 2, "--json")
    data = json.loads(done.stdout)
    assert data["seeds"] == [1, 2] and data["loss"] == pytest.approx(sum(data["losses"]) / 2)
    assert set(data["baselines"]) == set(BASELINES)


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (-0.2, "0.2000 nats better than"),
        (0.1, "0.1000 nats worse than"),
        (-0.005, "No different"),
        (0.009, "No different"),
    ],
)
def test_a_try_says_how_it_compares_with_the_stub(difference, words):
    assert verdict(difference, half_width=0.01).startswith(words)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a user always has a name")
def test_a_user_without_a_name_has_a_number(monkeypatch):
    def nameless():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert this_user() == f"uid{os.getuid()}"


def test_the_instructor_sets_how_many_tries_a_day_there_are_and_no_learner_does(run, submissions):
    assert run("page", "--tries", 1).exit_code == 0
    assert run("add", submissions[0], "--as", "ada").exit_code == 0
    late = run("add", submissions[1], "--as", "ada")
    assert late.exit_code == 1 and "All tries of 24 hours (1) are used up, and nothing was recorded" in late.stderr
    assert "1 of the 1 tries" in run("show", "--me", "ada").stdout
    assert run("submit", submissions[1], "--tries", 9).exit_code == 2
    run("page", "--tries", 2)
    assert run("add", submissions[1], "--as", "ada").exit_code == 0


def test_one_who_is_hidden_is_told_how_to_be_seen(run, submissions, tmp_path):
    done = run("add", submissions[0], "--as", "ada", "--name", "Countess")
    assert done.exit_code == 0 and "--public" in done.stdout
    board = done.stdout.partition("and all entries: ")[2].split()
    assert board[-4:] == ["--board", str(tmp_path / "board"), "--me", "ada"]
    assert "Countess" not in run("show").stdout and "Countess" in run("show", "--me", "ada").stdout


def test_misuse_is_a_sentence(run, submissions, tmp_path):
    assert run("add", *submissions, "--as", "ada").exit_code == 2
    assert run("add", submissions[0], "--name", "<b>").exit_code == 1
    assert run("review", "--release", 99).exit_code == 2
    missing = run("add", tmp_path / "nobody")
    assert missing.exit_code == 1 and "can't be read" in missing.stderr


def test_a_recipe_belongs_to_the_folder_that_holds_it(tmp_path):
    (tmp_path / "ada").mkdir()
    assert learner_of(tmp_path / "ada") == learner_of(tmp_path / "ada" / FILE_NAME) == "ada"
    assert learner_of(tmp_path / "bob.py") == "bob"


@pytest.fixture
def served(tmp_path):
    """served(path) asks the server of a board's public folder: status and body of its answer."""
    public = tmp_path / "public"
    public.mkdir()
    (public / "index.html").write_text("the page", encoding="utf-8")
    (tmp_path / "instructor.html").write_text("who is who", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misuse, match="can't be used"):
            local_server.open_server(public, port)
    server = local_server.open_server(public, port)
    threading.Thread(target=local_server.serve_until_ctrl_c, args=(server,), daemon=True).start()

    def ask(path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)  # as it stands: urllib would take the .. out
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())

    ask.port = port
    for _ in range(1000):
        try:
            ask("/")
            return ask
        except ConnectionError:
            threading.Event().wait(0.05)
    raise AssertionError("nothing was served")


def test_the_public_page_is_served_and_nothing_beside_its_folder(served):
    status, body, headers = served("/")
    assert (status, body) == (200, b"the page")
    assert headers["Cache-Control"] == "no-cache" and headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/../instructor.html", "/%2e%2e/instructor.html", "//../instructor.html", "/..%2finstructor.html"):
        status, body, _ = served(path)
        assert status == 404 and b"who is who" not in body


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere 127.0.0.2 is no address of this computer")
def test_only_this_computers_own_address_is_served(served):
    with pytest.raises(ConnectionRefusedError):  # as on any other address but 127.0.0.1
        socket.create_connection(("127.0.0.2", served.port), timeout=5)


def test_the_stub_is_adam_as_in_microgpt_and_the_relabelling_changes_nothing():
    split, steps = load_split(), 40
    rng = random.Random("run 5")
    docs = list(split.train)
    rng.shuffle(docs)
    weights, adam, losses = model.draw_weights(CONFIG, rng), model.AdamState(), []
    for step in range(steps):
        loss, gradient = model.loss_and_gradient([model.encode(docs[step], CHARS)], weights, CONFIG)
        model.adam_step(weights, gradient, adam, 0.01 * (1 - step / 1000))
        losses.append(loss)
    found = recipes.run(STUB.read_bytes(), split, 5, Tier.LOCAL, num_steps=steps)
    assert found.losses == pytest.approx(losses, abs=1e-9)
    assert found.loss == pytest.approx(model.held_out_loss(split.held_out, weights, CONFIG, CHARS), abs=1e-9)


@pytest.mark.slow
def test_the_stub_scores_what_microgpts_recipe_scores():
    found = recipes.score(STUB.read_bytes(), load_split(), (1, 2, 3), tier=Tier.LOCAL)
    assert found.mean == pytest.approx(baselines(load_split())["microgpt's recipe"], abs=0.015)


@pytest.mark.slow
def test_our_own_recipe_reaches_2_15_and_is_honest():
    content = (SOLUTIONS / FILE_NAME).read_bytes()
    found = recipes.score(content, load_split(), (1, 2, 3), tier=Tier.LOCAL, control_seed=4)
    assert found.mean < 2.15
    assert board_module.gap_reason(found, stub_loss=2.355) is None
