"""progress: the table is what the files are now, achievements are what was done."""

from __future__ import annotations

import json
import re

import pytest
from helpers.learner import Course, solution

from autograder.course import ROOT, part, parts, parts_and_labs
from autograder.learner.achievements import achievements
from experiments import NAMES

LEVELS = ["beginner", "intermediate", "advanced", "expert"]


def acts(course: Course) -> set[str]:
    path = course.root / ".learner" / "acts.json"
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else set()


def row(text: str, number: int) -> list[str]:
    return re.search(rf"^ +{number} .*?(\d+/\d+) +([\d.]+/[\d.]+) +(\d+)  (.*)$", text, re.MULTILINE).groups()


def test_a_fresh_copy_has_nothing_and_runs_no_check(course):
    text = course.run("progress").stdout
    hours, minutes = divmod(round(sum(part.minutes for part in parts()) / 10) * 10, 60)
    assert row(text, 1) == ("0/5", "0/10", f"{part(1).minutes}", "not begun")
    assert f"  {hours} h {minutes:02d} min left" in text
    assert f"all, with a little Python{sum(part.minutes_new for part in parts()):>29}  " in text
    assert not (course.root / ".learner" / "results").exists()
    assert "[x]" not in text
    *lines, next_line = text.splitlines()  # which names this interpreter, wherever it is
    assert next_line.startswith("Next: ") and max(map(len, lines)) <= 80 and text.isascii()


def test_the_table_follows_the_files_without_a_check_by_hand(course):
    course.solve(0, 3)
    course.write(1, solution(1).replace("max(0.0, self.data)", "abs(self.data)"))
    text = course.run("progress").stdout
    assert row(text, 0)[:2] == ("2/2", "10/10") and row(text, 0)[3] == "passed"
    assert row(text, 1)[0] == "4/5" and row(text, 1)[3].startswith("at 1.3 exp")
    assert row(text, 3)[3] == "passed" and row(text, 2)[3] == "not begun"
    course.write(3, "")
    text = course.run("progress").stdout
    assert row(text, 3)[1] == "0/10", "what was passed once counts as it is now"


def test_it_ends_with_the_next_step(course):
    assert re.search(r"\nNext: part 0, Set-up, not begun: .* watch\n$", course.run("progress").stdout)
    course.solve(0)
    course.write(1, solution(1).replace("max(0.0, self.data)", "abs(self.data)"))
    assert re.search(r"\nNext: part 1, .*, at 1.3 exp.*: .* watch\n$", course.run("progress").stdout)
    course.solve(*range(1, 11))
    said = course.run("progress").stdout
    assert re.search(r"\nNext: earn \"Trained the full model with your own parts\": .* capstone\n$", said)


def test_passing_a_part_is_noted_by_check_and_stays_noted(course):
    course.write(0, solution(0).replace("(2 * h)", "h"))
    assert course.run("check", "0.1").returncode == 0
    assert "part-0" not in acts(course), "one task is not the part"
    course.solve(0)
    assert course.run("check", "0.1").returncode == 0
    assert acts(course) == {"part-0"}, "the last task was"
    course.run("reset", 0, "--yes")
    assert re.search(r"\[x\] Passed part 0 +\d{4}-\d\d-\d\d", course.run("progress").stdout)


def test_a_part_of_another_folder_is_not_the_learners(course):
    course.run("check", 0, "--from", "solutions")
    assert acts(course) == set()


def test_training_notes_what_was_trained(course):
    (course.root / "few.txt").write_text("anna\nbob\ncleo\ndan\n" * 5, encoding="utf-8")
    options = ("--fast", "--out", "runs")
    course.run("train", *options, "--steps", 5, "--data", "few.txt")
    assert acts(course) == set()
    done = course.run("train", *options, "--steps", 1000, "--data", "few.txt", "--layers", 2, "--width", 4)
    assert done.returncode == 0, done.stderr
    assert acts(course) == {"trained", "own-data", "bigger"} and "2 layers, 4 dimensions" in done.stdout


def test_no_beginner_is_sent_to_the_solutions():
    levels = {each.id: each.level for each in achievements() if "solutions/" in each.title}
    assert levels == {"read": "advanced"}


def test_ticks_are_for_what_nobody_can_verify_and_can_be_taken_back(course):
    assert "read is ticked." in course.run("progress", "--tick", "read").stdout
    assert "[x] Read solutions" in course.run("progress").stdout
    assert "no longer ticked" in course.run("progress", "--tick", "read").stdout
    assert "[x] Read solutions" not in course.run("progress").stdout
    for wrong, words in (("trained", "you earn it"), ("nothing", "is not an achievement")):
        answer = course.run("progress", "--tick", wrong)
        assert answer.returncode == 2 and words in answer.stderr and "explained" in answer.stderr


def test_it_says_where_achievements_are_kept_and_what_they_are_worth(course):
    text = course.run("progress").stdout
    assert ".learner/" in text and "Nobody grades that folder" in text


def test_broken_memory_is_as_good_as_none(course):
    (course.root / ".learner").mkdir()
    for broken in ("[", "[]", '{"part-0": 7, "quick": null}'):
        for name in ("acts", "ticks"):
            (course.root / ".learner" / f"{name}.json").write_text(broken, encoding="utf-8")
        answer = course.run("progress")
        assert answer.returncode == 0, answer.stderr


def test_most_achievements_are_earned_and_every_level_has_some():
    earned = [each for each in achievements() if each.acts]
    assert len(earned) > 0.7 * len(achievements())
    assert list(dict.fromkeys(each.level for each in achievements())) == LEVELS
    assert len({each.id for each in achievements()}) == len(achievements())


def test_every_event_that_earns_an_achievement_is_logged_somewhere():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "autograder").rglob("*.py")]
    logged = {name for text in sources for name in re.findall(r'log_event\("([\w-]+)"\)', text)}
    logged |= {part.label.replace(" ", "-") for part in parts_and_labs()}  # by each check that passes
    logged |= {"experiment", *(f"experiment-{name}" for name in NAMES)}  # by the command experiment
    assert {act for each in achievements() for act in each.acts} <= logged


@pytest.mark.parametrize("called_as", ["make", "python -m autograder"])
def test_every_achievement_names_a_command_that_exists(called_as, monkeypatch):
    from autograder.command_table import find_target
    from autograder.invocation import CALLED_AS

    monkeypatch.setenv(CALLED_AS, called_as)
    from autograder.cli import app
    from autograder.commands.lazy_group import every_command

    known = every_command(app)
    for each in achievements():
        words = each.how().removeprefix(called_as).split()
        if called_as == "make":
            target = find_target(words[0])
            assert target, each.how()
            names = [word.partition("=")[0] for word in words[1:] if re.fullmatch(r"\w+=.*", word)]
            assert set(names) <= set(target.variables), each.how()
        else:
            assert words[0] in known, each.how()
