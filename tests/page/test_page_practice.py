"""A page with the solutions: `recall` asks about the learner's code, and `harden` plants mistakes in it."""

import base64
from datetime import date, timedelta

import pytest
from helpers.bundle import SOLVED
from helpers.visit import visit_to
from typer.testing import CliRunner

from autograder.bundle import page as pages
from autograder.commands.page import OWN_PAGE, app
from autograder.course import part
from autograder.grading.grade import grade
from autograder.grading.misconceptions import misconceptions, variants
from autograder.sandbox import Tier
from autograder.stubs import fresh_stubs

FILE = part(0).file_name
COMPARED = (
    "name",
    "task",
    "title",
    "hidden",
    "status",
    "points",
    "earned",
    "message",
    "line",
    "misconception",
    "advice",
)
ONLY_HIDDEN = {  # known mistakes that pass every public check
    0: ["hands-out-xs-itself"],
    3: ["softmax-shifts-by-the-first", "softmax-writes-into-the-list", "rmsnorm-changes-its-input"],
}
STUBBED = {FILE: SOLVED[FILE], part(3).file_name: "# not begun\n"}
# Nothing but the planted place may change, whatever the file looks like.
ODD = SOLVED[FILE].rstrip("\n") + "\t \n\n# \u00e9\u6f22  \n\n\n    "
MONDAY = date(2026, 11, 30)


class Learner:
    """A learner's visit: what the page keeps between two requests."""

    def __init__(self, practice, text=SOLVED[FILE]):
        self.practice, self.files, self.memory = practice, {**STUBBED, FILE: text}, {}

    def ask(self, action, today=MONDAY, **more):
        request = {"action": action, "files": self.files, "memory": self.memory, "today": today.isoformat(), **more}
        answer = self.practice(request)
        self.memory = answer.pop("memory")
        return answer

    def check(self, counts=True):
        return self.ask("check", part=0, task=None, counts=counts)


@pytest.fixture
def learner(practice):
    return Learner(practice)


def test_a_task_that_passes_for_the_first_time_is_offered_once_and_code_of_a_link_never(learner):
    assert learner.check(counts=False)["offer"] is False and learner.ask("due")["cards"] == 0
    assert learner.check()["offer"] is True
    assert learner.check()["offer"] is False
    assert learner.ask("due").items() >= {"due": 2, "cards": 2, "rounds": 0}.items()


def test_a_question_comes_without_its_answer_and_comes_again_later_after_each_right_one(learner):
    learner.check()
    today, days = MONDAY, []
    while len(days) < 2:
        asked = learner.ask("recall", today)
        question, seen = asked["question"], learner.memory
        assert question.keys() == {"task", "kind", "lines", "words", "title", "options"}
        assert question["lines"][0][1].startswith("def ")
        right = learner.ask("answer", today, answer=0)["right"]
        assert learner.memory["recall"]["cards"][question["task"]]["due"] == str(today + timedelta(1))
        learner.memory = seen  # another try
        reply = learner.ask("answer", today, answer=right)
        assert reply["right"] == right and reply["rounds"] == 0, "the answers that made it are known"
        card = learner.memory["recall"]["cards"][question["task"]]
        learner.memory["recall"]["cards"] = {question["task"]: card}
        due = date.fromisoformat(card["due"])
        days.append((due - today).days)
        today = due
    assert days == [1, 3] and reply["when"] == "It comes again in 3 days."


def test_a_changed_file_gets_a_new_question_and_one_that_does_not_pass_none(learner):
    learner.ask("recall")  # it checks what has no card yet
    learner.files[FILE] = SOLVED[FILE].replace("return x * x", "return x + x").replace("/ (2 * h)", "/ h")
    assert learner.ask("answer", answer=1)["problem"].startswith("Your code has changed since that question")
    notes = learner.ask("recall")["notes"]
    assert [note.partition(" no longer")[0] for note in notes] == [f"0.{i} in exercises/{FILE}" for i in (1, 2)]


def test_a_check_gives_the_verdict_of_make_check_with_hidden_checks(practice):
    for number, names in ONLY_HIDDEN.items():
        of, learner = part(number), Learner(practice)
        texts = {"reference": SOLVED[of.file_name], "stub": fresh_stubs()[of.file_name]}
        texts |= {name: variants(of)[name].decode("utf-8") for name in names}
        for name, text in texts.items():
            learner.files = {part(1).file_name: "# not begun\n", of.file_name: text}
            here = learner.ask("check", part=number, task=None, counts=True)
            there = grade({of.file_name: text.encode("utf-8")}, of, seed=1, tier=Tier.LOCAL).to_json()
            assert [[check[key] for key in COMPARED] for check in here["checks"]] == [
                [check[key] for key in COMPARED] for check in there["checks"]
            ], name
            assert (here["earned"], here["possible"]) == (there["earned"], there["possible"]), name
            if name == "reference":
                assert here["next"].startswith("Passed."), "no check remains for a grader"
            if name in names:
                assert {check["hidden"] for check in here["checks"] if check["status"] != "passed"} == {True}, name


def test_a_check_loads_the_file_once_and_asks_for_all_calls_together(learner):
    report = learner.check()
    assert report["loads"] == report["rounds"] == 1 < report["asked"]


def test_what_the_learner_does_on_the_page_earns_achievements_and_the_rest_can_be_ticked(learner):
    def earned(**more):
        return {each["id"]: each["day"] for each in learner.ask("achievements", **more)["achievements"] if each["day"]}

    assert earned() == {}
    learner.check(counts=False)
    assert earned() == {}, "code of a link is not the learner's"
    learner.check()
    assert set(earned()) == {"first-part"}
    assert set(earned(event="trained")) == {"first-part", "trained"}
    assert set(earned(event="board")) == {"first-part", "trained"}, "the page can't see that"
    assert "read" in earned(tick="read") and "read" not in earned(tick="read")
    assert learner.ask("achievements", tick="board")["problem"].startswith("You can't tick board")


def test_a_planted_mistake_shows_only_its_symptom_until_it_is_fixed_and_named(practice):
    learner = Learner(practice, ODD)
    planted = learner.ask("harden", part=0)
    says = {mistake.says for mistake in misconceptions(part(0))}
    assert planted["state"] == "planted" and planted["file"] == FILE and "causes" not in planted
    kept, before = learner.memory["harden"]["planted"], ODD.encode("utf-8")
    assert base64.b64decode(kept["before"]) == before
    changed = before[: kept["start"]] + kept["text"].encode("utf-8") + before[kept["end"] :]
    assert planted["text"].encode("utf-8") == changed != before, "one place, and no other byte"
    assert any("Expected" in line for line in planted["symptom"])
    assert not any(each in " ".join(planted["symptom"]) for each in says)

    learner.files[FILE] = planted["text"]
    report = learner.check()
    failed = [check for check in report["checks"] if check["status"] != "passed"]
    assert failed
    for check in failed:
        assert (check["advice"], check["line"], check["misconception"]) == ("", None, None)
        assert "Likely:" not in check["message"]
    assert learner.ask("harden", part=0)["state"] == "planted"
    assert learner.ask("name", answer=1)["problem"] == "Fix it first, then name its cause."
    notes = learner.ask("recall")["notes"]
    assert all(note.startswith(f"exercises/{FILE} has a planted mistake, so its questions wait.") for note in notes)

    learner.files[FILE] = ODD + "# fixed\n"
    fixed = learner.ask("harden", part=0)
    assert fixed["state"] == "fixed" and len({*fixed["causes"]}) == 4 and {*fixed["causes"]} <= says
    mistake = learner.memory["harden"]["planted"]["mistake"]
    named = {each.id: each.says for each in misconceptions(part(0))}[mistake]
    right = fixed["causes"].index(named) + 1
    wrong = learner.ask("name", answer=right % 4 + 1)
    assert not wrong["named"] and wrong["lines"][0].startswith(f"Not {right % 4 + 1}.")
    done = learner.ask("name", answer=right)
    assert done["named"] and done["lines"][-1] == "Part 0: 1 mistake so far."
    assert learner.memory["harden"]["had"] == {"0": [mistake]}
    learner.ask("harden", part=0)
    assert learner.memory["harden"]["planted"]["mistake"] != mistake


def test_giving_up_shows_the_mistake_and_brings_back_every_character(practice):
    learner = Learner(practice, ODD)
    learner.files[FILE] = learner.ask("harden", part=0)["text"] + "# tried\n"
    shown = learner.ask("give up")
    assert shown["text"] == ODD and shown["lines"][-1].startswith("  The cause: ")
    assert not any("/" in line for line in shown["lines"] if line.startswith("Restored"))


def test_no_mistake_is_planted_in_code_that_does_not_pass(learner):
    learner.files[FILE] = SOLVED[FILE].replace("return x * x", "return x + x")
    refused = learner.ask("harden", part=0)
    assert refused["problem"].startswith("Part 0 is not passed yet.") and learner.memory["harden"] == {}


def test_the_page_with_the_solutions_is_apart_from_the_one_to_publish(monkeypatch, tmp_path):
    built = []
    monkeypatch.setattr(pages, "make_page", lambda to, *given: built.append((to, given[-1])))
    answer = CliRunner().invoke(app, ["--with-solutions"])
    assert answer.exit_code == 0 and "don't publish it" in answer.output
    assert CliRunner().invoke(app, []).exit_code == 0
    assert built[0] == (OWN_PAGE, True) and built[1][0] != OWN_PAGE and built[1][1] is False
    (tmp_path / "class.toml").write_text("", encoding="utf-8")
    refused = CliRunner().invoke(app, ["--with-solutions", "--class", str(tmp_path)])
    assert refused.exit_code == 2 and "A class's page can't have the solutions" in refused.stderr
    assert len(built) == 2


FOCUS = "document.querySelector(arguments[0]).focus()"


def focus(visit):
    return visit.browser.run("return document.activeElement.id || document.activeElement.textContent")


def tab_to(visit, words, start):
    """Press Tab, from a heading on, until something has the focus."""
    visit.browser.run("document.getElementById(arguments[0]).focus()", start)
    for _ in range(10):
        if focus(visit) == words:
            return
        visit.press("Tab")
    raise AssertionError(f"{words} can't be reached: {focus(visit)}")


@pytest.mark.slow
def test_a_learner_finds_a_planted_mistake_and_answers_questions_with_the_keyboard(page_with_solutions, tmp_path):
    with visit_to(page_with_solutions, tmp_path / "profile") as visit:
        size = (1280, 900)
        visit.open("#part=0", size)
        visit.write(ODD)
        assert visit.check().startswith("10 of 10 points")
        visit.wait(lambda: "Do you know why it works?" in visit.text("harden-title"))

        tab_to(visit, "Plant a mistake in it", "verdict-title")
        visit.press("Enter")
        visit.wait(lambda: focus(visit) == "harden-title")
        assert "Expected:" in visit.text("harden") and visit.code() != ODD
        assert visit.browser.violations() == []
        planted = visit.code()
        visit.open("#part=0", (390, 844), "dark")
        assert visit.code() == planted and "Find the planted mistake" in visit.text("harden")
        assert visit.browser.violations() == []
        assert visit.browser.run("return document.documentElement.scrollWidth") <= 390
        assert "Likely" not in visit.check() and not visit.browser.run("return !!document.querySelector('.advice')")

        tab_to(visit, "Restore my file", "harden-title")
        visit.press("Enter")
        visit.wait(lambda: "name the cause" in visit.text("harden-title"))
        assert visit.code() == ODD
        for number in range(4):
            visit.browser.run(FOCUS, "#harden input")
            visit.press("Space", *["Down"] * number, "Enter")
            visit.wait(lambda: "found" in visit.text("harden-title") or "Not" in visit.text("harden-status"))
            if "You found it" in visit.text("harden-title"):
                break
            visit.browser.run("document.getElementById('harden-status').textContent = ''")
        assert "Part 0: 1 mistake so far." in visit.text("harden") and focus(visit) == "harden-title"
        visit.browser.run("document.getElementById('undo').click()")
        visit.wait(lambda: visit.code() == planted)
        visit.browser.run("document.getElementById('undo').click()")
        visit.wait(lambda: visit.code() == ODD)

        visit.browser.run("location.hash = 'recall'")
        visit.wait(lambda: focus(visit).startswith("About your code for 0."))
        assert "2 due" in visit.text("parts")
        assert visit.browser.violations() == []

        visit.browser.run(FOCUS, "#recall input")
        visit.press("Space", "Down", "Enter")
        visit.wait(lambda: "It comes again tomorrow. 1 question left today." in visit.text("recall-body"))
        assert focus(visit).startswith(("Right, it is", "No, it is"))
        assert visit.browser.violations() == []
        assert visit.browser.run("return document.documentElement.scrollWidth") <= 390

        # It is remembered, also without the server.
        visit.driver.execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
        visit.server.shutdown()
        visit.server.server_close()
        visit.open("#recall", size)
        visit.wait(lambda: "1 due" in visit.text("parts") and focus(visit).startswith("About your code for 0."))
